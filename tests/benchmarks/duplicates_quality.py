"""How well duplicates are found on labelled sets, one fixed configuration for all of them, beside other engines."""

import sys
import time

import numpy as np
from duplicates_data import Case, PeerMissing, cases
from duplicates_peers import PEERS, labels_of
from measurement import Measurement

from assist.duplicates import evaluation
from assist.duplicates.engine import Findings, find_duplicates, link

PRECISION_BAR = {"companies_100000_hard": 0.97}
AUTOMATIC_BAR = 0.99


def measure() -> list[Measurement]:
    """Judge the engine on every labelled set, then each peer that can be run."""
    found = cases()
    if not found:
        print("duplicates_quality: no labelled data beside the checkout", file=sys.stderr)  # noqa: T201
    rows = []
    for case in found:
        rows += judged(case)
    return rows


def judged(case: Case) -> list[Measurement]:
    """Return the figures of one set, ours first, and print them in one line."""
    started = time.perf_counter()
    findings = find_duplicates(case.frames[0]) if len(case.frames) == 1 else link(*case.frames)
    seconds = time.perf_counter() - started
    figures = figures_of(findings, case)
    told = ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
    print(f"{case.name}: {told}, {seconds:.1f} s", file=sys.stderr)  # noqa: T201
    rows = [_row(case.name, "pairwise F1", figures["f1"], "bar", case.bar, ">= 1")]
    if case.name in PRECISION_BAR:
        bar = PRECISION_BAR[case.name]
        rows.append(_row(case.name, "precision", figures["precision"], "bar", bar, ">= 1"))
    rows.append(_row(case.name, "automatic precision", figures["automatic"], "bar", AUTOMATIC_BAR, ">= 1"))
    for peer in PEERS:
        try:
            theirs = evaluation.pairwise(labels_of(peer, case).labels, case.truth).f1
        except PeerMissing as error:
            print(f"duplicates_quality: {case.name} without {error}", file=sys.stderr)  # noqa: T201
        else:
            rows.append(_row(case.name, f"F1 beside {peer.name}", figures["f1"], peer.name, theirs, ""))
    return rows


def figures_of(findings: Findings, case: Case) -> dict[str, float]:
    """Return what is known of a run against the truth."""
    pairs = evaluation.pairwise(findings.groups, case.truth)
    records = evaluation.b_cubed(findings.groups, case.truth)
    truth = evaluation.truth_pairs(case.truth)
    chosen = findings.automatic()
    automatic = evaluation.of_pairs(findings.pairs[chosen], truth)
    review = evaluation.of_pairs(
        findings.pairs[~chosen & (findings.bits > findings.settings.review_bits)], truth
    )
    return {
        "f1": pairs.f1,
        "precision": pairs.precision,
        "recall": pairs.recall,
        "b-cubed f1": records.f1,
        "automatic": automatic.precision,
        "automatic recall": automatic.recall,
        "read per duplicate": 1 / max(review.precision, 1e-9),
        "blocking lost": evaluation.lost(findings.compared, truth),
        "compared per record": len(findings.compared) / len(findings.ids),
    }


def _row(
    case: str, what: str, value: float, reference: str, reference_value: float, wanted: str
) -> Measurement:
    return Measurement(
        name=f"duplicates_quality: {case}, {what}",
        value=value,
        unit="share",
        reference=reference,
        reference_value=reference_value,
        ratio=value / reference_value if reference_value else float(np.inf),
        wanted=wanted,
    )
