"""Organizations and contacts that are one: which stays, and what is left to a person."""

from datetime import UTC, datetime

import pytest

from streak_netsuite.errors import RecordError
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.decision import STAYS, Choice, Decision
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.party_merge import LinkedBox, PartyRow, Standing, plan_parties


def party(key, *ways):
    return PartyRow(row=CustomerRow(internal_id=key, name=key), ways=ways)


def box(key, *links):
    return LinkedBox(key=key, name=key, links=links)


def plan(*records, boxes=(), among=Among.CONTACTS, survivor="", buys_as=None, tied=frozenset(), **known):
    standing = Standing(buys_as=buys_as or {}, tied=tied, **known)
    return plan_parties(records, boxes, among=among, standing=standing, survivor=survivor)


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


def let_stay(key, *, at=0):
    return Decision(
        record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.CONTACT, id="a"),
        question=STAYS,
        choice=Choice.CHOOSE,
        value=key,
        actor="maya",
        reason="",
        decided_at=datetime.fromtimestamp(at, tz=UTC),
    )


def test_a_key_is_another_once_somebody_has_let_one_of_them_stay():
    records, boxes = (party("a"), party("b")), [box("x", "b")]
    keys = {
        plan(*records, boxes=boxes, survivor="a", stays=stays).key
        for stays in ({}, {"a": let_stay("a")}, {"a": let_stay("b")}, {"a": let_stay("a", at=9)})
    }
    assert len(keys) == 4
    others = plan(*records, boxes=boxes, survivor="a", stays={"c": let_stay("c")})
    assert others.key == plan(*records, boxes=boxes, survivor="a").key, "of other records"


def test_while_boxes_are_written_the_one_that_takes_them_stays():
    records = party("a"), party("b")
    boxes = box("x", "b"), box("y", "b"), box("z", "a")
    writing = {"b": frozenset({"a"})}
    going_on = plan(*records, boxes=boxes, writing=writing)
    assert (going_on.survivor.internal_id, going_on.blocked) == ("a", "")
    other = plan(*records, boxes=boxes, survivor="b", writing=writing)
    assert "still being written, so that a stays" in other.blocked
    assert other.key == ""
    elsewhere = plan(*records, boxes=boxes, survivor="b", writing={"c": frozenset({"d"})})
    assert elsewhere.blocked == ""
    left = plan(*records, boxes=boxes, survivor="b", writing={"a": frozenset({"c"})})
    assert "so that c stays" in left.blocked, "one that was said to be one with them before"
