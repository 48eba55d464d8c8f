"""Tables of customers in files of any make."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from streak_netsuite.duplicate_files import FileFindings, look_in_files
from streak_netsuite.errors import ConfigurationError

WHAT = ["Dairy", "Foundry", "Looms", "Mills", "Quarry", "Orchards"]
NOW = datetime(2026, 11, 29, tzinfo=UTC)
ROWS = [
    ("id", "company", "email", "phone"),
    ("1", "Blue Harbor Robotics, Inc.", "ap@blueharbor.example", "+1 503 555 0142"),
    ("2", "Blue Harbor Robotics", "ap@blueharbor.example", "503-555-0142"),
    *(
        (str(n), f"{a} {b}", f"office@{a}{b}.example".lower(), f"+1 206 555 {1000 + n}")
        for n, (a, b) in enumerate(product(["Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel"], WHAT), start=3)
    ),
]


def look(path: Path, separator: str, rows: list[tuple[str, ...]], *, key: str = "id") -> FileFindings:
    lines = (separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return look_in_files([path], key=key, made_at=NOW)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_are_told_apart_by_whatever_separates_them(tmp_path: Path, separator: str) -> None:
    found = look(tmp_path / "customers.csv", separator, ROWS)
    assert (found.records, found.groups) == (38, 1)


@pytest.mark.parametrize(
    ("again", "told"),
    [("1", "'1' stands more than once in 'id'"), ("", "record 39 has no 'id'")],
)
def test_ids_that_are_none_are_refused(tmp_path: Path, again: str, told: str) -> None:
    row = (again, "Northwind Dairy Ltd", "office@northwind.example", "")
    with pytest.raises(ConfigurationError, match=told):
        look(tmp_path / "customers.csv", ",", [*ROWS, row])
