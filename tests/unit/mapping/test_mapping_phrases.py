"""Conditions and calculations of the board's forms, as expressions and back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from streak_netsuite.mapping.expression import Expression, says_yes
from streak_netsuite.mapping_board.phrase import (
    Calculation,
    Condition,
    Operator,
    Test,
    read_calculation,
    read_condition,
)

VIEW: dict[str, Any] = {
    "box": {
        "name": "Robots",
        "fields": {
            "Tier": "Gold",
            "Labels": ("new", "rush"),
            "No labels": (),
            "Rush order": False,
            "Unit price": "12.50",
            "Quantity": Decimal(3),
            "Budget": Decimal("100.00"),
            "Nothing": Decimal(0),
            "It's \\ odd": "yes",
        },
    }
}


@pytest.mark.parametrize(
    ("field", "test", "value", "counts"),
    [
        ("Tier", Test.FILLED, "", True),
        ("Gone", Test.FILLED, "", False),
        ("No labels", Test.FILLED, "", False),
        ("Rush order", Test.FILLED, "", False),
        ("Gone", Test.EMPTY, "", True),
        ("Tier", Test.EMPTY, "", False),
        ("Tier", Test.IS, "Gold", True),
        ("Tier", Test.IS, "Silver", False),
        ("Gone", Test.IS, "Gold", False),
        ("Quantity", Test.IS, "3", True),
        ("Tier", Test.IS_NOT, "Silver", True),
        ("Gone", Test.IS_NOT, "Silver", True),
        ("Labels", Test.HAS, "rush", True),
        ("Labels", Test.HAS, "old", False),
        ("Gone", Test.HAS, "old", False),
        ("Tier", Test.HAS, "ol", True),
        ("Unit price", Test.ABOVE, "12.49", True),
        ("Unit price", Test.ABOVE, "12.50", False),
        ("Gone", Test.ABOVE, "0", False),
        ("Quantity", Test.BELOW, "4", True),
        ("Quantity", Test.BELOW, "-4", False),
        ("It's \\ odd", Test.IS, "yes", True),
        ("Budget", Test.EQUAL, "100", True),
        ("Budget", Test.UNEQUAL, "100", False),
        ("Unit price", Test.EQUAL, "12.5", True),
        ("Nothing", Test.EQUAL, "0", True),
        ("Gone", Test.EQUAL, "0", False),
        ("Gone", Test.UNEQUAL, "0", True),
    ],
)
def test_a_condition_counts_as_its_words_say(field: str, test: Test, value: str, *, counts: bool) -> None:
    made = Condition(field=f"box.fields.{field}", test=test, value=value)
    assert says_yes(Expression(made.expression).evaluate(VIEW)) is counts


@pytest.mark.parametrize(
    ("operator", "right", "places", "made"),
    [
        ("*", "box.fields.Quantity", 2, "37.50"),
        ("*", "0.9", 2, "11.25"),
        ("-", "0.005", 2, "12.50"),
        ("+", "-2", 0, "11"),
        ("/", "box.fields.Quantity", 4, "4.1667"),
    ],
)
def test_a_calculation_is_exact(operator: str, right: str, places: int, made: str) -> None:
    calculation = Calculation(
        left="box.fields.Unit price", operator=Operator(operator), right=right, places=places
    )
    assert Expression(calculation.expression).evaluate(VIEW) == Decimal(made)


PATHS = st.one_of(
    st.sampled_from(["box.name", "contacts[1].email", "organization.addresses[0]", "buyer.name"]),
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"[]'),
        min_size=1,
        max_size=20,
    )
    .filter(lambda name: name.strip() == name and "'" not in name)
    .map(lambda name: f'box.fields["{name}"]' if "." in name else f"box.fields.{name}"),
    st.just('box.fields["Buyer\'s price"]'),
)
WORDS = st.text(max_size=30)
NUMBERS = st.decimals(-(10**6), 10**6, places=2).map(str)


@given(field=PATHS, test=st.sampled_from([*Test]), words=WORDS, number=NUMBERS)
def test_a_condition_is_read_as_it_was_made(field: str, test: Test, words: str, number: str) -> None:
    numbers = dict.fromkeys((Test.ABOVE, Test.BELOW, Test.EQUAL, Test.UNEQUAL), number)
    value = {**numbers, Test.FILLED: "", Test.EMPTY: ""}.get(test, words)
    made = Condition(field=field, test=test, value=value)
    assert read_condition(made.expression) == made
    assert Expression(made.expression).paths == (field,)


@given(left=PATHS, right=PATHS | NUMBERS, operator=st.sampled_from([*Operator]), places=st.integers(0, 8))
def test_a_calculation_is_read_as_it_was_made(left: str, right: str, operator: Operator, places: int) -> None:
    made = Calculation(left=left, operator=operator, right=right, places=places)
    assert read_calculation(made.expression) == made


@pytest.mark.parametrize(
    "text",
    ["{{ box.name }}", "{{ box.fields.Tier == 'Gold' }}", "yes", "", "{{ (box | default('', true)) != '' }}"],
)
def test_what_a_form_cannot_show_stays_an_expression(text: str) -> None:
    assert read_condition(text) is None
    assert read_calculation(text) is None


@pytest.mark.parametrize("value", ["", "many", "1,5", "1 | upper"])
@pytest.mark.parametrize("test", [Test.ABOVE, Test.BELOW, Test.EQUAL, Test.UNEQUAL])
def test_a_comparison_with_no_number_is_refused(value: str, test: Test) -> None:
    with pytest.raises(ValidationError, match="is no number to compare with"):
        Condition(field="box.name", test=test, value=value)


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        *[(word, False) for word in ("", " ", "No", "no ", "FALSE", "none", "0")],
        *[(nothing, False) for nothing in (None, False, 0, Decimal("0.00"), ())],
        *[(word, True) for word in ("yes", "0.5", "north", True, 1, Decimal("0.01"), ("no",))],
    ],
)
def test_what_counts_as_no_is_the_same_everywhere(value: Any, *, counts: bool) -> None:
    assert says_yes(value) is counts
