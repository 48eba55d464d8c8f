"""Reconciling 100,000 deals in one pass, beside ten times 10,000: growth has to be linear.

The ledger is real; both vendors' lists are made up in memory, because their speed is theirs.
"""

import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from measurement import Measurement
from sqlalchemy import insert, text

from streak_netsuite.flows.reconcile import OrderRow, Reconcile, WonBox
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.ledger.tables import binding, intent
from streak_netsuite.model.order_total import OrderTotal, TotalRules

FEW, MANY = 10_000, 100_000
_PAGE = 1000
_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_ORDER = {"lines": [{"quantity": "2", "rate": "100.00"}]}


class Account:
    """All sales orders and won deals of a company, each as it should be."""

    def __init__(self, count: int) -> None:
        self._count = count

    def order_rows(self) -> Iterator[Sequence[OrderRow]]:
        """Yield the orders."""
        for start in range(0, self._count, _PAGE):
            yield [
                OrderRow(
                    internal_id=str(n),
                    number=f"SO{n}",
                    key=f"streak-so-{n}",
                    total=Decimal("200.00"),
                    currency="USD",
                    status="pendingFulfillment",
                )
                for n in range(start, min(start + _PAGE, self._count))
            ]

    def order_totals(self, order_ids: Sequence[str]) -> Mapping[str, OrderTotal]:
        """Return nothing: no total is unclear."""
        raise AssertionError(f"the totals of {len(order_ids)} orders do not fit")

    def won_boxes(self, _pipeline: str, _stages: Sequence[str]) -> Iterator[Sequence[WonBox]]:
        """Yield the deals."""
        for start in range(0, self._count, _PAGE):
            yield [
                WonBox(key=f"box-{n}", name=f"Deal {n}", shown=f"SO{n}")
                for n in range(start, min(start + _PAGE, self._count))
            ]


def measure() -> list[Measurement]:
    """Reconcile a tenth first, then all."""
    few, _ = _measured(FEW)
    many, megabytes = _measured(MANY)
    return [
        Measurement(
            name="reconcile_100k",
            value=many,
            unit=f"s for 100,000 deals, {megabytes:.0f} MB at most",
            reference="ten times 10,000 deals",
            reference_value=10 * few,
            ratio=many / (10 * few),
            wanted="<= 1.2",
        )
    ]


def _measured(count: int) -> tuple[float, float]:
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedPostgres(Path(name) / "pg", durable=False) as postgres,
    ):
        postgres.create_database("ledger")
        key = Fernet.generate_key().decode()
        settings = LedgerSettings(url=postgres.url("ledger"), encryption_keys=(key,))
        with Ledger.connect(settings) as ledger:
            upgrade(ledger.engine)
            _fill(ledger, Cipher(settings.encryption_keys), count)
            account = Account(count)
            flow = Reconcile(
                orders=account,
                boxes=account,
                ties=ledger.books,
                pipeline="Sales",
                stages=("Closed-Won",),
                won_since=None,
                zone=ZoneInfo("UTC"),
                key_prefix="streak-so-",
                rules=TotalRules(allowances={}),
                tolerance=Decimal("0.05"),
                tells_number=True,
            )
            start = time.perf_counter()
            report = flow.run()
            seconds = time.perf_counter() - start
    if report.differences or report.found != {"USD": Decimal(200) * count}:
        raise AssertionError(f"{count} deals: {report.lines()[:5]}")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill(ledger: Ledger, cipher: Cipher, count: int) -> None:
    secret = cipher.encrypt(_ORDER)
    ties = [
        {
            "streak_kind": "box",
            "streak_id": f"box-{n}",
            "netsuite_kind": "salesOrder",
            "netsuite_id": str(n),
            "rule": "created",
            "created_at": _NOW,
            "updated_at": _NOW,
        }
        for n in range(count)
    ]
    writes = [
        {
            "operation_key": f"streak-so-{n}",
            "flow": "deal_to_order",
            "kind": "salesOrder",
            "subject_system": "streak",
            "subject_kind": "box",
            "subject_key": f"box-{n}",
            "payload_secret": secret,
            "state": "succeeded",
            "queued": False,
            "result_id": str(n),
            "created_at": _NOW,
        }
        for n in range(count)
    ]
    with ledger.engine.begin() as connection:
        for start in range(0, count, _PAGE * 10):
            connection.execute(insert(binding), ties[start : start + _PAGE * 10])
            connection.execute(insert(intent), writes[start : start + _PAGE * 10])
        connection.execute(text("ANALYZE"))  # as a living database has it
