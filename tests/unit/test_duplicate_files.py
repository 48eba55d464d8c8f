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


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def as_csv(rows: list[tuple[str, ...]], *, end: str = "") -> str:
    head, *rest = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    return "\n".join([head, *(line + end for line in rest)])


def test_rows_that_end_with_a_separator_keep_their_columns(tmp_path: Path) -> None:
    """Pandas would take the first column for row names and call each of the others by its neighbour's heading."""
    table = written(tmp_path / "customers.csv", as_csv(ROWS, end=","))
    found = look_in_files([table], key="id", made_at=NOW)
    assert (found.records, found.groups) == (38, 1)


def test_values_beyond_the_header_are_refused_and_never_dropped(tmp_path: Path) -> None:
    table = written(tmp_path / "customers.csv", as_csv(ROWS, end=",Portland"))
    with pytest.raises(ConfigurationError, match=r"line 2: 5 values, and the header has 4 columns"):
        look_in_files([table], key="id", made_at=NOW)


def test_separators_inside_a_quoted_heading_are_none(tmp_path: Path) -> None:
    head = ("id", '"company; trading name; a; b; c; d"', "email", "phone")
    text = "\n".join([",".join(head), *as_csv(ROWS).split("\n")[1:]])
    found = look_in_files([written(tmp_path / "customers.csv", text)], key="id", made_at=NOW)
    assert (found.records, found.groups) == (38, 1)


def test_two_tables_without_a_common_column_are_refused(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.csv", as_csv(ROWS))
    rows = [(f"{number}", f"2026-01-{number + 10}", f"{number}00.5") for number in range(9)]
    theirs = written(tmp_path / "theirs.csv", as_csv([("nr", "Datum", "Betrag"), *rows]))
    with pytest.raises(ConfigurationError, match=r"no column is in both tables; .*theirs\.csv has .*Betrag"):
        look_in_files([ours, theirs], key="", made_at=NOW)


def test_two_tables_with_headings_of_their_own_are_compared(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.csv", as_csv(ROWS))
    theirs = written(tmp_path / "theirs.csv", as_csv([("nr", "Firma", "Mail", "Telefon"), *ROWS[1:]]))
    found = look_in_files([ours, theirs], key="", made_at=NOW)
    assert found.compared == ("company (Firma)", "email (Mail)", "phone (Telefon)")
    assert found.groups > 0


def test_records_of_two_tables_are_called_by_their_file_and_id(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.csv", as_csv(ROWS))
    theirs = written(
        tmp_path / "theirs.csv",
        as_csv(
            [("id", "company", "email", "city"), *((row[0], row[1], row[2], "Portland") for row in ROWS[1:])]
        ),
    )
    found = look_in_files([ours, theirs], key="id", made_at=NOW)
    assert found.compared == ("company", "email")
    assert "ours: 3" in found.sheet
    assert "theirs: 3" in found.sheet
    assert "('left'" not in found.sheet + found.page
