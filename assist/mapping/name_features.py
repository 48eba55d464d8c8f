"""How alike the names of two catalogues' fields are: one matrix per feature, sources by targets."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]  # scikit-learn ships no types
    TfidfVectorizer,
)

from assist.mapping.lexicon.book import Lexicon
from assist.mapping.naming import Naming
from assist.mapping.readings import Matrix, WordWeights, bags, best, readings
from assist.mapping.sense_features import sense_features
from assist.text.shortening import shortening, without_vowels

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_SURE: Final = 0.9

NAMES: Final = (
    "same_name",
    "own_words",
    "known_words",
    "source_covered",
    "target_covered",
    "character_grams",
    "jaro_winkler",
    "token_sort",
    "context_agrees",
    "context_differs",
    "digits_differ",
    "sense_differs",
    "kind_fits",
    "kind_differs",
    "core",
    "uncommon",
    "custom",
    "required",
    "place_agrees",
    "place_differs",
    "shortened",
    "consonants",
    "best_words",
    "whole_phrase",
    "usual_phrase",
)


def name_features(sources: Sequence[Naming], targets: Sequence[Naming], lexicon: Lexicon) -> Matrix:
    """Return the features of all pairs, of shape (sources, targets, features in the order of `NAMES`)."""
    weigh = WordWeights([*sources, *targets], lexicon.weak)
    columns: dict[str, int] = {}
    own = readings([list(one.own.items()) for one in sources], weigh, columns)
    theirs = readings([list(one.own.items()) for one in targets], weigh, columns)
    known_of_target = readings([[(p, 1.0) for p in one.known] for one in targets], weigh, columns)
    known_of_source = readings([[(p, 1.0) for p in one.known] for one in sources], weigh, columns)
    usual = readings([[(p, 1.0) for p in one.usual] for one in targets], weigh, columns)
    own_words = best(own, theirs, len(columns))
    known = np.maximum(best(own, known_of_target, len(columns)), best(known_of_source, theirs, len(columns)))
    layers: Mapping[str, Matrix] = {
        "own_words": own_words,
        "known_words": known,
        "best_words": np.maximum(own_words, known),
        "usual_phrase": (best(own, usual, len(columns)) > 0.85).astype(np.float32),
        "whole_phrase": (known > 0.955).astype(np.float32),
        "same_name": _same(sources, targets),
        "source_covered": _covered(sources, targets, weigh, columns),
        "target_covered": _covered(targets, sources, weigh, columns).T,
        "character_grams": _grams(sources, targets),
        "jaro_winkler": _best_of_strings(sources, targets, JaroWinkler.normalized_similarity),
        "token_sort": _token_sort(sources, targets),
        **sense_features(sources, targets),
        **_shortenings(sources, targets, own_words),
    }
    return np.stack([layers[name] for name in NAMES], axis=2).astype(np.float32)


def _same(sources: Sequence[Naming], targets: Sequence[Naming]) -> Matrix:
    """Return 1 for the same id, 0.8 for an id or label that is the other's."""
    found = np.zeros((len(sources), len(targets)), dtype=np.float32)
    by_id, by_label = _places_of(targets, "compact_id"), _places_of(targets, "compact_label")
    for row, one in enumerate(sources):
        for name in (one.compact_id, one.compact_label):
            found[row, [*by_id.get(name, ()), *by_label.get(name, ())]] = 0.8
        found[row, by_id.get(one.compact_id, [])] = 1
    return found


def _places_of(fields: Sequence[Naming], attribute: str) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, one in enumerate(fields):
        places.setdefault(getattr(one, attribute), []).append(at)
    return places


def _covered(
    covered: Sequence[Naming],
    by: Sequence[Naming],
    weigh: Callable[[str], float],
    columns: dict[str, int],
) -> Matrix:
    """Return which share of a field's words the other field's names explain, by weight."""
    asked = bags([one.sequence for one in covered], columns, weigh)
    offered = bags([one.words.union(*one.own, *one.known) for one in by], columns, lambda _word: 1.0)
    total = np.asarray(asked.sum(axis=1)).reshape(-1, 1)
    width = len(columns)
    asked.resize(asked.shape[0], width)
    offered.resize(offered.shape[0], width)
    shared = np.asarray((asked @ offered.T).todense(), dtype=np.float32)
    return np.asarray(shared / np.maximum(total, 1e-6), dtype=np.float32)


def _grams(sources: Sequence[Naming], targets: Sequence[Naming]) -> Matrix:
    ids = [one.compact_id for one in (*sources, *targets)]
    labels = [one.compact_label for one in (*sources, *targets)]
    if not any(len(text) > 1 for text in ids):
        return np.zeros((len(sources), len(targets)), dtype=np.float32)
    written = {text: at for at, text in enumerate(dict.fromkeys(ids + labels))}
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32).fit_transform(written)
    places = [np.array([written[text] for text in texts]) for texts in (ids, labels)]
    cut = len(sources)
    found = [(rows[one[:cut]] @ rows[other[cut:]].T).toarray() for one in places for other in places]
    return np.asarray(np.maximum.reduce(found), dtype=np.float32)


def _best_of_strings(
    sources: Sequence[Naming], targets: Sequence[Naming], scorer: Callable[..., float]
) -> Matrix:
    found = [
        process.cdist(one, other, scorer=scorer, dtype=np.float32, workers=1)
        for one in _two(sources)
        for other in _two(targets)
    ]
    return np.asarray(np.maximum.reduce(found), dtype=np.float32)


def _two(fields: Sequence[Naming]) -> tuple[list[str], list[str]]:
    return [one.compact_id for one in fields], [one.compact_label for one in fields]


def _token_sort(sources: Sequence[Naming], targets: Sequence[Naming]) -> Matrix:
    """Return how alike id and label are with the words in one order."""
    one, other = ([" ".join(f.sequence) for f in fields] for fields in (sources, targets))
    found = process.cdist(one, other, scorer=fuzz.token_sort_ratio, dtype=np.float32, workers=1)
    return np.asarray(found / 100, dtype=np.float32)


def _shortenings(
    sources: Sequence[Naming], targets: Sequence[Naming], own_words: Matrix
) -> Mapping[str, Matrix]:
    """Return how well an unknown id can be read as the other id cut short; 0 where both are made of known words."""
    short = np.zeros((len(sources), len(targets)), dtype=np.float32)
    odd = np.logical_or.outer([one.opaque for one in sources], [one.opaque for one in targets])
    if not odd.any():
        return {"shortened": short, "consonants": short}
    for row, column in np.argwhere(odd & (own_words < _SURE) & _may_be_short(sources, targets)):
        short[row, column] = _shortened(sources[row], targets[column])
    skeletons = [[without_vowels(one.compact_id) for one in fields] for fields in (sources, targets)]
    alike = process.cdist(*skeletons, scorer=fuzz.ratio, dtype=np.float32, workers=1) / 100
    return {"shortened": short, "consonants": np.where(odd, alike, 0).astype(np.float32)}


def _may_be_short(sources: Sequence[Naming], targets: Sequence[Naming]) -> NDArray[np.bool_]:
    """Return which pairs could be short forms of each other: one has all letters of the other."""
    one, other = (np.array([_letters(f.compact_id) for f in fields]) for fields in (sources, targets))
    differ = one[:, None, :] - other[None, :, :]
    return np.asarray((differ <= 0).all(axis=2) | (differ >= 0).all(axis=2))


def _letters(text: str) -> list[int]:
    """Return how often each letter or digit stands in a text; what is neither is counted together."""
    counts = Counter(text)
    known = [counts[letter] for letter in _ALPHABET]
    return [*known, len(text) - sum(known)]


def _shortened(one: Naming, other: Naming) -> float:
    if len(one.compact_id) <= len(other.compact_id):
        return shortening(one.compact_id, other.sequence)
    return shortening(other.compact_id, one.sequence)
