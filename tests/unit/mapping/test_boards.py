"""One door to all boards: what it offers, and what it does not open."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.mapping_board.boards import Boards


class Deals:
    """The board of the deals, which says what it was asked."""

    title = "Sales to NetSuite"

    def answer(self, command: str, payload: Any, *, by: str) -> dict[str, Any]:
        return {"result": {"command": command, "payload": payload, "by": by}}


@pytest.fixture
def boards(tmp_path: Path) -> Boards:
    """The deals' board, the shipped record types, and one of our own with a fault."""
    (tmp_path / "broken.yaml").write_text("version: 1\nname: broken\n")
    deals: Any = Deals()
    product: Any = None
    return Boards(deals=deals, product=product, note=lambda _name: lambda *_: None, folder=tmp_path)


def test_whoever_names_no_board_is_at_the_deals(boards: Boards) -> None:
    answer = boards.answer("look", {"text": "x"}, by="ann")
    assert answer == {"result": {"command": "look", "payload": {"text": "x"}, "by": "ann"}}


def test_opening_tells_what_else_can_be_mapped(boards: Boards) -> None:
    told = boards.answer("open", {}, by="ann")["result"]
    assert told["board"] == ""
    assert [one["id"] for one in told["boards"]] == ["", "broken", "contacts", "install_sites"]
    assert told["boards"][1]["title"] == "broken (its file has faults)"


def test_a_file_with_faults_says_them_when_it_is_opened(boards: Boards) -> None:
    assert "broken.yaml has" in boards.answer("open", {"board": "broken"}, by="ann")["error"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "/tmp/x.yaml", "nothing"])
def test_no_other_file_is_opened(boards: Boards, name: str) -> None:
    assert "there is no record type" in boards.answer("open", {"board": name}, by="ann")["error"]
