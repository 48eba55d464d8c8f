"""Days and moments: which calendar day a moment is, and how typed dates are read."""

from datetime import UTC, date, datetime, time
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
        return value if value.tzinfo else _existing(value, zone)
    if isinstance(value, date):
        return _there(
            datetime.combine(value, time(), tzinfo=zone)
        )  # where clocks go forward at midnight, a day begins at 1
    if isinstance(value, str):
        return _existing(_read(value, zone, pattern), zone)
    raise Unfit(f"{shown(value)} is not a time", fix="map a date field, or text like 2026-03-31T14:30")


def moved(value: date, zone: ZoneInfo) -> date:
    """Return a moment as the clocks of a zone show it; a day as it is."""
    return _in_zone(value, zone) if isinstance(value, datetime) else value


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people of a zone write it: 2026-03-31 14:30."""
    return _in_zone(moment, zone).strftime("%Y-%m-%d %H:%M")


def _existing(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time as a moment, if the clocks of its zone ever show it."""
    moment = local if local.tzinfo else local.replace(tzinfo=zone)
    if _there(moment).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Unfit(
            f"{moment:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go forward then",
            fix="correct the time in Streak",
        )
    return moment


def _there(moment: datetime) -> datetime:
    """Return a moment as its zone's clocks show it."""
    try:
        return moment.astimezone(UTC).astimezone(moment.tzinfo)
    except OverflowError:
        return moment  # at either end of the calendar no clock was ever changed


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
