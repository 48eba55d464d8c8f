"""What a field of Streak holds, and what a condition can ask of it."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from streak_netsuite.mapping.source import LIST_ATTRIBUTES, parse_path


class Test(StrEnum):
    """What a condition asks of a field."""

    __test__ = False  # pytest looks for tests by their names

    FILLED = "filled"
    EMPTY = "empty"
    IS = "is"
    IS_NOT = "is_not"
    HAS = "has"
    ABOVE = "above"
    BELOW = "below"
    EQUAL = "equal"
    UNEQUAL = "unequal"

    @property
    def told(self) -> str:
        """What people call it, as on the mapping board."""
        return _TOLD[self]


_TOLD: Mapping[Test, str] = {
    Test.FILLED: "has a value",
    Test.EMPTY: "has none",
    Test.IS: "is",
    Test.IS_NOT: "is not",
    Test.HAS: "contains",
    Test.ABOVE: "is more than",
    Test.BELOW: "is less than",
    Test.EQUAL: "is the number",
    Test.UNEQUAL: "is not the number",
}


class Held(StrEnum):
    """What a field holds. Streak has no type for numbers: they stand in its text fields, so that a text may be one."""

    TEXT = "text"
    WORDS = "words"
    NUMBER = "number"
    LIST = "list"
    CHECKBOX = "checkbox"
    MOMENT = "date"

    @property
    def tests(self) -> tuple[Test, ...]:
        """What a condition can ask."""
        return _FITTING[self]


_ANY = (Test.FILLED, Test.EMPTY)
_WORDED = (*_ANY, Test.IS, Test.IS_NOT)
_FITTING: Mapping[Held, tuple[Test, ...]] = {
    Held.TEXT: tuple(Test),
    Held.WORDS: (*_WORDED, Test.HAS),
    Held.NUMBER: (*_ANY, Test.ABOVE, Test.BELOW, Test.EQUAL, Test.UNEQUAL),
    Held.LIST: (*_ANY, Test.HAS),
    Held.CHECKBOX: _ANY,
    Held.MOMENT: _WORDED,
}

HeldBy = Callable[[str], Held | None]
"""Tells what the field behind a path holds; None when nobody says, as of a formula."""


def held_by_standard(path: str) -> Held | None:
    """Return what a path holds that every deal has; None for the fields that people make, and for what is no path."""
    try:
        _, *rest = (step for step in parse_path(path).steps)
    except ValueError:
        return None
    names = [step for step in rest if isinstance(step, str)]
    if names[0] == "fields":
        return None
    if names[0] == "created_at":
        return Held.MOMENT
    is_list = names[0] in LIST_ATTRIBUTES and not isinstance(rest[-1], int)
    return Held.LIST if is_list else Held.WORDS
