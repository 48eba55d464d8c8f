"""Names of groups that stay the same from run to run."""

from collections.abc import Hashable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Index = NDArray[np.int64]
_BYTES = 8


def stable_ids(
    ids: Sequence[Hashable] | pd.Index, groups: Index, before: Mapping[Any, str] | None = None
) -> NDArray[np.object_]:
    """Return an id for the group of each record.

    A group keeps the id that most of its records had before; where two groups claim one id, the larger
    claim wins and the other is new. A new group is named after its records' smallest id, so the order of
    the records and the time of the run do not matter.

    Args:
        before: the group id of each record in the last run.
    """
    names = [str(one) for one in ids]
    made = _first_names(names, groups)
    if not before:
        return made[groups]
    known = pd.DataFrame({"group": groups, "old": [before.get(one) for one in ids]}).dropna()
    claims = known.groupby(["group", "old"]).size().rename("size").reset_index()
    claims = claims.sort_values(["size", "old", "group"], ascending=[False, True, True])
    taken: set[str] = set()
    named: dict[int, str] = {}
    for group, old in zip(claims["group"].tolist(), claims["old"].tolist(), strict=True):
        if group not in named and old not in taken:
            named[group] = old
            taken.add(old)
    for group, name in enumerate(made):
        made[group] = named.get(group) or _unused(name, taken)
    return made[groups]


def _first_names(names: Sequence[str], groups: Index) -> NDArray[np.object_]:
    order = np.lexsort((np.array(names, dtype=np.str_), groups))
    ordered = groups[order]
    firsts = order[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(order) else order
    made = np.empty(int(groups.max()) + 1 if len(groups) else 0, object)
    for row in firsts.tolist():
        made[groups[row]] = _name(names[row])
    return made


def _name(text: str) -> str:
    return "c-" + blake2b(text.encode(), digest_size=_BYTES).hexdigest()


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name = _name(name)
    return name
