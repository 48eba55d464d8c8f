"""What the names say of the fields' senses: contexts, numbers, negation, kinds, and where a field stands."""

from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assist.mapping.catalogue import Place
from assist.mapping.kind import COMPATIBILITY
from assist.mapping.naming import Naming

Matrix = NDArray[np.float32]
_MOST_CORE: Final = 40


def sense_features(sources: Sequence[Naming], targets: Sequence[Naming]) -> Mapping[str, Matrix]:
    """Return the features of all pairs by name, each of shape (sources, targets)."""
    return {
        **_contexts(sources, targets),
        **_senses(sources, targets),
        **_kinds(sources, targets),
        **_standing(sources, targets),
    }


def _contexts(sources: Sequence[Naming], targets: Sequence[Naming]) -> Mapping[str, Matrix]:
    """Return whether both speak of the same context (bill to, home, ...), and how many only one speaks of.

    A target on an address already stands in its context, so a source's bill-to or ship-to is no difference there.
    """
    names = sorted({name for one in (*sources, *targets) for name in one.contexts})
    of = [
        np.array([[name in one.contexts for name in names] for one in fields], dtype=np.float32).reshape(
            len(fields), len(names)
        )
        for fields in (sources, targets)
    ]
    agree = of[0] @ of[1].T
    source_only = of[0].sum(axis=1, keepdims=True) - agree
    target_only = of[1].sum(axis=1, keepdims=True).T - agree
    inside = _flags(targets, lambda one: one.wanted_place is not None)[None, :]
    return {
        "context_agrees": np.minimum(agree, 1) * (1 - inside),
        "context_differs": target_only + source_only * (1 - inside) * 0.5 + inside * agree,
    }


def _senses(sources: Sequence[Naming], targets: Sequence[Naming]) -> Mapping[str, Matrix]:
    return {
        "digits_differ": _of_groups(sources, targets, lambda one: one.digits, _digits),
        "sense_differs": _of_groups(sources, targets, lambda one: one.negative, lambda a, b: float(a != b)),
    }


def _of_groups(
    sources: Sequence[Naming],
    targets: Sequence[Naming],
    key: Callable[[Naming], Any],
    compare: Callable[[Any, Any], float],
) -> Matrix:
    """Return a comparison of all pairs that looks at each pair of different values once."""
    rows, columns = ([key(one) for one in fields] for fields in (sources, targets))
    left, right = list(dict.fromkeys(rows)), list(dict.fromkeys(columns))
    table = np.array([[compare(a, b) for b in right] for a in left], dtype=np.float32)
    left_at, right_at = ({value: at for at, value in enumerate(of)} for of in (left, right))
    return np.asarray(table[np.ix_([left_at[v] for v in rows], [right_at[v] for v in columns])])


def _digits(one: frozenset[str], other: frozenset[str]) -> float:
    """Return 1 when the numbers in the names differ, 0.3 when one side has "1" and the other none."""
    if one == other:
        return 0.0
    return 0.3 if not (one ^ other) - {"1"} else 1.0


def _kinds(sources: Sequence[Naming], targets: Sequence[Naming]) -> Mapping[str, Matrix]:
    """Return the best fit over what each may hold."""
    fit = _of_groups(
        sources,
        targets,
        lambda one: one.kinds,
        lambda have, take: max((float(COMPATIBILITY[a, b]) for a in have for b in take), default=0.0),
    )
    return {"kind_fits": np.maximum(fit, 0), "kind_differs": np.maximum(-fit, 0)}


def _standing(sources: Sequence[Naming], targets: Sequence[Naming]) -> Mapping[str, Matrix]:
    """Return what is known of the target alone, and whether both stand on the same part of a record."""
    shape = (len(sources), len(targets))
    core = np.array([log(1 + min(one.core, _MOST_CORE)) / log(1 + _MOST_CORE) for one in targets])
    places = _of_groups(sources, targets, lambda one: (one.wanted_place, one.place), _places)
    return {
        "core": np.broadcast_to(core[None, :], shape),
        "uncommon": np.broadcast_to(_flags(targets, lambda one: not one.core)[None, :], shape),
        "custom": np.broadcast_to(_flags(targets, lambda one: one.custom)[None, :], shape),
        "required": np.broadcast_to(_flags(targets, lambda one: one.required)[None, :], shape),
        "place_agrees": np.maximum(places, 0),
        "place_differs": np.maximum(-places, 0),
    }


def _places(one: tuple[Place | None, Place | None], other: tuple[Place | None, Place | None]) -> float:
    """Return 1 for a target on the wanted part of the record, -1 for one that stands elsewhere."""
    wanted = other[0] or one[0]
    if wanted is None:
        return -0.4 if other[1] is Place.LINE else 0.0
    if other[1] is wanted:
        return 1.0
    return -1.0 if other[1] is not None or other[0] else 0.0


def _flags(fields: Sequence[Naming], has: Callable[[Naming], object]) -> Matrix:
    return np.array([bool(has(one)) for one in fields], dtype=np.float32)
