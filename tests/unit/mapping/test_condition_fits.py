"""Conditions that ask of a field what it cannot answer."""

import pytest

from assist.mapping.catalogue import Field, FieldType
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.asked import Asked, asked_in
from streak_netsuite.mapping.held import Held, Test, held_by_standard
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_board.phrase import Condition
from streak_netsuite.mapping_desk.sources import held_by

HELD = {
    "box.fields.Rush order": Held.CHECKBOX,
    "box.fields.Labels": Held.LIST,
    "box.fields.Seats": Held.NUMBER,
    "box.fields.Quantity": Held.TEXT,
    "box.fields.Due": Held.MOMENT,
    "box.fields.Tier": Held.WORDS,
}
QUIET = {Test.FILLED, Test.EMPTY}


def with_condition(when: str) -> str:
    """The mapping that ships, with a condition at the memo."""
    text = shipped_spec_path("deal_to_order").read_text(encoding="utf-8")
    (line,) = [one for one in text.splitlines() if one.startswith("    memo: ")]
    return text.replace(line, f'    memo: {{from: box.name, when: "{when}"}}')


@pytest.mark.parametrize("test", [*Test])
def test_what_a_condition_of_the_board_asks_is_read_from_its_expression(test: Test) -> None:
    value = "5" if test in {Test.ABOVE, Test.BELOW, Test.EQUAL, Test.UNEQUAL} else "x"
    made = Condition(field="box.fields.Tier", test=test, value=value)
    wanted = () if test in QUIET else (Asked("box.fields.Tier", test),)
    assert asked_in(made.expression) == wanted


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("{{ box.fields.Quantity | number > 100 }}", [("box.fields.Quantity", Test.ABOVE)]),
        ("{{ -1 >= box.fields.Seats }}", [("box.fields.Seats", Test.BELOW)]),
        ("{{ 'yes' if 'rush' not in box.fields.Labels else 'no' }}", [("box.fields.Labels", Test.HAS)]),
        ("{{ box.fields.Tier == 'Gold' and box.name != 'x' }}", [("box.fields.Tier", Test.IS), ("box.name", Test.IS_NOT)]),
        ("{{ box.fields.Labels | length > 2 }}", []),
        ("{{ box.created_at.year > 2025 }}", []),
        ("{{ 'x' in (box.fields.Seats | string) }}", []),
        ("{{ 'x' in ['x', 'y'] }}", []),
        ("{{ 1 < box.fields.Seats < 9 }}", []),
        ("{{ box.fields.Tier == box.name }}", []),
        ("{{ box.fields.Tier", []),
        ("no", []),
    ],
)  # fmt: skip
def test_what_people_write_is_read_where_it_can_be_told(written: str, asked: list[tuple[str, Test]]) -> None:
    assert list(asked_in(written)) == asked


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{{ 'a' in box.fields.Seats }}", "box.fields.Seats holds a number, of which 'contains' cannot be asked"),
        ("{{ box.fields['Rush order'] > 5 }}", "box.fields.Rush order holds a checkbox, of which 'is more than' cannot be asked"),
        ("{{ box.fields.Tier | number < 5 }}", "box.fields.Tier holds a text that is no number, of which 'is less than'"),
        ("{{ (box.fields.Labels | string) == 'a' }}", "box.fields.Labels holds a list, of which 'is' cannot be asked; what fits is 'has a value', 'has none', 'contains'"),
        ("{{ box.name | number > 5 }}", "box.name holds a text that is no number"),
    ],
)  # fmt: skip
def test_a_condition_that_its_field_cannot_answer_is_refused_with_its_line(when: str, told: str) -> None:
    text, path = with_condition(when), shipped_spec_path("deal_to_order")
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "when: " in one and "memo:" in one)
    with pytest.raises(ConfigurationError) as refused:
        load_spec(path, text=text, held=lambda read: HELD.get(read) or held_by_standard(read))
    assert f"line {line}: sales_order.fields.memo.when: {told}" in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    "when",
    [
        "{{ box.fields.Quantity | number > 100 }}",
        "{{ box.fields.Unknown | number > 100 and 'x' in box.fields.Unknown }}",
        "{{ 'a' in box.fields.Labels }}",
        "{{ box.fields.Due | string == '2026-03-31' }}",
        "{{ box.fields['Rush order'] }}",
    ],
)
def test_a_condition_that_fits_or_that_nobody_can_tell_about_is_let_through(when: str) -> None:
    held = HELD.get
    load_spec(shipped_spec_path("deal_to_order"), text=with_condition(when), held=held)


def test_a_condition_inside_alternatives_is_checked_too() -> None:
    text = with_condition("no").replace(
        '{from: box.name, when: "no"}',
        '{first_of: [{from: box.notes}, {from: box.name, when: "{{ box.created_at | number > 1 }}"}]}',
    )
    with pytest.raises(ConfigurationError, match=r"memo\.first_of\[1\]\.when: box\.created_at holds a date"):
        load_spec(shipped_spec_path("deal_to_order"), text=text)


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("box.created_at", Held.MOMENT),
        ("box.name", Held.WORDS),
        ("contacts[1].emails", Held.LIST),
        ("buyer.emails[0]", Held.WORDS),
        ("box.fields.Tier", None),
        ("box.nam", None),
    ],
)
def test_what_every_deal_has_is_known_without_streak(path: str, held: Held | None) -> None:
    assert held_by_standard(path) is held


@pytest.mark.parametrize(
    ("type_", "options", "held"),
    [
        (FieldType.TEXT, (), Held.TEXT),
        (FieldType.SELECT, ("Gold", "Silver"), Held.WORDS),
        (FieldType.SELECT, ("10", "20 or more"), Held.TEXT),
        (FieldType.MULTI_SELECT, ("a",), Held.LIST),
        (FieldType.CHECKBOX, (), Held.CHECKBOX),
        (FieldType.MONEY, (), Held.NUMBER),
        (FieldType.UNKNOWN, (), None),
    ],
)
def test_what_a_field_holds_follows_from_its_type(
    type_: FieldType, options: tuple[str, ...], held: Held | None
) -> None:
    assert held_by(Field(record="box", id="x", type=type_, options=options)) is held
