"""Organizations and contacts that are one: which stays, and what is left to a person."""

import pytest

from streak_netsuite.errors import RecordError
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.party_merge import LinkedBox, PartyRow, plan_parties


def party(key, *ways):
    return PartyRow(row=CustomerRow(internal_id=key, name=key), ways=ways)


def box(key, *links):
    return LinkedBox(key=key, name=key, links=links)


def plan(*records, boxes=(), among=Among.CONTACTS, survivor="", buys_as=None, tied=frozenset()):
    return plan_parties(records, boxes, among=among, buys_as=buys_as or {}, tied=tied, survivor=survivor)


def test_what_only_the_one_that_goes_is_reached_by_is_left_to_a_person():
    stays = party("a", "Ines@Hobday.example", "+44 20 7946 0000", "hobday.example")
    goes = party(
        "b",
        "ines@hobday.example",
        "0044 20 7946 0000",
        "+44-20-7946-0000",
        "HOBDAY.example",
        "i@mail.example",
    )
    assert plan(stays, goes, survivor="a").lacking == {"b": ["0044 20 7946 0000", "i@mail.example"]}
    assert plan(stays, goes, survivor="b").lacking == {}


def test_the_one_with_most_boxes_stays_unless_another_is_tied_or_named():
    records = party("a"), party("b")
    boxes = box("x", "b"), box("y", "b"), box("z", "a")
    assert plan(*records, boxes=boxes).survivor.internal_id == "b"
    tied = plan(*records, boxes=boxes, buys_as={"a": "501"}, tied=frozenset({"a"}))
    assert (tied.survivor.internal_id, [one.box.key for one in tied.relinks]) == ("a", ["x", "y"])
    assert plan(*records, boxes=boxes, survivor="a").survivor.internal_id == "a"
    with pytest.raises(RecordError, match="not one of these contacts"):
        plan(*records, survivor="c")


def test_a_key_names_exactly_what_would_be_written():
    records = party("a"), party("b")
    one = plan(*records, boxes=[box("x", "b")], survivor="a")
    assert one.key == plan(*records, boxes=[box("x", "b", "c")], survivor="a").key
    assert one.key != plan(*records, boxes=[box("y", "b")], survivor="a").key
    assert plan(*records, survivor="a").key == "", "nothing would be written"
    blocked = plan(*records, boxes=[box("x", "b")], survivor="a", buys_as={"b": "501"})
    assert (blocked.key, "let that stay" in blocked.blocked) == ("", True)
