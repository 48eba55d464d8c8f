"""Links between contacts and organizations in Streak: those of one that goes are taken over by the one that stays."""

from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.duplicate_review import parties as page
from streak_netsuite.duplicate_review.parties import PartyChecklist
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.party_merges import Most
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


def make(world: World, plural: str, **values: Any) -> str:
    (team,) = world.streak.get("v2/users/me/teams").json()["results"]
    made = world.streak.post(f"v2/teams/{team['key']}/{plural}", json=values).raise_for_status()
    return str(made.json()["key"])


def organization(world: World, name: str) -> str:
    return make(world, "organizations", name=name, domains=[])


def contact(world: World, name: str) -> str:
    return make(world, "contacts", givenName=name, emailAddresses=[f"{name.lower()}@people.example"])


def link(world: World, plural: str, key: str, **lists: list[str]) -> None:
    body = {name: [{"key": one} for one in keys] for name, keys in lists.items()}
    world.streak.post(f"v2/{plural}/{key}", json=body).raise_for_status()


def links(world: World, plural: str, key: str, name: str) -> list[str]:
    return [one["key"] for one in world.streak.get(f"v2/{plural}/{key}").json()[name]]


def plan(world: World, among: Among = Among.ORGANIZATIONS) -> PartyMerge:
    with world.product() as product:
        (merge,) = product.party_merges(among).plan()
        return merge


def accept(world: World, stays: str, among: Among = Among.ORGANIZATIONS) -> int:
    with world.product() as product:
        merges = product.party_merges(among)
        return int(merges.accept(merges.plan_one(stays, survivor=stays), actor="maya"))


def relink(world: World) -> Any:
    with world.product() as product:
        return product.box_relinks().drain()


def party_writes(world: World) -> int:
    return len(world.received("streak", "contacts.update")) + len(
        world.received("streak", "organizations.update")
    )


@dataclass(frozen=True, kw_only=True)
class Firm:
    """One firm twice; its people and its partner link to the copy that goes, and that to others."""

    stays: str
    goes: str
    partner: str
    ines: str
    raj: str


@pytest.fixture
def firm(world: World) -> Firm:
    stays, goes, partner = (organization(world, name) for name in ("Hobday", "HOBDAY Ltd", "Partner"))
    ines, raj = contact(world, "Ines"), contact(world, "Raj")
    link(world, "contacts", ines, orgLinks=[partner, goes])
    link(world, "contacts", raj, orgLinks=[goes, stays])
    link(world, "organizations", partner, orgLinks=[goes])
    link(world, "organizations", goes, contactLinks=[ines], orgLinks=[partner, stays])
    link(world, "organizations", stays, contactLinks=[raj])
    same(world, stays, goes)
    return Firm(stays=stays, goes=goes, partner=partner, ines=ines, raj=raj)


def test_links_lead_to_the_one_that_stays_in_their_places_and_others_stay(world: World, firm: Firm) -> None:
    before = party_writes(world)
    merge = plan(world)
    assert party_writes(world) == before, "a plan writes nothing"
    assert {(one.record.id, one.listed, one.adds) for one in merge.links} == {
        (firm.ines, Among.ORGANIZATIONS, ""),
        (firm.raj, Among.ORGANIZATIONS, ""),
        (firm.partner, Among.ORGANIZATIONS, ""),
        (firm.stays, Among.CONTACTS, firm.ines),
        (firm.stays, Among.ORGANIZATIONS, firm.partner),
    }
    assert relink(world).count(Action.UPDATED) == 0, "nobody has accepted it"
    assert accept(world, firm.stays) == 5
    assert relink(world).count(Action.UPDATED) == 5
    assert links(world, "contacts", firm.ines, "orgLinks") == [firm.partner, firm.stays]
    assert links(world, "contacts", firm.raj, "orgLinks") == [firm.stays]
    assert links(world, "organizations", firm.partner, "orgLinks") == [firm.stays]
    assert links(world, "organizations", firm.stays, "contactLinks") == [firm.raj, firm.ines]
    assert links(world, "organizations", firm.stays, "orgLinks") == [firm.partner], "and not to itself"
    assert party_writes(world) == before + 5
    assert not plan(world).has_writes
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "organizations.relink"]
    assert f"contact {firm.ines}" in noted.details["links"]


def test_of_contacts_both_lists_are_looked_into(world: World) -> None:
    stays, goes, colleague = (contact(world, name) for name in ("Ines", "I-Hobday", "Colleague"))
    firm = organization(world, "Hobday")
    link(world, "organizations", firm, contactLinks=[goes])
    link(world, "contacts", colleague, contactLinks=[goes])
    link(world, "contacts", goes, orgLinks=[firm])
    same(world, stays, goes, among=Among.CONTACTS)
    accept(world, stays, Among.CONTACTS)
    assert relink(world).count(Action.UPDATED) == 3
    assert links(world, "organizations", firm, "contactLinks") == [stays]
    assert links(world, "contacts", colleague, "contactLinks") == [stays]
    assert links(world, "contacts", stays, "orgLinks") == [firm]


@pytest.mark.parametrize("where", ["contact", "organization"])
def test_a_worker_killed_after_streaks_answer_writes_each_link_once(
    world: World, firm: Firm, where: str
) -> None:
    accept(world, firm.stays)
    before = party_writes(world)
    world.die(f"link of {where}")
    world.wait(AFTER_THE_LEASE)
    report = relink(world)
    assert report.count(Action.SKIPPED) == 1
    assert party_writes(world) == before + 5
    assert links(world, "contacts", firm.ines, "orgLinks") == [firm.partner, firm.stays]
    assert links(world, "organizations", firm.stays, "orgLinks") == [firm.partner]


def test_a_link_that_somebody_has_removed_meanwhile_is_not_made_again(world: World, firm: Firm) -> None:
    accept(world, firm.stays)
    link(world, "contacts", firm.ines, orgLinks=[firm.partner])
    world.streak.delete(f"v2/organizations/{firm.partner}").raise_for_status()
    report = relink(world)
    assert links(world, "contacts", firm.ines, "orgLinks") == []
    assert links(world, "organizations", firm.stays, "orgLinks") == []
    assert (report.count(Action.UPDATED), report.count(Action.HELD)) == (2, 0)


def test_links_stay_as_they_are_once_both_are_not_called_one_any_more(world: World, firm: Firm) -> None:
    accept(world, firm.stays)
    before = party_writes(world)
    with world.ledger() as ledger:
        pair = PairName.of(firm.stays, firm.goes)
        ledger.duplicates.take_back(Among.ORGANIZATIONS.scope, pair, actor="maya", now=world.now())
    assert relink(world).count(Action.SKIPPED) == 5
    assert party_writes(world) == before


def test_while_links_are_written_no_other_may_stay(world: World, firm: Firm) -> None:
    accept(world, firm.stays)
    with pytest.raises(RecordError, match=f"still being written, so that {firm.stays} stays"):
        accept(world, firm.goes)


def test_the_command_lists_and_writes_them(world: World, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["duplicates", "relink", *words])
        assert done.exit_code == 0, done.output
        return done.output

    listed = run(firm.stays)
    assert f"contact {firm.ines} 'Ines' links to it" in listed
    assert f"links to contact {firm.ines}, and so will the one that stays" in listed
    assert "once nothing links to it, delete it in Streak" in listed
    assert "nothing was written; --yes writes it" in listed
    assert "5 updated" in run(firm.stays, "--yes", "--actor", "maya")
    assert "nothing links to it; delete it in Streak" in run()


def ask(world: World, command: str, **payload: Any) -> Any:
    with world.product() as product:
        return PartyChecklist(product).answer(command, payload, by="maya")


def looked_at(world: World, stays: str) -> dict[str, Any]:
    """Return what somebody is shown, as it is sent back with the confirmation."""
    found = ask(world, "plan_relink", among="organizations", record=stays, survivor=stays)["result"]
    sent = {name: found[name] for name in ("key", "boxes", "contacts", "organizations")}
    return {"among": "organizations", "record": stays, "survivor": stays, **sent}


def test_the_page_writes_exactly_the_links_that_were_shown(world: World, firm: Firm) -> None:
    shown = looked_at(world, firm.stays)
    assert (set(shown["contacts"]), set(shown["organizations"])) == (
        {firm.ines, firm.raj},
        {firm.partner, firm.stays},
    )
    lists = len(world.received("streak", "contacts.list"))
    told = ask(world, "relink", **shown)["result"]
    assert told == {
        "told": "2 contacts and 2 organizations are written: 'Hobday' stands there.",
        "bad": False,
    }
    assert len(world.received("streak", "contacts.list")) == lists, "nobody else is read for it"
    assert links(world, "contacts", firm.ines, "orgLinks") == [firm.partner, firm.stays]


def test_links_that_changed_since_they_were_shown_are_not_written(world: World, firm: Firm) -> None:
    shown = looked_at(world, firm.stays)
    link(world, "contacts", firm.ines, orgLinks=[firm.partner])
    before = party_writes(world)
    assert ask(world, "relink", **shown)["result"] == {"told": page.CHANGED, "bad": True}
    assert party_writes(world) == before


def test_a_team_with_more_contacts_than_a_page_reads_is_sent_to_the_command(
    world: World, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_PARTIES", 3)
    told = ask(world, "plan_relink", among="organizations", record=firm.stays)["error"]
    assert "more than 3 contacts and organizations" in told
    with world.product() as product:
        merges = product.party_merges()
        assert merges.plan_one(firm.stays, most=Most()).has_writes
