"""The control API that concerns both vendors: faults, what was received, reset."""

import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal

_FAULT_KEYS = frozenset({"system", "kind", "operation", "times", "after", "probability", "match", "options"})


def routes(faults: FaultBook, journal: Journal, reset: Any) -> list[BaseRoute]:
    """Return the routes, to be mounted at `/control`."""
    desk = _Desk(faults, journal, reset)
    return [
        Route("/reset", desk.reset, methods=["POST"]),
        Route("/faults", desk.faults, methods=["GET", "POST", "DELETE"]),
        Route("/faults/{id:int}", desk.drop_fault, methods=["DELETE"]),
        Route("/requests", desk.requests, methods=["GET", "DELETE"]),
    ]


class _Desk:
    """The handlers."""

    def __init__(self, faults: FaultBook, journal: Journal, reset: Any) -> None:
        self._faults = faults
        self._journal = journal
        self._reset = reset

    async def reset(self, _request: Request) -> Response:
        """Return both vendors to their seeded state; faults and the journal are cleared."""
        self._reset()
        return JSONResponse({"reset": True})

    async def faults(self, request: Request) -> Response:
        """Show, set or clear faults."""
        if request.method == "DELETE":
            self._faults.clear()
        elif request.method == "POST":
            wish = json.loads(await request.body() or b"{}")
            unknown = wish.keys() - _FAULT_KEYS
            if unknown or not {"system", "kind"} <= wish.keys():
                return JSONResponse(
                    {"error": f"a fault has {sorted(_FAULT_KEYS)}; system and kind are needed"}, 422
                )
            return JSONResponse(asdict(self._faults.add(Fault(**wish))), status_code=201)
        return JSONResponse({"faults": [asdict(f) for f in self._faults.all()]})

    async def drop_fault(self, request: Request) -> Response:
        """Clear one fault."""
        self._faults.clear(request.path_params["id"])
        return JSONResponse({"success": True})

    async def requests(self, request: Request) -> Response:
        """Show what was received: ?system=, ?operation=, ?after=number; or forget it."""
        if request.method == "DELETE":
            self._journal.clear()
            return JSONResponse({"requests": []})
        query = request.query_params
        entries = self._journal.entries(
            system=query.get("system"), operation=query.get("operation"), after=int(query.get("after", "0"))
        )
        return JSONResponse({"requests": [asdict(e) for e in entries]})
