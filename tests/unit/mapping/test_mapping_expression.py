import contextlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.mapping.expression import Expression
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
    ],
)
def test_expressions_give_native_values(text: str, value: Any) -> None:
    result = Expression(text).evaluate(VIEW)
    assert result == value
    assert type(result) is type(value)


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


@given(st.text(alphabet=st.sampled_from("{}%|.()[]'\"*+ abox_1namefields"), max_size=60))
def test_no_text_breaks_out_of_the_two_promised_errors(text: str) -> None:
    with contextlib.suppress(ValueError):  # Unfit is one
        Expression(text).evaluate(VIEW)
