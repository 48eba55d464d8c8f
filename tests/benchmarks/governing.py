"""10,000 orders through the governor, beside the least time that the account's slots allow."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
from measurement import Measurement
from order_throughput import sandbox
from pydantic import SecretStr

from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.ports import RecordWrite, WriteResult, Written

ORDERS = 10_000
CUSTOMER, ITEM = Reference(internal_id="501"), Reference(internal_id="101")


@dataclass(frozen=True)
class Course:
    """How many of an account's slots another client takes in the middle third of the least time.

    Attributes:
        record_seconds: what the sandbox needs for one record.
    """

    slots: int
    taken: int
    record_seconds: float

    @property
    def least_seconds(self) -> float:
        """The time in which the free slots could do all the work, if none were ever idle."""
        return ORDERS * self.record_seconds / (self.slots - self.taken / 3)


def measure_limit(slots: int, *, record_seconds: float) -> list[Measurement]:
    """Write the orders once with all slots free, and once while another client takes half of them midway."""
    name = f"governor_limit_{slots}"
    calm = Course(slots, 0, record_seconds)
    shared = Course(slots, slots // 2, record_seconds)
    return [*_measured(name, calm), *_measured(f"{name}_half_taken", shared)]


def _measured(name: str, course: Course) -> list[Measurement]:
    with sandbox() as info:
        seconds, refused, calls = _run(info, course)
    return [
        Measurement(
            name=name,
            value=seconds,
            unit="s for 10,000 orders",
            reference="lower bound of the slots",
            reference_value=course.least_seconds,
            ratio=course.least_seconds / seconds,
            wanted=">= 0.9",
        ),
        Measurement(
            name=f"{name}_refused",
            value=refused,
            unit="refused calls",
            reference="calls",
            reference_value=calls,
            ratio=refused / calls,
            wanted="<= 0.02",
        ),
    ]


def _run(info: Mapping[str, Any], course: Course) -> tuple[float, int, int]:
    netsuite, control = info["netsuite"], info["control"]
    headers = {"X-Sandbox-Token": control["token"]}
    keys = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    settings = NetSuiteSettings(
        account=netsuite["account"],
        base_url=netsuite["base_url"],
        concurrency=course.slots,
        order_list_longest=20,
        reserve=0,
        **{name: SecretStr(netsuite[name]) for name in keys},
    )
    with (
        httpx.Client(base_url=control["base_url"], headers=headers, timeout=60, trust_env=False) as desk,
        SoapClient(settings) as client,
    ):
        wanted = {"concurrency_limit": course.slots, "record_seconds": course.record_seconds}
        desk.patch("/netsuite/settings", json=wanted).raise_for_status()
        gateway = NetSuiteGateway(client, settings)
        gateway.server_time()
        results: list[WriteResult] = []
        other = threading.Thread(target=_take_half, args=(desk, course), daemon=True)
        start = time.perf_counter()
        other.start()
        left = [RecordWrite(operation_key=f"bench-so-{n}", record=_order(n)) for n in range(ORDERS)]
        gateway.upsert_orders(left, results.extend)
        seconds = time.perf_counter() - start
        other.join()
        written = {one.operation_key for one in results if isinstance(one, Written)}
        if len(written) != ORDERS:
            raise AssertionError(f"{ORDERS} orders, {len(written)} written")
        return seconds, client.governor.refused_calls, client.governor.calls


def _take_half(desk: httpx.Client, course: Course) -> None:
    if not course.taken:
        return
    third = course.least_seconds / 3
    time.sleep(third)
    desk.post("/netsuite/occupy", json={"slots": course.taken}).raise_for_status()
    time.sleep(third)
    desk.post("/netsuite/occupy", json={"slots": 0}).raise_for_status()


def _order(number: int) -> SalesOrder:
    line = OrderLine(item=ITEM, quantity=Decimal(2), rate=Decimal("19.99"))
    return SalesOrder(
        customer=CUSTOMER,
        transaction_date=date(2026, 5, 4),
        purchase_order_number=f"PO-{number}",
        lines=(line,),
    )
