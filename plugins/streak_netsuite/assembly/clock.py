"""The clock of a run."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time now, aware and in UTC."""
    return datetime.now(UTC)
