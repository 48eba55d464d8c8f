"""Lists of records that a DAG of one's own writes: a customer that would be created is compared with all that exist first."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from streak_netsuite.assembly import open_desk
from streak_netsuite.errors import Ambiguous, ConfigurationError, RecordError, TransientError
from streak_netsuite.flows.customers import identity_keys
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.ports import RecordWrite

World = Any
Written = tuple[dict[str, str], dict[str, Any]]
Write = Callable[[World, Sequence[dict[str, Any]]], Written]
FIRM = "Vandermeer Kowalski Robotics"


def customer(key: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "customer",
        "externalId": key,
        "fields": {"companyName": name, "subsidiary": {"internalId": "1"}, **fields},
    }


def person(key: str, given: str, family: str, email: str) -> dict[str, Any]:
    names = {"isPerson": True, "firstName": given, "lastName": family, "email": email}
    return {"type": "customer", "externalId": key, "fields": {**names, "subsidiary": {"internalId": "1"}}}


def at_once(world: World, records: Sequence[dict[str, Any]]) -> Written:
    settings = world.settings()
    with open_desk(settings.netsuite, settings.ledger, check_by=world.mapping) as desk:
        return desk.upsert(records)


def by_jobs(world: World, records: Sequence[dict[str, Any]]) -> Written:
    settings = world.settings()
    with open_desk(settings.netsuite, settings.ledger, check_by=world.mapping) as desk:
        return desk.upsert_by_jobs(records, limit_seconds=30)


def by_jobs_in_two_tasks(world: World, records: Sequence[dict[str, Any]]) -> Written:
    settings = world.settings()
    with open_desk(settings.netsuite, settings.ledger, check_by=world.mapping) as desk:
        parts = [type(one).from_plain(one.plain()) for one in desk.submit_jobs(records)]
    with open_desk(settings.netsuite, settings.ledger) as desk:
        unfinished = desk.unfinished_jobs([one.job_id for one in parts if one.job_id])
        return desk.collect_jobs(records, parts, unfinished=unfinished)


WAYS = [
    pytest.param(at_once, id="at once"),
    pytest.param(by_jobs, id="by jobs"),
    pytest.param(by_jobs_in_two_tasks, id="by jobs, in two tasks"),
]


def exists(world: World, **values: Any) -> str:
    """Let NetSuite have a customer; return its internal id."""
    ids: list[str] = []
    record = Customer(subsidiary=Reference(internal_id="1"), **values)
    with world.product() as product:
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key="there", record=record)],
            lambda answers: ids.extend(one.internal_id for one in answers),
        )
    return ids[0]


@pytest.fixture(autouse=True)
def jobs_start_at_once(world: World) -> None:
    world.configure_netsuite(async_start_seconds=0.0)


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"company_name": "VANDERMEER KOWALSKI ROBOTICS Limited"}, id="the same name"),
        pytest.param({"company_name": "VK", "email": "office@vk.example"}, id="the same e-mail address"),
        pytest.param({"company_name": "Vandermeer Kowalsky Robotics"}, id="nearly the same name"),
    ],
)
def test_a_customer_that_may_exist_is_kept_back_with_whom_it_may_be_and_the_others_are_written(
    world: World, write: Write, known: dict[str, str]
) -> None:
    there = exists(world, **known)
    records = [
        customer("one", "Quite Another Foundry"),
        customer("two", FIRM, email="office@vk.example"),
        customer("three", "Kiln Row Pottery"),
    ]
    written, failed = write(world, records)
    assert set(written) == {"one", "three"}
    assert set(failed) == {"two"}
    assert isinstance(failed["two"], RecordError)
    assert failed["two"].code == "AMBIGUOUS"
    assert f"customer {there} '{known['company_name']}'" in str(failed["two"])
    assert "check_duplicates=False" in str(failed["two"])
    assert world.customers(FIRM) == []
    assert len(world.customers("Kiln Row Pottery")) == 1


@pytest.mark.parametrize("write", WAYS)
def test_a_customer_whose_external_id_is_known_is_changed_whatever_it_looks_like(
    world: World, write: Write
) -> None:
    exists(world, company_name=f"{FIRM} Ltd")
    settings = world.settings()
    with open_desk(settings.netsuite, settings.ledger) as desk:
        first, _ = desk.upsert([customer("two", FIRM)])
    written, failed = write(world, [customer("TWO", FIRM, phone="+44 20 7932 5980")])
    assert failed == {}
    assert list(written.values()) == list(first.values())
    (one,) = world.customers(FIRM)
    assert one["phone"] == "+44 20 7932 5980"


@pytest.mark.parametrize("write", WAYS)
def test_one_customer_under_two_external_ids_of_a_list_is_made_once(world: World, write: Write) -> None:
    twins = [
        customer("one", FIRM),
        customer("two", f"{FIRM.upper()} Ltd"),
        customer("three", "VK", email="office@vk.example"),
        customer("four", "Kowalski", email="Office@vk.example"),
    ]
    written, failed = write(world, twins)
    assert (set(written), set(failed)) == ({"one", "three"}, {"two", "four"})
    assert f"customer one of the same list '{FIRM}'" in str(failed["two"])
    assert set(write(world, twins)[1]) == {"two", "four"}, "and nothing else comes of another try"


def test_namesakes_among_people_of_a_list_are_for_a_person_to_tell(world: World) -> None:
    people = [
        person("one", "Ines", "Hobday", "ines@hobday.example"),
        person("two", "Ines", "Hobday", "i@mail.example"),
    ]
    written, failed = at_once(world, people)
    assert (set(written), set(failed)) == ({"one"}, {"two"})


def test_an_address_that_looks_like_that_of_a_customer_is_compared_too(world: World) -> None:
    from streak_netsuite.flows.customer_gate import new_customer

    row = {
        "addressbookAddress": {
            "addr1": "45 Mill Lane",
            "city": "Leeds",
            "zip": "LS7 2AB",
            "country": "_unitedKingdom",
        }
    }
    record = {
        **customer("one", "CE Automation"),
        "sublists": {"addressbookList": {"mode": "replace", "rows": [row]}},
    }
    profile = new_customer("one", record).profile
    assert (profile.street, profile.city, profile.postcode, profile.country) == (
        "45 Mill Lane",
        "Leeds",
        "LS7 2AB",
        "GB",
    )


@pytest.mark.parametrize("write", WAYS)
def test_a_name_that_another_worker_creates_is_tried_again_later(world: World, write: Write) -> None:
    deal = Customer(subsidiary=Reference(internal_id="1"), company_name=f"{FIRM} Ltd")
    with world.ledger() as ledger:
        ledger.claim_identities(
            sorted(identity_keys(deal)), token="another", lease_seconds=600, now=world.now()
        )
    records = [customer("one", FIRM), customer("two", "Kiln Row Pottery")]
    written, failed = write(world, records)
    assert set(written) == {"two"}
    assert isinstance(failed["one"], TransientError)
    with world.ledger() as ledger:
        ledger.release_identities(token="another")
    written, failed = write(world, records)
    assert (set(written), failed) == ({"one", "two"}, {})
    with world.ledger() as ledger:
        free = ledger.claim_identities(
            sorted(identity_keys(deal)), token="a third", lease_seconds=60, now=world.now()
        )
    assert free == identity_keys(deal), "names are given back"


def test_a_customer_that_was_merged_away_is_nobody(world: World) -> None:
    from streak_netsuite.connectors.netsuite.calls.writes import delete
    from streak_netsuite.connectors.netsuite.record_ref import RecordRef
    from streak_netsuite.connectors.netsuite.soap import SoapClient

    there = exists(world, company_name=f"{FIRM} Ltd")
    assert set(at_once(world, [customer("one", FIRM)])[1]) == {"one"}
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(RecordRef(type="customer", internal_id=there))).status.success
    written, failed = at_once(world, [customer("one", FIRM)])
    assert (set(written), failed) == ({"one"}, {})


def test_what_is_wanted_without_a_look_is_written(world: World) -> None:
    exists(world, company_name=f"{FIRM} Ltd")
    settings = world.settings()
    with open_desk(settings.netsuite, settings.ledger) as desk:
        written, failed = desk.upsert([customer("one", FIRM)])
    assert (set(written), failed) == ({"one"}, {})


def test_without_a_ledger_nothing_is_compared_and_nothing_written(world: World) -> None:
    with (
        pytest.raises(ConfigurationError, match="name a ledger connection"),
        open_desk(world.settings().netsuite, None, check_by=world.mapping),
    ):
        pass


def test_the_directory_of_another_account_is_not_compared_with(world: World) -> None:
    settings = world.settings()
    with world.ledger() as ledger:
        ledger.keep_snapshot("netsuite.account", {"account": "7654321"}, now=world.now())
    with (
        pytest.raises(ConfigurationError, match="belongs to NetSuite account 7654321"),
        open_desk(settings.netsuite, settings.ledger, check_by=world.mapping),
    ):
        pass


def test_a_doubt_names_those_that_can_be_chosen(world: World) -> None:
    there = exists(world, company_name=f"{FIRM} Ltd")
    _, failed = at_once(world, [customer("one", FIRM)])
    error = failed["one"]
    assert isinstance(error, Ambiguous)
    assert error.ids == (there,)
