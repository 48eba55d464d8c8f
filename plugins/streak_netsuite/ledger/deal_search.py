"""Which deal somebody means by a key, a NetSuite id, an order's number or a part of a reason."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select, union
from sqlalchemy.sql.selectable import CompoundSelect

from streak_netsuite.flows.deal_history import DealMatch
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.tables import binding, hold, inbox_event, intent, outcome
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

MOST_MATCHES = 50
_BOX = RecordKind.BOX.value
_Test = Callable[[ColumnElement[str]], ColumnElement[bool]]


def find(connection: Connection, wanted: str) -> list[DealMatch]:
    """Return the deals of the first kind of match that finds any, the certain kinds first."""
    for query in (_by_key, _by_netsuite_id, _by_number, _by_part) if wanted else ():
        looked_for = query(wanted)
        if looked_for is None:
            continue
        rows = connection.execute(looked_for.limit(MOST_MATCHES)).all()
        if rows:
            return [DealMatch(deal=_box(key), why=why) for key, why in _first_of_each(rows)]
    return []


def _box(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


def _first_of_each(rows: Iterable[AnyRow]) -> list[tuple[str, str]]:
    """Return one reason for each box, in order of the keys."""
    first: dict[str, str] = {}
    for key, why in rows:
        first.setdefault(key, why)
    return sorted(first.items())


def _by_key(wanted: str) -> CompoundSelect[Any]:
    return _boxes_where(lambda key: key == wanted, "has this key")


def _boxes_where(matches: _Test, why: str) -> CompoundSelect[Any]:
    reason = literal(why)
    places = (
        (inbox_event.c.record_key, inbox_event.c.kind),
        (outcome.c.record_key, outcome.c.kind),
        (hold.c.record_key, hold.c.kind),
        (intent.c.subject_key, intent.c.subject_kind),
        (binding.c.streak_id, binding.c.streak_kind),
    )
    return union(*(select(key, reason).where(kind == _BOX, matches(key)) for key, kind in places))


def _by_netsuite_id(wanted: str) -> CompoundSelect[Any]:
    """Look for a record that is tied to a box, or was written for it or for its order."""
    tied = select(binding.c.streak_id, literal("is tied to ") + binding.c.netsuite_kind).where(
        binding.c.streak_kind == _BOX, binding.c.netsuite_id == wanted
    )
    written = literal("was written for it: ") + intent.c.kind
    for_box = select(intent.c.subject_key, written).where(
        intent.c.subject_kind == _BOX, intent.c.result_id == wanted
    )
    for_order = (
        select(binding.c.streak_id, written)
        .join(
            intent,
            and_(
                intent.c.subject_key == binding.c.netsuite_id,
                intent.c.subject_kind == binding.c.netsuite_kind,
            ),
        )
        .where(binding.c.streak_kind == _BOX, intent.c.result_id == wanted)
    )
    target = select(outcome.c.record_key, literal("an outcome names it")).where(
        outcome.c.kind == _BOX, outcome.c.target_id == wanted
    )
    return union(tied, for_box, for_order, target)


def _by_number(wanted: str) -> CompoundSelect[Any] | None:
    """Look for a whole word of a reason: "fields for order SO1006". Without a digit it is no number."""
    if not re.search(r"\d", wanted):
        return None
    word = rf"(^|[^[:alnum:]]){re.escape(wanted)}($|[^[:alnum:]])"
    return _by_reason(lambda reason: reason.regexp_match(word, flags="i"))


def _by_part(wanted: str) -> CompoundSelect[Any]:
    """Look for a part of a reason, or the end of a key as lists show it."""
    ends = _boxes_where(
        lambda key: or_(key.endswith(wanted, autoescape=True), key.startswith(wanted, autoescape=True)),
        "its key begins or ends so",
    )
    told = _by_reason(lambda reason: reason.icontains(wanted, autoescape=True))
    return union(ends, told)


def _by_reason(matches: _Test) -> CompoundSelect[Any]:
    held = select(hold.c.record_key, literal("held: ") + hold.c.reason).where(
        hold.c.kind == _BOX, matches(hold.c.reason)
    )
    became = select(outcome.c.record_key, outcome.c.reason).where(
        outcome.c.kind == _BOX, matches(outcome.c.reason)
    )
    return union(held, became)
