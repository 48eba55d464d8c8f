import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.lookups import StaticLookups
from streak_netsuite.mapping.rule import is_empty
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.source import view_of
from streak_netsuite.model.deal import Deal, Party

FIELDS = [
    "Product", "Quantity", "Unit price", "Currency", "PO number", "Requested ship date", "Rush order", "Tier", "Labels",
    "Account manager", "Buyer", "Reseller", "Deal size", "Ship to", "Competitor count",
]  # fmt: skip
moments = st.datetimes(timezones=st.just(UTC))
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Atlas Arm", "USD", "Gold", "12,5", "0", "-1", "x" * 400]),
    st.booleans(),
    st.decimals(),
    moments,
    st.lists(st.text(max_size=10), max_size=3).map(tuple),
)
texts = st.lists(st.text(max_size=40), max_size=2).map(tuple)
parties = st.builds(
    Party, key=st.text(max_size=5), name=st.text(max_size=100), given_name=st.text(max_size=5), family_name=st.text(max_size=5),
    emails=texts, phones=texts, domains=texts, addresses=texts,
)  # fmt: skip
deals = st.builds(
    Deal,
    key=st.just("box-1"),
    name=st.text(max_size=1100),
    version=st.just("1"),
    pipeline_key=st.just("p"),
    pipeline=st.just("Sales"),
    stage=st.text(max_size=10),
    created_at=moments,
    notes=st.text(max_size=400),
    fields=st.dictionaries(st.sampled_from(FIELDS), values),
    organizations=st.lists(parties, max_size=2).map(tuple),
    contacts=st.lists(parties, max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(deals)
def test_no_deal_breaks_the_engine(shipped_engine: Engine, deal: Deal) -> None:
    mapped = shipped_engine.map(deal)
    assert all(isinstance(fault, MappingError) and fault.field and fault.fix for fault in mapped.faults)
    assert mapped.blocking or (mapped.customer is not None and mapped.order is not None)
    assert shipped_engine.wanted_lookups(deal) == shipped_engine.wanted_lookups(deal)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=1200))
def test_a_clipped_memo_is_the_beginning_of_the_name(
    shipped_engine: Engine, a_deal: Callable[..., Any], name: str
) -> None:
    order = shipped_engine.map(a_deal(name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))).order
    assert order is not None
    assert len(order.memo) <= 999


# --- mappings nobody wrote -------------------------------------------------------------------------

PACIFIC = ZoneInfo("America/Los_Angeles")
NAMES = ["A", "B", "C"]
read_values = st.one_of(
    values, st.sampled_from(["7", "12,50", "1.234", "a; b", "PO-12", "yes", "2026-03-08", "2026-03-08T02:30", "Gold", "Müller", "a\x00b"])
)  # fmt: skip
notes = st.lists(
    st.lists(st.sampled_from(["", "Gold", "5", "0", "x", "99.5"]), max_size=4).map(" | ".join), max_size=4
).map("\n".join)
made_deals = st.builds(
    Deal,
    key=st.just("box-1"),
    name=st.sampled_from(["Robots", "", "a" * 1200, "PO-7 for Gold"]),
    version=st.just("1"),
    pipeline_key=st.just("p"),
    pipeline=st.just("Sales"),
    stage=st.just("Closed-Won"),
    created_at=moments,
    notes=notes,
    fields=st.dictionaries(st.sampled_from(NAMES), read_values),
    organizations=st.just((Party(key="o", name="Blue Harbor"),)),
)
PATHS = [
    "box.name",
    "box.notes",
    "box.created_at",
    "organization.name",
    *(f"box.fields.{name}" for name in NAMES),
]
atoms = st.sampled_from(
    [*PATHS, "0.5", "2", "7", "'x'", "''", "none", "[box.fields.A, 'b', 1.5]", "{'Gold': 2}[box.fields.A]"]
)
FILTERS = [
    "number", "round", "round(0)", "round(-1)", "upper", "title", "default('')", "default(0)", "join('; ')", "join", "list", "first", "last",
    "length", "replace('a', 'bb')", "replace('', box.name)", "truncate(2)", "truncate(9)", "date", "date('%d.%m')", "string", "sum", "sort",
    "unique", "reverse", "abs", "min", "max", "trim", "lower", "capitalize", "d('x', true)",
]  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "~", "==", "<", "and", "or", "in", "is"])
    return st.one_of(
        st.builds("({}) {} ({})".format, inner, operators, inner),
        st.builds("({}) | {}".format, inner, st.sampled_from(FILTERS)),
        st.builds("({}) if ({}) else ({})".format, inner, inner, inner),
        st.builds(
            "({}){}".format, inner, st.sampled_from(["[0]", "[-1]", "[1:]", ".day", ".fields", "['x']"])
        ),
        st.builds("-({})".format, inner),
        st.builds("[{}, {}]".format, inner, inner),
    )


inners = st.recursive(atoms, _grown, max_leaves=8)
expressions = st.one_of(
    inners.map("{{{{ {} }}}}".format),
    st.builds("{{{{ {} }}}} of {{{{ {} }}}}".format, inners, inners),
    st.builds("{{% set a = {} %}}{{% set a = a ~ a %}}{{{{ a }}}}".format, inners),
)


def _is_readable(text: str) -> bool:
    try:
        Expression(text)
    except ValueError:
        return False
    return True


known_expressions = expressions.filter(_is_readable)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(known_expressions, made_deals)
def test_a_valid_expression_gives_a_plain_value_or_says_why_not(text: str, deal: Deal) -> None:
    with contextlib.suppress(ValueError):  # Unfit is one
        made = Expression(text, zone=PACIFIC).evaluate(view_of(deal))
        event("gives a value")
        assert made is None or isinstance(made, str | int | Decimal | date | tuple)


TRANSFORMS: list[Any] = [
    "strip", "collapse_spaces", "upper", "lower", "title", "number", "integer", "boolean", "date", "datetime", "split", "join", "first",
    "address", "email", "phone", "currency", {"number": {"decimal": "comma"}}, {"split": ";"}, {"join": "/"}, {"prefix": "#"},
    {"replace": {"old": "a", "new": "b"}}, {"regex": {"pattern": r"PO-(\\d+)", "group": 1}}, {"regex": {"pattern": r"\\w+"}},
    {"regex": {"pattern": "^(a+)+$"}}, {"date": {"format": "%d.%m.%Y", "zone": "Europe/Berlin"}},
]  # fmt: skip
plain_rules = st.fixed_dictionaries(
    {},
    optional={
        "transform": st.lists(st.sampled_from(TRANSFORMS), max_size=3),
        "lookup": st.just("tier"),
        "default": st.sampled_from(["Gold", "1"]),
        "required": st.booleans(),
        "when": st.one_of(st.sampled_from(["yes", "no"]), known_expressions),
        "clip": st.just(40),
    },
)
single_sources = st.one_of(
    st.sampled_from(PATHS).map(lambda path: {"from": path}),
    known_expressions.map(lambda text: {"expression": text}),
    st.sampled_from(["Gold", 1, True]).map(lambda value: {"value": value}),
)
single_rules = st.builds(lambda source, rest: source | rest, single_sources, plain_rules)
rules = st.one_of(
    single_rules,
    st.builds(
        lambda some, rest: {"first_of": some} | rest,
        st.lists(single_rules, min_size=1, max_size=3),
        plain_rules,
    ),
)
custom = st.builds(
    lambda rule, kind: rule | {"type": kind},
    rules,
    st.sampled_from("text integer decimal checkbox date datetime select multi_select".split()),
)
cells = st.sampled_from(["each.item", "each.quantity", "each.rate"]).map(lambda path: {"from": path})
line_rules = st.one_of(
    st.fixed_dictionaries({"item": single_rules, "quantity": single_rules}, optional={"rate": single_rules}),
    st.fixed_dictionaries({"each": st.sampled_from(["box.fields.A", "box.fields.B"]), "item": st.just({"from": "each", "lookup": "tier"}), "quantity": st.just({"value": 1})}),
    st.fixed_dictionaries({
        "each": st.just("box.notes"), "table": st.just({"columns": ["item", "quantity", "rate"]}),
        "item": st.one_of(st.just({"from": "each.item", "lookup": "tier"}), cells), "quantity": cells, "rate": cells,
    }),
)  # fmt: skip
specs = st.builds(
    lambda memo, customs, lines: {
        "version": 1,
        "name": "made",
        "source": {"pipeline": "Sales", "stages": ["Closed-Won"]},
        "lookups": {"tier": {"table": {"Gold": 1, "PO-12": 2}}},
        "customer": {"fields": {"company_name": {"from": "organization.name"}}},
        "sales_order": {
            "fields": {"transaction_date": {"from": "box.created_at"}, "memo": memo},
            "custom_fields": {f"custbody_{n}": one for n, one in enumerate(customs)},
            "lines": lines,
        },
    },
    rules,
    st.lists(custom, max_size=3),
    st.lists(line_rules, min_size=1, max_size=2),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs, made_deals)
def test_no_mapping_breaks_the_engine_or_loses_a_value(made: dict[str, Any], deal: Deal) -> None:
    spec = MappingSpec.model_validate(made)
    engine = Engine(spec, zone=PACIFIC, lookups=StaticLookups(spec))
    engine.wanted_lookups(deal)
    engine.digest(deal)
    values_ = {
        target: value for target, value in engine.read_fields(deal).values.items() if ".lines[" not in target
    }
    mapped = engine.map(deal)
    assert all(isinstance(fault, MappingError) and fault.field and fault.fix for fault in mapped.faults)
    assert (mapped.order is not None) or mapped.blocking
    event("an order" if mapped.order else "held")
    told = {fault.field for fault in mapped.faults} | {text.partition(":")[0] for text in mapped.warnings}
    read = {
        target: trace.read
        for target, trace in mapped.trace.items()
        if target in values_ and not _is_blank(trace.read)
    }
    event(f"{len(read)} values read")
    assert [target for target in read if is_empty(values_[target]) and target not in told] == []


def _is_blank(read: Any) -> bool:
    """Tell whether nothing was read, or nothing but what parts a list."""
    return is_empty(read) or (isinstance(read, str | tuple) and not "".join(map(str, read)).strip(" ,;/\n"))
