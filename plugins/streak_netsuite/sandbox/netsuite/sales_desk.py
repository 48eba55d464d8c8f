"""Control routes that ship, bill and pay as a person in NetSuite would."""

import json
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.netsuite import purchases, voids, writes
from streak_netsuite.sandbox.netsuite.control import show_record
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref


def routes(store: Store) -> list[BaseRoute]:
    """Return the routes for one account."""
    desk = _Desk(store)
    return [
        Route("/orders/{id}/fulfill", desk.fulfill, methods=["POST"]),
        Route("/orders/{id}/bill", desk.bill, methods=["POST"]),
        Route("/invoices/{id}/pay", desk.pay, methods=["POST"]),
        Route("/records/{kind}/{id}/void", desk.void, methods=["POST"]),
        Route("/purchaseOrders/{id}/bill", desk.bill_purchase, methods=["POST"]),
    ]


class _Desk:
    """The handlers; each answers with the record that was made, or why it was refused."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def fulfill(self, request: Request) -> Response:
        """Ship an order: {"lines": {"1": "2"}, "shipStatus": "_packed", "trackingNumbers": ["1Z"], "daysAgo": 70}."""
        wish = await _wish(request)
        sent: Fields = _from_order(request, wish)
        if wish.get("shipStatus"):
            sent["shipStatus"] = wish["shipStatus"]
        if wish.get("daysAgo"):
            sent["tranDate"] = self._store.day(self._store.now() - timedelta(days=int(wish["daysAgo"])))
        numbers = wish.get("trackingNumbers", [])
        sent["packageList"] = {"package": [{"packageTrackingNumber": str(n)} for n in numbers]}
        return self._add("itemFulfillment", sent)

    async def bill(self, request: Request) -> Response:
        """Invoice an order: {"lines": {"1": "2"}}, or all that is ready."""
        return self._add("invoice", _from_order(request, await _wish(request)))

    async def pay(self, request: Request) -> Response:
        """Pay an invoice: {"amount": "100.00"}, or all that is left."""
        wish = await _wish(request)
        invoice = self._store.find(Ref(internal_id=request.path_params["id"]), "invoice")
        if invoice is None:
            return JSONResponse({"error": "no such invoice"}, status_code=404)
        entry: Fields = {"apply": True, "doc": int(invoice.internal_id)}
        if "amount" in wish:
            entry["amount"] = _decimal(wish["amount"])
        sent: Fields = {
            "customer": invoice.fields["entity"],
            "currency": invoice.fields["currency"],
            "applyList": {"apply": [entry]},
        }
        return self._add("customerPayment", sent)

    async def void(self, request: Request) -> Response:
        """Void a transaction: it stays, and is worth nothing."""
        kind = request.path_params["kind"]
        record = self._store.find(Ref(internal_id=request.path_params["id"]), kind) if kind in KINDS else None
        if record is None:
            return JSONResponse({"error": "no such record"}, status_code=404)
        try:
            return JSONResponse(show_record(voids.void(self._store, record)))
        except RecordRefused as refused:
            return JSONResponse({"code": refused.code, "message": refused.message}, status_code=422)

    async def bill_purchase(self, request: Request) -> Response:
        """Enter the vendor's bill over a purchase order."""
        found = self._store.find(Ref(internal_id=request.path_params["id"]), "purchaseOrder")
        if found is None:
            return JSONResponse({"error": "no such purchase order"}, status_code=404)
        return JSONResponse(show_record(purchases.bill(self._store, found)), status_code=201)

    def _add(self, kind: str, sent: Fields) -> Response:
        sent["@xsi"] = KINDS[kind].type
        outcome = writes.save(self._store, "add", sent, Preferences(by_hand=True))
        record = self._store.find(outcome.ref, kind)
        if record is None:
            return JSONResponse({"code": outcome.code, "message": outcome.message}, status_code=422)
        return JSONResponse(show_record(record), status_code=201)


async def _wish(request: Request) -> dict[str, Any]:
    raw = await request.body()
    value = json.loads(raw) if raw else {}
    return value if isinstance(value, dict) else {}


def _from_order(request: Request, wish: dict[str, Any]) -> Fields:
    """Return a child of the order in the path, of some lines or of all."""
    sent: Fields = {"createdFrom": Ref(internal_id=request.path_params["id"])}
    if "lines" in wish:
        lines = {int(number): _decimal(quantity) for number, quantity in dict(wish["lines"]).items()}
        sent["itemList"] = {"item": [{"orderLine": n, "quantity": q} for n, q in lines.items()]}
    return sent


def _decimal(text: Any) -> Decimal:
    """Return a number; what is none becomes NaN, which NetSuite's rules refuse."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal("NaN")
