"""How Streak says no."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Refusal(Exception):
    """An answer other than success.

    Attributes:
        body: what is sent: usually an object with `success` and `error`, for some calls a bare string.
    """

    status: int
    body: Any


def refuse(text: str, *, status: int = 400, code: int | None = None) -> Refusal:
    """Return a refusal with Streak's error object."""
    body: dict[str, Any] = {"success": False, "error": text}
    if code is not None:
        body["errorCode"] = code
    return Refusal(status=status, body=body)


def refuse_bare(text: str) -> Refusal:
    """Return a refusal whose body is a bare JSON string, as contacts and organizations give it."""
    return Refusal(status=400, body=text)


def not_found() -> Refusal:
    """Return Streak's 404."""
    return refuse("Entity not found", status=404)


def unauthorized() -> Refusal:
    """Return Streak's 401: for a bad key, and for a resource that the key may not see."""
    return refuse("You are not authorized to access this resource", status=401)


def missing_parameters() -> Refusal:
    """Return what a JSON call without a JSON content type gets."""
    return Refusal(status=400, body={"error": "Missing parameters", "success": False})
