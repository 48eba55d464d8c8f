"""Organizations and contacts in Streak that are one: boxes link to the one that stays, in its place, once, when a person says so."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import delete
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.duplicate_review import parties as page
from streak_netsuite.duplicate_review.parties import PartyChecklist
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.party_merges import PartyMerges
from streak_netsuite.flows.party_relinks import relink_draft
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.duplicate_case import (
    Among,
    FoundDuplicates,
    FoundGroup,
    PairName,
    Sameness,
)
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.party_merge import PartyMerge

World = Any
AFTER_THE_LEASE = 120.0


def same(world: World, one: str, other: str, *, among: Among = Among.ORGANIZATIONS) -> None:
    """Let Maya call two records one."""
    group = FoundGroup(id="g", members=[one, other], band="review", probability=0.9, at_stake=0)
    found = FoundDuplicates(scope=among.scope, records=9, groups=[group], questions=[], page="", sheet="")
    with world.ledger() as ledger:
        ledger.duplicates.keep_run(found, now=world.now())
        ledger.duplicates.decide(
            among.scope,
            PairName.of(one, other),
            Sameness.SAME,
            actor="maya",
            reason="one firm",
            now=world.now(),
        )


def organization(world: World, name: str) -> str:
    (team,) = world.streak.get("v2/users/me/teams").json()["results"]
    body = {"name": name, "domains": [], "getIfExisting": False}
    made = world.streak.post(f"v2/teams/{team['key']}/organizations", json=body).raise_for_status()
    return str(made.json()["key"])


def link(world: World, box: str, *organizations: str) -> None:
    body = {"organizations": [{"key": key} for key in organizations]}
    world.streak.post(f"v1/boxes/{box}", json=body).raise_for_status()


def linked(world: World, box: str) -> list[str]:
    return [one["key"] for one in world.box(box).get("organizations", [])]


def plan(world: World, among: Among = Among.ORGANIZATIONS) -> list[PartyMerge]:
    with world.product() as product:
        return list(product.party_merges(among).plan())


def accept(world: World, survivor: str) -> None:
    with world.product() as product:
        merges = product.party_merges()
        merges.accept(merges.plan_one(survivor, survivor=survivor), actor="maya")


def relink(world: World) -> Any:
    with world.product() as product:
        return product.box_relinks().drain()


def box_writes(world: World) -> int:
    return len(world.received("streak", "boxes.update"))


def remove(world: World, type_: str, internal_id: str) -> None:
    """Delete a record as a merge in NetSuite does."""
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(RecordRef(type=type_, internal_id=internal_id))).status.success


@pytest.fixture
def firms(world: World) -> tuple[str, str, str]:
    """One firm twice, and a partner of it."""
    return organization(world, "Hobday"), organization(world, "HOBDAY Ltd"), organization(world, "Partner")


@pytest.fixture
def boxes(world: World, firms: tuple[str, str, str]) -> list[str]:
    """Boxes of the one that stays (two), of the one that goes, and of the one that goes with others around it."""
    stays, goes, partner = firms
    keys = world.deals(5)
    for box, organizations in zip(
        keys, [(stays,), (stays,), (goes,), (goes, partner, stays), (partner,)], strict=True
    ):
        link(world, box, *organizations)
    return list(keys)


def test_boxes_link_to_the_one_that_stays_in_its_place_and_others_stay(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    before = box_writes(world)
    (merge,) = plan(world)
    assert box_writes(world) == before, "a plan writes nothing"
    assert (merge.survivor.internal_id, merge.blocked) == (stays, "")
    assert {one.box.key for one in merge.relinks} == set(boxes[2:4])
    assert relink(world).count(Action.UPDATED) == 0, "nobody has accepted it"
    accept(world, stays)
    assert relink(world).count(Action.UPDATED) == 2
    assert linked(world, boxes[2]) == [stays]
    assert linked(world, boxes[3]) == [stays, partner], "the first one is the one that buys"
    assert linked(world, boxes[4]) == [partner]
    assert box_writes(world) == before + 2
    (merge,) = plan(world)
    assert merge.relinks == []
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "organizations.relink"]
    assert (noted.actor, noted.details["of"], sorted(noted.details["boxes"])) == (
        "maya",
        [goes],
        sorted(boxes[2:4]),
    )


def test_a_worker_killed_after_streaks_answer_writes_it_once(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    link(world, boxes[2], partner)  # one box is left
    accept(world, stays)
    before = box_writes(world)
    world.die("relink")
    assert linked(world, boxes[3]) == [stays, partner]
    world.wait(AFTER_THE_LEASE)
    report = relink(world)
    assert (report.count(Action.SKIPPED), report.count(Action.UPDATED)) == (1, 0)
    assert box_writes(world) == before + 1
    assert linked(world, boxes[3]) == [stays, partner]


def test_a_lost_answer_is_looked_up(world: World, firms: tuple[str, str, str], boxes: list[str]) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    accept(world, stays)
    before = box_writes(world)
    world.fault("streak", "cut_after", operation="boxes.update")
    assert relink(world).count(Action.UPDATED) == 2
    assert box_writes(world) == before + 2
    assert linked(world, boxes[3]) == [stays, partner]


def test_a_box_that_somebody_has_changed_meanwhile_is_left(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    accept(world, stays)
    link(world, boxes[2], partner)
    assert relink(world).count(Action.SKIPPED) == 1
    assert linked(world, boxes[2]) == [partner]


def say(world: World, one: str, other: str, said: Sameness, *, actor: str) -> None:
    with world.ledger() as ledger:
        ledger.duplicates.decide(
            Among.ORGANIZATIONS.scope, PairName.of(one, other), said, actor=actor, reason="", now=world.now()
        )


def take_back(world: World, one: str, other: str, *, actor: str) -> None:
    with world.ledger() as ledger:
        ledger.duplicates.take_back(
            Among.ORGANIZATIONS.scope, PairName.of(one, other), actor=actor, now=world.now()
        )


@pytest.mark.parametrize(
    ("then", "words"),
    [
        pytest.param(None, "maya took back since that they are one", id="taken back"),
        pytest.param(Sameness.DIFFERENT, "bob called {} different since", id="told apart"),
        pytest.param(Sameness.UNSURE, "bob called {} unsure since", id="unsure"),
    ],
)
def test_boxes_that_wait_stay_as_they_are_once_both_are_not_called_one_any_more(
    world: World, firms: tuple[str, str, str], boxes: list[str], then: Sameness | None, words: str
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    with world.product() as product:
        merges = product.party_merges()
        merge = merges.plan_one(stays, survivor=stays)
        merges.accept(merge, actor="maya")
        keys = [relink_draft(merge.among, one, wanted_at=world.now()).operation_key for one in merge.relinks]
        product.box_relinks().drain_some(keys, most=1, seconds=60)
    before = box_writes(world)
    take_back(world, stays, goes, actor="maya")
    if then is not None:
        say(world, stays, goes, then, actor="bob")
    report = relink(world)
    assert (report.count(Action.SKIPPED), report.count(Action.UPDATED)) == (1, 0)
    assert box_writes(world) == before
    (left,) = [box for box in boxes if goes in linked(world, box)]
    with world.ledger() as ledger:
        (told,) = ledger.outcomes_for(ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=left))
    assert told.reason == f"box {left}: left as it is: {words.format(PairName.of(stays, goes))}"


def test_a_contradiction_stops_boxes_that_wait(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    accept(world, stays)
    same(world, goes, partner)
    group = FoundGroup(id="p", members=[stays, partner], band="review", probability=0.9, at_stake=0)
    with world.ledger() as ledger:
        found = FoundDuplicates(
            scope=Among.ORGANIZATIONS.scope, records=9, groups=[group], questions=[], page="", sheet=""
        )
        ledger.duplicates.keep_run(found, now=world.now())
    say(world, stays, partner, Sameness.DIFFERENT, actor="bob")
    assert relink(world).count(Action.SKIPPED) == 2
    assert linked(world, boxes[2]) == [goes]


def test_what_was_relinked_and_changed_back_can_be_relinked_again(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    accept(world, stays)
    relink(world)
    link(world, boxes[2], goes)
    accept(world, stays)
    assert relink(world).count(Action.UPDATED) == 1
    assert linked(world, boxes[2]) == [stays]


def test_an_organization_that_was_deleted_takes_nobodys_place(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    accept(world, stays)
    world.streak.delete(f"v2/organizations/{stays}").raise_for_status()
    assert relink(world).count(Action.HELD) == 2
    assert linked(world, boxes[2]) == [goes]
    with world.ledger() as ledger:
        assert {hold.code for hold in ledger.list_holds()} == {"ORGANIZATION_GONE"}


def test_deals_are_not_sent_to_another_customer(world: World, firms: tuple[str, str, str]) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    with world.product() as product:
        product.duplicate_links().tie(stays, "501", actor="maya", reason="")
    (merge,) = plan(world)
    assert (merge.survivor.internal_id, merge.blocked) == (stays, "")
    with pytest.raises(RecordError, match="let that stay"):
        accept(world, goes)
    with world.product() as product:
        product.duplicate_links().tie(goes, "502", actor="maya", reason="")
    with pytest.raises(RecordError, match="go to customers 501 and 502; merge those in NetSuite first"):
        accept(world, stays)


def test_after_a_merge_in_netsuite_the_second_organization_is_relinked_and_its_deals_stay_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(2, organizations=2)
    world.run()
    (one,), (other,) = world.orders(boxes[0]), world.orders(boxes[1])
    stays, goes = one["entity"]["internalId"], other["entity"]["internalId"]
    same(world, stays, goes, among=Among.CUSTOMERS)
    remove(world, "salesOrder", other["internalId"])
    remove(world, "customer", goes)
    with world.product() as product:
        (seen,) = product.customer_merges().follow()
    (first,), (second,) = linked(world, boxes[0]), linked(world, boxes[1])
    assert [ref.id for ref in seen.beside] == [second]
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["duplicates", "relink", *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert f"organization {first}" in run()
    assert "were merged in NetSuite" in run()
    assert "nothing was written; --yes writes it" in run(first)
    assert linked(world, boxes[1]) == [second]
    assert "1 updated" in run(first, "--yes", "--actor", "maya")
    assert linked(world, boxes[1]) == [first]
    world.hint(boxes[1], event="BOX_EDIT")
    world.run()
    assert {one["entity"]["internalId"] for one in world.orders()} == {stays}


# --- contacts ------------------------------------------------------------------------------------------


def contact(world: World, name: str, *emails: str) -> str:
    (team,) = world.streak.get("v2/users/me/teams").json()["results"]
    body = {"givenName": name, "emailAddresses": list(emails), "getIfExisting": False}
    made = world.streak.post(f"v2/teams/{team['key']}/contacts", json=body).raise_for_status()
    return str(made.json()["key"])


def link_contacts(world: World, box: str, *contacts: str) -> None:
    body = {"contacts": [{"key": key} for key in contacts]}
    world.streak.post(f"v1/boxes/{box}", json=body).raise_for_status()


def contacts_of(world: World, box: str) -> list[str]:
    return [one["key"] for one in world.box(box).get("contacts", [])]


@pytest.fixture
def people(world: World) -> tuple[str, str, str]:
    """One person twice, under two addresses, and a colleague."""
    return (
        contact(world, "Ines Hobday", "ines@hobday.example"),
        contact(world, "I. Hobday", "INES@hobday.example", "i.hobday@mail.example"),
        contact(world, "Colleague", "co@hobday.example"),
    )


@pytest.fixture
def desks(world: World, people: tuple[str, str, str]) -> list[str]:
    """Boxes of the contact that stays (two) and of the one that goes, there with others around it."""
    stays, goes, colleague = people
    keys = world.deals(3)
    for box, contacts in zip(keys, [(stays,), (stays,), (colleague, goes)], strict=True):
        link_contacts(world, box, *contacts)
    return list(keys)


def test_contacts_that_are_one_are_listed_with_their_boxes_and_what_is_left_to_a_person(
    world: World, people: tuple[str, str, str], desks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes, colleague = people
    same(world, stays, goes, among=Among.CONTACTS)
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["duplicates", "relink", "--among", "contacts", *words])
        assert done.exit_code == 0, done.output
        return done.output

    listed = run()
    assert f"contact {stays} 'Ines Hobday' stays" in listed
    assert f"in the place of {goes} 'I. Hobday', in 1 box" in listed
    assert "give the contact that stays: i.hobday@mail.example" in listed, (
        "and not what differs by case alone"
    )
    assert plan(world) == [], "organizations are another list"
    assert "1 updated" in run(stays, "--yes", "--actor", "maya")
    assert contacts_of(world, desks[2]) == [colleague, stays]
    assert "nothing links to it; delete it in Streak" in run()
    world.streak.delete(f"v2/contacts/{goes}").raise_for_status()
    assert "no contacts are to be relinked" in run()
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "contacts.relink"]
    assert (noted.actor, noted.subject) == ("maya", f"contact {stays}")


def test_a_worker_killed_after_streaks_answer_writes_a_contact_once(
    world: World, people: tuple[str, str, str], desks: list[str]
) -> None:
    stays, goes, colleague = people
    same(world, stays, goes, among=Among.CONTACTS)
    with world.product() as product:
        merges = product.party_merges(Among.CONTACTS)
        merges.accept(merges.plan_one(goes), actor="maya")
    before = box_writes(world)
    world.die("relink")
    world.wait(AFTER_THE_LEASE)
    assert relink(world).count(Action.SKIPPED) == 1
    assert box_writes(world) == before + 1
    assert contacts_of(world, desks[2]) == [colleague, stays]


def test_contacts_that_buy_as_two_customers_are_left(world: World, people: tuple[str, str, str]) -> None:
    stays, goes, _ = people
    same(world, stays, goes, among=Among.CONTACTS)
    ties = [
        Binding(
            streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.CONTACT, id=key),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=customer),
            rule="created",
        )
        for key, customer in ((stays, "501"), (goes, "502"))
    ]
    with world.ledger() as ledger:
        assert not ledger.keep_bindings(ties, now=world.now())
    (merge,) = plan(world, Among.CONTACTS)
    assert "go to customers 501 and 502" in merge.blocked
    assert merge.key == ""


# --- as the page asks for them -------------------------------------------------------------------------


def ask(world: World, command: str, **payload: Any) -> Any:
    with world.product() as product:
        return PartyChecklist(product).answer(command, payload, by="maya")


def box_reads(world: World) -> int:
    return len(world.received("streak", "boxes.list"))


def test_the_page_lists_what_is_one_and_reads_boxes_only_when_asked(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    before, writes = box_reads(world), box_writes(world)
    listed = ask(world, "parties")["result"]
    assert box_reads(world) == before
    (some,) = listed["organizations"]["sets"]
    assert {one["name"] for one in some["records"]} == {"Hobday", "HOBDAY Ltd"}
    assert some["said"][0]["by"] == "maya"
    assert listed["contacts"]["sets"] == []
    found = ask(world, "plan_relink", among="organizations", record=goes)["result"]
    assert box_reads(world) > before
    assert (found["stays"]["id"], sorted(found["boxes"])) == (stays, sorted(boxes[2:4]))
    (other,) = found["goes"]
    assert (other["count"], len(other["linked"])) == (2, 2)
    assert box_writes(world) == writes, "looking writes nothing"


def test_the_page_writes_exactly_what_was_shown_and_reads_no_other_box_for_it(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    found = ask(world, "plan_relink", among="organizations", record=stays)["result"]
    shown = {"among": "organizations", "record": stays, "survivor": stays, "boxes": found["boxes"]}
    before, writes = box_reads(world), box_writes(world)
    told = ask(world, "relink", key=found["key"], **shown)["result"]
    assert told == {"told": "2 boxes are written: 'Hobday' stands there.", "bad": False}
    assert (box_reads(world), box_writes(world)) == (before, writes + 2)
    assert linked(world, boxes[3]) == [stays, partner]
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "organizations.relink"]
    assert noted.actor == "maya"
    again = ask(world, "relink", key=found["key"], **shown)["result"]
    assert again["bad"]
    assert box_writes(world) == writes + 2


def test_boxes_that_changed_since_they_were_shown_are_not_written(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    found = ask(world, "plan_relink", among="organizations", record=stays)["result"]
    link(world, boxes[2], partner)
    writes = box_writes(world)
    told = ask(
        world,
        "relink",
        among="organizations",
        record=stays,
        survivor=stays,
        key=found["key"],
        boxes=found["boxes"],
    )["result"]
    assert "have changed since you looked" in told["told"]
    assert box_writes(world) == writes


def test_what_streak_does_not_answer_now_is_told_and_written_later(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    found = ask(world, "plan_relink", among="organizations", record=stays)["result"]
    shown = {"record": stays, "survivor": stays, "key": found["key"], "boxes": found["boxes"]}
    world.fault("streak", "status", operation="boxes.update", times=None, options={"status": 503})
    told = ask(world, "relink", among="organizations", **shown)["result"]
    assert told["told"] == "2 boxes are not written yet, and will be: the DAG follow_merges goes on."
    world.control.delete("/faults").raise_for_status()
    world.wait(AFTER_THE_LEASE)
    assert relink(world).count(Action.UPDATED) == 2
    assert linked(world, boxes[3]) == [stays, partner]


def test_a_team_with_more_boxes_than_a_page_reads_is_sent_to_the_command(
    world: World, firms: tuple[str, str, str], boxes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    monkeypatch.setattr(page, "MOST_BOXES", 3)
    assert "more than 3 boxes" in ask(world, "plan_relink", among="organizations", record=stays)["error"]


@pytest.mark.parametrize(
    ("command", "payload", "words"),
    [
        pytest.param("merge", {}, "knows no 'merge'", id="unknown command"),
        pytest.param("plan_relink", {"among": "customers", "record": "1"}, "among", id="another table"),
        pytest.param("plan_relink", {"among": "contacts", "record": "agx"}, "nobody has called", id="unsaid"),
        pytest.param("relink", {"among": "contacts", "record": "agx"}, "key", id="nothing shown"),
    ],
)
def test_what_cannot_be_done_is_told(world: World, command: str, payload: dict[str, Any], words: str) -> None:
    assert words in ask(world, command, **payload)["error"]


# --- two people, and who stays -------------------------------------------------------------------------


@pytest.fixture
def opposite(world: World, firms: tuple[str, str, str]) -> tuple[str, str, list[str]]:
    """One firm twice, two boxes of the one and one of the other."""
    one, other, _ = firms
    same(world, one, other)
    keys = list(world.deals(3))
    for box, organization_ in zip(keys, (one, one, other), strict=True):
        link(world, box, organization_)
    return one, other, keys


def looked_at(world: World, stays: str) -> dict[str, Any]:
    """Return what somebody is shown who wants one to stay, as it is sent back with the confirmation."""
    found = ask(world, "plan_relink", among="organizations", record=stays, survivor=stays)["result"]
    return {
        "among": "organizations",
        "record": stays,
        "survivor": stays,
        "key": found["key"],
        "boxes": found["boxes"],
    }


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_people_who_let_opposite_ones_stay_the_second_looks_again(
    world: World, opposite: tuple[str, str, list[str]], first: int
) -> None:
    """Each confirms boxes that the other was not shown, so that these alone tell nothing."""
    one, other, boxes = opposite
    shown = [looked_at(world, one), looked_at(world, other)]
    ask(world, "relink", **shown[first])
    stays = (one, other)[first]
    told = ask(world, "relink", **shown[1 - first])["result"]
    assert told == {"told": page.CHANGED, "bad": True}
    assert [linked(world, box) for box in boxes] == [[stays]] * 3


def test_of_two_who_confirm_in_the_same_moment_one_is_refused(
    world: World, opposite: tuple[str, str, list[str]]
) -> None:
    one, other, boxes = opposite
    with world.product() as product:
        merges = product.party_merges()
        plans = [merges.plan_one(one, survivor=stays) for stays in (one, other)]
        assert merges.accept(plans[0], actor="ann") == 1
        with pytest.raises(RecordError, match="since you looked"):
            merges.accept(plans[1], actor="bob")
    relink(world)
    assert [linked(world, box) for box in boxes] == [[one]] * 3


@pytest.mark.parametrize("first", [0, 1])
def test_while_a_worker_that_died_left_boxes_to_write_no_other_may_stay(
    world: World, opposite: tuple[str, str, list[str]], first: int
) -> None:
    one, other, boxes = opposite
    link(world, boxes[2], other)
    before = looked_at(world, (one, other)[1 - first])
    stays = (one, other)[first]
    accept(world, stays)
    world.die("relink")
    assert ask(world, "relink", **before)["result"]["bad"]
    again = looked_at(world, (one, other)[1 - first])
    assert again["key"] == ""
    found = ask(world, "plan_relink", among="organizations", record=one, survivor=(one, other)[1 - first])
    assert f"still being written, so that {stays} stays" in found["result"]["blocked"]
    with pytest.raises(RecordError, match="still being written"):
        accept(world, (one, other)[1 - first])
    world.wait(AFTER_THE_LEASE)
    relink(world)
    assert [linked(world, box) for box in boxes] == [[stays]] * 3
    accept(world, (one, other)[1 - first])
    relink(world)
    assert [linked(world, box) for box in boxes] == [[(one, other)[1 - first]]] * 3, "once it is written"


def test_a_box_that_was_held_is_not_relinked_once_another_was_let_stay(
    world: World, opposite: tuple[str, str, list[str]]
) -> None:
    one, other, boxes = opposite
    accept(world, one)
    world.fault("streak", "status", operation="boxes.update", times=1, options={"status": 400})
    assert relink(world).count(Action.HELD) == 1
    accept(world, other)
    relink(world)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        ledger.release_hold(hold.id, actor="maya", reason="again", now=world.now())
    assert relink(world).count(Action.SKIPPED) == 1
    assert [linked(world, box) for box in boxes] == [[other]] * 3


# --- as much as a page can wait for ---------------------------------------------------------------------


def test_the_page_writes_some_boxes_of_this_relink_and_leaves_the_others_to_the_dag(
    world: World, firms: tuple[str, str, str], boxes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, _, partner = firms
    copy = organization(world, "PARTNER")
    same(world, firms[0], firms[1])
    same(world, partner, copy)
    (elsewhere,) = world.deals(1)
    link(world, elsewhere, copy)
    accept(world, partner)  # somebody else's, due before
    monkeypatch.setattr(page, "AT_ONCE", 1, raising=False)
    shown = looked_at(world, stays)
    told = ask(world, "relink", **shown)["result"]
    assert told == {
        "told": "1 box is written: 'Hobday' stands there. "
        "1 box is not written yet, and will be: the DAG follow_merges goes on.",
        "bad": False,
    }
    assert linked(world, elsewhere) == [copy]
    assert relink(world).count(Action.UPDATED) == 2


def test_nothing_more_is_begun_once_the_time_is_up(
    world: World, firms: tuple[str, str, str], boxes: list[str]
) -> None:
    stays, goes, _ = firms
    same(world, stays, goes)
    before = box_writes(world)
    with world.product() as product:
        merges = product.party_merges()
        merge = merges.plan_one(stays, survivor=stays)
        merges.accept(merge, actor="maya")
        keys = [relink_draft(merge.among, one, wanted_at=world.now()).operation_key for one in merge.relinks]
        slow = replace(  # each box takes ten seconds
            product.box_relinks(),
            clock=lambda: world.now() + timedelta(seconds=10 * (box_writes(world) - before)),
        )
        assert slow.drain_some(keys, most=9, seconds=10).count(Action.UPDATED) == 1
    assert relink(world).count(Action.UPDATED) == 1, "at once: it was not taken from anybody"


def test_what_is_left_as_it_is_is_not_told_as_written(
    world: World, firms: tuple[str, str, str], boxes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maya confirms, and takes back that both are one while boxes are written."""
    stays, goes, _ = firms
    same(world, stays, goes)
    shown = looked_at(world, stays)
    accepted = PartyMerges.accept

    def then_taken_back(self: PartyMerges, merge: PartyMerge, *, actor: str) -> int:
        due = accepted(self, merge, actor=actor)
        take_back(world, stays, goes, actor="maya")
        return due

    monkeypatch.setattr(PartyMerges, "accept", then_taken_back)
    told = ask(world, "relink", **shown)["result"]
    assert told == {
        "told": "2 boxes are not changed: left as it is: maya took back since that they are one.",
        "bad": True,
    }
    assert linked(world, boxes[2]) == [goes]


def test_a_page_does_not_wait_as_long_as_streak_would_have_it(
    world: World, firms: tuple[str, str, str], boxes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes, partner = firms
    same(world, stays, goes)
    shown = looked_at(world, stays)
    monkeypatch.setattr(page, "LONGEST_SECONDS", 2.0)
    busy = {"status": 429, "headers": {"Retry-After": "55"}}
    world.fault("streak", "status", operation="boxes.update", times=None, options=busy)
    began = time.monotonic()
    told = ask(world, "relink", **shown)["result"]
    assert told["told"] == "2 boxes are not written yet, and will be: the DAG follow_merges goes on."
    assert time.monotonic() - began < 50
    world.control.delete("/faults").raise_for_status()
    world.wait(AFTER_THE_LEASE)
    assert relink(world).count(Action.UPDATED) == 2
    assert linked(world, boxes[3]) == [stays, partner]


def tied_contacts(world: World, number: int) -> None:
    """Make one more person twice, each tied to a customer."""
    keys = [contact(world, f"Person {number}", f"{number}{at}@people.example") for at in "ab"]
    ties = [
        Binding(
            streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.CONTACT, id=key),
            netsuite=ExternalRef(
                system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=f"{500 + 2 * number + at}"
            ),
            rule="created",
        )
        for at, key in enumerate(keys)
    ]
    same(world, *keys, among=Among.CONTACTS)
    with world.ledger() as ledger:
        assert not ledger.keep_bindings(ties, now=world.now())


def test_the_list_asks_netsuite_once_for_all_that_it_shows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for number in range(3):
        tied_contacts(world, number)
        before = len(world.received("netsuite", "getList"))
        listed = ask(world, "parties")["result"]["contacts"]
        assert len(listed["sets"]) == number + 1
        asked.append(len(world.received("netsuite", "getList")) - before)
    assert asked == [1, 1, 1]
    monkeypatch.setattr(page, "SHOWN", 1, raising=False)
    listed = ask(world, "parties")["result"]["contacts"]
    assert (len(listed["sets"]), listed["more"]) == (1, 2)
    with world.product() as product:
        wanted: list[str] = []

        def missing(customers: Any) -> frozenset[str]:
            wanted.extend(customers)
            return product.netsuite.missing_customers(customers)

        merges = replace(product.party_merges(Among.CONTACTS), missing=missing)
        shown, more = merges.listed(most=1)
    assert (len(shown), more, len(wanted)) == (1, 2, 2), "nothing is asked about what is not shown"
