"""Which organizations in Streak are customers in NetSuite and are not tied to them yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import pandas as pd

from assist.duplicates import Findings, Kind, Rules, link
from assist.duplicates.explanation import as_plain
from assist.duplicates.groups import SURE, Groups, groups_of
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.standing import Standing
from assist.duplicates.telling import telling
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.customer_frame import KINDS
from streak_netsuite.flows.duplicate_search import QUESTIONS_KEPT, customer_frame, shown_values
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import (
    LINKS,
    FoundDuplicates,
    FoundGroup,
    PairDecision,
    PairName,
    PairQuestion,
    RunEntry,
    Sameness,
)

_ASKED_AT_ONCE = 1_000
_STREAK, _NETSUITE = "Streak", "NetSuite"


class LinkBook(Protocol):
    """Where runs and decisions about links are kept."""

    def decisions(self, scope: str) -> Sequence[PairDecision]:
        """Return everything that people said."""

    def keep_run(self, found: FoundDuplicates, *, now: datetime) -> RunEntry:
        """Keep what a run found."""

    def tie(self, made: Binding, *, actor: str, reason: str, now: datetime, over: str = "") -> None:
        """Keep a tie with the word of whoever makes it, all or nothing, and note it.

        Raises:
            RecordError: one of them is tied already, or somebody else than `over` has decided about both.
        """


class Ties(Protocol):
    """The ledger, as far as ties between organizations and customers go."""

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        """Return the bindings of Streak records to NetSuite records of a kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundLinks:
    """What was found, with the report as HTML and as CSV.

    Attributes:
        tied: organizations that were tied already; they and their customers were left out.
    """

    organizations: int
    customers: int
    tied: int
    links: int
    sure: int
    page: str
    sheet: str


@dataclass(frozen=True, kw_only=True)
class DuplicateLinks:
    """The search across both sides, and the tie that a person makes.

    Attributes:
        missing: tells which customers do not exist.
    """

    organizations: Callable[[], Iterable[Sequence[CustomerRow]]]
    customers: Callable[[], Iterable[Sequence[CustomerRow]]]
    missing: Callable[[Sequence[str]], frozenset[str]]
    memory: Ties
    book: LinkBook
    clock: Callable[[], datetime]

    def look(self) -> FoundLinks:
        """Look once, and keep what was found for people to decide. Writes nothing but the ledger.

        What people told apart is not offered again.
        """
        ours = customer_frame(row for some in self.organizations() for row in some)
        theirs = customer_frame(row for some in self.customers() for row in some)
        tied = self._tied(list(ours.index))
        open_ours = ours[~ours.index.isin(list(tied))]
        open_theirs = theirs[~theirs.index.isin(list(tied.values()))]
        standing = Standing()
        frame = pd.concat([open_ours, open_theirs], keys=[_STREAK, _NETSUITE])
        kinds = standing.kinds(frame, {"number": Kind.IGNORED, **KINDS})
        findings = link(open_ours, open_theirs, kinds=kinds, rules=self._rules(set(open_ours.index)))
        groups = groups_of(findings, frame, standing)
        now = self.clock()
        contents = contents_of(
            findings,
            frame,
            groups,
            title="Organizations in Streak that are customers in NetSuite",
            made_at=now,
            standing=standing,
        )
        report, cells = (
            page(contents, sure_bits=findings.settings.automatic_bits),
            csv_text(sheet(frame, groups)),
        )
        links = _links(groups, frame)
        found = FoundDuplicates(
            scope=LINKS,
            records=len(frame),
            groups=_groups(links, groups),
            questions=_questions(links[:QUESTIONS_KEPT], findings, frame),
            page=report,
            sheet=cells,
        )
        self.book.keep_run(found, now=now)
        return FoundLinks(
            organizations=len(ours),
            customers=len(theirs),
            tied=len(tied),
            links=len(groups.table),
            sure=int((groups.table["band"] == SURE).sum()),
            page=report,
            sheet=cells,
        )

    def tie(self, organization: str, customer: str, *, actor: str, reason: str, over: str = "") -> None:
        """Tie an organization to a customer, so that its deals go there.

        Args:
            over: another person whose decision about both is known and is replaced.

        Raises:
            RecordError: one of them does not exist, or is tied already, or somebody else has decided about both.
        """
        if self.missing([customer]):
            raise _unknown("customer", customer)
        if not any(row.internal_id == organization for some in self.organizations() for row in some):
            raise _unknown("organization", organization)
        made = Binding(
            streak=_organization(organization),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=customer),
            rule="person",
        )
        self.book.tie(made, actor=actor, reason=reason, over=over, now=self.clock())

    def _rules(self, organizations: set[str]) -> Rules:
        """Return what people told apart, by the ids of the search."""
        apart = [one.pair for one in self.book.decisions(LINKS) if one.said is Sameness.DIFFERENT]
        sides = [(p.left, p.right) if p.left in organizations else (p.right, p.left) for p in apart]
        return Rules(never=[(("left", ours), ("right", theirs)) for ours, theirs in sides])

    def _tied(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            refs = [_organization(key) for key in keys[start : start + _ASKED_AT_ONCE]]
            ties = self.memory.find_bindings(refs, RecordKind.CUSTOMER)
            found |= {ref.id: tie.netsuite.id for ref, tie in ties.items()}
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """A link by the rows of its records."""

    group: str
    ours: int
    theirs: int
    organization: str
    customer: str


def _links(groups: Groups, frame: pd.DataFrame) -> list[_Link]:
    """Return the links in the order of the report."""
    rows: dict[str, dict[str, int]] = {}
    for group, row in zip(groups.members["group"], groups.members["row"], strict=True):
        rows.setdefault(str(group), {})[str(frame.index[row][0])] = int(row)
    return [
        _Link(
            group=group,
            ours=sides[_STREAK],
            theirs=sides[_NETSUITE],
            organization=str(frame.index[sides[_STREAK]][1]),
            customer=str(frame.index[sides[_NETSUITE]][1]),
        )
        for group, sides in rows.items()
    ]


def _groups(links: Sequence[_Link], groups: Groups) -> list[FoundGroup]:
    facts = groups.table.loc[[one.group for one in links], ["band", "probability", "at_stake"]]
    return [
        FoundGroup(
            id=one.group,
            members=[one.organization, one.customer],
            band=str(band),
            probability=float(chance),
            at_stake=float(money),
        )
        for one, (band, chance, money) in zip(links, facts.itertuples(index=False, name=None), strict=True)
    ]


def _questions(links: Sequence[_Link], findings: Findings, frame: pd.DataFrame) -> list[PairQuestion]:
    ours, theirs = (np.array([getattr(one, side) for one in links], np.int64) for side in ("ours", "theirs"))
    if not links:
        return []
    told = telling(findings, frame, ours, theirs)
    return [
        PairQuestion(
            pair=PairName.of(one.organization, one.customer),
            bits=float(weight),
            place=place,
            body={
                "organization": one.organization,
                "customer": one.customer,
                "records": {
                    one.organization: shown_values(frame, one.ours),
                    one.customer: shown_values(frame, one.theirs),
                },
                "reasons": as_plain(reasons),
            },
        )
        for place, (one, weight, reasons) in enumerate(
            zip(links, told.bits.tolist(), told.reasons, strict=True)
        )
    ]


def _unknown(kind: str, name: str) -> RecordError:
    return RecordError(
        f"there is no {kind} {name}",
        code="UNKNOWN_RECORD",
        fix="copy its key from the report of duplicates link",
    )


def _organization(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key)
