"""Duplicates among Streak's organizations and contacts, and organizations that are customers already."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.duplicate_review.ties import TieReview
from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import bindings
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.duplicate_case import (
    LINKS,
    SCOPE,
    Among,
    FoundDuplicates,
    PairName,
    PairQuestion,
    RunEntry,
    Sameness,
)
from streak_netsuite.sync.ports import RecordWrite

World = Any
WORDS = ("Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern", "Gorse", "Hazel", "Iris", "Juniper")
TRADES = ("Roofing", "Plumbing", "Robotics", "Textiles", "Catering", "Printing", "Logistics")


def team(world: World) -> str:
    (one,) = world.streak.get("v2/users/me/teams").json()["results"]
    return str(one["key"])


def make(world: World, plural: str, **body: Any) -> str:
    made = world.streak.post(f"v2/teams/{team(world)}/{plural}", json={"getIfExisting": False, **body})
    made.raise_for_status()
    return str(made.json()["key"])


def firm(number: int) -> dict[str, Any]:
    name = f"{WORDS[number % 10]} {WORDS[(number // 10) % 10]} {TRADES[number % 7]}"
    domain = name.lower().replace(" ", "") + ".example"
    return {
        "name": f"{name} Ltd",
        "domains": [domain],
        "phoneNumbers": [f"+44 20 79{number * 7919 % 100000:05} {number:02}"],
        "addresses": [f"{number + 3} Mill Lane, Leeds, LS{number % 9 + 1} {number % 8}AB, United Kingdom"],
    }


def look(world: World, among: Among) -> RunEntry:
    with world.product() as product:
        return product.duplicate_search(among).run()


@pytest.fixture
def firms(world: World) -> list[str]:
    """Forty organizations and a second one of the seventh."""
    keys = [make(world, "organizations", **firm(number)) for number in range(40)]
    copy = {**firm(7), "name": firm(7)["name"].upper().replace("LTD", "LIMITED"), "phoneNumbers": []}
    return [*keys, make(world, "organizations", **copy)]


def test_organizations_are_looked_at_apart_from_customers(world: World, firms: list[str]) -> None:
    before = len(world.writes("streak"))
    run = look(world, Among.ORGANIZATIONS)
    assert run.scope == "streak-organizations"
    assert run.records >= 41
    assert len(world.writes("streak")) == before
    with world.ledger() as ledger:
        groups = [set(one.members) for one in ledger.duplicates.open_groups(Among.ORGANIZATIONS.scope)]
        assert {firms[7], firms[-1]} in groups
        assert ledger.duplicates.open_groups(SCOPE) == []
        page = ledger.duplicates.page(run.id)
        pair = PairName.of(firms[7], firms[-1])
        ledger.duplicates.decide(
            run.scope, pair, Sameness.DIFFERENT, actor="maya", reason="two sites", now=world.now()
        )
        assert ledger.duplicates.decisions(SCOPE) == []
    assert page is not None
    assert "Duplicate organizations in Streak" in page
    assert look(world, Among.ORGANIZATIONS).ignored == 1


def test_contacts_are_compared_as_people(world: World) -> None:
    people = [
        {
            "givenName": WORDS[n % 10],
            "familyName": f"{WORDS[(n * 3 + n // 10) % 10]}s",
            "emailAddresses": [f"{WORDS[n % 10].lower()}.{n}@firm{n}.example"],
            "phoneNumbers": [f"+44 161 496 {n * 37 % 10000:04}"],
        }
        for n in range(60)
    ]
    keys = [make(world, "contacts", **one) for one in people]
    twin = make(world, "contacts", **{**people[5], "emailAddresses": ["Fern.5@Firm5.example"]})
    run = look(world, Among.CONTACTS)
    with world.ledger() as ledger:
        groups = [set(one.members) for one in ledger.duplicates.open_groups(run.scope)]
    assert {keys[5], twin} in groups
    pair = PairName.of(keys[5], twin)
    with world.ledger() as ledger:
        ledger.duplicates.decide(run.scope, pair, Sameness.UNSURE, actor="maya", reason="", now=world.now())
    again = look(world, Among.CONTACTS)
    with world.ledger() as ledger:
        asked = [one.pair for one in ledger.duplicates.questions(again.scope, limit=500)]
    assert pair not in asked, "what was answered is not asked again"


def test_organizations_that_are_customers_are_found_tied_once_and_left_out_then(
    world: World, firms: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = world.win("Blue Harbor warehouse robots")
    world.run()
    (order,) = world.orders(box)
    customer = order["entity"]["internalId"]
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["duplicates", *words])

    before = len(world.writes("netsuite"))
    first = run("link", "--report", str(tmp_path / "both.html"))
    assert first.exit_code == 0, first.output
    assert "1 tied" in first.output
    assert "customers in NetSuite" in (tmp_path / "both.html").read_text()
    assert "is tied already" in str(run("tie", firms[0], customer, "--reason", "the same").exception)
    assert "no customer 999999" in str(run("tie", firms[0], "999999", "--reason", "the same").exception)
    assert "no organization agx" in str(run("tie", "agx", "501", "--reason", "the same").exception)
    done = run("tie", firms[0], "501", "--reason", "the same", "--actor", "maya")
    assert done.exit_code == 0, done.output
    assert "2 tied" in run("link").output
    assert len(world.writes("netsuite")) == before
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "binding.made"]
    assert (noted.actor, noted.details["to"], noted.details["reason"]) == ("maya", "501", "the same")


def test_an_organization_is_tied_once(world: World, firms: list[str]) -> None:
    with world.product() as product:
        links = product.duplicate_links()
        links.tie(firms[0], "501", actor="maya", reason="")
        with pytest.raises(RecordError, match="is tied already"):
            links.tie(firms[1], "501", actor="maya", reason="")


# --- ties, as the page asks for them -------------------------------------------------------------------


@pytest.fixture
def twin(world: World, firms: list[str]) -> tuple[str, str]:
    """A customer in NetSuite that is the seventh organization, found by a search."""
    one = firm(7)
    ids: list[str] = []
    with world.product() as product:
        customer = Customer(
            company_name=one["name"],
            email=f"office@{one['domains'][0]}",
            phone=one["phoneNumbers"][0],
            subsidiary=Reference(internal_id="1"),
        )
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key="twin", record=customer)],
            lambda answers: ids.extend(one.internal_id for one in answers),
        )
        assert product.duplicate_links().look().links >= 1
    return firms[7], ids[0]


def ask(world: World, command: str, *, by: str = "maya", **payload: Any) -> Any:
    with world.ledger() as ledger:
        return TieReview(ledger, product=world.product, clock=world.now).answer(command, payload, by=by)


def waiting(answer: Any) -> dict[str, str]:
    return {one["left"]: one["right"] for one in answer["result"]["links"]}


def test_what_a_search_has_found_waits_with_its_reasons_and_is_tied_once(
    world: World, twin: tuple[str, str]
) -> None:
    organization, customer = twin
    answer = ask(world, "ties")
    assert waiting(answer)[organization] == customer
    (link,) = [one for one in answer["result"]["links"] if one["left"] == organization]
    assert [one["words"] for one in link["reasons"] if one["what"] == "phone"]
    (name,) = [one for one in link["fields"] if one["name"] == "name"]
    assert name["left"] == name["right"] == firm(7)["name"]
    before = len(world.writes("netsuite"))
    assert organization not in waiting(ask(world, "tie", organization=organization, customer=customer))
    assert len(world.writes("netsuite")) == before
    with world.ledger() as ledger:
        (noted,) = [one for one in ledger.list_audit() if one.action == "binding.made"]
        (said,) = ledger.duplicates.decisions(LINKS)
    assert (noted.actor, noted.details["to"]) == ("maya", customer)
    assert (said.said, said.actor) == (Sameness.SAME, "maya")
    assert ask(world, "tie", organization=organization, customer=customer).keys() == {"result"}


def test_what_was_told_apart_is_not_offered_again(world: World, twin: tuple[str, str]) -> None:
    organization, customer = twin
    answer = ask(world, "apart", organization=organization, customer=customer, reason="its mother")
    assert organization not in waiting(answer)
    with world.product() as product:
        product.duplicate_links().look()
        groups = product.ledger.duplicates.open_groups(LINKS)
    assert waiting(ask(world, "ties")).get(organization) != customer
    assert [organization, customer] not in [list(one.members) for one in groups]


def test_a_tie_that_cannot_be_made_is_told_and_waits(world: World, twin: tuple[str, str]) -> None:
    organization, customer = twin
    with world.product() as product:
        product.duplicate_links().tie(organization, "501", actor="ann", reason="")
    assert "is tied already" in ask(world, "tie", organization=organization, customer=customer)["error"]
    assert "the ties know no 'untie'" in ask(world, "untie")["error"]
    assert "customer" in ask(world, "tie", organization=organization)["error"]


def links(world: World, organization: str) -> tuple[str, list[tuple[Sameness, str]]]:
    """Return whom an organization is tied to, and what people said."""
    ref = ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=organization)
    with world.ledger() as ledger:
        tie = ledger.find_bindings([ref], RecordKind.CUSTOMER).get(ref)
        said = [(one.said, one.actor) for one in ledger.duplicates.decisions(LINKS)]
    return tie.netsuite.id if tie else "", said


def asked_alone(world: World, organization: str, customer: str) -> dict[str, str]:
    """Let a pair wait that everybody sees."""
    body = {"organization": organization, "customer": customer}
    question = PairQuestion(pair=PairName.of(organization, customer), bits=5.0, place=0, body=body)
    found = FoundDuplicates(scope=LINKS, records=2, groups=[], questions=[question], page="", sheet="")
    with world.ledger() as ledger:
        ledger.duplicates.keep_run(found, now=world.now())
    return body


@pytest.fixture
def organization_alone(world: World) -> str:
    body = {"name": "Blue twin", "domains": [], "getIfExisting": False}
    made = world.streak.post(f"v2/teams/{team(world)}/organizations", json=body).raise_for_status()
    return str(made.json()["key"])


def test_who_sees_a_pair_that_was_tied_meanwhile_does_not_contradict_the_tie(
    world: World, organization_alone: str
) -> None:
    pair = asked_alone(world, organization_alone, "501")
    assert "result" in ask(world, "tie", by="ann", **pair)
    for person in ("bob", "ann"):
        assert "tied meanwhile by ann" in ask(world, "apart", by=person, **pair)["error"]
    assert "decided meanwhile by ann: same" in ask(world, "tie", by="bob", **pair)["error"]
    assert links(world, organization_alone) == ("501", [(Sameness.SAME, "ann")])


def test_who_sees_a_pair_that_was_told_apart_meanwhile_does_not_tie_it(
    world: World, organization_alone: str
) -> None:
    pair = asked_alone(world, organization_alone, "501")
    assert "result" in ask(world, "apart", by="bob", reason="not them", **pair)
    told = ask(world, "tie", by="ann", **pair)["error"]
    assert "decided meanwhile by bob: different (not them)" in told
    assert links(world, organization_alone) == ("", [(Sameness.DIFFERENT, "bob")])
    with world.product() as product:
        product.duplicate_links().tie(organization_alone, "501", actor="ann", reason="", over="bob")
    assert links(world, organization_alone) == ("501", [(Sameness.SAME, "ann")])


def test_a_word_is_not_kept_when_its_tie_could_not_be_made(world: World, organization_alone: str) -> None:
    pair = asked_alone(world, organization_alone, "502")
    with world.product() as product:
        product.duplicate_links().tie(organization_alone, "501", actor="ann", reason="")
    assert "is tied already" in ask(world, "tie", **pair)["error"]
    assert links(world, organization_alone) == ("501", [])


def test_a_worker_that_dies_while_it_ties_leaves_no_word_without_its_tie(
    world: World, organization_alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = asked_alone(world, organization_alone, "501")

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    keep = bindings.keep
    monkeypatch.setattr(bindings, "keep", die)
    with pytest.raises(KeyboardInterrupt):
        ask(world, "tie", by="ann", **pair)
    monkeypatch.setattr(bindings, "keep", keep)
    assert links(world, organization_alone) == ("", [])
    assert "result" in ask(world, "tie", by="bob", **pair), "anybody may go on with it"
    assert links(world, organization_alone) == ("501", [(Sameness.SAME, "bob")])


def test_ones_own_earlier_word_stays_when_a_tie_could_not_be_made(
    world: World, organization_alone: str
) -> None:
    pair = asked_alone(world, organization_alone, "502")
    ask(world, "apart", by="ann", **pair)
    with world.product() as product:
        product.duplicate_links().tie(organization_alone, "501", actor="ann", reason="")
    assert "is tied already" in ask(world, "tie", by="ann", **pair)["error"]
    assert links(world, organization_alone) == ("501", [(Sameness.DIFFERENT, "ann")])
