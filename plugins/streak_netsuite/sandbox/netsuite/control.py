"""Looks into the account and changes it from outside, for tests and for the person at the screen."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.netsuite import currencies, writes
from streak_netsuite.sandbox.netsuite.gate import Gate
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.late_commits import LateCommits
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refresh import refresh
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.tba import Gatekeeper
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

_STATE_LISTS = {
    "customers": "customer",
    "vendors": "vendor",
    "contacts": "contact",
    "orders": "salesOrder",
    "fulfillments": "itemFulfillment",
    "invoices": "invoice",
    "purchaseOrders": "purchaseOrder",
    "payments": "customerPayment",
    "creditMemos": "creditMemo",
    "deposits": "customerDeposit",
    "depositApplications": "depositApplication",
    "refunds": "customerRefund",
    "customerSubsidiaries": "customerSubsidiaryRelationship",
    "customRecords": "customRecord",
    "currencies": "currency",
    "subsidiaries": "subsidiary",
}
_MOST_IN_BULK = 50_000


def routes(
    store: Store, settings: Settings, gate: Gate, gatekeeper: Gatekeeper, late: LateCommits
) -> list[BaseRoute]:
    """Return the control routes of one sandbox."""
    desk = _Desk(store, settings, gate, gatekeeper, late)
    return [
        Route("/state", desk.state, methods=["GET"]),
        Route("/settings", desk.settings, methods=["GET", "PATCH"]),
        Route("/currencies", desk.add_currency, methods=["POST"]),
        Route("/customers", desk.add_customer, methods=["POST"]),
        Route("/customers/bulk", desk.add_customers, methods=["POST"]),
        Route("/customers/{id}/touch", desk.touch_customer, methods=["POST"]),
        Route("/orders/{id}/touch", desk.touch_order, methods=["POST"]),
        Route("/records/{kind}", desk.records, methods=["GET"]),
        Route("/records/{kind}/{id}/touch", desk.touch_record, methods=["POST"]),
        Route("/refresh", desk.refresh, methods=["POST"]),
        Route("/occupy", desk.occupy, methods=["GET", "POST"]),
        Route("/land", desk.land, methods=["POST"]),
        Route("/peak", desk.peak, methods=["GET"]),
        Route("/peak/reset", desk.reset_peak, methods=["POST"]),
        Route("/logins", desk.logins, methods=["GET"]),
    ]


def plain(value: Any) -> Any:
    """Return a kept value as JSON can hold it; numbers with decimals as text."""
    match value:
        case Ref():
            shown = {"internalId": value.internal_id, "externalId": value.external_id, "name": value.name}
            return {k: v for k, v in shown.items() if v}
        case CustomValue():
            return plain(value.value)
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {k: plain(v) for k, v in value.items() if k != "@xsi"}
        case list() | tuple():
            return [plain(v) for v in value]
        case _:
            return value


def show_record(record: Record) -> dict[str, Any]:
    """Return a record as JSON can hold it."""
    return {
        "type": record.kind,
        "internalId": record.internal_id,
        "externalId": record.external_id,
        "dateCreated": record.created_at.isoformat(),
        "lastModifiedDate": record.modified_at.isoformat(),
        **plain(record.fields),
        "custom": plain(record.custom),
        **plain(record.sublists),
    }


class _Desk:
    """The handlers."""

    def __init__(
        self, store: Store, settings: Settings, gate: Gate, gatekeeper: Gatekeeper, late: LateCommits
    ) -> None:
        self._store = store
        self._settings = settings
        self._gate = gate
        self._gatekeeper = gatekeeper
        self._late = late

    async def state(self, _request: Request) -> Response:
        shown = {name: [show_record(r) for r in self._store.all(kind)] for name, kind in _STATE_LISTS.items()}
        items = [k.name for k in KINDS.values() if k.group == "item"]
        external_ids = {
            r.external_id: f"{r.kind}/{r.internal_id}"
            for kind in KINDS
            for r in self._store.all(kind)
            if r.external_id
        }
        totals = {name: len(records) for name, records in shown.items()}
        return JSONResponse(
            {
                **shown,
                "items": [show_record(r) for r in self._store.all(*items)],
                "externalIds": external_ids,
                "totals": totals,
            }
        )

    async def settings(self, request: Request) -> Response:
        if request.method == "PATCH":
            changes = await _json(request)
            try:
                checked = Settings.model_validate(self._settings.model_dump() | changes)
            except ValidationError as error:
                return JSONResponse({"error": json.loads(error.json(include_context=False))}, status_code=422)
            for name in changes:
                setattr(self._settings, name, getattr(checked, name))
        return JSONResponse(self._settings.model_dump())

    async def add_currency(self, request: Request) -> Response:
        """Let the account know a currency: {"symbol": "JPY", "name": "Japanese Yen", "exchangeRate": "0.0067"}."""
        wish = await _json(request)
        symbol, name = str(wish.get("symbol", "")), str(wish.get("name", ""))
        try:
            rate = Decimal(str(wish.get("exchangeRate", "")))
        except InvalidOperation:
            rate = Decimal("NaN")
        if not (symbol and name and rate.is_finite() and rate > 0):
            text = "a currency has a symbol, a name and an exchangeRate above 0"
            return JSONResponse({"error": text}, status_code=422)
        if any(one.fields["symbol"] == symbol for one in self._store.all("currency")):
            return JSONResponse({"error": f"the account knows {symbol} already"}, status_code=422)
        made = currencies.add(self._store, symbol=symbol, name=name, exchange_rate=rate)
        return JSONResponse(show_record(made), status_code=201)

    async def add_customer(self, request: Request) -> Response:
        return self._save_customer(await _json(request))

    def _save_customer(self, fields: Mapping[str, Any]) -> Response:
        outcome = writes.save(self._store, "add", _customer_fields(fields), Preferences())
        if outcome.code:
            return JSONResponse({"code": outcome.code, "message": outcome.message}, status_code=422)
        record = self._store.find(outcome.ref, "customer")
        return JSONResponse(show_record(record) if record else {}, status_code=201)

    async def add_customers(self, request: Request) -> Response:
        """Make many customers with names that differ: {"count": 1000, "prefix": "Bulk Customer"}."""
        wish = await _json(request)
        count, prefix = int(wish.get("count", 0)), str(wish.get("prefix", "Bulk Customer"))
        if not 0 < count <= _MOST_IN_BULK:
            return JSONResponse({"error": f"count must be 1 to {_MOST_IN_BULK}"}, status_code=422)
        ids = []
        for number in range(1, count + 1):
            fields = _customer_fields({"companyName": f"{prefix} {number:05d}"})
            outcome = writes.save(self._store, "add", fields, Preferences())
            if outcome.code:
                return JSONResponse({"code": outcome.code, "message": outcome.message}, status_code=422)
            ids.append(outcome.internal_id)
        return JSONResponse({"count": count, "internalIds": ids}, status_code=201)

    async def touch_customer(self, request: Request) -> Response:
        return await self._touch(request, "customer")

    async def touch_order(self, request: Request) -> Response:
        return await self._touch(request, "salesOrder")

    async def touch_record(self, request: Request) -> Response:
        return await self._touch(request, request.path_params["kind"])

    async def records(self, request: Request) -> Response:
        """Show the records of any type: /records/invoice."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return JSONResponse({"error": f"unknown record type {kind!r}"}, status_code=404)
        return JSONResponse([show_record(r) for r in self._store.all(kind)])

    async def _touch(self, request: Request, kind: str) -> Response:
        """Change a record as a person in NetSuite would: the given elements, and lastModifiedDate."""
        ref = Ref(internal_id=request.path_params["id"])
        record = self._store.find(ref, kind) if kind in KINDS else None
        if record is None:
            return JSONResponse({"error": "no such record"}, status_code=404)
        sent = {"@xsi": KINDS[kind].type, "@internalId": record.internal_id, **_typed(await _json(request))}
        outcome = writes.save(self._store, "update", sent, Preferences(by_hand=True))
        if outcome.code:
            return JSONResponse({"code": outcome.code, "message": outcome.message}, status_code=422)
        changed = self._store.find(outcome.ref, kind)
        return JSONResponse(show_record(changed) if changed else {})

    async def refresh(self, request: Request) -> Response:
        """Refresh the account: {"without": ["an external id"]}, or nothing. Answers with the new token."""
        without = (await _json(request)).get("without", [])
        if not isinstance(without, list):
            return JSONResponse({"error": "without must be a list of external ids"}, status_code=422)
        dealt = refresh(self._store, without=[str(one) for one in without])
        known = self._gatekeeper.renew_token()
        return JSONResponse({"dealt": dealt, "token_id": known.token_id, "token_secret": known.token_secret})

    async def occupy(self, request: Request) -> Response:
        """Let other clients hold slots: {"slots": 3, "seconds": 10}; without seconds until changed."""
        if request.method == "GET":
            return JSONResponse({"occupied": self._gate.occupied})
        wish = await _json(request)
        slots, seconds = wish.get("slots", 0), wish.get("seconds")
        if not isinstance(slots, int) or slots < 0 or not isinstance(seconds, int | float | None):
            return JSONResponse({"error": "slots must be 0 or more, seconds a number"}, status_code=422)
        self._gate.occupy(slots, seconds)
        return JSONResponse({"occupied": self._gate.occupied})

    async def land(self, _request: Request) -> Response:
        """Commit now what was to come later."""
        return JSONResponse({"landed": await self._late.land()})

    async def peak(self, _request: Request) -> Response:
        gate = self._gate
        return JSONResponse({"peak": gate.peak, "running": gate.running, "refused": gate.refused})

    async def reset_peak(self, _request: Request) -> Response:
        self._gate.reset_peak()
        return JSONResponse({"peak": self._gate.peak, "refused": 0})

    async def logins(self, _request: Request) -> Response:
        """Show the login audit trail; detail is "" for a success."""
        trail = [{"at": login.at.isoformat(), "detail": login.detail} for login in self._gatekeeper.trail]
        return JSONResponse(trail)


async def _json(request: Request) -> dict[str, Any]:
    raw = await request.body()
    value = json.loads(raw) if raw else {}
    return value if isinstance(value, dict) else {}


def _customer_fields(given: Mapping[str, Any]) -> Fields:
    given = {"subsidiary": "1", **given}
    fields = {"@xsi": KINDS["customer"].type, **_typed(given)}
    if "externalId" in fields:
        fields["@externalId"] = fields.pop("externalId")
    return fields


_REFERENCES = frozenset({"subsidiary", "currency", "terms", "salesRep", "category", "entity", "parent"})


def _typed(given: Mapping[str, Any]) -> Fields:
    """Return JSON fields as a message would hold them: references by their internal id."""
    return {
        name: Ref(internal_id=str(value)) if name in _REFERENCES else value for name, value in given.items()
    }
