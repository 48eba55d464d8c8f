"""How often the right field comes first, beside rapidfuzz, TF-IDF and published matchers on the same cases."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from mapping_data import field_cases, table_cases
from matching_peers import PUBLISHED, PeerMissing, Scores, by_published, by_rapidfuzz, by_tfidf
from measurement import Measurement

from assist.mapping.evaluation import Case, Ranking, joined, ranking, recall_at_ground_truth, written_cases
from assist.mapping.suggester import Suggester

OTHER_SYSTEMS = Path(__file__).parents[1] / "assist" / "other_systems.yaml"
BARS = {"top-1": 0.75, "top-5": 0.90, "mean reciprocal rank": 0.82}
MOST_CALIBRATION_ERROR = 0.05
RECALL_BAR = 0.86
PEERS: dict[str, Callable[[Sequence[Case]], Scores]] = {
    "rapidfuzz": by_rapidfuzz,
    "tf-idf": by_tfidf,
    **{name: partial(by_published, name) for name in PUBLISHED},
}


def measure() -> list[Measurement]:
    """Judge both sets of cases by our matcher, then by each peer that can be run."""
    fields, tables = field_cases(), table_cases()
    if not fields or not tables:
        print("mapping_quality: no labelled data beside the checkout", file=sys.stderr)  # noqa: T201
        return []
    ours = _ours(fields)
    rows = _against_bars(ours, _recall(tables, _scores(tables)))
    rows += _of_others(_ours(written_cases(OTHER_SYSTEMS)))
    for name, peer in PEERS.items():
        try:
            rows += _against_peer(ours, name, fields, peer)
            rows.append(_recall_against(rows[4].value, name, tables, peer))
        except PeerMissing as error:
            print(f"mapping_quality: without {error}", file=sys.stderr)  # noqa: T201
    return rows


def _scores(cases: Sequence[Case]) -> Scores:
    suggester = Suggester()
    return [suggester.chances(case.sources, case.targets) for case in cases]


def _ours(cases: Sequence[Case]) -> Ranking:
    return _ranking(cases, _scores(cases))


def _ranking(cases: Sequence[Case], scores: Scores) -> Ranking:
    return joined(ranking(case, of) for case, of in zip(cases, scores, strict=True))


def _recall(cases: Sequence[Case], scores: Scores) -> float:
    found = [recall_at_ground_truth(case, of) for case, of in zip(cases, scores, strict=True)]
    return float(np.mean(found))


def _figures(of: Ranking) -> dict[str, float]:
    return {"top-1": of.top_1, "top-5": of.top_5, "mean reciprocal rank": of.mean_reciprocal_rank}


def _against_bars(ours: Ranking, recall: float) -> list[Measurement]:
    rows = [_row(name, value, "bar", BARS[name], ">= 1") for name, value in _figures(ours).items()]
    error = ours.calibration_error
    rows.append(_row("calibration error", error, "bar", MOST_CALIBRATION_ERROR, "<= 1"))
    rows.append(_row("tables, recall at ground truth", recall, "bar", RECALL_BAR, ">= 1"))
    return rows


def _of_others(ours: Ranking) -> list[Measurement]:
    """Say how it does on systems that nothing was made from."""
    return [
        _row(f"{name}, other systems", value, "bar", BARS[name], ">= 1")
        for name, value in _figures(ours).items()
    ]


def _against_peer(
    ours: Ranking, name: str, cases: Sequence[Case], peer: Callable[[Sequence[Case]], Scores]
) -> list[Measurement]:
    theirs = _figures(_ranking(cases, peer(cases)))
    return [
        _row(f"{what} beside {name}", value, name, theirs[what], "> 1")
        for what, value in _figures(ours).items()
    ]


def _recall_against(
    ours: float, name: str, cases: Sequence[Case], peer: Callable[[Sequence[Case]], Scores]
) -> Measurement:
    return _row(f"tables beside {name}", ours, name, _recall(cases, peer(cases)), "> 1")


def _row(what: str, value: float, reference: str, reference_value: float, wanted: str) -> Measurement:
    return Measurement(
        name=f"mapping_quality: {what}",
        value=value,
        unit="share",
        reference=reference,
        reference_value=reference_value,
        ratio=value / reference_value if reference_value else float("inf"),
        wanted=wanted,
    )
