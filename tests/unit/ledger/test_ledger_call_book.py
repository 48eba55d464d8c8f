"""All workers together stay within an account's limit, and none is left without its part."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from streak_netsuite.ledger.call_book import LedgerShare, grant
from streak_netsuite.ledger.call_book import _Holding as Holding
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.call_share import CallUsage, SaidConcurrency

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
ACCOUNT = "1234567_SB1"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def share(
    ledger: Ledger, holder: str, clock: Clock, *, limit: int = 4, account: str = ACCOUNT
) -> LedgerShare:
    return ledger.calls.share(account, limit=limit, holder=holder, clock=clock)


def test_a_worker_alone_gets_what_it_wants(ledger: Ledger, clock: Clock) -> None:
    assert share(ledger, "one", clock).renew(4) == 4


def test_two_workers_share_a_limit_in_fair_parts(ledger: Ledger, clock: Clock) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    assert (one.renew(4), two.renew(4)) == (4, 0)
    assert (one.renew(4), two.renew(4)) == (2, 2)  # each gives back what is beyond its part
    assert (one.renew(4), two.renew(4)) == (2, 2)


def test_what_one_does_not_want_is_the_others(ledger: Ledger, clock: Clock) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    assert (one.renew(1), two.renew(4)) == (1, 3)


def test_nobody_gets_a_slot_before_the_call_in_it_has_ended(ledger: Ledger, clock: Clock) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    assert (one.renew(4), two.renew(4)) == (4, 0)
    assert (one.renew(4, in_use=3), two.renew(4)) == (2, 1), (
        "one starts no third call, and two waits for its end"
    )
    assert (one.renew(4, in_use=2), two.renew(4, in_use=1)) == (2, 2)


def test_what_a_worker_gives_back_is_free_at_once(ledger: Ledger, clock: Clock) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    one.renew(4)
    one.release()
    assert two.renew(4) == 4


def test_a_worker_that_died_loses_its_slots_after_its_lease(ledger: Ledger, clock: Clock) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    one.renew(4)
    clock.now += timedelta(seconds=10)
    assert two.renew(4) == 0
    clock.now += timedelta(seconds=11)
    assert two.renew(4) == 4


def test_accounts_do_not_share(ledger: Ledger, clock: Clock) -> None:
    assert share(ledger, "one", clock).renew(4) == 4
    assert share(ledger, "two", clock, account="7654321").renew(4) == 4


def test_workers_that_ask_in_the_same_moment_never_get_more_than_there_is(
    ledger: Ledger, clock: Clock
) -> None:
    shares = [share(ledger, f"worker {n}", clock, limit=5) for n in range(12)]
    with ThreadPoolExecutor(max_workers=12) as pool:
        first = list(pool.map(lambda one: one.renew(5), shares))
        assert sum(first) <= 5
        for _ in range(3):
            list(pool.map(lambda one: one.renew(5), shares))
        granted = list(pool.map(lambda one: one.renew(5), shares))
    assert sum(granted) <= 5
    assert sum(1 for slots in granted if slots) == 5  # as many workers as slots, one each


@pytest.mark.parametrize(
    ("wanted", "limit", "others", "slots"),
    [
        pytest.param(4, 4, [], 4, id="alone"),
        pytest.param(4, 4, [Holding(4, 4)], 0, id="all are taken"),
        pytest.param(4, 4, [Holding(4, 0)], 2, id="another lacks its part"),
        pytest.param(9, 9, [Holding(1, 1)], 8, id="another wants little"),
        pytest.param(9, 4, [Holding(1, 1), Holding(1, 1)], 2, id="two want little"),
        pytest.param(3, 2, [Holding(3, 0), Holding(3, 0), Holding(3, 0)], 1, id="more workers than slots"),
        pytest.param(3, 2, [Holding(5, 5)], 0, id="the limit was lowered"),
    ],
)
def test_a_grant_is_what_is_free_and_fair(wanted: int, limit: int, others: list[Holding], slots: int) -> None:
    assert grant(wanted, limit, others) == slots


def test_what_was_used_is_summed_by_the_minute(ledger: Ledger, clock: Clock) -> None:
    used = CallUsage(calls=3, refused=1, seconds=2.5, most_in_flight=2, window=4)
    share(ledger, "one", clock).note(used)
    share(ledger, "two", clock).note(CallUsage(calls=2, refused=0, seconds=1.0, most_in_flight=3, window=2))
    clock.now += timedelta(minutes=1)
    share(ledger, "one", clock).note(used)
    first, second = ledger.calls.usage(ACCOUNT, since=NOW - timedelta(hours=1))
    assert (first.minute, first.calls, first.refused, first.busy_seconds) == (
        NOW.replace(second=0),
        5,
        1,
        3.5,
    )
    assert (first.most_in_flight, first.window) == (3, 2)
    assert second.calls == 3
    assert len(ledger.calls.usage(ACCOUNT, since=NOW + timedelta(seconds=10))) == 1


def test_what_the_account_says_is_kept_and_replaced(ledger: Ledger) -> None:
    assert ledger.calls.find_limit(ACCOUNT) is None
    for calls in (5, 15):
        ledger.calls.note_limit(ACCOUNT, SaidConcurrency(calls=calls, source="account"), now=NOW)
    found = ledger.calls.find_limit(ACCOUNT)
    assert found is not None
    assert (found.concurrency, found.source, found.read_at) == (15, "account", NOW)


def test_a_worker_hears_whether_others_with_its_credentials_are_accepted_now(
    ledger: Ledger, clock: Clock
) -> None:
    one, two = share(ledger, "one", clock), share(ledger, "two", clock)
    one.renew(2)
    two.renew(2)
    assert not two.accepted_elsewhere("key", within_seconds=60)
    one.note_accepted("key")
    assert two.accepted_elsewhere("key", within_seconds=60)
    assert not one.accepted_elsewhere("key", within_seconds=60)  # of itself it knows
    assert not two.accepted_elsewhere("another key", within_seconds=60)
    clock.now += timedelta(seconds=10)
    assert not two.accepted_elsewhere("key", within_seconds=5)
    one.release()
    assert not two.accepted_elsewhere("key", within_seconds=60)
