"""Strict conversion of values to the types NetSuite's fields take."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.mapping.address import ParsedAddress, parse_address
from streak_netsuite.mapping.moment import moment_text, to_day, to_moment
from streak_netsuite.mapping.number import DecimalMark, parse_number
from streak_netsuite.mapping.unfit import Unfit, shown
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.reference import Reference


class TargetType(StrEnum):
    """What a target field takes. The first eight are NetSuite's custom field types."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHECKBOX = "checkbox"
    DATE = "date"
    DATETIME = "datetime"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    DISCOUNT = "discount"


# A Long of SuiteTalk (xsd:long); an Integer Number field itself is narrower, which NetSuite then says.
_LARGEST_INTEGER = 2**63 - 1
_TRUE = frozenset({"true", "yes", "y", "t", "on", "1", "x", "✓"})
_FALSE = frozenset({"false", "no", "n", "f", "off", "0"})
_INTERNAL_ID = re.compile(r"-?\d{1,18}\Z")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z"
)
_ALL = Decimal(-100)  # percent
_FEWEST_PHONE_DIGITS = 7  # NetSuite refuses a shorter number ("should have seven digits or more")
# XML 1.0 cannot carry these, so neither can a SOAP envelope: section 2.2 of the recommendation.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def convert(value: Any, target: TargetType, zone: ZoneInfo) -> Any:
    """Return a value as its target takes it.

    Raises:
        Unfit: the value is not of that type, and does not plainly say one.
    """
    if isinstance(value, tuple) and target is not TargetType.MULTI_SELECT:
        raise Unfit(
            f"{shown(value)} is a list of {len(value)}, and {_ARTICLES[target]} is needed",
            fix="choose one with the transform `first`, or make one text with `join`",
        )
    return _CONVERTERS[target](value, zone)


def converter(target: TargetType) -> Callable[[Any, ZoneInfo], Any]:
    """Return what converts a single value to a type, as `convert` does: found once, called for every deal."""
    return _CONVERTERS[target]


def unwritable(text: str) -> int:
    """Return how many characters of a text cannot be written to NetSuite, and are left out."""
    return 0 if text.isprintable() else len(_NOT_IN_XML.findall(text))


def to_text(value: Any, zone: ZoneInfo) -> str:
    """Return a value as text: numbers in plain notation, moments in the account's zone, yes and no."""
    if isinstance(value, str):
        return value if value.isprintable() else _NOT_IN_XML.sub("", value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return moment_text(to_moment(value, zone), zone)
    if isinstance(value, Reference):
        return value.internal_id or value.external_id or ""
    if isinstance(value, int | date):
        return str(value)
    raise Unfit(f"{shown(value)} is not text", fix="map a text field")


def to_decimal(value: Any, mark: DecimalMark = DecimalMark.AUTO) -> Decimal:
    """Return an exact number."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unfit(f"{shown(value)} is not a number", fix="map a number, or text like 1234.50")
    number = parse_number(value, mark) if isinstance(value, str) else Decimal(value)
    if not number.is_finite():
        raise Unfit(f"{shown(value)} is not a number", fix="correct the formula in Streak")
    return number


def to_integer(value: Any, mark: DecimalMark = DecimalMark.AUTO) -> int:
    """Return a whole number; 4.0 is one, 4.5 is not."""
    number = to_decimal(value, mark)
    if number.adjusted() > len(str(_LARGEST_INTEGER)) or number != number.to_integral_value():
        raise Unfit(f"{shown(value)} is not a whole number", fix="enter a whole number in Streak")
    if abs(number) > _LARGEST_INTEGER:
        raise Unfit(f"{shown(value)} is too large", fix="enter a smaller number in Streak")
    return int(number)


def to_checkbox(value: Any) -> bool:
    """Return yes or no from a checkbox or from text that plainly says either."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unfit(f"{shown(value)} is neither yes nor no", fix="map a checkbox, or text like yes or no")


def to_email(value: Any) -> str:
    """Return an e-mail address that NetSuite will take."""
    text = str(value).strip()
    local = text.rpartition("@")[0]
    if not _EMAIL.match(text) or ".." in text or local.startswith(".") or local.endswith("."):
        raise Unfit(f"{shown(text)} is not an e-mail address", fix="correct it in Streak: name@example.com")
    return text


def to_phone(value: Any) -> str:
    """Return a phone number with seven digits or more, as typed but for blanks."""
    text = " ".join(str(value).split())
    if sum(c.isdigit() for c in text) < _FEWEST_PHONE_DIGITS:
        raise Unfit(
            f"{shown(text)} is not a phone number",
            fix=f"NetSuite wants {_FEWEST_PHONE_DIGITS} digits or more; correct it in Streak",
        )
    return text


def to_reference(value: Any) -> Reference:
    """Return a reference: what a lookup found, or an internal id."""
    if isinstance(value, Reference):
        return value
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _INTERNAL_ID.match(text):
        return Reference(internal_id=text)
    raise Unfit(
        f"{shown(value)} is not an internal id", fix="give the rule a `lookup`, or an internal id as value"
    )


def to_address(value: Any) -> ParsedAddress:
    """Return an address in its parts."""
    if isinstance(value, ParsedAddress):
        return value
    if isinstance(value, str):
        return parse_address(value)
    raise Unfit(f"{shown(value)} is not an address", fix="map a one-line address")


def to_discount(value: Any) -> DiscountRate:
    """Return a share or an amount that is taken off. One above zero would be added, and is refused: nobody means that."""
    is_percent = isinstance(value, str) and value.strip().endswith("%")
    number = to_decimal(value.strip().removesuffix("%") if isinstance(value, str) else value)
    sign = "%" if is_percent else ""
    if number > 0:
        raise Unfit(
            f"{shown(value)} would make the order dearer",
            fix=f"write what is taken off below zero: -{format(number, 'f')}{sign}",
        )
    if is_percent and number < _ALL:
        raise Unfit(f"{shown(value)} takes off more than all", fix="correct it in Streak: -10%")
    return DiscountRate(value=number, is_percent=is_percent)


def _to_references(value: Any, _: ZoneInfo) -> tuple[Reference, ...]:
    entries = value if isinstance(value, tuple) else (value,)
    references = (to_reference(entry) for entry in entries)
    return tuple({str(r.internal_id or r.external_id): r for r in references}.values())


_CONVERTERS: Mapping[TargetType, Callable[[Any, ZoneInfo], Any]] = {
    TargetType.TEXT: to_text,
    TargetType.INTEGER: lambda value, _: to_integer(value),
    TargetType.DECIMAL: lambda value, _: to_decimal(value),
    TargetType.CHECKBOX: lambda value, _: to_checkbox(value),
    TargetType.DATE: to_day,
    TargetType.DATETIME: to_moment,
    TargetType.SELECT: lambda value, _: to_reference(value),
    TargetType.MULTI_SELECT: _to_references,
    TargetType.EMAIL: lambda value, zone: to_email(to_text(value, zone)),
    TargetType.PHONE: lambda value, zone: to_phone(to_text(value, zone)),
    TargetType.ADDRESS: lambda value, _: to_address(value),
    TargetType.DISCOUNT: lambda value, _: to_discount(value),
}
_ARTICLES: Mapping[TargetType, str] = {
    TargetType.TEXT: "one text",
    TargetType.INTEGER: "one whole number",
    TargetType.DECIMAL: "one number",
    TargetType.CHECKBOX: "one yes or no",
    TargetType.DATE: "one date",
    TargetType.DATETIME: "one moment",
    TargetType.SELECT: "one record",
    TargetType.MULTI_SELECT: "a list of records",
    TargetType.EMAIL: "one e-mail address",
    TargetType.PHONE: "one phone number",
    TargetType.ADDRESS: "one address",
    TargetType.DISCOUNT: "one discount",
}
