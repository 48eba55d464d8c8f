"""What a run has to say about pairs of its records: the evidence as it was decided, and the reasons that add up to it."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates.engine import Findings
from assist.duplicates.explanation import Reason, explain
from assist.duplicates.pairs import packed

Real = NDArray[np.float64]
Index = NDArray[np.int64]


class Told(NamedTuple):
    """The evidence of each pair in bits, and the reasons."""

    bits: Real
    reasons: list[list[Reason]]


def telling(findings: Findings, frame: pd.DataFrame, left: Index, right: Index) -> Told:
    """Return what is to be said about pairs of records, given by their places in the frame that was searched."""
    if not len(left):
        return Told(np.zeros(0), [])
    pairs = packed(left, right, len(findings.ids))
    bits = findings.evidence(pairs)
    table = findings.table
    reasons = explain(
        findings.model,
        table,
        left,
        table,
        right,
        shown=(frame.iloc[left], frame.iloc[right]),
        decided=bits,
        rules=findings.rules_of(pairs),
    )
    return Told(bits, reasons)
