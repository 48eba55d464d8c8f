"""Comments inside lists and objects that are written in brackets over several lines.

The parser that keeps comments loses these. So what holds one is given lines of its own, where comments stay:

    transform: [strip,  # as typed          transform:
                upper]                  ->    - strip # as typed
                                              - upper
"""

import bisect
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_INDENT = 2
_FOLD = re.compile(r"[ \t]*\n[ \t]*")
_BREAK = re.compile(r"\n[ \t]*\n|\\\n")
_COMMENT = re.compile(r"#[^\n]*")


class _NotKept(Exception):
    """A list or object that cannot be written in lines of its own without changing what it means."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment of a file.

    Attributes:
        at: where it begins, in characters of the file.
        line: counted from 1.
    """

    at: int
    line: int
    text: str


@dataclass(kw_only=True, slots=True)
class _Node:
    """A value of a file, where it stands.

    Attributes:
        column: where a block in its place would begin.
        inline: whether the block may begin on the same line: after the dash of a list.
        marked: it has an anchor or a tag, or is the key of an object.
    """

    start: int
    end: int
    is_map: bool = False
    is_flow: bool = False
    marked: bool = False
    column: int = 0
    inline: bool = False
    parts: list["_Node"] = field(default_factory=list)

    @property
    def entries(self) -> list[tuple["_Node", ...]]:
        """Its entries: values, or keys with their values."""
        if not self.is_map:
            return [(one,) for one in self.parts]
        return list(zip(self.parts[::2], self.parts[1::2], strict=True))


@lru_cache(maxsize=8)  # a board reads the same draft several times for one answer
def with_own_lines(text: str) -> tuple[str, Sequence[Comment]]:
    """Return a YAML text in which no comment stands inside brackets, and the comments for which that cannot be done.

    What it means stays the same. A text that is no YAML is returned as it is.
    """
    try:
        comments = list(_comments_in_flow(text))
        roots = _tree(text) if comments else []
    except yaml.YAMLError:
        return text, ()
    made, lost = text, list[Comment]()
    for node in reversed([one for root in roots for one in _outermost(root)]):
        inside = _between(comments, node.start, node.end)
        if not inside:
            continue
        unfolded = _unfolded(made, node, inside)
        if unfolded is None:
            lost = [*inside, *lost]
        else:
            made = unfolded
    return made, tuple(lost)


def _unfolded(text: str, node: _Node, comments: Sequence[Comment]) -> str | None:
    """Return the text with one list or object in lines of its own, None when that changes what it means, or loses a comment."""
    try:
        block = _Writer(text, comments).block(node)
    except _NotKept:
        return None
    made = text[: node.start].rstrip(" ") + block + text[node.end :]
    meant = _meaning(text)
    if meant is None or _meaning(made) != meant:
        return None
    return made if _stay(made, {one.text for one in comments}) else None


def _stay(text: str, comments: Collection[str]) -> bool:
    """Whether the parser that keeps comments keeps these: in lists of lists it does not always."""
    parser, written = YAML(typ="rt"), io.StringIO()
    try:
        parser.dump_all(parser.load_all(text), written)
    except YAMLError:
        return False
    kept = written.getvalue()
    return all(kept.count(one) == text.count(one) for one in comments)


def _meaning(text: str) -> Any:
    try:
        return [_plain(node) for node in yaml.compose_all(text, Loader=yaml.SafeLoader)]
    except yaml.YAMLError:
        return None


def _plain(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.MappingNode):
        return [(_plain(key), _plain(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return ["list", *map(_plain, node.value)]
    return (node.tag, node.value) if node is not None else None


@dataclass(frozen=True)
class _Writer:
    """Writes a value in lines of its own."""

    text: str
    comments: Sequence[Comment]

    def block(self, node: _Node) -> str:
        """Return what stands in the place of a value, with the blank or the line break before it."""
        if node.marked or not node.parts:
            raise _NotKept
        head, lines = self._lines(node)
        indent = "\n" + " " * node.column
        if node.inline and not head:
            return (" " if node.column else "") + indent.join(lines)
        return "".join(f" {one}" for one in head) + indent + indent.join(lines)

    def _lines(self, node: _Node) -> tuple[list[str], list[str]]:
        """Return the comments behind the opening bracket, and the lines of the entries without their indentation."""
        head, lines = [], list[str]()
        end = node.start
        for entry in node.entries:
            behind, above = self._behind_brackets(node, lines, *self._split(end, entry[0].start))
            if lines:
                lines[-1] += "".join(f" {one}" for one in behind)
            else:
                head = behind
            lines += [*above, *self._between_key_and_value(entry), *self._entry(node, entry)]
            end = entry[-1].end
        behind, above = self._behind_brackets(node, lines, *self._split(end, node.end))
        lines[-1] += "".join(f" {one}" for one in behind)
        return head, [*lines, *above]

    def _behind_brackets(
        self, node: _Node, lines: Sequence[str], behind: list[str], above: list[str]
    ) -> tuple[list[str], list[str]]:
        """Return the comments behind a line and below it: below brackets in a list of a list the parser loses them."""
        if node.inline and lines and lines[-1].endswith(("]", "}")):
            return [*behind, *above], []
        return behind, above

    def _between_key_and_value(self, entry: tuple[_Node, ...]) -> list[str]:
        return [one.text for one in _between(self.comments, entry[0].end, entry[-1].start)]

    def _entry(self, node: _Node, entry: tuple[_Node, ...]) -> list[str]:
        """Return the lines of an entry, those after the first with what they are indented by beyond the first."""
        *keys, value = entry
        before = f"{self._slice(keys[0])}:" if node.is_map else "-"
        if not value.is_flow or not (
            _between(self.comments, value.start, value.end) or self._has_breaks(value)
        ):
            return [f"{before} {self._slice(value)}".rstrip()]
        inner = replace(value, column=_INDENT, inline=not node.is_map)
        return (before + self.block(inner)).split("\n")

    def _split(self, start: int, end: int) -> tuple[list[str], list[str]]:
        """Return the comments of a gap: those on the line on which it begins, and those on lines of their own."""
        found = _between(self.comments, start, end)
        behind = [one.text for one in found if "\n" not in self.text[start : one.at]]
        return behind, [one.text for one in found[len(behind) :]]

    def _has_breaks(self, node: _Node) -> bool:
        """Whether a line break in a value may be part of a text."""
        return _BREAK.search(self.text, node.start, node.end) is not None

    def _slice(self, node: _Node) -> str:
        written = self.text[node.start : node.end]
        if self._has_breaks(node):
            raise _NotKept
        return _FOLD.sub(" ", written)


def _between(comments: Sequence[Comment], start: int, end: int) -> Sequence[Comment]:
    first = bisect.bisect_left(comments, start, key=lambda one: one.at)
    return comments[first : bisect.bisect_left(comments, end, key=lambda one: one.at)]


def _comments_in_flow(text: str) -> Iterator[Comment]:
    depth, end = 0, 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if depth:
            for found in _COMMENT.finditer(text, end, token.start_mark.index):
                line = text.count("\n", 0, found.start()) + 1
                yield Comment(at=found.start(), line=line, text=found[0].rstrip())
        depth += isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken)
        depth -= isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken)
        end = token.end_mark.index


def _tree(text: str) -> list[_Node]:
    """Return the values of a text as they stand in it; an alias is a value without parts."""
    root = _Node(start=0, end=len(text), inline=True)
    above: list[_Node] = [root]
    columns = [-_INDENT]  # of the keys around
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            above.pop().end = _mark(event.end_mark).index
            columns.pop()
        elif isinstance(event, yaml.NodeEvent):
            node = _node(event, above[-1], columns[-1])
            above[-1].parts.append(node)
            if isinstance(event, yaml.CollectionStartEvent):
                above.append(node)
                columns.append(_mark(event.start_mark).column)
    return root.parts


def _node(event: yaml.NodeEvent, above: _Node, column: int) -> _Node:
    is_key = above.is_map and len(above.parts) % 2 == 0
    return _Node(
        start=_mark(event.start_mark).index,
        end=_mark(event.end_mark).index,
        is_map=isinstance(event, yaml.MappingStartEvent),
        is_flow=isinstance(event, yaml.CollectionStartEvent) and bool(event.flow_style),
        marked=is_key or bool(event.anchor) or bool(getattr(event, "tag", None)),
        column=column + _INDENT,
        inline=not above.is_map,
    )


def _mark(mark: Any) -> Any:
    """Return where an event of a text stands: all have a place, what the parser's types do not say."""
    return mark


def _outermost(node: _Node) -> Iterator[_Node]:
    if node.is_flow:
        yield node
        return
    for one in node.parts:
        yield from _outermost(one)
