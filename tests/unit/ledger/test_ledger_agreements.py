"""Decisions about several records at once: of people who decide in the same moment, one does."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import decisions
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.decision import STAYS, Agreement, Choice, Decision
from streak_netsuite.sync.intent import IntentDraft

KINDS = (RecordKind.BOX_ORGANIZATIONS,)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def organization(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key)


def let_stay(key: str, *, of: Sequence[str], by: str, now: datetime) -> list[Decision]:
    return [
        Decision(
            record=organization(one),
            question=STAYS,
            choice=Choice.CHOOSE,
            value=key,
            actor=by,
            reason="",
            decided_at=now,
        )
        for one in of
    ]


def agreement(decided: Sequence[Decision], seen: Sequence[Decision] = ()) -> Agreement:
    return Agreement(
        decided=decided,
        seen={one.record: one for one in seen},
        action="organizations.relink",
        subject="organization a",
        details={},
    )


def draft(box: str) -> IntentDraft:
    return IntentDraft(
        operation_key=f"relink-{box}",
        flow="party_merges",
        kind=KINDS[0],
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box),
        payload={"old": "b", "new": "a"},
    )


def test_of_two_in_the_same_moment_one_decides(ledger: Ledger, now: datetime) -> None:
    """Both have looked before either decided, and there is no row yet that the database could lock."""

    def decide(by: str) -> str:
        made = agreement(let_stay("a" if by == "ann" else "b", of="ab", by=by, now=now))
        try:
            ledger.agree(made, [draft(by)], actor=by, now=now)
        except RecordError as error:
            return error.code
        return by

    with ThreadPoolExecutor(2) as pool:
        with ledger._database.begin() as connection:
            decisions.lock(connection)
            both = [pool.submit(decide, by) for by in ("ann", "bob")]
            while not any(one.done() for one in both):
                if connection.execute(text(WAITING)).scalar_one() == 2:
                    break
            assert not any(one.done() for one in both), "they wait for whoever is deciding"
        became = {one.result(timeout=60) for one in both}
    assert "DECIDED_MEANWHILE" in became
    (first,) = became - {"DECIDED_MEANWHILE"}
    kept = ledger.find_decisions([organization("a"), organization("b")], question=STAYS)
    assert {one.actor for one in kept.values()} == {first}
    (planned,) = ledger.open_writes(KINDS, flow="party_merges")
    assert planned.operation_key == f"relink-{first}", "nothing is planned for the other"
    assert [one.actor for one in ledger.list_audit()] == [first]


def test_a_decision_that_was_seen_is_followed_by_another(ledger: Ledger, now: datetime) -> None:
    first = let_stay("a", of="ab", by="ann", now=now)
    assert ledger.agree(agreement(first), [draft("x")], actor="ann", now=now) == 1
    with pytest.raises(RecordError, match="since you looked"):
        ledger.agree(agreement(let_stay("b", of="bc", by="bob", now=now)), [draft("y")], actor="bob", now=now)
    later = let_stay("b", of="ab", by="bob", now=now)
    assert ledger.agree(agreement(later, seen=first), [draft("y")], actor="bob", now=now) == 1
    kept = ledger.find_decisions([organization("a")], question=STAYS)
    assert kept[organization("a")].value == "b"


def test_only_the_writes_that_are_meant_are_claimed_and_answered_ones_are_not_open(
    ledger: Ledger, now: datetime
) -> None:
    ledger.plan_writes([draft("x"), draft("y")], now=now)
    (taken,) = ledger.claim_intents(KINDS, limit=9, lease_seconds=60, now=now, keys=["relink-y", "relink-z"])
    assert taken.operation_key == "relink-y"
    still = [one.operation_key for one in ledger.open_writes(KINDS, flow="party_merges")]
    assert still == ["relink-x", "relink-y"], "on its way is open, too"
    assert ledger.open_writes(KINDS, flow="another") == []
