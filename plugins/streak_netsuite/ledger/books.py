"""What the ledger knows of deals and their orders, read from end to end."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, any_, literal, select

from streak_netsuite.flows.reconcile import OrderTie
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.states import EventState, HoldState
from streak_netsuite.ledger.tables import binding, hold, inbox_event, intent
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.order_total import WrittenTotal
from streak_netsuite.sync.intent import IntentState

_PAGE = 2000
_CENT = Decimal("0.01")
_WANTED = "wanted"  # in a change of an order: the order as its deal wants it


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
                self._tie(row.streak_id, row.netsuite_id, written.get((row.streak_id, row.netsuite_id)))
                for row in rows
            ]

    def _tie(self, box_key: str, order_id: str, secret: bytes | None) -> OrderTie:
        if secret is None:
            return OrderTie(box_key=box_key, order_id=order_id, wanted=None)
        payload = self._cipher.decrypt(secret)
        written = payload.get(_WANTED, payload)
        return OrderTie(box_key=box_key, order_id=order_id, wanted=total_of(written), written=written)

    def _written(self, connection: Connection, boxes: Sequence[str]) -> dict[tuple[str, str], bytes]:
        """Return what was written last of these boxes' orders, encrypted, by box and order."""
        rows = (
            select(intent.c.subject_key, intent.c.result_id, intent.c.payload_secret)
            .where(
                intent.c.subject_key == any_(literal(list(boxes), ARRAY(Text))),
                intent.c.kind.in_([RecordKind.SALES_ORDER.value, RecordKind.ORDER_CHANGE.value]),
                intent.c.state == IntentState.SUCCEEDED.value,
                intent.c.result_id.is_not(None),
            )
            .order_by(intent.c.kind != RecordKind.SALES_ORDER.value)  # what changed an order comes after it
        )
        return {(row.subject_key, row.result_id): row.payload_secret for row in connection.execute(rows)}

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


def total_of(order: Mapping[str, Any]) -> WrittenTotal | None:
    """Return the sum of an order's lines, each rounded to the cent as NetSuite rounds it, and its discount.

    None when NetSuite prices a line, or takes off the discount item's own rate.
    """
    lines = Decimal(0)
    try:
        for line in order.get("lines") or ():
            amount = Decimal(str(line["quantity"])) * Decimal(str(line["rate"]))
            lines += amount.quantize(_CENT, ROUND_HALF_UP)
        if "discount_item" not in order:
            return WrittenTotal(lines=lines)
        rate = order["discount_rate"]
        discount = DiscountRate(value=Decimal(str(rate["value"])), is_percent=bool(rate["is_percent"]))
    except (KeyError, TypeError, InvalidOperation):
        return None
    return WrittenTotal(lines=lines, discount=discount.of(lines))
