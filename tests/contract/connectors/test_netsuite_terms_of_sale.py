"""What a sale is agreed on reaches NetSuite's record, and is read back the same."""

from typing import Any

from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.customer import read_customer
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.ports import NotWritten, RecordWrite, WriteResult, Written

NET_60 = Reference(internal_id="3")


def upserted(endpoint: Any, customer: Customer) -> WriteResult:
    answers: list[WriteResult] = []
    with endpoint.gateway() as gateway:
        gateway.upsert_customers([RecordWrite(operation_key="streak-org-1", record=customer)], answers.extend)
    (answer,) = answers
    return answer


def read(endpoint: Any, ref: RecordRef) -> SuiteRecord:
    with SoapClient(endpoint.settings()) as client:
        record = client.send(get(ref)).record_or_none(name=str(ref))
    assert record is not None
    return record


def a_customer(terms: Reference | None) -> Customer:
    return Customer(company_name="Kestrel Ltd", subsidiary=Reference(internal_id="1"), terms=terms)


def test_a_customer_keeps_its_payment_terms(endpoint: Any) -> None:
    answer = upserted(endpoint, a_customer(NET_60))
    assert isinstance(answer, Written)
    held = read_customer(read(endpoint, RecordRef(type="customer", internal_id=answer.internal_id)))
    assert held.terms == Reference(internal_id="3", name="Net 60")


def test_terms_that_are_not_offered_refuse_the_customer_by_their_field(endpoint: Any) -> None:
    answer = upserted(endpoint, a_customer(Reference(internal_id="4")))  # inactive
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, RejectedByVendor)
    assert answer.error.field == "terms"
