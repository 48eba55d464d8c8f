"""What the condition of a rule asks of the fields it reads, and whether these can answer."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from jinja2 import nodes

from streak_netsuite.mapping.expression import spelled, tree_of
from streak_netsuite.mapping.held import Held, HeldBy, Test
from streak_netsuite.mapping.source import parse_path, path_text

# What a value goes through without becoming another one.
_PASSING = frozenset({"d", "default", "string", "number"})
_ORDER = {"gt": Test.ABOVE, "gteq": Test.ABOVE, "lt": Test.BELOW, "lteq": Test.BELOW}
_TURNED = {"gt": "lt", "gteq": "lteq", "lt": "gt", "lteq": "gteq"}
_SAME = {"eq": (Test.IS, Test.EQUAL), "ne": (Test.IS_NOT, Test.UNEQUAL)}

Location = tuple[int | str, ...]


class Asked(NamedTuple):
    """A test of one field in a condition."""

    path: str
    test: Test


class _Read(NamedTuple):
    path: str
    filters: frozenset[str]


def asked_in(condition: str) -> tuple[Asked, ...]:
    """Return the tests in a condition that can be told from how they are written; other ones are passed over."""
    try:
        tree = tree_of(condition)
    except ValueError:
        return ()  # the file's faults tell it
    return tuple(dict.fromkeys(one for compared in tree.find_all(nodes.Compare) for one in _asked(compared)))


def unfitting(rule: Any, held: HeldBy, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Yield what conditions ask in vain, in a part of a mapping as its file has it: where, and what is wrong.

    Args:
        held: tells what the fields of deals hold.
    """
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            if key == "when" and isinstance(value, str):
                yield from (((*at, key), told) for told in _in_vain(value, held))
            else:
                yield from unfitting(value, held, (*at, str(key)))
    elif isinstance(rule, list):
        for number, value in enumerate(rule):
            yield from unfitting(value, held, (*at, number))


def _in_vain(condition: str, held: HeldBy) -> Iterator[str]:
    for path, test in asked_in(condition):
        holds = held(path)
        if holds is not None and test not in holds.tests:
            fitting = ", ".join(f"'{one.told}'" for one in holds.tests)
            yield f"{path} holds {_KINDS[holds]}, of which '{test.told}' cannot be asked; what fits is {fitting}"


_KINDS: Mapping[Held, str] = {
    Held.TEXT: "a text",
    Held.WORDS: "a text that is no number",
    Held.NUMBER: "a number",
    Held.LIST: "a list",
    Held.CHECKBOX: "a checkbox",
    Held.MOMENT: "a date",
}


def _asked(compared: nodes.Compare) -> Iterator[Asked]:
    if len(compared.ops) != 1:
        return
    (operand,) = compared.ops
    left, right = compared.expr, operand.expr
    if operand.op in {"in", "notin"}:
        read = _read(right)
        if read is not None and not read.filters & {"string", "number"}:
            yield Asked(read.path, Test.HAS)
        return
    for one, other, op in ((left, right, operand.op), (right, left, _TURNED.get(operand.op, operand.op))):
        read = _read(one)
        test = _compared(read, other, op) if read is not None else None
        if read is not None and test is not None:
            yield Asked(read.path, test)


def _compared(read: _Read, other: nodes.Expr, op: str) -> Test | None:
    """Return the test that a comparison of a field with something is, None when it cannot be told."""
    as_number = "number" in read.filters
    if op in _ORDER:
        return _ORDER[op] if as_number or _is_number(other) else None
    is_, equal = _SAME[op]
    if as_number:
        return equal
    said = isinstance(other, nodes.Const) and isinstance(other.value, str) and other.value
    return is_ if said else None


def _is_number(node: nodes.Expr) -> bool:
    inner = node.node if isinstance(node, nodes.Neg) else node
    given = inner.value if isinstance(inner, nodes.Const) else None
    return isinstance(given, int | Decimal) and not isinstance(given, bool)


def _read(node: nodes.Expr) -> _Read | None:
    """Return the field that a part of a condition reads, and the filters it goes through; None when it is more."""
    filters = set()
    while isinstance(node, nodes.Filter) and node.name in _PASSING and node.node is not None:
        filters.add(node.name)
        node = node.node
    steps = spelled(node)
    try:
        return _Read(parse_path(path_text(steps)).text, frozenset(filters)) if steps else None
    except ValueError:
        return None
