"""Transforms: the small steps between a source value and its target."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import regex
from babel.numbers import list_currencies

from streak_netsuite.mapping.address import parse_address
from streak_netsuite.mapping.conversion import (
    to_checkbox,
    to_decimal,
    to_email,
    to_integer,
    to_phone,
    to_text,
)
from streak_netsuite.mapping.moment import to_day, to_moment
from streak_netsuite.mapping.rule_schema import (
    AddressOptions,
    DateOptions,
    NumberOptions,
    RegexOptions,
    ReplaceOptions,
    Transform,
    TransformCall,
    TransformName,
)
from streak_netsuite.mapping.unfit import Unfit, shown

Step = Callable[[Any], Any]

# Signs that stand for one currency only; "$" and "kr" stand for many and are refused.
_CURRENCY_SIGNS: Mapping[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "US$": "USD",
    "C$": "CAD",
    "A$": "AUD",
    "₹": "INR",
}
_LONGEST_FOR_PATTERN = 100_000  # characters: beyond any note of a deal
_PATTERN_SECONDS = 0.5  # of work: a sane pattern takes a thousandth of it, a careless one would take hours


class NoFit(str):
    """The empty text that a pattern leaves of a text it does not fit.

    Attributes:
        text: what did not fit.
        pattern: which.
    """

    __slots__ = ("pattern", "text")

    text: str
    pattern: str

    @classmethod
    def of(cls, text: str, pattern: str) -> "NoFit":
        """Return one."""
        made = cls()
        made.text, made.pattern = text, pattern
        return made


def compile_transforms(transforms: Sequence[Transform], zone: ZoneInfo) -> tuple[Step, ...]:
    """Return the steps of a rule, ready to be called one after the other.

    Args:
        zone: the account's time zone.
    """
    return tuple(_step(transform, zone) for transform in transforms)


def _step(transform: Transform, zone: ZoneInfo) -> Step:
    if isinstance(transform, TransformCall):
        return _STEPS[transform.name](getattr(transform, transform.name), zone)
    return _STEPS[transform.value](_USUAL.get(transform), zone)


def _each(change: Callable[[str], Any]) -> Callable[[Any, ZoneInfo], Step]:
    """Make a step of a change of text: a list is changed entry by entry, other values become text."""

    def build(_: Any, zone: ZoneInfo) -> Step:
        return partial(_changed, change, zone)

    return build


def _changed(change: Callable[[str], Any], zone: ZoneInfo, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(change, zone, entry) for entry in value)
    return change(to_text(value, zone))


def _replace(options: ReplaceOptions, zone: ZoneInfo) -> Step:
    return partial(_changed, lambda text: text.replace(options.old, options.new), zone)


def _regex(options: RegexOptions, zone: ZoneInfo) -> Step:
    pattern = regex.compile(options.pattern)

    def part(text: str) -> str:
        if len(text) > _LONGEST_FOR_PATTERN:
            raise Unfit(
                f"{shown(text)} has {len(text)} characters, and a pattern reads {_LONGEST_FOR_PATTERN}",
                fix="shorten it in Streak",
            )
        try:
            found = pattern.search(text, timeout=_PATTERN_SECONDS)
        except TimeoutError:
            raise Unfit(
                f"{shown(text)} keeps the pattern {options.pattern} busy without end",
                fix="simplify the pattern in the mapping file: no repeat within a repeat",
            ) from None
        return (found[options.group] if found else "") or NoFit.of(text, options.pattern)

    return partial(_changed, part, zone)


def _prefix(text: str, zone: ZoneInfo) -> Step:
    return partial(_changed, lambda value: text + value, zone)


def _suffix(text: str, zone: ZoneInfo) -> Step:
    return partial(_changed, lambda value: value + text, zone)


def _split(separator: str, zone: ZoneInfo) -> Step:
    def parts(value: Any) -> tuple[str, ...]:
        texts = value if isinstance(value, tuple) else (value,)
        pieces = (piece.strip() for text in texts for piece in to_text(text, zone).split(separator))
        return tuple(piece for piece in pieces if piece)

    return parts


def _join(separator: str, zone: ZoneInfo) -> Step:
    def joined(value: Any) -> str:
        entries = value if isinstance(value, tuple) else (value,)
        return separator.join(to_text(entry, zone) for entry in entries)

    return joined


def _first(_: Any, __: ZoneInfo) -> Step:
    return lambda value: next(filter(_is_filled, value), "") if isinstance(value, tuple) else value


def _is_filled(entry: Any) -> bool:
    return not isinstance(entry, str) or bool(entry.strip())


def _number(options: NumberOptions, _: ZoneInfo) -> Step:
    return lambda value: to_decimal(value, options.decimal)


def _integer(options: NumberOptions, _: ZoneInfo) -> Step:
    return lambda value: to_integer(value, options.decimal)


def _zone(options: DateOptions, account: ZoneInfo) -> ZoneInfo:
    return account if options.zone == "account" else ZoneInfo(options.zone)


def _date(options: DateOptions, account: ZoneInfo) -> Step:
    return lambda value: to_day(value, _zone(options, account), options.format)


def _datetime(options: DateOptions, account: ZoneInfo) -> Step:
    return lambda value: to_moment(value, _zone(options, account), options.format)


def _address(options: AddressOptions, zone: ZoneInfo) -> Step:
    return lambda value: parse_address(to_text(value, zone), default_country=options.default_country or "")


def to_currency(text: str) -> str:
    """Return an ISO 4217 code from a code or from a sign that stands for one currency only.

    Raises:
        Unfit: the text is neither.
    """
    code = _CURRENCY_SIGNS.get(text.strip().upper(), text.strip().upper())
    if code not in list_currencies():
        raise Unfit(f"currency {shown(text)} is unknown", fix="use an ISO 4217 code such as EUR")
    return code


_USUAL: Mapping[TransformName, Any] = {
    TransformName.NUMBER: NumberOptions(),
    TransformName.INTEGER: NumberOptions(),
    TransformName.DATE: DateOptions(),
    TransformName.DATETIME: DateOptions(),
    TransformName.SPLIT: ",",
    TransformName.JOIN: ", ",
    TransformName.ADDRESS: AddressOptions(),
}

_STEPS: Mapping[str, Callable[[Any, ZoneInfo], Step]] = {
    "strip": _each(str.strip),
    "collapse_spaces": _each(lambda text: " ".join(text.split())),
    "upper": _each(str.upper),
    "lower": _each(str.lower),
    "title": _each(str.title),
    "email": _each(to_email),
    "phone": _each(to_phone),
    "currency": _each(to_currency),
    "boolean": lambda _, __: to_checkbox,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "datetime": _datetime,
    "split": _split,
    "join": _join,
    "first": _first,
    "replace": _replace,
    "regex": _regex,
    "prefix": _prefix,
    "suffix": _suffix,
    "address": _address,
}
