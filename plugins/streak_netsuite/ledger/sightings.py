"""What sweeps have seen: each record with the digest of its content, and how far an unfinished sweep has read."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, and_, any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert

from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.tables import seen_record, sweep_progress
from streak_netsuite.model.external_ref import RecordKind, SystemId
from streak_netsuite.sync.hint import Hint
from streak_netsuite.sync.stream import Sighting, SweepProgress

_DIGITS = 12


def note(
    connection: Connection,
    sightings: Sequence[Sighting],
    *,
    scope: str,
    seen_at: datetime,
    changed_only: bool,
    not_before: datetime | None,
) -> list[Hint]:
    """Remember what was seen, and return the hints that it makes.

    A record whose content changed although the vendor shows the same version gets a version of its own:
    the inbox would take it for known.
    """
    latest = {s.hint.record.id: s for s in sightings}
    if not latest:
        return []
    kind = next(iter(latest.values())).hint.record.kind
    known = _known(connection, list(latest), kind)
    hints = {key: _hint(sighting, known.get(key)) for key, sighting in latest.items()}
    rows = [
        {
            "system": SystemId.STREAK.value,
            "kind": kind.value,
            "record_key": key,
            "scope": scope,
            "version": sighting.hint.version,
            "digest": sighting.digest,
            "seen_at": seen_at,
        }
        # In one order everywhere, so that two sweeps never wait for each other in a circle.
        for key, sighting in sorted(latest.items())
    ]
    connection.execute(_renew(tuple(rows[0])), as_columns(rows))
    return [
        hints[key]
        for key, s in latest.items()
        if not (changed_only and key in known and known[key].digest == s.digest)
        and not (not_before is not None and s.changed_at is not None and s.changed_at < not_before)
    ]


@functools.cache
def _renew(names: tuple[str, ...]) -> Insert:
    statement = insert_rows(seen_record, names)
    renewed = {name: statement.excluded[name] for name in ("scope", "version", "digest", "seen_at")}
    keys = [seen_record.c.record_key, seen_record.c.kind, seen_record.c.system]
    return statement.on_conflict_do_update(index_elements=keys, set_=renewed)


def _known(connection: Connection, keys: Sequence[str], kind: RecordKind) -> dict[str, AnyRow]:
    query = select(seen_record.c.record_key, seen_record.c.version, seen_record.c.digest).where(
        seen_record.c.record_key == any_(literal(list(keys), ARRAY(Text))),
        seen_record.c.kind == kind.value,
        seen_record.c.system == SystemId.STREAK.value,
    )
    return {row.record_key: row for row in connection.execute(query)}


def _hint(sighting: Sighting, before: AnyRow | None) -> Hint:
    hint = sighting.hint
    if before is None or before.version != hint.version or before.digest == sighting.digest:
        return hint
    return replace(hint, version=f"{hint.version}-{sighting.digest[:_DIGITS]}")


def not_seen_since(
    connection: Connection, kind: RecordKind, scope: str, seen_at: datetime, *, limit: int
) -> Mapping[str, str]:
    """Return versions by key of the records of a scope that were last seen before a time."""
    query = (
        select(seen_record.c.record_key, seen_record.c.version)
        .where(_of_scope(kind, scope), seen_record.c.seen_at < seen_at)
        .order_by(seen_record.c.record_key)
        .limit(limit)
    )
    return {row.record_key: row.version for row in connection.execute(query)}


def forget(connection: Connection, kind: RecordKind, keys: Sequence[str]) -> None:
    """Drop records that are gone, or that belong to no scope of ours any more."""
    connection.execute(
        delete(seen_record).where(
            seen_record.c.record_key == any_(literal(list(keys), ARRAY(Text))),
            seen_record.c.kind == kind.value,
            seen_record.c.system == SystemId.STREAK.value,
        )
    )


def count(connection: Connection, kind: RecordKind, scope: str) -> int:
    """Return how many records of a scope are known."""
    query = select(func.count()).select_from(seen_record).where(_of_scope(kind, scope))
    return connection.execute(query).scalar_one()


def _of_scope(kind: RecordKind, scope: str) -> ColumnElement[bool]:
    return and_(
        seen_record.c.scope == scope,
        seen_record.c.kind == kind.value,
        seen_record.c.system == SystemId.STREAK.value,
    )


def get_progress(connection: Connection, name: str) -> SweepProgress | None:
    """Return how far a sweep of this name has read that was not finished."""
    row = connection.execute(select(sweep_progress).where(sweep_progress.c.name == name)).one_or_none()
    if row is None:
        return None
    return SweepProgress(
        started_at=row.started_at,
        position=row.position,
        is_listed=row.is_listed,
        since=row.since,
        newest=row.newest,
    )


def keep_progress(connection: Connection, name: str, progress: SweepProgress | None) -> None:
    """Keep how far a sweep has read; None when it is finished."""
    if progress is None:
        connection.execute(delete(sweep_progress).where(sweep_progress.c.name == name))
        return
    values = {
        "position": progress.position,
        "is_listed": progress.is_listed,
        "since": progress.since,
        "newest": progress.newest,
        "started_at": progress.started_at,
    }
    row = insert(sweep_progress).values(name=name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[sweep_progress.c.name], set_=values))
