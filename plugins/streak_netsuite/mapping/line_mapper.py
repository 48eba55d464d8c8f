"""The lines of an order, made by one line rule."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.conversion import TargetType
from streak_netsuite.mapping.left_out import check_entry
from streak_netsuite.mapping.mapped_deal import is_blocking
from streak_netsuite.mapping.record_sections import LineRule, TextTable
from streak_netsuite.mapping.rule import Reading, Rule, is_empty
from streak_netsuite.mapping.rule_compiler import RuleCompiler, present, read_by_name
from streak_netsuite.mapping.source import SourcePath, parse_path
from streak_netsuite.mapping.unfit import shown
from streak_netsuite.model.sales_order import OrderLine

_TYPES: Mapping[str, TargetType] = {
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


class NoLine:
    """A line rule whose item is empty."""


NO_LINE: Final = NoLine()


class LineMapper:
    """Maps deals to the lines that one line rule makes.

    Attributes:
        each: what it makes a line for, each; None for a rule that makes one line.
        item: the rule of the item.
        may_be_free: whether its lines may have a price of zero.
    """

    def __init__(self, number: int, line: LineRule, compiler: RuleCompiler) -> None:
        place, in_each = f"sales_order.lines[{number}]", line.each is not None
        self.each = parse_path(line.each) if line.each else None
        self._table = line.table
        self.may_be_free = line.allow_zero_rate
        self._fields = compiler.rules(place, line, _TYPES, limits.LINE, in_each=in_each)
        self._custom_fields = compiler.by_name(place, line.custom_fields, in_each=in_each)
        self._more_fields = compiler.by_name(place, line.more_fields, "more_fields", in_each=in_each)
        self.item = self._fields["item"]

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule of the line."""
        yield from self._fields.values()
        yield from self._custom_fields.values()
        yield from self._more_fields.values()

    def entries(self, reading: Reading) -> Iterator[Any]:
        """Yield what the rule makes a line for, each: None for a rule that makes one line."""
        if self.each is None:
            yield None
            return
        value = self.each.read(reading.view)
        if self._table is not None:
            yield from _rows(self._table, self.each, value, reading)
            return
        entries = value if isinstance(value, tuple) else (value,)
        yield from (entry for entry in entries if not is_empty(entry))

    def read(self, reading: Reading, at: str) -> OrderLine | NoLine | None:
        """Return the line that the reading's entry makes: `NO_LINE` without an item, None when a fault blocks it.

        Args:
            at: its place among the lines of the order.
        """
        first_fault = len(reading.faults)
        item = self.item.read(reading, f"{at}.item")
        if item is None and len(reading.faults) == first_fault:
            check_entry(self.item, self.each, reading, f"{at}.item")
            reading.trace.pop(f"{at}.item", None)
            return NO_LINE if len(reading.faults) == first_fault else None
        values = {
            n: rule.read(reading, f"{at}.{n.rstrip('_')}") for n, rule in self._fields.items() if n != "item"
        }
        custom_fields = read_by_name(self._custom_fields, reading, at)
        more_fields = read_by_name(self._more_fields, reading, at, "more_fields")
        _check_quantity(values["quantity"], reading, f"{at}.quantity")
        _check_rate(values.get("rate"), reading, f"{at}.rate", allow_zero=self.may_be_free)
        _check_price_level(values, reading, f"{at}.price_level")
        for fault in reading.faults[first_fault:]:  # a line of the order has another number than its rule
            name = fault.field.rpartition(".")[2]
            rule = self._fields.get(name) or self._fields.get(f"{name}_")
            fault.rule_at = fault.rule_at or (rule.place if rule is not None else "")
        if any(map(is_blocking, reading.faults[first_fault:])):
            return None
        return OrderLine(item=item, custom_fields=custom_fields, more_fields=more_fields, **present(values))


def _rows(table: TextTable, each: SourcePath, value: Any, reading: Reading) -> Iterator[dict[str, str]]:
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


def _check_quantity(quantity: Decimal | None, reading: Reading, target: str) -> None:
    if quantity is None and not any(fault.field == target for fault in reading.faults):
        reading.add_fault(target, "the quantity is empty", "enter how many were sold")
    if quantity is not None and quantity <= 0:
        reading.add_fault(
            target, f"the quantity is {shown(quantity)}", "enter how many were sold, above zero"
        )


def _check_rate(rate: Decimal | None, reading: Reading, target: str, *, allow_zero: bool) -> None:
    if rate is None or rate > 0 or (rate == 0 and allow_zero):
        return
    fix = "enter a price above zero" + ("" if allow_zero or rate < 0 else ", or set `allow_zero_rate: true`")
    reading.add_fault(target, f"the rate is {shown(rate)}", fix)


def _check_price_level(values: Mapping[str, Any], reading: Reading, target: str) -> None:
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
        reading.add_fault(target, "the price level is Custom, and the line has no rate", "enter the price")
    elif not is_custom and rate is not None:
        reading.add_fault(
            target,
            f"the line has the rate {shown(rate)} and the price level {level}, which has a price of its own",
            f"leave one of them empty, or make the level {_CUSTOM_PRICE} (Custom)",
        )
