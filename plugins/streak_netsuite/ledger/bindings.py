"""Bindings: which Streak record and which NetSuite record are one thing."""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, any_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import Insert

from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.columns import AnyRow, AwareTime, CleanText
from streak_netsuite.ledger.tables import binding
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding

_NO_DIGEST = "compare"  # like that of nothing, and not empty: once they did agree


def find(connection: Connection, refs: Sequence[ExternalRef], kind: RecordKind) -> dict[ExternalRef, Binding]:
    """Return the bindings of Streak records to NetSuite records of a kind."""
    wanted = set(refs)
    found = (read_row(row) for row in _rows_of(connection, [r.id for r in refs], [kind]))
    return {b.streak: b for b in found if b.streak in wanted}


def find_streak(
    connection: Connection, netsuite_ids: Sequence[str], kind: RecordKind, streak_kind: RecordKind
) -> dict[str, Binding]:
    """Return the bindings of NetSuite records of a kind to Streak records of a kind, by NetSuite's id."""
    rows = connection.execute(
        select(binding).where(
            binding.c.netsuite_id == any_(literal(list(netsuite_ids), ARRAY(Text))),
            binding.c.netsuite_kind == kind.value,
            binding.c.streak_kind == streak_kind.value,
        )
    )
    return {row.netsuite_id: read_row(row) for row in rows}


def find_any_streak(connection: Connection, netsuite_ids: Sequence[str], kind: RecordKind) -> list[Binding]:
    """Return the bindings of NetSuite records of a kind to Streak records of any kind."""
    rows = connection.execute(
        select(binding)
        .where(
            binding.c.netsuite_id == any_(literal(list(netsuite_ids), ARRAY(Text))),
            binding.c.netsuite_kind == kind.value,
        )
        .order_by(binding.c.netsuite_id, binding.c.streak_kind)
    )
    return [read_row(row) for row in rows]


def find_since(
    connection: Connection, streak_kind: RecordKind, kind: RecordKind, since: datetime
) -> list[str]:
    """Return the ids of Streak records that were tied to a NetSuite record of a kind, or to another one, at or after a time."""
    rows = connection.execute(
        select(binding.c.streak_id).where(
            binding.c.streak_kind == streak_kind.value,
            binding.c.netsuite_kind == kind.value,
            binding.c.updated_at >= since,
        )
    )
    return [row.streak_id for row in rows]


def keep(connection: Connection, bindings: Sequence[Binding], *, now: datetime) -> list[Binding]:
    """Keep ties; return those that could not be kept because either side is tied elsewhere."""
    if not bindings:
        return []
    ordered = sorted(bindings, key=lambda b: (b.streak.id, b.netsuite.kind, b.netsuite.id))
    # Both unique constraints speak here: whichever is hit, the older tie stays.
    rows = [_row(b, now=now) for b in ordered]
    connection.execute(_keep(tuple(rows[0])), as_columns(rows))
    kept = {
        (b.streak, b.netsuite)
        for b in map(
            read_row,
            _rows_of(connection, [b.streak.id for b in ordered], {b.netsuite.kind for b in ordered}),
        )
    }
    _refresh_bases(connection, [b for b in ordered if (b.streak, b.netsuite) in kept], now=now)
    return [b for b in bindings if (b.streak, b.netsuite) not in kept]


@functools.cache
def _keep(names: tuple[str, ...]) -> Insert:
    return insert_rows(binding, names).on_conflict_do_nothing()


def _refresh_bases(connection: Connection, bindings: Sequence[Binding], *, now: datetime) -> None:
    """Remember what both sides agreed on last, for those ties that say it."""
    rows = [{**_identity(b), "digest": b.base_digest, "now": now} for b in bindings if b.base_digest]
    if rows:
        connection.execute(_REFRESH_BASE, rows)


def disagree(connection: Connection, streak: ExternalRef, kind: RecordKind, *, now: datetime) -> None:
    """Note that both sides of a tie have to be compared anew, whatever they agreed on last."""
    connection.execute(
        update(binding)
        .where(
            binding.c.streak_id == streak.id,
            binding.c.streak_kind == streak.kind.value,
            binding.c.netsuite_kind == kind.value,
        )
        .values(base_digest=_NO_DIGEST, updated_at=now)
    )


_REFRESH_BASE = (
    update(binding)
    .where(
        binding.c.streak_id == bindparam("its_streak_id", type_=CleanText),
        binding.c.streak_kind == bindparam("its_streak_kind", type_=CleanText),
        binding.c.netsuite_kind == bindparam("its_netsuite_kind", type_=CleanText),
        binding.c.base_digest != bindparam("digest", type_=CleanText),
    )
    .values(base_digest=bindparam("digest", type_=CleanText), updated_at=bindparam("now", type_=AwareTime))
)


def _identity(tie: Binding) -> dict[str, str]:
    return {
        "its_streak_id": tie.streak.id,
        "its_streak_kind": tie.streak.kind.value,
        "its_netsuite_kind": tie.netsuite.kind.value,
    }


def _row(tie: Binding, *, now: datetime) -> dict[str, Any]:
    if tie.streak.system is not SystemId.STREAK or tie.netsuite.system is not SystemId.NETSUITE:
        raise ValueError(
            f"a binding ties a Streak record to a NetSuite record, not {tie.streak} to {tie.netsuite}"
        )
    return {
        "streak_kind": tie.streak.kind.value,
        "streak_id": tie.streak.id,
        "netsuite_kind": tie.netsuite.kind.value,
        "netsuite_id": tie.netsuite.id,
        "rule": tie.rule,
        "base_digest": tie.base_digest,
        "created_at": now,
        "updated_at": now,
    }


def _rows_of(
    connection: Connection, streak_ids: Sequence[str], kinds: Sequence[RecordKind] | set[RecordKind]
) -> Sequence[AnyRow]:
    return connection.execute(
        select(binding).where(
            binding.c.streak_id == any_(literal(list(streak_ids), ARRAY(Text))),
            binding.c.netsuite_kind.in_(sorted(k.value for k in kinds)),
        )
    ).all()


def read_row(row: AnyRow) -> Binding:
    """Return the tie that a row of the table holds."""
    return Binding(
        streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind(row.streak_kind), id=row.streak_id),
        netsuite=ExternalRef(
            system=SystemId.NETSUITE, kind=RecordKind(row.netsuite_kind), id=row.netsuite_id
        ),
        rule=row.rule,
        base_digest=row.base_digest,
    )


def repoint(connection: Connection, tie: Binding, netsuite_id: str, *, rule: str, now: datetime) -> bool:
    """Let a tie lead to another NetSuite record; False when that one is tied already."""
    taken = select(binding.c.netsuite_id).where(
        binding.c.netsuite_kind == tie.netsuite.kind.value, binding.c.netsuite_id == netsuite_id
    )
    if connection.execute(taken).first() is not None:
        return False
    changed = (
        update(binding)
        .where(
            binding.c.streak_kind == tie.streak.kind.value,
            binding.c.streak_id == tie.streak.id,
            binding.c.netsuite_kind == tie.netsuite.kind.value,
            binding.c.netsuite_id == tie.netsuite.id,
        )
        .values(netsuite_id=netsuite_id, rule=rule, updated_at=now)
    )
    return connection.execute(changed).rowcount == 1


def count(connection: Connection) -> int:
    """Return how many bindings there are."""
    return connection.execute(select(func.count()).select_from(binding)).scalar_one()
