"""The control API that concerns both vendors: faults, what was received, reset."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.fault_kinds import UnfitFault
from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.reading import json_object


class _Wish(BaseModel):
    """A fault as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    system: str
    kind: str
    operation: str = "*"
    times: int | None = Field(default=1, ge=1)
    after: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    match: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


def routes(faults: FaultBook, journal: Journal, reset: Callable[[], None]) -> list[BaseRoute]:
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

    def __init__(self, faults: FaultBook, journal: Journal, reset: Callable[[], None]) -> None:
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
            return self._add_fault(await json_object(request))
        return JSONResponse({"faults": [asdict(f) for f in self._faults.all()]})

    def _add_fault(self, sent: dict[str, Any]) -> Response:
        try:
            wish = _Wish.model_validate(sent)
            fault = self._faults.add(Fault(**wish.model_dump()))
        except ValidationError as error:
            return JSONResponse({"error": json.loads(error.json(include_url=False))}, 422)
        except UnfitFault as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse(asdict(fault), 201)

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
        after = query.get("after", "0")
        if not after.isdecimal():
            return JSONResponse({"error": "after is the number of a request"}, 422)
        entries = self._journal.entries(
            system=query.get("system"), operation=query.get("operation"), after=int(after)
        )
        return JSONResponse({"requests": [asdict(e) for e in entries]})
