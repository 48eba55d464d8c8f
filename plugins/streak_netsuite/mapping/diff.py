"""What would change, field by field, in words for people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

Record = Customer | SalesOrder
_BY_NAME = frozenset({"custom_fields", "more_fields"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field that would change.

    Attributes:
        field: the field as the mapping file names it ("sales_order.lines[0].quantity").
        old: the value now, "" when there is none.
        new: the value then, "" when it would be cleared.
        rule: the rule that gives the new value, "" when it is not known.
    """

    field: str
    old: str
    new: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.old or '(empty)'} -> {self.new or '(empty)'}"


def diff(old: Record | None, new: Record, rules: Mapping[str, str] | None = None) -> tuple[FieldChange, ...]:
    """Return the fields in which two records differ, in the order of the record; all filled ones when there is no old.

    Args:
        rules: by target field, as `MappedDeal.rules` has them.

    Raises:
        TypeError: the records are of different kinds.
    """
    if old is not None and type(old) is not type(new):
        raise TypeError(f"a {type(old).__name__} and a {type(new).__name__} cannot be compared")
    before = dict(_flat(old)) if old is not None else {}
    after = dict(_flat(new))
    return tuple(
        FieldChange(
            field=name,
            old=before.get(name, ""),
            new=after.get(name, ""),
            rule=_rule(name, rules or {}) if name in after else "",
        )
        for name in _merged(after, before)
        if before.get(name, "") != after.get(name, "")
    )


def rendered(value: Any) -> str:
    """Return a value as people read it: plain numbers, ISO days, yes and no, names before ids."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(rendered(entry) for entry in value)
    return str(value)


def _flat(record: Record) -> Iterator[tuple[str, str]]:
    place = "customer" if isinstance(record, Customer) else "sales_order"
    for part in fields(record):
        value = getattr(record, part.name)
        yield from _part(place, part.name.rstrip("_"), value)


def _part(place: str, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if name in _BY_NAME:
        yield from _custom(f"{place}.{name}", value)
    elif name in {"addresses", "lines"}:
        for position, entry in enumerate(value):
            yield from _nested(f"{place}.{name}[{position}]", entry)
    elif isinstance(value, Address):
        yield from _nested(f"{place}.fields.{name}", value)
    elif rendered(value) and value is not False:
        yield f"{place}.fields.{name}", rendered(value)


def _nested(place: str, value: Address | OrderLine) -> Iterator[tuple[str, str]]:
    for part in fields(value):
        entry = getattr(value, part.name)
        if part.name in _BY_NAME:
            yield from _custom(f"{place}.{part.name}", entry)
        elif rendered(entry):
            yield f"{place}.{part.name.rstrip('_')}", rendered(entry)


def _custom(place: str, custom_fields: Iterable[CustomField]) -> Iterator[tuple[str, str]]:
    for custom in custom_fields:
        yield f"{place}.{custom.script_id}", rendered(custom.value)


def _merged(after: Iterable[str], before: Iterable[str]) -> Iterator[str]:
    """Yield the names of both in the new record's order; those that are gone follow."""
    yield from dict.fromkeys((*after, *before))


def _rule(name: str, rules: Mapping[str, str]) -> str:
    while name:
        if name in rules:
            return rules[name]
        name = name.rpartition(".")[0]
    return ""
