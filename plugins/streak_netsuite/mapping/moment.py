"""Days and moments: which calendar day a moment is, and how typed dates are read."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from streak_netsuite.mapping.unfit import Unfit, shown


def to_day(value: object, zone: ZoneInfo, pattern: str | None = None) -> date:
    """Return the calendar day of a moment in a zone, of a day itself, or of a text.

    Raises:
        Unfit: the text is not a date in the expected form, or the value is of another kind.
    """
    if isinstance(value, datetime):
        return _in_zone(value, zone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _read(value, zone, pattern).date()
    raise Unfit(f"{shown(value)} is not a date", fix="map a date field, or text like 2026-03-31")


def to_moment(value: object, zone: ZoneInfo, pattern: str | None = None) -> datetime:
    """Return an aware moment; a day is its midnight in the zone, and text without an offset is local.

    Raises:
        Unfit: as `to_day`.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=zone)
    if isinstance(value, str):
        return _read(value, zone, pattern)
    raise Unfit(f"{shown(value)} is not a time", fix="map a date field, or text like 2026-03-31T14:30")


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone) if moment.tzinfo else moment
    except OverflowError:
        raise Unfit(f"{shown(moment)} is out of range", fix="correct the date in Streak") from None


def _read(text: str, zone: ZoneInfo, pattern: str | None) -> datetime:
    trimmed = text.strip()
    try:
        read = datetime.strptime(trimmed, pattern) if pattern else datetime.fromisoformat(trimmed)  # noqa: DTZ007 - the zone follows
    except ValueError:
        hint = (
            f"write it as {pattern}" if pattern else "write it like 2026-03-31, or give `date: {format: ...}`"
        )
        raise Unfit(f"{shown(text)} is not a date in the expected form", fix=hint) from None
    return _in_zone(read, zone) if read.tzinfo else read.replace(tzinfo=zone)
