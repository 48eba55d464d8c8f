"""Batches: a thousand records cost as many statements as ten."""

import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import event

from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.outcome import Action


@pytest.fixture
def statements(ledger):
    """Count what is sent to the server; an executemany is one, psycopg pipelines it."""

    @contextlib.contextmanager
    def count():
        sent = []

        def note(_connection, _cursor, statement, *_):
            sent.append(statement)

        event.listen(ledger.engine, "before_cursor_execute", note)
        yield sent
        event.remove(ledger.engine, "before_cursor_execute", note)

    return count


@pytest.mark.parametrize("action", [Action.CREATED, Action.HELD, Action.DEFERRED])
def test_a_thousand_records_take_a_handful_of_statements_in_each_step(
    ledger, a_hint, claim_boxes, settle_all, an_order_draft, a_success, a_binding, statements, now, action
):
    count = 1000
    with statements() as sent:
        ledger.store_hints([a_hint(f"box-{i}") for i in range(count)], now=now)
    assert len(sent) <= 2
    with statements() as sent:
        claim = claim_boxes(limit=count)
    assert (len(claim.events), len(sent)) == (count, 4)
    keys = {e.record.id: f"streak-so-{e.id}" for e in claim.events}
    with statements() as sent:
        ledger.open_intents(claim, [an_order_draft(key, box) for box, key in keys.items()], now=now)
    assert len(sent) <= 2
    with statements() as sent:
        ledger.record_answers(
            [a_success(key, key, binding=a_binding(box, key)) for box, key in keys.items()], now=now
        )
    assert len(sent) <= 5
    later = {"retry_at": now + timedelta(minutes=1)} if action is Action.DEFERRED else {}
    with statements() as sent:
        settle_all(claim, action, **later)
    assert len(sent) <= 5
    waiting = ledger.count_waiting(now=now + timedelta(minutes=1))
    assert waiting == (count if action is Action.DEFERRED else 0)
    assert len(ledger.list_holds(limit=2000)) == (count if action is Action.HELD else 0)


def test_a_single_webhook_is_one_statement_and_its_notification(ledger, a_hint, statements, now):
    with statements() as sent:
        ledger.store_hints([a_hint()], now=now)
    assert len(sent) == 2
    with statements() as sent:
        ledger.store_hints([a_hint()], now=now)
    assert len(sent) == 1


def test_holds_are_kept_by_a_connection_that_has_prepared_its_statements(
    ledger, a_hint, claim_boxes, settle_all, now
):
    """After five times psycopg prepares a statement; parameters are then opaque to the planner."""
    for version in range(12):
        ledger.store_hints([a_hint(version=str(version))], now=now)
        settle_all(claim_boxes(), Action.HELD)
    assert [h.times for h in ledger.list_holds()] == [12]


def test_a_page_of_customers_takes_a_handful_of_statements(ledger, statements, now):
    page = [CustomerEntry(internal_id=str(i), name=f"Customer {i}") for i in range(1000)]
    ledger.directory.refresh([page[:1]], watermark="w", position=now)  # a process reads the index's key once
    with statements() as sent:
        ledger.directory.refresh([page], watermark="w", position=now)
    assert len(sent) <= 4
    assert len(ledger.directory.find(names=[e.name for e in page])) == 1000


def test_write_backs_are_taken_in_one_statement(
    ledger, a_hint, claim_boxes, an_order_draft, a_success, statements, now
):
    ledger.store_hints([a_hint()], now=now)
    ledger.open_intents(claim_boxes(), [an_order_draft()], now=now)
    comments = tuple(an_order_draft(f"c-{i:03}", kind=RecordKind.COMMENT) for i in range(100))
    ledger.record_answers([a_success(follow_ups=comments)], now=now)
    with statements() as sent:
        taken = ledger.claim_intents([RecordKind.COMMENT], limit=100, lease_seconds=60, now=now)
    assert (len(taken), len(sent)) == (100, 1)


def test_names_are_reserved_in_one_statement(ledger, statements, now):
    keys = [f"name:{i}" for i in range(500)]
    with statements() as sent:
        assert ledger.claim_identities(keys, token="t", lease_seconds=60, now=now) == set(keys)
    assert len(sent) == 1
