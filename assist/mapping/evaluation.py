"""How good suggestions are, on labelled pairs the matcher did not learn from: ranks, calibration, ground truth."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon.book import load

_BINS: Final = 10
_TOP: Final = 5


@dataclass(frozen=True, kw_only=True)
class Case:
    """One source record beside one target record, and which pairs are right.

    Attributes:
        truth: pairs of positions (source, target); a target that is the same field under another id counts too.
    """

    system: str
    sources: Catalogue
    targets: Catalogue
    truth: Sequence[tuple[int, Collection[int]]]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Ranks of the right targets and probabilities of the first ones, over all judged pairs."""

    ranks: NDArray[np.int64]
    chances: NDArray[np.float64]

    @property
    def top_1(self) -> float:
        """The share of pairs whose right target came first."""
        return float((self.ranks == 1).mean())

    @property
    def top_5(self) -> float:
        """The share of pairs whose right target came among the first five."""
        return float((self.ranks <= _TOP).mean())

    @property
    def mean_reciprocal_rank(self) -> float:
        """The mean of one over the rank."""
        return float((1 / self.ranks).mean())

    @property
    def calibration_error(self) -> float:
        """The expected calibration error of the first target's probability, over ten bins of equal width."""
        return expected_calibration_error(self.chances, self.ranks == 1)


def expected_calibration_error(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the mean gap between probability and share of right answers, by bins of equal width.

    Source: Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017).
    """
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == at).mean() * abs(chances[bins == at].mean() - right[bins == at].mean())
        for at in np.unique(bins)
    ]
    return float(sum(gaps))


def joined(rankings: Iterable[Ranking]) -> Ranking:
    """Return the ranking over all pairs of several."""
    every = list(rankings)
    return Ranking(
        ranks=np.concatenate([one.ranks for one in every]),
        chances=np.concatenate([one.chances for one in every]),
    )


def ranking(case: Case, chances: NDArray[np.float64]) -> Ranking:
    """Return where the right targets of a case come when all targets are ordered by these probabilities."""
    ranks, first = [], []
    for row, right in case.truth:
        order = np.argsort(-chances[row], kind="stable")
        place = {int(column): at + 1 for at, column in enumerate(order)}
        ranks.append(min(place[column] for column in right))
        first.append(chances[row, order[0]])
    return Ranking(ranks=np.array(ranks), chances=np.array(first))


def recall_at_ground_truth(case: Case, chances: NDArray[np.float64]) -> float:
    """Return which share of the right pairs stands among the k likeliest of a one-to-one assignment, k being their number.

    Source: Koutras et al., "Valentine: Evaluating Matching Techniques for Dataset Discovery" (ICDE 2021).
    """
    right = {(row, column) for row, columns in case.truth for column in columns}
    rows, columns = linear_sum_assignment(_log_odds(chances), maximize=True)
    pairs = sorted(zip(rows, columns, strict=True), key=lambda pair: -chances[pair])[: len(case.truth)]
    return len(right & {(int(row), int(column)) for row, column in pairs}) / len(case.truth)


def _log_odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    bounded = np.clip(chances, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(bounded / (1 - bounded)))


def cases(rows: Iterable[Mapping[str, str]]) -> Sequence[Case]:
    """Return the cases that a table of labelled pairs tells, names only.

    The targets are all standard fields of the target record, and the custom fields that any pair of it names.

    Args:
        rows: with `source_system`, `source_entity`, `source_field`, `source_label`, `target_entity`, `target_field`.
    """
    groups: dict[tuple[str, str, str], list[Mapping[str, str]]] = defaultdict(list)
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        groups[row["source_system"], row["source_entity"], row["target_entity"]].append(row)
        wanted[row["target_entity"]].add(row["target_field"])
    targets = {
        record: _with_named(standard.target(record), record, names) for record, names in wanted.items()
    }
    return [_case(system, entity, targets[record], of) for (system, entity, record), of in groups.items()]


def written_cases(path: Path) -> Sequence[Case]:
    """Return the cases that a file tells as training pairs are written: by system, `source record > NetSuite record`."""
    written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text of every scalar: a key `No` is text
    return cases(
        {
            "source_system": system,
            "source_entity": block.partition(" > ")[0],
            "source_field": source,
            "source_label": "",
            "target_entity": block.partition(" > ")[2],
            "target_field": target,
        }
        for system, blocks in written.items()
        for block, pairs in blocks.items()
        for source, target in pairs.items()
    )


def _with_named(catalogue: Catalogue, record: str, names: Collection[str]) -> Catalogue:
    missing = [name for name in sorted(names) if catalogue.find(record, name) is None]
    return Catalogue(
        system=catalogue.system,
        fields=[*catalogue, *(Field(record=record, id=name) for name in missing)],
    )


def _case(system: str, entity: str, targets: Catalogue, rows: Sequence[Mapping[str, str]]) -> Case:
    labels = {row["source_field"]: row["source_label"] for row in rows}
    sources = [Field(record=entity, id=id_, label=label) for id_, label in labels.items()]
    place = {one.id: at for at, one in enumerate(sources)}
    return Case(
        system=system,
        sources=Catalogue(system=system, fields=sources),
        targets=targets,
        truth=[(place[row["source_field"]], _same(targets, row["target_field"])) for row in rows],
    )


def _same(targets: Catalogue, name: str) -> set[int]:
    """Return the positions of a field under every id it has."""
    record = targets.records[0]
    known = load().find(record, name)
    return {
        at
        for at, one in enumerate(targets)
        if name.lower() in {one.id.lower(), *(alias.lower() for alias in one.aliases)}
        or (known is not None and load().find(record, one.id) is known)
    }
