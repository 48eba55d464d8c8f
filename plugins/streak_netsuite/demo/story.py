"""The story the demonstration tells: one deal is won, and finance has its order."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from streak_netsuite.demo.local_airflow import DemoError
from streak_netsuite.demo.processes import until
from streak_netsuite.demo.stage import PIPELINE, Stage
from streak_netsuite.ledger.inbox import StoredEvent
from streak_netsuite.sync.hint import HintOrigin

BOX = "Blue Harbor warehouse robots"
_PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What the story came to.

    Attributes:
        seconds: from the stage change to the order in NetSuite, and to the box that knows its order.
    """

    box: str
    customer: str
    order: str
    lines: str
    total: str
    write_back: str
    order_seconds: float
    write_back_seconds: float


def tell(stage: Stage, console: Console) -> Ending:
    """Win the deal, show each step as it happens, and return the ending.

    Raises:
        DemoError: a step did not come.
    """
    started = time.monotonic()

    def step(text: str) -> None:
        console.print(f"  [dim]{time.monotonic() - started:5.2f} s[/dim]  {text}")

    with stage.control() as control, stage.streak() as streak:
        box_key = _box_key(stage, streak)
        console.print(f"\n[bold]A salesperson drags '{BOX}' to Closed-Won.[/bold]")
        control.post("/streak/move", json={"box": BOX, "stage": "Closed-Won"}).raise_for_status()
        step("Streak: the box is in stage Closed-Won")
        _await(stage, "the webhook", lambda: _received(stage, box_key))
        step("Airflow: the webhook is received and its hint is in the inbox")
        _await(stage, "the run", lambda: _taken(stage, box_key))
        step("Airflow: a run of deal_to_order has taken the hint")
        order = _await(stage, "the order", lambda: _order(control, box_key))
        order_seconds = time.monotonic() - started
        step(f"NetSuite: customer {order['customer_name']}")
        step(f"NetSuite: sales order {order['number']} over {order['total']} {order['currency']}")
        written = _await(stage, "the write-back", lambda: _written_back(streak, stage, box_key))
        seconds = time.monotonic() - started
        step(f"Streak: the box says '{written['field']}' and has a comment")
    return Ending(
        box=BOX,
        customer=order["customer_name"],
        order=order["number"],
        lines=order["lines"],
        total=f"{order['total']} {order['currency']}",
        write_back=f"{written['field']} in the field 'NetSuite order', and {written['comments']} comment",
        order_seconds=order_seconds,
        write_back_seconds=seconds,
    )


def show(ending: Ending, console: Console) -> None:
    """Print the table at the end."""
    table = Table(title="From deal to order", title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Box", ending.box)
    table.add_row("Customer", ending.customer)
    table.add_row("Order", ending.order)
    table.add_row("Lines", ending.lines)
    table.add_row("Total", ending.total)
    table.add_row("Write-back", ending.write_back)
    table.add_row(
        "Seconds",
        f"{ending.order_seconds:.1f} to the order, {ending.write_back_seconds:.1f} to the write-back",
    )
    console.print()
    console.print(table)


def _box_key(stage: Stage, streak: httpx.Client) -> str:
    pipeline = stage.sandbox["streak"]["pipelines"][PIPELINE]
    boxes = streak.get(f"v1/pipelines/{pipeline}/boxes").raise_for_status().json()
    return str(next(box["key"] for box in boxes if box["name"] == BOX))


def _await(stage: Stage, what: str, look: Callable[[], Any]) -> Any:
    for _ in until(_PATIENCE_SECONDS, every=0.05):
        found = look()
        if found:
            return found
        ended = stage.group.ended()
        if ended is not None:
            raise DemoError(f"{ended.name} ended with code {ended.exit_code}:\n{ended.log_tail()}")
    raise DemoError(
        f"{what} did not come within {_PATIENCE_SECONDS:.0f} s; the logs are beside {stage.airflow.home}"
    )


def _received(stage: Stage, box_key: str) -> bool:
    return bool(_webhooks(stage, box_key))


def _taken(stage: Stage, box_key: str) -> bool:
    return any(event.attempts > 0 for event in _webhooks(stage, box_key))


def _webhooks(stage: Stage, box_key: str) -> list[StoredEvent]:
    """Return the box's hints that came by webhook: a sweep may have brought older ones."""
    return [event for event in stage.ledger.events_for(box_key) if event.origin is HintOrigin.WEBHOOK]


def _order(control: httpx.Client, box_key: str) -> Mapping[str, Any] | None:
    orders = control.get("/netsuite/state").raise_for_status().json()["orders"]
    mine = [o for o in orders if o["custom"].get("custbody_streak_box") == box_key]
    if not mine:
        return None
    order = mine[0]
    return {
        "number": order["tranId"],
        "total": order["total"],
        "currency": order["currency"]["name"],
        "customer_name": order["entity"]["name"],
        "lines": "\n".join(
            f"{ln['quantity']} x {ln['item']['name']} at {ln['rate']}" for ln in order["itemList"]
        ),
    }


def _written_back(streak: httpx.Client, stage: Stage, box_key: str) -> Mapping[str, Any] | None:
    pipeline = stage.sandbox["streak"]["pipelines"][PIPELINE]
    fields = streak.get(f"v1/pipelines/{pipeline}/fields").raise_for_status().json()
    field_key = next(f["key"] for f in fields if f["name"] == "NetSuite order")
    value = streak.get(f"v1/boxes/{box_key}").raise_for_status().json().get("fields", {}).get(field_key)
    comments = streak.get(f"v2/boxes/{box_key}/comments").raise_for_status().json()["results"]
    return {"field": value, "comments": len(comments)} if value and comments else None
