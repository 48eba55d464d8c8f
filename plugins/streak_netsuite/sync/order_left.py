"""An order as our writes leave it, when not all that its deal wants is taken."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.model.change_policy import LINE_FIELDS, attribute_of
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.line_merge import LineMatch, partners, same_lines
from streak_netsuite.sync.sameness import same

Took = Callable[[str], bool]
"""Tells whether a field is as the deal wants it."""


class LeftOrder:
    """Starts from the order as it was written, and is told of each part whether the deal's value was taken.

    What is not taken stays as it was written, also where NetSuite holds another value by now: that is somebody's change.
    """

    def __init__(self, base: SalesOrder, written: SalesOrder | None, matches: Sequence[LineMatch]) -> None:
        self._written = base if written is None else written
        self._values: dict[str, Any] = {}
        self._lines: list[OrderLine] = []
        self._closed: list[
            OrderLine
        ] = []  # an order has a line at least: these stand in where no other is left
        if written is None:
            self._partner = {id(line): line for line in base.lines}
        else:
            self._partner = _paired(written.lines, matches)
        paired = {id(line) for line in self._partner.values()}
        # Lines that the deal gave up and NetSuite has kept.
        self._rest = [line for line in self._written.lines if id(line) not in paired]

    def field(self, name: str, wanted: Any, *, took: bool) -> None:
        """Take over a standard field."""
        if took or same(getattr(self._written, name), wanted):
            self._values[name] = wanted

    def named_fields(self, kind: str, wanted: Sequence[CustomField], took: Took) -> None:
        """Take over the fields of the body that are told by their names: custom ones, or standard ones."""
        self._values[kind] = _named_left(getattr(self._written, kind), wanted, took)

    def line_of(self, match: LineMatch) -> OrderLine | None:
        """Return a line of the deal as it was written; None for one that never was."""
        return self._partner.get(id(match.base))

    def keep(self, line: OrderLine | None) -> None:
        """Keep a line."""
        if line is not None:
            self._lines.append(line)

    def shorten(self, line: OrderLine | None, quantity: Decimal) -> None:
        """Keep what is left of a line that was closed."""
        if line is not None:
            (self._lines if quantity else self._closed).append(replace(line, quantity=quantity))

    def edit(
        self,
        line: OrderLine,
        wanted: OrderLine,
        took: Collection[str],
        took_named: Mapping[str, Collection[str]],
    ) -> None:
        """Keep a line with those of the deal's values that were taken.

        Args:
            took: the standard parts.
            took_named: the fields that are told by their names, by kind.
        """
        names = {part: attribute_of(part) for part in LINE_FIELDS}
        values = {
            name: getattr(wanted, name)
            for part, name in names.items()
            if part in took or same(getattr(line, name), getattr(wanted, name))
        }
        # A line is priced by its rate or by its level: the one that was taken ends the other.
        if "price_level" in took:
            values["rate"] = wanted.rate
        if "rate" in took:
            values["price_level"] = wanted.price_level
        for kind, names_taken in took_named.items():
            values[kind] = _named_left(getattr(line, kind), getattr(wanted, kind), names_taken.__contains__)
        self._lines.append(replace(line, **values))

    def order(self, wanted: SalesOrder) -> SalesOrder:
        """Return the order."""
        lines = (*self._lines, *self._rest) or (*self._closed,) or self._written.lines
        customer = (
            wanted.customer if same(self._written.customer, wanted.customer) else self._written.customer
        )
        return replace(self._written, **self._values, customer=customer, lines=lines)


def _paired(written: Sequence[OrderLine], matches: Sequence[LineMatch]) -> dict[int, OrderLine]:
    """Return by the id of a line's base how it was written: as NetSuite holds it, else as the deal had it last.

    Of several lines of one item, of which some changes were refused, nobody can tell for certain which is which.
    """
    known = [one for one in matches if one.base is not None]
    ours = [(one, one.held.line) for one in known if one.held is not None and one.held.line.quantity]
    ours += [(one, one.base) for one in known if one.held is None and one.base is not None]
    found = same_lines(written, [line for _, line in ours])
    taken = {id(line) for line in found.values()}
    rest = [line for line in written if id(line) not in taken]
    # An item that finance has changed.
    last = [position for position, (one, _) in enumerate(ours) if position not in found and not one.came_back]
    found |= {last[at]: line for at, line in partners(rest, [ours[n][1] for n in last]).items()}
    return {id(ours[position][0].base): line for position, line in found.items()}


def _named_left(
    written: Sequence[CustomField], wanted: Sequence[CustomField], took: Took
) -> tuple[CustomField, ...]:
    before: Mapping[str, CustomField] = {one.script_id: one for one in written}
    named = {one.script_id for one in wanted}
    left = [
        one if took(one.script_id) or (old is not None and same(old.value, one.value)) else old
        for one in wanted
        for old in [before.get(one.script_id)]
    ]
    stay = [one for one in written if one.script_id not in named and not took(one.script_id)]
    return (*(one for one in left if one is not None), *stay)
