from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from streak_netsuite.mapping.conversion import TargetType, convert
from streak_netsuite.mapping.rule_schema import Transform
from streak_netsuite.mapping.transforms import compile_transforms
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.reference import Reference

PACIFIC = ZoneInfo("America/Los_Angeles")
_TRANSFORM: TypeAdapter[Any] = TypeAdapter(Transform)


def transformed(value: Any, *transforms: Any, zone: ZoneInfo = PACIFIC) -> Any:
    for step in compile_transforms([_TRANSFORM.validate_python(t) for t in transforms], zone):
        value = step(value)
    return value


@pytest.mark.parametrize(
    ("value", "transform", "result"),
    [
        ("  a ", "strip", "a"),
        (" a \n b ", "collapse_spaces", "a b"),
        ("ab", "upper", "AB"),
        ("AB", "lower", "ab"),
        ("ada lovelace", "title", "Ada Lovelace"),
        ("1.234,5", {"number": {"decimal": "comma"}}, Decimal("1234.5")),
        ("12,500.00", "number", Decimal("12500.00")),
        ("4.0", "integer", 4),
        ("yes", "boolean", True),
        ("31.03.2026", {"date": {"format": "%d.%m.%Y"}}, date(2026, 3, 31)),
        ("2026-03-31", "date", date(2026, 3, 31)),
        ("2026-03-31T10:00:00Z", "datetime", datetime(2026, 3, 31, 10, tzinfo=UTC)),
        ("a, b,,c", "split", ("a", "b", "c")),
        ("a;b", {"split": ";"}, ("a", "b")),
        (("a", "b"), {"join": " + "}, "a + b"),
        (("a", "b"), "join", "a, b"),
        (("a", "b"), "first", "a"),
        ((), "first", ""),
        ("PO-77", {"replace": {"old": "PO-"}}, "77"),
        ("Order PO-77 of May", {"regex": {"pattern": r"PO-(\d+)", "group": 1}}, "77"),
        ("nothing", {"regex": {"pattern": r"\d+"}}, ""),
        ("77", {"prefix": "PO-"}, "PO-77"),
        ("77", {"suffix": "-A"}, "77-A"),
        (("a", "b"), "upper", ("A", "B")),
        (" jo@acme.example ", "email", "jo@acme.example"),
        ("+1  510 555 0100", "phone", "+1 510 555 0100"),
        ("eur", "currency", "EUR"),
        ("€", "currency", "EUR"),
        (Decimal("3.10"), {"suffix": " m"}, "3.10 m"),
    ],
)
def test_transforms(value: Any, transform: Any, result: Any) -> None:
    assert transformed(value, transform) == result


@pytest.mark.parametrize(
    ("value", "transform"),
    [
        ("EURO", "currency"),
        ("$", "currency"),
        ("jo@", "email"),
        ("12", "phone"),
        ("maybe", "boolean"),
        ("03/04/2026", "date"),
        ("x", "integer"),
    ],
)
def test_transforms_refuse_what_they_cannot_read(value: Any, transform: Any) -> None:
    with pytest.raises(Unfit) as caught:
        transformed(value, transform)
    assert caught.value.fix


# moment, zone, day
DAYS = [
    ("2026-03-01T03:00:00+00:00", "America/Los_Angeles", "2026-02-28"),
    ("2026-03-01T08:00:00+00:00", "America/Los_Angeles", "2026-03-01"),
    ("2026-03-08T09:59:00+00:00", "America/Los_Angeles", "2026-03-08"),
    ("2026-07-01T06:59:59+00:00", "America/Los_Angeles", "2026-06-30"),
    ("2026-07-01T07:00:00+00:00", "America/Los_Angeles", "2026-07-01"),
    ("2026-11-01T06:59:00+00:00", "America/Los_Angeles", "2026-10-31"),
    ("2026-11-02T07:59:59+00:00", "America/Los_Angeles", "2026-11-01"),
    ("2026-03-28T23:30:00+00:00", "Europe/Berlin", "2026-03-29"),
    ("2026-03-31T18:29:59+00:00", "Asia/Kolkata", "2026-03-31"),
    ("2026-03-31T18:30:00+00:00", "Asia/Kolkata", "2026-04-01"),
    ("2026-03-31T18:15:00+00:00", "Asia/Kathmandu", "2026-04-01"),
    ("2026-03-31T14:30:00+00:00", "Australia/Adelaide", "2026-04-01"),
    ("2026-03-31T10:59:59+00:00", "Pacific/Kiritimati", "2026-04-01"),
    ("2026-04-01T10:59:59+00:00", "Pacific/Pago_Pago", "2026-03-31"),
]


@pytest.mark.parametrize(("moment", "zone", "day"), DAYS, ids=[f"{z} {m}" for m, z, _ in DAYS])
def test_a_moment_is_the_calendar_day_of_the_accounts_zone(moment: str, zone: str, day: str) -> None:
    converted = convert(datetime.fromisoformat(moment), TargetType.DATE, ZoneInfo(zone))
    assert converted == date.fromisoformat(day)


def test_a_rule_may_take_the_day_in_another_zone() -> None:
    moment = datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert transformed(moment, {"date": {"zone": "Europe/Berlin"}}) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("value", "target", "result"),
    [
        ("1,234", "decimal", Decimal(1234)),
        (Decimal("4.00"), "integer", 4),
        ("no", "checkbox", False),
        (True, "text", "Yes"),
        (Decimal("1E+3"), "text", "1000"),
        (date(2026, 3, 1), "text", "2026-03-01"),
        (datetime(2026, 3, 1, 20, tzinfo=UTC), "text", "2026-03-01 12:00"),
        ("a\x00b\x1fc", "text", "abc"),
        (date(2026, 7, 1), "datetime", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("17", "select", Reference(internal_id="17")),
        (17, "select", Reference(internal_id="17")),
        ("17", "multi_select", (Reference(internal_id="17"),)),
        (("1", "2", "1"), "multi_select", (Reference(internal_id="1"), Reference(internal_id="2"))),
        ("jo@acme.example", "email", "jo@acme.example"),
    ],
)
def test_values_become_what_their_target_takes(value: Any, target: str, result: Any) -> None:
    assert convert(value, TargetType(target), PACIFIC) == result


@pytest.mark.parametrize(
    ("value", "target", "message"),
    [
        ("many", "decimal", "is not a number"),
        (True, "decimal", "is not a number"),
        (Decimal("NaN"), "decimal", "is not a number"),
        ("4.5", "integer", "not a whole number"),
        (Decimal("1e30"), "integer", "not a whole number"),
        ("9223372036854775808", "integer", "too large"),
        ("maybe", "checkbox", "neither yes nor no"),
        ("tomorrow", "date", "not a date"),
        (True, "date", "not a date"),
        ("Gold", "select", "not an internal id.*lookup"),
        (("a", "b"), "text", "list of 2, and one text.*first.*join"),
        (("1", "2"), "select", "one record"),
        ("jo@acme", "email", "not an e-mail"),
        ("jo..x@acme.example", "email", "not an e-mail"),
        ("555", "phone", "seven|7 digits"),
    ],
)
def test_values_of_another_type_are_refused_with_the_way_out(value: Any, target: str, message: str) -> None:
    with pytest.raises(Unfit, match=message):
        convert(value, TargetType(target), PACIFIC)


def test_messages_show_no_more_than_sixty_characters_of_a_value() -> None:
    with pytest.raises(Unfit) as caught:
        convert("secret " * 50, TargetType.DECIMAL, PACIFIC)
    assert len(caught.value.what) < 100


PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize("text", ["2026-03-08T02:30", "2026-03-08 02:00:00"])
def test_a_time_that_no_clock_showed_is_a_fault(text: str) -> None:
    with pytest.raises(Unfit, match="does not exist in America/Los_Angeles: the clocks go forward"):
        convert(text, TargetType.DATETIME, PACIFIC)


@pytest.mark.parametrize("text", ["2026-03-08T01:59", "2026-03-08T03:00", "2026-11-01T01:30"])
def test_times_about_a_change_of_clocks_are_taken(text: str) -> None:
    assert convert(text, TargetType.DATETIME, PACIFIC) == datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


def test_a_day_begins_where_its_clocks_begin() -> None:
    begun = convert(date(2026, 4, 24), TargetType.DATETIME, ZoneInfo("Africa/Cairo"))
    assert begun.astimezone(UTC) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert begun.hour == 1
