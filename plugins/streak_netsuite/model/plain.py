"""Records as plain values, for payloads that are kept or shown."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def to_plain(value: Any) -> Any:
    """Return a value as dicts, lists and JSON scalars; empty fields are left out, Decimals become text."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, to_plain(getattr(value, f.name))) for f in fields(value))
        return {name: plain for name, plain in pairs if plain not in (None, "", [], {})}
    if isinstance(value, Mapping):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(entry) for entry in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
