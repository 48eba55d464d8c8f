"""The sheet as Parquet: read again, every cell has its type and nothing is lost."""

import csv
import importlib.util
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

from assist.duplicates import find_duplicates
from assist.duplicates.groups import groups_of
from assist.duplicates.report import csv_text, sheet, write_parquet
from assist.duplicates.standing import Standing
from streak_netsuite.cli import app
from streak_netsuite.errors import ConfigurationError

ARABIC = "شركة النور للتجارة"


def written(text: str, tmp_path: Path) -> pl.DataFrame:
    path = tmp_path / "sheet.parquet"
    write_parquet(text, path)
    return pl.read_parquet(path)


def test_money_is_exact_moments_are_moments_and_formulas_stay_text(
    firms: pd.DataFrame, tmp_path: Path
) -> None:
    made = firms.copy()
    made["balance"], made["orders"], made["inactive"] = 1250.1, 0.2, False
    made["created"] = pd.Timestamp("2024-01-01T12:30:00+02:00")
    made.loc[["0", "0-copy"], "company"] = "=HYPERLINK(1) Ltd"
    made.loc[["1", "1-copy"], "company"] = ARABIC
    standing = Standing()
    text = csv_text(sheet(made, groups_of(find_duplicates(made, kinds=standing.kinds(made)), made, standing)))
    read = written(text, tmp_path)
    assert read.schema["probability"] == pl.Float64
    assert read.schema["inactive"] == pl.Boolean
    assert read.schema["created"] == pl.Datetime("us", "UTC")
    assert {str(read.schema[name]) for name in ("at_stake", "balance", "orders")} == {str(pl.Decimal(38, 4))}
    row = read.row(0, named=True)
    assert (row["balance"], row["orders"], row["inactive"]) == (Decimal("1250.1"), Decimal("0.2"), False)
    assert row["at_stake"] == Decimal("2500.6"), "the cents of a sum are exact"
    assert row["created"] == datetime(2024, 1, 1, 10, 30, tzinfo=UTC)
    names = set(read["company"])
    assert "'=HYPERLINK(1) Ltd" in names
    assert ARABIC in names


def test_nothing_is_lost_and_empty_is_nothing(tmp_path: Path) -> None:
    text = 'record,name,note\n1,"a ""b"", c\nd",\n2,0012,+49 30\n'
    read = written("\ufeff" + text, tmp_path)
    assert read.rows() == [("1", 'a "b", c\nd', None), ("2", "0012", "+49 30")]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        pytest.param("balance", ["1.234,50 EUR", "12"], id="money in words"),
        pytest.param("balance", ["1.23456", "1"], id="more decimals than money has"),
        pytest.param("orders", ["NaN", "1"], id="no amount"),
        pytest.param("balance", [f"{10**40}", "1"], id="more than Parquet holds"),
        pytest.param("inactive", ["T", "F"], id="letters"),
        pytest.param("created", ["last spring", "2024-01-01"], id="no moment"),
    ],
)
def test_a_column_that_is_not_what_its_name_says_stays_text(
    name: str, cells: list[str], tmp_path: Path
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([[name], *([cell] for cell in cells)])
    assert written(text.getvalue(), tmp_path)[name].to_list() == cells


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    read = written("record,record,record (2)\n1,2,3\n", tmp_path)
    assert read.columns == ["record", "record (2)", "record (2) (2)"]


def test_the_command_writes_parquet_by_the_name_of_the_file(firms: pd.DataFrame, tmp_path: Path) -> None:
    table, sheet_path = tmp_path / "ours.csv", tmp_path / "sheet.parquet"
    firms.to_csv(table, index_label="id")
    words = ["duplicates", "file", str(table), "--key", "id", "--sheet", str(sheet_path)]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 0, run.output
    assert {"3", "3-copy"} <= set(pl.read_parquet(sheet_path)["record"])


def test_without_polars_the_command_says_what_to_install_before_it_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def missing(name: str, *more: Any) -> Any:
        return None if name == "polars" else found(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", missing)
    words = ["duplicates", "file", str(tmp_path / "absent.csv"), "--sheet", str(tmp_path / "sheet.parquet")]
    run = CliRunner().invoke(app, words)
    assert isinstance(run.exception, ConfigurationError)
    assert "streak-netsuite[parquet]" in str(run.exception)
