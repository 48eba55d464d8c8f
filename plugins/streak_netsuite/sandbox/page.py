"""A page that shows both sides at a glance, for the person who watches a demonstration."""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from streak_netsuite.sandbox.netsuite.store import Store as NetSuiteStore
from streak_netsuite.sandbox.streak.store import Json
from streak_netsuite.sandbox.streak.store import Store as StreakStore

_SHOWN = 12  # cards in a stage, rows in a table

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 1280px; padding: 1.5rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.board { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(150px, 1fr); gap: .6rem; overflow-x: auto; }
.stage { background: color-mix(in srgb, currentColor 6%, transparent); border-radius: .5rem; padding: .6rem; }
.stage h3 { font-size: .85rem; margin: 0 0 .5rem; opacity: .75; }
.card { border: 1px solid color-mix(in srgb, currentColor 18%, transparent); border-radius: .4rem; padding: .4rem .5rem;
  margin-bottom: .4rem; font-size: .85rem; background: Canvas; }
.order { display: block; color: #15803d; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def show(streak: StreakStore, netsuite: NetSuiteStore) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of the page."""

    async def handler(_request: Request) -> Response:
        boards = "".join(_board(streak, pipeline) for pipeline in streak.pipelines.values())
        return HTMLResponse(
            "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Sandbox</title>"
            f"<meta http-equiv='refresh' content='2'><style>{_STYLE}</style></head><body>"
            f"<h1>Sandbox: Streak and NetSuite of Northwind Robotics</h1>{boards}"
            f"{_orders(netsuite)}{_customers(netsuite)}</body></html>"
        )

    return handler


def _board(store: StreakStore, pipeline: Json) -> str:
    order_key = next((f["key"] for f in pipeline["fields"] if f["name"] == "NetSuite order"), "")
    stages = "".join(_stage(store, pipeline, key, order_key) for key in pipeline["stageOrder"])
    return f"<h2>Streak: {escape(pipeline['name'])}</h2><div class='board'>{stages}</div>"


def _stage(store: StreakStore, pipeline: Json, key: str, order_key: str) -> str:
    boxes = [box for box in store.boxes_of(pipeline["key"]) if box["stageKey"] == key]
    cards = "".join(
        f"<div class='card'>{escape(box['name'])}{_order_mark(box['fields'].get(order_key))}</div>"
        for box in boxes[-_SHOWN:]
    )
    return (
        f"<div class='stage'><h3>{escape(pipeline['stages'][key]['name'])} ({len(boxes)})</h3>{cards}</div>"
    )


def _order_mark(order: Any) -> str:
    return f"<span class='order'>{escape(str(order))}</span>" if order else ""


def _orders(store: NetSuiteStore) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(r.fields.get('tranId', '')))}</td><td>{escape(_name(r.fields.get('entity')))}</td>"
        f"<td>{escape(str(r.fields.get('memo') or ''))}</td><td class='number'>{escape(str(r.fields.get('total', '')))}</td></tr>"
        for r in list(store.all("salesOrder"))[::-1][:_SHOWN]
    )
    return f"<h2>NetSuite: latest sales orders</h2><table><tr><th>Order</th><th>Customer</th><th>Memo</th><th>Total</th></tr>{rows}</table>"


def _customers(store: NetSuiteStore) -> str:
    rows = "".join(
        f"<tr><td>{escape(r.internal_id)}</td><td>{escape(str(r.fields.get('companyName') or r.fields.get('entityId') or ''))}</td></tr>"
        for r in list(store.all("customer"))[::-1][:_SHOWN]
    )
    return f"<h2>NetSuite: latest customers</h2><table><tr><th>Id</th><th>Name</th></tr>{rows}</table>"


def _name(reference: Any) -> str:
    return str(getattr(reference, "name", "") or getattr(reference, "internal_id", "") or "")
