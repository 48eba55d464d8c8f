"""What the account says of itself is kept, and what a person should mend is said."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from streak_netsuite.flows.account_watch import AccountWatch
from streak_netsuite.sync.call_share import SaidConcurrency
from streak_netsuite.sync.endpoint import endpoint_life

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Minute:
    calls: int
    refused: int = 0
    most_in_flight: int = 1


@dataclass
class Desk:
    ahead: timedelta = timedelta()
    said: SaidConcurrency | None = None

    def server_time(self) -> datetime:
        return NOW + self.ahead

    def concurrency(self) -> SaidConcurrency | None:
        return self.said


@dataclass
class Memory:
    minutes: list[Minute] = field(default_factory=list)
    kept: dict[str, SaidConcurrency] = field(default_factory=dict)

    def note_limit(self, account: str, said: SaidConcurrency, *, now: datetime) -> None:
        assert now == NOW
        self.kept[account] = said

    def usage(self, account: str, *, since: datetime) -> list[Minute]:
        assert (account, since) == ("1234567", NOW - timedelta(days=1))
        return self.minutes


def watch(desk: Desk, memory: Memory, version: str = "2025_2") -> AccountWatch:
    return AccountWatch(
        erp=desk, calls=memory, account="1234567", endpoint_version=version, clock=lambda: NOW
    )


def test_the_limit_is_kept_for_every_worker() -> None:
    memory, said = Memory(), SaidConcurrency(calls=15, source="account")
    report = watch(Desk(said=said), memory).run()
    assert memory.kept == {"1234567": said}
    assert report.lines()[0] == "account 1234567: 15 calls at once (of the account)"
    assert report.advice == []


def test_a_limit_that_may_not_be_read_is_said_and_nothing_is_kept() -> None:
    memory = Memory()
    report = watch(Desk(), memory).run()
    assert memory.kept == {}
    assert "not readable for this role" in report.lines()[0]


@pytest.mark.parametrize(("seconds", "advised"), [(0, False), (59, False), (90, True), (-240, True)])
def test_a_clock_that_is_off_is_to_be_mended(seconds: int, advised: bool) -> None:
    report = watch(Desk(ahead=timedelta(seconds=seconds)), Memory()).run()
    assert any("NTP" in one for one in report.advice) is advised


@pytest.mark.parametrize(("refused", "advised"), [(0, False), (2, False), (3, True)])
def test_many_refusals_ask_for_a_reserve(refused: int, advised: bool) -> None:
    memory = Memory(minutes=[Minute(60, refused, 4), Minute(40, 0, 2)])
    report = watch(Desk(), memory).run()
    assert (report.calls, report.refused, report.most_in_flight) == (100, refused, 4)
    assert any("reserve" in one for one in report.advice) is advised


def test_an_endpoint_that_will_end_is_named_with_its_successor() -> None:
    report = watch(Desk(), Memory(), "2024_1").run()
    (advice,) = report.advice
    assert "endpoint 2024_1 is not supported from NetSuite 2027.1 on" in advice
    assert "'endpoint_version' of the NetSuite connection to 2025_2" in advice
    assert endpoint_life("2019_2").unsupported_from == "an earlier release"
