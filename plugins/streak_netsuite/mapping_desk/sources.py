"""What a mapping can read of a deal, as a catalogue the assistant reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue as FieldList
from assist.mapping.catalogue import Field, FieldType, field_type
from streak_netsuite.connectors.streak.catalogue import Catalogue
from streak_netsuite.connectors.streak.wire import FieldWire
from streak_netsuite.mapping.held import Held, held_by_standard
from streak_netsuite.mapping.number import DecimalMark, parse_number
from streak_netsuite.mapping.source import BOX_ATTRIBUTES, PARTY_ATTRIBUTES, parse_path, path_text, view_of
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.deal import Deal

FieldKey = tuple[str, str]
# What Streak tells of every box and that nobody maps: ids, and what holds other values.
_LEFT_OUT = frozenset(
    {"key", "pipeline", "fields", "contacts", "organizations", "emails", "phones", "domains"}
)
_READABLE = {
    "box": frozenset(BOX_ATTRIBUTES) - _LEFT_OUT,
    "organization": frozenset(PARTY_ATTRIBUTES) - _LEFT_OUT,
    "contact": frozenset(PARTY_ATTRIBUTES) - _LEFT_OUT,
}
_LABELS = {("box", "owner_email"): ("Assigned to, e-mail", "email")}
_BOX = "box"
_MOST_SAMPLES = 50
_LONGEST_SAMPLE = 200


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What can be read.

    Attributes:
        catalogue: the fields, with samples of their values, which stay in memory.
        paths: how a mapping reads each ("box.fields.PO number").
    """

    catalogue: FieldList
    paths: Mapping[FieldKey, str]

    def key_of(self, path: str) -> FieldKey | None:
        """Return the field that a path of a mapping reads."""
        steps = parse_path(path).steps
        wanted = tuple(str(step) for step in steps if isinstance(step, str))
        wanted = ("organization", *wanted[1:]) if wanted[0] in {"buyer", "organizations"} else wanted
        for key, known in self.paths.items():
            if tuple(str(s) for s in parse_path(known).steps if isinstance(s, str)) == wanted:
                return key
        return None

    def held(self, path: str) -> Held | None:
        """Return what the field behind a path holds; None when nobody says."""
        standard = held_by_standard(path)
        if standard is not None:
            return standard
        try:
            key = self.key_of(path)
        except ValueError:
            return None
        return held_by(next(one for one in self.catalogue if one.key == key)) if key is not None else None


# What people type numbers into: Streak has no type for them.
_TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})
_HELD: Mapping[FieldType, Held] = {
    **dict.fromkeys(_TEXTS, Held.TEXT),
    **dict.fromkeys(_NUMBERS, Held.NUMBER),
    **dict.fromkeys((FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.ADDRESS), Held.WORDS),
    FieldType.MULTI_SELECT: Held.LIST,
    FieldType.CHECKBOX: Held.CHECKBOX,
    FieldType.DATE: Held.MOMENT,
    FieldType.DATETIME: Held.MOMENT,
}


def held_by(field: Field) -> Held | None:
    """Return what a field that people made holds; None when nobody says, as of a formula."""
    if field.type is FieldType.SELECT:
        return Held.TEXT if any(map(_is_number, field.options)) else Held.WORDS
    return _HELD.get(field.type)


def _is_number(option: str) -> bool:
    try:
        parse_number(option, DecimalMark.AUTO)
    except Unfit:
        return False
    return True


def sources_of(
    pipeline: Catalogue,
    deals: Sequence[Deal],
    *,
    party_fields: Mapping[str, Sequence[FieldWire]] | None = None,
) -> Sources:
    """Return what deals of a pipeline offer.

    Args:
        deals: to take samples from.
        party_fields: custom fields of "contact" and "organization".
    """
    return sources_of_views(pipeline, [view_of(deal) for deal in deals], party_fields=party_fields)


def sources_of_views(
    pipeline: Catalogue | None,
    views: Sequence[Mapping[str, Any]],
    *,
    party_fields: Mapping[str, Sequence[FieldWire]] | None = None,
) -> Sources:
    """Return what records of Streak offer.

    Args:
        pipeline: of the boxes; None for contacts, which have no box.
        views: to take samples from.
        party_fields: custom fields of "contact" and "organization".
    """
    paths: dict[FieldKey, str] = {}
    fields: list[Field] = []
    boxes = _own(pipeline) if pipeline is not None else ()
    for field, path in (*_standard(), *boxes, *_parties(party_fields or {})):
        is_there = pipeline is not None or field.record != _BOX
        if is_there and field.key not in paths:
            paths[field.key] = path
            fields.append(field)
    some = views[:_MOST_SAMPLES]
    sampled = [replace(one, samples=_samples(paths[one.key], some)) for one in fields]
    return Sources(catalogue=FieldList(system="Streak", fields=sampled), paths=paths)


def _standard() -> Iterator[tuple[Field, str]]:
    for one in standard.streak():
        if one.id in _READABLE.get(one.record, ()):
            yield one, f"{one.record}.{one.id}"
    for (record, id_), (label, kind) in _LABELS.items():
        yield Field(record=record, id=id_, label=label, type=field_type(kind)), f"{record}.{id_}"


def _own(pipeline: Catalogue) -> Iterator[tuple[Field, str]]:
    for name in pipeline.field_names:
        yield _field("box", pipeline.field(name)), path_text(("box", "fields", name))


def _parties(fields: Mapping[str, Sequence[FieldWire]]) -> Iterator[tuple[Field, str]]:
    for record, known in fields.items():
        for one in known:
            yield _field(record, one), path_text((record, "fields", one.name))


def _field(record: str, known: FieldWire) -> Field:
    return Field(
        record=record,
        id=known.name,
        label=known.name,
        type=field_type(known.type),
        options=tuple(known.options.values()),
    )


def _samples(path: str, views: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    found = (parse_path(path).read(view) for view in views)
    texts = (
        " ".join(map(str, one)) if isinstance(one, list | tuple) else str(one)
        for one in found
        if one is not None
    )
    return tuple(text[:_LONGEST_SAMPLE] for text in texts if text.strip())
