"""Values of box fields, both ways: in words for people and mappings, as stored for Streak.

The forms are those of readme "Update field value for a box" (read 2026-11). There is no type for numbers: an
amount is text. What the pages leave open is in `Encoding`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.streak.call import milliseconds, moment
from streak_netsuite.connectors.streak.names import NameBook, near
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.wire import FieldWire
from streak_netsuite.errors import Ambiguous, RejectedByVendor
from streak_netsuite.model.deal import FieldValue

UNKNOWN_OPTION = "UNKNOWN_OPTION"
READ_ONLY = "READ_ONLY"
BAD_VALUE = "BAD_VALUE"
REFERENCES = frozenset({"PERSON", "TEAM_CONTACT", "TEAM_ORGANIZATION"})

NewValue = str | bool | int | Decimal | datetime | date | Sequence[str] | None
"""What can be written; None empties the field."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """Display names of the records that field values point to, by key."""

    people: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Return the display name, or the key itself when it is not known."""
        return self.people.get(key) or self.parties.get(key) or key


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """The forms that no page of Streak's establishes; see StreakSettings.

    Attributes:
        references: how a person, a contact or an organization is written.
        clear: how a field is emptied.
        day_zone: where the midnight is that stands for a day.
    """

    references: Literal["text", "object", "list"] = "text"
    clear: Literal["empty", "null"] = "empty"
    day_zone: tzinfo = UTC


def encoding_of(settings: StreakSettings) -> Encoding:
    """Return the forms that the settings ask for."""
    return Encoding(
        references=settings.reference_form,
        clear=settings.clear_form,
        day_zone=ZoneInfo(settings.day_zone),
    )


# --- out of Streak -------------------------------------------------------------------------------------


def decode(definition: FieldWire, raw: Any, names: Names) -> FieldValue | None:
    """Return a box field's value in words, or None when there is none.

    A value that does not have the form its type documents is passed on as text, so that the mapping names it
    instead of losing it.
    """
    if raw is None or raw == "" or raw == []:
        return None
    decoder = _DECODERS.get(definition.type)
    value = decoder(definition, raw) if decoder else None
    if value is not None:
        return value
    if definition.type in REFERENCES:
        return names.of(reference_key(raw) or str(raw))
    return _plain(raw)


def reference_key(raw: Any) -> str | None:
    """Return the key a reference value holds. The wire form is not established: text, object and list are read."""
    if isinstance(raw, list):
        raw = raw[0] if raw else None
    if isinstance(raw, Mapping):
        raw = raw.get("key") or raw.get("userKey") or raw.get("email")
    return raw if isinstance(raw, str) and raw else None


def _decode_date(_: FieldWire, raw: Any) -> FieldValue | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        return moment(raw)
    except (ValueError, OverflowError):  # a year that no calendar has
        return None


def _decode_checkbox(_: FieldWire, raw: Any) -> FieldValue | None:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False}.get(str(raw).lower())


def _decode_dropdown(definition: FieldWire, raw: Any) -> FieldValue | None:
    return definition.options.get(str(raw))


def _decode_tags(definition: FieldWire, raw: Any) -> FieldValue | None:
    keys = raw if isinstance(raw, list) else [raw]
    return tuple(definition.options.get(str(key), str(key)) for key in keys)


_DECODERS: Mapping[str, Callable[[FieldWire, Any], FieldValue | None]] = {
    "DATE": _decode_date,
    "CHECKBOX": _decode_checkbox,
    "DROPDOWN": _decode_dropdown,
    "TAG": _decode_tags,
}


def _plain(raw: Any) -> FieldValue:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float):
        return Decimal(str(raw))
    if isinstance(raw, list):
        return tuple(str(entry) for entry in raw)
    return str(raw)


# --- into Streak ---------------------------------------------------------------------------------------


def encode(definition: FieldWire, value: NewValue, encoding: Encoding) -> Any:
    """Return a value as Streak stores it in a field; None, "" and an empty list empty the field.

    Raises:
        RejectedByVendor: READ_ONLY (a formula), UNKNOWN_OPTION, or BAD_VALUE.
        Ambiguous: several options have this label.
    """
    if definition.type == "FORMULA":
        raise RejectedByVendor(
            f"field '{definition.name}' is a formula; Streak computes it",
            code=READ_ONLY,
            field=definition.name,
            fix="take the field out of what is written, or write the fields it is computed from",
        )
    encoder = _ENCODERS.get(definition.type)
    if encoder is None:
        raise _bad(definition, value, "a type that this version knows", "update streak-netsuite")
    if value is None or value == "" or (isinstance(value, Sequence) and not value):
        return _empty(definition, encoding)
    return encoder(definition, value, encoding)


def _empty(definition: FieldWire, encoding: Encoding) -> Any:
    if encoding.clear == "null":
        return None
    return [] if definition.type == "TAG" else ""


def _encode_text(definition: FieldWire, value: NewValue, _: Encoding) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite():
            return format(number, "f")  # no exponent, no grouping: read the same everywhere
    raise _bad(definition, value, "text, a whole number or a Decimal", "say in the mapping how to write it")


def _encode_date(definition: FieldWire, value: NewValue, encoding: Encoding) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise _bad(definition, value, "a time with its zone", "give the time a zone in the mapping")
        return milliseconds(value)
    if isinstance(value, date):
        return milliseconds(datetime.combine(value, time.min, encoding.day_zone).astimezone(UTC))
    raise _bad(definition, value, "a date or a time", "convert it to a date in the mapping")


def _encode_checkbox(definition: FieldWire, value: NewValue, _: Encoding) -> Any:
    if isinstance(value, bool):
        return value
    told = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None
    if told is None:
        raise _bad(definition, value, "true or false", "convert it to true or false in the mapping")
    return told


def _encode_dropdown(definition: FieldWire, value: NewValue, _: Encoding) -> Any:
    if not isinstance(value, str):
        raise _bad(definition, value, "the label of an option", "convert it to text in the mapping")
    return _option_key(definition, value)


def _encode_tags(definition: FieldWire, value: NewValue, _: Encoding) -> Any:
    labels = [value] if isinstance(value, str) else value
    if not isinstance(labels, Sequence) or not all(isinstance(label, str) for label in labels):
        raise _bad(definition, value, "labels of tags", "convert it to a list of texts in the mapping")
    return list(dict.fromkeys(_option_key(definition, label) for label in labels))


def _encode_reference(definition: FieldWire, value: NewValue, encoding: Encoding) -> Any:
    if not isinstance(value, str):
        raise _bad(definition, value, "the key of a record", "give the key of the record in the mapping")
    forms: dict[str, Any] = {"text": value, "object": {"key": value}, "list": [{"key": value}]}
    return forms[encoding.references]


_ENCODERS: Mapping[str, Callable[[FieldWire, NewValue, Encoding], Any]] = {
    "TEXT_INPUT": _encode_text,
    "DATE": _encode_date,
    "CHECKBOX": _encode_checkbox,
    "DROPDOWN": _encode_dropdown,
    "TAG": _encode_tags,
    "PERSON": _encode_reference,
    "TEAM_CONTACT": _encode_reference,
    "TEAM_ORGANIZATION": _encode_reference,
}


def _option_key(definition: FieldWire, label: str) -> str:
    options = NameBook(
        definition.options, thing="option", place=f"field '{definition.name}'", code=UNKNOWN_OPTION
    )
    try:
        return options.key(label)
    except Ambiguous:
        raise
    except RejectedByVendor as error:
        close = near(label, definition.options.values())
        hint = f"write '{close[0]}' if that is meant, or " if close else ""
        raise RejectedByVendor(
            str(error),
            code=UNKNOWN_OPTION,
            field=definition.name,
            fix=f"{hint}add the option '{label}' to the field '{definition.name}' in Streak",
        ) from None


def _bad(definition: FieldWire, value: object, expected: str, fix: str) -> RejectedByVendor:
    return RejectedByVendor(
        f"field '{definition.name}' ({definition.type}) cannot hold {value!r}; it takes {expected}",
        code=BAD_VALUE,
        field=definition.name,
        fix=fix,
    )
