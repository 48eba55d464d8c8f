# ruff: noqa: ARG002 - the signatures are SQLAlchemy's
"""Column types that keep what PostgreSQL and this product both rely on."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Row, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

AnyRow = Row[*tuple[Any, ...]]
"""A row whose columns are known by name only."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class AwareTime(TypeDecorator[datetime]):
    """`timestamptz` that refuses naive values and gives UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive value: the server would read it in its own time zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"the ledger keeps aware times, and {value!r} is naive")
        return value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return UTC."""
        return None if value is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """`text` that takes what vendors and webhooks really send.

    PostgreSQL refuses NUL, and UTF-8 has no lone surrogates; JSON can carry both. They become U+FFFD,
    so that a strange character in a reason never costs us the outcome.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return the text as the database can keep it."""
    return _UNSTORABLE.sub("\ufffd", text)
