"""Jinja expressions of mapping files: native values, exact numbers, no loops, no calls, no way out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache, reduce, wraps
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes
from jinja2.compiler import Frame
from jinja2.filters import make_attrgetter
from jinja2.lexer import TOKEN_FLOAT, Lexer, Token
from jinja2.nativetypes import NativeCodeGenerator, NativeEnvironment, NativeTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_environment

from streak_netsuite.mapping.moment import moment_text, moved
from streak_netsuite.mapping.source import known_path
from streak_netsuite.mapping.unfit import Unfit, shortened

_LONGEST_EXPRESSION = 2_000  # characters: longer ones belong into a table or into Streak
_LONGEST_RESULT = 100_000  # characters: the longest text NetSuite takes on a transaction is far below
_MOST_ENTRIES = 10_000  # of a list, with all that is inside: far more than a deal has of anything
_MOST_DIGITS = 60  # before or behind the decimal mark: twice what any currency needs
_MOST_PLACES = 15
_KEPT = 512  # expressions that stay compiled; a mapping has some dozens
_UTC = ZoneInfo("UTC")
_NO = frozenset({"", "no", "false", "none", "0"})

# Sums, differences and products of numbers that are let in are exact with this many digits; a quotient need not end.
_EXACT = Context(prec=4 * _MOST_DIGITS)
_DIVIDING = Context(prec=28)

# What can loop, define or load is refused when the file is read. What is left does one step for each word of the
# expression, and no step can make more than the bounds above: so both time and memory are bounded.
_REFUSED_NODES: Mapping[type[nodes.Node], str] = {
    nodes.For: "a loop",
    nodes.Call: "a call",
    nodes.CallBlock: "a call",
    nodes.Macro: "a macro",
    nodes.Include: "an include",
    nodes.Import: "an import",
    nodes.FromImport: "an import",
    nodes.Extends: "an extends",
    nodes.Block: "a block",
    nodes.FilterBlock: "a filter block",
    nodes.Pow: "a power",
    nodes.Mod: "a remainder, which on text is a format",
    nodes.AssignBlock: "an assignment",
    nodes.EvalContextModifier: "an escaping block",
}
_FILTERS = (
    "capitalize",
    "d",
    "default",
    "first",
    "last",
    "length",
    "list",
    "lower",
    "max",
    "min",
    "replace",
    "reverse",
    "sort",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
)
_OF_TEXT = frozenset({"capitalize", "lower", "replace", "title", "trim", "truncate", "upper"})
_DATE_PARTS = frozenset({"year", "month", "day", "hour", "minute"})


Steps = tuple[str | int, ...]


class Expression:
    """A compiled expression.

    Attributes:
        text: as written.
        paths: what of a deal it reads, as a mapping names it: `box.fields.PO number`, `organization.name`.
        box_fields: names of the box fields among them.
        reads_any_field: whether it may read box fields that it does not name, `box.fields[...]` by another value, say.
    """

    def __init__(
        self, text: str, known: Mapping[str, Sequence[str]] | None = None, *, zone: ZoneInfo = _UTC
    ) -> None:
        """Compile the text.

        Args:
            known: the names an expression may use, and what each of them has. None does not check.
            zone: in which moments have their day and hour.

        Raises:
            ValueError: it is too long, not Jinja, or uses something that is not allowed or not known.
        """
        if len(text) > _LONGEST_EXPRESSION:
            raise ValueError(f"the expression is longer than {_LONGEST_EXPRESSION} characters; use a lookup")
        try:
            tree = _parsed(text, zone)
            _check_names(tree, known)
            self._template = _compiled(text, zone)
        except ValueError:
            raise
        except (
            Exception
        ) as error:  # Python compiles what Jinja made of it, and has its own limits and warnings
            raise ValueError(
                f"the expression is not valid Jinja ({error}); write for example {{{{ box.name }}}}"
            ) from error
        self.text = text
        read = tuple(dict.fromkeys(_reads(tree, {})))
        self.paths = tuple(dict.fromkeys(path for steps in read if (path := known_path(steps))))
        self.box_fields = tuple(str(steps[2]) for steps in read if _is_box_field(steps))
        self.reads_any_field = any(steps in _ALL_FIELDS for steps in read)

    def evaluate(self, view: Mapping[str, Any]) -> Any:
        """Return the value: native when the expression is one `{{ }}`, text when it is more.

        Raises:
            Unfit: a name is undefined, or the expression cannot be computed with these values.
        """
        try:
            return plain(self._template.render(view))
        except Unfit as unfit:
            raise Unfit(f"the expression {shortened(self.text)}: {unfit.what}", fix=unfit.fix) from unfit
        except Exception as error:
            raise Unfit(
                f"the expression {shortened(self.text)} cannot be computed ({shortened(_told(error))})",
                fix="correct it in the mapping file, or give what may be missing a default: {{ x | default('') }}",
            ) from error


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def says_yes(value: Any) -> bool:
    """Tell whether what an expression gives counts as yes: something but no, false, none, 0 or nothing, however written."""
    return value.strip().casefold() not in _NO if isinstance(value, str) else bool(value)


def plain(value: Any) -> Any:
    """Return a computed value as rules take it: lists as tuples, floats as exact numbers.

    Raises:
        Unfit: it is no plain value, or too large a one.
    """
    return _plain(bounded(value))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(entry) for entry in value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if value is not None and not isinstance(value, str | int | Decimal | date):
        raise Unfit("it gives no plain value", fix="end it in a text, number or date")
    return str(value) if isinstance(value, str) else value


def bounded(value: Any) -> Any:
    """Return a value that is not larger than any that a mapping needs, so that no expression can eat a worker's memory.

    Raises:
        Unfit: it is larger.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST_RESULT:
            raise _too_long(len(value))
    elif isinstance(value, int):
        if value.bit_length() > 4 * _MOST_DIGITS:
            raise Unfit("it makes a number beyond all sense", fix="correct it in the mapping file")
    elif isinstance(value, Decimal):
        _check_digits(value)
    elif isinstance(value, list | tuple | dict):
        _check_entries(value)
    return value


def _too_long(length: int) -> Unfit:
    return Unfit(f"it makes a text of {length} characters", fix=f"keep it below {_LONGEST_RESULT}")


def _check_digits(number: Decimal) -> None:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return  # not a number: the conversion to its target says so
    if number.adjusted() > _MOST_DIGITS or exponent < -_MOST_DIGITS:
        raise Unfit("it makes a number beyond all sense", fix="correct it in the mapping file, or round it")


def _check_entries(value: Any) -> None:
    """Walk all that is inside: a list of a list of itself doubles with each step, and must not be shown or compared."""
    left, waiting = _MOST_ENTRIES, [value]
    while waiting:
        entries = waiting.pop()
        left -= len(entries)
        if left < 0:
            raise Unfit(f"it makes a list of more than {_MOST_ENTRIES} entries", fix="make it shorter")
        inside = entries.values() if isinstance(entries, dict) else entries
        waiting.extend(entry for entry in inside if isinstance(entry, list | tuple | dict))


def tree_of(text: str) -> nodes.Template:
    """Return an expression as Jinja reads it, to look at.

    Raises:
        ValueError: it is not Jinja.
    """
    try:
        return _environment(_UTC).parse(text)
    except TemplateError as error:
        raise ValueError(f"the expression is not valid Jinja ({error})") from error


def spelled(node: nodes.Node) -> Steps:
    """Return the steps of what a part of an expression reads: ("box", "name"); none when it reads nothing by name."""
    return _steps(node, {}) or ()


def _refuse(tree: nodes.Template, environment: "_Environment") -> None:
    for node in tree.find_all(nodes.Node):
        for kind, name in _REFUSED_NODES.items():
            if isinstance(node, kind):
                raise ValueError(  # noqa: TRY004 - pydantic reports ValueErrors as faults of the file
                    f"the expression uses {name}; only values, filters and if are allowed"
                )
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name not in environment.filters:
            raise ValueError(
                f"the expression uses the filter '{filter_.name}'; use {', '.join(sorted(environment.filters))}"
            )


def _check_names(tree: nodes.Template, known: Mapping[str, Sequence[str]] | None) -> None:
    if known is None:
        return
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    for name in tree.find_all(nodes.Name):
        if name.name not in own and name.name not in known:
            raise ValueError(f"the expression uses '{name.name}', which is unknown; use {', '.join(known)}")
    for step in tree.find_all(nodes.Getattr):
        root = step.node.name if isinstance(step.node, nodes.Name) else ""
        if known.get(root) and root not in own and step.attr not in known[root]:
            raise ValueError(f"the expression uses {root}.{step.attr}; {root} has {', '.join(known[root])}")


def _reads(node: nodes.Node, own: dict[str, Steps]) -> Iterator[Steps]:
    """Yield what an expression reads, each as the steps of a path.

    Args:
        own: the names it has set so far, and what each stands for.
    """
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
        steps = _steps(node.node, own)
        yield from _reads(node.node, own)
        own[node.target.name] = steps or ()
        return
    steps = _steps(node, own)
    if steps:
        yield steps
        return
    for child in node.iter_child_nodes():
        yield from _reads(child, own)


def _steps(node: nodes.Node, own: Mapping[str, Steps]) -> Steps | None:
    """Return the path that a node spells, None when it spells none."""
    if isinstance(node, nodes.Name):
        return own.get(node.name, (node.name,)) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        above, last = _steps(node.node, own), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        above, last = _steps(node.node, own), node.arg.value
    else:
        return None
    return (*above, last) if above and isinstance(last, str | int) else None


_ALL_FIELDS: frozenset[Steps] = frozenset({("box",), ("box", "fields")})


def _is_box_field(steps: Steps) -> bool:
    return steps[:2] == ("box", "fields") and len(steps) > 2


class _Lexer(Lexer):
    """Reads 0.1 as exactly that."""

    def wrap(self, stream: Iterable[tuple[int, str, str]], *args: Any, **kwargs: Any) -> Iterator[Token]:
        for line, token, text in stream:
            if token == TOKEN_FLOAT:
                yield Token(line, token, Decimal(text.replace("_", "")))  # type: ignore[arg-type]  # Jinja's own are floats
            else:
                yield from super().wrap([(line, token, text)], *args, **kwargs)


class _Generator(NativeCodeGenerator):
    """Sends what can grow through the environment, which bounds it; computes nothing when it compiles."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if isinstance(node.value, Decimal):
            self.write(f"environment.exact({str(node.value)!r})")
        else:
            super().visit_Const(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self._through("joined", super().visit_List, nodes.List(node.nodes), frame)

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self._through("bounded", super().visit_List, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if node.ctx == "load":
            self._through("bounded", super().visit_Tuple, node, frame)
        else:
            super().visit_Tuple(node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self._through("bounded", super().visit_Dict, node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self._through("bounded", super().visit_Filter, node, frame)

    def _through(self, name: str, visit: Callable[..., None], node: nodes.Node, frame: Frame) -> None:
        self.write(f"environment.{name}(")
        visit(node, frame)
        self.write(")")


class _Environment(ImmutableSandboxedEnvironment, NativeEnvironment):
    """Sees the keys of mappings and the parts of dates, and nothing else of any object."""

    code_generator_class = _Generator
    intercepted_binops = frozenset({"+", "-", "*", "/", "//"})
    intercepted_unops = frozenset({"+", "-"})
    exact = Decimal
    bounded = staticmethod(bounded)
    zone: ZoneInfo

    @property
    def lexer(self) -> Lexer:
        """Reads exact numbers."""
        return _Lexer(self)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, date) and attribute in _DATE_PARTS and hasattr(obj, attribute):
            return getattr(moved(obj, self.zone), attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, tuple | list | str) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(obj=obj, name=str(argument))
        return self.undefined(obj=obj, name=str(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        return False

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        left, right = _number_or_same(left), _number_or_same(right)
        if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
            return bounded(_computed(operator, left, right))
        if operator == "*" and not isinstance(left, Undefined) and not isinstance(right, Undefined):
            raise TypeError("only numbers can be multiplied; turn text into numbers with the filter 'number'")
        return bounded(super().call_binop(context, operator, left, right))

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        if isinstance(arg, Decimal):
            return arg.copy_negate() if operator == "-" else arg
        return super().call_unop(context, operator, arg)

    def text(self, value: Any) -> str:
        """Return a value as it stands in a text: numbers in plain notation, moments in the account's zone."""
        if isinstance(value, str):
            return str(value)
        if isinstance(value, list | tuple | dict):
            raise TypeError("a list is no text; make one of it with the filter 'join'")
        if isinstance(value, Decimal):
            return format(bounded(value), "f")
        if isinstance(value, datetime):
            return moment_text(value, self.zone)
        return "" if value is None else str(value)  # an undefined name raises, as StrictUndefined promises

    def joined(self, values: Iterable[Any], separator: str = "") -> str:
        """Return values as one text."""
        parts: list[str] = []
        length = 0
        for value in values:
            parts.append(self.text(value))
            length += len(parts[-1]) + len(separator)
            if length > _LONGEST_RESULT + len(separator):
                raise _too_long(length)
        return separator.join(parts)

    def output(self, values: Iterator[Any]) -> Any:
        """Return a single value as it is, several as one text.

        Jinja's own native concatenation evaluates text as Python literals: "12.50" would become a float
        and "007" an error. A purchase order number must stay what was typed.
        """
        head = list(islice(values, 2))
        if not head:
            return ""
        if len(head) == 1:
            if isinstance(head[0], Undefined):
                str(head[0])  # raises
            return head[0]
        return self.joined(_chained(head, values))


def _chained(head: Iterable[Any], rest: Iterable[Any]) -> Iterator[Any]:
    yield from head
    yield from rest


class _Template(NativeTemplate):
    environment_class = _Environment

    def render(self, *args: Any, **kwargs: Any) -> Any:
        environment = self.environment
        assert isinstance(environment, _Environment)
        return environment.output(self.root_render_func(self.new_context(dict(*args, **kwargs))))


def _number_or_same(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _computed(operator: str, left: int | Decimal, right: int | Decimal) -> int | Decimal:
    """Return what two numbers make: whole numbers stay whole, but for a division."""
    bounded(left), bounded(right)
    if operator == "/":
        return _DIVIDING.divide(Decimal(left), Decimal(right))
    if isinstance(left, int) and isinstance(right, int):
        return _WHOLE[operator](left, right)
    return _DECIMAL[operator](Decimal(left), Decimal(right))


_WHOLE: Mapping[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
}
_DECIMAL: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "//": _EXACT.divide_int,
}


def _number_filter(value: Any, decimal: str = "auto") -> Decimal:
    from streak_netsuite.mapping.number import DecimalMark, parse_number

    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return parse_number(str(value), DecimalMark(decimal))


def _round_filter(value: Any, places: int = 2) -> Decimal:
    """Round half up, to cents unless told otherwise."""
    if isinstance(places, bool) or not isinstance(places, int) or abs(places) > _MOST_PLACES:
        raise TypeError(f"the places are {shortened(str(places))}, and must be a number up to {_MOST_PLACES}")
    number = bounded(_number_filter(_number_or_same(value)))
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)
    return _EXACT.add(rounded, Decimal(0)) if places < 0 else rounded


def _abs_filter(value: Any) -> Any:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


@pass_environment
def _date_filter(environment: _Environment, value: Any, pattern: str = "%Y-%m-%d") -> str:
    if not isinstance(value, date | datetime):
        raise TypeError(f"{shortened(environment.text(value))} is not a date")
    if len(pattern) > 100:
        raise ValueError("the pattern of a date is longer than 100 characters")
    return moved(value, environment.zone).strftime(pattern)


@pass_environment
def _join_filter(
    environment: _Environment, value: Any, d: str = "", attribute: str | int | None = None
) -> str:
    entries = map(make_attrgetter(environment, attribute), value) if attribute is not None else iter(value)
    return environment.joined(entries, environment.text(d))


@pass_environment
def _sum_filter(
    environment: _Environment, iterable: Any, attribute: str | int | None = None, start: Any = 0
) -> Any:
    entries = map(make_attrgetter(environment, attribute), iterable) if attribute is not None else iterable
    return reduce(lambda one, other: environment.call_binop(None, "+", one, other), entries, start)


@pass_environment
def _string_filter(environment: _Environment, value: Any) -> str:
    return environment.text(value)


def _replacing(change: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's `replace`, which is told beforehand when the text would grow beyond its bound."""

    @wraps(change)
    def replace(context: Any, text: str, old: Any, new: Any, count: int | None = None) -> Any:
        old, new = str(old), str(new)
        found = text.count(old) if count is None else min(count, text.count(old))
        length = len(text) + max(0, found) * (len(new) - len(old))
        if length > _LONGEST_RESULT:
            raise _too_long(length)
        return change(context, text, old, new, count)

    return replace


def _of_text(change: Callable[..., Any], environment: _Environment) -> Callable[..., Any]:
    """Let a filter of Jinja's see numbers and moments as they stand in a text."""
    leading = hasattr(change, "jinja_pass_arg")

    @wraps(change)
    def changed(*args: Any, **kwargs: Any) -> Any:
        first, text, *rest = args if leading else (None, *args)
        given = environment.text(text)
        return change(first, given, *rest, **kwargs) if leading else change(given, *rest, **kwargs)

    return changed


def _listed(change: Callable[..., Any]) -> Callable[..., Any]:
    """Make a list of what a filter of Jinja's gives one by one."""

    @wraps(change)
    def changed(*args: Any, **kwargs: Any) -> Any:
        made = change(*args, **kwargs)
        return tuple(islice(made, _MOST_ENTRIES + 1)) if isinstance(made, Iterator) else made

    return changed


# A mapping is checked, and then used: its expressions are read several times in each run.
@lru_cache(maxsize=_KEPT)
def _parsed(text: str, zone: ZoneInfo) -> nodes.Template:
    environment = _environment(zone)
    tree = environment.parse(text)
    _refuse(tree, environment)
    return tree


@lru_cache(maxsize=_KEPT)
def _compiled(text: str, zone: ZoneInfo) -> Template:
    return _environment(zone).from_string(_parsed(text, zone))


@lru_cache(maxsize=32)
def _environment(zone: ZoneInfo) -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, cache_size=0, optimized=False)
    environment.zone = zone
    environment.template_class = _Template
    environment.globals.clear()
    filters: dict[str, Callable[..., Any]] = {name: environment.filters[name] for name in _FILTERS}
    filters["replace"] = _replacing(filters["replace"])
    filters |= {name: _of_text(filters[name], environment) for name in _OF_TEXT}
    filters |= {name: _listed(filters[name]) for name in ("reverse", "unique")}
    environment.filters = filters | {
        "abs": _abs_filter,
        "date": _date_filter,
        "join": _join_filter,
        "number": _number_filter,
        "round": _round_filter,
        "string": _string_filter,
        "sum": _sum_filter,
    }
    return environment
