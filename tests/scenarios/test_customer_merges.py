"""Customers that people called one: listed with what a merge moves, filled before it, followed after it; nothing merges by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import delete
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.duplicate_review.checklist import MergeChecklist
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.customer_merges import CustomerMerges, Followed
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.customer_merge import CustomerMerge, MergeState
from streak_netsuite.sync.duplicate_case import SCOPE, FoundDuplicates, FoundGroup, PairName, Sameness
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import RecordWrite, Written

World = Any
AFTER_THE_LEASE = 120.0
FIRM = Customer(company_name="Hobday Dental Ltd", subsidiary=Reference(internal_id="1"))


def make(world: World, **records: Customer) -> dict[str, str]:
    """Write customers as somebody else would; return their internal ids by key."""
    found: dict[str, str] = {}

    def answered(answers: Sequence[Any]) -> None:
        for one in answers:
            assert isinstance(one, Written), one
            found[one.operation_key] = one.internal_id

    with world.product() as product:
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key=key, record=record) for key, record in records.items()], answered
        )
    return found


def say(world: World, *said: tuple[str, str, Sameness]) -> None:
    """Let Maya decide about pairs that a run has grouped."""
    with world.ledger() as ledger:
        groups = [
            FoundGroup(id=f"g{one}-{other}", members=[one, other], band="review", probability=0.9, at_stake=0)
            for one, other, _ in said
        ]
        found = FoundDuplicates(scope=SCOPE, records=9, groups=groups, questions=[], page="", sheet="")
        ledger.duplicates.keep_run(found, now=world.now())
        for one, other, sameness in said:
            ledger.duplicates.decide(
                SCOPE, PairName.of(one, other), sameness, actor="maya", reason="asked them", now=world.now()
            )


def same(world: World, one: str, other: str) -> None:
    say(world, (one, other, Sameness.SAME))


def plan(world: World) -> Sequence[CustomerMerge]:
    with world.product() as product:
        return product.customer_merges().plan()


def follow(world: World) -> Sequence[Followed]:
    with world.product() as product:
        return product.customer_merges().follow()


def fill(world: World, customer: str, **chosen: str) -> Any:
    with world.product() as product:
        merges = product.customer_merges()
        merges.accept(merges.plan_one(customer, chosen=chosen), actor="maya")
        return product.customer_fills().drain()


def held(world: World, customer: str) -> dict[str, str]:
    with world.product() as product:
        return dict(product.netsuite.customer_values([customer])[customer])


def remove(world: World, type_: str, internal_id: str) -> None:
    """Delete a record as somebody else would: a merge leaves the old id without a record."""
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(RecordRef(type=type_, internal_id=internal_id))).status.success


def change(world: World, customer: str, **values: str) -> None:
    with world.product() as product:
        product.netsuite.change_customer(customer, values)


@pytest.fixture
def pair(world: World) -> dict[str, str]:
    """A firm, and a copy of it that knows its phone."""
    ids = make(
        world,
        firm=replace(FIRM, email="office@hobday.example", addresses=()),
        copy=replace(FIRM, company_name="HOBDAY DENTAL LIMITED", phone="+44 20 7946 0000"),
    )
    same(world, ids["firm"], ids["copy"])
    return ids


def updates(world: World) -> int:
    return len(world.received("netsuite", "update"))


# --- what there is to do -------------------------------------------------------------------------------


def test_what_people_called_one_is_listed_with_who_stays_and_what_it_takes_over(
    world: World, pair: dict[str, str]
) -> None:
    before = len(world.writes("netsuite"))
    (merge,) = plan(world)
    assert len(world.writes("netsuite")) == before
    stays, goes = merge.survivor.internal_id, merge.others[0].internal_id
    assert {stays, goes} == set(pair.values())
    (taken,) = merge.changes
    assert (taken.source, taken.rule, taken.old) == (goes, "empty", "")
    assert [one.actor for one in merge.said] == ["maya"]


def test_the_checklist_shows_how_far_each_merge_has_come(world: World, pair: dict[str, str]) -> None:
    def states() -> list[tuple[MergeState, str, Mapping[str, str]]]:
        with world.product() as product:
            return [
                (one.state, one.merge.survivor.internal_id, one.gone)
                for one in product.customer_merges().checklist()
            ]

    assert states() == [(MergeState.OPEN, pair["firm"], {})]
    fill(world, pair["firm"])
    assert states() == [(MergeState.FILLED, pair["firm"], {})]
    remove(world, "customer", pair["copy"])
    assert states() == [(MergeState.SEEN, pair["firm"], {pair["copy"]: ""})]
    assert plan(world) == []


def test_the_one_with_orders_stays_and_the_list_counts_what_moves(world: World) -> None:
    box = world.win("Blue Harbor warehouse robots")
    world.run()
    (order,) = world.orders(box)
    with_order = order["entity"]["internalId"]
    ids = make(world, other=FIRM)
    same(world, with_order, ids["other"])
    (merge,) = plan(world)
    assert merge.survivor.internal_id == with_order
    with world.product() as product:
        turned = product.customer_merges().plan_one(ids["other"])
    moved = turned.moved[with_order]
    assert dict(moved.documents) == {"salesOrder": 1}
    assert [tie.kind for tie in moved.ties] == ["organization"]


def test_what_is_contradicted_is_disputed_and_not_on_the_list(world: World) -> None:
    ids = make(world, **{key: replace(FIRM, company_name=f"Firm {key}") for key in "abc"})
    a, b, c = (ids[key] for key in "abc")
    say(world, (a, b, Sameness.SAME), (b, c, Sameness.SAME), (a, c, Sameness.DIFFERENT))
    assert plan(world) == []
    with world.product() as product:
        assert product.customer_merges().disputed() == [frozenset({a, b, c})]


def test_nothing_is_planned_for_what_nobody_called_one(world: World, pair: dict[str, str]) -> None:
    with world.product() as product, pytest.raises(RecordError, match="nobody has called customer 501"):
        product.customer_merges().plan_one("501")


# --- values for the one that stays ---------------------------------------------------------------------


def test_the_one_that_stays_is_given_what_it_lacks_once_and_noted_with_who(
    world: World, pair: dict[str, str]
) -> None:
    assert fill(world, pair["firm"]).count(Action.UPDATED) == 1
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"
    assert held(world, pair["firm"])["email"] == "office@hobday.example"
    assert updates(world) == 1
    with world.product() as product:
        product.customer_fills().drain()
    assert updates(world) == 1
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "duplicates.fill"]
    assert noted.actor == "maya"
    assert noted.details["changes"]["phone"]["source"] == pair["copy"]


def test_a_person_may_choose_whose_value_is_right(world: World, pair: dict[str, str]) -> None:
    change(world, pair["copy"], email="new@hobday.example")
    fill(world, pair["firm"], email=pair["copy"])
    assert held(world, pair["firm"])["email"] == "new@hobday.example"


def test_what_was_filled_and_taken_out_again_can_be_filled_again(world: World, pair: dict[str, str]) -> None:
    fill(world, pair["firm"])
    change(world, pair["firm"], phone="")
    assert held(world, pair["firm"])["phone"] == ""
    assert fill(world, pair["firm"]).count(Action.UPDATED) == 1
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"


def test_what_somebody_changed_meanwhile_is_left_and_shown(world: World, pair: dict[str, str]) -> None:
    with world.product() as product:
        merges = product.customer_merges()
        merges.accept(merges.plan_one(pair["firm"]), actor="maya")
    change(world, pair["firm"], phone="+1 412 555 0100")
    with world.product() as product:
        assert product.customer_fills().drain().count(Action.HELD) == 1
    assert held(world, pair["firm"])["phone"] == "+1 412 555 0100"
    with world.ledger() as ledger:
        assert [hold.code for hold in ledger.list_holds()] == ["CHANGED_SINCE"]


def test_a_value_that_waits_is_not_written_once_both_are_not_called_one_any_more(
    world: World, pair: dict[str, str]
) -> None:
    with world.product() as product:
        merges = product.customer_merges()
        merges.accept(merges.plan_one(pair["firm"]), actor="maya")
    with world.ledger() as ledger:
        ledger.duplicates.take_back(
            SCOPE, PairName.of(pair["firm"], pair["copy"]), actor="maya", now=world.now()
        )
    with world.product() as product:
        assert product.customer_fills().drain().count(Action.SKIPPED) == 1
    assert (updates(world), held(world, pair["firm"])["phone"]) == (0, "")
    customer = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=pair["firm"])
    with world.ledger() as ledger:
        (told,) = ledger.outcomes_for(customer)
    assert told.reason == f"customer {pair['firm']}: left as it is: maya took back since that they are one"


def test_a_worker_killed_after_the_answer_writes_it_once(world: World, pair: dict[str, str]) -> None:
    with world.product() as product:
        merges = product.customer_merges()
        merges.accept(merges.plan_one(pair["firm"]), actor="maya")
    world.die("change")
    assert updates(world) == 1
    world.wait(AFTER_THE_LEASE)
    with world.product() as product:
        assert product.customer_fills().drain().count(Action.UPDATED) == 1
    assert updates(world) == 1
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"


def test_a_lost_answer_is_looked_up_and_written_once(world: World, pair: dict[str, str]) -> None:
    world.fault("netsuite", "cut_after", operation="update")
    fill(world, pair["firm"])
    world.wait(AFTER_THE_LEASE)
    with world.product() as product:
        product.customer_fills().drain()
    assert updates(world) == 1
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"


# --- a merge that was done in NetSuite -----------------------------------------------------------------


def test_a_merge_is_followed_once_and_the_next_deal_goes_to_the_one_that_stayed(world: World) -> None:
    first, second = world.deals(2)
    world.win(first)
    world.run()
    (order,) = world.orders(first)
    old = order["entity"]["internalId"]
    ids = make(world, acquired=replace(FIRM, company_name="Quite Another Name"))
    same(world, old, ids["acquired"])
    assert follow(world) == []  # both exist
    remove(world, "salesOrder", order["internalId"])
    remove(world, "customer", old)
    (seen,) = follow(world)
    assert (seen.gone, seen.survivor) == (old, ids["acquired"])
    assert [ref.kind for ref in seen.repointed] == ["organization"]
    assert follow(world) == []
    world.win(second)
    world.run()
    (order,) = world.orders(second)
    assert order["entity"]["internalId"] == ids["acquired"]


def test_two_organizations_of_one_customer_both_buy_as_it(world: World) -> None:
    boxes = world.won_deals(2, organizations=2)
    world.run()
    (one,), (other,) = world.orders(boxes[0]), world.orders(boxes[1])
    stays, goes = one["entity"]["internalId"], other["entity"]["internalId"]
    assert stays != goes
    same(world, stays, goes)
    remove(world, "salesOrder", other["internalId"])
    remove(world, "customer", goes)
    (seen,) = follow(world)
    assert seen.repointed == []
    assert len(seen.beside) == 1
    assert "duplicates relink" in str(seen)
    assert follow(world) == []
    with world.ledger() as ledger:
        assert any(one.action == "decision.choose" for one in ledger.list_audit())
        made = ledger.find_decisions(list(seen.beside), question="customer")
    assert [decision.value for decision in made.values()] == [stays]


def test_nobody_guesses_into_which_of_two_a_third_went(world: World) -> None:
    box = world.win("Blue Harbor warehouse robots")
    world.run()
    (order,) = world.orders(box)
    tied = order["entity"]["internalId"]
    ids = make(world, **{key: replace(FIRM, company_name=f"Firm {key}") for key in "bc"})
    say(world, (tied, ids["b"], Sameness.SAME), (ids["b"], ids["c"], Sameness.SAME))
    remove(world, "salesOrder", order["internalId"])
    remove(world, "customer", tied)
    assert follow(world) == []
    remove(world, "customer", ids["b"])
    (seen,) = follow(world)
    assert (seen.gone, seen.survivor) == (tied, ids["c"])


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def connected(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose connections stand in the environment."""
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    return world


def test_the_command_lists_shows_and_writes_only_when_told(connected: World, pair: dict[str, str]) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["duplicates", *words])
        assert done.exit_code == 0, done.output
        return done.output

    listed = run("merges")
    assert "takes over" in listed
    assert "maya: asked them" in listed
    assert "nothing was written; --yes writes it" in run("fill", pair["firm"])
    assert updates(connected) == 0
    assert "1 updated" in run("fill", pair["firm"], "--yes", "--actor", "maya")
    assert updates(connected) == 1
    assert "it lacks nothing that the others have" in run("fill", pair["firm"])
    assert "no merge was seen" in run("follow")


# --- the checklist, as the page asks for it ------------------------------------------------------------


def ask(world: World, command: str, **payload: Any) -> Any:
    with world.product() as product:
        return MergeChecklist(product).answer(command, payload, by="maya")


def test_the_page_shows_the_plan_writes_what_was_shown_and_tells_what_became_of_it(
    world: World, pair: dict[str, str]
) -> None:
    (listed,) = ask(world, "merges")["result"]["merges"]
    stays, goes = listed["stays"]["id"], listed["goes"][0]["id"]
    assert (listed["state"], stays, goes) == ("open", pair["firm"], pair["copy"])
    plan = ask(world, "plan_merge", customer=stays)["result"]
    (phone,) = [one for one in plan["fields"] if one["name"] == "phone"]
    assert (phone["now"], phone["new"], phone["of"]) == ("", "+44 20 7946 0000", goes)
    assert updates(world) == 0
    told = ask(world, "fill", customer=stays, key=plan["key"])["result"]
    assert told == {"told": f"Customer {stays} has its phone now.", "bad": False}
    assert held(world, stays)["phone"] == "+44 20 7946 0000"
    assert [one["state"] for one in ask(world, "merges")["result"]["merges"]] == ["filled"]


def test_values_that_nobody_was_shown_are_not_written(world: World, pair: dict[str, str]) -> None:
    key = ask(world, "plan_merge", customer=pair["firm"])["result"]["key"]
    change(world, pair["copy"], phone="+1 412 555 0100")
    told = ask(world, "fill", customer=pair["firm"], key=key)["result"]
    assert told["bad"]
    assert "has changed since you looked" in told["told"]
    assert updates(world) == 1  # somebody else's


def test_while_netsuite_is_away_the_wish_is_kept_and_the_page_says_so(
    world: World, pair: dict[str, str]
) -> None:
    key = ask(world, "plan_merge", customer=pair["firm"])["result"]["key"]
    world.fault("netsuite", "cut_before", operation="update", times=None)
    told = ask(world, "fill", customer=pair["firm"], key=key)["result"]
    assert "is not written yet, and will be" in told["told"]
    world.control.delete("/faults").raise_for_status()
    world.wait(AFTER_THE_LEASE)
    with world.product() as product:
        product.customer_fills().drain()
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"


def test_the_page_does_not_tell_as_written_what_was_left(
    world: World, pair: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maya confirms, and takes back that both are one before it is written."""
    key = ask(world, "plan_merge", customer=pair["firm"])["result"]["key"]
    accepted = CustomerMerges.accept

    def then_taken_back(self: CustomerMerges, merge: CustomerMerge, *, actor: str) -> Any:
        due = accepted(self, merge, actor=actor)
        with world.ledger() as ledger:
            one = PairName.of(pair["firm"], pair["copy"])
            ledger.duplicates.take_back(SCOPE, one, actor="maya", now=world.now())
        return due

    monkeypatch.setattr(CustomerMerges, "accept", then_taken_back)
    told = ask(world, "fill", customer=pair["firm"], key=key)["result"]
    assert told == {
        "told": "Nothing was written: left as it is: maya took back since that they are one.",
        "bad": True,
    }
    assert held(world, pair["firm"])["phone"] == ""


def test_the_page_writes_what_was_confirmed_and_nobody_elses(world: World, pair: dict[str, str]) -> None:
    others = make(
        world,
        other=replace(FIRM, company_name="Byrne Roofing Ltd"),
        copy2=replace(FIRM, company_name="BYRNE ROOFING", phone="+44 20 7946 0777"),
    )
    same(world, others["other"], others["copy2"])
    with world.product() as product:
        merges = product.customer_merges()
        merges.accept(merges.plan_one(others["other"]), actor="bob")
    key = ask(world, "plan_merge", customer=pair["firm"])["result"]["key"]
    ask(world, "fill", customer=pair["firm"], key=key)
    assert held(world, pair["firm"])["phone"] == "+44 20 7946 0000"
    assert held(world, others["other"])["phone"] == ""


def test_the_page_is_told_in_words_what_it_cannot_ask(world: World, pair: dict[str, str]) -> None:
    assert ask(world, "merge_all") == {"error": "the checklist knows no 'merge_all'"}
    assert "key" in ask(world, "fill", customer="501")["error"]
    assert "nobody has called customer 501" in ask(world, "plan_merge", customer="501")["error"]
    chosen = {"notes": pair["copy"]}
    assert (
        "'notes' is not taken over" in ask(world, "plan_merge", customer=pair["firm"], chosen=chosen)["error"]
    )


# --- the notebook --------------------------------------------------------------------------------------

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "review_duplicates.ipynb"


def test_the_notebook_shows_the_checklist_and_writes_nothing(connected: World, pair: dict[str, str]) -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    before = len(connected.writes("netsuite"))
    shown: dict[str, Any] = {}
    exec(code, shown)
    (row,) = shown["merges"].to_dict("records")
    assert row == {
        "state": "open",
        "stays": f"{pair['firm']} Hobday Dental Ltd",
        "takes over": f"phone: +44 20 7946 0000 (of {pair['copy']})",
        "goes": f"{pair['copy']} HOBDAY DENTAL LIMITED",
        "moves": "nothing",
        "said by": "maya",
    }
    assert "1 merges are to be done in NetSuite" in shown["finding"]
    assert len(connected.writes("netsuite")) == before
