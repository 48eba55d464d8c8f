"""The wake-up: who listens hears of hints and of what is put back."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from streak_netsuite.errors import Unavailable
from streak_netsuite.ledger.listener import InboxListener
from streak_netsuite.model.external_ref import RecordKind

WAIT = 60.0
NOT_LONG = 0.05


@pytest.fixture
def heard(ledger_settings):
    """Tell whether a listener is woken by something that happens after it began to listen."""

    def heard(happens, *, timeout=NOT_LONG):
        async def listen():
            async with InboxListener(ledger_settings) as listener:
                await asyncio.to_thread(happens)
                return await listener.wait(timeout_seconds=timeout)

        return asyncio.run(listen())

    return heard


def test_a_hint_wakes_the_listener_also_when_it_came_before_the_wait(ledger, a_hint, heard, now):
    assert heard(lambda: ledger.store_hints([a_hint()], now=now), timeout=WAIT)


def test_a_repeated_hint_does_not_wake_the_listener(ledger, a_hint, heard, now):
    ledger.store_hints([a_hint()], now=now)
    assert not heard(lambda: ledger.store_hints([a_hint()], now=now))


def test_what_is_put_back_wakes_the_listener(ledger, a_hint, claim_boxes, heard, now):
    ledger.store_hints([a_hint()], now=now)
    claim = claim_boxes()
    later = now + timedelta(minutes=1)
    assert heard(lambda: ledger.release_claim(claim, retry_at=later, reason="", now=now), timeout=WAIT)


def test_a_write_that_becomes_due_wakes_the_listener(
    ledger, a_hint, claim_boxes, an_order_draft, a_success, heard, now
):
    ledger.store_hints([a_hint()], now=now)
    ledger.open_intents(claim_boxes(), [an_order_draft()], now=now)
    comment = an_order_draft("streak-comment", kind=RecordKind.COMMENT)
    assert heard(lambda: ledger.record_answers([a_success(follow_ups=(comment,))], now=now), timeout=WAIT)


def test_silence_ends_with_the_time(heard):
    assert not heard(lambda: None)


def test_a_listener_without_a_server_is_unavailable(ledger_settings):
    url = SecretStr("postgresql://ada:hunter2@127.0.0.1:1/ledger")

    async def listen():
        async with InboxListener(ledger_settings.model_copy(update={"url": url})):
            pass

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/ledger") as raised:
        asyncio.run(listen())
    assert "hunter2" not in str(raised.value)
