"""Keeps what the NetSuite account says of itself: its concurrency, its clock, the life of our endpoint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from streak_netsuite.sync.call_share import SaidConcurrency
from streak_netsuite.sync.endpoint import EndpointLife, endpoint_life

SKEW_TO_MEND = timedelta(seconds=60)  # NetSuite refuses signatures that are five minutes off
_DAY = timedelta(days=1)


class AccountDesk(Protocol):
    """What the watch asks NetSuite."""

    def server_time(self) -> datetime:
        """Return NetSuite's clock, in UTC."""

    def concurrency(self) -> SaidConcurrency | None:
        """Return how many calls at once we may make; None when the role may not read it."""


class UsageMinute(Protocol):
    """One minute of what was used."""

    @property
    def calls(self) -> int:
        """Calls made."""

    @property
    def refused(self) -> int:
        """Calls refused for concurrency."""

    @property
    def most_in_flight(self) -> int:
        """Calls in flight at once, at most."""


class CallMemory(Protocol):
    """Where the limit and its use are kept."""

    def note_limit(self, account: str, said: SaidConcurrency, *, now: datetime) -> None:
        """Keep what the account has said."""

    def usage(self, account: str, *, since: datetime) -> Sequence[UsageMinute]:
        """Return the minutes with calls from a time on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountReport:
    """What was found.

    Attributes:
        said: None when the role may not read it.
        clock_ahead: how far NetSuite's clock is ahead of ours.
        calls, refused, most_in_flight: of the last day, over all workers.
    """

    account: str
    said: SaidConcurrency | None
    clock_ahead: timedelta
    endpoint: EndpointLife
    calls: int
    refused: int
    most_in_flight: int

    @property
    def advice(self) -> list[str]:
        """What a person should mend."""
        found = [self.endpoint.advice] if self.endpoint.advice else []
        if abs(self.clock_ahead) > SKEW_TO_MEND:
            seconds = self.clock_ahead.total_seconds()
            found.append(f"this machine's clock is {-seconds:+.0f} s off NetSuite's; set it by NTP")
        if self.calls and self.refused > self.calls / 50:
            found.append(
                f"{self.refused} of {self.calls} calls of the last day were refused for concurrency; raise "
                "'reserve' of the NetSuite connection, or let other integrations leave more"
            )
        return found

    def lines(self) -> list[str]:
        """Return the report for people, advice last."""
        limit = (
            f"{self.said.calls} calls at once (of the {self.said.source})"
            if self.said
            else "not readable for this role; 'concurrency' of the connection counts"
        )
        life = self.endpoint
        return [
            f"account {self.account}: {limit}",
            f"clock: NetSuite is {self.clock_ahead.total_seconds():+.1f} s ahead",
            f"endpoint {life.version}: unsupported from {life.unsupported_from}, gone with {life.gone_with}",
            f"last day: {self.calls} calls, {self.refused} refused, {self.most_in_flight} at once at most",
            *(f"to mend: {one}" for one in self.advice),
        ]


@dataclass(frozen=True, kw_only=True)
class AccountWatch:
    """Asks the account about itself, and keeps the answer for every worker."""

    erp: AccountDesk
    calls: CallMemory
    account: str
    endpoint_version: str
    clock: Callable[[], datetime]

    def run(self) -> AccountReport:
        """Ask once."""
        began = self.clock()
        theirs = self.erp.server_time()
        now = self.clock()
        said = self.erp.concurrency()
        if said is not None:
            self.calls.note_limit(self.account, said, now=now)
        minutes = self.calls.usage(self.account, since=now - _DAY)
        return AccountReport(
            account=self.account,
            said=said,
            clock_ahead=theirs - (began + (now - began) / 2),
            endpoint=endpoint_life(self.endpoint_version),
            calls=sum(minute.calls for minute in minutes),
            refused=sum(minute.refused for minute in minutes),
            most_in_flight=max((minute.most_in_flight for minute in minutes), default=0),
        )
