"""The suggester: for each source field the likeliest target, with reasons; silent when unsure. It never writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping import trained
from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon import book
from assist.mapping.matcher import FEATURES, FieldMatcher
from assist.mapping.memory import Memory
from assist.mapping.naming import Naming, Reader
from assist.mapping.pair_features import pair_features
from assist.mapping.reasons import Pair, reasons, warnings
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggestion import Band, Candidate, Suggestion, band

FieldKey = tuple[str, str]
_HAS_VALUES: Final = FEATURES.index("has_values")
# A hand-made mapping leaves its fields out of the assignment; they are still told as candidates.
_TAKEN: Final = -1.0
# What speaks for a pair by itself, and from which value on. Where nothing does, a target is only likely because the others
# are ruled out: of hundreds that hold no values, one is left that way for any field whose name says nothing.
_EVIDENCE: Final = {
    "best_words": 0.2,
    "shortened": 0.5,
    "consonants": 0.7,
    "jaro_winkler": 0.8,
    "character_grams": 0.3,
    "values_shared": 0.02,
    "words_shared": 0.1,
    "patterns_shared": 0.5,
    "numbers_alike": 0.5,
}


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """Two catalogues compared: names, features, probabilities, and for which pairs anything speaks."""

    sources: Catalogue
    targets: Catalogue
    named: tuple[Sequence[Naming], Sequence[Naming]]
    cube: NDArray[Any]
    chances: NDArray[np.float64]
    evident: NDArray[np.bool_]


class Suggester:
    """Suggests mappings between two catalogues.

    Args:
        matcher: judges pairs; the shipped one when not given.
        lexicon: reads names; the shipped one when not given.
    """

    def __init__(
        self,
        *,
        settings: SuggesterSettings | None = None,
        matcher: FieldMatcher | None = None,
        lexicon: book.Lexicon | None = None,
    ) -> None:
        self._settings = settings or SuggesterSettings()
        self._matcher = matcher or trained.matcher()
        self._lexicon = lexicon or book.load()

    def suggest(
        self,
        sources: Catalogue,
        targets: Catalogue,
        *,
        mapped: Collection[tuple[FieldKey, FieldKey]] = (),
        memory: Memory | None = None,
    ) -> list[Suggestion]:
        """Return a suggestion for each source field that is not mapped yet, in the catalogue's order.

        Args:
            mapped: hand-made pairs of field keys; they stay as they are, and neither side is suggested again.
            memory: what was accepted and rejected before; it lifts or lowers.
        """
        judged = self._judge(sources, targets, memory or Memory())
        done = {source for source, _ in mapped}
        chosen = self._assigned(judged, mapped)
        rows = [row for row, one in enumerate(sources) if one.key not in done]
        told = self._candidates(judged, rows, chosen)
        return [self._suggestion(sources.fields[row], told[row], chosen.get(row)) for row in rows]

    def chances(
        self, sources: Catalogue, targets: Catalogue, *, memory: Memory | None = None
    ) -> NDArray[np.float64]:
        """Return the probabilities of all pairs, of shape (sources, targets)."""
        return self._judge(sources, targets, memory or Memory()).chances

    def features(self, sources: Catalogue, targets: Catalogue) -> NDArray[Any]:
        """Return what the matcher is told of all pairs, of shape (sources, targets, features)."""
        reader = Reader(self._lexicon)
        return pair_features(sources, targets, (reader.read(sources), reader.read(targets)), self._lexicon)

    def _judge(self, sources: Catalogue, targets: Catalogue, memory: Memory) -> _Judged:
        reader = Reader(self._lexicon)
        named = reader.read(sources), reader.read(targets)
        cube = pair_features(sources, targets, named, self._lexicon)
        chances = np.zeros(cube.shape[:2])
        evident = _evident(cube)
        if chances.size:
            alone = self._matcher.judge(cube)
            for (row, column), lift in memory.lifts(sources.fields, targets.fields).items():
                alone[row, column] += lift
                evident[row, column] |= lift > 0
            queries = np.repeat(np.arange(len(sources)), len(targets))
            flat = self._matcher.calibrated(
                alone.ravel(), queries, cube[:, :, _HAS_VALUES].ravel().astype(np.float64)
            )
            chances = flat.reshape(chances.shape)
        return _Judged(
            sources=sources, targets=targets, named=named, cube=cube, chances=chances, evident=evident
        )

    def _assigned(self, judged: _Judged, mapped: Collection[tuple[FieldKey, FieldKey]]) -> dict[int, int]:
        """Return which target each source gets when each target is given once, required ones first."""
        likely = (judged.chances >= self._settings.review_from) & judged.evident
        worth = np.where(likely, judged.chances, 0.0)
        required = np.array([one.required for one in judged.targets], dtype=np.float64)
        worth = worth * (1 + self._settings.required_bonus * required)
        sources, targets = ({pair[side] for pair in mapped} for side in (0, 1))
        worth[[at for at, one in enumerate(judged.sources) if one.key in sources], :] = _TAKEN
        worth[:, [at for at, one in enumerate(judged.targets) if one.key in targets]] = _TAKEN
        rows, columns = linear_sum_assignment(worth, maximize=True)
        return {
            int(row): int(column) for row, column in zip(rows, columns, strict=True) if worth[row, column] > 0
        }

    def _candidates(
        self, judged: _Judged, rows: Sequence[int], chosen: Mapping[int, int]
    ) -> Mapping[int, Mapping[int, Candidate]]:
        """Return for each source's position its candidates by their positions, best first."""
        wanted = {row: self._likeliest(judged.chances[row], chosen.get(row)) for row in rows}
        pairs = [(row, column) for row in rows for column in wanted[row]]
        told: dict[int, dict[int, Candidate]] = {row: {} for row in rows}
        if pairs:
            features = judged.cube[tuple(np.array(pairs).T)]
            for (row, column), weights in zip(pairs, self._matcher.weights(features), strict=True):
                told[row][column] = self._candidate(judged, row, column, weights)
        return told

    def _likeliest(self, chances: NDArray[np.float64], chosen: int | None) -> Sequence[int]:
        best = [int(at) for at in np.argsort(-chances, kind="stable")[: self._settings.top_k]]
        return best if chosen is None or chosen in best else [*best, chosen]

    def _candidate(self, judged: _Judged, row: int, column: int, weights: NDArray[np.float64]) -> Candidate:
        pair = Pair(
            source=judged.sources.fields[row],
            target=judged.targets.fields[column],
            one=judged.named[0][row],
            other=judged.named[1][column],
            features=_by_name(judged.cube[row, column]),
        )
        return Candidate(
            target=pair.target,
            probability=float(judged.chances[row, column]),
            reasons=reasons(pair, _by_name(weights), self._settings.reasons),
            warnings=warnings(pair),
        )

    def _suggestion(
        self, source: Field, candidates: Mapping[int, Candidate], column: int | None
    ) -> Suggestion:
        chosen = None if column is None else candidates[column]
        return Suggestion(
            source=source,
            chosen=chosen,
            band=Band.ABSTAIN if chosen is None else band(chosen.probability, self._settings),
            candidates=tuple(candidates.values()),
        )


def _evident(cube: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for which pairs anything speaks, of the cube's shape without its last axis."""
    found = np.zeros(cube.shape[:2], dtype=bool)
    for name, least in _EVIDENCE.items():
        found |= cube[:, :, FEATURES.index(name)] >= least
    return found


def _by_name(values: NDArray[Any]) -> Mapping[str, float]:
    return dict(zip(FEATURES, map(float, values), strict=True))
