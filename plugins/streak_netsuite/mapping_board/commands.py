"""What the board can ask, checked where it arrives."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

_LONGEST = 1_000_000  # characters: the largest mapping file that is read
_MOST_PARTS = 10
_Text = Annotated[str, Field(max_length=_LONGEST)]
_Name = Annotated[str, Field(min_length=1, max_length=300)]


class Command(BaseModel):
    """Something asked of the board."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(Command):
    """Both sides, and the mapping as its file has it."""


class Suggest(Command):
    """Suggestions for what a draft does not map yet."""

    text: _Text


class Connect(Command):
    """A rule that takes a target's value from a source.

    Attributes:
        source, target: ids as `open` gave them.
        suggested: the person took the assistant's word.
        parts: of an address that stands in several fields, all of them, the source first; none for one field alone.
    """

    text: _Text
    source: _Name
    target: _Name
    suggested: bool = False
    parts: tuple[_Name, ...] = Field(default=(), max_length=_MOST_PARTS)


class Write(Command):
    """A rule as the person wrote it.

    Attributes:
        target: of a rule, or "lookups.<name>".
        rule: YAML.
    """

    text: _Text
    target: _Name
    rule: Annotated[str, Field(max_length=100_000)]


class Change(BaseModel):
    """A value at a place inside a rule, or an entry of a list there that is moved.

    Attributes:
        at: the way there: ("transform", 0).
        value: plain; None takes out what stands there. A condition or a calculation may be given in its parts.
        target: another one than the form's: the table that its rule looks values up in, say; "" for the form's own.
        to: where in its list the entry at `at` is moved to; `value` does not count then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: tuple[Annotated[str, Field(max_length=500)] | Annotated[int, Field(ge=0, lt=10_000)], ...] = Field(
        min_length=1, max_length=12
    )
    value: Any = None
    target: str = Field(default="", max_length=300)
    to: int | None = Field(default=None, ge=0, lt=10_000)


class Set(Command):
    """Parts of a rule, a table or a line as a form has them; what is not there is made.

    Attributes:
        target: of a rule, "lookups.<name>", "sales_order.lines[0]" or "changes".
    """

    text: _Text
    target: _Name
    changes: tuple[Change, ...] = Field(min_length=1, max_length=50)


class Line(Command):
    """One more line rule, to be filled."""

    text: _Text


class Remove(Command):
    """A target that is to be left alone."""

    text: _Text
    target: _Name


class Look(Command):
    """A draft as it is: after an undo."""

    text: _Text


class Rule(Command):
    """One rule as text and as a form, with the table it looks values up in and what the assistant thinks of it."""

    text: _Text
    target: _Name


class Preview(Command):
    """What a draft makes of real deals."""

    text: _Text


class Verdict(BaseModel):
    """A person's word on one suggestion; `accepted` None takes back what was saved before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: _Name
    target: _Name
    accepted: bool | None
    probability: float | None = Field(default=None, ge=0, le=1)


class Save(Command):
    """The draft as the new mapping.

    Attributes:
        digest: of the file as it was opened; another one means that somebody was faster.
        verdicts: what was taken over and what was turned down.
    """

    text: _Text
    digest: str
    verdicts: tuple[Verdict, ...] = Field(default=(), max_length=2000)


COMMANDS: Mapping[str, type[Command]] = {
    one.__name__.lower(): one
    for one in (Open, Suggest, Connect, Write, Set, Line, Remove, Look, Rule, Preview, Save)
}
