"""The memory of decisions survives its file and leans on like names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assist.mapping.catalogue import Field
from assist.mapping.memory import Decision, Memory, decide, read, write

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_field(record: str, id_: str) -> Field:
    return Field(record=record, id=id_)


def a_decision(source: str, target: str, *, accepted: bool | None) -> Decision:
    return decide(
        a_field("Deal", source), a_field("salesorder", target), accepted=accepted, by="ana", at=NOON
    )


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    kept = Memory(
        (a_decision("po", "otherrefnum", accepted=True), a_decision("po", "tranid", accepted=False))
    )
    write(kept, tmp_path / "decisions.json")
    assert read(tmp_path / "decisions.json") == kept


def test_no_file_is_an_empty_memory(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") == Memory()


@pytest.mark.parametrize("text", ["", "[]", '{"decisions": [{"source_record": 1}]}', '{"decisions": 3}'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "decisions.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"decisions\.json is not a file of mapping decisions"):
        read(path)


def test_the_same_pair_counts_more_than_a_like_name() -> None:
    memory = Memory((a_decision("po_number", "otherrefnum", accepted=True),))
    targets = [a_field("salesorder", "otherrefnum")]
    same = memory.lifts([a_field("Deal", "po_number")], targets)[0, 0]
    like = memory.lifts([a_field("Quote", "PO #")], targets)[0, 0]
    assert same > like > 0
    assert memory.lifts([a_field("Deal", "zip")], targets) == {}


def test_the_latest_word_on_a_pair_counts() -> None:
    memory = Memory((a_decision("po", "tranid", accepted=True),)).with_decisions(
        [a_decision("po", "tranid", accepted=False)]
    )
    assert memory.lifts([a_field("Deal", "po")], [a_field("salesorder", "tranid")])[0, 0] < 0


def test_a_word_that_is_taken_back_says_nothing(tmp_path: Path) -> None:
    said = [a_decision("po", "otherrefnum", accepted=True), a_decision("po", "otherrefnum", accepted=None)]
    write(Memory(tuple(said)), tmp_path / "decisions.json")
    kept = read(tmp_path / "decisions.json")
    assert kept.lifts([a_field("Deal", "po")], [a_field("salesorder", "otherrefnum")]) == {}
