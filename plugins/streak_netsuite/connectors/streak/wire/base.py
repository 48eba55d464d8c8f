"""What every answer's model is built from: missing, null and unknown keys are all fine."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_LATEST_MS = 253_402_300_799_999  # the end of the year 9999, which a datetime can hold


class Wire(BaseModel):
    """Base of everything that arrives from Streak."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _time(value: Any) -> int | None:
    """Return a time, or None for what is none: a task without a due date has -1."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LATEST_MS
    return value if known else None


AsList = BeforeValidator(lambda value: value or [])
AsMap = BeforeValidator(lambda value: value or {})
AsText = BeforeValidator(_text)
Text = Annotated[str, AsText]
Flag = Annotated[bool, BeforeValidator(lambda value: value in (True, "true"))]
Texts = Annotated[list[str], AsList]
Milliseconds = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0, le=_LATEST_MS)]
When = Annotated[int | None, BeforeValidator(_time)]
"""Epoch milliseconds that may be missing."""
