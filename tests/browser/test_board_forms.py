"""Rules as forms, in a real browser over both vendors: a person who reads no YAML maps, sees what is wrong, and saves."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from streak_netsuite.mapping.spec import load_spec

MEMO = "sales_order.fields.memo"
TERMS = "sales_order.fields.terms"

pytestmark = pytest.mark.browser
Hand = Any


def control(person: Hand, label: str) -> Locator:
    """The control of the form that has this name."""
    return person.root.locator(".sn-form").get_by_label(label, exact=True).first


def choose(person: Hand, target: str) -> None:
    person.search("targets", target)
    person.item("targets", target).click()
    expect(person.root.locator(".sn-path")).to_have_text(target)
    expect(person.root.locator(".sn-form")).to_be_visible()


def fill(person: Hand, label: str, typed: str) -> None:
    control(person, label).fill(typed)
    control(person, label).press("Tab")


def rule(person: Hand) -> Locator:
    return person.root.get_by_label("Rule", exact=True)


def test_a_form_and_its_yaml_are_one_state(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    choose(person, MEMO)
    expect(control(person, "Field of Streak")).to_have_value("box.name")
    fill(person, "Cut text to this many characters", "12")
    expect(rule(person)).to_have_value(re.compile("clip: 12"))
    control(person, "Add a step").select_option(label="put text before")
    fill(person, "Text before", "Deal: ")
    expect(rule(person)).to_have_value(re.compile("prefix: 'Deal: '"))
    expect(page.locator(".sn-preview")).to_contain_text("Deal: ")
    rule(person).fill("from: box.notes\n")
    person.press("apply")
    expect(control(person, "Field of Streak")).to_have_value("box.notes")
    expect(control(person, "Cut text to this many characters")).to_have_value("")
    person.press("undo")
    expect(control(person, "Field of Streak")).to_have_value("box.name")
    expect(control(person, "Text before")).to_have_value("Deal: ")
    person.take_picture("form")


def test_what_is_wrong_is_told_at_its_control_and_cannot_be_saved(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    choose(person, MEMO)
    control(person, "Add a step").select_option(label="take the part that fits a pattern (regex)")
    fill(person, "Pattern", "(")
    wrong = control(person, "Pattern")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile("is not a regular expression"))
    expect(person.root.locator('[data-action="save"]')).to_be_disabled()
    person.take_picture("form-fault")
    fill(person, "Pattern", r"\S+$")
    expect(control(person, "Pattern")).not_to_have_attribute("aria-invalid", "true")
    expect(person.root.locator('[data-action="save"]')).to_be_enabled()
    control(person, "The rule counts").select_option("when")
    control(person, "Field that decides").select_option("box.fields.Quantity")
    control(person, "Test").select_option("above")
    fill(person, "Compared with", "many")
    expect(control(person, "Field that decides")).to_have_attribute("aria-invalid", "true")
    expect(control(person, "Field that decides")).to_have_accessible_description(
        re.compile("'many' is no number")
    )


def test_every_part_of_a_rule_is_set_by_forms_and_saved(at_the_board: Hand, mapping: Path) -> None:
    person = at_the_board
    choose(person, MEMO)
    fill(person, "Default", "no name")
    control(person, "An empty source means").select_option("keep")
    control(person, "It is written").select_option("create")
    control(person, "When both sides have changed it").select_option("streak")
    control(person, "The rule counts").select_option("when")
    control(person, "Field that decides").select_option("box.fields.Currency")
    control(person, "Test").select_option("is")
    fill(person, "Compared with", "USD")
    expect(rule(person)).to_have_value(re.compile("USD"))

    choose(person, "sales_order.lines[0].rate")
    control(person, "The value is").select_option("calculation")
    control(person, "Field").select_option("box.fields.Unit price")
    fill(person, "Number", "0.9")
    expect(person.root.locator(".sn-preview")).to_contain_text("90.00")

    choose(person, TERMS)
    control(person, "The value is").select_option("from")
    expect(control(person, "Field of Streak")).to_have_attribute("aria-invalid", "true")
    control(person, "Field of Streak").select_option("box.fields.Tier")
    control(person, "The value is looked up").select_option(label="in a new table, terms")
    control(person, "NetSuite's entry for Gold").select_option(label="Net 30")
    expect(person.root.get_by_label("Table terms", exact=True).last).to_have_value(re.compile("Gold: "))
    person.take_picture("form-table")

    choose(person, "sales_order.fields.purchase_order_number")
    control(person, "The value is").select_option("first_of")
    person.root.get_by_role("button", name="Another alternative").click()
    person.root.locator(".sn-form").get_by_label("Field of Streak", exact=True).nth(1).select_option(
        "box.notes"
    )
    expect(rule(person)).to_have_value(re.compile("box.notes"))

    person.press("save")
    person.wait_for("Saved ")
    saved = load_spec(mapping)
    memo = saved.sales_order.fields.memo
    assert (memo.default, memo.when_empty, memo.on) == ("no name", "keep", "create")
    assert memo.when == "{{ (box.fields.Currency | default('') | string) == 'USD' }}"
    assert saved.sales_order.fields.memo.clip == 999, "what was not touched stays"
    assert saved.changes.owners == {"memo": "streak"}
    rate = saved.sales_order.lines[0].rate
    assert rate.expression == "{{ ((box.fields['Unit price'] | number) * 0.9) | round(2) }}"
    assert saved.sales_order.fields.terms.lookup == "terms"
    assert set(saved.lookups["terms"].table) == {"Gold"}
    number = saved.sales_order.fields.purchase_order_number
    assert [one.from_ for one in number.first_of] == ["box.fields.PO number", "box.notes"]


def test_what_is_changed_while_an_answer_is_on_its_way_loses_neither(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    choose(person, MEMO)
    page.evaluate("() => { window.gate = new Promise((open) => { window.open_gate = open; }); }")
    fill(person, "Default", "no name")
    clip = control(person, "Cut text to this many characters")
    clip.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("33")
    page.keyboard.press("Enter")
    page.evaluate("window.open_gate()")
    expect(rule(person)).to_have_value(re.compile("clip: 33"), timeout=20_000)
    expect(rule(person)).to_have_value(re.compile("default: no name"))
    expect(clip).to_have_value("33")
    expect(clip).to_be_focused()


def test_a_second_line_is_added_and_filled_by_forms(at_the_board: Hand, mapping: Path) -> None:
    person = at_the_board
    choose(person, "sales_order.lines[0]")
    expect(control(person, "It makes")).to_have_value("one")
    person.root.get_by_role("button", name="Another line rule").click()
    expect(person.root.locator(".sn-path")).to_have_text("sales_order.lines[1]")
    choose(person, "sales_order.lines[1].item")
    control(person, "The value is").select_option("from")
    control(person, "Field of Streak").select_option("box.fields.Product")
    control(person, "The value is looked up").select_option("item")
    choose(person, "sales_order.lines[1].quantity")
    control(person, "The value is").select_option("value")
    fill(person, "Value", "1")
    expect(person.root.locator(".sn-faults")).to_have_text("")
    person.press("save")
    person.wait_for("Saved ")
    assert [one.quantity.value for one in load_spec(mapping).sales_order.lines] == [None, 1]


def test_nothing_but_keys_fills_a_form(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    keys = page.keyboard
    person.search("targets", MEMO)
    keys.press("Tab")
    expect(person.item("targets", MEMO)).to_be_focused()
    keys.press("Enter")
    expect(person.root.locator(".sn-form")).to_be_visible()
    for _ in range(40):
        keys.press("Tab")
        if control(person, "Cut text to this many characters").evaluate(
            "box => box === document.activeElement"
        ):
            break
    else:
        raise AssertionError("the form's last controls are not reached by Tab")
    keys.press("Control+a")
    keys.type("15")
    keys.press("Enter")
    expect(rule(person)).to_have_value(re.compile("clip: 15"))
    expect(control(person, "Cut text to this many characters")).to_be_focused()


def offered(person: Hand, label: str) -> list[str]:
    """What a list of the form offers."""
    found: list[str] = control(person, label).evaluate("box => [...box.options].map((one) => one.value)")
    return found


def test_a_condition_offers_what_can_be_asked_of_its_field(at_the_board: Hand) -> None:
    person = at_the_board
    choose(person, MEMO)
    control(person, "The rule counts").select_option("when")
    control(person, "Test").select_option("has")
    for field, tests in {
        "box.fields.Labels": ["filled", "empty", "has"],
        "box.fields.Rush order": ["filled", "empty"],
        "box.created_at": ["filled", "empty", "is", "is_not"],
        "buyer.emails": ["filled", "empty", "has"],
    }.items():
        if field not in offered(person, "Field that decides"):
            continue
        control(person, "Field that decides").select_option(field)
        expect(control(person, "Field that decides")).to_have_value(field)
        expect(control(person, "Test").locator("option")).to_have_count(len(tests))
        assert offered(person, "Test") == tests
    control(person, "Field that decides").select_option("box.fields.Rush order")
    control(person, "Test").select_option(label="is not ticked")
    expect(rule(person)).to_have_value(re.compile("Rush order.* == ''"))
    control(person, "Field that decides").select_option("box.fields.Unit price")
    control(person, "Test").select_option(label="is the number")
    fill(person, "Compared with", "100")
    expect(rule(person)).to_have_value(re.compile(r"\| number\) == 100"))
    expect(person.root.locator(".sn-faults")).to_have_text("")


def test_a_step_is_moved_with_its_comment_and_another_source_keeps_the_rest(at_the_board: Hand) -> None:
    person = at_the_board
    choose(person, MEMO)
    rule(person).fill(
        "from: box.notes\n# for the printer\ntransform:\n  - strip\n  # finance wants capitals\n  - upper\n"
    )
    person.press("apply")
    person.root.get_by_role("button", name="Move step 2 up").click()
    expect(rule(person)).to_have_value(re.compile(r"# finance wants capitals\s+- upper\s+- strip"))
    control(person, "The value is").select_option("expression")
    expect(rule(person)).to_have_value(re.compile(r"^expression: .*\n\s*# for the printer\n"))
    expect(rule(person)).not_to_have_value(re.compile("from:"))


def test_a_comment_that_saving_would_lose_is_told_from_the_start(
    page: Page, at_the_board: Hand, mapping: Path
) -> None:
    person = at_the_board
    text = mapping.read_text()
    mapping.write_text(text.replace("    memo: {", "    memo: &memo { # for the printer\n      "))
    page.reload()
    expect(person.root.get_by_label("What saving would lose")).to_contain_text("'# for the printer'")


def test_what_a_line_is_made_for_is_offered_where_it_can_be_read(at_the_board: Hand) -> None:
    person = at_the_board
    choose(person, "sales_order.lines[0]")
    control(person, "It makes").select_option("table")
    control(person, "Text field with the table").select_option("box.notes")
    choose(person, "sales_order.lines[0].rate")
    assert "each.rate" in offered(person, "Field of Streak")
    control(person, "The rule counts").select_option("when")
    assert "each.rate" not in offered(person, "Field that decides")
    control(person, "Field of Streak").select_option("each.rate")
    control(person, "The value is").select_option("calculation")
    expect(control(person, "Operation")).to_be_visible()
    assert not {"each.rate", "box.fields.Labels", "box.fields.Rush order"} & set(offered(person, "Field"))
    expect(control(person, "The value is")).not_to_have_attribute("aria-invalid", "true")
