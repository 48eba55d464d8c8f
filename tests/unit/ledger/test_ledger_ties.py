"""Ties as a whole: which tell of the account, and what becomes of what was written by ids that change."""

from collections.abc import Callable
from datetime import date, datetime

from streak_netsuite.flows.write_back import caught_up_days, write_back_drafts
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.intent import Answer, IntentDraft, IntentState
from streak_netsuite.sync.same_records import MovedTie


def an_invoice(key: str, order: ExternalRef) -> IntentDraft:
    return IntentDraft(operation_key=key, flow="order_to_invoice", kind=RecordKind.INVOICE, subject=order)


def test_only_what_was_written_by_the_ids_that_change_is_put_aside(
    ledger: Ledger,
    now: datetime,
    a_binding: Callable[..., Binding],
    a_success: Callable[..., Answer],
    order_ref: Callable[[str], ExternalRef],
) -> None:
    """501 becomes 502, whose own tie was lost long ago; 503 stays."""
    drafts = [an_invoice(f"inv-{order}", order_ref(order)) for order in ("501", "502", "503")]
    ledger.plan_writes([*drafts, an_invoice("inv-501-2", order_ref("501"))], now=now)
    ledger.record_answers([a_success(one.operation_key, "9") for one in drafts], now=now)
    ties = [a_binding("box-1", "501"), a_binding("box-3", "503")]
    ledger.keep_bindings(ties, now=now)
    moved = [MovedTie(binding=ties[0], netsuite_id="502", reason="key", rule="key")]
    assert [one.operation_key for one in ledger.ties.open_by_id(moved)] == ["inv-501-2"]
    ledger.ties.move(moved, directory_watermark="customers", actor="maya", stamp="S", now=now)
    kept = ledger.find_intents(
        ["inv-501", "inv-502", "inv-503", "inv-501@S", "inv-502@S", "inv-501-2@S", "inv-503@S"]
    )
    assert {key: one.state for key, one in kept.items()} == {
        "inv-501@S": IntentState.SUCCEEDED,
        "inv-502@S": IntentState.SUCCEEDED,
        "inv-501-2@S": IntentState.REJECTED,
        "inv-503": IntentState.SUCCEEDED,
    }
    assert ledger.ties.open_by_id(moved) == []


def test_a_box_whose_order_has_another_id_was_told_of_no_document_that_has_its_id_now(
    ledger: Ledger,
    now: datetime,
    a_binding: Callable[..., Binding],
    an_order_draft: Callable[..., IntentDraft],
) -> None:
    """When the one of the new account is deleted, its activity stays: it tells of one that is still there."""
    told = [
        an_order_draft(f"act-{box}", box, kind=RecordKind.ACTIVITY, payload={"name": "invoice 812"})
        for box in ("box-1", "box-2", "box-3")
    ]
    ledger.plan_writes(told, now=now)
    assert ledger.boxes_told(["invoice 812"]) == {"invoice 812": {"box-1", "box-2", "box-3"}}
    ties = [a_binding("box-1", "501"), a_binding("box-2", "502"), a_binding("box-3", "503")]
    ledger.keep_bindings(ties, now=now)
    moved = [
        MovedTie(binding=ties[0], netsuite_id="511", reason="key", rule="key"),
        MovedTie(binding=ties[1], netsuite_id="", reason="no record carries its key"),
    ]
    ledger.ties.move(moved, directory_watermark="customers", actor="maya", stamp="S", now=now)
    assert ledger.boxes_told(["invoice 812"]) == {"invoice 812": {"box-3"}}


def test_a_tie_is_compared_by_the_key_it_was_confirmed_with_and_without_one_not_at_all(
    ledger: Ledger,
    now: datetime,
    a_binding: Callable[..., Binding],
    an_order_draft: Callable[..., IntentDraft],
    a_success: Callable[..., Answer],
) -> None:
    rules = ("created", "key", "carries crm-7", "confirmed", "name")
    for number, rule in enumerate(rules):
        key, box, order = f"so-{number}", f"box-{number}", f"50{number}"
        ledger.plan_writes([an_order_draft(key, box)], now=now)
        ledger.record_answers([a_success(key, order)], now=now)
        ledger.keep_bindings([a_binding(box, order, rule=rule)], now=now)
    seen = {tie.binding.rule: tie.key for tie in ledger.written_ties(limit=10)}
    assert seen == {"created": "so-0", "key": "so-1", "carries crm-7": "crm-7"}


def test_a_deal_of_a_backfill_is_known_as_such_after_its_order_has_got_another_id(
    ledger: Ledger,
    now: datetime,
    a_binding: Callable[..., Binding],
    a_success: Callable[..., Answer],
) -> None:
    """Else everybody would be told what has happened to old orders."""
    tie = a_binding("box-1", "501")
    deal = Deal(
        key="box-1",
        name="Acme",
        version="1",
        pipeline_key="p",
        pipeline="Sales",
        stage="Won",
        created_at=now,
    )
    (fields,) = write_back_drafts(deal, "501", caught_up_on=date(2026, 11, 1))
    ledger.plan_writes([fields], now=now)
    ledger.record_answers([a_success(fields.operation_key, "box-1")], now=now)
    ledger.keep_bindings([tie], now=now)
    moved = [MovedTie(binding=tie, netsuite_id="502", reason="key", rule="key")]
    ledger.ties.move(moved, directory_watermark="customers", actor="maya", stamp="S", now=now)
    assert caught_up_days(ledger, [tie.streak]) == {tie.streak: date(2026, 11, 1)}
