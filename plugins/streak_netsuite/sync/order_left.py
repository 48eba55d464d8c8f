"""An order as our writes leave it, when not all that its deal wants is taken."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from streak_netsuite.model.change_policy import LINE_FIELDS, attribute_of
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.line_merge import LineMatch, partners, same_places
from streak_netsuite.sync.order_change import NOWHERE
from streak_netsuite.sync.sameness import same

Took = Callable[[str], bool]
"""Tells whether a field is as the deal wants it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenLine:
    """A line as our writes have left it.

    Attributes:
        number: NetSuite's number of it; None for one that was added and not seen since, NOWHERE for one that is not there.
    """

    line: OrderLine
    number: int | None = None


class LeftOrder:
    """Starts from the order as it was written, and is told of each part whether the deal's value was taken.

    What is not taken stays as it was written, also where NetSuite holds another value by now: that is somebody's change.
    A line that was written is known by NetSuite's number of it, whatever it sells and however many sell the same.

    Args:
        base: the order as the deal wanted it last.
        written: as our writes have left it; None when that is `base`.
        numbers: NetSuite's numbers of its lines; empty when they are not known.
        held: the lines as NetSuite holds them.
        matches: the deal's lines, each with its line in NetSuite.
    """

    def __init__(
        self,
        base: SalesOrder,
        written: SalesOrder | None,
        numbers: Sequence[int | None],
        held: Sequence[HeldLine],
        matches: Sequence[LineMatch],
    ) -> None:
        self._written = base if written is None else written
        self._values: dict[str, Any] = {}
        self._lines: list[WrittenLine] = []
        # An order has a line at least: these stand in where no other is left.
        self._closed: list[WrittenLine] = []
        known = numbers if len(numbers) == len(self._written.lines) else [None] * len(self._written.lines)
        lines = [WrittenLine(line=one, number=n) for one, n in zip(self._written.lines, known, strict=True)]
        lines = _numbered(lines, held)
        if written is None:
            lines = _by_match(lines, matches)
        there = {one.number for one in held}
        lines = [one if one.number in there else replace(one, number=NOWHERE) for one in lines]
        self._partner = _partners(lines, held, matches)
        paired = {id(line) for line in self._partner.values()}
        # Lines that no line of the deal stands for any more: NetSuite has kept them, or they are gone with their item.
        self._rest = [line for line in lines if id(line) not in paired]

    def field(self, name: str, wanted: Any, *, took: bool) -> None:
        """Take over a standard field."""
        if took or same(getattr(self._written, name), wanted):
            self._values[name] = wanted

    def named_fields(self, kind: str, wanted: Sequence[CustomField], took: Took) -> None:
        """Take over the fields of the body that are told by their names: custom ones, or standard ones."""
        self._values[kind] = _named_left(getattr(self._written, kind), wanted, took)

    def line_of(self, match: LineMatch) -> WrittenLine | None:
        """Return a line of the deal as it was written; None for one that never was."""
        return self._partner.get(id(match))

    def keep(self, line: WrittenLine | None) -> None:
        """Keep a line."""
        if line is not None:
            self._lines.append(line)

    def add(self, wanted: OrderLine, held: HeldLine | None) -> None:
        """Keep a line as the deal has it; `held` is its line in NetSuite, where there is one already."""
        self._lines.append(WrittenLine(line=wanted, number=held.number if held is not None else None))

    def shorten(self, line: WrittenLine | None, quantity: Decimal) -> None:
        """Keep what is left of a line that was closed."""
        if line is not None:
            left = replace(line, line=replace(line.line, quantity=quantity))
            (self._lines if quantity else self._closed).append(left)

    def edit(
        self,
        written: WrittenLine | None,
        held: HeldLine,
        wanted: OrderLine,
        took: Collection[str],
        took_named: Mapping[str, Collection[str]],
    ) -> None:
        """Keep a line with those of the deal's values that were taken.

        Args:
            written: None for a line that is none of ours: then it is ours once something of it is taken.
            took: the standard parts.
            took_named: the fields that are told by their names, by kind.
        """
        if written is None and not (took or any(took_named.values())):
            return
        line = held.line if written is None else written.line
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
        self._lines.append(WrittenLine(line=replace(line, **values), number=held.number))

    def order(self, wanted: SalesOrder) -> SalesOrder:
        """Return the order."""
        customer = (
            wanted.customer if same(self._written.customer, wanted.customer) else self._written.customer
        )
        lines = tuple(one.line for one in self._left()) or self._written.lines
        return replace(self._written, **self._values, customer=customer, lines=lines)

    def numbers(self) -> tuple[int | None, ...]:
        """Return NetSuite's numbers of the order's lines, in their order."""
        return tuple(one.number for one in self._left()) or (None,) * len(self._written.lines)

    def _left(self) -> Sequence[WrittenLine]:
        return [*self._lines, *self._rest] or self._closed


def _numbered(lines: Sequence[WrittenLine], held: Sequence[HeldLine]) -> list[WrittenLine]:
    """Find lines whose number is not known: an equal one, else one of its item."""
    found = list(lines)
    for closed in (False, True):
        taken = {one.number for one in found}
        free = [one for one in held if one.closed is closed and one.number not in taken]
        open_ = [place for place, one in enumerate(found) if one.number is None]
        pairs = same_places([one.line for one in free], [found[place].line for place in open_])
        for position, place in pairs.items():
            found[open_[position]] = replace(found[open_[position]], number=free[place].number)
    return found


def _by_match(lines: Sequence[WrittenLine], matches: Sequence[LineMatch]) -> list[WrittenLine]:
    """Find lines that finance has given another item: they are what the deal's line was matched with."""
    taken = {one.number for one in lines}
    by_base = {
        id(one.base): one.held.number
        for one in matches
        if one.held is not None and not one.came_back and one.held.number not in taken
    }
    return [
        replace(one, number=by_base.pop(id(one.line)))
        if one.number is None and id(one.line) in by_base
        else one
        for one in lines
    ]


def _partners(
    lines: Sequence[WrittenLine], held: Sequence[HeldLine], matches: Sequence[LineMatch]
) -> dict[int, WrittenLine]:
    """Return how each line of the deal was written, by the match's id."""
    by_number = {one.number: one for one in lines if one.number is not None}
    found = {
        id(one): by_number[one.held.number]
        for one in matches
        if one.held is not None and one.held.number in by_number
    }
    # Lines that are not in NetSuite any more, for lines of the deal that are not there either.
    there = {one.number for one in held}
    gone = [one for one in lines if one.number not in there]
    open_ = [one for one in matches if one.held is None and one.base is not None]
    bases = [one.base for one in open_ if one.base is not None]
    for position, line in partners([one.line for one in gone], bases).items():
        found[id(open_[position])] = gone.pop(next(i for i, one in enumerate(gone) if one.line is line))
    return found


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
