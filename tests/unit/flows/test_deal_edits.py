"""Corrected deals: each edit as long as the deal says what it said when it was corrected."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from streak_netsuite.flows.deal_edits import SAID, as_read, read_of, with_edits
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.decision import Choice, Decision, with_earlier

NOW = datetime(2026, 1, 5, tzinfo=UTC)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="box-1")
DEAL = Deal(
    key="box-1",
    name="Robots",
    version="1",
    pipeline_key="p",
    pipeline="Sales",
    stage="Won",
    created_at=NOW,
    fields={"Price": "12", "Rate": Decimal("1.50"), "Tags": ("a", "b")},
)


def an_edit(edits, *, read=None, digest="as it was"):
    return Decision(
        record=BOX,
        question="deal",
        choice=Choice.EDIT,
        digest=digest,
        edits=edits,
        read=read or {},
        actor="ann",
        reason="",
        decided_at=NOW,
    )


class Decided:
    def __init__(self, made):
        self.made = made

    def find_decisions(self, records, *, question):
        return {BOX: self.made}


def corrected(deal, made, digest="changed since"):
    (found,) = with_edits(Decided(made), [deal], digest_of=lambda _: digest)
    return found


@pytest.mark.parametrize(
    ("edits", "read"),
    [
        ({"fields.Price": "11"}, {"fields.Price": "12"}),
        ({"fields.Rate": "2"}, {"fields.Rate": "1.50"}),
        ({"fields.Tags": ["a"]}, {"fields.Tags": ["a", "b"]}),
        ({"fields.New": "x"}, {"fields.New": None}),
        ({"name": "Arms"}, {"name": "Robots"}),
        ({"notes": "x"}, {"notes": None}),
    ],
    ids=lambda one: next(iter(one)),
)
def test_an_edit_stands_while_its_own_value_does(edits, read):
    assert read_of(to_plain(DEAL), edits) == read
    found = corrected(DEAL, an_edit(edits, read=read))
    assert (found.read_digest, found.said) == ("changed since", as_read(DEAL))
    assert corrected(DEAL, an_edit(edits, read=dict.fromkeys(edits, "another"))) is DEAL


def test_an_edit_is_void_alone():
    made = an_edit({"fields.Price": "11", "name": "Arms"}, read={"fields.Price": "13", "name": "Robots"})
    found = corrected(DEAL, made)
    assert (found.name, found.fields["Price"]) == ("Arms", "12")


@pytest.mark.parametrize(("digest", "price"), [("as it was", "11"), ("changed since", "12")])
def test_an_edit_of_an_earlier_version_ends_with_any_change(digest, price):
    assert corrected(DEAL, an_edit({"fields.Price": "11"}), digest).fields["Price"] == price


def test_what_a_corrected_deal_says_itself_is_what_a_later_edit_is_compared_with():
    found = corrected(DEAL, an_edit({"fields.Price": "lots"}, read={"fields.Price": "12"}))
    for payload in (to_plain(found), {SAID: as_read(found)}):
        assert read_of(payload, ["fields.Price"]) == {"fields.Price": "12"}


def test_a_later_edit_leaves_the_others_alone():
    first = an_edit({"name": "Arms", "notes": "x"}, read={"name": "Robots", "notes": None})
    second = an_edit({"notes": "y"}, read={"notes": None}, digest="changed since")
    both = with_earlier(second, first)
    assert (both.edits, both.read) == ({"name": "Arms", "notes": "y"}, first.read)
    old = an_edit({"name": "Arms"})
    assert with_earlier(second, old) == second, "nobody knows any more what that one was about"
