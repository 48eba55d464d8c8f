"""Organizations in Streak that are one: boxes link to the one that stays, in its place, once, when a person says so."""

from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import delete
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import RecordError
from streak_netsuite.sync.duplicate_case import (
    Among,
    FoundDuplicates,
    FoundGroup,
    PairName,
    Sameness,
)
from streak_netsuite.sync.organization_merge import OrganizationMerge
from streak_netsuite.sync.outcome import Action

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


def plan(world: World) -> list[OrganizationMerge]:
    with world.product() as product:
        return list(product.organization_merges().plan())


def accept(world: World, survivor: str) -> None:
    with world.product() as product:
        merges = product.organization_merges()
        merges.accept(merges.plan_one(survivor), actor="maya")


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
