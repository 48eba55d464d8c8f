"""Many rows in one statement keep every value, also those that are easily lost."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.tables import inbox_event

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_row(key: str, **values: Any) -> dict[str, Any]:
    row = {
        "system": "streak",
        "kind": "box",
        "record_key": key,
        "version": "1",
        "event": "E",
        "origin": "webhook",
        "payload_secret": b"secret",
        "received_at": NOW,
        "ready_at": NOW,
        "done_at": None,
        "repeats": 0,
    }
    return {**row, **values}


def test_texts_bytes_times_and_missing_values_arrive_as_they_are(ledger: Ledger) -> None:
    rows = [
        a_row("plain"),
        a_row('{"quotes", \\backslash}', payload_secret=b"\x00\xff,{}", done_at=NOW, repeats=7),
        a_row("NULL", event="", payload_secret=b""),
        a_row("nul \x00 inside"),
    ]
    names = list(rows[0])
    with ledger.engine.begin() as connection:
        connection.execute(insert_rows(inbox_event, tuple(names)), as_columns(rows))
        found = connection.execute(select(*(inbox_event.c[n] for n in names)).order_by(inbox_event.c.id))
        kept = [dict(zip(names, row, strict=True)) for row in found]
    assert kept == [*rows[:3], {**rows[3], "record_key": "nul \ufffd inside"}]


def test_a_statement_has_one_parameter_a_column(ledger: Ledger) -> None:
    rows = [a_row(str(n)) for n in range(500)]
    statement = insert_rows(inbox_event, tuple(rows[0]))
    assert set(statement.compile(ledger.engine).params) == set(as_columns(rows))
    assert insert_rows(inbox_event, tuple(rows[0])) is statement
