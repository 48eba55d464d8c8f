"""What stops work when an account was replaced: when it asks, whom it believes, and what it does without an answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.errors import InvalidCredentials, RecordsReplaced, StreakNetSuiteError, Unavailable
from streak_netsuite.flows.outage import RECORDS, OutageBook
from streak_netsuite.flows.record_guard import RecordGuard
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.same_records import WrittenTie

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_tie(number: int) -> WrittenTie:
    """The order of a box."""
    return WrittenTie(
        binding=Binding(
            streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"box-{number}"),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=str(number)),
            rule="created",
        ),
        key=f"streak-so-{number}",
    )


TIES = [a_tie(number) for number in range(5)]
OURS = {tie.binding.netsuite: {tie.key} for tie in TIES}
STRANGERS = {tie.binding.netsuite: {"strange"} for tie in TIES}


@dataclass
class Account:
    """NetSuite, as far as it is asked."""

    held: Mapping[ExternalRef, Collection[str]] = field(default_factory=lambda: OURS)
    error: StreakNetSuiteError | None = None
    calls: int = 0

    def keys_of(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Collection[str]]:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return {one: self.held[one] for one in records if one in self.held}


@dataclass
class Place:
    """An account, a ledger, and a clock."""

    ledger: Ledger
    account: Account = field(default_factory=Account)
    now: datetime = NOW

    def written_ties(self, *, limit: int) -> Sequence[WrittenTie]:
        return TIES[:limit]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def require(self, login: str = "one") -> None:
        guard = RecordGuard(erp=self.account, memory=self, login=login, clock=lambda: self.now)
        guard.require()


@pytest.fixture
def place(ledger: Ledger) -> Place:
    """A ledger whose records were just seen to be ours."""
    place = Place(ledger)
    place.require()
    return place


def replace_account(place: Place) -> None:
    """Let the account be replaced, and be seen."""
    place.account.held = STRANGERS
    place.now += timedelta(hours=2)
    with pytest.raises(RecordsReplaced):
        place.require()


@pytest.mark.parametrize(
    "error", [Unavailable("503"), InvalidCredentials("no permission")], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize("login", ["one", "another"])
def test_a_replaced_account_stays_so_while_it_cannot_be_asked(
    place: Place, error: StreakNetSuiteError, login: str
) -> None:
    replace_account(place)
    place.account.error = error
    with pytest.raises(RecordsReplaced, match="carries 'strange' in place of"):
        place.require(login)


def test_a_replaced_account_is_asked_in_each_run_and_believed_when_it_is_ours_again(place: Place) -> None:
    replace_account(place)
    place.account.held = OURS
    place.require()
    place.account.error = Unavailable("503")
    place.now += timedelta(hours=2)
    place.require()


@pytest.mark.parametrize(
    "error", [Unavailable("503"), InvalidCredentials("no permission")], ids=lambda e: type(e).__name__
)
def test_another_login_does_not_begin_before_it_was_answered(
    place: Place, error: StreakNetSuiteError
) -> None:
    place.account.error = error
    with pytest.raises(type(error)):
        place.require("another")
    place.now += timedelta(hours=2)
    place.require("one")


def test_two_logins_in_turn_cost_one_look_each_an_hour(place: Place) -> None:
    for _ in range(3):
        place.require("command line")
        place.require("one")
    assert place.account.calls == 2
    place.now += timedelta(minutes=61)
    place.require("one")
    place.require("one")
    assert place.account.calls == 3


def test_a_login_that_was_not_seen_for_long_is_a_new_one(place: Place) -> None:
    place.require("another")
    place.now += timedelta(days=31)
    place.require("one")
    place.account.error = Unavailable("503")
    with pytest.raises(Unavailable):
        place.require("another")


def test_whoever_only_looks_does_not_use_up_the_alert(place: Place) -> None:
    """A dry run meets the replaced account first; the flow that comes after has the news to tell, and tells it once."""
    replace_account(place)
    book = OutageBook(memory=place.ledger, clock=lambda: place.now)
    said = [
        book.begin(RECORDS, "replaced", flow=flow, run=run)
        for flow, run in [
            ("deal_to_order", "run-1"),
            ("sweep", "run-2"),
            ("deal_to_order", "run-1"),  # the worker had died before it could fail
            ("deal_to_order", "run-3"),
        ]
    ]
    assert said == [True, False, True, False]


def test_a_second_replacement_is_news_again(place: Place) -> None:
    book = OutageBook(memory=place.ledger, clock=lambda: place.now)
    replace_account(place)
    assert book.begin(RECORDS, "replaced", flow="sweep", run="run-1")
    place.account.held = OURS
    place.require()
    replace_account(place)
    assert book.begin(RECORDS, "replaced", flow="sweep", run="run-2")
