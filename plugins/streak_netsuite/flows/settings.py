"""Settings of the flows."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from streak_netsuite.errors import ConfigurationError, PermanentError

# A list may run for 15 minutes at NetSuite and commit after its caller was cut off (section 3.4 of the facts: "HTTP connection
# <= 15 min", read 2026-11); two minutes more for its clock and ours. Nobody has established how late one can be.
LONGEST_COMMIT_SECONDS = 1020.0


class FlowSettings(BaseModel):
    """How the flows work through the inbox.

    Attributes:
        batch_size: records in one claim.
        backfill_batch_size: the same for deals that are caught up on: longer lists cost NetSuite fewer calls.
        lease_seconds: after a worker dies, its records are taken up this much later.
        settle_seconds: how long after sending an unanswered write is only looked up, not sent again.
            NetSuite may commit late; the key makes a later repeat of the same harmless. Where a custom field carries the
            key (`key_fields` of the NetSuite connection) it does not: at least `longest_commit_seconds` then.
        longest_commit_seconds: how long after sending an unanswered write NetSuite may still commit it, over whatever is
            written meanwhile. Until then nothing else is written to that record, and its deal is not passed over.
        attempts: tries of a record whose outcome stays unknown, before a person is asked.
        first_wait_seconds: before the second try; doubled each time up to `longest_wait_seconds`.
        stopped_wait_seconds: before a batch is tried again after a person must act (a wrong key, a missing role).
        overlap_seconds: how far sweeps reach back behind their watermark, for late commits and clock skew.
        reconcile_tolerance: how far an order's total may be from what was written, in its currency, before it is a
            difference: rounding. What NetSuite may add is the mapping's to say (`reconcile`).
        first_sweep_seconds: how far the very first sweep reaches back; older deals are a backfill's business.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=500, ge=1, le=5000)
    backfill_batch_size: int = Field(default=1000, ge=1, le=5000)
    lease_seconds: float = Field(default=60.0, gt=0)
    settle_seconds: float = Field(default=60.0, ge=0)
    longest_commit_seconds: float = Field(default=LONGEST_COMMIT_SECONDS, ge=0)
    attempts: int = Field(default=8, ge=1)
    first_wait_seconds: float = Field(default=5.0, gt=0)
    longest_wait_seconds: float = Field(default=900.0, gt=0)
    stopped_wait_seconds: float = Field(default=60.0, gt=0)
    overlap_seconds: float = Field(default=300.0, ge=0)
    reconcile_tolerance: Decimal = Field(default=Decimal("0.05"), ge=0)
    first_sweep_seconds: float = Field(default=86400.0, ge=0)

    def leaving(self, commit_seconds: float) -> Self:
        """Return these settings for an account that may commit a write so long after it was sent.

        Raises:
            ConfigurationError: something else would be sent over a write earlier than that write itself again.
        """
        if commit_seconds < self.settle_seconds:
            raise ConfigurationError(
                f"'commit_seconds' of the NetSuite connection is {commit_seconds:g}, and less than 'settle_seconds' of the "
                f"flow, which is {self.settle_seconds:g}: an older write that lands late would overwrite a newer one; set "
                f"'commit_seconds' to {self.settle_seconds:g} or more, or leave it out ({LONGEST_COMMIT_SECONDS:g})"
            )
        return self.model_copy(update={"longest_commit_seconds": commit_seconds})

    def without_harmless_repeats(self) -> Self:
        """Return these settings with unanswered writes left their whole time to land, as a repeat would be another record."""
        return self.model_copy(
            update={"settle_seconds": max(self.settle_seconds, self.longest_commit_seconds)}
        )

    def wait_seconds(self, attempts: int) -> float:
        """Return how long to wait after this many tries."""
        return float(
            min(self.longest_wait_seconds, self.first_wait_seconds * 2 ** min(30, max(0, attempts - 1)))
        )

    def wait_after(self, error: Exception) -> float:
        """Return how many seconds a run that was stopped by this error leaves its records alone."""
        if isinstance(error, PermanentError):
            return self.stopped_wait_seconds
        return float(getattr(error, "retry_after_seconds", None) or self.first_wait_seconds)
