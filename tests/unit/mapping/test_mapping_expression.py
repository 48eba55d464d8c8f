import contextlib
import time
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streak_netsuite.mapping.expression import Expression, _environment
from streak_netsuite.mapping.unfit import Unfit

VIEW: dict[str, Any] = {
    "box": {
        "name": "Robots",
        "fields": {
            "PO": "007",
            "Price": "12.50",
            "Count": Decimal(3),
            "items": "not a method",
            "Tags": ("a", "b"),
        },
        "created_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
    }
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ box.name }}", "Robots"),
        ("{{ box.fields.PO }}", "007"),
        ("{{ box.fields.Price }}", "12.50"),
        ("{{ box.fields.Count }}", Decimal(3)),
        ("{{ box.fields.Count * 2 }}", Decimal(6)),
        ("{{ box.fields['PO'] }} of {{ box.name | upper }}", "007 of ROBOTS"),
        ("{{ box.fields.items }}", "not a method"),
        ("{{ box.fields.Tags | join('+') }}", "a+b"),
        ("{{ box.fields.Tags }}", ("a", "b")),
        ("{{ box.fields.Price | number * box.fields.Count }}", Decimal("37.50")),
        ("{{ box.created_at | date('%d %B %Y') }}", "01 March 2026"),
        ("{% if box.fields.PO %}yes{% else %}no{% endif %}", "yes"),
        ("{{ box.nothing | default('-') }}", "-"),
        ("plain text", "plain text"),
        ("{{ 1 }}", 1),
        ("{{ 0.5 }}", Decimal("0.5")),
        ("{{ none }}", None),
    ],
)
def test_expressions_give_native_values(text: str, value: Any) -> None:
    result = Expression(text).evaluate(VIEW)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ (box.fields.Price | number) * 0.9 }}", Decimal("11.250")),
        ("{{ (box.fields.Price | number) + 0.5 }}", Decimal("13.00")),
        ("{{ 0.1 + 0.2 }}", Decimal("0.3")),
        ("{{ 0.12345678901234567890123456789 }}", Decimal("0.12345678901234567890123456789")),
        ("{{ 12345678901234567890.12 * 1000000000000000000000.5 }}", Decimal("12345678901234567890126172839450617283945.060")),
        ("{{ -0.12345678901234567890123456789 }}", Decimal("-0.12345678901234567890123456789")),
        ("{{ [0.1, 0.2, 1] | sum }}", Decimal("1.3")),
        ("{{ 1 / 4 }}", Decimal("0.25")),
        ("{{ 2 * 3 }}", 6),
        ("{{ 7 // 2 }}", 3),
        ("{{ box.fields.Tags[2 - 1] }}", "b"),
        ("{{ 'yes' if 0.3 == 0.1 + 0.2 else 'no' }}", "yes"),
        ("{{ (10 / 3) | round }}", Decimal("3.33")),
        ("{{ (10 / 3) | round(0) }}", Decimal(3)),
        ("{{ 2.345 | round }}", Decimal("2.35")),
        ("{{ 2.5 | round(0) }}", Decimal(3)),
        ("{{ -2.5 | round(0) }}", Decimal(-3)),
        ("{{ 1.005 | round(2) }}", Decimal("1.01")),
        ("{{ 12345 | round(-2) }}", Decimal(12300)),
        ("{{ 12 | round }}", Decimal("12.00")),
        ("{{ box.fields.Price | round(1) }}", Decimal("12.5")),
        ("{{ 1.50 }} net", "1.50 net"),
    ],
)  # fmt: skip
def test_numbers_are_exact(text: str, value: Any) -> None:
    result = Expression(text).evaluate(VIEW)
    assert type(result) is type(value)
    assert str(result) == str(value)


@pytest.mark.parametrize(
    "text", ["{{ 1.5 | round(16) }}", "{{ 1.5 | round('2') }}", "{{ 'a dozen' | round }}"]
)
def test_what_cannot_be_rounded_is_a_fault(text: str) -> None:
    with pytest.raises(Unfit, match="expression"):
        Expression(text).evaluate(VIEW)


PACIFIC = ZoneInfo("America/Los_Angeles")
NIGHT = {
    "box": {
        "name": "Robots",
        "created_at": datetime(2026, 3, 1, 3, 30, tzinfo=UTC),
        "fields": {"Due": date(2026, 3, 1)},
    }
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ box.created_at | date }}", "2026-02-28"),
        ("{{ box.created_at | date('%d.%m.%Y %H:%M') }}", "28.02.2026 19:30"),
        ("{{ box.name }} of {{ box.created_at }}", "Robots of 2026-02-28 19:30"),
        ("{{ 'of ' ~ box.created_at }}", "of 2026-02-28 19:30"),
        ("{{ [box.created_at, 1] | join('/') }}", "2026-02-28 19:30/1"),
        ("{{ box.created_at | string }}", "2026-02-28 19:30"),
        ("{{ box.created_at | upper }}", "2026-02-28 19:30"),
        ("{{ box.created_at.day }}", 28),
        ("{{ box.fields.Due | date }}", "2026-03-01"),
    ],
)  # fmt: skip
def test_moments_have_the_day_and_hour_of_the_accounts_zone(text: str, value: Any) -> None:
    assert Expression(text, zone=PACIFIC).evaluate(NIGHT) == value


def test_a_moment_by_itself_stays_one() -> None:
    made = Expression("{{ box.created_at }}", zone=PACIFIC).evaluate(NIGHT)
    assert made == NIGHT["box"]["created_at"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ box.name | truncate(2) }}", "cannot be computed"),
        ("{{ box.fields.Tags }} and more", "join"),
        ("{{ box.created_at | date('%Y' * 2) }}", "multiplied"),
        ("{{ box.nothing * 2 }}", "nothing"),
        ("{{ 'a' | number }}", "write it like"),
    ],
)
def test_whatever_goes_wrong_is_a_fault_with_a_next_step(text: str, told: str) -> None:
    with pytest.raises(Unfit, match="the expression") as caught:
        Expression(text).evaluate(VIEW)
    assert told in str(caught.value)
    assert caught.value.fix


GROWING = [
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "{% set a = [1, 2] %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a = [1, 2] %}" + "{% set a = [a, a] %}" * 60 + "{{ a == 1 }}",
    "{% set a = 'x' %}" + "{% set a = {'b': a, 'c': a} %}" * 60 + "{{ a == 1 }}",
    "{% set a = 9 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "{% set a = 9.5 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a | replace('', a) %}" * 20 + "{{ a }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a | replace('a', a) %}" * 20 + "{{ a }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a | list | join(a) %}" * 20 + "{{ a }}",
    "{% set a = 'aaaaaaaa' %}" + "{{ a }}{% set a = a ~ a %}" * 40,
    "{{ 'aaaaaaaaaa'" + " | replace('a', 'aaaaaaaaaa')" * 30 + " }}",
]  # fmt: skip


@pytest.mark.parametrize("text", GROWING, ids=[text[-40:] for text in GROWING])
def test_no_expression_eats_a_workers_memory(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unfit, match="it makes"):
            Expression(text).evaluate(VIEW)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "{{ box.notes | number }}",
        "{{ box.notes | list | sort | unique | join }}",
        "{{ box.notes | replace('a', 'b') | title | truncate(99999) | upper | trim }}",
        "{% set a = box.notes %}" + "{% set a = a | upper | lower %}" * 60 + "{{ a in box.notes }}",
    ],
)
def test_no_expression_takes_long(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(Unfit):
        Expression(text).evaluate({"box": {"notes": "1" + " " * 99_000 + "a"}})
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("{{ box.fields.Price }} {{ box.fields['P.O. number'] | default('') }}", ["box.fields.Price", 'box.fields["P.O. number"]']),
        ("{{ organization.fields.Region or contact.email }}", ["organization.fields.Region", "contact.email"]),
        ("{{ organizations[1].addresses[0] }}", ["organizations[1].addresses[0]"]),
        ("{% set all = box.fields %}{{ all.Tier }}", ["box.fields.Tier"]),
        ("{% if box.stage == 'Won' %}{{ box.fields[box.name] }}{{ box.created_at.day }}{% endif %}", ["box.stage", "box.name", "box.created_at"]),
        ("{{ 'constant' }}", []),
    ],
)  # fmt: skip
def test_an_expression_tells_what_it_reads(text: str, paths: list[str]) -> None:
    assert list(Expression(text).paths) == paths


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ box.__init__ }}",
    "{{ box['__class__'] }}",
    "{{ box.fields.PO.upper }}",
    "{{ box.created_at.tzinfo }}",
    "{{ box.created_at.__reduce__ }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ lipsum }}",
    "{{ cycler }}",
    "{{ request }}",
    "{{ box }}",
    "{{ box.fields.Tags * 1000000000 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 1 / 0 }}",
    "{{ box.name + 1 }}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_ways_out_of_the_sandbox_give_nothing(text: str) -> None:
    with pytest.raises(Unfit):
        Expression(text).evaluate(VIEW)


REFUSED = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ range(10**9) }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{% for x in box.fields %}{{ x }}{% endfor %}",
    "{% include 'secrets' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% macro m() %}{% endmacro %}",
    "{% call m() %}{% endcall %}",
    "{% set x %}a{% endset %}",
    "{{ box | attr('__class__') }}",
    "{{ 'x' | format(1) }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ box.name",
    "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
    "x" * 3000,
]


@pytest.mark.parametrize("text", REFUSED, ids=[text[:40] for text in REFUSED])
def test_loops_calls_and_imports_are_refused_when_the_file_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="expression"):
        Expression(text)


def test_a_missing_name_says_how_to_allow_it() -> None:
    with pytest.raises(Unfit, match=r"default\(''\)"):
        Expression("{{ box.nothing }}").evaluate(VIEW)


def test_names_are_checked_against_what_there_is() -> None:
    known = {"box": ("name", "fields")}
    with pytest.raises(ValueError, match=r"uses box\.nme; box has name, fields"):
        Expression("{{ box.nme }}", known)
    with pytest.raises(ValueError, match="'deal', which is unknown; use box"):
        Expression("{{ deal.name }}", known)
    Expression("{% set total = box.name %}{{ total }}", known)


def test_an_expression_tells_which_box_fields_it_reads() -> None:
    expression = Expression(
        "{{ box.fields.Price }} {{ box.fields['PO number'] | default('') }} {{ box.name }}"
    )
    assert sorted(expression.box_fields) == ["PO number", "Price"]


WORDS = [
    *"{}%|.()[]'\"*+-~/, abx_10",
    "{{ ", " }}", "{% set a = ", " %}", "{% if ", "{% endif %}", " | ", " ~ ", "box", ".name", ".fields", ".created_at", ".day", "a",
    "0.1", "99", "'a'", "[a, a]", "__class__", "none", " is ", " in ", " not ", " if ", " else ", "defined", "divisibleby", "self",
    *(f" | {name}" for name in _environment(PACIFIC).filters), "replace('', a)", "round(2)", "truncate(2)", "date('%Y')", "join('x')",
    "range(9)", "joiner", "cycler", "lipsum", "namespace", ".format", ".upper()", ".items()", ".__init__", "[0]", "[::-1]", "sum(start=a)",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
@settings(max_examples=500, deadline=2000)
def test_no_spelling_breaks_out_of_the_two_promised_errors(text: str) -> None:
    with contextlib.suppress(ValueError):
        made = Expression("{% set a = 'aaaa' %}{{ " + text + " }}", zone=PACIFIC).evaluate(VIEW)
        assert isinstance(made, str | int | Decimal | date | tuple | None)
    with contextlib.suppress(ValueError):
        Expression(text).evaluate(VIEW)


@given(st.text(alphabet=st.sampled_from("{}%|.()[]'\"*+ abox_1namefields"), max_size=60))
def test_no_text_breaks_out_of_the_two_promised_errors(text: str) -> None:
    with contextlib.suppress(ValueError):  # Unfit is one
        Expression(text).evaluate(VIEW)


@pytest.mark.parametrize(
    ("text", "any_field"),
    [
        ("{{ box.fields.Tier }}", False),
        ("{{ box.fields['PO number'] or box.name }}", False),
        ("{{ box.fields[box.fields.Which] }}", True),
        ("{% set all = box.fields %}{{ all[box.name] }}", True),
        ("{{ box.fields | length }}", True),
        ("{% set it = box %}{{ it['fields'][it.name] }}", True),
        ("{{ box | length }}", True),
        ("{{ organization.fields[box.name] }}", False),
    ],
)
def test_an_expression_that_picks_fields_by_a_value_may_read_any(text: str, any_field: bool) -> None:
    assert Expression(text).reads_any_field is any_field


def test_an_expression_is_compiled_once_for_all_who_read_it() -> None:
    first, again = (Expression("{{ box.name | upper }}", known) for known in (None, {"box": ["name"]}))
    assert first._template is again._template
    assert again.evaluate(VIEW) == "ROBOTS"
    with pytest.raises(ValueError, match=r"box has number"):
        Expression("{{ box.name | upper }}", {"box": ["number"]})
    in_tokyo = Expression("{{ box.created_at.hour }}", zone=ZoneInfo("Asia/Tokyo"))
    assert (in_tokyo.evaluate(VIEW), Expression("{{ box.created_at.hour }}").evaluate(VIEW)) == (18, 9)
