"""Builders for what the ledger keeps; each shows only what its test is about."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import Claim, Hint, HintOrigin
from streak_netsuite.sync.intent import Answer, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action, Hold, Outcome

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def box_ref() -> Callable[[str], ExternalRef]:
    return _box


@pytest.fixture
def order_ref() -> Callable[[str], ExternalRef]:
    return lambda id_: ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=id_)


@pytest.fixture
def a_hint() -> Callable[..., Hint]:
    def build(box: str = "box-1", version: str = "1", **fields: Any) -> Hint:
        values = {"event": "BOX_CHANGE_STAGE", "origin": HintOrigin.WEBHOOK, **fields}
        return Hint(record=_box(box), version=version, **values)

    return build


@pytest.fixture
def claim_boxes(ledger: Ledger) -> Callable[..., Claim]:
    def claim(now: datetime = NOW, *, limit: int = 100, lease_seconds: float = 60.0) -> Claim:
        return ledger.claim_events(kind=RecordKind.BOX, limit=limit, lease_seconds=lease_seconds, now=now)

    return claim


@pytest.fixture
def settle_all(ledger: Ledger) -> Callable[..., None]:
    """Settle every event of a claim alike."""

    def settle(claim: Claim, action: Action = Action.CREATED, now: datetime = NOW, **fields: Any) -> None:
        if action is Action.HELD:
            fields.setdefault("hold", Hold(code="MAPPING", reason="no price"))
        outcomes = [
            Outcome(
                event_id=e.id,
                record=e.record,
                action=action,
                **{"rule": "stage", "reason": "because", **fields},
            )
            for e in claim.events
        ]
        ledger.settle(claim, outcomes, flow="deal_to_order", run_id="run-1", now=now)

    return settle


@pytest.fixture
def an_order_draft() -> Callable[..., IntentDraft]:
    def build(key: str = "streak-so-1", box: str = "box-1", **fields: Any) -> IntentDraft:
        draft = IntentDraft(
            operation_key=key, flow="deal_to_order", kind=RecordKind.SALES_ORDER, subject=_box(box)
        )
        return replace(draft, **fields)

    return build


@pytest.fixture
def a_success() -> Callable[..., Answer]:
    def build(key: str = "streak-so-1", result_id: str = "501", **fields: Any) -> Answer:
        return Answer(operation_key=key, state=IntentState.SUCCEEDED, result_id=result_id, **fields)

    return build


@pytest.fixture
def a_binding(order_ref: Callable[[str], ExternalRef]) -> Callable[..., Binding]:
    def build(box: str = "box-1", order: str = "501", **fields: Any) -> Binding:
        return Binding(**{"streak": _box(box), "netsuite": order_ref(order), "rule": "created", **fields})

    return build


def _box(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


@pytest.fixture
def until_blocked(ledger: Ledger) -> Callable[[], None]:
    """Return as soon as another session waits for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def wait() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with ledger.engine.begin() as connection:
                if connection.execute(query).scalar_one():
                    return
            time.sleep(0.005)
        raise AssertionError("nobody waits")

    return wait


@pytest.fixture
def a_fernet_key() -> Callable[[], SecretStr]:
    return lambda: SecretStr(Fernet.generate_key().decode())
