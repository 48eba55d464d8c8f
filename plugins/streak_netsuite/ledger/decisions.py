"""Decisions of people about records that waited."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Connection, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.ledger import inbox
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.tables import decision
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.decision import Choice, Decision

_LOCK = 0x53_4E_44_43  # "SNDC": one agreement at a time
_QUESTION = ("record_key", "question", "kind", "system")


def keep(connection: Connection, cipher: Cipher, made: Decision) -> None:
    """Keep a decision in place of the one before about the same question."""
    values = {
        "choice": made.choice.value,
        "digest": made.digest,
        "body_secret": cipher.encrypt({"value": made.value, "edits": made.edits, "read": made.read}),
        "actor": made.actor,
        "reason": made.reason,
        "decided_at": made.decided_at,
    }
    row = insert(decision).values(
        system=made.record.system.value,
        kind=made.record.kind.value,
        record_key=made.record.id,
        question=made.question,
        **values,
    )
    connection.execute(
        row.on_conflict_do_update(index_elements=[decision.c[name] for name in _QUESTION], set_=values)
    )


def lock(connection: Connection) -> None:
    """Wait until nobody else is between looking at decisions and keeping others; held until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def find(
    connection: Connection, cipher: Cipher, records: Sequence[ExternalRef], *, question: str
) -> dict[ExternalRef, Decision]:
    """Return the decisions about these records for one question."""
    rows = connection.execute(
        select(decision).where(
            decision.c.record_key == any_(literal([record.id for record in records], ARRAY(Text))),
            decision.c.question == question,
        )
    )
    wanted = set(records)
    return {one.record: one for one in (_decision(row, cipher) for row in rows) if one.record in wanted}


def _decision(row: AnyRow, cipher: Cipher) -> Decision:
    body = cipher.decrypt(row.body_secret)
    return Decision(
        record=inbox.ref(row.system, row.kind, row.record_key),
        question=row.question,
        choice=Choice(row.choice),
        digest=row.digest,
        value=body["value"],
        edits=body["edits"],
        read=body.get("read", {}),
        actor=row.actor,
        reason=row.reason,
        decided_at=row.decided_at,
    )
