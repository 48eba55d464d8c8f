"""Duplicate customers as the ledger remembers them: runs, groups, questions and what people said."""

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import audit, bindings
from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.tables import audit_event, duplicate_group, duplicate_pair, duplicate_run
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.duplicate_case import (
    LINKS,
    FoundDuplicates,
    FoundGroup,
    GroupState,
    Learned,
    PairDecision,
    PairName,
    PairQuestion,
    RunEntry,
    Sameness,
)

REPORTS_KEPT = 10
_RUN_LOCK = 0x4455_5052  # one run is kept at a time
_PART = 5_000
_TAKEN_BACK = "duplicates.taken_back"


class DuplicateBook:
    """What is known of duplicate customers. Each method is one transaction."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def keep_run(self, found: FoundDuplicates, *, now: datetime) -> RunEntry:
        """Keep what a run found, in place of what the one before left open; answered questions stay as they are."""
        columns = duplicate_run.c
        with self._database.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_RUN_LOCK)))
            old = set(_open_groups(connection, found.scope))
            here = {group.id for group in found.groups}
            ended = _end(connection, found.scope, old - here, now=now)
            _keep_groups(connection, found.scope, found.groups, now=now)
            self._keep_questions(connection, found.scope, found.questions)
            counts: dict[str, Any] = {
                "scope": found.scope,
                "at": now,
                "records": found.records,
                "groups": len(found.groups),
                "sure": sum(group.band == "sure" for group in found.groups),
                "new": len(here - old),
                **ended,
            }
            report = self._cipher.encrypt(
                {
                    "page": _packed(found.page),
                    "sheet": _packed(found.sheet),
                    "learned": asdict(found.learned) if found.learned else None,
                }
            )
            row = insert(duplicate_run).values(**counts, report_secret=report).returning(columns.id)
            run_id = connection.execute(row).scalar_one()
            kept = select(columns.id).where(columns.scope == found.scope).order_by(columns.id.desc())
            connection.execute(
                update(duplicate_run)
                .where(columns.scope == found.scope, columns.id.not_in(kept.limit(REPORTS_KEPT)))
                .values(report_secret=None)
            )
        return RunEntry(id=run_id, **counts)

    def runs(self, *, scope: str | None = None, limit: int = 20) -> Sequence[RunEntry]:
        """Return the newest runs, newest first."""
        names = [c for c in duplicate_run.c if c.name != "report_secret"]
        query = select(*names).order_by(duplicate_run.c.id.desc()).limit(limit)
        if scope is not None:
            query = query.where(duplicate_run.c.scope == scope)
        with self._database.begin() as connection:
            return [RunEntry(**row._mapping) for row in connection.execute(query)]

    def page(self, run_id: int) -> str | None:
        """Return a run's report as HTML; None when there is no such run, or its report is not kept any more."""
        return self._report(run_id, "page")

    def sheet(self, run_id: int) -> str | None:
        """Return a run's report as CSV; None as `page`."""
        return self._report(run_id, "sheet")

    def learned(self, scope: str) -> Learned | None:
        """Return what decisions taught the engine in the last run; None when they were too few."""
        columns = duplicate_run.c
        query = (
            select(columns.report_secret).where(columns.scope == scope).order_by(columns.id.desc()).limit(1)
        )
        with self._database.begin() as connection:
            secret = connection.execute(query).scalar_one_or_none()
        told = None if secret is None else self._cipher.decrypt(secret).get("learned")
        return None if told is None else Learned(**told)

    def open_groups(self, scope: str) -> Sequence[FoundGroup]:
        """Return the groups of the last run, the most money at stake first."""
        columns = duplicate_group.c
        query = (
            select(duplicate_group)
            .where(columns.scope == scope, columns.state == GroupState.OPEN.value)
            .order_by(columns.at_stake.desc(), columns.id)
        )
        with self._database.begin() as connection:
            return [_group(row) for row in connection.execute(query)]

    def groups_before(self, scope: str) -> Mapping[str, str]:
        """Return the group that each record is in since the last run."""
        return {member: group.id for group in self.open_groups(scope) for member in group.members}

    def questions(self, scope: str, *, limit: int = 50) -> Sequence[PairQuestion]:
        """Return pairs that nobody has decided about, the most informative first."""
        columns = duplicate_pair.c
        query = (
            select(duplicate_pair)
            .where(columns.scope == scope, columns.said.is_(None))
            .order_by(columns.place, columns.id)
            .limit(limit)
        )
        with self._database.begin() as connection:
            rows = connection.execute(query).all()
        return [
            PairQuestion(
                pair=PairName(left=row.left_id, right=row.right_id),
                bits=row.bits,
                place=row.place,
                body=self._cipher.decrypt(row.body_secret),
            )
            for row in rows
        ]

    def count_questions(self, scope: str) -> int:
        """Return how many pairs wait for a person."""
        return self._count(duplicate_pair.c.scope == scope, duplicate_pair.c.said.is_(None))

    def count_decisions(self, scope: str) -> int:
        """Return how many pairs people have decided about."""
        return self._count(duplicate_pair.c.scope == scope, duplicate_pair.c.said.is_not(None))

    def take_back(self, scope: str, pair: PairName, *, actor: str, now: datetime) -> None:
        """Let a pair that this person has decided about wait for a person again, and note it in the audit.

        Raises:
            RecordError: nobody has decided about it, or somebody else has since.
        """
        its_own = _its_own(scope, pair)
        with self._database.begin() as connection:
            row = connection.execute(select(duplicate_pair).where(*its_own).with_for_update()).one_or_none()
            if row is None or row.said is None:
                raise RecordError(f"nobody has decided about {pair}", code="NOT_DECIDED")
            if row.actor != actor:
                raise _decided_meanwhile(row, pair)
            connection.execute(
                update(duplicate_pair).where(*its_own).values(said=None, actor="", reason="", decided_at=None)
            )
            audit.append(
                connection,
                self._cipher,
                actor=actor,
                action=_TAKEN_BACK,
                subject=str(pair),
                details={"scope": scope},
                now=now,
            )

    def taken_back_by(self, scope: str, records: Sequence[str]) -> str:
        """Return who took a decision about one of these records back last; "" for nobody."""
        columns = audit_event.c
        named = [
            match
            for one in records
            for match in (
                columns.subject.startswith(f"{one} and ", autoescape=True),
                columns.subject.endswith(f" and {one}", autoescape=True),
            )
        ]
        query = (
            select(audit_event).where(columns.action == _TAKEN_BACK, or_(*named)).order_by(columns.id.desc())
        )
        with self._database.begin() as connection:
            rows = connection.execute(query).all()
        ours = (row for row in rows if self._cipher.decrypt(row.details_secret)["scope"] == scope)
        return next((str(row.actor) for row in ours), "")

    def decide(
        self,
        scope: str,
        pair: PairName,
        said: Sameness,
        *,
        actor: str,
        reason: str,
        now: datetime,
        over: str = "",
    ) -> None:
        """Keep what a person said, in place of what they said before, and note it in the audit.

        Any two records of a group may be told apart or called one, asked or not.

        Args:
            over: another person whose decision is known and is replaced.

        Raises:
            RecordError: nobody was asked about this pair, and it is in no group; or somebody else has decided about it
                (code DECIDED_MEANWHILE).
        """
        with self._database.begin() as connection:
            self._decide(connection, scope, pair, said, actor=actor, reason=reason, over=over, now=now)

    def tie(self, made: Binding, *, actor: str, reason: str, now: datetime, over: str = "") -> None:
        """Keep a tie that a person makes, with their word that both records are one where they were asked, and note it.

        All or nothing: neither is there a word without its tie, whoever dies in between, nor a tie against a word.

        Args:
            over: as for `decide`.

        Raises:
            RecordError: either record is tied already (code ALREADY_TIED), or somebody else has decided about both
                (code DECIDED_MEANWHILE).
        """
        pair = PairName.of(made.streak.id, made.netsuite.id)
        with self._database.begin() as connection:
            if self._find_asked(connection, LINKS, pair) is not None:
                self._decide(
                    connection, LINKS, pair, Sameness.SAME, actor=actor, reason=reason, over=over, now=now
                )
            if bindings.keep(connection, [made], now=now):
                raise RecordError(
                    f"{made.streak.kind} {made.streak.id} or customer {made.netsuite.id} is tied already",
                    code="ALREADY_TIED",
                    fix="an organization has one customer, and a customer one organization",
                )
            audit.append(
                connection,
                self._cipher,
                actor=actor,
                action="binding.made",
                subject=str(made.streak),
                details={"to": made.netsuite.id, "reason": reason},
                now=now,
            )

    def _find_asked(self, connection: Connection, scope: str, pair: PairName) -> AnyRow | None:
        """Return what is kept of a pair, locked; None when nobody was asked about it, and it is in no group."""
        if _are_grouped(connection, scope, pair):
            self._keep_questions(connection, scope, [_unasked(pair)], in_place=False)
        known = select(duplicate_pair).where(*_its_own(scope, pair)).with_for_update()
        return connection.execute(known).one_or_none()

    def _decide(
        self,
        connection: Connection,
        scope: str,
        pair: PairName,
        said: Sameness,
        *,
        actor: str,
        reason: str,
        over: str,
        now: datetime,
    ) -> None:
        row = self._find_asked(connection, scope, pair)
        if row is None:
            raise RecordError(
                f"nobody was asked about {pair}",
                code="NOT_ASKED",
                fix="the queue has changed since it was read: read it again",
            )
        if row.said is not None and row.actor not in {actor, over}:
            raise _decided_meanwhile(row, pair)
        connection.execute(
            update(duplicate_pair)
            .where(*_its_own(scope, pair))
            .values(said=said.value, actor=actor, reason=reason, decided_at=now)
        )
        audit.append(
            connection,
            self._cipher,
            actor=actor,
            action=f"duplicates.{said.value}",
            subject=str(pair),
            details=self._evidence(scope, row, reason=reason),
            now=now,
        )

    def _evidence(self, scope: str, row: AnyRow, *, reason: str) -> Mapping[str, Any]:
        """Return on what ground somebody has decided about a pair, for the audit."""
        return {
            "scope": scope,
            "reason": reason,
            "before": row.said or "",
            "bits": row.bits,
            "reasons": self._cipher.decrypt(row.body_secret).get("reasons", []),
        }

    def decisions(self, scope: str) -> Sequence[PairDecision]:
        """Return everything that people said, in the order they said it."""
        columns = duplicate_pair.c
        query = (
            select(duplicate_pair)
            .where(columns.scope == scope, columns.said.is_not(None))
            .order_by(columns.decided_at, columns.id)
        )
        with self._database.begin() as connection:
            rows = connection.execute(query).all()
        return [
            PairDecision(
                pair=PairName(left=row.left_id, right=row.right_id),
                said=Sameness(row.said),
                actor=row.actor,
                reason=row.reason,
                decided_at=row.decided_at,
                bits=row.bits,
                body=self._cipher.decrypt(row.body_secret),
            )
            for row in rows
        ]

    def _keep_questions(
        self, connection: Connection, scope: str, asked: Sequence[PairQuestion], *, in_place: bool = True
    ) -> None:
        columns = duplicate_pair.c
        if in_place:
            connection.execute(delete(duplicate_pair).where(columns.scope == scope, columns.said.is_(None)))
        rows = [
            {
                "scope": scope,
                "left_id": one.pair.left,
                "right_id": one.pair.right,
                "bits": one.bits,
                "place": one.place,
                "body_secret": self._cipher.encrypt(one.body),
            }
            for one in asked
        ]
        if rows:
            statement = insert_rows(duplicate_pair, tuple(rows[0]))
            connection.execute(statement.on_conflict_do_nothing(), as_columns(rows))

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(duplicate_pair).where(*conditions)
        with self._database.begin() as connection:
            return connection.execute(query).scalar_one()

    def _report(self, run_id: int, part: str) -> str | None:
        with self._database.begin() as connection:
            secret = connection.execute(
                select(duplicate_run.c.report_secret).where(duplicate_run.c.id == run_id)
            ).scalar_one_or_none()
        return None if secret is None else _unpacked(self._cipher.decrypt(secret)[part])


def _are_grouped(connection: Connection, scope: str, pair: PairName) -> bool:
    columns = duplicate_group.c
    query = select(columns.id).where(
        columns.scope == scope,
        columns.state == GroupState.OPEN.value,
        columns.members.contains([pair.left, pair.right]),
    )
    return connection.execute(query).first() is not None


def _its_own(scope: str, pair: PairName) -> tuple[ColumnElement[bool], ...]:
    columns = duplicate_pair.c
    return columns.scope == scope, columns.left_id == pair.left, columns.right_id == pair.right


def _decided_meanwhile(row: AnyRow, pair: PairName) -> RecordError:
    why = f" ({row.reason})" if row.reason else ""
    return RecordError(
        f"{pair}: decided meanwhile by {row.actor}: {row.said}{why}; nothing was changed: look at it again",
        code="DECIDED_MEANWHILE",
        fix=f"talk to {row.actor}; to replace that all the same, add to the command: --over {row.actor}",
    )


def _unasked(pair: PairName) -> PairQuestion:
    return PairQuestion(pair=pair, bits=0.0, place=0, body={})


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _unpacked(text: str) -> str:
    return zlib.decompress(base64.b64decode(text)).decode()


def _open_groups(connection: Connection, scope: str) -> Iterable[str]:
    columns = duplicate_group.c
    query = select(columns.id).where(columns.scope == scope, columns.state == GroupState.OPEN.value)
    return connection.execute(query).scalars()


def _end(connection: Connection, scope: str, gone: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Close groups that were not found any more; return how many for which reason."""
    counts = {GroupState.RESOLVED.value: 0, GroupState.IGNORED.value: 0}
    ids = sorted(gone)
    if not ids:
        return counts
    columns, pairs = duplicate_group.c, duplicate_pair.c
    told_apart = (
        select(pairs.id)
        .where(
            pairs.scope == scope,
            pairs.said == Sameness.DIFFERENT.value,
            pairs.left_id == columns.members.any_(),
            pairs.right_id == columns.members.any_(),
        )
        .exists()
    )
    for start in range(0, len(ids), _PART):
        part = (columns.scope == scope, columns.id.in_(ids[start : start + _PART]))
        for state, whose in ((GroupState.IGNORED, told_apart), (GroupState.RESOLVED, ~told_apart)):
            ended = connection.execute(
                update(duplicate_group)
                .where(*part, columns.state == GroupState.OPEN.value, whose)
                .values(state=state.value, last_seen_at=now)
            )
            counts[state.value] += ended.rowcount
    return counts


def _keep_groups(connection: Connection, scope: str, groups: Sequence[FoundGroup], *, now: datetime) -> None:
    for start in range(0, len(groups), _PART):
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "scope": scope,
                "members": list(one.members),
                "band": one.band,
                "probability": one.probability,
                "at_stake": one.at_stake,
                "state": GroupState.OPEN.value,
                "first_seen_at": now,
                "last_seen_at": now,
            }
            for one in groups[start : start + _PART]
        ]
        statement = insert(duplicate_group)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["id", "scope"],
                set_={
                    name: statement.excluded[name] for name in rows[0] if name not in {"id", "first_seen_at"}
                },
            ),
            rows,
        )


def _group(row: AnyRow) -> FoundGroup:
    return FoundGroup(
        id=row.id,
        members=row.members,
        band=row.band,
        probability=row.probability,
        at_stake=row.at_stake,
    )
