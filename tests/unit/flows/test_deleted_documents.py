"""Whose document was deleted is known from who was told of it, and said in place of that, at its day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast

from streak_netsuite.flows.activities import activity_draft, activity_key
from streak_netsuite.flows.deleted_documents import NOTHING, deleted_events, find_deleted
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.order_story import EventKind, deleted_event, is_document_event
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.ports import Memory

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)


def document(kind: RecordKind, internal_id: str) -> ExternalRef:
    return ExternalRef(system=SystemId.NETSUITE, kind=kind, id=internal_id)


PAYMENT = document(RecordKind.PAYMENT, "31")
INVOICE = document(RecordKind.INVOICE, "21")
ORDER = document(RecordKind.SALES_ORDER, "11")


class Book:
    """What boxes were told, what they are tied to, and what NetSuite called deleted."""

    def __init__(self, told: Mapping[str, Sequence[str]], *, deleted: Sequence[ExternalRef] = ()) -> None:
        self.told = told
        self.deleted = deleted

    def find_deletions(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Deletion]:
        return {one: Deletion(record=one, at=AT, number="X1") for one in records if one in self.deleted}

    def boxes_told(self, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        found = {name: frozenset(b for b, told in self.told.items() if name in told) for name in names}
        return {name: boxes for name, boxes in found.items() if boxes}

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        assert kind is RecordKind.SALES_ORDER
        return {
            ref: Binding(streak=ref, netsuite=document(kind, f"order of {ref.id}"), rule="key")
            for ref in refs
            if ref.id != "untied"
        }

    def find_intents(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        kept = {activity_key(b, name): intent(b, name) for b, told in self.told.items() for name in told}
        return {key: kept[key] for key in operation_keys if key in kept}


def intent(box_key: str, name: str) -> Intent:
    at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    draft = activity_draft(box_key, name, Activity(text="told", happened_at=at, style=ActivityStyle.COMMENT))
    return Intent(
        operation_key=draft.operation_key,
        flow=draft.flow,
        kind=draft.kind,
        subject=draft.subject,
        state=IntentState.SUCCEEDED,
        payload=draft.payload,
        result_id="c1",
        attempts=1,
        sent_at=at,
    )


def memory(told: Mapping[str, Sequence[str]], *, deleted: Sequence[ExternalRef] = ()) -> Memory:
    return cast("Memory", Book(told, deleted=deleted))


def test_a_payment_of_several_orders_leads_to_all_of_them() -> None:
    told = {"a": ["paid 31"], "b": ["paid 31", "invoice 21"], "c": ["paid 3"], "untied": ["paid 31"]}
    found = find_deleted(memory(told, deleted=[PAYMENT]), [PAYMENT, INVOICE])
    assert found.behind == {PAYMENT: {"order of a", "order of b"}}
    assert found.documents == {"order of a": {PAYMENT}, "order of b": {PAYMENT}}
    assert found.orders == {}


def test_a_deleted_order_leads_to_itself() -> None:
    found = find_deleted(memory({}, deleted=[ORDER]), [ORDER])
    assert found.behind == {ORDER: {"11"}}
    assert found.orders["11"].number == "X1"
    assert found.documents == {}


def test_what_netsuite_does_not_call_deleted_is_nothing() -> None:
    assert find_deleted(memory({"a": ["paid 31"]}), [PAYMENT]) == NOTHING
    assert find_deleted(memory({}), []) == NOTHING


def test_a_deletion_is_told_at_the_day_that_was_told() -> None:
    book = memory({"a": ["invoice 21", "overdue 21"]})
    day = date(2026, 5, 4)
    assert deleted_events(book, "a", [INVOICE, PAYMENT]) == [
        deleted_event("invoice 21", INVOICE, day),
        deleted_event("overdue 21", INVOICE, day),
    ]


def test_what_a_box_never_heard_or_what_still_stands_is_not_told() -> None:
    book = memory({"a": ["invoice 21"]})
    assert deleted_events(book, "b", [INVOICE]) == []
    assert deleted_events(book, "a", [INVOICE], shown=["invoice 21"]) == []


def test_a_deletion_says_what_it_was() -> None:
    event = deleted_event("paid 31", PAYMENT, date(2026, 5, 4))
    assert (event.kind, event.document, event.number) == (EventKind.DELETED, "payment", "31")


def test_only_names_of_documents_are_kept_in_clear() -> None:
    assert is_document_event("deposit 812")
    assert is_document_event("overdue 7")
    for other in ("order 8006 does not follow:\n- price 12", "credit hold 8006", "paid 12 by Jo", "paid"):
        assert not is_document_event(other)
