"""Jinja expressions of mapping files: native values, no loops, no calls, no way out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, nodes
from jinja2.nativetypes import NativeEnvironment, NativeTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from streak_netsuite.mapping.unfit import Unfit, shortened

_LONGEST_EXPRESSION = 2_000  # characters: longer ones belong into a table or into Streak
_LONGEST_RESULT = 100_000  # characters: the longest text NetSuite takes on a transaction is far below

# What can loop, define or load is refused when the file is read; what is left takes time in
# proportion to the text it handles.
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
}
_FILTERS = (
    "abs",
    "capitalize",
    "d",
    "default",
    "first",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "max",
    "min",
    "replace",
    "reverse",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
)
_DATE_PARTS = frozenset({"year", "month", "day", "hour", "minute"})


class Expression:
    """A compiled expression."""

    def __init__(self, text: str, known: Mapping[str, Sequence[str]] | None = None) -> None:
        """Compile the text.

        Args:
            known: the names an expression may use, and what each of them has. None does not check.

        Raises:
            ValueError: it is too long, not Jinja, or uses something that is not allowed or not known.
        """
        if len(text) > _LONGEST_EXPRESSION:
            raise ValueError(f"the expression is longer than {_LONGEST_EXPRESSION} characters; use a lookup")
        try:
            tree = _ENVIRONMENT.parse(text)
            _refuse(tree)
            _check_names(tree, known)
            self._template = _ENVIRONMENT.from_string(tree)
        except (TemplateError, RecursionError) as error:
            raise ValueError(
                f"the expression is not valid Jinja ({error}); write for example {{{{ box.name }}}}"
            ) from error
        self.text = text
        self.box_fields = tuple(_box_fields(tree))

    def evaluate(self, view: Mapping[str, Any]) -> Any:
        """Return the value: native when the expression is one `{{ }}`, text when it is more.

        Raises:
            Unfit: a name is undefined, or the expression cannot be computed with these values.
        """
        try:
            value = self._template.render(view)
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
            raise Unfit(
                f"the expression {shortened(self.text)} cannot be computed ({shortened(str(error))})",
                fix="correct it in the mapping file, or give what may be missing a default: {{ x | default('') }}",
            ) from error
        try:
            return plain(value)
        except Unfit as unfit:
            raise Unfit(f"the expression {shortened(self.text)}: {unfit.what}", fix=unfit.fix) from unfit


def says_yes(value: Any) -> bool:
    """Tell whether what an expression gives counts as yes: something but `no`, `False` or nothing."""
    return value not in (None, False, "", 0, "False", "no")


def plain(value: Any) -> Any:
    """Return a computed value as rules take it: lists as tuples, floats as exact numbers.

    Raises:
        Unfit: it is no plain value, or too long a text.
    """
    if isinstance(value, list | tuple):
        return tuple(plain(entry) for entry in value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str) and len(value) > _LONGEST_RESULT:
        raise Unfit(
            f"it makes a text of {len(value)} characters",
            fix=f"keep it below {_LONGEST_RESULT}",
        )
    if value is not None and not isinstance(value, str | int | Decimal | date):
        raise Unfit("it gives no plain value", fix="end it in a text, number or date")
    return str(value) if isinstance(value, str) else value


def _refuse(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        for kind, name in _REFUSED_NODES.items():
            if isinstance(node, kind):
                raise ValueError(  # noqa: TRY004 - pydantic reports ValueErrors as faults of the file
                    f"the expression uses {name}; only values, filters and if are allowed"
                )
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name not in _ENVIRONMENT.filters:
            raise ValueError(
                f"the expression uses the filter '{filter_.name}'; use {', '.join(sorted(_ENVIRONMENT.filters))}"
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


def _box_fields(tree: nodes.Template) -> Iterable[str]:
    """Yield the names of box fields the expression reads by name."""
    steps: list[nodes.Getattr | nodes.Getitem] = [
        *tree.find_all(nodes.Getattr),
        *tree.find_all(nodes.Getitem),
    ]
    for node in steps:
        target = node.node
        if not (isinstance(target, nodes.Getattr) and target.attr == "fields"):
            continue
        if not (isinstance(target.node, nodes.Name) and target.node.name == "box"):
            continue
        if isinstance(node, nodes.Getattr):
            yield node.attr
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            yield str(node.arg.value)


def _joined(values: Iterable[Any]) -> Any:
    """Return a single value as it is, several as one text.

    Jinja's own native concatenation evaluates text as Python literals: "12.50" would become a float
    and "007" an error. A purchase order number must stay what was typed.
    """
    head = list(islice(values, 2))
    if not head:
        return ""
    if len(head) == 1:
        value = head[0]
        if isinstance(value, Undefined):
            str(value)  # raises, as StrictUndefined promises
        return value
    return "".join([*map(str, head), *map(str, values)])


class _Environment(ImmutableSandboxedEnvironment, NativeEnvironment):
    """Sees the keys of mappings and the parts of dates, and nothing else of any object."""

    concat = staticmethod(_joined)
    intercepted_binops = frozenset({"*"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, date) and attribute in _DATE_PARTS and hasattr(obj, attribute):
            return getattr(obj, attribute)
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

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        if not all(isinstance(side, int | Decimal) for side in (left, right)):
            raise TypeError("only numbers can be multiplied; turn text into numbers with the filter 'number'")
        return left * right


class _Template(NativeTemplate):
    environment_class = _Environment


def _number_filter(value: Any, decimal: str = "auto") -> Decimal:
    from streak_netsuite.mapping.number import DecimalMark, parse_number

    return value if isinstance(value, Decimal) else parse_number(str(value), DecimalMark(decimal))


def _date_filter(value: Any, pattern: str = "%Y-%m-%d") -> str:
    if not isinstance(value, date | datetime):
        raise TypeError(f"{shortened(str(value))} is not a date")
    return value.strftime(pattern[:40])


def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, cache_size=0)
    environment.template_class = _Template
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters |= {"number": _number_filter, "date": _date_filter}
    return environment


_ENVIRONMENT = _environment()
