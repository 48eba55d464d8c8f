"""A saved rule changes the file by that rule: byte for byte the rest stays, and so do its link, mode and line ends."""

import os
import re
from pathlib import Path

import pytest

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path

MEMO = "sales_order.fields.memo"
OLD, NEW = "    memo: {from: box.name}\n", "    memo: {from: box.notes}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A mapping as the editor writes it."""
    made = tmp_path / "deal_to_order.yaml"
    file = MappingFile(shipped_spec_path("deal_to_order"))
    file.set_rule(MEMO, {"from": "box.name"})
    file.save(made)
    return made


def save_memo(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule(MEMO, {"from": "box.notes"})
    file.save()


def assert_only_memo_changes(path: Path, written: bytes, end: bytes = b"\n") -> None:
    path.write_bytes(written)
    load_spec(path)
    save_memo(path)
    old, new = (text.encode().replace(b"\n", end) for text in (OLD, NEW))
    assert written.count(old) == 1
    assert path.read_bytes() == written.replace(old, new)


@pytest.mark.parametrize(
    ("above", "behind"),
    [
        ("# Owner: finance\n---\n", ""),
        ("\ufeff# Owner: finance\n\n# Ann first\n--- # begins\n", "...\n# the end\n"),
        ("%YAML 1.1\n---\n", ""),
        ("\ufeff", ""),
        ("", "...\n"),
    ],
)
def test_what_stands_around_the_document_stays(path: Path, above: str, behind: str) -> None:
    assert_only_memo_changes(path, f"{above}{path.read_text(encoding='utf-8')}{behind}".encode())


@pytest.mark.parametrize(
    "value",
    [
        "True",
        "FALSE",
        "No",
        "010",
        "0x1F",
        "1_000",
        "+5",
        "12.50",
        "2026-03-31",
        "2026-3-1 10:00:00 +02:00",
        "Null",
        "on",
    ],
)
def test_a_value_keeps_its_spelling_and_meaning(path: Path, value: str) -> None:
    rule = f"    purchase_order_number: {{value: {value}}}\n"
    text = re.sub(r"    purchase_order_number: .*\n", rule, path.read_text(encoding="utf-8"))
    assert rule in text
    assert_only_memo_changes(path, text.encode())


def test_a_table_keeps_words_that_look_like_something_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    table = "lookups:\n  sure: {table: {True: 1, No: 2, 010: 3, 2026-03-31: 4}}\n"
    assert_only_memo_changes(path, text.replace("lookups:\n", table, 1).encode())


def test_line_ends_stay(path: Path) -> None:
    assert_only_memo_changes(path, path.read_bytes().replace(b"\n", b"\r\n"), end=b"\r\n")


def test_line_ends_of_two_kinds_are_refused(path: Path) -> None:
    written = path.read_bytes().replace(b"\n", b"\r\n", 1)
    path.write_bytes(written)
    with pytest.raises(ConfigurationError, match="line ends of two kinds"):
        save_memo(path)
    assert path.read_bytes() == written


def test_a_link_leads_on_to_its_file(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real" / "mapping.yaml"
    real.parent.mkdir()
    path.rename(real)
    path.symlink_to(real)
    save_memo(path)
    assert path.is_symlink()
    assert NEW in real.read_text(encoding="utf-8")
    assert [one.name for one in real.parent.iterdir()] == ["mapping.yaml"]


def test_the_mode_stays(path: Path) -> None:
    path.chmod(0o664)
    before = os.umask(0o077)
    try:
        save_memo(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o7777 == 0o664


def test_a_text_that_would_get_another_meaning_is_refused(path: Path) -> None:
    text = re.sub(
        r"description: .*\n", f"description: {'word  two ' * 30}\n", path.read_text(encoding="utf-8"), count=1
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match="a text in `description` would be saved with another meaning"
    ):
        save_memo(path)
    assert path.read_text(encoding="utf-8") == text
