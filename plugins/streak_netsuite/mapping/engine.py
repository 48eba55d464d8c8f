"""The engine: a deal in, a customer and an order out, with every fault of the record at once."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping import limits
from streak_netsuite.mapping.address import ParsedAddress
from streak_netsuite.mapping.conversion import TargetType
from streak_netsuite.mapping.left_out import check_entry, check_fields
from streak_netsuite.mapping.lookups import LookupRequest, Lookups
from streak_netsuite.mapping.record_sections import LineRule, TextTable
from streak_netsuite.mapping.rule import AddressFault, FieldTrace, Reading, Rule, is_empty
from streak_netsuite.mapping.rule_schema import AddressRule, CustomFieldRule, FieldRule
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.source import SourcePath, parse_path, view_of
from streak_netsuite.mapping.unfit import shown
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

_CUSTOMER_TYPES: Mapping[str, TargetType] = {
    "company_name": TargetType.TEXT,
    "first_name": TargetType.TEXT,
    "last_name": TargetType.TEXT,
    "entity_id": TargetType.TEXT,
    "email": TargetType.EMAIL,
    "phone": TargetType.PHONE,
    "subsidiary": TargetType.SELECT,
    "currency": TargetType.SELECT,
    "terms": TargetType.SELECT,
}
_ORDER_TYPES: Mapping[str, TargetType] = {
    "transaction_date": TargetType.DATE,
    "memo": TargetType.TEXT,
    "purchase_order_number": TargetType.TEXT,
    "currency": TargetType.SELECT,
    "subsidiary": TargetType.SELECT,
    "department": TargetType.SELECT,
    "class_": TargetType.SELECT,
    "location": TargetType.SELECT,
    "terms": TargetType.SELECT,
    "sales_rep": TargetType.SELECT,
    "ship_date": TargetType.DATE,
    "ship_method": TargetType.SELECT,
    "start_date": TargetType.DATE,
    "end_date": TargetType.DATE,
    "discount_item": TargetType.SELECT,
    "discount_rate": TargetType.DISCOUNT,
    "shipping_address": TargetType.ADDRESS,
    "billing_address": TargetType.ADDRESS,
}
_LINE_TYPES: Mapping[str, TargetType] = {
    "item": TargetType.SELECT,
    "quantity": TargetType.DECIMAL,
    "rate": TargetType.DECIMAL,
    "description": TargetType.TEXT,
    "tax_code": TargetType.SELECT,
    "location": TargetType.SELECT,
    "department": TargetType.SELECT,
    "class_": TargetType.SELECT,
    "units": TargetType.SELECT,
    "price_level": TargetType.SELECT,
}
_CUSTOM_PRICE = "-1"  # NetSuite's price level for a line with a price of its own
_OF_COMPANIES = frozenset({"company_name"})
_OF_PEOPLE = frozenset({"first_name", "last_name"})


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedDeal:
    """What a deal becomes.

    Attributes:
        customer: None when the deal names no buyer, or when a fault of the customer blocks it.
        order: None when a fault of the order blocks it. Its customer is None: who that is is decided later.
        faults: every fault, in the order of the file.
        warnings: what was changed on the way: clipped text, dropped addresses.
        trace: for each target field the rule and the source value.
    """

    customer: Customer | None
    order: SalesOrder | None
    faults: tuple[MappingError, ...] = ()
    warnings: tuple[str, ...] = ()
    trace: Mapping[str, FieldTrace] = field(default_factory=dict)

    @property
    def rules(self) -> Mapping[str, str]:
        """The rule of each target field, as a person reads it."""
        return {name: trace.rule for name, trace in self.trace.items()}

    @property
    def blocking(self) -> tuple[MappingError, ...]:
        """The faults that forbid writing: all but those of addresses a record is made without."""
        return tuple(fault for fault in self.faults if not isinstance(fault, AddressFault) or fault.blocking)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldReadings:
    """A deal's value for each field of a mapping.

    Attributes:
        values: by target ("sales_order.fields.memo"); of several lines by one rule, the first that has a value.
        faults: of single fields; what only shows in the whole record is not among them.
        trace: where each value came from.
    """

    values: Mapping[str, Any]
    faults: tuple[MappingError, ...]
    trace: Mapping[str, FieldTrace]


@dataclass(frozen=True, kw_only=True, slots=True)
class _CompiledLine:
    each: SourcePath | None
    table: TextTable | None
    allow_zero_rate: bool
    fields: Mapping[str, Rule]
    custom_fields: Mapping[str, Rule]
    more_fields: Mapping[str, Rule]

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule of the line."""
        yield from self.fields.values()
        yield from self.custom_fields.values()
        yield from self.more_fields.values()


class Engine:
    """Maps deals by one spec. Compile once, map many; safe to share between threads.

    Args:
        zone: the NetSuite account's time zone, in which calendar days are taken.
        lookups: where values are looked up; `with_lookups` gives the same engine other ones.

    Raises:
        ConfigurationError: a rule names a lookup the spec does not have.
    """

    def __init__(self, spec: MappingSpec, *, zone: ZoneInfo, lookups: Lookups) -> None:
        self.spec = spec
        self.zone = zone
        self._lookups = lookups
        customer, order = spec.customer, spec.sales_order
        self._customer = self._rules("customer.fields", customer.fields, _CUSTOMER_TYPES, limits.CUSTOMER)
        self._addresses = tuple(
            (rule, self._rule(rule, f"customer.addresses[{n}]", TargetType.ADDRESS))
            for n, rule in enumerate(customer.addresses)
        )
        self._customer_custom = self._custom("customer", customer.custom_fields)
        self._customer_more = self._custom("customer", customer.more_fields, "more_fields")
        self._order = self._rules("sales_order.fields", order.fields, _ORDER_TYPES, limits.SALES_ORDER)
        given = ((name, getattr(order.fields, name)) for name in self._order)
        self._order_addresses = {name: rule for name, rule in given if isinstance(rule, AddressRule)}
        self._order_custom = self._custom("sales_order", order.custom_fields)
        self._order_more = self._custom("sales_order", order.more_fields, "more_fields")
        self._lines = tuple(self._line(n, line) for n, line in enumerate(order.lines))
        self._box_fields = self._named_box_fields()
        self._reads_any = any(rule.reads_any_field for rule in self._all_rules())
        self._own_fields = tuple(self._only_in(line) for line in self._lines)

    def with_lookups(self, lookups: Lookups) -> "Engine":
        """Return this engine with other lookups; nothing is compiled again."""
        engine = copy(self)
        engine._lookups = lookups
        return engine

    @property
    def box_fields(self) -> frozenset[str]:
        """Names of the box fields the mapping names: what must exist in the pipeline."""
        return self._box_fields

    def _named_box_fields(self) -> frozenset[str]:
        named = {line.each.box_field for line in self._lines if line.each is not None and line.each.box_field}
        return frozenset(named).union(*(rule.box_fields for rule in self._all_rules()))

    def _only_in(self, line: _CompiledLine) -> tuple[str, ...]:
        """Return the box fields that nothing reads but one line, beside its item: without the line they would be lost."""
        item = line.fields["item"]
        mine = [rule for rule in line.rules if rule is not item]
        others = [rule for rule in self._all_rules() if all(rule is not own for own in mine)]
        read = frozenset().union(*(rule.box_fields for rule in mine))
        return tuple(sorted(read.difference(*(rule.box_fields for rule in others))))

    @property
    def looked_up_fields(self) -> frozenset[tuple[str, str]]:
        """Box fields whose values are looked up as they are, each with the name of the table."""
        return frozenset().union(*(rule.looked_up_fields for rule in self._all_rules()))

    def digest(self, deal: Deal) -> str:
        """Return a digest of all that a mapping can read of a deal: what is written back to other fields leaves it as it is."""
        if deal.read_digest:
            return deal.read_digest
        read = {name: value for name, value in deal.fields.items() if self._may_read(name)}
        plain = to_plain(replace(deal, version="", stage_changed_at=None, fields=read))
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    def _may_read(self, name: str) -> bool:
        """Tell whether a box field can matter.

        A function may read any, and so may an expression that picks a field by a value. What we write there ourselves is
        not news.
        """
        if name in self._box_fields or not (self._reads_any or self.spec.functions is not None):
            return name in self._box_fields
        return name not in self.spec.write_back.fields and name not in self.spec.status.fields

    def wanted_lookups(self, deal: Deal) -> frozenset[LookupRequest]:
        """Return what must be asked of NetSuite before the deal can be mapped."""
        reading = Reading(view=view_of(deal), lookups=None)
        wanted = {request for rule in self._head_rules() for request in rule.wanted(reading)}
        for line in self._lines:
            for entry in self._entries(line, reading):
                reading.each = entry
                wanted |= {request for rule in line.rules for request in rule.wanted(reading)}
        return frozenset(wanted)

    def map(self, deal: Deal, *, updating: bool = False) -> MappedDeal:
        """Return what a deal becomes, with all its faults. Never raises for what a deal holds.

        Args:
            updating: the deal has its order, which is to follow it.
        """
        reading = Reading(view=view_of(deal), lookups=self._lookups, updating=updating)
        customer = self._map_customer(deal, reading)
        order = self._map_order(reading)
        for fault in reading.faults:
            fault.rule_at = fault.rule_at or self.spec.place_of(fault.field)
        return MappedDeal(
            customer=customer,
            order=order,
            faults=tuple(reading.faults),
            warnings=tuple(reading.warnings),
            trace=MappingProxyType(reading.trace),
        )

    def read_fields(self, deal: Deal) -> "FieldReadings":
        """Return what each field would get by itself, also where another field's fault would block the record."""
        reading = Reading(view=view_of(deal), lookups=self._lookups)
        values = {rule.target: rule.read(reading) for rule in self._head_rules()}
        for line in self._lines:
            for entry in self._entries(line, reading):
                reading.each = entry
                for rule in line.rules:
                    if values.get(rule.target) is None:
                        values[rule.target] = rule.read(reading)
        return FieldReadings(values=values, faults=tuple(reading.faults), trace=reading.trace)

    def _map_customer(self, deal: Deal, reading: Reading) -> Customer | None:
        if deal.organization is None and deal.contact is None:
            reading.add_fault(
                "customer",
                "the deal has neither an organization nor a contact",
                "link the one that buys to the box in Streak",
            )
            return None
        is_person = deal.organization is None
        left_out = _OF_COMPANIES if is_person else _OF_PEOPLE
        first_fault = len(reading.faults)
        values = {n: rule.read(reading) for n, rule in self._customer.items() if n not in left_out}
        custom_fields = self._read_custom(self._customer_custom, reading)
        more_fields = self._read_custom(self._customer_more, reading)
        addresses = self._read_addresses(reading)
        if (not is_person and not values.get("company_name")) or (is_person and not _has_name(values)):
            self._name_missing(reading, is_person=is_person, first_fault=first_fault)
        if _blocks(reading.faults[first_fault:]):
            return None
        return Customer(
            is_person=is_person,
            addresses=addresses,
            custom_fields=custom_fields,
            more_fields=more_fields,
            **_present(values),
        )

    def _name_missing(self, reading: Reading, *, is_person: bool, first_fault: int) -> None:
        names = ("first_name", "last_name") if is_person else ("company_name",)
        targets = {f"customer.fields.{name}" for name in names}
        if any(fault.field in targets for fault in reading.faults[first_fault:]):
            return
        who = "contact" if is_person else "organization"
        reading.add_fault(
            f"customer.fields.{names[-1]}", f"the {who} has no name", f"name the {who} in Streak"
        )

    def _read_addresses(self, reading: Reading) -> tuple[Address, ...]:
        found = (self._address(rule, compiled, reading) for rule, compiled in self._addresses)
        return tuple(dict.fromkeys(address for address in found if address is not None))

    def _map_order(self, reading: Reading) -> SalesOrder | None:
        first_fault = len(reading.faults)
        values: dict[str, Any] = {}
        for name, rule in self._order.items():
            section = self._order_addresses.get(name)
            values[name] = rule.read(reading) if section is None else self._address(section, rule, reading)
        custom_fields = self._read_custom(self._order_custom, reading)
        more_fields = self._read_custom(self._order_more, reading)
        lines = self._read_lines(reading)
        if values.get("transaction_date") is None and not _blocks(reading.faults[first_fault:]):
            reading.add_fault(
                "sales_order.fields.transaction_date", "the date is empty", "map box.created_at to it"
            )
        self._check_term(values, reading)
        self._check_discount(values, reading)
        if _blocks(reading.faults[first_fault:]):
            return None
        return SalesOrder(
            lines=lines, custom_fields=custom_fields, more_fields=more_fields, **_present(values)
        )

    def _check_term(self, values: Mapping[str, Any], reading: Reading) -> None:
        first, last = values.get("start_date"), values.get("end_date")
        if first is not None and last is not None and last < first:
            reading.add_fault(
                "sales_order.fields.end_date",
                f"the end date {shown(last)} is before the start date {shown(first)}",
                "correct one of them in Streak",
            )

    def _check_discount(self, values: Mapping[str, Any], reading: Reading) -> None:
        """NetSuite takes a rate without an item and forgets it: the order would be made at its full price."""
        faulty = any(fault.field == "sales_order.fields.discount_item" for fault in reading.faults)
        if values.get("discount_rate") is not None and values.get("discount_item") is None and not faulty:
            reading.add_fault(
                "sales_order.fields.discount_item",
                f"there is a discount of {values['discount_rate']}, and no discount item that takes it off",
                "name one in NetSuite's items of the type Discount, or give the rule a `default`",
            )

    def _read_lines(self, reading: Reading) -> tuple[OrderLine, ...]:
        lines: list[OrderLine] = []
        faults = len(reading.faults)
        position = 0
        absent: list[int] = []
        for number, line in enumerate(self._lines):
            for entry in self._entries(line, reading):
                reading.each = entry
                mapped = self._read_line(line, reading, f"sales_order.lines[{position}]")
                position += mapped is not _NO_LINE
                if isinstance(mapped, OrderLine):
                    lines.append(mapped)
                elif mapped is _NO_LINE and line.each is None:
                    absent.append(number)
        reading.each = None
        if lines:
            for number in absent:
                check_fields(self._lines[number].fields["item"], self._own_fields[number], reading)
        elif len(reading.faults) == faults:
            sources = "; ".join(line.fields["item"].text for line in self._lines)
            reading.add_fault(
                "sales_order.lines",
                f"the deal has no product, so the order would have no lines ({sources})",
                "choose a product in Streak",
            )
        return tuple(lines)

    def _read_line(self, line: _CompiledLine, reading: Reading, at: str) -> "OrderLine | _NoLine | None":
        first_fault = len(reading.faults)
        item = line.fields["item"].read(reading, f"{at}.item")
        if item is None and len(reading.faults) == first_fault:
            check_entry(line.fields["item"], line.each, reading, f"{at}.item")
            reading.trace.pop(f"{at}.item", None)
            return _NO_LINE if len(reading.faults) == first_fault else None
        values = {
            n: rule.read(reading, f"{at}.{n.rstrip('_')}") for n, rule in line.fields.items() if n != "item"
        }
        custom_fields = self._read_custom(line.custom_fields, reading, at)
        more_fields = self._read_custom(line.more_fields, reading, at, "more_fields")
        self._check_quantity(values["quantity"], reading, f"{at}.quantity")
        self._check_rate(values.get("rate"), reading, f"{at}.rate", allow_zero=line.allow_zero_rate)
        self._check_price_level(values, reading, f"{at}.price_level")
        for fault in reading.faults[first_fault:]:  # a line of the order has another number than its rule
            name = fault.field.rpartition(".")[2]
            rule = line.fields.get(name) or line.fields.get(f"{name}_")
            fault.rule_at = fault.rule_at or (rule.place if rule is not None else "")
        if _blocks(reading.faults[first_fault:]):
            return None
        return OrderLine(item=item, custom_fields=custom_fields, more_fields=more_fields, **_present(values))

    def _check_quantity(self, quantity: Decimal | None, reading: Reading, target: str) -> None:
        if quantity is None and not any(fault.field == target for fault in reading.faults):
            reading.add_fault(target, "the quantity is empty", "enter how many were sold")
        if quantity is not None and quantity <= 0:
            reading.add_fault(
                target, f"the quantity is {shown(quantity)}", "enter how many were sold, above zero"
            )

    def _check_rate(self, rate: Decimal | None, reading: Reading, target: str, *, allow_zero: bool) -> None:
        if rate is None or rate > 0 or (rate == 0 and allow_zero):
            return
        fix = "enter a price above zero" + (
            "" if allow_zero or rate < 0 else ", or set `allow_zero_rate: true`"
        )
        reading.add_fault(target, f"the rate is {shown(rate)}", fix)

    def _check_price_level(self, values: Mapping[str, Any], reading: Reading, target: str) -> None:
        """A level and a rate contradict each other: NetSuite would take the level's price and forget the rate."""
        level, rate = values.get("price_level"), values.get("rate")
        if level is None:
            return
        is_custom = level.internal_id == _CUSTOM_PRICE
        if (
            is_custom
            and rate is None
            and not any(f.field == target.replace("price_level", "rate") for f in reading.faults)
        ):
            reading.add_fault(
                target, "the price level is Custom, and the line has no rate", "enter the price"
            )
        elif not is_custom and rate is not None:
            reading.add_fault(
                target,
                f"the line has the rate {shown(rate)} and the price level {level}, which has a price of its own",
                f"leave one of them empty, or make the level {_CUSTOM_PRICE} (Custom)",
            )

    def _entries(self, line: _CompiledLine, reading: Reading) -> Iterator[Any]:
        if line.each is None:
            yield None
            return
        value = line.each.read(reading.view)
        if line.table is not None:
            yield from self._rows(line.table, line.each, value, reading)
            return
        entries = value if isinstance(value, tuple) else (value,)
        yield from (entry for entry in entries if not is_empty(entry))

    def _rows(
        self, table: TextTable, each: SourcePath, value: Any, reading: Reading
    ) -> Iterator[dict[str, str]]:
        """Yield the rows of a table in a text, each with its cells by column."""
        if not isinstance(value, str) and not is_empty(value):
            reading.add_fault(
                "sales_order.lines",
                f"{each.label} {shown(value)} is no text with a table",
                "name the text field that has it",
            )
        lines = [line for line in (value.splitlines() if isinstance(value, str) else ()) if line.strip()]
        for line in lines[1:] if table.header else lines:
            cells = [cell.strip() for cell in line.split(table.separator)]
            if len(cells) > len(table.columns):
                reading.add_fault(
                    "sales_order.lines",
                    f"{each.label}: the row {shown(line)} has {len(cells)} cells, and there are {len(table.columns)} columns",
                    f"write {table.separator.join(f' {name} ' for name in table.columns).strip()}",
                )
                continue
            yield dict(zip(table.columns, cells, strict=False))

    def _address(self, rule: AddressRule, compiled: Rule, reading: Reading) -> Address | None:
        parsed: ParsedAddress | None = compiled.read(reading)
        if parsed is None:
            return None
        problems = [*parsed.problems, *_too_long(parsed.address)]
        if not problems:
            return parsed.address
        blocking = rule.when_invalid == "hold"
        fix = "correct the address in Streak: street, city, state and postal code, country"
        told = f"the address {reading.trace[compiled.target].value} {' and '.join(problems)}; {fix}"
        reading.faults.append(AddressFault(told, field=compiled.target, fix=fix, blocking=blocking))
        if not blocking:
            reading.warnings.append(
                f"{compiled.target}: the address was left out, because it {' and '.join(problems)}"
            )
        return None

    def _read_custom(
        self, rules: Mapping[str, Rule], reading: Reading, at: str = "", part: str = "custom_fields"
    ) -> tuple[CustomField, ...]:
        found: list[CustomField] = []
        for script_id, rule in rules.items():
            value = rule.read(reading, f"{at}.{part}.{script_id}" if at else "")
            if value is not None:
                found.append(CustomField(script_id=script_id, type=rule.custom_type, value=value))
        return tuple(found)

    def _rules(
        self,
        place: str,
        section: Any,
        types: Mapping[str, TargetType],
        lengths: Mapping[str, int],
        *,
        in_each: bool = False,
    ) -> dict[str, Rule]:
        given = ((name, getattr(section, name)) for name in types)
        return {
            name: self._rule(
                rule, f"{place}.{name.rstrip('_')}", types[name], lengths.get(name), in_each=in_each
            )
            for name, rule in given
            if rule is not None
        }

    def _custom(
        self,
        place: str,
        rules: Mapping[str, CustomFieldRule],
        part: str = "custom_fields",
        *,
        in_each: bool = False,
    ) -> dict[str, Rule]:
        is_text = CustomFieldType.TEXT if part == "custom_fields" else None
        return {
            script_id: self._rule(
                rule,
                f"{place}.{part}.{script_id}",
                TargetType(rule.type.value),
                limits.CUSTOM_TEXT if rule.type is is_text else None,
                in_each=in_each,
            )
            for script_id, rule in rules.items()
        }

    def _rule(
        self,
        rule: FieldRule,
        target: str,
        type_: TargetType,
        max_length: int | None = None,
        *,
        in_each: bool = False,
    ) -> Rule:
        return Rule(
            rule,
            target=target,
            type_=type_,
            zone=self.zone,
            tables=self.spec.lookups,
            max_length=max_length,
            in_each=in_each,
            functions=self.spec.known_functions,
            place=self.spec.place_of(target),
        )

    def _line(self, number: int, line: LineRule) -> _CompiledLine:
        place, in_each = f"sales_order.lines[{number}]", line.each is not None
        return _CompiledLine(
            allow_zero_rate=line.allow_zero_rate,
            each=parse_path(line.each) if line.each else None,
            table=line.table,
            fields=self._rules(place, line, _LINE_TYPES, limits.LINE, in_each=in_each),
            custom_fields=self._custom(place, line.custom_fields, in_each=in_each),
            more_fields=self._custom(place, line.more_fields, "more_fields", in_each=in_each),
        )

    def _head_rules(self) -> Iterable[Rule]:
        yield from self._customer.values()
        yield from (compiled for _, compiled in self._addresses)
        yield from self._customer_custom.values()
        yield from self._customer_more.values()
        yield from self._order.values()
        yield from self._order_custom.values()
        yield from self._order_more.values()

    def _all_rules(self) -> Iterable[Rule]:
        yield from self._head_rules()
        for line in self._lines:
            yield from line.rules


class _NoLine:
    """A line rule whose item is empty."""


_NO_LINE = _NoLine()


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _has_name(values: Mapping[str, Any]) -> bool:
    return bool(values.get("first_name") or values.get("last_name"))


def _blocks(faults: Iterable[MappingError]) -> bool:
    return any(not isinstance(fault, AddressFault) or fault.blocking for fault in faults)


_PARTS = attrgetter(*limits.ADDRESS)


def _too_long(address: Address) -> list[str]:
    return [
        f"has {len(text)} characters in {name}, and NetSuite takes {limit}"
        for text, (name, limit) in zip(_PARTS(address), limits.ADDRESS.items(), strict=True)
        if len(text) > limit
    ]
