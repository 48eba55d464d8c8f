"""Looks for customers that are one: reads them all, asks the engine, keeps what it found and what to ask people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd

from assist.duplicates import Findings, Kind, Rules, find_duplicates
from assist.duplicates.explanation import as_plain
from assist.duplicates.groups import Groups, groups_of
from assist.duplicates.index import crowds_of
from assist.duplicates.kept import to_plain
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.standing import Standing
from assist.duplicates.telling import telling
from streak_netsuite.flows.customer_frame import KINDS, kinds_of
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import (
    Among,
    FoundDuplicates,
    FoundGroup,
    Learned,
    PairDecision,
    PairName,
    PairQuestion,
    RunEntry,
    Sameness,
)

QUESTIONS_KEPT = 500
_COLUMNS = ("number", *KINDS, "balance", "orders", "inactive", "created")


class Book(Protocol):
    """Where runs and decisions are kept."""

    def groups_before(self, scope: str) -> Mapping[str, str]:
        """Return the group that each record is in since the last run."""

    def decisions(self, scope: str) -> Sequence[PairDecision]:
        """Return everything that people said."""

    def runs(self, *, scope: str | None = None, limit: int = 20) -> Sequence[RunEntry]:
        """Return the newest runs."""

    def keep_run(self, found: FoundDuplicates, *, now: datetime) -> RunEntry:
        """Keep what a run found."""


class Index(Protocol):
    """Where customers that are to be created are looked up."""

    def key(self) -> bytes:
        """Return the secret of its codes."""

    def keep_model(self, plain: Mapping[str, Any], crowds: Mapping[int, int], *, now: datetime) -> None:
        """Keep what was learned."""


@dataclass(frozen=True, kw_only=True)
class DuplicateSearch:
    """A search among all customers of the NetSuite account, or all organizations or contacts in Streak.

    Attributes:
        index: keeps what was learned for the gate in front of new customers; None for what has no gate.
    """

    rows: Callable[[], Iterable[Sequence[CustomerRow]]]
    book: Book
    index: Index | None
    clock: Callable[[], datetime]
    among: Among = Among.CUSTOMERS

    def run(self) -> RunEntry:
        """Look once. Writes nothing but the ledger.

        People's decisions count: what they called the same is one customer, what they called different is never
        grouped, and neither is asked about again. What was learned is kept for the gate in front of new customers.
        """
        scope = self.among.scope
        frame = customer_frame(row for some in self.rows() for row in some)
        said = self.book.decisions(scope)
        standing = Standing()
        findings = find_duplicates(
            frame,
            kinds=standing.kinds(frame, {"number": Kind.IGNORED, **kinds_of(self.among)}),
            rules=rules_of(said),
        )
        before = self.book.groups_before(scope)
        groups = groups_of(findings, frame, standing, before)
        now = self.clock()
        contents = contents_of(
            findings,
            frame,
            groups,
            title=self.among.heading,
            made_at=now,
            standing=standing,
            before=before if self.book.runs(scope=scope, limit=1) else None,
        )
        found = FoundDuplicates(
            scope=scope,
            records=len(frame),
            groups=found_groups(groups, frame),
            questions=questions_of(findings, frame, said),
            page=page(contents, sure_bits=findings.settings.automatic_bits),
            sheet=csv_text(sheet(frame, groups)),
            learned=Learned(**asdict(findings.teaching)) if findings.teaching else None,
        )
        entry = self.book.keep_run(found, now=now)
        if self.index is not None:
            crowds = crowds_of(findings.table, self.index.key())
            self.index.keep_model(to_plain(findings.model), crowds, now=now)
        return entry


def customer_frame(rows: Iterable[CustomerRow]) -> pd.DataFrame:
    """Return customers as the engine reads them, by internal id; what is empty is missing."""
    listed = list(rows)
    columns = {name: [getattr(row, name) for row in listed] for name in _COLUMNS}
    frame = pd.DataFrame(columns, index=pd.Index([row.internal_id for row in listed], name="internal_id"))
    texts = ["number", *KINDS]
    frame[texts] = frame[texts].astype(object).replace("", None)
    for name in ("balance", "orders"):
        frame[name] = frame[name].astype(float)
    return frame[~frame.index.duplicated()]


def rules_of(said: Iterable[PairDecision]) -> Rules:
    """Return what is certain because people said so; the same registration number makes one customer."""
    pairs: dict[Sameness, list[tuple[str, str]]] = {one: [] for one in Sameness}
    for decision in said:
        pairs[decision.said].append((decision.pair.left, decision.pair.right))
    return Rules(
        same_if_equal=["registration_number"], same=pairs[Sameness.SAME], never=pairs[Sameness.DIFFERENT]
    )


def found_groups(groups: Groups, frame: pd.DataFrame) -> list[FoundGroup]:
    """Return groups as the ledger keeps them."""
    members = groups.members
    names = frame.index[members["row"].to_numpy()]
    by_group = pd.Series(names, index=members["group"].to_numpy()).groupby(level=0, sort=False).agg(list)
    table = groups.table
    return [
        FoundGroup(id=str(group), members=by_group[group], band=band, probability=chance, at_stake=money)
        for group, band, chance, money in zip(
            table.index.tolist(),
            table["band"].tolist(),
            table["probability"].tolist(),
            table["at_stake"].tolist(),
            strict=True,
        )
    ]


def questions_of(
    findings: Findings, frame: pd.DataFrame, said: Iterable[PairDecision], *, most: int = QUESTIONS_KEPT
) -> list[PairQuestion]:
    """Return the pairs that people are asked about: those the engine is least sure of come first."""
    settings, size = findings.settings, len(findings.ids)
    open_ = np.flatnonzero((findings.bits > settings.review_bits) & (findings.bits < settings.automatic_bits))
    by_doubt = open_[np.argsort(np.abs(findings.bits[open_] - findings.least), kind="stable")]
    answered = {one.pair for one in said}
    some = by_doubt[: most + len(answered)]
    left, right = findings.pairs[some] // size, findings.pairs[some] % size
    told = telling(findings, frame, left, right)
    found: list[PairQuestion] = []
    for i, j, bits, reasons in zip(
        left.tolist(), right.tolist(), told.bits.tolist(), told.reasons, strict=True
    ):
        pair = PairName.of(str(frame.index[i]), str(frame.index[j]))
        if pair in answered or len(found) == most:
            continue
        records = {str(frame.index[at]): shown_values(frame, at) for at in (i, j)}
        body = {"records": records, "reasons": as_plain(reasons)}
        found.append(PairQuestion(pair=pair, bits=bits, place=len(found), body=body))
    return found


def shown_values(frame: pd.DataFrame, at: int) -> dict[str, str]:
    """Return what a record holds, as people are shown it."""
    row = frame.iloc[at]
    return {str(name): str(value) for name, value in row.items() if pd.notna(value) and str(value) != ""}
