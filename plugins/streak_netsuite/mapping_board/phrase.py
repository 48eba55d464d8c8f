"""Conditions and calculations that a form can show, as the expressions of a mapping: made from parts, and read back."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from streak_netsuite.mapping.expression_text import path_expression, quoted
from streak_netsuite.mapping.held import Test
from streak_netsuite.mapping.source import parse_path, path_text

_TEXT = r"'((?:[^'\\]|\\.)*)'"
_READ = r"((?:box|organization|contact|buyer|organizations|contacts)(?:\.\w+|\[\d+\]|\['(?:[^'\\]|\\.)*'\])*)"
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_STEP = re.compile(r"(\w+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]")
_MOST_PLACES = 8


class Operator(StrEnum):
    """What a calculation does with two numbers."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    THROUGH = "/"


_OF_NUMBERS = frozenset({Test.ABOVE, Test.BELOW, Test.EQUAL, Test.UNEQUAL})


class _Phrase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_AnyPhrase = TypeVar("_AnyPhrase", bound=_Phrase)


def _known(path: str) -> str:
    parse_path(path)
    return path


class Condition(_Phrase):
    """When a rule counts.

    Attributes:
        field: a path into the deal.
        value: what it is compared with; nothing for `filled` and `empty`, a number for `above`, `below`, `equal` and
            `unequal`: 100 equals 100.00, and `is` compares words.
    """

    field: str
    test: Test
    value: str = Field(default="", max_length=500)

    _known_field = field_validator("field")(_known)

    @model_validator(mode="after")
    def _number_to_compare(self) -> Self:
        if self.test in _OF_NUMBERS and not re.fullmatch(_NUMBER, self.value):
            raise ValueError(f"'{self.value}' is no number to compare with; write it like 1234.50")
        return self

    @property
    def expression(self) -> str:
        """The same, as a mapping writes it."""
        return f"{{{{ {_CONDITIONS[self.test][0](path_expression(self.field), self.value)} }}}}"


class Calculation(_Phrase):
    """A number made of two.

    Attributes:
        left: a path into the deal.
        right: another one, or a number.
        places: behind the decimal mark.
    """

    left: str
    operator: Operator
    right: str
    places: int = Field(default=2, ge=0, le=_MOST_PLACES)

    _known_left = field_validator("left")(_known)

    @field_validator("right")
    @classmethod
    def _known_right(cls, text: str) -> str:
        return text if re.fullmatch(_NUMBER, text) else _known(text)

    @property
    def expression(self) -> str:
        """The same, as a mapping writes it."""
        right = (
            self.right if re.fullmatch(_NUMBER, self.right) else f"({path_expression(self.right)} | number)"
        )
        return f"{{{{ (({path_expression(self.left)} | number) {self.operator.value} {right}) | round({self.places}) }}}}"


def read_condition(text: str) -> Condition | None:
    """Return the condition an expression is, or None when it is more than a form can show."""
    for test, (_, pattern) in _CONDITIONS.items():
        if found := re.fullmatch(rf"\{{\{{ {pattern} \}}\}}", text.strip()):
            named = found.groupdict()
            value = named.get("text")
            return _valid(
                Condition,
                field=_path(found["field"]),
                test=test,
                value=named.get("number") or "" if value is None else _unquoted(value),
            )
    return None


def read_calculation(text: str) -> Calculation | None:
    """Return the calculation an expression is, or None when it is more than a form can show."""
    pattern = rf"\{{\{{ \(\({_READ} \| number\) ([-+*/]) (?:{_NUMBER}|\({_READ} \| number\))\) \| round\((\d)\) \}}\}}"
    found = re.fullmatch(pattern, text.strip())
    if found is None:
        return None
    left, operator, number, right, places = found.groups()
    return _valid(
        Calculation, left=_path(left), operator=operator, right=number or _path(right), places=int(places)
    )


def _valid(kind: type[_AnyPhrase], **parts: Any) -> _AnyPhrase | None:
    try:
        return kind(**parts)
    except ValueError:
        return None


def _path(jinja: str) -> str:
    steps = [
        int(number) if number else name or _unquoted(text) for name, number, text in _STEP.findall(jinja)
    ]
    return path_text(steps)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


_FIELD = f"(?P<field>{_READ[1:-1]})"
_SAID = _TEXT.replace("(", "(?P<text>", 1)
_GIVEN = _NUMBER.replace("(", "(?P<number>", 1)
# A box that is not ticked, zero and an empty list count as no value, too.
_HELD = rf"\({_FIELD} \| default\('', true\)\)"
_WORD = rf"\({_FIELD} \| default\(''\) \| string\)"
_AGAIN = r"\((?P=field) \| number\)"
_AMOUNT = rf"\({_FIELD} \| default\(0, true\) \| number\)"
_CONDITIONS: Mapping[Test, tuple[Callable[[str, str], str], str]] = {
    Test.FILLED: (lambda field, _: f"({field} | default('', true)) != ''", rf"{_HELD} != ''"),
    Test.EMPTY: (lambda field, _: f"({field} | default('', true)) == ''", rf"{_HELD} == ''"),
    Test.IS: (
        lambda field, value: f"({field} | default('') | string) == {quoted(value)}",
        rf"{_WORD} == {_SAID}",
    ),
    Test.IS_NOT: (
        lambda field, value: f"({field} | default('') | string) != {quoted(value)}",
        rf"{_WORD} != {_SAID}",
    ),
    Test.HAS: (
        lambda field, value: f"{quoted(value)} in ({field} | default('', true))",
        rf"{_SAID} in {_HELD}",
    ),
    Test.ABOVE: (
        lambda field, value: f"({field} | default(0, true) | number) > {value}",
        rf"{_AMOUNT} > {_GIVEN}",
    ),
    Test.BELOW: (
        lambda field, value: f"({field} | default(0, true) | number) < {value}",
        rf"{_AMOUNT} < {_GIVEN}",
    ),
    # A field without a value is no number, and not zero either.
    Test.EQUAL: (
        lambda field, value: f"({field} | default('') | string) != '' and ({field} | number) == {value}",
        rf"{_WORD} != '' and {_AGAIN} == {_GIVEN}",
    ),
    Test.UNEQUAL: (
        lambda field, value: f"({field} | default('') | string) == '' or ({field} | number) != {value}",
        rf"{_WORD} == '' or {_AGAIN} != {_GIVEN}",
    ),
}
