"""What speaks for a line of its own: the names, what the first line reads, and what people said."""

from typing import Any

from assist.mapping.catalogue import Catalogue, Field, FieldType
from assist.mapping.memory import Decision, Memory
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Band
from streak_netsuite.mapping_desk.draft import RuleDraft
from streak_netsuite.mapping_desk.further_lines import FurtherLines, whole_lines
from streak_netsuite.mapping_desk.targets import targets_of

TARGETS = targets_of([])
ITEM, QUANTITY = ("salesorder.item", "item"), ("salesorder.item", "quantity")


def suggested(names: list[str], lines: list[dict[Any, Any]], memory: Memory | None = None) -> dict[str, str]:
    """Where fields of these names go, of those that make further lines."""
    sources = [Field(record="box", id=name, label=name, type=FieldType.TEXT) for name in names]
    read = {key for line in lines for keys in line.values() for key in keys}
    found = FurtherLines(
        suggester=Suggester(),
        sources=Catalogue(system="Streak", fields=sources),
        targets=TARGETS.catalogue,
        lines=lines,
        open=frozenset({one.key for one in sources} - read),
        memory=memory or Memory(),
    ).suggestions()
    return {one.source.id: TARGETS.path(one.chosen.target, line=one.line) for one in found if one.chosen}


ODD = ["Gizmo", "Zork", "Gizmo 2", "Zork 2"]


def test_names_that_say_nothing_follow_what_the_first_line_reads() -> None:
    assert suggested(ODD, [{}]) == {}
    assert suggested(ODD, [{ITEM: [("box", "Gizmo")], QUANTITY: [("box", "Zork")]}]) == {
        "Gizmo 2": "sales_order.lines[1].item",
        "Zork 2": "sales_order.lines[1].quantity",
    }


def test_what_a_person_turned_down_is_not_offered_again() -> None:
    names = ["Product", "Quantity", "Product 2", "Quantity 2"]
    assert set(suggested(names, [{}])) == {"Product 2", "Quantity 2"}
    no = Decision(
        source_record="box", source_field="Product 2", target_record=ITEM[0], target_field=ITEM[1], accepted=False
    )  # fmt: skip
    assert suggested(names, [{}], Memory((no,))) == {}


def test_a_line_that_is_begun_is_made_whole_and_the_next_one_follows() -> None:
    names = ["Product", "Quantity", "Product 2", "Quantity 2", "Product 3", "Quantity 3"]
    lines = [{ITEM: [("box", "Product")]}, {ITEM: [("box", "Product 2")]}]
    assert suggested(names, lines) == {
        "Quantity 2": "sales_order.lines[1].quantity",
        "Product 3": "sales_order.lines[2].item",
        "Quantity 3": "sales_order.lines[2].quantity",
    }


def draft(line: int, name: str, *, ready: bool = True) -> tuple[int, RuleDraft]:
    """A draft of a line's field."""
    made = RuleDraft(
        source=Field(record="box", id="x"),
        target=f"sales_order.lines[{line}].{name}",
        rule={},
        band=Band.SUGGEST,
        probability=0.9,
        table=None if ready else {},
    )
    return line, made


def test_a_new_line_is_drafted_whole_or_not_at_all() -> None:
    whole = [draft(1, "item"), draft(1, "quantity"), draft(1, "rate")]
    assert whole_lines([draft(0, "rate"), *whole], existing=1) == [
        one for _, one in [draft(0, "rate"), *whole]
    ]
    assert whole_lines([draft(1, "item"), draft(1, "rate")], existing=1) == []
    assert whole_lines([draft(1, "item", ready=False), draft(1, "quantity")], existing=1) == []
    assert len(whole_lines([draft(1, "rate")], existing=2)) == 1, "a line that is there takes what it lacks"
