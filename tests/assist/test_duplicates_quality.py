"""Duplicates are found on labelled tables that the engine was not tuned on, by one configuration."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from assist.duplicates import Findings, evaluation, find_duplicates, link

pytestmark = pytest.mark.shared_data
Truth = NDArray[np.int64]


def read_febrl(folder: Path, name: str) -> tuple[pd.DataFrame, Truth]:
    """Return a table of persons; the true person is in the record's id."""
    frame = pd.read_csv(folder / "febrl" / name, dtype=str, skipinitialspace=True, index_col="rec_id")
    frame.columns = frame.columns.str.strip()
    truth = frame.index.to_series().str.extract(r"rec-(\d+)")[0].astype(int).to_numpy(np.int64)
    return frame, truth


def automatic_precision(findings: Findings, truth: Truth) -> float:
    """Return how many of the pairs that need no review are right."""
    chosen = findings.pairs[findings.automatic()]
    return evaluation.of_pairs(chosen, evaluation.truth_pairs(truth)).precision


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    """The labelled tables."""
    return shared_data / "duplicates"


def test_persons_of_one_table(folder: Path) -> None:
    frame, truth = read_febrl(folder, "dataset3.csv")
    findings = find_duplicates(frame)
    assert evaluation.pairwise(findings.groups, truth).f1 >= 0.999
    assert automatic_precision(findings, truth) >= 0.99


def test_persons_of_two_tables(folder: Path) -> None:
    left, left_truth = read_febrl(folder, "dataset4a.csv")
    right, right_truth = read_febrl(folder, "dataset4b.csv")
    findings = link(left, right)
    truth = np.concatenate([left_truth, right_truth])
    assert evaluation.pairwise(findings.groups, truth).f1 >= 0.999
    assert automatic_precision(findings, truth) >= 0.99


def test_publications_of_two_catalogues(folder: Path) -> None:
    frames = [
        pd.read_csv(folder / "dblp_acm" / f"{side}.csv", sep="%", dtype=str, index_col="id")
        for side in ("dblp", "acm")
    ]
    right_pairs = pd.read_csv(folder / "dblp_acm" / "gt.csv", sep="%", dtype=str)
    truth = np.arange(sum(map(len, frames)), dtype=np.int64)
    left = frames[0].index.get_indexer(pd.Index(right_pairs["D1"]))
    right = frames[1].index.get_indexer(pd.Index(right_pairs["D2"])) + len(frames[0])
    truth[right] = truth[left]
    findings = link(*frames)
    assert evaluation.pairwise(findings.groups, truth).f1 >= 0.96
    assert automatic_precision(findings, truth) >= 0.99


def test_blocking_loses_next_to_nothing(folder: Path) -> None:
    frame, truth = read_febrl(folder, "dataset3.csv")
    findings = find_duplicates(frame)
    assert evaluation.lost(findings.compared, evaluation.truth_pairs(truth)) <= 0.001
