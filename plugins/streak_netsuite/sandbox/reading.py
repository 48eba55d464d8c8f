"""Reads what the control API is sent."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def json_object(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object; no body is an empty one.

    Raises:
        HTTPException: 422, the body is something else.
    """
    raw = await request.body()
    try:
        value = json.loads(raw or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise HTTPException(422, "send a JSON object")
    return value
