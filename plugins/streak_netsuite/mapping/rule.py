"""Field rules, compiled once and applied to every deal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from streak_netsuite.errors import ConfigurationError, MappingError
from streak_netsuite.mapping.address import ParsedAddress
from streak_netsuite.mapping.conversion import TargetType, convert, converter, to_text, unwritable
from streak_netsuite.mapping.expression import Expression, says_yes
from streak_netsuite.mapping.file_part import EACH, ITEMS, MappingFunction
from streak_netsuite.mapping.function import Function
from streak_netsuite.mapping.lookups import LookupRequest, Lookups, look_up
from streak_netsuite.mapping.rule_schema import FieldRule, TransformName
from streak_netsuite.mapping.schema import LookupSource
from streak_netsuite.mapping.source import View, parse_path
from streak_netsuite.mapping.transforms import NoFit, compile_transforms
from streak_netsuite.mapping.unfit import Unfit, shortened, shown
from streak_netsuite.model.custom_field import CustomFieldType

_CUSTOM_TYPES = {TargetType(type_.value): type_ for type_ in CustomFieldType}
_traced = tuple.__new__  # a named tuple's own constructor is a function in Python
_TEXTS = frozenset({TargetType.TEXT, TargetType.EMAIL, TargetType.PHONE})


class AddressFault(MappingError):
    """A line that is no valid address.

    Attributes:
        blocking: whether the record may not be made without the address.
    """

    def __init__(self, message: str, *, field: str, fix: str = "", blocking: bool) -> None:
        super().__init__(message, field=field, fix=fix)
        self.code = "ADDRESS"
        self.blocking = blocking


class FieldTrace(NamedTuple):
    """Where a target field's value came from.

    Attributes:
        rule: the rule as a person reads it ("from box.fields.Product, lookup item").
        source: the path or expression that gave the value, "" for a constant.
        read: the source value, before transforms and lookups.
    """

    rule: str
    source: str
    read: Any

    @property
    def value(self) -> str:
        """The source value as messages show it; "" when there was none."""
        return "" if is_empty(self.read) else shown(self.read)


@dataclass(kw_only=True, slots=True)
class Reading:
    """One deal being mapped: what is read, and what was found out on the way.

    Attributes:
        each: the entry or row a line is made for.
        updating: the order exists and follows its deal.
    """

    view: View
    lookups: Lookups | None
    faults: list[MappingError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    trace: dict[str, FieldTrace] = field(default_factory=dict)
    each: Any = None
    updating: bool = False

    def add_fault(self, target: str, what: str, fix: str, *, rule_at: str = "") -> None:
        """Keep a fault of a target field. The message says what is wrong in Streak's words; the field is beside it."""
        self.faults.append(MappingError(f"{what}; {fix}", field=target, fix=fix, rule_at=rule_at))


class Rule:
    """One field rule, ready to run.

    Args:
        target: the field as faults name it ("sales_order.fields.memo").
        type_: what the field takes.
        max_length: the longest text the field takes, None when it is not known.
        place: where the rule stands ("deal_to_order.yaml line 41").

    Attributes:
        custom_type: of the custom field that the rule fills, if it fills one.
    """

    _tells = True

    def __init__(
        self,
        rule: FieldRule,
        *,
        target: str,
        type_: TargetType,
        zone: ZoneInfo,
        tables: Mapping[str, LookupSource],
        max_length: int | None = None,
        in_each: bool = False,
        functions: Mapping[str, MappingFunction] = MappingProxyType({}),
        place: str = "",
    ) -> None:
        self.target = target
        self.type = type_
        self.place = place
        self._rule = rule
        self._zone = zone
        self._limit = _least(rule.clip, rule.max_length or max_length)
        # Found once: an enumeration is hashed in Python each time it is looked up.
        self._convert = converter(type_)
        self.custom_type = _CUSTOM_TYPES.get(type_, CustomFieldType.TEXT)
        self._is_text, self._is_address = type_ in _TEXTS, type_ is TargetType.ADDRESS
        self._is_plain_text = type_ is TargetType.TEXT
        self._always = rule.on is None and rule.when is None
        self._of_each = rule.from_ is not None and (rule.from_ == EACH or rule.from_.startswith(f"{EACH}."))
        self._cell = (rule.from_ or "").removeprefix(EACH).removeprefix(".") if self._of_each else ""
        self._path = parse_path(rule.from_) if rule.from_ and not self._of_each else None
        self._read_path = self._path.reader() if self._path is not None else None
        self._expression = Expression(rule.expression, zone=zone) if rule.expression else None
        self._function = Function.find(rule.function, functions, target) if rule.function else None
        self._when = Expression(rule.when, zone=zone) if rule.when else None
        names = (t if isinstance(t, TransformName) else t.name for t in rule.transform)
        self._steps = tuple(zip(map(str, names), compile_transforms(rule.transform, zone), strict=True))
        self._table = _table(rule, target, tables)
        self._alternatives = tuple(
            _Alternative(
                r, target=target, type_=type_, zone=zone, tables=tables, in_each=in_each, functions=functions
            )
            for r in rule.first_of or ()
        )
        self.text = describe(rule)
        if self._of_each and not in_each:
            raise ConfigurationError(
                f"{target}: `from: {rule.from_}` needs a line rule with `{EACH}`; add it, or give a path"
            )

    def read(self, reading: Reading, at: str = "") -> Any:
        """Return the converted value, or None when there is none or when it does not fit.

        What does not fit is added to the reading's faults; clipped text to its warnings.

        Args:
            at: the field's name where it stands in a list of lines, else the rule's own.
        """
        target = at or self.target
        try:
            return self._value(reading, target) if self._always or self.counts(reading) else None
        except Unfit as unfit:
            starts_with_value = unfit.what[:1] in {"'", "["} or unfit.what[:1].isdigit()
            named = f"{self.label} {unfit.what}" if starts_with_value else unfit.what
            reading.add_fault(target, named, unfit.fix, rule_at=self.place)
        except Exception as error:  # noqa: BLE001 - one value must not end the batch; the fault says what it was
            read = reading.trace[target].value if target in reading.trace else ""
            told = shortened(f"{type(error).__name__}: {error}")
            what, fix = f"{self.label} {read} cannot be mapped ({told})", "correct it in Streak, or the rule"
            reading.add_fault(target, what, fix, rule_at=self.place)
        return None

    def wanted(self, reading: Reading) -> Iterator[LookupRequest]:
        """Yield what must be asked of NetSuite for this rule and deal."""
        for alternative in self._alternatives:
            yield from alternative.wanted(reading)
        if self._table is None or self._table[1].netsuite is None:
            return
        name, table = self._table
        try:
            value = self._prepared(reading, self.target) if self.counts(reading) else None
            entries = value if isinstance(value, tuple) else (value,)
            texts = [to_text(entry, self._zone).strip() for entry in entries if not is_empty(entry)]
        except Exception:  # noqa: BLE001 - the mapping will report it
            return
        for text in texts:
            yield LookupRequest(table=name, record=table.netsuite or "", value=text)

    @property
    def box_fields(self) -> frozenset[str]:
        """Names of the box fields this rule reads."""
        own = {self._path.box_field} if self._path and self._path.box_field else set()
        for expression in (self._expression, self._when):
            own |= set(expression.box_fields) if expression else set()
        return frozenset(own).union(*(alternative.box_fields for alternative in self._alternatives))

    @property
    def reads_any_field(self) -> bool:
        """Whether the rule may read box fields that it does not name: by a function, or an expression like `box.fields[...]`."""
        expressions = (self._expression, self._when)
        return (
            self._function is not None
            or any(one is not None and one.reads_any_field for one in expressions)
            or any(one.reads_any_field for one in self._alternatives)
        )

    @property
    def looked_up_fields(self) -> frozenset[tuple[str, str]]:
        """Box fields whose values are looked up as they are, each with the name of the table."""
        own = set()
        if self._table is not None and self._path and self._path.box_field and not self._rule.transform:
            own = {(self._path.box_field, self._table[0])}
        return frozenset(own).union(*(a.looked_up_fields for a in self._alternatives))

    def counts(self, reading: Reading) -> bool:
        """Tell whether the rule says anything about this deal, now."""
        if self._rule.on is not None and (self._rule.on == "update") is not reading.updating:
            return False
        return self._when is None or says_yes(self._when.evaluate(reading.view))

    def _value(self, reading: Reading, target: str) -> Any:
        value = self._prepared(reading, target)
        if value is None:
            return self._empty(target)
        if self._table is not None:
            value = self._looked_up(value, reading)
        if self._is_plain_text and type(value) is str and value.isprintable():
            return value if self._limit is None else self._fitted(value, reading, target)
        if isinstance(value, ParsedAddress) and not self._is_address:
            raise Unfit(
                "an address is not a plain value", fix="remove the transform `address` from this field"
            )
        if isinstance(value, tuple):
            converted = convert(value, self.type, self._zone)
        else:
            converted = self._convert(value, self._zone)
        return self._fitted(converted, reading, target) if self._is_text else converted

    def _prepared(self, reading: Reading, target: str) -> Any:
        """Return the source's value after default and transforms, before the lookup; None when it is empty."""
        if self._read_path is not None and self._path is not None:
            value, source = self._read_path(reading.view), self._path.text
        else:
            value, source = self._source(reading, target)
        if self._tells:
            reading.trace[target] = _traced(FieldTrace, (self.text, source, value))
        if type(value) is str and not value.isprintable() and (lost := unwritable(value)):
            reading.warnings.append(
                f"{target}: {lost} control characters were left out, which NetSuite cannot take"
            )
        if self._steps:
            value = self._transformed(value, reading, target)
        if not is_empty(value):
            return value
        if self._rule.when_empty == "error":
            raise Unfit(f"{source or 'the source'} is empty", fix="enter it in Streak")
        return None if is_empty(self._rule.default) else self._rule.default

    def _transformed(self, value: Any, reading: Reading, target: str) -> Any:
        for name, step in self._steps:
            if is_empty(value):
                break
            before = value
            try:
                value = step(value)
            except Unfit:
                raise
            except Exception as error:
                told = shortened(f"{type(error).__name__}: {error}")
                raise Unfit(
                    f"{shown(before)} cannot go through the transform `{name}` ({told})",
                    fix="correct it in Streak, or the rule in the mapping file",
                ) from error
            if name == "regex":
                value = self._fits(value, reading, target)
        return value

    def _fits(self, value: Any, reading: Reading, target: str) -> Any:
        """Return what a pattern found; what it does not fit is lost, and told."""
        for lost in (
            one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, NoFit)
        ):
            reading.warnings.append(
                f"{target}: {self.label} {shown(lost.text)} does not fit the pattern {lost.pattern}, and was left out"
            )
        return (
            tuple(one for one in value if not isinstance(one, NoFit)) if isinstance(value, tuple) else value
        )

    def _source(self, reading: Reading, target: str) -> tuple[Any, str]:
        if self._alternatives:
            return self._first(reading, target)
        if self._expression is not None:
            return self._expression.evaluate(reading.view), self._expression.text
        if self._function is not None:
            return self._function.call(reading.view, reading.each), self._function.name
        if self._of_each:
            each = reading.each
            return (each.get(self._cell) if self._cell and each else each), self._rule.from_ or ""
        return self._rule.value, ""

    def _first(self, reading: Reading, target: str) -> tuple[Any, str]:
        """Return the first value that an alternative gives. What those before it said of their emptiness does not matter."""
        warnings = len(reading.warnings)
        for alternative in self._alternatives:
            before = len(reading.warnings)
            value = alternative.prepared(reading, target)
            if not is_empty(value):
                del reading.warnings[warnings:before]
                return value, alternative.text
        return None, self.text

    def _looked_up(self, value: Any, reading: Reading) -> Any:
        if reading.lookups is None:
            return value
        if isinstance(value, tuple):
            return tuple(self._look_up(entry, reading.lookups) for entry in value)
        return self._look_up(value, reading.lookups)

    def _look_up(self, value: Any, lookups: Lookups) -> Any:
        assert self._table is not None
        name, table = self._table
        text = to_text(value, self._zone).strip()
        return look_up(lookups, name, text, label=self.label, remedy=_remedy(name, table))

    @property
    def is_function(self) -> bool:
        """Whether a function of the mapping gives the value."""
        return self._function is not None

    @property
    def label(self) -> str:
        """What people call the value: the field in Streak, else the target."""
        return self._path.label if self._path else self.target.rpartition(".")[2].replace("_", " ")

    def _empty(self, target: str) -> None:
        if self._rule.required:
            label = self._path.text if self._path else self.text
            raise Unfit(
                f"{label} is empty, and {target} needs it",
                fix="enter it in Streak, or give the rule a default",
            )

    def _fitted(self, text: str, reading: Reading, target: str) -> str | None:
        limit = self._limit
        if limit is None or len(text) <= limit:
            return text or None
        if not self._rule.clip:
            raise Unfit(
                f"{shown(text)} has {len(text)} characters, and NetSuite takes {limit}",
                fix=f"shorten it in Streak, or let the mapping cut it: `clip: {limit}`",
            )
        reading.warnings.append(f"{target}: {len(text)} characters were clipped to {limit}")
        return text[:limit]


class _Alternative(Rule):
    """One rule of `first_of`: gives a value for the outer rule to convert, which says where it came from."""

    _tells = False

    def prepared(self, reading: Reading, target: str) -> Any:
        if not self.counts(reading):
            return None
        value = self._prepared(reading, target)
        if is_empty(value):
            return self._empty(target)
        return value if self._table is None else self._looked_up(value, reading)


def _least(*limits: int | None) -> int | None:
    """Return the smallest of the limits that there are."""
    return min((limit for limit in limits if limit), default=None)


def _table(
    rule: FieldRule, target: str, tables: Mapping[str, LookupSource]
) -> tuple[str, LookupSource] | None:
    if rule.lookup is None:
        return None
    if rule.lookup not in tables:
        known = ", ".join(tables) or "none"
        raise ConfigurationError(
            f"{target}: lookup '{rule.lookup}' is not in lookups (known: {known}); add it there"
        )
    return rule.lookup, tables[rule.lookup]


def _remedy(name: str, table: LookupSource) -> str:
    if table.netsuite == ITEMS:
        return "correct it in Streak, or add the item in NetSuite"
    if table.netsuite:
        return f"correct it in Streak, or add it to the list of {table.netsuite} in NetSuite"
    return f"add it to {table.file}" if table.file else f"add it to lookups.{name} in the mapping file"


def is_empty(value: Any) -> bool:
    """Tell whether a value counts as absent: nothing, blank text, or an empty list. False and 0 do not."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value == ()


def describe(rule: FieldRule) -> str:
    """Return a rule as one line for people: "from box.fields.Product, lookup item"."""
    if rule.first_of:
        source = "first of (" + "; ".join(describe(r) for r in rule.first_of) + ")"
    elif rule.from_:
        source = f"from {rule.from_}"
    elif rule.expression:
        source = f"expression {rule.expression}"
    elif rule.function:
        source = f"function {rule.function}"
    else:
        source = f"value {rule.value}"
    names = [t.name if not isinstance(t, str) else t.value for t in rule.transform]
    parts = [
        source,
        f"transform {' > '.join(names)}" if names else "",
        f"lookup {rule.lookup}" if rule.lookup else "",
        f"when {rule.when}" if rule.when else "",
        f"on {rule.on}" if rule.on else "",
    ]
    if rule.default is not None:
        parts.append(
            f"default {format(rule.default, 'f') if isinstance(rule.default, Decimal) else rule.default}"
        )
    return ", ".join(part for part in parts if part)
