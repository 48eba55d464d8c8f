"""Why a pair is suggested: what was compared, what was seen, what it weighed, in words for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assist.mapping.catalogue import Field, FieldType, Place
from assist.mapping.naming import Naming
from assist.mapping.suggestion import Reason

# What is compared, and the features that speak of it.
_GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "names": (
        "same_name",
        "own_words",
        "character_grams",
        "jaro_winkler",
        "token_sort",
    ),
    "usual names": ("known_words", "whole_phrase", "usual_phrase"),
    "short forms": ("shortened", "consonants"),
    "contexts": ("context_agrees", "context_differs"),
    "numbers in the names": ("digits_differ",),
    "sense": ("sense_differs",),
    "kinds": ("kind_fits", "kind_differs"),
    "place": ("place_agrees", "place_differs"),
    "use of the target": ("core", "uncommon", "custom", "required"),
    "values": ("values_shared", "values_shared_rare", "words_shared", "no_overlap"),
    "look of the values": ("patterns_shared", "formats_differ", "shape_differs", "distinct_differs"),
    "numeric values": ("numbers_alike", "numbers_differ"),
}
# They compare with a field's own names and with what other systems call it; which of both was nearer is told.
_EITHER: Final = ("best_words", "source_covered", "target_covered")
_LEAST: Final = 0.2
_SHARED: Final = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two fields with what their names say and the features of the pair."""

    source: Field
    target: Field
    one: Naming
    other: Naming
    features: Mapping[str, float]


def reasons(pair: Pair, weights: Mapping[str, float], most: int) -> Sequence[Reason]:
    """Return the weightiest reasons for and against a pair, the weightiest first."""
    found = []
    nearer = "usual names" if pair.features["known_words"] > pair.features["own_words"] else "names"
    for compared, features in _GROUPS.items():
        told = (*features, *_EITHER) if compared == nearer else features
        weight = sum(weights.get(name, 0.0) for name in told)
        if abs(weight) >= _LEAST:
            found.append(Reason(compared=compared, seen=_SAY[compared](pair), weight=round(weight, 3)))
    return sorted(found, key=lambda one: -abs(one.weight))[:most]


def warnings(pair: Pair) -> Sequence[str]:
    """Return what a person has to think of when the pair is taken."""
    found = []
    if (
        pair.one.negative != pair.other.negative
        or pair.features["sense_differs"] > 0
        or _turned(pair.one) != _turned(pair.other)
    ):
        found.append(f"'{pair.source.title}' and '{pair.target.title}' say the opposite; map it with a `not`")
    if pair.features["kind_differs"] > 0 and FieldType.UNKNOWN not in (pair.source.type, pair.target.type):
        found.append(f"{_an(pair.source.type)} goes into {_an(pair.target.type)}; a transform is needed")
    if not pair.target.writable:
        found.append(f"'{pair.target.title}' is computed and cannot be written")
    return found


def _an(type_: FieldType) -> str:
    return f"{'an' if type_.value[0] in 'aeiou' else 'a'} {type_.value} field"


def _turned(one: Naming) -> bool:
    return bool({"inactive", "disabled", "exempt"} & one.words)


def _names(pair: Pair) -> str:
    shared = sorted(pair.one.words & pair.other.words)
    if pair.one.compact_id == pair.other.compact_id or pair.one.compact_label == pair.other.compact_label:
        return f"'{pair.source.title}' and '{pair.target.title}' are the same name"
    if shared:
        return f"'{pair.source.title}' and '{pair.target.title}' share {', '.join(shared)}"
    return f"'{pair.source.title}' and '{pair.target.title}' share no word as written"


def _usual(pair: Pair) -> str:
    words = set(pair.one.sequence) | pair.one.words
    best = max(
        pair.other.known, key=lambda said: len(words & set(said)) / len(words | set(said)), default=None
    )
    if best is None:
        return f"other systems' names for '{pair.target.title}' are not known"
    if not words & set(best):
        return f"no other system's name for '{pair.target.title}' is like '{pair.source.title}'"
    return f"other systems call '{pair.target.title}' \"{' '.join(best)}\""


def _contexts(pair: Pair) -> str:
    both = sorted(pair.one.contexts & pair.other.contexts)
    if both:
        return f"both speak of {', '.join(both)}"
    said = sorted(pair.one.contexts ^ pair.other.contexts)
    return (
        f"only one speaks of {', '.join(said)}"
        if said
        else "neither speaks of billing, shipping and the like"
    )


def _numbers(pair: Pair) -> str:
    one, other = (", ".join(sorted(side.digits)) or "none" for side in (pair.one, pair.other))
    return (
        "the same numbers in both names" if one == other else f"numbers in the names differ: {one}, {other}"
    )


def _kinds(pair: Pair) -> str:
    one, other = (
        " or ".join(sorted(kind.name.lower() for kind in side.kinds)) or "anything"
        for side in (pair.one, pair.other)
    )
    return f"holds {one}; the target takes {other}"


def _place(pair: Pair) -> str:
    place = pair.other.place or Place.BODY
    return f"the target stands on the {place.value}"


def _use(pair: Pair) -> str:
    if pair.other.custom:
        return f"'{pair.target.title}' is a custom field"
    required = " and required" if pair.target.required else ""
    often = "often" if pair.other.core > 1 else "rarely"
    return f"'{pair.target.title}' is {often} mapped{required}"


def _values(pair: Pair) -> str:
    share = pair.features["values_shared"]
    if share > _SHARED:
        return f"{share:.0%} of the sample values stand on both sides"
    return "no sample value stands on both sides"


def _look(pair: Pair) -> str:
    return f"{pair.features['patterns_shared']:.0%} of the sample values have the same shape"


_SAY: Final[Mapping[str, Callable[[Pair], str]]] = {
    "names": _names,
    "usual names": _usual,
    "short forms": lambda pair: f"'{pair.source.title}' beside '{pair.target.id}' as a short form",
    "contexts": _contexts,
    "numbers in the names": _numbers,
    "sense": lambda pair: (
        "one is the negation of the other" if pair.features["sense_differs"] else "same sense"
    ),
    "kinds": _kinds,
    "place": _place,
    "use of the target": _use,
    "values": _values,
    "look of the values": _look,
    "numeric values": lambda pair: f"the numbers are spread {pair.features['numbers_alike']:.0%} alike",
}
