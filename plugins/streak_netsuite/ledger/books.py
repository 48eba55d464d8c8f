"""What the ledger knows of deals and their orders, read from end to end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, and_, any_, literal, or_, select

from streak_netsuite.flows.planned_order import FLOW
from streak_netsuite.flows.reconcile import OrderTie
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.states import EventState, HoldState
from streak_netsuite.ledger.tables import binding, hold, inbox_event, intent
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.intent import IntentState
from streak_netsuite.sync.order_change import WRITTEN_AFTER, WRITTEN_BEFORE

_PAGE = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Written:
    """What our writes have left of an order, None when nobody knows; and whether that is what its deal wants."""

    order: Mapping[str, Any] | None
    followed: bool = True


_NOTHING = _Written(order=None)


class Books:
    """Reads ties and open work. Each page is a transaction of its own."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def order_ties(self) -> Iterator[Sequence[OrderTie]]:
        """Yield every tie of a box to an order, page by page, with what was written."""
        after = 0
        while True:
            page = (
                select(binding.c.id, binding.c.streak_id, binding.c.netsuite_id)
                .where(
                    binding.c.id > after,
                    binding.c.streak_kind == RecordKind.BOX.value,
                    binding.c.netsuite_kind == RecordKind.SALES_ORDER.value,
                )
                .order_by(binding.c.id)
                .limit(_PAGE)
            )
            with self._database.begin() as connection:
                rows = connection.execute(page).all()
                if not rows:
                    return
                # By the boxes of the page: a join may read every intent for each page.
                written = self._written(connection, [row.streak_id for row in rows])
            after = rows[-1].id
            yield [
                _tie(row.streak_id, row.netsuite_id, written.get((row.streak_id, row.netsuite_id), _NOTHING))
                for row in rows
            ]

    def _written(self, connection: Connection, boxes: Sequence[str]) -> dict[tuple[str, str], _Written]:
        """Return what was written of these boxes' orders, by box and order."""
        rows = (
            select(
                intent.c.kind,
                intent.c.state,
                intent.c.subject_key,
                intent.c.result_id,
                intent.c.payload_secret,
            )
            .where(
                intent.c.subject_key == any_(literal(list(boxes), ARRAY(Text))),
                or_(
                    intent.c.kind == RecordKind.ORDER_CHANGE.value,
                    and_(
                        intent.c.kind == RecordKind.SALES_ORDER.value,
                        intent.c.state == IntentState.SUCCEEDED.value,
                    ),
                ),
            )
            .order_by(intent.c.kind != RecordKind.SALES_ORDER.value)  # what changed an order comes after it
        )
        found: dict[tuple[str, str], _Written] = {}
        for row in connection.execute(rows):
            payload = self._cipher.decrypt(row.payload_secret)
            if row.kind == RecordKind.SALES_ORDER.value:
                found[row.subject_key, row.result_id] = _Written(order=payload)
            else:
                found[row.subject_key, payload.get("order_id")] = _changed(IntentState(row.state), payload)
        return found

    def open_boxes(self) -> Mapping[str, str]:
        """Return why boxes are not ordered yet, by key."""
        held = select(hold.c.record_key, hold.c.code).where(
            hold.c.state == HoldState.OPEN.value, hold.c.kind == RecordKind.BOX.value
        )
        waiting = select(inbox_event.c.record_key).where(
            inbox_event.c.state != EventState.DONE.value, inbox_event.c.kind == RecordKind.BOX.value
        )
        with self._database.begin() as connection:
            found = {row.record_key: "it is in the inbox" for row in connection.execute(waiting)}
            found |= {row.record_key: f"held, {row.code}" for row in connection.execute(held)}
        return found

    def waiting_ends(self, end_keys: Mapping[str, str]) -> Mapping[str, str]:
        """Return why what is to become of deals' orders is not decided yet, by box key: a deal waits itself, or that write does.

        Args:
            end_keys: by box key, the operation key of what its order is turned to by the deal's end.
        """
        boxes = any_(literal(list(end_keys), ARRAY(Text)))
        held = select(hold.c.record_key, hold.c.write_key, hold.c.flow, hold.c.code).where(
            hold.c.record_key == boxes,
            hold.c.state == HoldState.OPEN.value,
            hold.c.kind == RecordKind.BOX.value,
        )
        waiting = select(inbox_event.c.record_key).where(
            inbox_event.c.record_key == boxes,
            inbox_event.c.state != EventState.DONE.value,
            inbox_event.c.kind == RecordKind.BOX.value,
        )
        with self._database.begin() as connection:
            found = {row.record_key: "it is in the inbox" for row in connection.execute(waiting)}
            for row in connection.execute(held):
                is_deal = row.flow == FLOW and not row.write_key
                if is_deal or row.write_key == end_keys[row.record_key]:
                    found[row.record_key] = f"held, {row.code}"
        return found


def _tie(box_key: str, order_id: str, written: _Written) -> OrderTie:
    return OrderTie(
        box_key=box_key,
        order_id=order_id,
        written=written.order,
        followed=written.followed,
    )


def _changed(state: IntentState, change: Mapping[str, Any]) -> _Written:
    """Return what a change has left of its order: only what was taken of it counts."""
    match state:
        case IntentState.SUCCEEDED:
            left = change.get(WRITTEN_AFTER)
            return _Written(order=left or change.get("wanted"), followed=left is None)
        case IntentState.PLANNED | IntentState.REJECTED:
            before = change.get(WRITTEN_BEFORE) or change.get("base")
            return _Written(order=before, followed=state is IntentState.PLANNED)
        case _:
            return _NOTHING  # it is on its way, and may have landed
