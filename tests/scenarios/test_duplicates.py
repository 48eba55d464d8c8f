"""Duplicate customers: found among all customers of the account, explained, decided by people, remembered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger.duplicate_book import REPORTS_KEPT
from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.duplicate_case import SCOPE, PairName, RunEntry, Sameness
from streak_netsuite.sync.ports import RecordWrite, Written

World = Any
STREETS = (
    "Mill Lane",
    "Harbour Road",
    "Station Street",
    "Church Walk",
    "King Street",
    "Orchard Way",
    "Dock Road",
)
TRADES = ("Roofing", "Plumbing", "Robotics", "Textiles", "Catering", "Printing", "Logistics", "Dental")
NAMES = ("Abbot", "Byrne", "Castell", "Dawes", "Ekholm", "Farrow", "Gladwin", "Hobday", "Ibarra", "Jessop")


def customer(number: int, **changes: Any) -> Customer:
    name = f"{NAMES[number % 10]} {NAMES[(number // 10) % 10]} {TRADES[number % 8]}"
    made = Customer(
        subsidiary=Reference(internal_id="1"),
        company_name=f"{name} Ltd",
        email=f"office@{name.replace(' ', '').lower()}.example",
        phone=f"+44 20 79{number * 7919 % 100000:05} {number:02}",
        addresses=(
            Address(
                country="GB",
                addr1=f"{number + 3} {STREETS[number % 7]}",
                city="Leeds",
                zip=f"LS{number % 9 + 1} {number % 8}AB",
            ),
        ),
    )
    return replace(made, **changes)


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    """A hundred customers, and copies of three of them; internal ids by key."""
    records = {f"c{number}": customer(number) for number in range(100)}
    records["copy7"] = customer(7, company_name="HOBDAY ABBOT DENTAL LIMITED", email="")
    records["copy21"] = customer(21, company_name="Byrne Castel Catering", phone="")
    records["copy42"] = customer(
        42, company_name="Castell Ekholm Robotics", email="accounts@castellekholmrobotics.example"
    )
    return write(world, records)


def write(world: World, records: dict[str, Customer]) -> dict[str, str]:
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


def look(world: World) -> RunEntry:
    with world.product() as product:
        return product.duplicate_search().run()


def groups(world: World) -> list[set[str]]:
    with world.ledger() as ledger:
        return [set(one.members) for one in ledger.duplicates.open_groups(SCOPE)]


def test_copies_are_found_explained_and_nothing_is_written_to_netsuite(
    world: World, ids: dict[str, str]
) -> None:
    before = len(world.writes("netsuite"))
    run = look(world)
    assert len(world.writes("netsuite")) == before
    found = groups(world)
    for copied in ("7", "21", "42"):
        assert {ids[f"c{copied}"], ids[f"copy{copied}"]} in found
    assert run.groups == run.new == len(found) == 3
    with world.ledger() as ledger:
        page, sheet = ledger.duplicates.page(run.id), ledger.duplicates.sheet(run.id)
    assert page is not None
    assert "HOBDAY ABBOT DENTAL LIMITED" in page
    assert "house number: the same" in page
    assert sheet is not None
    assert sheet.count("merge into it") == 3


def test_a_second_run_finds_the_same_groups_under_the_same_names(world: World, ids: dict[str, str]) -> None:
    look(world)
    with world.ledger() as ledger:
        first = {one.id for one in ledger.duplicates.open_groups(SCOPE)}
    again = look(world)
    assert (again.new, again.resolved, again.ignored) == (0, 0, 0)
    with world.ledger() as ledger:
        assert {one.id for one in ledger.duplicates.open_groups(SCOPE)} == first


def test_what_people_called_different_is_ungrouped_counted_as_ignored_and_never_asked_again(
    world: World, ids: dict[str, str]
) -> None:
    look(world)
    pair = PairName.of(ids["c42"], ids["copy42"])
    with world.ledger() as ledger:
        ledger.duplicates.decide(
            SCOPE, pair, Sameness.DIFFERENT, actor="maya", reason="two firms", now=world.now()
        )
    run = look(world)
    assert (run.new, run.resolved, run.ignored) == (0, 0, 1)
    assert {pair.left, pair.right} not in groups(world)
    with world.ledger() as ledger:
        assert pair not in [one.pair for one in ledger.duplicates.questions(SCOPE, limit=500)]
        (said,) = ledger.duplicates.decisions(SCOPE)
        (noted,) = ledger.list_audit(subject=str(pair))
    assert (said.said, said.actor, said.reason) == (Sameness.DIFFERENT, "maya", "two firms")
    assert (noted.actor, noted.action) == ("maya", "duplicates.different")


def test_a_group_whose_copy_was_mended_is_resolved(world: World, ids: dict[str, str]) -> None:
    look(world)
    write(world, {"copy21": customer(88, company_name="Quite Another Foundry", email="a@foundry.example")})
    run = look(world)
    assert run.resolved == 1
    assert {ids["c21"], ids["copy21"]} not in groups(world)


def test_nobody_decides_about_a_pair_that_nobody_was_asked_about(world: World, ids: dict[str, str]) -> None:
    look(world)
    with world.ledger() as ledger, pytest.raises(RecordError, match="nobody was asked"):
        ledger.duplicates.decide(
            SCOPE, PairName.of("1", "2"), Sameness.SAME, actor="maya", reason="", now=world.now()
        )


def test_reports_of_old_runs_are_let_go_and_their_figures_stay(world: World, ids: dict[str, str]) -> None:
    for _ in range(REPORTS_KEPT + 1):
        look(world)
    with world.ledger() as ledger:
        runs = ledger.duplicates.runs(limit=100)
        kept = [one.id for one in runs if ledger.duplicates.page(one.id) is not None]
        assert ledger.rotate_keys() is not None
    assert len(runs) == REPORTS_KEPT + 1
    assert kept == [one.id for one in runs[:REPORTS_KEPT]]


def test_enough_decisions_teach_the_engine_and_the_queue_says_how_much(world: World) -> None:
    records = {f"c{number}": customer(number) for number in range(100)}
    for number in range(12):
        firm = records[f"c{number}"]
        records[f"copy{number}"] = replace(firm, company_name=f"{firm.company_name[:-4]} Limited", email="")
        records[f"branch{number}"] = replace(
            firm,
            company_name=f"{firm.company_name[:-4]} {number} Ltd",
            phone=f"+44 1{number:02} 496 0{number:03}",
        )
    ids = write(world, records)
    look(world)
    with world.ledger() as ledger:
        book = ledger.duplicates
        assert book.learned(SCOPE) is None
        waiting = {one.pair for one in book.questions(SCOPE, limit=1000)}
        grouped = [set(one.members) for one in book.open_groups(SCOPE)]
        for number in range(12):
            for other, said in (("copy", Sameness.SAME), ("branch", Sameness.DIFFERENT)):
                pair = PairName.of(ids[f"c{number}"], ids[f"{other}{number}"])
                if pair in waiting or any({pair.left, pair.right} <= some for some in grouped):
                    book.decide(SCOPE, pair, said, actor="maya", reason="", now=world.now())
        decided = len(book.decisions(SCOPE))
    look(world)
    with world.ledger() as ledger:
        learned = ledger.duplicates.learned(SCOPE)
    assert decided >= 20
    assert learned is not None
    assert learned.decisions == decided
