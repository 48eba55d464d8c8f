"""Lists: split by kind, each record told by itself, nothing of a cut or broken list taken for granted."""

import contextlib
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from streak_netsuite.assembly import open_netsuite
from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.calls.account import get_server_time
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.job_writer import JobWriter
from streak_netsuite.connectors.netsuite.kinds import Family, family
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.customer import write_customer
from streak_netsuite.connectors.netsuite.records.sales_order import write_sales_order
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import (
    InvalidCredentials,
    LeaseLost,
    PermanentError,
    RateLimited,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sandbox.netsuite.values import Ref
from streak_netsuite.sync.ports import NotWritten, WriteResult, Written


def customer(name: str) -> Draft:
    record = Customer(company_name=name, subsidiary=Reference(internal_id="1"))
    return Draft(key=f"k-{name}", type="customer", build=partial(write_customer, record, f"k-{name}"))


ARM = Reference(internal_id="101", name="Atlas Arm")


def order(
    number: int,
    *,
    customer: Reference | None = None,
    currency: Reference | None = None,
    memo: str = "",
    **line_changes: Any,
) -> Draft:
    line = OrderLine(**{"item": ARM, "quantity": Decimal(1), "rate": Decimal(5), **line_changes})
    record = SalesOrder(
        customer=customer or Reference(internal_id="501", name="ACME Robotics Inc"),
        transaction_date=date(2026, 11, 23),
        currency=currency,
        memo=memo,
        lines=(line,),
    )
    return Draft(
        key=f"k-so-{number}", type="salesOrder", build=partial(write_sales_order, record, f"k-so-{number}")
    )


def unreadable(name: str, value: str = "_pigeon") -> Draft:
    """A customer with a value that is none of its enumeration's: NetSuite's parser fails over the whole request."""
    record = SuiteRecord(
        type="customer",
        external_id=f"k-{name}",
        values={"companyName": name, "subsidiary": RecordRef(internal_id="1"), "emailPreference": value},
    )
    return Draft(key=f"k-{name}", type="customer", build=lambda: record)


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


@pytest.mark.parametrize("committed", [0, 1])
@pytest.mark.parametrize("change", [{"memo": "by phone"}, {"rate": Decimal(6)}, {"quantity": Decimal(2)}])
def test_a_change_in_a_cut_list_counts_as_written_only_when_the_record_holds_it(
    endpoint: Any, change: dict[str, Any], committed: int
) -> None:
    written(endpoint, [order(1)])
    for record in endpoint.sandbox.store.all("salesOrder"):
        record.modified_at = datetime.now(UTC)  # somebody else has just saved it, too
    options = {"done": 0, "unknown": 1, "committed": committed}
    endpoint.fault("cut_list", operation="upsertList", options=options)
    (result,) = written(endpoint, [order(1, **change)])
    if committed:
        assert isinstance(result, Written)
        return
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


@pytest.mark.parametrize("slots", [1, 5])
def test_a_value_that_netsuite_cannot_read_keeps_only_its_own_record_back(endpoint: Any, slots: int) -> None:
    drafts = [customer(f"Company {n:03}") for n in range(200)]
    drafts[36] = unreadable("Company 036")
    results = written(endpoint, drafts, concurrency=slots, reserve=0)
    assert sorted(one.operation_key for one in results) == sorted(draft.key for draft in drafts)
    (refused,) = [one for one in results if isinstance(one, NotWritten)]
    assert refused.operation_key == "k-Company 036"
    assert isinstance(refused.error, RejectedByVendor)
    assert "_pigeon" in str(refused.error)
    assert (refused.error.code, refused.error.owner) == ("SAXException", "admin")
    assert refused.error.fix
    assert refused.error.cause
    names = [record.fields["companyName"] for record in endpoint.sandbox.store.all("customer")]
    assert [names.count(f"Company {n:03}") for n in range(200)] == [int(n != 36) for n in range(200)]


def test_the_one_record_that_cannot_be_read_is_found_by_halving(endpoint: Any) -> None:
    drafts = [customer(f"Company {n:02}") for n in range(64)]
    drafts[63] = unreadable("Company 63")
    written(endpoint, drafts, concurrency=1, reserve=0, customer_list_size=64)
    assert len(endpoint.journal("upsertList")) == 1 + 6 + 1  # the list, a half of each half, the record alone


@pytest.mark.parametrize("bad", [{0}, {1}, {0, 7}, {3, 4}, {2, 3, 5, 7}, set(range(1, 8)), set(range(4))])
def test_records_that_cannot_be_read_are_told_each_by_itself(endpoint: Any, bad: set[int]) -> None:
    drafts = [unreadable(f"C{n}", f"_bird{n}") if n in bad else customer(f"C{n}") for n in range(8)]
    results = written(endpoint, drafts, concurrency=1, reserve=0)
    by_key = {one.operation_key: one for one in results}
    assert len(results) == 8
    for n in range(8):
        result = by_key[f"k-C{n}"]
        if n not in bad:
            assert isinstance(result, Written)
            continue
        assert isinstance(result, NotWritten)
        assert isinstance(result.error, RejectedByVendor)
        assert f"_bird{n}" in str(result.error)
    assert len(endpoint.journal("upsertList")) <= 2 * 8


def test_many_records_that_netsuite_says_the_same_of_stop_the_work_and_none_is_held(endpoint: Any) -> None:
    results: list[WriteResult] = []
    drafts = [unreadable(f"C{n}") for n in range(12)]
    with endpoint.client(concurrency=5, reserve=0) as client:
        writer = BatchWriter(client, endpoint.settings(concurrency=5, reserve=0))
        with pytest.raises(PermanentError, match=r"none of 12 records.*_pigeon.*mapping file"):
            writer.write(Verb.UPSERT, drafts, results.extend)
    assert {one.operation_key for one in results} == {draft.key for draft in drafts}
    for one in results:
        assert isinstance(one, NotWritten)
        assert isinstance(one.error, TransientError)  # surely not written: nothing has to be looked up
    assert len(endpoint.journal("upsertList")) <= 2 * 12


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([unreadable("A")], id="one"),
        pytest.param([unreadable("A"), unreadable("B")], id="two of the same, as two deals of one customer"),
        pytest.param(
            [unreadable(f"C{n}", f"_bird_{chr(97 + n)}") for n in range(6)], id="many, each its own"
        ),
        pytest.param([*(unreadable(f"C{n}") for n in range(6)), customer("Z")], id="another is read later"),
        pytest.param([customer("Z"), *(unreadable(f"C{n}") for n in range(6))], id="another is read first"),
    ],
)
def test_bad_values_of_records_are_told_of_their_records(endpoint: Any, drafts: list[Draft]) -> None:
    results = written(endpoint, drafts, concurrency=1, reserve=0)
    refused = [one for one in results if isinstance(one, NotWritten)]
    assert len(refused) == len([draft for draft in drafts if draft.key != "k-Z"])
    assert {type(one.error).__mro__[1] for one in refused} == {RejectedByVendor}
    assert len(results) == len(drafts)


def test_who_keeps_count_hears_of_each_call_before_it_leaves(endpoint: Any) -> None:
    drafts = [customer(f"C{n}") for n in range(12)]
    heard: list[tuple[str, int]] = []
    with endpoint.client(concurrency=1, reserve=0) as client:
        writer = BatchWriter(client, endpoint.settings(concurrency=1, reserve=0, customer_list_size=5))

        def leave(keys: Any) -> None:
            heard.extend((key, len(endpoint.journal("upsertList"))) for key in keys)

        writer.write(Verb.UPSERT, drafts, lambda _: None, leave)
    assert sorted(key for key, _ in heard) == sorted(draft.key for draft in drafts)
    assert {sent for _, sent in heard} == {0, 1, 2}


def test_a_call_whose_records_another_worker_has_is_not_sent_and_not_answered_for(endpoint: Any) -> None:
    results: list[WriteResult] = []
    tries: list[str] = []

    def lost(keys: Any) -> None:
        tries.extend(keys)
        raise LeaseLost("taken over")

    with endpoint.client() as client, pytest.raises(LeaseLost):
        BatchWriter(client, endpoint.settings()).write(Verb.UPSERT, [customer("First")], results.extend, lost)
    assert (results, tries, endpoint.journal("upsertList")) == ([], ["k-First"], [])


def test_what_the_first_half_has_written_is_told_though_the_second_is_refused_for_the_login(
    endpoint: Any,
) -> None:
    results: list[WriteResult] = []
    drafts = [customer("First"), customer("Second"), customer("Third"), unreadable("Fourth")]
    with endpoint.client(concurrency=1, reserve=0) as client:
        writer = BatchWriter(client, endpoint.settings(concurrency=1, reserve=0))

        def hear(answers: Any) -> None:
            results.extend(answers)
            endpoint.sandbox.settings.account_state = "role_revoked"

        with pytest.raises(InvalidCredentials):
            writer.write(Verb.UPSERT, drafts, hear)
    assert [type(one) for one in results] == [Written, Written]


def test_a_job_goes_without_the_records_that_cannot_be_read(endpoint: Any) -> None:
    endpoint.sandbox.settings.async_start_seconds = 0.0
    drafts = [customer(f"C{n}") for n in range(8)]
    drafts[5] = unreadable("C5")
    with endpoint.client() as client:
        writer = JobWriter(client, zone=endpoint.settings().user_zone)
        records = [draft.build() for draft in drafts]
        results = writer.upsert(records, limit_seconds=30)
        again = [type(part).from_plain(part.plain()) for part in writer.submit(records)]
    assert [type(one) for one in results] == [NotWritten if n == 5 else Written for n in range(8)]
    refused = results[5]
    assert isinstance(refused, NotWritten)
    assert isinstance(refused.error, RejectedByVendor)
    assert (refused.error.code, bool(refused.error.fix)) == ("SAXException", True)
    assert "k-C5" in str(refused.error)
    assert sum(part.count for part in again) == 8


def test_a_job_of_which_nothing_can_be_read_is_not_submitted(endpoint: Any) -> None:
    records = [unreadable(f"C{n}").build() for n in range(6)]
    with endpoint.client() as client:
        writer = JobWriter(client, zone=endpoint.settings().user_zone)
        with pytest.raises(PermanentError, match="none of 6 records"):
            writer.upsert(records, limit_seconds=30)


def test_a_refusal_says_names_instead_of_ids_and_whose_turn_it_is(endpoint: Any) -> None:
    gone = Reference(internal_id="999999", name="Vanished Ltd")
    (result,) = written(endpoint, [order(1, customer=gone)])
    assert isinstance(result, NotWritten)
    error = result.error
    assert isinstance(error, RejectedByVendor)
    assert error.owner in {"sales", "finance", "admin"}
    assert error.cause
    assert "Vanished Ltd" in f"{error} {error.fix} {error.cause}"


def test_a_name_is_that_of_a_record_of_the_kind_that_is_meant(endpoint: Any) -> None:
    """Subsidiary 1 and currency 1 are two records: neither lends the other its name."""
    arm = endpoint.sandbox.store.find(Ref(internal_id="101"), "inventoryItem")
    arm.fields["subsidiaryList"] = {"recordRef": [Ref(internal_id="2", type="subsidiary")]}
    dollars = Reference(internal_id="1", name="USD")
    (result,) = written(endpoint, [order(1, currency=dollars, item=Reference(internal_id="101"))])
    assert isinstance(result, NotWritten)
    assert isinstance(result.error, RejectedByVendor)
    parent = endpoint.sandbox.store.find(Ref(internal_id="1"), "subsidiary").fields["name"]
    assert "USD" not in result.error.fix
    assert f"'{parent}' (1)" in result.error.fix
    assert "the item 'Atlas Arm' (101)" in result.error.fix


def test_a_refusal_stands_without_a_name_that_cannot_be_asked_for(endpoint: Any) -> None:
    arm = endpoint.sandbox.store.find(Ref(internal_id="101"), "inventoryItem")
    arm.fields["subsidiaryList"] = {"recordRef": [Ref(internal_id="2", type="subsidiary")]}
    for operation in ("get", "search"):
        endpoint.fault("status_failed", operation=operation, times=None, options={"code": "UNEXPECTED_ERROR"})
    (result,) = written(endpoint, [order(1, item=Reference(internal_id="101"))], attempts=1)
    assert isinstance(result, NotWritten)
    assert isinstance(result.error, RejectedByVendor)
    assert "the item 101" in result.error.fix


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


def test_a_worker_whose_login_is_refused_while_another_is_accepted_takes_it_for_a_limit(
    endpoint: Any, ledger: Ledger
) -> None:
    """Two workers of one slot each: neither sees the other's calls, but for the ledger."""
    endpoint.sandbox.settings.call_seconds = 0.02
    patient = {"attempts": 40, "retry_total_seconds": 60}
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(open_netsuite(endpoint.settings(concurrency=2, reserve=0, **patient), ledger))
            for _ in range(2)
        ]
        for client in clients:
            client.send(get_server_time())
        endpoint.sandbox.settings.throttle_as = "invalid_credentials"
        endpoint.sandbox.gate.occupy(4)  # of 5: others call, too
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(client.send, get_server_time()) for _ in range(5) for client in clients]
            assert all(call.result() for call in calls)
        assert sum(client.governor.refused_calls for client in clients) >= 1


def test_credentials_that_worked_a_moment_ago_outlast_others_who_hold_every_slot(endpoint: Any) -> None:
    endpoint.sandbox.settings.throttle_as = "invalid_credentials"
    with endpoint.client() as client:
        client.send(get_server_time())
        endpoint.sandbox.gate.occupy(5, 1.0)
        assert client.send(get_server_time())


def test_a_right_that_is_missing_is_no_limit_however_much_is_going_on(endpoint: Any) -> None:
    endpoint.sandbox.settings.call_seconds = 0.05
    with endpoint.client(concurrency=5, reserve=0) as client, ThreadPoolExecutor(5) as pool:
        client.send(get_server_time())
        endpoint.sandbox.settings.account_state = "role_revoked"
        for call in [pool.submit(client.send, get_server_time()) for _ in range(5)]:
            with pytest.raises(InvalidCredentials, match="permission for web services"):
                call.result()
        assert client.governor.refused_calls == 0


def test_a_list_that_is_refused_as_a_whole_for_the_role_stops_the_work(endpoint: Any) -> None:
    options = {"code": "INSUFFICIENT_PERMISSION", "message": "The role may not."}
    endpoint.fault("status_failed", operation="upsertList", options=options)
    with pytest.raises(InvalidCredentials, match="The role may not"):
        written(endpoint, [customer("First"), customer("Second")])


def test_a_list_that_is_refused_as_a_whole_for_too_much_at_once_is_sent_again(endpoint: Any) -> None:
    endpoint.fault("status_failed", operation="upsertList", options={"code": "CONCURRENCY_LIMIT_EXCEEDED"})
    with endpoint.client(concurrency=4, reserve=0) as client:
        results: list[WriteResult] = []
        BatchWriter(client, endpoint.settings()).write(Verb.UPSERT, [customer("First")], results.extend)
        assert [type(one) for one in results] == [Written]
        assert client.governor.refused_calls == 1


def test_a_list_that_failed_without_a_known_reason_is_looked_up_first(endpoint: Any) -> None:
    endpoint.fault("status_failed", operation="upsertList", options={"code": "UNEXPECTED_ERROR"})
    (result,) = written(endpoint, [customer("First")])
    assert isinstance(result, NotWritten)
    assert isinstance(result.error, UncertainWrite)


def test_records_that_are_refused_for_too_much_at_once_make_the_calls_fewer(endpoint: Any) -> None:
    options = {"code": "SSS_REQUEST_LIMIT_EXCEEDED", "index": 0}
    endpoint.fault("record_error", operation="upsertList", options=options)
    with endpoint.client(concurrency=4, reserve=0) as client:
        results: list[WriteResult] = []
        BatchWriter(client, endpoint.settings()).write(
            Verb.UPSERT, [customer("First"), customer("Second")], results.extend
        )
        assert client.governor.refused_calls == 1
    first, second = results
    assert isinstance(first, NotWritten)
    assert isinstance(first.error, RateLimited)
    assert isinstance(second, Written)


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
