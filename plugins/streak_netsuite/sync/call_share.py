"""One vendor limit that all workers of a deployment share."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class CallUsage:
    """What a worker has used of a limit since it last said so.

    Attributes:
        seconds: time that calls were in flight, summed over the calls.
        most_in_flight: at once.
        window: how many the worker allows itself at once right now.
    """

    calls: int
    refused: int
    seconds: float
    most_in_flight: int
    window: int


class CallShare(Protocol):
    """A worker's part of the limit."""

    def renew(self, wanted: int, *, in_use: int = 0) -> int:
        """Ask for up to `wanted` slots and return how many are ours for now; 0 when none is left.

        What is `in_use` by calls in flight stays ours until the next time, also beyond what is returned: no
        other worker may have a slot before the call in it has ended.
        """

    def note(self, usage: CallUsage) -> None:
        """Keep what was used."""

    def note_accepted(self, login: str) -> None:
        """Keep that the vendor has accepted our credentials just now. `login` tells them from others, and is no secret."""

    def accepted_elsewhere(self, login: str, *, within_seconds: float) -> bool:
        """Return whether another worker that has slots now was accepted with the same credentials lately."""

    def release(self) -> None:
        """Give the slots back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidConcurrency:
    """How many calls at once a vendor says we may make. `source`: what it said it of."""

    calls: int
    source: str
