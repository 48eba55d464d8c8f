"""Numbers as people type them.

Which mark is the decimal one is decided so, unless the mapping says `comma` or `point`:

- with both marks the last one is decimal: "12,500.00" and "12.500,00" are 12500;
- a mark that occurs twice groups thousands: "1.234.567" is 1234567;
- one comma before exactly three digits groups thousands: "1,234" is 1234;
- one point before exactly three digits could be either, and is refused: "1.234" is a thousand in
  Berlin and a little over one in Boston, and an order must not guess. "0.125" and "1234.567" are
  not in doubt;
- any other single mark is decimal: "12,5" is 12.5.

Blanks and apostrophes group thousands everywhere. Currency signs and ISO 4217 codes at either end are dropped;
a minus may lead or trail, and round brackets mean minus. Any other word beside the digits ("5 Mio", "Q3 500"), and a
digit that is raised or encircled ("10²"), means something else, and nothing is guessed.
"""

import re
import unicodedata
from decimal import Decimal
from enum import StrEnum

from babel.numbers import list_currencies

from streak_netsuite.mapping.unfit import Unfit, shown

_LONGEST = 64
_LONGEST_TYPED = 500  # characters with blanks and signs: what is longer is not read at all
_DOLLARS = re.compile(r"(?<![^\W_])(?:US|AU?|CAN?|CA|C|HK|NZ|SG?|NT|R|MX|AR|BZ|TT|J|U)(?=\$)", re.IGNORECASE)
_FIRST_WORD = re.compile(r"([^\W\d_]+)\.?\s*(?=[\d.,+\-(])")
_LAST_WORD = re.compile(r"\s*(?<=[\d\s.,)\-])([^\W\d_]+)\.?\Z")
_CODES = frozenset(list_currencies())
# What currencies are called besides, where no other unit is (CLDR's narrow names).
_NAMES = frozenset(
    {"r", "rs", "rm", "rp", "kr", "skr", "nkr", "dkr", "ikr", "fr", "sfr", "ft", "kč", "zł", "лв"}
)
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.(?:[0-9]{1,2}|[0-9]{4,15}))?\Z")  # no mark in doubt
_SHAPE = re.compile(r"(?=[.,]?\d)[\d.,]*\d\Z")
_GROUPS = r"\d{1,3}(?:M\d{3})+|\d{1,2}(?:M\d{2})+M\d{3}"  # 1,234,567 and India's 12,34,567
_BLANKS = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")


class DecimalMark(StrEnum):
    """Which mark separates the decimals."""

    AUTO = "auto"
    COMMA = "comma"
    POINT = "point"


def parse_number(text: str, decimal: DecimalMark = DecimalMark.AUTO) -> Decimal:
    """Return the exact number a text means.

    Raises:
        Unfit: the text is no number, or could be two.
    """
    if decimal is DecimalMark.AUTO and _PLAIN.match(text):
        return Decimal(text)
    if len(text) > _LONGEST_TYPED:
        raise _no_number(text)
    if not text.isascii() and any(unicodedata.category(c) == "No" for c in text):
        raise _no_number(text)
    body, negative = _unsigned(text)
    digits = _BLANKS.sub("", body)
    if len(digits) > _LONGEST or not _SHAPE.match(digits):
        raise _no_number(text)
    number = Decimal(_canonical(text, digits, decimal))
    return -number if negative else number


def _no_number(text: str) -> Unfit:
    return Unfit(f"{shown(text)} is not a number", fix="write it like 1234.50")


def _unsigned(text: str) -> tuple[str, bool]:
    body = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if "$" in body:
        body = _DOLLARS.sub("", body).replace("$", "")
    if not body.isascii():
        body = "".join(_ascii(c) for c in body if unicodedata.category(c) != "Sc")
    bracketed = body.strip()
    if bracketed.startswith("(") and bracketed.endswith(")"):
        return _without_currency(bracketed[1:-1]), True
    body = _without_currency(bracketed)
    lead = body[:1] in {"-", "+"}
    trail = not lead and body.endswith("-")
    sign = body[0] if lead else "-" if trail else "+"
    body = body[1:] if lead else body[:-1] if trail else body
    return _without_currency(body), sign == "-"


def _without_currency(text: str) -> str:
    body = text.strip()
    if (first := _FIRST_WORD.match(body)) and _is_currency(first[1]):
        body = body[first.end() :]
    if (last := _LAST_WORD.search(body)) and _is_currency(last[1]):
        body = body[: last.start()]
    return body.strip()


def _is_currency(word: str) -> bool:
    return word.upper() in _CODES or word.lower() in _NAMES


def _ascii(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return str(digit) if digit is not None and character.isdecimal() else character


def _canonical(text: str, digits: str, decimal: DecimalMark) -> str:
    mark = _decimal_mark(text, digits, decimal)
    other = "," if mark == "." else "."
    whole, _, fraction = digits.partition(mark) if mark else (digits, "", "")
    group = other if mark else "." if "." in digits else ","
    if group in fraction or (mark and mark in fraction):
        raise _no_number(text)
    if group in whole and not re.fullmatch(_GROUPS.replace("M", re.escape(group)), whole):
        raise _no_number(text)
    return f"{whole.replace(group, '') or '0'}.{fraction or '0'}" if mark else whole.replace(group, "")


def _decimal_mark(text: str, digits: str, decimal: DecimalMark) -> str:
    """Return "." or ",", or "" when the number has no decimals."""
    if decimal is not DecimalMark.AUTO:
        mark = "," if decimal is DecimalMark.COMMA else "."
        return mark if mark in digits else ""
    marks = [c for c in digits if c in ".,"]
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) != 1:
        return ""
    return _single_mark(text, digits, marks[0])


def _single_mark(text: str, digits: str, mark: str) -> str:
    whole, _, fraction = digits.partition(mark)
    groups = len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if not groups:
        return mark
    if mark == ",":
        return ""
    raise Unfit(
        f"{shown(text)} could mean {whole}{fraction} or {whole} and a fraction",
        fix="write it without grouping or with all decimals, or set `number: {decimal: comma}` or `point` in the mapping",
    )
