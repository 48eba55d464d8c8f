"""Looking ahead: asked once, waited for late, never left behind."""

import threading
from collections.abc import Mapping, Sequence

import pytest

from streak_netsuite.errors import Unavailable
from streak_netsuite.flows.look_ahead import LookAhead


class Vendor:
    """Knows two orders, notes what it was asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.answered = 0

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(list(keys))
        assert self.may_answer.wait(60)
        self.answered += 1
        return {key: key.upper() for key in keys if key in {"a", "b"}}


def test_what_was_asked_ahead_is_not_asked_again() -> None:
    vendor = Vendor()
    with LookAhead(vendor.find) as ahead:
        ahead.start(["a", "b", "c"])
        assert ahead.find(["a", "c"]) == {"a": "A"}
        assert ahead.find(["b"]) == {"b": "B"}
    assert vendor.asked == [["a", "b", "c"]]


def test_a_key_that_nobody_asked_for_ahead_is_looked_up_late() -> None:
    vendor = Vendor()
    with LookAhead(vendor.find) as ahead:
        ahead.start(["a"])
        assert ahead.find(["a", "b"]) == {"a": "A", "b": "B"}
    assert vendor.asked == [["a"], ["b"]]


def test_without_a_start_it_looks_when_asked() -> None:
    vendor = Vendor()
    with LookAhead(vendor.find) as ahead:
        ahead.start([])
        assert ahead.find(["b"]) == {"b": "B"}
    assert vendor.asked == [["b"]]


def test_a_failed_look_is_raised_to_whoever_needs_it() -> None:
    def fail(_: Sequence[str]) -> Mapping[str, str]:
        raise Unavailable("NetSuite is away")

    with LookAhead(fail) as ahead:
        ahead.start(["a"])
        with pytest.raises(Unavailable, match="away"):
            ahead.find(["a"])


def test_leaving_waits_for_the_call_that_is_under_way() -> None:
    vendor = Vendor()
    vendor.may_answer.clear()
    with LookAhead(vendor.find) as ahead:
        ahead.start(["a"])
        threading.Timer(0.05, vendor.may_answer.set).start()
    assert vendor.answered == 1
