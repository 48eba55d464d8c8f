"""Which line of an order is which: as the deal had it, as it has it now, and as NetSuite holds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
        came_back: whether the deal gave the line up before, and wants it again; `base` is as it had it last.
    """

    base: OrderLine | None
    wanted: OrderLine | None
    held: HeldLine | None
    came_back: bool = False


def match_lines(
    base: Sequence[OrderLine],
    wanted: Sequence[OrderLine],
    held: Sequence[HeldLine],
    *,
    earlier: Sequence[Sequence[OrderLine]] = (),
    numbers: Sequence[int | None] = (),
    left: Sequence[int | None] = (),
) -> list[LineMatch]:
    """Return the deal's lines, each with its line in NetSuite. Lines that finance has added match nothing.

    Args:
        earlier: the lines that the deal had before `base`, newest first: a line that it gave up, and NetSuite has
            kept, is the deal's again when it comes back.
        numbers: NetSuite's numbers of the lines of `base`, as far as they are known: such a line is told by nothing else.
            One whose number is not there has been taken out, or was never in; only an equal line may stand for it.
        left: NetSuite's numbers of the lines that our writes have left in the order. Where all are known, an open line that
            is none of them is no line that the deal gave up and wants again.

    A line is the same when it has the same item, in whatever order the lines come; what is left over on both
    sides is paired in order, as lines whose item was changed. In NetSuite a line is looked for as it was
    written, then by its item; a new line is not looked for. One that came back is the line of its item that was
    closed when the deal gave it up, or was kept; another product never takes its place.
    """
    pairs = _paired(base, wanted)
    again = _came_back(pairs, [base, *earlier], wanted, held)
    found, absent = _known(pairs, base, numbers, held)
    search = _Search(held, found)
    known = [(position, pair) for position, pair in enumerate(pairs) if position not in absent]
    for is_it in _WAYS:
        search.look(search.open, known, is_it)
    # A line that was closed is still the deal's line: without this it would be added anew.
    search.look(search.closed, known, _of_item)
    returning = [(position, (line, pairs[position][1])) for position, line in again.items()]
    search.look(search.closed, returning, _of_item)
    may_return = [line for line in search.open if line.number in left or not left or None in left]
    for is_it in (_as_written, _of_item):
        search.look(may_return, returning, is_it)
    search.look(search.open, [(position, pairs[position]) for position in sorted(absent)], _as_written)
    return [
        LineMatch(base=again[position], wanted=after, held=found[position], came_back=True)
        if position in again and position in found
        else LineMatch(base=before, wanted=after, held=found.get(position))
        for position, (before, after) in enumerate(pairs)
    ]


_Pair = tuple[OrderLine | None, OrderLine | None]
_Test = Callable[[OrderLine, OrderLine | None, OrderLine], bool]


class _Search:
    """Looks for the deal's lines among NetSuite's; each of these is found once.

    Attributes:
        found: NetSuite's lines by the position of the deal's.
    """

    def __init__(self, held: Sequence[HeldLine], found: dict[int, HeldLine]) -> None:
        self.found = found
        self._held = held
        self._taken = {id(line) for line in found.values()}

    @property
    def open(self) -> list[HeldLine]:
        """The open lines that are nobody's yet."""
        return [line for line in self._held if not line.closed and not self._is_taken(line)]

    @property
    def closed(self) -> list[HeldLine]:
        """The closed lines that are nobody's yet."""
        return [line for line in self._held if line.closed and not self._is_taken(line)]

    def look(self, lines: Sequence[HeldLine], mine: Sequence[tuple[int, _Pair]], is_it: _Test) -> None:
        """Look for those of the deal's lines that are not found yet; the first that passes the test is it."""
        for position, (before, after) in mine:
            if position in self.found or before is None:
                continue
            free = (one for one in lines if not self._is_taken(one))
            line = next((one for one in free if is_it(before, after, one.line)), None)
            if line is not None:
                self.found[position] = line
                self._taken.add(id(line))

    def _is_taken(self, line: HeldLine) -> bool:
        return id(line) in self._taken


def _came_back(
    pairs: Sequence[_Pair],
    history: Sequence[Sequence[OrderLine]],
    wanted: Sequence[OrderLine],
    held: Sequence[HeldLine],
) -> dict[int, OrderLine]:
    """Return by position the lines that the deal had once and has again, as they were last; `history` newest first."""
    again: dict[int, OrderLine] = {}
    for newer, older in pairwise(history):
        lines, became = same_lines(older, wanted), partners(older, newer)
        for position, line in lines.items():
            if pairs[position][0] is not None or position in again:
                continue
            heir = next((newer[place] for place, one in became.items() if one is line), None)
            if heir is None or not any(_same_item(heir, one.line) for one in held):
                again[position] = line  # else its line in NetSuite was given to another product
    return again


def _known(
    pairs: Sequence[_Pair], base: Sequence[OrderLine], numbers: Sequence[int | None], held: Sequence[HeldLine]
) -> tuple[dict[int, HeldLine], set[int]]:
    """Return by position the lines of NetSuite's whose numbers are known; and the positions whose numbers are not there."""
    by_number = {line.number: line for line in held}
    rest = [(line, number) for line, number in zip(base, numbers, strict=False) if number is not None]
    found: dict[int, HeldLine] = {}
    absent: set[int] = set()
    for position, (before, _) in enumerate(pairs):
        place = next((i for i, (line, _) in enumerate(rest) if line is before), None)
        if place is None:
            continue
        line = by_number.get(rest.pop(place)[1])
        if line is None:
            absent.add(position)
        else:
            found[position] = line
    return found, absent


def same_places(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> dict[int, int]:
    """Return by a wanted line's position the place of the line that it was: an equal one, else one of its item."""
    rest = list(range(len(base)))
    found: dict[int, int] = {}
    for position, line in same_lines(base, wanted).items():
        found[position] = rest.pop(next(i for i, place in enumerate(rest) if base[place] is line))
    return found


def _paired(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> list[_Pair]:
    partner = partners(base, wanted)
    taken = {id(line) for line in partner.values()}
    pairs: list[_Pair] = [(partner.get(position), line) for position, line in enumerate(wanted)]
    return [*pairs, *((before, None) for before in base if id(before) not in taken)]


def partners(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> dict[int, OrderLine]:
    """Return by a wanted line's position what it was: an equal line, else one of its item, else what is left, in order."""
    return _partners(base, wanted, (equal_lines, _same_item, lambda _before, _after: True))


def same_lines(base: Sequence[OrderLine], wanted: Sequence[OrderLine]) -> dict[int, OrderLine]:
    """Return by a wanted line's position what it was: an equal line, else one of its item."""
    return _partners(base, wanted, (equal_lines, _same_item))


def _partners(
    base: Sequence[OrderLine],
    wanted: Sequence[OrderLine],
    ways: Sequence[Callable[[OrderLine, OrderLine], bool]],
) -> dict[int, OrderLine]:
    rest, open_ = list(base), dict(enumerate(wanted))
    partner: dict[int, OrderLine] = {}
    for same in ways:
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


def _of_item(before: OrderLine, _after: OrderLine | None, line: OrderLine) -> bool:
    return _same_item(before, line)


_WAYS: Sequence[_Test] = (_as_written, _by_item)
