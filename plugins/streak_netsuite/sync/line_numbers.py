"""NetSuite's numbers of an order's lines, as far as they tell which line is which."""

from collections.abc import Sequence

from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.sales_order import OrderLine
from streak_netsuite.sync.order_change import LineNumbers
from streak_netsuite.sync.sameness import same_record

_END_OF_GROUP = "0"  # the item of the line that NetSuite puts below a group's members


def numbers_as_made(base: Sequence[OrderLine], held: Sequence[HeldLine]) -> LineNumbers:
    """Return the numbers of an order that was only made so far; none where its lines do not bear them out.

    NetSuite numbers an order's lines from 1, in the order in which it was given them; a number stays with its line, and
    what finance adds has a higher one. A group brings lines of its own, so what stands below it has other numbers; a
    script of the account's may have put in some, too. Then other items stand at the numbers, and nothing is told by them.
    """
    made = [one for one in held if one.number <= len(base)]
    if not made or any(one.line.item.internal_id == _END_OF_GROUP for one in held):
        return LineNumbers()
    if not _sell_the_same([base[one.number - 1] for one in made], made):
        return LineNumbers()
    numbers = tuple(range(1, len(base) + 1))
    return LineNumbers(deal=numbers, left=numbers)


def with_added(numbers: LineNumbers, base: Sequence[OrderLine], held: Sequence[HeldLine]) -> LineNumbers:
    """Return the numbers with those of the lines that the last change has added, where it is sure which these are.

    They follow the ones known before. Where as many lines have come as were added, with the next numbers and the same
    items, nobody has added or deleted one since; else their values have to tell.
    """
    known = {one for one in (*numbers.deal, *numbers.left) if one is not None}
    added = [line for line, number in zip(base, numbers.deal, strict=False) if number is None]
    came = sorted((one for one in held if one.number not in known), key=lambda one: one.number)
    first = max(known, default=0) + 1
    following = [one.number for one in came] == list(range(first, first + len(added)))
    if not following or not _sell_the_same(added, came):
        return numbers
    found = [one.number for one in came]
    left = _filled(numbers.left, found) if numbers.left.count(None) == len(found) else numbers.left
    return LineNumbers(deal=_filled(numbers.deal, found), left=left)


def _filled(numbers: Sequence[int | None], found: Sequence[int]) -> tuple[int | None, ...]:
    rest = iter(found)
    return tuple(next(rest) if one is None else one for one in numbers)


def _sell_the_same(lines: Sequence[OrderLine], held: Sequence[HeldLine]) -> bool:
    return all(same_record(line.item, one.line.item) for line, one in zip(lines, held, strict=True))
