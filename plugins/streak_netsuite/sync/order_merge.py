"""What of a changed deal its order may follow: a three-way merge, bounded by what finance allows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.model.address import Address
from streak_netsuite.model.change_policy import (
    ADD_LINE,
    CUSTOM_FIELDS,
    CUSTOMER,
    HEADER_PARTS,
    LINE_FIELDS,
    LINE_MORE_FIELDS,
    MORE_FIELDS,
    REMOVE_LINE,
    ChangePolicy,
    Owner,
    attribute_of,
    kind_of_part,
)
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.held_order import HeldLine, HeldOrder
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.line_merge import LineMatch, equal_lines, match_lines, partners
from streak_netsuite.sync.line_numbers import numbers_as_made, with_added
from streak_netsuite.sync.order_change import NOWHERE, LineEdit, LineNumbers, OrderChange, PartChange, Verdict
from streak_netsuite.sync.order_left import LeftOrder, WrittenLine
from streak_netsuite.sync.sameness import is_nothing, same

# What NetSuite fills in by itself, from the customer or the item, when nobody says anything: where the deal had
# nothing, a value of these is nobody's change.
_SOURCED = frozenset(
    {
        *("currency", "subsidiary", "department", "class", "location", "terms", "sales_rep"),
        *("ship_method", "discount_item", "discount_rate"),
        *("shipping_address", "billing_address", "lines.rate", "lines.description", "lines.tax_code"),
        *("lines.location", "lines.department", "lines.class", "lines.units", "lines.price_level"),
    }
)
_CUSTOM, _MORE = CUSTOM_FIELDS, MORE_FIELDS  # attributes of orders and lines, too
_MORE_PARTS = frozenset({MORE_FIELDS, LINE_MORE_FIELDS})


def plan_change(
    base: SalesOrder,
    wanted: SalesOrder,
    held: HeldOrder,
    policy: ChangePolicy,
    *,
    earlier: Sequence[SalesOrder] = (),
    seen: Sequence[HeldLine] | None = None,
    written: SalesOrder | None = None,
    numbers: LineNumbers | None = None,
    period_closed: bool = False,
) -> OrderChange:
    """Return what a deal's change makes of its order. Pure; the same again plans nothing.

    Args:
        base: the order as the deal wanted it last.
        wanted: as the deal wants it now.
        earlier: as the deal wanted it before `base`, newest first. NetSuite may hold a value of those, where it did
            not follow: that is nobody's change.
        seen: the order's lines when the change was first planned. Which line is which is told by these: an earlier
            try may have changed them since, and lines that are not among them may be its doing.
        written: the order as our writes have left it; None when that is `base`, as nothing was refused before.
        numbers: NetSuite's numbers of the lines of `base` and of `written`; None when they are not known.
        period_closed: whether the order is dated in a closed period.
    """
    history = (base, *earlier)
    before = [partners(order.lines, wanted.lines) for order in earlier]
    known = held.lines if seen is None else seen
    if numbers is not None:
        numbers = with_added(numbers, base.lines, known)
    else:
        numbers = LineNumbers() if earlier else numbers_as_made(base.lines, known)
    matches = match_lines(
        base.lines,
        wanted.lines,
        known,
        earlier=[order.lines for order in earlier],
        numbers=numbers.deal,
        left=numbers.left,
    )
    left = LeftOrder(base, written, numbers.left, known, matches)
    merge = _Merge(held=held, policy=policy, period_closed=period_closed, left=left)
    merge.header(history, wanted)
    merge.named_fields(history, wanted)
    merge.came_since(known)
    for position, match in enumerate(matches):
        merge.at(position if match.wanted is not None else None)
        merge.line(match, [lines[position] for lines in before if position in lines])
    return merge.change(wanted)


class _Merge:
    """Collects what is to be written, and what is not."""

    def __init__(
        self, *, held: HeldOrder, policy: ChangePolicy, period_closed: bool, left: LeftOrder
    ) -> None:
        self._held = held
        self._left = left
        self._policy = policy
        self._period_closed = period_closed
        self._parts: list[PartChange] = []
        self._fields: list[str] = []
        self._custom: list[CustomField] = []
        self._more: list[CustomField] = []
        self._emptied: list[str] = []
        self._lines: dict[int, LineEdit] = {}
        self._added: list[OrderLine] = []
        self._closed: dict[int, Decimal] = {}
        self._opened: list[int] = []
        self._now = {line.number: line for line in held.lines}
        self._new: list[HeldLine] = []
        self._line: int | None = None
        self._numbers: list[int | None] = []

    def at(self, line: int | None) -> None:
        """Note the position of the deal's line that is merged next."""
        self._line = line

    def came_since(self, seen: Sequence[HeldLine]) -> None:
        """Note the lines that the order has got since these were seen."""
        known = {line.number for line in seen}
        self._new = [line for line in self._held.lines if line.number not in known]

    def change(self, wanted: SalesOrder) -> OrderChange:
        """Return what was collected."""
        return OrderChange(
            internal_id=self._held.internal_id,
            number=self._held.number,
            wanted=wanted,
            parts=tuple(self._parts),
            fields=tuple(self._fields),
            custom_fields=tuple(self._custom),
            more_fields=tuple(self._more),
            emptied=tuple(self._emptied),
            lines=self._lines,
            added=tuple(self._added),
            closed=self._closed,
            opened=tuple(self._opened),
            left=self._left.order(wanted),
            numbers=LineNumbers(deal=tuple(self._numbers), left=self._left.numbers()),
        )

    def header(self, history: Sequence[SalesOrder], wanted: SalesOrder) -> None:
        """Merge the standard fields."""
        base = history[0]
        known = (base.customer, self._held.order.customer)
        if not any(same(one, wanted.customer) for one in known):
            held = self._held.order.customer or base.customer
            self._say(CUSTOMER, "customer", held, wanted.customer, refused=_ANOTHER_CUSTOMER)
        for part in HEADER_PARTS:
            name = attribute_of(part)
            old = [getattr(order, name) for order in history]
            new, now = (getattr(order, name) for order in (wanted, self._held.order))
            verdict = self._judge(part, part, old, new, now)
            self._left.field(name, new, took=verdict in _TAKEN)
            if verdict is Verdict.WRITTEN:
                self._fields.append(name)

    def named_fields(self, history: Sequence[SalesOrder], wanted: SalesOrder) -> None:
        """Merge the custom fields of the body, and its standard fields by SuiteTalk's names."""
        for kind, sent in ((_CUSTOM, self._custom), (_MORE, self._more)):
            before = [_by_id(getattr(order, kind)) for order in history]
            after, now = (_by_id(getattr(order, kind)) for order in (wanted, self._held.order))
            took: set[str] = set()
            for name in dict.fromkeys((*after, *before[0])):
                new = after.get(name)
                old = [_value(one.get(name)) for one in before]
                verdict = self._judge(_part_of(kind, name), name, old, _value(new), _value(now.get(name)))
                if verdict in _TAKEN:
                    took.add(name)
                if verdict is not Verdict.WRITTEN:
                    continue
                if new is None:
                    self._emptied.append(name)
                else:
                    sent.append(new)
            self._left.named_fields(kind, getattr(wanted, kind), took.__contains__)

    def line(self, match: LineMatch, earlier: Sequence[OrderLine]) -> None:
        """Merge one line of the deal; `earlier` is what it was before."""
        held = self._now.get(match.held.number) if match.held is not None else None
        written = self._left.line_of(match)
        if match.wanted is not None:
            self._numbers.append(held.number if held is not None else NOWHERE)
        if match.wanted is None:
            self._remove(match.base, held, written)
        elif match.base is None or (match.came_back and held is None):
            self._add(match.wanted)
        elif held is not None and match.came_back and match.held is not None and match.held.closed:
            self._take_up_again(match.wanted, held, written)
        elif held is not None:
            self._edit((match.base, *earlier), match.wanted, held, written)
        else:
            self._left.keep(written)
            if not _same_line(match.base, match.wanted):
                self._say(
                    "lines.quantity",
                    f"line '{_name(match.wanted)}'",
                    None,
                    _told_line(match.wanted),
                    lost=_NEVER_ADDED if written is None else _TAKEN_OUT,
                )

    def _add(self, wanted: OrderLine) -> None:
        place = f"line '{_name(wanted)}'"
        there = next((one for one in self._new if equal_lines(wanted, one.line)), None)
        if there is not None:  # an earlier try has added it
            self._new.remove(there)
            self._say(ADD_LINE, place, None, _told_line(wanted), there=True)
            self._left.add(wanted, there)
            self._numbers[-1] = there.number
        elif self._allowed(ADD_LINE):
            self._say(ADD_LINE, place, None, _told_line(wanted))
            self._added.append(wanted)
            self._left.add(wanted, None)
            self._numbers[-1] = None
        else:
            self._say(ADD_LINE, place, None, _told_line(wanted), refused=self._too_far())

    def _remove(self, base: OrderLine | None, held: HeldLine | None, written: WrittenLine | None) -> None:
        if base is None:
            return
        verdict = self._judge_removal(base, held)
        if verdict not in _TAKEN:
            self._left.keep(written)
        elif held is not None:
            self._left.shorten(written, held.used if verdict is Verdict.WRITTEN else held.line.quantity)

    def _judge_removal(self, base: OrderLine, held: HeldLine | None) -> Verdict:
        place = f"line '{_name(base)}'"
        if held is None or held.closed:
            return self._say(REMOVE_LINE, place, _told_line(base), None, there=True)
        if not _same_quantity(base, held.line) and self._policy.owner_of(REMOVE_LINE) is Owner.NETSUITE:
            return self._say(REMOVE_LINE, place, _told_line(held.line), None, lost=_CHANGED_BY_FINANCE)
        if refused := self._bought(held) or self._refusal(REMOVE_LINE):
            return self._say(REMOVE_LINE, place, _told_line(held.line), None, refused=refused)
        self._closed[held.number] = held.used
        return self._say(REMOVE_LINE, place, _told_line(held.line), _kept(held))

    def _take_up_again(self, wanted: OrderLine, held: HeldLine, written: WrittenLine | None) -> None:
        """Open a line that was closed when the deal gave it up. What it holds since then is nobody's change."""
        place = f"line {held.number} '{_name(held.line)}'"
        fields = [
            name
            for part in LINE_FIELDS
            for name in [attribute_of(part)]
            if not _told_by_the_other(part, wanted)
            and not is_nothing(new := getattr(wanted, name))
            and not same(getattr(held.line, name), new)
        ]
        named = {kind: _others(getattr(wanted, kind), getattr(held.line, kind)) for kind in (_CUSTOM, _MORE)}
        if not (held.closed or fields or any(named.values())):
            self._say(ADD_LINE, place, None, _told_line(wanted), there=True)
            self._left.add(wanted, held)
        elif refused := self._forbidden("quantity", wanted, held) or self._refusal(ADD_LINE):
            self._say(ADD_LINE, place, None, _told_line(wanted), refused=refused)
            self._left.keep(written)
        else:
            self._say(ADD_LINE, place, None, _told_line(wanted))
            self._left.add(wanted, held)
            if fields or any(named.values()):
                self._send_line(wanted, held, fields, named, rate_known=wanted.rate is not None)
            if held.closed:
                self._opened.append(held.number)

    def _send_line(
        self,
        wanted: OrderLine,
        held: HeldLine,
        fields: Sequence[str],
        named: Mapping[str, Sequence[CustomField]],
        *,
        rate_known: bool,
    ) -> None:
        line = replace(held.line, **{name: getattr(wanted, name) for name in fields})
        if "quantity" in fields and not {"rate", "price_level"} & set(fields) and rate_known:
            fields = [*fields, "rate"]  # the price that was agreed; NetSuite might look another one up
        self._lines[held.number] = LineEdit(
            line=line, fields=tuple(fields), **{kind: tuple(sent) for kind, sent in named.items()}
        )

    def _edit(
        self,
        history: Sequence[OrderLine],
        wanted: OrderLine,
        held: HeldLine,
        written: WrittenLine | None,
    ) -> None:
        base = history[0]
        place = f"line {held.number} '{_name(held.line)}'"
        if held.closed:
            if not _same_line(base, wanted):
                self._say(
                    "lines.quantity", place, None, _told_line(wanted), lost="the line is closed in NetSuite"
                )
            self._left.keep(written)
            return
        verdicts = {
            part: self._judge(
                f"lines.{part}",
                f"{place}: {part.replace('_', ' ')}",
                [getattr(line, name) for line in history],
                getattr(wanted, name),
                getattr(held.line, name),
                forbidden=self._forbidden(part, wanted, held),
            )
            for part in LINE_FIELDS
            for name in [attribute_of(part)]
            if not _told_by_the_other(part, wanted)
        }
        of_named = {
            kind: self._judge_line_named(kind, history, wanted, held, place) for kind in (_CUSTOM, _MORE)
        }
        sent = [attribute_of(part) for part in LINE_FIELDS if verdicts.get(part) is Verdict.WRITTEN]
        named = {
            kind: [one for one in getattr(wanted, kind) if judged[one.script_id] is Verdict.WRITTEN]
            for kind, judged in of_named.items()
        }
        if sent or any(named.values()):
            self._send_line(wanted, held, sent, named, rate_known=base.rate is not None)
        self._left.edit(
            written,
            held,
            wanted,
            {part for part, verdict in verdicts.items() if verdict in _TAKEN},
            {
                kind: {name for name, one in judged.items() if one in _TAKEN}
                for kind, judged in of_named.items()
            },
        )

    def _judge_line_named(
        self, kind: str, history: Sequence[OrderLine], wanted: OrderLine, held: HeldLine, place: str
    ) -> dict[str, Verdict | None]:
        before = [_by_id(getattr(line, kind)) for line in history]
        after, now = (_by_id(getattr(line, kind)) for line in (wanted, held.line))
        return {
            name: self._judge(
                _part_of(f"lines.{kind}", name),
                f"{place}: {name}",
                [_value(one.get(name)) for one in before],
                new.value,
                _value(now.get(name)),
            )
            for name, new in after.items()
        }

    def _judge(
        self, part: str, place: str, old: Sequence[Any], new: Any, now: Any, *, forbidden: str = ""
    ) -> Verdict | None:
        """Judge one value: there already, ours to change, or a person's; None when the deal has not changed it.

        Args:
            old: what the deal said before, newest first.
        """
        if same(old[0], new):
            return None
        if same(now, new):
            return self._say(part, place, now, new, there=True)
        if not self._is_ours(part, old, now) and self._policy.owner_of(part) is Owner.NETSUITE:
            return self._say(part, place, now, new, lost=_CHANGED_BY_FINANCE)
        return self._say(part, place, now, new, refused=forbidden or self._refusal(part))

    def _is_ours(self, part: str, old: Sequence[Any], now: Any) -> bool:
        return any(same(one, now) for one in old) or (
            (part in _SOURCED or kind_of_part(part) in _MORE_PARTS) and all(is_nothing(one) for one in old)
        )

    def _forbidden(self, part: str, wanted: OrderLine, held: HeldLine) -> str:
        bought = self._bought(held) if part in _ORDERED_BY else ""
        return _forbidden(part, wanted, held) or bought

    def _bought(self, held: HeldLine) -> str:
        """Return why what a vendor was asked for stays: whether a purchase follows its order is a setting of the account."""
        if not held.purchase or self._policy.purchased:
            return ""
        return f"it is ordered from the vendor (purchase order {held.purchase})"

    def _allowed(self, part: str) -> bool:
        return self._policy.allows(self._held.status, part, period_closed=self._period_closed)

    def _refusal(self, part: str) -> str:
        return "" if self._allowed(part) else self._too_far()

    def _too_far(self) -> str:
        status = str(self._held.status or "unknown").replace("_", " ")
        period = ", dated in a closed period" if self._period_closed else ""
        return f"not allowed for an order that is {status}{period}"

    def _say(
        self,
        part: str,
        place: str,
        old: Any,
        new: Any,
        *,
        there: bool = False,
        refused: str = "",
        lost: str = "",
    ) -> Verdict:
        verdict = (
            Verdict.THERE
            if there
            else Verdict.REFUSED
            if refused
            else Verdict.LOST
            if lost
            else Verdict.WRITTEN
        )
        self._parts.append(
            PartChange(
                part=part,
                place=place.replace("_", " ") if part in HEADER_PARTS else place,
                old=_told(old),
                new=_told(new),
                verdict=verdict,
                reason=refused or lost,
                line=self._line,
            )
        )
        return verdict


_ORDERED_BY = frozenset({"item", "quantity", "units"})  # what of a line its purchase order repeats
_TAKEN = frozenset({Verdict.WRITTEN, Verdict.THERE})
_CHANGED_BY_FINANCE = "finance has changed it, and its value stays"
_TAKEN_OUT = "finance has taken the line out of the order"
_NEVER_ADDED = "the line is not in the order: it could not be added when the deal got it"
_ANOTHER_CUSTOMER = "an order keeps its customer"


def _told_by_the_other(part: str, wanted: OrderLine) -> bool:
    """Tell what a line has lost because its price is said otherwise now: a rate by a level, or a level by a rate."""
    by_level = part == "rate" and wanted.rate is None and wanted.price_level is not None
    by_rate = part == "price_level" and wanted.price_level is None and wanted.rate is not None
    return by_level or by_rate


def _forbidden(part: str, wanted: OrderLine, held: HeldLine) -> str:
    """Return why a line's field cannot be changed whatever the policy says: something was shipped or billed."""
    if is_nothing(getattr(wanted, attribute_of(part))):
        return "the deal names none any more, and a line's value cannot be emptied from here"
    if not held.used:
        return ""
    if part in {"item", "units"}:
        return f"{_number(held.used)} of it are shipped or billed"
    if part == "quantity" and wanted.quantity < held.used:
        return f"{_number(held.used)} are shipped or billed already"
    return ""


def _same_line(one: OrderLine, other: OrderLine) -> bool:
    names = [attribute_of(part) for part in LINE_FIELDS]
    fields = all(same(getattr(one, name), getattr(other, name)) for name in names)
    return fields and all(
        _by_value(getattr(one, kind)) == _by_value(getattr(other, kind)) for kind in (_CUSTOM, _MORE)
    )


def _same_quantity(one: OrderLine, other: OrderLine) -> bool:
    return one.quantity == other.quantity


def _by_id(fields: Iterable[CustomField]) -> dict[str, CustomField]:
    return {one.script_id: one for one in fields}


def _others(wanted: Iterable[CustomField], held: Iterable[CustomField]) -> list[CustomField]:
    """Return the wanted fields whose values are not held."""
    now = _by_id(held)
    return [one for one in wanted if not same(_value(now.get(one.script_id)), one.value)]


def _part_of(kind: str, name: str) -> str:
    """Return the part of an order that a field by name is: a custom one by its script id alone."""
    return f"{kind}.{name}" if kind in _MORE_PARTS else name


def _by_value(fields: Iterable[CustomField]) -> dict[str, Any]:
    return {one.script_id: one.value for one in fields}


def _value(one: CustomField | None) -> Any:
    return one.value if one is not None else None


def _name(line: OrderLine) -> str:
    return line.item.name or str(line.item)


def _told_line(line: OrderLine) -> str:
    price = "" if line.rate is None else f" at {_number(line.rate)}"
    return f"{_number(line.quantity)} x {_name(line)}{price}"


def _kept(held: HeldLine) -> str:
    return f"closed at {_number(held.used)}"


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Reference):
        return value.name or str(value)
    if isinstance(value, Address):
        return ", ".join(part for part in (value.addr1, value.city, value.zip, value.country) if part)
    return ", ".join(_told(one) for one in value) if isinstance(value, tuple) else str(value)
