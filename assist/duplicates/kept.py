"""A learned model as plain values, to be kept in JSON and read by another process."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.frequency import Frequencies
from assist.duplicates.kind import Kind
from assist.duplicates.model import Model
from assist.duplicates.table import Layout
from assist.duplicates.taught import Taught
from assist.duplicates.weights import Weights

FORM = 1
_MOST_VALUES = 5_000  # of each column: the commonest; others count as rare


def to_plain(model: Model) -> dict[str, Any]:
    """Return a model as JSON can hold it. Of the values of each column only digests of the commonest are kept."""
    weights = model.weights
    return {
        "form": FORM,
        "kinds": {name: kind.value for name, kind in model.layout.kinds.items()},
        "repeats": {name: list(parts) for name, parts in model.layout.repeats.items()},
        "frequencies": [_frequencies(one) for one in model.frequencies],
        "weights": {
            "names": list(weights.names),
            "matching": weights.matching.tolist(),
            "shares": weights.shares.tolist(),
            "chances": [one.tolist() for one in weights.chances],
            "rarity": [one.tolist() for one in weights.rarity],
            "most": [one.tolist() for one in weights.most],
            "shared": [one.tolist() for one in weights.shared],
        },
        "taught": None
        if model.taught is None
        else {"start": model.taught.start, "whole": model.taught.whole, "parts": model.taught.parts.tolist()},
    }


def from_plain(plain: Mapping[str, Any]) -> Model:
    """Return a kept model.

    Raises:
        ValueError: it was kept by a release that keeps models otherwise.
    """
    if plain.get("form") != FORM:
        raise ValueError(
            "the kept model is of another release; search for duplicates once, and it is made anew"
        )
    weights, taught = plain["weights"], plain.get("taught")
    return Model(
        layout=Layout(
            kinds={name: Kind(kind) for name, kind in plain["kinds"].items()}, repeats=plain["repeats"]
        ),
        frequencies=[_read_frequencies(one) for one in plain["frequencies"]],
        weights=Weights(
            names=weights["names"],
            matching=np.array(weights["matching"], bool),
            shares=np.array(weights["shares"]),
            chances=_arrays(weights["chances"], np.float64),
            rarity=_arrays(weights["rarity"], np.bool_),
            most=_arrays(weights["most"], np.float64),
            shared=_arrays(weights["shared"], np.bool_),
        ),
        taught=Taught(**(taught | {"parts": np.array(taught["parts"])})) if taught else None,
    )


def _frequencies(one: Frequencies) -> dict[str, Any]:
    common = np.sort(np.argsort(-one.share, kind="stable")[:_MOST_VALUES])
    return {
        "codes": _packed(one.codes[common]),
        "share": _packed(one.share[common]),
        "agreement": one.agreement,
        "rare": one.rare,
    }


def _read_frequencies(plain: Mapping[str, Any]) -> Frequencies:
    return Frequencies(
        codes=_unpacked(plain["codes"], np.uint64),
        share=_unpacked(plain["share"], np.float64),
        agreement=plain["agreement"],
        rare=plain["rare"],
    )


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _unpacked(text: str, kind: type[Any]) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), kind)


def _arrays(listed: Sequence[Any], kind: type[Any]) -> list[NDArray[Any]]:
    return [np.array(one, kind) for one in listed]
