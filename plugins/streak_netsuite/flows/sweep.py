"""The sweep behind the webhooks: whatever was missed is found here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.sync.hint import Hint, StoredHints
from streak_netsuite.sync.ports import DealSource, Memory

WATERMARK = "streak.boxes"


@dataclass(frozen=True, kw_only=True)
class BoxSweep:
    """Reads the boxes changed since the watermark into the inbox."""

    deals: DealSource
    memory: Memory
    settings: FlowSettings
    clock: Callable[[], datetime]

    def run(self) -> StoredHints:
        """Store a hint for each changed box; return how many were new and how many a webhook had brought.

        The watermark is the newest change seen, in Streak's own time, and moves in the transaction that
        stores the hints: a sweep that fails on any page is repeated from the same place. It is never ahead
        of the sweep's beginning: what changed in one pipeline while another was read is found next time.
        """
        now = self.clock()
        mark = self.memory.get_watermark(WATERMARK)
        first = now - timedelta(seconds=self.settings.first_sweep_seconds)
        since = mark - timedelta(seconds=self.settings.overlap_seconds) if mark else first
        hints = list(self.deals.changed_since(since))
        newest = max((at for hint in hints if (at := _changed_at(hint))), default=None)
        position = max(filter(None, (mark, newest and min(newest, now))), default=None)
        return self.memory.store_hints(
            hints, now=now, watermark=(WATERMARK, position) if position is not None else None
        )


def _changed_at(hint: Hint) -> datetime | None:
    value = hint.payload.get("lastUpdatedTimestamp")
    try:
        return datetime.fromtimestamp(value / 1000, tz=UTC) if isinstance(value, int) else None
    except (ValueError, OverflowError, OSError):  # a year that no calendar has
        return None
