"""Field values into Streak's forms and back."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.values import Encoding, Names, decode, encode, encoding_of
from streak_netsuite.connectors.streak.wire import FieldWire
from streak_netsuite.errors import Ambiguous, RejectedByVendor

PLAIN = Encoding()
LABELS = st.lists(
    st.text(min_size=1).filter(str.strip), min_size=1, max_size=8, unique_by=lambda t: t.strip().casefold()
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NAIVE = (datetime(1971, 1, 1), datetime(9998, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone
TIMES = st.datetimes(*NAIVE, timezones=OFFSETS).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)


def a_field(type_: str, labels: list[str] | None = None) -> FieldWire:
    keyed = {str(9001 + n): label for n, label in enumerate(labels or [])}
    options = {
        "DROPDOWN": {"dropdownSettings": {"items": [{"key": k, "name": v} for k, v in keyed.items()]}},
        "TAG": {"tagSettings": {"tags": [{"key": k, "tag": v} for k, v in keyed.items()]}},
    }
    return FieldWire.model_validate({"key": "1001", "name": "Field", "type": type_, **options.get(type_, {})})


def there_and_back(field: FieldWire, value: Any, encoding: Encoding = PLAIN) -> Any:
    return decode(field, encode(field, value, encoding), Names())


@given(st.text(min_size=1))
def test_text_comes_back(text: str) -> None:
    assert there_and_back(a_field("TEXT_INPUT"), text) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None) | st.integers().map(Decimal))
def test_numbers_are_written_without_exponent_and_come_back_equal(number: Decimal) -> None:
    text = there_and_back(a_field("TEXT_INPUT"), number)
    assert Decimal(text) == number
    assert set(text) <= set("-0123456789.")


@given(TIMES)
def test_times_come_back_to_the_millisecond(at: datetime) -> None:
    assert there_and_back(a_field("DATE"), at) == at


@given(
    st.dates(date(1971, 1, 2), date(2090, 1, 1)),
    st.sampled_from(["UTC", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Auckland", "America/Los_Angeles"]),
)
def test_a_day_is_that_day_in_its_zone(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    back = there_and_back(a_field("DATE"), day, Encoding(day_zone=zone))
    assert back.astimezone(zone).date() == day


@given(st.booleans())
def test_checkboxes_come_back(value: bool) -> None:
    assert there_and_back(a_field("CHECKBOX"), value) is value


@given(LABELS, st.data())
def test_options_come_back_and_no_label_goes_out(labels: list[str], data: st.DataObject) -> None:
    # A label that is another option's key is ambiguous, and its own test.
    field = a_field("DROPDOWN", [label for label in labels if not label.isdigit()] or ["x"])
    label = data.draw(st.sampled_from(sorted(field.options.values())))
    assert there_and_back(field, label) == label
    assert encode(field, label, PLAIN) in field.options
    with pytest.raises(RejectedByVendor):
        encode(field, label + " and more", PLAIN)


@given(LABELS, st.data())
def test_tags_come_back_in_their_order_and_no_label_goes_out(labels: list[str], data: st.DataObject) -> None:
    field = a_field("TAG", [label for label in labels if not label.isdigit()] or ["x"])
    some = data.draw(st.lists(st.sampled_from(sorted(field.options.values())), min_size=1, unique=True))
    assert there_and_back(field, tuple(some)) == tuple(some)
    assert set(encode(field, some, PLAIN)) <= field.options.keys()


@given(st.text(min_size=1).filter(str.strip), st.sampled_from(["text", "object", "list"]))
@pytest.mark.parametrize("type_", ["PERSON", "TEAM_CONTACT", "TEAM_ORGANIZATION"])
def test_references_come_back_in_every_form(type_: str, key: str, form: Any) -> None:
    assert there_and_back(a_field(type_), key, Encoding(references=form)) == key


@pytest.mark.parametrize(
    ("form", "wire"), [("text", "agxC"), ("object", {"key": "agxC"}), ("list", [{"key": "agxC"}])]
)
def test_a_reference_is_written_in_the_form_of_the_settings(form: Any, wire: Any) -> None:
    settings = StreakSettings(api_key="k", reference_form=form)
    assert encode(a_field("TEAM_CONTACT"), "agxC", encoding_of(settings)) == wire


TYPES = "TEXT_INPUT DATE CHECKBOX DROPDOWN TAG PERSON TEAM_CONTACT TEAM_ORGANIZATION".split()


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("empty", [None, "", [], ()])
def test_an_empty_value_empties_the_field(type_: str, empty: Any) -> None:
    field = a_field(type_, ["Gold"])
    assert encode(field, empty, PLAIN) == ([] if type_ == "TAG" else "")
    assert encode(field, empty, Encoding(clear="null")) is None
    assert there_and_back(field, empty) is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        pytest.param(a_field("FORMULA"), "1", "READ_ONLY", id="formula"),
        pytest.param(a_field("FORMULA"), None, "READ_ONLY", id="emptying a formula"),
        pytest.param(a_field("TEXT_INPUT"), 1.5, "BAD_VALUE", id="a float is no amount"),
        pytest.param(a_field("TEXT_INPUT"), True, "BAD_VALUE", id="a bool is no text"),
        pytest.param(a_field("TEXT_INPUT"), Decimal("NaN"), "BAD_VALUE", id="not a number"),
        pytest.param(a_field("DATE"), NAIVE[0], "BAD_VALUE", id="a time without a zone"),
        pytest.param(a_field("DATE"), "2026-01-01", "BAD_VALUE", id="a date as text"),
        pytest.param(a_field("CHECKBOX"), "maybe", "BAD_VALUE", id="neither true nor false"),
        pytest.param(a_field("CHECKBOX"), 1, "BAD_VALUE", id="one is not true"),
        pytest.param(a_field("DROPDOWN", ["Gold"]), "Silver", "UNKNOWN_OPTION", id="no such option"),
        pytest.param(a_field("DROPDOWN", ["Gold"]), ["Gold"], "BAD_VALUE", id="two-valued dropdown"),
        pytest.param(a_field("TAG", ["urgent"]), ["urgent", "nope"], "UNKNOWN_OPTION", id="no such tag"),
        pytest.param(a_field("TAG", ["urgent"]), [7], "BAD_VALUE", id="a number is no tag"),
        pytest.param(a_field("PERSON"), 7, "BAD_VALUE", id="a number is no person"),
        pytest.param(a_field("SOMETHING_NEW"), "x", "BAD_VALUE", id="a type nobody knows"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_by_name(field: FieldWire, value: Any, code: str) -> None:
    with pytest.raises(RejectedByVendor, match="field 'Field'") as caught:
        encode(field, value, PLAIN)
    assert (caught.value.code, caught.value.field) == (code, "Field")
    assert caught.value.fix


def test_a_near_miss_names_the_option_that_may_be_meant() -> None:
    with pytest.raises(RejectedByVendor, match="no option 'Golld'; it has Gold, Silver") as caught:
        encode(a_field("DROPDOWN", ["Gold", "Silver"]), "Golld", PLAIN)
    assert caught.value.fix.startswith("write 'Gold' if that is meant")


def test_an_option_is_found_by_key_and_in_any_case() -> None:
    field = a_field("TAG", ["urgent", "partner"])
    assert encode(field, ["URGENT", "9001", "Partner"], PLAIN) == ["9001", "9002"]
    assert encode(field, "partner", PLAIN) == ["9002"]


@pytest.mark.parametrize("labels", [["Gold", "Gold"], ["9002", "Gold"]], ids=["same label", "label is a key"])
def test_an_option_that_may_be_two_is_refused(labels: list[str]) -> None:
    with pytest.raises(Ambiguous):
        encode(a_field("DROPDOWN", labels), labels[0], PLAIN)


@pytest.mark.parametrize("form", ["true", "False", True])
def test_a_checkbox_takes_text_that_says_true_or_false(form: Any) -> None:
    assert encode(a_field("CHECKBOX"), form, PLAIN) is (str(form).lower() == "true")


def test_a_far_date_keeps_its_millisecond() -> None:
    assert decode(a_field("DATE"), 253402300799999, Names()) == datetime(
        9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC
    )


def test_a_zone_that_is_none_is_refused_in_the_settings() -> None:
    with pytest.raises(ValidationError, match="is no time zone"):
        StreakSettings(api_key="k", day_zone="Mars/Olympus")
