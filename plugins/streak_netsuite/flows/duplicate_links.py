"""Which organizations in Streak are customers in NetSuite and are not tied to them yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from assist.duplicates import Kind, link
from assist.duplicates.groups import SURE, groups_of
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.standing import Standing
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.customer_frame import KINDS
from streak_netsuite.flows.duplicate_search import customer_frame
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_row import CustomerRow

_ASKED_AT_ONCE = 1_000


class Ties(Protocol):
    """The ledger, as far as ties between organizations and customers go."""

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        """Return the bindings of Streak records to NetSuite records of a kind."""

    def keep_bindings(self, bindings: Sequence[Binding], *, now: datetime) -> Sequence[Binding]:
        """Keep ties; return those that could not be kept because either side is tied elsewhere."""

    def append_audit(
        self, *, actor: str, action: str, subject: str, details: Mapping[str, object], now: datetime
    ) -> None:
        """Note who did what."""


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
    clock: Callable[[], datetime]

    def look(self) -> FoundLinks:
        """Look once. Writes nothing."""
        ours = customer_frame(row for some in self.organizations() for row in some)
        theirs = customer_frame(row for some in self.customers() for row in some)
        tied = self._tied(list(ours.index))
        open_ours = ours[~ours.index.isin(list(tied))]
        open_theirs = theirs[~theirs.index.isin(list(tied.values()))]
        standing = Standing()
        frame = pd.concat([open_ours, open_theirs], keys=["Streak", "NetSuite"])
        kinds = standing.kinds(frame, {"number": Kind.IGNORED, **KINDS})
        findings = link(open_ours, open_theirs, kinds=kinds)
        groups = groups_of(findings, frame, standing)
        contents = contents_of(
            findings,
            frame,
            groups,
            title="Organizations in Streak that are customers in NetSuite",
            made_at=self.clock(),
            standing=standing,
        )
        return FoundLinks(
            organizations=len(ours),
            customers=len(theirs),
            tied=len(tied),
            links=len(groups.table),
            sure=int((groups.table["band"] == SURE).sum()),
            page=page(contents, sure_bits=findings.settings.automatic_bits),
            sheet=csv_text(sheet(frame, groups)),
        )

    def tie(self, organization: str, customer: str, *, actor: str, reason: str) -> None:
        """Tie an organization to a customer, so that its deals go there.

        Raises:
            RecordError: one of them does not exist, or is tied already.
        """
        now = self.clock()
        if self.missing([customer]):
            raise _unknown("customer", customer)
        if not any(row.internal_id == organization for some in self.organizations() for row in some):
            raise _unknown("organization", organization)
        made = Binding(
            streak=_organization(organization),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=customer),
            rule="person",
        )
        if self.memory.keep_bindings([made], now=now):
            raise RecordError(
                f"organization {organization} or customer {customer} is tied already",
                code="ALREADY_TIED",
                fix="an organization has one customer, and a customer one organization",
            )
        self.memory.append_audit(
            actor=actor,
            action="binding.made",
            subject=str(made.streak),
            details={"to": customer, "reason": reason},
            now=now,
        )

    def _tied(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            refs = [_organization(key) for key in keys[start : start + _ASKED_AT_ONCE]]
            ties = self.memory.find_bindings(refs, RecordKind.CUSTOMER)
            found |= {ref.id: tie.netsuite.id for ref, tie in ties.items()}
        return found


def _unknown(kind: str, name: str) -> RecordError:
    return RecordError(
        f"there is no {kind} {name}",
        code="UNKNOWN_RECORD",
        fix="copy its key from the report of duplicates link",
    )


def _organization(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key)
