"""The order of a deal."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.address_reading import read_address
from streak_netsuite.mapping.conversion import TargetType
from streak_netsuite.mapping.left_out import check_fields
from streak_netsuite.mapping.line_mapper import NO_LINE, LineMapper
from streak_netsuite.mapping.mapped_deal import is_blocking
from streak_netsuite.mapping.record_sections import SalesOrderSection
from streak_netsuite.mapping.rule import Reading, Rule
from streak_netsuite.mapping.rule_compiler import RuleCompiler, present, read_by_name
from streak_netsuite.mapping.rule_schema import AddressRule
from streak_netsuite.mapping.unfit import shown
from streak_netsuite.model.currency_digits import USUAL_DIGITS, rounded
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

_ALL = Decimal(-100)  # percent
_TYPES: Mapping[str, TargetType] = {
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


class OrderMapper:
    """Maps deals to orders by one section of a spec.

    Args:
        beside: the rules of the spec that are not of the order.

    Attributes:
        lines: its line rules.
    """

    def __init__(self, section: SalesOrderSection, compiler: RuleCompiler, *, beside: Sequence[Rule]) -> None:
        self._fields = compiler.rules("sales_order.fields", section.fields, _TYPES, limits.SALES_ORDER)
        given = ((name, getattr(section.fields, name)) for name in self._fields)
        self._addresses = {name: rule for name, rule in given if isinstance(rule, AddressRule)}
        self._custom_fields = compiler.by_name("sales_order", section.custom_fields)
        self._more_fields = compiler.by_name("sales_order", section.more_fields, "more_fields")
        self.lines = tuple(LineMapper(n, line, compiler) for n, line in enumerate(section.lines))
        every = [*beside, *self.head_rules, *(rule for line in self.lines for rule in line.rules)]
        self._own_fields = tuple(_only_in(line, every) for line in self.lines)

    @property
    def head_rules(self) -> Iterator[Rule]:
        """Every rule that is not of a line, in the order in which they are read."""
        yield from self._fields.values()
        yield from self._custom_fields.values()
        yield from self._more_fields.values()

    def read(self, reading: Reading) -> SalesOrder | None:
        """Return the order; None when a fault blocks it."""
        first_fault = len(reading.faults)
        values: dict[str, Any] = {}
        for name, rule in self._fields.items():
            section = self._addresses.get(name)
            values[name] = rule.read(reading) if section is None else read_address(section, rule, reading)
        custom_fields = read_by_name(self._custom_fields, reading)
        more_fields = read_by_name(self._more_fields, reading)
        lines = self._read_lines(reading)
        if values.get("transaction_date") is None and not any(map(is_blocking, reading.faults[first_fault:])):
            reading.add_fault(
                "sales_order.fields.transaction_date", "the date is empty", "map box.created_at to it"
            )
        _check_term(values, reading)
        _check_discount(values, reading)
        if not any(map(is_blocking, reading.faults[first_fault:])):
            _check_worth(lines, values, reading, may_be_free=all(line.may_be_free for line in self.lines))
        if any(map(is_blocking, reading.faults[first_fault:])):
            return None
        return SalesOrder(
            lines=lines, custom_fields=custom_fields, more_fields=more_fields, **present(values)
        )

    def _read_lines(self, reading: Reading) -> tuple[OrderLine, ...]:
        lines: list[OrderLine] = []
        faults = len(reading.faults)
        position = 0
        absent: list[int] = []
        for number, line in enumerate(self.lines):
            for entry in line.entries(reading):
                reading.each = entry
                mapped = line.read(reading, f"sales_order.lines[{position}]")
                position += mapped is not NO_LINE
                if isinstance(mapped, OrderLine):
                    lines.append(mapped)
                elif mapped is NO_LINE and line.each is None:
                    absent.append(number)
        reading.each = None
        if lines:
            for number in absent:
                check_fields(self.lines[number].item, self._own_fields[number], reading)
        elif len(reading.faults) == faults:
            sources = "; ".join(line.item.text for line in self.lines)
            reading.add_fault(
                "sales_order.lines",
                f"the deal has no product, so the order would have no lines ({sources})",
                "choose a product in Streak",
            )
        return tuple(lines)


def _check_term(values: Mapping[str, Any], reading: Reading) -> None:
    first, last = values.get("start_date"), values.get("end_date")
    if first is not None and last is not None and last < first:
        reading.add_fault(
            "sales_order.fields.end_date",
            f"the end date {shown(last)} is before the start date {shown(first)}",
            "correct one of them in Streak",
        )


def _check_discount(values: Mapping[str, Any], reading: Reading) -> None:
    """NetSuite takes a rate without an item and forgets it: the order would be made at its full price."""
    faulty = any(fault.field == "sales_order.fields.discount_item" for fault in reading.faults)
    if values.get("discount_rate") is not None and values.get("discount_item") is None and not faulty:
        reading.add_fault(
            "sales_order.fields.discount_item",
            f"there is a discount of {values['discount_rate']}, and no discount item that takes it off",
            "name one in NetSuite's items of the type Discount, or give the rule a `default`",
        )


def _check_worth(
    lines: Sequence[OrderLine], values: Mapping[str, Any], reading: Reading, *, may_be_free: bool
) -> None:
    """An order is not worth less than nothing, and worth nothing only where the mapping lets things be free."""
    discount: DiscountRate | None = values.get("discount_rate")
    is_all = discount is not None and discount.is_percent and discount.value == _ALL
    if all(line.rate == 0 for line in lines) or (any(line.rate is None for line in lines) and not is_all):
        return  # each line may be free, or NetSuite prices one
    before = sum((line.quantity * (line.rate or 0) for line in lines), Decimal(0))
    off = Decimal(0) if discount is None else discount.of(before)
    worth = Decimal(0) if is_all else rounded(before + off, USUAL_DIGITS)
    if worth > 0 or (worth == 0 and may_be_free):
        return
    reading.add_fault(
        "sales_order.lines" if discount is None else "sales_order.fields.discount_rate",
        f"the order would be worth {'nothing' if worth == 0 else 'less than nothing'}"
        + (f" with a discount of {discount}" if discount is not None else ""),
        "correct the prices or the discount in Streak"
        + (", or set `allow_zero_rate: true` on its lines" if worth == 0 else ""),
    )


def _only_in(line: LineMapper, every: Sequence[Rule]) -> tuple[str, ...]:
    """Return the box fields that nothing reads but one line, beside its item: without the line they would be lost."""
    mine = [rule for rule in line.rules if rule is not line.item]
    others = [rule for rule in every if all(rule is not own for own in mine)]
    read = frozenset().union(*(rule.box_fields for rule in mine))
    return tuple(sorted(read.difference(*(rule.box_fields for rule in others))))
