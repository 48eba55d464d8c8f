"""Comments of a mapping file that is edited: each stays with what it is about.

The parser keeps a comment with the last word before it, however deep that stands. What follows on the word's line is
about the word; lines of their own are about what comes next. Lists and objects in brackets hold no comments: see
`flow_comments`.
"""

from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString
from ruamel.yaml.tokens import CommentToken

_SLOTS = 4  # places that the parser has for comments at a key
_IN_MAP, _IN_LIST = 2, 0  # the one for what follows the value
_LEAD_IN_MAP, _LEAD_IN_LIST = 3, 1  # the one for lines before the first entry of the value


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """What stands behind an entry.

    Attributes:
        behind: on its line, "" for nothing.
        below: whole lines up to the next entry, indented as they are.
        column: where `behind` begins.
        own: the entry is one word or line, so that `behind` is about all of it.
    """

    behind: str = ""
    below: str = ""
    column: int = 0
    own: bool = True


@dataclass(frozen=True)
class Place:
    """A list or an object of a file, with what holds it.

    Attributes:
        inside: its entries.
        above, at: what holds it, and where; None for the whole file.
    """

    inside: Any
    above: Any = None
    at: Any = None

    def take_out(self, step: Any) -> None:
        """Take an entry out with what is said behind it; what is said above it and its neighbours stays."""
        self._arrange([one for one in _steps(self.inside) if one != step])

    def move(self, old: int, new: int) -> None:
        """Move an entry of a list, with the lines above it and with what is said behind it."""
        order = _steps(self.inside)
        order.insert(new, order.pop(old))
        self._arrange(order)

    def insert(self, number: int, step: Any, value: Any) -> None:
        """Put a new entry in; lines above the entry that follows, and below the last one, stay there."""
        inside, before = self.inside, _steps(self.inside)[:number]
        if _is_flow(inside):
            _add(inside, number, step, value)
            return
        holder, at = (inside, before[-1]) if before else (self.above, self.at)
        moving = Tail() if holder is None or (not before and inside) else tail_of(holder, at)
        if moving.below:
            put_tail(holder, at, moving.behind, "", moving.column)
        _add(inside, number, step, value)
        if moving.below:
            own = tail_of(inside, step)
            put_tail(inside, step, own.behind, own.below + moving.below, own.column)

    def replace(self, step: Any, value: Any) -> None:
        """Put a value where another one stands; what is said below it stays, and behind it when it is one line."""
        inside = self.inside
        old = tail_of(inside, step)
        inside.ca.items.pop(step, None)
        inside[step] = value
        new = tail_of(inside, step)
        kept = old.behind if old.own else ""
        put_tail(inside, step, new.behind or kept, new.below + old.below, new.column or old.column)

    def merge(self, step: Any, value: Any) -> None:
        """As `replace`; of an object, what is the same in the new one stays as it was written."""
        old = self.inside[step]
        if not (isinstance(old, CommentedMap) and old and isinstance(value, CommentedMap) and value):
            self.replace(step, value)
            return
        place = Place(old, self.inside, step)
        for key in [key for key in value if key not in old]:
            place.insert(len(old), key, value[key])
        for key in list(old):
            if key not in value:
                place.take_out(key)
            elif old[key] != value[key]:
                place.merge(key, value[key])

    def rename(self, old: Any, new: Any, value: Any) -> None:
        """Put another key with its value where a key stands; what is said around it stays."""
        inside, tail = self.inside, tail_of(self.inside, old)
        number = _steps(inside).index(old)
        inside.ca.items.pop(old, None)
        del inside[old]
        inside.insert(number, new, value)
        put_tail(inside, new, tail.behind if tail.own else "", tail.below, tail.column)

    def _arrange(self, order: list[Any]) -> None:
        """Put the entries in an order; those that are not named go."""
        inside, old = self.inside, _steps(self.inside)
        if _is_flow(inside):
            _fill(inside, order)
            return
        tails = {step: tail_of(inside, step) for step in old}
        first = self._lead()
        leads = dict(zip(old, [first, *(tails[step].below for step in old)], strict=False))
        end = tails[old[-1]].below
        for number, step in enumerate(old):
            if step in order:
                continue
            if number + 1 < len(old):
                leads[old[number + 1]] = leads[step] + leads[old[number + 1]]
            else:
                end = leads[step] + end
        _fill(inside, order)
        if not order:
            self._emptied(end)
            return
        if leads[order[0]] != first:
            self._put_lead(leads[order[0]])
        below = [*(leads[step] for step in order[1:]), end]
        for now, step, lines in zip(_steps(inside), order, below, strict=True):
            put_tail(inside, now, tails[step].behind, lines, tails[step].column)

    def _emptied(self, below: str) -> None:
        self.inside.fa.set_flow_style()
        self.inside.ca.comment = None
        if self.above is not None:
            self.above.ca.items.pop(self.at, None)
            put_tail(self.above, self.at, "", below)

    def _lead(self) -> str:
        """Return the lines above the first entry."""
        comment = self.inside.ca.comment
        tokens = (comment[1] if comment and len(comment) > 1 else None) or []
        return "".join(" " * token.start_mark.column + token.value for token in tokens)

    def _put_lead(self, lines: str) -> None:
        lines = lines.lstrip("\n")
        token = _token(lines.lstrip(" "), len(lines) - len(lines.lstrip(" ")))
        tokens = [token] if token is not None else None
        self.inside.ca.comment = [None, tokens]
        if self.above is not None:
            slot = _LEAD_IN_LIST if isinstance(self.above, CommentedSeq) else _LEAD_IN_MAP
            _put_slot(self.above, self.at, slot, tokens)


def tail_of(place: Any, step: Any) -> Tail:
    """Return what stands behind an entry of a list or an object."""
    holder, at, value = _last_word(place, step)
    entry = holder.ca.items.get(at)
    token = entry[_slot(holder)] if entry and len(entry) > _slot(holder) else None
    own = holder is place
    if token is None:
        return Tail(own=own)
    column = token.start_mark.column
    if _is_block_text(value):  # what follows it begins on a line of its own
        return Tail(below=" " * column + token.value, own=own)
    behind, _, below = token.value.partition("\n")
    return Tail(behind=behind, below=below, column=column, own=own)


def put_tail(place: Any, step: Any, behind: str, below: str, column: int = 0) -> None:
    """Say something behind an entry of a list or an object, in place of what was said there."""
    holder, at, value = _last_word(place, step)
    if _is_block_text(value):
        text = (f"{behind}\n" if behind else "") + below
        token = _token(text.lstrip(" "), len(text) - len(text.lstrip(" ")))
    else:
        token = _token(f"{behind}\n{below}" if behind or below else "", column)
    _put_slot(holder, at, _slot(holder), token)
    if isinstance(value, CommentedMap | CommentedSeq):
        if not value:
            value.fa.set_flow_style()
        if isinstance(holder, CommentedMap):
            value.ca.comment = [token, None] if token is not None else None


def without_tail(value: Any) -> Any:
    """Return a value without the lines below it, which are about what comes next."""
    holder = CommentedMap(value=value)
    tail = tail_of(holder, "value")
    put_tail(holder, "value", "" if tail.own else tail.behind, "", tail.column)
    return value


def says_anything(place: Any) -> bool:
    """Tell whether there are comments inside a list or an object."""
    if not isinstance(place, CommentedMap | CommentedSeq):
        return False
    return bool(place.ca.items or place.ca.comment) or any(
        says_anything(place[step]) for step in _steps(place)
    )


def _last_word(place: Any, step: Any) -> tuple[Any, Any, Any]:
    """Return where the parser keeps what stands behind an entry, and the value there."""
    value = place[step]
    while isinstance(value, CommentedMap | CommentedSeq) and value and not _is_flow(value):
        place, step = value, _steps(value)[-1]
        value = place[step]
    return place, step, value


def _steps(place: Any) -> list[Any]:
    return list(range(len(place))) if isinstance(place, CommentedSeq) else list(place)


def _slot(place: Any) -> int:
    return _IN_LIST if isinstance(place, CommentedSeq) else _IN_MAP


def _is_flow(place: Any) -> bool:
    return bool(place.fa.flow_style())


def _is_block_text(value: Any) -> bool:
    return isinstance(value, LiteralScalarString | FoldedScalarString)


def _token(text: str, column: int) -> Any:
    return CommentToken(text, CommentMark(column), None) if text else None


def _put_slot(place: Any, step: Any, slot: int, token: Any) -> None:
    entry = [*place.ca.items.pop(step, ()), *[None] * _SLOTS][:_SLOTS]
    entry[slot] = token
    if any(entry):
        place.ca.items[step] = entry


def _add(place: Any, number: int, step: Any, value: Any) -> None:
    if isinstance(place, CommentedSeq):
        place.insert(number, value)
    else:
        place.insert(number, step, value)


def _fill(place: Any, order: list[Any]) -> None:
    """Leave the entries that are named, in that order, each with the comments that the parser keeps at it."""
    said = [place.ca.items.get(step) for step in order]
    values = [place[step] for step in order]
    keys = order if isinstance(place, CommentedMap) else range(len(order))
    for step in reversed(_steps(place)):
        del place[step]
    place.ca.items.clear()
    for key, value, comments in zip(keys, values, said, strict=True):
        _add(place, len(place), key, value)
        if comments is not None:
            place.ca.items[key] = comments
