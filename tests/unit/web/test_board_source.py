"""The board in Airflow answers several people; what one of them needs stays open."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from streak_netsuite.web import board_source
from streak_netsuite.web.board_source import MappedProduct


class Slow:
    """A board that answers "rule" when the test says so."""

    def __init__(self, number: int, asked: threading.Event, may_answer: threading.Event) -> None:
        self.number, self.asked, self.may_answer = number, asked, may_answer

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        if command == "rule":
            self.asked.set()
            self.may_answer.wait(60)
        return {"result": self.number}


def test_a_slow_answer_keeps_nobody_waiting_and_its_product_open(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, may_answer = threading.Event(), threading.Event()
    opened: list[int] = []

    def reopened() -> Slow:
        opened.append(len(opened))
        return Slow(len(opened), asked, may_answer)

    monkeypatch.setattr(board_source, "_FRESH_SECONDS", -1.0)
    source = MappedProduct()
    monkeypatch.setattr(source, "_open", reopened)
    with ThreadPoolExecutor(max_workers=2) as people:
        slow = people.submit(source.answer, "rule", {}, by="ann")
        assert asked.wait(60)
        try:
            assert people.submit(source.answer, "open", {}, by="bob").result(timeout=60) == {"result": 1}
        finally:
            may_answer.set()
        assert slow.result(timeout=60) == {"result": 1}
    assert source.answer("open", {}, by="bob") == {"result": 2}, "nobody is answered, so it is opened anew"
