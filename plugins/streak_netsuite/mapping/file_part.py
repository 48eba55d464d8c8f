"""What every part of a mapping file is made of: texts that are checked as they are read."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import regex
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.source import LISTS, ROOTS, parse_path

# Custom fields by where they stand, and custom segments, which stand anywhere.
SCRIPT_ID = re.compile(r"(?:cust(?:body|col|entity|item|record)_?[a-z0-9_]+|cseg_?[a-z0-9_]+)\Z")


MappingFunction = Callable[[Mapping[str, Any]], Any]
"""A function of a mapping: is given the deal as expressions see it, as a copy of its own, and returns a plain value."""


class FilePart(BaseModel):
    """The base of every part: what it does not know is a fault, and it stays as it was read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )


ITEMS = "item"
_LIST = re.compile(
    r"[a-zA-Z]+(?:\.[a-zA-Z]+)?\.[a-zA-Z][a-zA-Z0-9_]*\Z"
)  # a record, a sublist perhaps, a field
EACH = "each"
WRITE_BACK_NAMES: Mapping[str, tuple[str, ...]] = {
    "order": ("number", "internal_id", "url", "status", "date", "total", "currency"),
    "customer": ("name",),
}


STATUS_NAMES: Mapping[str, tuple[str, ...]] = {
    "order": (*WRITE_BACK_NAMES["order"], "state", "on_credit_hold"),
    "customer": ("name",),
    "money": ("invoiced", "paid", "credited", "open", "due", "deposited"),
    "shipping": ("ordered", "shipped", "tracking"),
}
EVENT_NAMES: Mapping[str, tuple[str, ...]] = {
    **STATUS_NAMES,
    "event": ("number", "date", "amount", "due", "open", "tracking", "document"),
}


ITEM_NAMES: Mapping[str, tuple[str, ...]] = {
    "item": ("id", "name", "display_name", "description", "kind", "prices", "available", "on_hand", "stock"),
}


def _known_path(text: str) -> str:
    if text != EACH and not text.startswith(f"{EACH}."):
        parse_path(text)
    return text


def _known_expression(text: str) -> str:
    Expression(text, {root: () if root in LISTS else names for root, names in ROOTS.items()})
    return text


def _known_write_back(text: str) -> str:
    Expression(text, WRITE_BACK_NAMES)
    return text


def _known_status(text: str) -> str:
    Expression(text, STATUS_NAMES)
    return text


def _known_event(text: str) -> str:
    Expression(text, EVENT_NAMES)
    return text


def _known_item(text: str) -> str:
    Expression(text, ITEM_NAMES)
    return text


def _known_pattern(text: str) -> str:
    try:
        regex.compile(text)
    except regex.error as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error
    return text


def _known_list(text: str) -> str:
    if text != ITEMS and not _LIST.match(text):
        raise ValueError(
            f"'{text}' is neither {ITEMS} nor a field that offers a list; write it like salesOrder.{text}"
        )
    return text


def _known_zone(text: str) -> str:
    if text == "account":
        return text
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"'{text}' is not a time zone; write 'account' or a name like Europe/Berlin"
        ) from error
    return text


def _id_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Path = Annotated[str, AfterValidator(_known_path)]
ExpressionText = Annotated[str, AfterValidator(_known_expression)]
WriteBackText = Annotated[str, AfterValidator(_known_write_back)]
StatusText = Annotated[str, AfterValidator(_known_status)]
EventText = Annotated[str, AfterValidator(_known_event)]
ItemText = Annotated[str, AfterValidator(_known_item)]
Pattern = Annotated[str, Field(max_length=200), AfterValidator(_known_pattern)]
AskedList = Annotated[str, AfterValidator(_known_list)]
Zone = Annotated[str, AfterValidator(_known_zone)]
IdText = Annotated[str, BeforeValidator(_id_text), WithJsonSchema({"type": ["string", "integer"]})]
Constant = Annotated[
    str | bool | int | Decimal,
    Field(union_mode="smart"),
    WithJsonSchema({"type": ["string", "boolean", "number"]}),
]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
