"""Which line of an order is which: as the deal had it, as it has it now, and as NetSuite holds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.sales_order import OrderLine
from streak_netsuite.sync.sameness import same_record


@dataclass(frozen=True, kw_only=True, slots=True)
class LineMatch:
    """One line of the deal.

    Attributes:
        base: as it was written last; None for a line that the deal has got since.
        wanted: as the deal has it now; None for one that it has lost.
        held: the same line in NetSuite; None when it is not there.
    """

    base: OrderLine | None
    wanted: OrderLine | None
    held: HeldLine | None


def match_lines(
    base: Sequence[OrderLine],
    wanted: Sequence[OrderLine],
    held: Sequence[HeldLine],
    *,
    earlier: Sequence[Sequence[OrderLine]] = (),
) -> list[LineMatch]:
    """Return the deal's lines, each with its line in NetSuite. Lines that finance has added match nothing.

    Args:
        earlier: the lines that the deal had before `base`, newest first: a line that it gave up, and NetSuite has
            kept, is the deal's again when it comes back.

    A line is the same when it has the same item, in whatever order the lines come; what is left over on both
    sides is paired in order, as lines whose item was changed. In NetSuite a line is looked for as it was
    written, then by its item; a new line is not looked for.
    """
    pairs = _paired(base, wanted)
    came_back = [partners(lines, wanted) for lines in earlier]
    for position, (before, after) in enumerate(pairs):
        if before is None:
            known = (lines[position] for lines in came_back if position in lines)
            pairs[position] = (next(known, None), after)
    free = [line for line in held if not line.closed]
    found: dict[int, HeldLine] = {}
    for is_it in _WAYS:
        for position, (before, after) in enumerate(pairs):
            if position in found or before is None:
                continue
            line = next((one for one in free if is_it(before, after, one.line)), None)
            if line is not None:
                free.remove(line)
                found[position] = line
    closed = [line for line in held if line.closed]
    for position, (before, _) in enumerate(pairs):
        # A line that was closed is still the deal's line: without this it would be added anew.
        if position not in found and before is not None:
            line = next((one for one in closed if _same_item(before, one.line)), None)
            if line is not None:
                closed.remove(line)
                found[position] = line
    return [
        LineMatch(base=before, wanted=after, held=found.get(position))
        for position, (before, after) in enumerate(pairs)
    ]


_Pair = tuple[OrderLine | None, OrderLine | None]


def _paired(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> list[_Pair]:
    partner = partners(base, wanted)
    taken = {id(line) for line in partner.values()}
    pairs: list[_Pair] = [(partner.get(position), line) for position, line in enumerate(wanted)]
    return [*pairs, *((before, None) for before in base if id(before) not in taken)]


def partners(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> dict[int, OrderLine]:
    """Return by a wanted line's position what it was: an equal line, else one of its item, else what is left, in order."""
    rest, open_ = list(base), dict(enumerate(wanted))
    partner: dict[int, OrderLine] = {}
    for same in (equal_lines, _same_item, lambda _before, _after: True):
        for position in list(open_):
            before = next((one for one in rest if same(one, open_[position])), None)
            if before is not None:
                _remove(rest, before)
                partner[position] = before
                del open_[position]
    return partner


def _remove(lines: list[OrderLine], line: OrderLine) -> None:
    """Take out the very line, not one that equals it."""
    del lines[next(i for i, one in enumerate(lines) if one is line)]


def _same_item(one: OrderLine, other: OrderLine) -> bool:
    return same_record(one.item, other.item)


def equal_lines(one: OrderLine, other: OrderLine) -> bool:
    """Tell whether two lines sell the same; a line that NetSuite prices equals one of any price."""
    same_rate = one.rate is None or other.rate is None or one.rate == other.rate
    return _same_item(one, other) and one.quantity == other.quantity and same_rate


def _as_written(before: OrderLine, _after: OrderLine | None, line: OrderLine) -> bool:
    return equal_lines(before, line)


def _by_item(before: OrderLine, after: OrderLine | None, line: OrderLine) -> bool:
    return _same_item(before, line) or (after is not None and _same_item(after, line))


_WAYS: Sequence[Callable[[OrderLine, OrderLine | None, OrderLine], bool]] = (_as_written, _by_item)
