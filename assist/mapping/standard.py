"""The packaged catalogues: standard fields for work without an account."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources

import yaml

from assist.mapping.catalogue import Catalogue, Field, FieldType, Place, field_type
from assist.mapping.lexicon.book import load, part_of

_FOLDER = "assist.mapping.catalogues"
# What NetSuite computes: formulas and totals in other currencies and over sub-customers (saved-search columns).
_COMPUTED = ("formula", "consol", "fx")


@cache
def netsuite() -> Catalogue:
    """Return NetSuite's standard fields of the records we know, with their other identifiers as aliases."""
    text = resources.files(_FOLDER).joinpath("netsuite_fields.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return Catalogue(system="NetSuite", fields=merged(one for row in rows for one in _fields(row)))


def _fields(row: dict[str, str]) -> Iterator[Field]:
    lexicon = load()
    for record in row["records"].split():
        known = lexicon.find(record, row["id"])
        yield Field(
            record=record,
            id=row["id"],
            label=row["label"],
            type=field_type(row["type"]),
            place=known.place if known else Place.BODY,
            required=row["required"] == "yes",
            aliases=known.also if known else (),
            writable=not row["id"].startswith(_COMPUTED),
        )


def merged(fields: Iterable[Field]) -> Sequence[Field]:
    """Return fields of which those that the lexicon knows as one are one: the usual id, the others as aliases."""
    lexicon = load()
    groups: dict[tuple[str, str], list[Field]] = {}
    for one in fields:
        known = lexicon.find(one.record, one.id)
        groups.setdefault((one.record, known.id if known else one.id), []).append(one)
    return [_one(id_, group) for (_, id_), group in groups.items()]


def _one(usual: str, group: Sequence[Field]) -> Field:
    """Return one field for all that are it."""
    main = next((one for one in group if one.id == usual), group[0])
    aliases = [name for one in group for name in (one.id, *one.aliases)]
    return replace(
        main,
        aliases=tuple(dict.fromkeys(name for name in aliases if name != main.id)),
        required=any(one.required for one in group),
    )


def target(record: str) -> Catalogue:
    """Return the standard fields of a NetSuite record or of a part of it ("salesorder.item", "salesorder.address").

    A part has the fields of its whole record, because an address book and a transaction's columns are written
    under the same ids; the lexicon tells which of them stand on the part.
    """
    lexicon, part = load(), part_of(record)
    base = "customer" if part is Place.ADDRESS else record.partition(".")[0]
    fields = []
    for one in netsuite().of(base):
        known = lexicon.find(record, one.id)
        fields.append(replace(one, record=record, place=known.place if known else one.place))
    return Catalogue(system="NetSuite", fields=fields)


@cache
def streak() -> Catalogue:
    """Return Streak's standard fields of boxes, contacts and organizations; a pipeline's own come from the account."""
    text = resources.files(_FOLDER).joinpath("streak_fields.yaml").read_text(encoding="utf-8")
    fields = [
        Field(
            record=record,
            id=id_,
            label=told[0],
            type=FieldType(told[1]),
            writable=len(told) < 3,
        )
        for record, listed in yaml.safe_load(text).items()
        for id_, told in listed.items()
    ]
    return Catalogue(system="Streak", fields=fields)
