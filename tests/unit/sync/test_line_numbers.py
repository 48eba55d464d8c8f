"""Which of NetSuite's lines is which of ours, told by their numbers only where these are sure."""

from decimal import Decimal

import pytest

from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine
from streak_netsuite.sync.line_numbers import numbers_as_made, with_added
from streak_netsuite.sync.order_change import NOWHERE, LineNumbers


def lines(items: str) -> list[OrderLine]:
    """One line for each item."""
    return [OrderLine(item=Reference(internal_id=item), quantity=Decimal(1)) for item in items]


def held(*numbered: tuple[int, str]) -> list[HeldLine]:
    """Lines of these numbers and items."""
    return [HeldLine(number=number, line=lines(item)[0]) for number, item in numbered]


def test_a_new_orders_lines_have_the_numbers_in_which_they_were_given() -> None:
    numbers = numbers_as_made(lines("AAB"), held((1, "A"), (2, "A"), (3, "B"), (4, "A")))
    assert numbers == LineNumbers(deal=(1, 2, 3), left=(1, 2, 3))


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(((1, "A"), (2, "B")), id="another item"),
        pytest.param(((1, "A"), (2, "A"), (3, "0")), id="the end of a group"),
        pytest.param(((7, "A"), (8, "A")), id="other numbers"),
    ],
)
def test_a_new_orders_lines_are_told_by_nothing_where_something_else_stands(
    there: tuple[tuple[int, str], ...],
) -> None:
    assert numbers_as_made(lines("AA"), held(*there)) == LineNumbers()


def test_added_lines_are_those_that_came_with_the_next_numbers() -> None:
    before = LineNumbers(deal=(1, None, None), left=(1, None, None))
    numbers = with_added(before, lines("ABA"), held((1, "A"), (3, "A"), (2, "B")))
    assert numbers == LineNumbers(deal=(1, 2, 3), left=(1, 2, 3))


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(((1, "A"), (3, "B")), id="a number is left out: one was deleted"),
        pytest.param(((1, "A"), (2, "B"), (3, "B")), id="one more has come"),
        pytest.param(((1, "A"),), id="none has come"),
        pytest.param(((1, "A"), (2, "C")), id="it sells something else"),
    ],
)
def test_an_added_line_keeps_no_number_where_it_is_not_sure_which_it_is(
    there: tuple[tuple[int, str], ...],
) -> None:
    before = LineNumbers(deal=(1, None), left=(1, None))
    assert with_added(before, lines("AB"), held(*there)) == before


def test_what_our_writes_have_left_keeps_its_numbers_where_less_was_added_than_wanted() -> None:
    before = LineNumbers(deal=(1, None, None), left=(1, None, NOWHERE))
    numbers = with_added(before, lines("ABC"), held((1, "A"), (2, "B"), (3, "C")))
    assert numbers == LineNumbers(deal=(1, 2, 3), left=(1, None, NOWHERE))
