"""Groups with what is at stake, the page and the sheet, which survive whatever stands in a name."""

import csv
import io
import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from assist.duplicates import Findings, find_duplicates
from assist.duplicates.groups import Groups, chosen_values, first_filled, groups_of
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.report.plots import bars
from assist.duplicates.rules import Rules
from assist.duplicates.standing import Standing

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EVIL = "<img src=x onerror=alert(1)> Ltd"
ARABIC = "شركة النور للتجارة"


@pytest.fixture(scope="module")
def frame(firms: pd.DataFrame) -> pd.DataFrame:
    """The firms with money, state and age; one pair with names that are no words."""
    made = firms.copy()
    made["balance"] = [float(number % 7) for number in range(len(made))]
    made["orders"] = 0.0
    made["inactive"] = False
    made["created"] = "2024-01-01T00:00:00+00:00"
    made.loc[["0", "0-copy"], "company"] = EVIL
    made.loc[["1", "1-copy"], "company"] = ARABIC
    made.loc[["2", "2-copy"], "company"] = "=HYPERLINK(1) Ltd"
    made.loc["3", "balance"] = 10.0
    made.loc["3-copy", "balance"] = 990.0
    made.loc["4", "inactive"] = True
    made.loc["4", "balance"] = 5000.0
    return made


@pytest.fixture(scope="module")
def judged(frame: pd.DataFrame) -> tuple[Findings, Groups]:
    """What was found in them."""
    standing = Standing()
    findings = find_duplicates(frame, kinds=standing.kinds(frame))
    return findings, groups_of(findings, frame, standing)


@pytest.fixture(scope="module")
def html(frame: pd.DataFrame, judged: tuple[Findings, Groups]) -> str:
    """The page of them."""
    findings, groups = judged
    contents = contents_of(findings, frame, groups, title="Firms & firms", made_at=NOW)
    return page(contents, sure_bits=findings.settings.automatic_bits)


def members(groups: Groups, frame: pd.DataFrame, one: str) -> list[str]:
    """Return the ids of the group a record is in, the survivor first."""
    table = groups.members.assign(id=frame.index[groups.members["row"]])
    group = table.loc[table["id"] == one, "group"].iloc[0]
    return list(table.loc[table["group"] == group, "id"])


def test_the_survivor_is_in_use_and_has_the_most_money_on_it(
    frame: pd.DataFrame, judged: tuple[Findings, Groups]
) -> None:
    _, groups = judged
    assert members(groups, frame, "3") == ["3-copy", "3"]
    assert members(groups, frame, "4") == ["4-copy", "4"]


def test_money_is_no_evidence(judged: tuple[Findings, Groups]) -> None:
    compared = {part.column for part in judged[0].table.parts}
    assert not compared & {"balance", "orders", "inactive", "created"}


def test_groups_come_sure_ones_first_then_by_money_at_stake(judged: tuple[Findings, Groups]) -> None:
    table = judged[1].table
    sure = table[table["band"] == "sure"]
    assert list(sure["at_stake"]) == sorted(sure["at_stake"], reverse=True)
    assert list(table["band"]) == sorted(table["band"], reverse=True)
    assert (sure["probability"] > 0.99).all()


def test_an_empty_field_of_the_survivor_is_filled_from_the_others(
    frame: pd.DataFrame, judged: tuple[Findings, Groups]
) -> None:
    chosen = chosen_values(frame, judged[1].members)
    empty = frame.loc[["3", "3-copy"], ["email", "phone", "street"]].eq("").any()
    (filled,) = empty.index[empty]
    group = judged[1].members.loc[judged[1].members["row"] == frame.index.get_loc("3"), "group"].iloc[0]
    assert chosen.loc[group, filled] == frame.loc["3", filled]


def test_blanks_are_no_value_to_keep() -> None:
    column = pd.Series(["  ", None, "b", "a", "", " "])
    assert first_filled(column, np.array([0, 0, 0, 1, 2, 2])).tolist() == [2, 3, -1]
    assert first_filled(pd.Series([np.nan, 2.5]), np.array([0, 0])).tolist() == [1]


def test_a_line_end_of_any_kind_begins_no_row_of_its_own() -> None:
    table = pd.DataFrame({"name\rx": ["Evil\r=cmd|'/c calc'!A1", "Evil\r\n=1+1"], "n": [1, 2]})
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows == [["name\nx", "n"], ["Evil\n=cmd|'/c calc'!A1", "1"], ["Evil\n=1+1", "2"]]


@pytest.mark.parametrize(
    "values",
    [
        ["Acme", "Bolt"],
        ["Acme, Inc", "Bolt"],
        ['The "Best"', ""],
        ["two\nlines", "one"],
        ["two\rlines", "one"],
        ["", None],
        [1.5, None],
        [True, "x,y"],
    ],
    ids=str,
)
def test_the_sheet_is_quoted_as_the_csv_module_does(values: list[object]) -> None:
    cells = ["" if value is None or value != value else str(value).replace("\r", "\n") for value in values]
    for width in (1, 2):
        expected = io.StringIO()
        writer = csv.writer(expected, lineterminator="\n")
        writer.writerows([[f"n,{at}" for at in range(width)], *([cell] * width for cell in cells)])
        table = pd.DataFrame({f"n,{at}": values for at in range(width)})
        assert csv_text(table) == expected.getvalue()


def test_a_frame_with_values_that_pandas_calls_missing_is_searched_and_shown() -> None:
    frame = pd.DataFrame(
        {
            "name": pd.array(["Hobday Dental", "Hobday Dental Ltd", pd.NA] * 4, "string"),
            "staff": pd.array([5, pd.NA, 7] * 4, "Int64"),
            "rate": pd.array([0.5, pd.NA, 7.0] * 4, "Float64"),
            "vip": pd.array([True, pd.NA, False] * 4, "boolean"),
        }
    )
    findings = find_duplicates(frame, rules=Rules(same=[(0, 1), (2, 5)]))
    groups = groups_of(findings, frame)
    contents = contents_of(findings, frame, groups, title="Firms", made_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert contents.groups == 2
    assert csv_text(sheet(frame, groups)).count("<NA>") == 0


def test_two_columns_of_one_name_are_refused_by_name() -> None:
    frame = pd.DataFrame([["a", "b"]] * 3, columns=["name", "name"])
    with pytest.raises(ValueError, match="two columns are called 'name'"):
        find_duplicates(frame)


def test_names_are_text_whatever_they_hold(html: str) -> None:
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; Ltd" in html
    assert ARABIC in html
    assert "Firms &amp; firms" in html


def test_a_name_from_right_to_left_turns_no_cell_around(html: str) -> None:
    assert f'<td class="chosen"><bdi>{ARABIC}</bdi></td>' in html
    assert "dir=" not in html.split("<body>")[1]


def test_an_address_folds_after_its_at_sign(html: str, frame: pd.DataFrame) -> None:
    name, _, domain = next(one for one in frame["email"] if one).partition("@")
    assert f"{name}@<wbr>{domain}" in html


def test_the_page_needs_nothing_from_elsewhere(html: str) -> None:
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert "default-src 'none'" in html


def test_the_page_says_why_what_differs_and_what_would_be(html: str) -> None:
    assert "after the merge" in html
    assert "1,000.00 together" in html
    assert re.search(
        r"<dt>starts at</dt><dd class=\"start\">\s*<span>before any field: .* compared are one <b>", html
    )
    assert re.search(r"<span>(phone|email): the same, and rare <b>\(\+[0-9.]+\)</b></span>", html)
    assert re.search(r"<span>(phone|email|street): only one has one <b>\(0\)</b></span>", html)
    assert "proposed survivor" in html


def test_amounts_and_days_are_written_as_people_read_them(
    frame: pd.DataFrame, judged: tuple[Findings, Groups]
) -> None:
    made = frame.copy()
    made.loc["3", ["balance", "created"]] = [1823.5714285714287, "2024-03-01T10:00:00+00:00"]
    made.loc["5", "orders"] = 12.5
    findings, groups = judged
    contents = contents_of(findings, made, groups, title="t", made_at=NOW, shown=500)
    lines = {
        tuple(case.records): {line.name: (*line.values, line.chosen) for line in case.lines}
        for case in contents.cases
    }
    told = lines["3-copy", "3"]
    assert told["balance"] == ("990.00", "1,823.57", "2,813.57 together")
    assert told["created"] == ("2024-01-01", "2024-03-01", "2024-01-01")
    assert not {"orders", "inactive"} & told.keys(), "what is nothing for all of them is no line"
    assert lines["4-copy", "4"]["inactive"] == ("no", "yes", "no")


def test_a_lone_bar_is_no_wall() -> None:
    drawn = bars(["2"], [60], title="sizes")
    (rectangle,) = re.findall('<rect [^>]*width="([0-9.]+)"', drawn)
    assert float(rectangle) < 100


def test_no_cell_of_the_sheet_runs_as_a_formula(frame: pd.DataFrame, judged: tuple[Findings, Groups]) -> None:
    text = csv_text(sheet(frame, judged[1]))
    rows = list(csv.DictReader(io.StringIO(text)))
    cells = [cell for row in rows for cell in row.values() if cell]
    assert "'=HYPERLINK(1) Ltd" in cells
    assert not [cell for cell in cells if cell[0] in "=+@\t\r" or (cell[0] == "-" and not _is_number(cell))]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("value", ["=1+1", "+44 20", "-x", "@SUM(A1)", "  =1", "\t=1", "＝1", "|calc"])
def test_a_text_that_a_spreadsheet_would_run_is_made_inert(value: str) -> None:
    (row,) = csv.DictReader(io.StringIO(csv_text(pd.DataFrame({"name": [value]}))))
    assert row["name"] == f"'{value}"


def test_each_row_of_the_sheet_says_what_is_proposed(
    frame: pd.DataFrame, judged: tuple[Findings, Groups]
) -> None:
    table = sheet(frame, judged[1])
    by_group = table.groupby("duplicate_group")["proposal"]
    assert (by_group.agg(lambda some: (some == "survivor").sum()) == 1).all()


def test_news_are_told_since_the_last_run(frame: pd.DataFrame, judged: tuple[Findings, Groups]) -> None:
    findings, groups = judged
    ids = dict(zip(frame.index[groups.members["row"]], groups.members["group"], strict=True))
    before = {record: group for record, group in ids.items() if record not in {"5", "5-copy"}} | {
        "x": "c-gone"
    }
    contents = contents_of(findings, frame, groups, title="t", made_at=NOW, before=before, shown=500)
    assert contents.news == {"new": 1, "resolved": 1}
    assert sum(case.news == "new" for case in contents.cases) == 1


def test_a_table_without_duplicates_gives_a_page_that_says_so() -> None:
    frame = pd.DataFrame({"company": ["Acme Ltd", "Bolt Inc", "Cord SA"]})
    findings = find_duplicates(frame)
    groups = groups_of(findings, frame)
    contents = contents_of(findings, frame, groups, title="t", made_at=NOW)
    assert "No two records look like one customer" in page(contents, sure_bits=8)
    assert csv_text(sheet(frame, groups)).startswith("duplicate_group,")
