"""Customers that may be one: what a run found, what a person is asked, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.errors import ConfigurationError


class Among(StrEnum):
    """Which table is looked at. The value names it to people; `scope` names its decisions and reports."""

    CUSTOMERS = "customers"
    ORGANIZATIONS = "organizations"
    CONTACTS = "contacts"

    @property
    def scope(self) -> str:
        """Names its runs, groups, questions and decisions."""
        return f"{self.system}-{self.value}"

    @property
    def one(self) -> str:
        """One of them, as people call it."""
        return self.value.removesuffix("s")

    @property
    def system(self) -> str:
        """The system that holds them."""
        return "netsuite" if self is Among.CUSTOMERS else "streak"

    @property
    def heading(self) -> str:
        """The report's title."""
        return f"Duplicate {self.value} in {'NetSuite' if self is Among.CUSTOMERS else 'Streak'}"


def tables_of(text: str) -> list[Among]:
    """Return the tables that a list with commas names, each once, customers first.

    Raises:
        ConfigurationError: there is no such table.
    """
    named = [one.strip() for one in text.split(",") if one.strip()]
    if unknown := [one for one in named if one not in set(Among)]:
        raise ConfigurationError(
            f"duplicates_among: there is no table '{unknown[0]}'; name some of {', '.join(Among)}"
        )
    return [one for one in Among if one in named]


SCOPE = Among.CUSTOMERS.scope
LINKS = "streak-netsuite-links"
"""Names runs and decisions about organizations in Streak that may be customers in NetSuite."""


class Sameness(StrEnum):
    """What a person said about two records. UNSURE is an answer: it is not asked again."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairName:
    """Two records by the ids of their table, the smaller first."""

    left: str
    right: str

    @classmethod
    def of(cls, one: str, other: str) -> "PairName":
        """Return the name of a pair, whichever is named first.

        Raises:
            ValueError: both are one record.
        """
        if one == other:
            raise ValueError(f"'{one}' cannot be a duplicate of itself")
        return cls(left=min(one, other), right=max(one, other))

    def __str__(self) -> str:
        return f"{self.left} and {self.right}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairQuestion:
    """Two records that a person is asked about.

    Attributes:
        bits: the evidence that they are one.
        place: its place in the queue, the most informative first.
        body: what is shown and learned from: `records` (values of both by field), `reasons`, `evidence` (bits by
            comparison).
    """

    pair: PairName
    bits: float
    place: int
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairDecision:
    """What was decided about a pair, with the evidence as it was then."""

    pair: PairName
    said: Sameness
    actor: str
    reason: str
    decided_at: datetime
    bits: float
    body: Mapping[str, Any] = field(default_factory=dict)


class GroupState(StrEnum):
    """What became of a group of duplicates.

    OPEN      the last run found it
    RESOLVED  the last run did not find it any more: merged, changed or deleted
    IGNORED   people said that its records are different
    """

    OPEN = "open"
    RESOLVED = "resolved"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundGroup:
    """A group as a run found it.

    Attributes:
        id: the same from run to run.
        members: ids of records, the proposed survivor first.
        band: "sure" or "review".
        at_stake: money on its records, as the table has it.
    """

    id: str
    members: Sequence[str]
    band: str
    probability: float
    at_stake: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What decisions of people taught the engine.

    Attributes:
        decisions: how many were learned from.
        before, after: how far off probabilities were from decisions not seen before (log loss), by the evidence alone
            and with what was learned.
        used: it was better, and counts.
    """

    decisions: int
    before: float
    after: float
    used: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDuplicates:
    """Everything that a run found.

    Attributes:
        scope: which table was looked at ("netsuite-customers").
        page: the report as HTML.
        sheet: the report as CSV.
        learned: None as long as people decided too little.
    """

    scope: str
    records: int
    groups: Sequence[FoundGroup]
    questions: Sequence[PairQuestion]
    page: str
    sheet: str
    learned: Learned | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEntry:
    """A run as the history shows it. `new`, `resolved` and `ignored` count groups since the run before."""

    id: int
    scope: str
    at: datetime
    records: int
    groups: int
    sure: int
    new: int
    resolved: int
    ignored: int
