"""The account for single records: searches of every kind as JSON, and writes under whatever key is ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.desk import NetSuiteDesk
from streak_netsuite.errors import ConfigurationError, RejectedByVendor

ORDERS = {"type": {"operator": "anyOf", "values": ["_salesOrder"]}, "mainLine": {"values": [True]}}
ACME = {"customerJoin": {"companyName": {"operator": "startsWith", "values": ["ACME"]}}}
KEY = "custentity_streak_org"


@contextmanager
def a_desk(endpoint: Any, **changes: Any) -> Iterator[NetSuiteDesk]:
    with endpoint.client(**changes) as client:
        yield NetSuiteDesk(client, endpoint.settings(**changes))


def test_a_search_looks_at_joined_records(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        everything = desk.search("Transaction", ORDERS, limit=100)
        found = desk.search("Transaction", ORDERS, joined=ACME, limit=100)
    assert "8004" in found
    assert set(found) < set(everything)


def test_columns_come_as_rows_with_those_of_joins_and_custom_fields(endpoint: Any) -> None:
    columns = ["internalId", "tranId", "customerJoin.companyName"]
    stage = {"name": "custbody_streak_stage", "type": "text"}
    number = {"tranId": {"operator": "is", "values": ["SO1004"]}}
    with a_desk(endpoint) as desk:
        (row,) = desk.search("Transaction", ORDERS | number, columns=[*columns, stage], limit=10)
    assert isinstance(row, dict)
    assert row["internalId"]["internalId"] == "8004"
    assert (row["tranId"], row["customerJoin.companyName"]) == ("SO1004", "ACME Robotics Inc")
    assert row["custbody_streak_stage"] == "Closed-Won"


def test_a_search_asks_for_custom_fields(endpoint: Any) -> None:
    def at(stage: str) -> dict[str, Any]:
        return {"custbody_streak_stage": {"type": "text", "operator": "is", "values": [stage]}}

    with a_desk(endpoint) as desk:
        assert "8004" in desk.search("Transaction", ORDERS, custom=at("Closed-Won"), limit=100)
        assert desk.search("Transaction", ORDERS, custom=at("Closed-Lost"), limit=100) == []


def test_a_saved_search_brings_its_own_columns(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        rows = desk.search("Transaction", {}, saved="customsearch_open_orders", limit=1000)
    assert rows
    assert all(isinstance(row, dict) and row for row in rows)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"joined": {"customersJoin": {}}}, "cannot be joined with 'customersJoin'"),
        ({"joined": {"customerJoin": {"colour": {}}}}, "customerJoin cannot be searched by 'colour'"),
        ({"custom": {"custbody_x": {"values": ["1"]}}}, "custbody_x: say its type"),
        ({"columns": ["colour"]}, "no field 'colour'"),
        ({"columns": [{"name": "custbody_x", "type": "colour"}]}, "custbody_x: say its type"),
    ],
)
def test_what_no_search_has_is_named_before_anything_is_sent(
    endpoint: Any, more: dict[str, Any], said: str
) -> None:
    with a_desk(endpoint) as desk, pytest.raises(ConfigurationError, match=said):
        desk.search("Transaction", ORDERS, limit=10, **more)
    assert endpoint.journal("search") == []


def test_more_rows_than_the_limit_are_refused(endpoint: Any) -> None:
    with a_desk(endpoint) as desk, pytest.raises(ConfigurationError, match="more than 1 found"):
        desk.search("Transaction", ORDERS, columns=["internalId"], limit=1)


# --- keys in a custom field ---


def a_customer(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "customer",
        "externalId": "org-1",
        "fields": {"companyName": name, "subsidiary": {"internalId": "1"}, **fields},
    }


def test_a_record_whose_key_is_in_a_custom_field_is_added_once_and_then_changed(endpoint: Any) -> None:
    with a_desk(endpoint, key_fields={"customer": KEY}) as desk:
        written, failed = desk.upsert([a_customer("Kestrel Ltd")])
        assert failed == {}
        again, _ = desk.upsert([a_customer("Kestrel Aerospace Ltd")])
    assert written == again
    (record,) = [c for c in endpoint.sandbox.store.all("customer") if c.internal_id == written["org-1"]]
    assert record.fields["companyName"] == "Kestrel Aerospace Ltd"
    assert record.external_id == ""
    assert len(list(endpoint.sandbox.store.all("customer"))) == 6


def test_a_record_that_was_added_under_a_field_without_an_answer_is_found(endpoint: Any) -> None:
    with a_desk(endpoint, key_fields={"customer": KEY}) as desk:
        endpoint.fault("cut_after", operation="addList")
        written, failed = desk.upsert([a_customer("Kestrel Ltd")])
    assert (set(written), failed) == ({"org-1"}, {})


@pytest.mark.parametrize("answers", [True, False], ids=["it is not there", "nor can it be looked for"])
def test_a_record_that_may_have_been_added_under_a_field_is_not_tried_again_by_itself(
    endpoint: Any, answers: bool
) -> None:
    with a_desk(endpoint, key_fields={"customer": KEY}, attempts=1, commit_seconds=1230) as desk:
        endpoint.fault("cut_before", operation="addList")
        if not answers:
            endpoint.fault("cut_before", operation="search", times=None, after=1)
        written, failed = desk.upsert([a_customer("Kestrel Ltd")])
    assert written == {}
    error = failed["org-1"]
    assert isinstance(error, RejectedByVendor), "a task that fails with one is not tried again"
    assert error.code == "OUTCOME_UNKNOWN"
    assert "wait 21 minutes" in error.fix


def test_records_of_other_types_keep_their_external_ids(endpoint: Any) -> None:
    order = {
        "type": "contact",
        "externalId": "contact-1",
        "fields": {"lastName": "Shah", "subsidiary": {"internalId": "1"}},
    }
    bad = a_customer("", email="nobody") | {"externalId": "org-2"}
    with a_desk(endpoint, key_fields={"customer": KEY}) as desk:
        written, failed = desk.upsert([a_customer("Kestrel Ltd"), order, bad])
    assert set(written) == {"org-1", "contact-1"}
    assert isinstance(failed["org-2"], RejectedByVendor)
    (contact,) = [c for c in endpoint.sandbox.store.all("contact") if c.external_id == "contact-1"]
    assert contact.internal_id == written["contact-1"]
