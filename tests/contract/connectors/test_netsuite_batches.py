"""Lists: split by kind, each record told by itself, nothing of a cut or broken list taken for granted."""

import random
import time
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.kinds import Family, family
from streak_netsuite.connectors.netsuite.records.customer import write_customer
from streak_netsuite.connectors.netsuite.records.sales_order import write_sales_order
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import InvalidCredentials, RejectedByVendor, UncertainWrite
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.ports import NotWritten, WriteResult, Written


def customer(name: str) -> Draft:
    record = Customer(company_name=name, subsidiary=Reference(internal_id="1"))
    return Draft(key=f"k-{name}", type="customer", build=partial(write_customer, record, f"k-{name}"))


def order(number: int, *, customer: Reference | None = None) -> Draft:
    line = OrderLine(
        item=Reference(internal_id="101", name="Atlas Arm"), quantity=Decimal(1), rate=Decimal(5)
    )
    record = SalesOrder(
        customer=customer or Reference(internal_id="501", name="ACME Robotics Inc"),
        transaction_date=date(2026, 11, 23),
        lines=(line,),
    )
    return Draft(
        key=f"k-so-{number}", type="salesOrder", build=partial(write_sales_order, record, f"k-so-{number}")
    )


def written(
    endpoint: Any, drafts: list[Draft], verb: Verb = Verb.UPSERT, **settings: Any
) -> list[WriteResult]:
    results: list[WriteResult] = []
    with endpoint.client(**settings) as client:
        BatchWriter(client, endpoint.settings(**settings)).write(verb, drafts, results.extend)
    return results


def test_records_of_different_kinds_go_into_lists_of_their_own(endpoint: Any) -> None:
    drafts = [draft for n in range(30) for draft in (order(n), customer(f"Company {n:02}"))]
    results = written(endpoint, drafts, concurrency=2, reserve=0, order_list_longest=20)
    assert {one.operation_key for one in results if isinstance(one, Written)} == {d.key for d in drafts}
    sizes = sorted(entry.records for entry in endpoint.journal("upsertList"))
    assert sum(sizes) == 60
    assert max(sizes) <= 20


@pytest.mark.parametrize(
    ("record_type", "expected"),
    [
        ("salesOrder", Family.TRANSACTION),
        ("customerPayment", Family.TRANSACTION),
        ("customer", Family.ENTITY),
        ("contact", Family.ENTITY),
        ("kitItem", Family.ITEM),
        ("serviceSaleItem", Family.ITEM),
        ("customRecord", Family.CUSTOM_RECORD),
        ("somethingNew", Family.TRANSACTION),
    ],
)
def test_record_types_belong_to_families(record_type: str, expected: Family) -> None:
    assert family(record_type) is expected


@pytest.mark.parametrize("verb", [Verb.ADD, Verb.UPDATE, Verb.UPSERT])
def test_no_list_is_longer_than_oracle_allows(endpoint: Any, verb: Verb) -> None:
    drafts = [customer(f"Company {n:03}") for n in range(240)]
    if verb is Verb.UPDATE:
        written(endpoint, drafts)
    settings = endpoint.settings(concurrency=1, reserve=0, customer_list_size=100)
    endpoint.sandbox._journal.clear()
    written(endpoint, drafts, verb, concurrency=1, reserve=0, customer_list_size=100)
    sizes = [entry.records for entry in endpoint.journal(f"{verb}List")]
    assert sum(sizes) == 240
    assert max(sizes) <= min(settings.customer_list_size, 100)


def test_what_a_cut_list_has_written_is_found_by_its_key(endpoint: Any) -> None:
    endpoint.fault("cut_list", operation="upsertList", options={"done": 2, "unknown": 2, "committed": 1})
    results = written(endpoint, [order(n) for n in range(5)], concurrency=1, reserve=0)
    by_key = {one.operation_key: one for one in results}
    assert [type(by_key[f"k-so-{n}"]) for n in range(5)] == [
        Written,
        Written,
        Written,
        NotWritten,
        NotWritten,
    ]
    found = by_key["k-so-2"]
    assert isinstance(found, Written)
    assert any("found by its key" in warning for warning in found.warnings)
    open_ = by_key["k-so-3"]
    assert isinstance(open_, NotWritten)
    assert isinstance(open_.error, UncertainWrite)


def test_a_record_that_was_there_before_a_cut_list_is_not_taken_for_written(endpoint: Any) -> None:
    written(endpoint, [order(1)])
    for record in endpoint.sandbox.store.all("salesOrder"):
        record.modified_at = record.modified_at.replace(year=2025)
    endpoint.fault("cut_list", operation="upsertList", options={"done": 0, "unknown": 1, "committed": 0})
    (result,) = written(endpoint, [order(1)])
    assert isinstance(result, NotWritten)
    assert isinstance(result.error, UncertainWrite)


def test_a_record_that_cannot_be_put_into_netsuites_words_keeps_no_other_back(endpoint: Any) -> None:
    strange = Draft(
        key="k-strange",
        type="customer",
        build=lambda: SuiteRecord(type="customer", external_id="k-strange", values={"nickname": "Bob"}),
    )

    def unlucky() -> SuiteRecord:
        raise ValueError("'Atlantis' is no country")

    results = written(
        endpoint,
        [customer("One"), strange, Draft(key="k-unlucky", type="customer", build=unlucky), customer("Two")],
    )
    by_key = {one.operation_key: one for one in results}
    assert isinstance(by_key["k-One"], Written)
    assert isinstance(by_key["k-Two"], Written)
    for key, said in (("k-strange", "no field 'nickname'"), ("k-unlucky", "Atlantis")):
        refused = by_key[key]
        assert isinstance(refused, NotWritten)
        assert isinstance(refused.error, RejectedByVendor)
        assert refused.error.code == "NOT_SENT"
        assert said in str(refused.error)


def test_a_refusal_says_names_instead_of_ids_and_whose_turn_it_is(endpoint: Any) -> None:
    gone = Reference(internal_id="999999", name="Vanished Ltd")
    (result,) = written(endpoint, [order(1, customer=gone)])
    assert isinstance(result, NotWritten)
    error = result.error
    assert isinstance(error, RejectedByVendor)
    assert error.owner in {"sales", "finance", "admin"}
    assert error.cause
    assert "Vanished Ltd" in f"{error} {error.fix} {error.cause}"


def test_throttling_disguised_as_a_bad_login_is_met_with_patience(endpoint: Any) -> None:
    endpoint.sandbox.settings.call_seconds = 0.05
    with endpoint.client(concurrency=5, reserve=0) as client:
        settings = endpoint.settings(concurrency=5, reserve=0)
        writer = BatchWriter(client, settings)
        results: list[WriteResult] = []
        writer.write(Verb.UPSERT, [customer("First")], results.extend)
        endpoint.fault("invalid_credentials", operation="upsertList", times=3)
        writer.write(Verb.UPSERT, [customer(f"Company {n:02}") for n in range(60)], results.extend)
        assert len([one for one in results if isinstance(one, Written)]) == 61
        assert client.governor.refused_calls >= 1


def test_a_login_that_is_refused_alone_is_a_bad_login(endpoint: Any) -> None:
    endpoint.fault("invalid_credentials", times=None)
    with pytest.raises(InvalidCredentials):
        written(endpoint, [customer("First")])


@pytest.mark.parametrize("off", [-900.0, 900.0])
def test_a_clock_that_is_off_is_followed_and_the_call_passes(endpoint: Any, off: float) -> None:
    settings = endpoint.settings()
    with SoapClient(settings, clock=lambda: time.time() + off, rng=random.Random(1)) as client:
        NetSuiteGateway(client, settings).server_time()
        assert abs(client.clock_ahead_seconds + off) < 5
