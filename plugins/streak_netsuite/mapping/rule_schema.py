"""What a rule of a mapping file may say: where a value comes from, and what is made of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import regex
from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from streak_netsuite.mapping.file_part import (
    SCRIPT_ID,
    Constant,
    CountryCode,
    ExpressionText,
    FilePart,
    Path,
    Pattern,
    Zone,
)
from streak_netsuite.mapping.number import DecimalMark
from streak_netsuite.mapping.standard_fields import place_of
from streak_netsuite.model.custom_field import CustomFieldType


class TransformName(StrEnum):
    """Transforms that need no options; those that take some use their usual ones."""

    STRIP = "strip"
    COLLAPSE_SPACES = "collapse_spaces"
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    SPLIT = "split"
    JOIN = "join"
    FIRST = "first"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    CURRENCY = "currency"


class NumberOptions(FilePart):
    """How a number is typed."""

    decimal: DecimalMark = DecimalMark.AUTO
    """`comma`, `point`, or `auto`: see "Numbers" in the reference."""


class DateOptions(FilePart):
    """How a date is typed, and where its day is taken."""

    format: str | None = Field(default=None, max_length=40)
    """How text is read, in strftime's letters: `%d.%m.%Y`. Without it text must be like 2026-03-31."""

    zone: Zone = "account"
    """The zone whose calendar day is meant: `account`, or a name like `Europe/Berlin`."""


class ReplaceOptions(FilePart):
    """What is replaced."""

    old: str = Field(min_length=1)
    """The text that goes."""

    new: str = ""
    """The text that comes."""


class RegexOptions(FilePart):
    """What part of a text is meant."""

    pattern: Pattern
    """A regular expression; the first place where it fits counts."""

    group: int = Field(default=0, ge=0)
    """Which bracket of the pattern is kept; 0 keeps all that fits. Without a fit the value is empty, with a warning."""

    @model_validator(mode="after")
    def _known_group(self) -> Self:
        groups = regex.compile(self.pattern).groups
        if self.group > groups:
            raise ValueError(f"the pattern has {groups} brackets, so there is no group {self.group}")
        return self


class AddressOptions(FilePart):
    """How a one-line address is read."""

    default_country: CountryCode | None = None
    """The country of addresses that name none, as a two-letter code: `US`."""


class TransformCall(FilePart):
    """A transform with options. Exactly one key."""

    number: NumberOptions | None = None
    """Text to an exact number."""

    integer: NumberOptions | None = None
    """Text to a whole number."""

    date: DateOptions | None = None
    """A moment or a text to a calendar day."""

    datetime: DateOptions | None = None
    """A text to a moment."""

    split: str | None = Field(default=None, min_length=1)
    """Text to a list, at this separator. Blank parts go."""

    join: str | None = None
    """A list to text, with this between the parts."""

    replace: ReplaceOptions | None = None
    """Text for text."""

    regex: RegexOptions | None = None
    """The part of a text that fits a pattern."""

    prefix: str | None = None
    """Text put before."""

    suffix: str | None = None
    """Text put after."""

    address: AddressOptions | None = None
    """A one-line address to its parts."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(
                "a transform has exactly one key; write several transforms as several list entries"
            )
        return self

    @property
    def name(self) -> str:
        """Which transform this is."""
        return next(iter(self.model_fields_set))


def _transform_kind(value: Any) -> str:
    return "call" if isinstance(value, dict | TransformCall) else "name"


Transform = Annotated[
    Annotated[TransformName, Tag("name")] | Annotated[TransformCall, Tag("call")],
    Discriminator(_transform_kind),
]


_SOURCES = ("from_", "value", "expression", "function", "first_of")


class FieldRule(FilePart):
    """Where one value comes from. Exactly one of `from`, `value`, `expression`, `function` and `first_of`."""

    from_: Path | None = Field(default=None, alias="from")
    """A path into the deal: `box.name`, `box.fields.PO number`, `organization.addresses[0]`. In a line rule
    with `each`, the path `each` is the entry the line is made for."""

    value: Constant | None = None
    """A constant. For a reference it is the internal id."""

    expression: ExpressionText | None = None
    """A Jinja expression over `box`, `buyer`, `organization` and `contact`: `{{ box.name }} / {{ box.stage }}`."""

    function: str | None = Field(default=None, pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$")
    """A function of the file `functions` names; it is given the deal, and gives the value."""

    first_of: tuple["FieldRule", ...] | None = Field(default=None, min_length=1)
    """Several rules; the first that gives a value counts."""

    when: ExpressionText | None = None
    """An expression over the deal; the rule counts when it gives something but no, false, 0 or nothing (an empty list, too). When it does not,
    the field is left alone, whatever `required` and `default` say."""

    on: Literal["create", "update"] | None = None
    """Counts only when the order is made, or only when it follows its changed deal: a field `on: create` keeps what it
    got, whatever becomes of the deal. For fields of the order."""

    transform: tuple[Transform, ...] = ()
    """What is done to the value, in this order."""

    lookup: str | None = None
    """The table of `lookups` in which the value is looked up."""

    default: Constant | None = None
    """What an empty value becomes. It is taken as it is, before the lookup."""

    required: bool = False
    """Whether a record without this value is held."""

    when_empty: Literal["skip", "keep", "error"] = "skip"
    """What an empty source means: `skip` leaves the field alone when the order is made and empties it when the deal has
    lost the value since, `keep` leaves it alone then, too, `error` holds the record."""

    clip: int | None = Field(default=None, ge=1)
    """Cut text to this many characters, with a warning. Without it a text that is too long holds the record."""

    max_length: int | None = Field(default=None, ge=1)
    """The longest text the field takes, where it differs from NetSuite's usual one."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [k for k in _SOURCES if getattr(self, k) is not None]
        if len(given) != 1:
            names = " and ".join(k.rstrip("_") for k in given) or "none of them"
            raise ValueError(
                f"a rule has exactly one of from, value, expression, function and first_of; this has {names}"
            )
        if self.default is not None and self.when_empty == "error":
            raise ValueError("a rule has a default or `when_empty: error`, not both; remove one")
        return self


class AddressRule(FieldRule):
    """A rule whose value is a postal address, read from one line."""

    when_invalid: Literal["drop", "hold"] = "drop"
    """What a line without a valid country or state means. `drop` makes the record without the address and
    reports the address as a fault of its own; `hold` holds the record."""


class CustomFieldRule(FieldRule):
    """A rule for a custom field, or for a standard field by SuiteTalk's name."""

    type: CustomFieldType
    """The field's type in NetSuite. Values are converted to it, strictly."""


def _checked_script_ids(fields: Mapping[str, CustomFieldRule]) -> Mapping[str, CustomFieldRule]:
    for script_id in fields:
        if not SCRIPT_ID.match(script_id):
            raise ValueError(
                f"'{script_id}' is not a script id; it looks like custbody_streak_stage, in lower case"
            )
    return fields


def checked_names(section: str) -> AfterValidator:
    """Return what makes sure that fields may be filled by SuiteTalk's names."""
    place = place_of(section)

    def checked(fields: Mapping[str, CustomFieldRule]) -> Mapping[str, CustomFieldRule]:
        for name in fields:
            place.check(name)
        return fields

    return AfterValidator(checked)


CustomFields = Annotated[dict[str, CustomFieldRule], AfterValidator(_checked_script_ids)]
MoreFields = dict[str, CustomFieldRule]
