"""The checklist of merges in a real Airflow: a pair is decided, its merge is looked at, and its values reach NetSuite."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import log_in, token
from made_duplicates import ARABIC, EVIL
from playwright.sync_api import Page, expect

from streak_netsuite import connections
from streak_netsuite.assembly import Product, Settings, open_product
from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.duplicate_case import (
    LINKS,
    SCOPE,
    Among,
    FoundDuplicates,
    FoundGroup,
    PairName,
    PairQuestion,
)
from streak_netsuite.sync.ports import RecordWrite, Written

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PAGE = "/streak-netsuite-duplicates/"
OWN = {"X-Requested-With": "duplicate-review"}
PATIENCE = 60_000  # what asks NetSuite takes as long as that takes
PHONE = "+971 4 555 0100"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ADDRESS = Address(country="AE", addr1="12 Creek Road", city="Dubai", zip="00000")
FIRM = Customer(company_name="-", subsidiary=Reference(internal_id="1"))

pytestmark = [pytest.mark.browser, pytest.mark.airflow]


@pytest.fixture
def product(place: Any) -> Iterator[Product]:
    parts = {
        name: connections.ConnectionParts.from_json(name, place.env[f"AIRFLOW_CONN_{name.upper()}"])
        for name in ("streak_default", "netsuite_default", "streak_netsuite_ledger")
    }
    settings = Settings(
        streak=connections.streak_settings(parts["streak_default"]),
        netsuite=connections.netsuite_settings(parts["netsuite_default"]),
        ledger=connections.ledger_settings(parts["streak_netsuite_ledger"]),
        mapping=shipped_spec_path("deal_to_order"),
    )
    with open_product(settings) as product:
        yield product


@pytest.fixture
def pairs(product: Product) -> list[tuple[str, str]]:
    """Three pairs that wait, in NetSuite and in the queue: in each, the first one stays, and the second knows a phone."""
    names = [(ARABIC, f"{ARABIC} ذ.م.م"), (EVIL, f"{EVIL}imited"), (LONG, f"{LONG[:-1]} 2")]
    records = {}
    for at, (one, other) in enumerate(names):
        records[f"a{at}"] = replace(
            FIRM, company_name=one, email=f"office{at}@firm.example", addresses=(ADDRESS,)
        )
        records[f"b{at}"] = replace(
            FIRM, company_name=other, phone=PHONE, email="" if at else f"info{at}@firm.example"
        )
    ids: dict[str, str] = {}

    def answered(answers: Sequence[Any]) -> None:
        for one in answers:
            assert isinstance(one, Written), one
            ids[one.operation_key] = one.internal_id

    product.netsuite.upsert_customers(
        [RecordWrite(operation_key=key, record=record) for key, record in records.items()], answered
    )
    made = [(ids[f"a{at}"], ids[f"b{at}"]) for at in range(3)]
    product.ledger.duplicates.keep_run(_found(made, records), now=datetime.now(UTC))
    return made


def _found(made: Sequence[tuple[str, str]], records: dict[str, Customer]) -> FoundDuplicates:
    return FoundDuplicates(
        scope=SCOPE,
        records=6,
        groups=[
            FoundGroup(id=f"g{at}", members=list(pair), band="review", probability=0.9, at_stake=0)
            for at, pair in enumerate(made)
        ],
        questions=[
            PairQuestion(
                pair=PairName.of(*pair),
                bits=3.3,
                place=at,
                body={
                    "records": {
                        one: {"name": records[f"{side}{at}"].company_name}
                        for side, one in zip("ab", pair, strict=True)
                    },
                    "reasons": [{"what": "name", "words": "nearly the same", "bits": 6.1}],
                },
            )
            for at, pair in enumerate(made)
        ],
        page="",
        sheet="",
    )


@pytest.fixture
def link(product: Product, pairs: list[tuple[str, str]]) -> tuple[str, str]:
    """An organization in Streak that looks like the last customer, in the queue of ties."""
    organization = next(iter(product.streak.party_rows("organizations")))[0].internal_id
    customer = pairs[2][0]
    found = FoundDuplicates(
        scope=LINKS,
        records=9,
        groups=[
            FoundGroup(id="t", members=[organization, customer], band="review", probability=0.9, at_stake=0)
        ],
        questions=[
            PairQuestion(
                pair=PairName.of(organization, customer),
                bits=4.2,
                place=0,
                body={
                    "organization": organization,
                    "customer": customer,
                    "records": {
                        organization: {"name": f"{LONG} {EVIL}", "email": "@firm.example"},
                        customer: {"name": ARABIC, "phone": PHONE, "email": "office2@firm.example"},
                    },
                    "reasons": [
                        {"what": "email: domain", "words": "the same, and rare", "bits": 7.1},
                        {"what": "name", "words": "different", "bits": -2.9},
                    ],
                },
            )
        ],
        page="",
        sheet="",
    )
    product.ledger.duplicates.keep_run(found, now=datetime.now(UTC))
    return organization, customer


@pytest.fixture
def twins(product: Product, link: tuple[str, str]) -> tuple[str, str]:
    """Two organizations in Streak with boxes of their own, that wait for a person."""
    keys = [row.internal_id for page in product.streak.party_rows("organizations") for row in page]
    boxes = product.streak.boxes_of(Among.ORGANIZATIONS, keys)
    one, other = sorted({box.links[0] for box in boxes if len(box.links) == 1} - {link[0]})[:2]
    names = {one: EVIL, other: ARABIC}
    found = FoundDuplicates(
        scope=Among.ORGANIZATIONS.scope,
        records=9,
        groups=[],
        questions=[
            PairQuestion(
                pair=PairName.of(one, other),
                bits=4.2,
                place=0,
                body={"records": {key: {"name": name} for key, name in names.items()}, "reasons": []},
            )
        ],
        page="",
        sheet="",
    )
    product.ledger.duplicates.keep_run(found, now=datetime.now(UTC))
    return one, other


def test_a_pair_is_decided_and_its_values_are_looked_at_confirmed_and_written(
    product: Product,
    pairs: list[tuple[str, str]],
    link: tuple[str, str],
    twins: tuple[str, str],
    airflow: AirflowPlace,
    page: Page,
) -> None:
    _keeps_strangers_out(airflow, pairs[0][0])
    log_in(page, airflow)
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("menuitem", name="Duplicate customers").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".sd-merges")).to_have_text("Nothing is to be merged.", timeout=PATIENCE)
    for left in (2, 1, 0):
        frame.locator(".sd-pair").focus()
        page.keyboard.press("s")
        expect(frame.locator("#review .sd-head")).to_contain_text(
            f"{left} pair{'s wait' if left != 1 else ' waits'}"
        )
    cards = frame.locator("#merges .sd-merge")
    expect(cards).to_have_count(3, timeout=PATIENCE)
    expect(frame.locator("#merges .sd-merge", has_text=EVIL)).to_have_count(1)
    assert frame.locator("img").count() == 0
    cards.first.scroll_into_view_if_needed()
    take_picture(page, "merges-listed")

    stays, goes = pairs[0]
    card = frame.locator(f'.sd-merge[data-customer="{stays}"]')
    card.get_by_role("button", name=re.compile("Look at the values")).click()
    plan = card.locator(".sd-plan")
    expect(plan).to_contain_text(PHONE, timeout=PATIENCE)
    assert product.netsuite.customer_values([stays])[stays]["phone"] == "", "looking writes nothing"
    plan.get_by_label("Whose e-mail?").select_option(goes)
    expect(plan.locator("tr.sd-differs")).to_have_count(2, timeout=PATIENCE)
    plan.scroll_into_view_if_needed()
    take_picture(page, "merges-plan")
    plan.get_by_role("button", name=f"Write to customer {stays}").click()
    expect(frame.locator("#merges .sd-voice")).to_have_text(
        f"Customer {stays} has its email, phone now.", timeout=PATIENCE
    )
    expect(frame.locator(f'.sd-merge[data-customer="{stays}"]')).to_have_attribute(
        "data-state", "filled", timeout=PATIENCE
    )
    values = product.netsuite.customer_values([stays])[stays]
    assert (values["phone"], values["email"]) == (PHONE, "info0@firm.example")
    (noted,) = [one for one in product.ledger.list_audit() if one.action == "duplicates.fill"]
    assert (noted.actor, noted.subject) == ("admin", f"customer {stays}")
    take_picture(page, "merges-filled")
    _takes_what_was_changed_meanwhile_for_another_plan(frame, product, pairs[1])
    _ties(frame, page, product, link)
    _organizations(frame, page, product, twins)


def _takes_what_was_changed_meanwhile_for_another_plan(
    frame: Any, product: Product, pair: tuple[str, str]
) -> None:
    stays, goes = pair
    card = frame.locator(f'.sd-merge[data-customer="{stays}"]')
    card.get_by_role("button", name=re.compile("Look at the values")).click()
    expect(card.locator(".sd-plan")).to_contain_text(PHONE, timeout=PATIENCE)
    product.netsuite.change_customer(goes, {"phone": "+1 412 555 0100"})
    card.get_by_role("button", name="Write to customer").click()
    expect(frame.locator("#merges .sd-voice")).to_contain_text(
        "has changed since you looked", timeout=PATIENCE
    )
    assert product.netsuite.customer_values([stays])[stays]["phone"] == ""


def _ties(frame: Any, page: Page, product: Product, link: tuple[str, str]) -> None:
    organization, customer = link
    ties = frame.locator("#ties")
    expect(ties.locator(".sd-head")).to_contain_text("1 waits", timeout=PATIENCE)
    card = ties.locator(f'[data-organization="{organization}"]')
    expect(card).to_contain_text(EVIL)
    card.get_by_label("Reason", exact=True).fill("their own word")
    card.scroll_into_view_if_needed()
    take_picture(page, "ties")
    card.get_by_role("button", name="Tie them").click()
    expect(ties.locator(".sd-voice")).to_contain_text(f"is customer {customer}.", timeout=PATIENCE)
    expect(ties.locator(".sd-head")).to_contain_text("0 wait", timeout=PATIENCE)
    ref = ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=organization)
    assert product.ledger.find_bindings([ref], RecordKind.CUSTOMER)[ref].netsuite.id == customer
    (noted,) = [one for one in product.ledger.list_audit() if one.action == "binding.made"]
    assert (noted.actor, noted.details["reason"]) == ("admin", "their own word")


def _organizations(frame: Any, page: Page, product: Product, twins: tuple[str, str]) -> None:
    frame.locator(".sd-pair").focus()
    page.keyboard.press("2")
    expect(frame.locator(".sd-chance")).to_contain_text("One organization?")
    page.keyboard.press("s")
    card = frame.locator("#parties .sd-merge")
    expect(card).to_have_count(1, timeout=PATIENCE)
    card.get_by_role("button", name="Look which boxes link to them").click()
    plan = card.locator(".sd-plan")
    expect(plan).to_contain_text("delete it in Streak", timeout=PATIENCE)
    before = product.streak.boxes_of(Among.ORGANIZATIONS, twins)
    assert {key for box in before for key in box.links} >= set(twins), "looking writes nothing"
    plan.scroll_into_view_if_needed()
    take_picture(page, "parties-plan")
    plan.get_by_role("button", name=re.compile(r"Let \d+ box(es)?( and \d+ links?)? (link|lead) to")).click()
    expect(frame.locator("#parties .sd-voice")).to_contain_text("written", timeout=PATIENCE)
    after = product.streak.boxes_of(Among.ORGANIZATIONS, twins)
    assert len({key for box in after for key in box.links} & set(twins)) == 1
    assert len(after) == len(before)
    (noted,) = [one for one in product.ledger.list_audit() if one.action == "organizations.relink"]
    assert noted.actor == "admin"
    take_picture(page, "parties-done")


def _keeps_strangers_out(airflow: AirflowPlace, customer: str) -> None:
    body = json.dumps({"customer": customer, "key": "x"})
    with httpx.Client(base_url=airflow.url + PAGE, trust_env=False, timeout=60) as client:
        assert client.post("api/fill", headers=OWN, content=body).status_code == 401
        guest = {"Authorization": f"Bearer {token(airflow, 'guest', 'guest-password')}"}
        assert client.post("api/fill", headers={**OWN, **guest}, content=body).status_code == 403
        admin = {"Authorization": f"Bearer {token(airflow, 'admin', airflow.password)}"}
        assert client.post("api/fill", headers=admin, content=body).status_code == 400


def take_picture(page: Page, name: str) -> None:
    """Keep what the person sees."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
