"""How many calls may be in flight."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from streak_netsuite.connectors.netsuite.governor import Governor
from streak_netsuite.sync.call_share import CallUsage


class Rounds:
    """Calls in rounds: as many start as the window lets, those beyond what is free are refused at once."""

    def __init__(self, slots: int) -> None:
        self.governor = Governor(slots)
        self.served = 0

    def play(self, rounds: int, *, free: int) -> None:
        for _ in range(rounds):
            with ExitStack() as accepted, ExitStack() as beyond:
                window = self.governor.window
                slots = [accepted.enter_context(self.governor.slot()) for _ in range(min(free, window))]
                extra = [beyond.enter_context(self.governor.slot()) for _ in range(window - free)]
                beyond.close()  # a refusal comes at once, the others take their time
                for slot in extra:
                    slot.refused()
                for slot in slots:
                    slot.served()
                self.served += len(slots)


def refuse_one(governor: Governor) -> None:
    with governor.slot() as slot:
        slot.refused()


def test_a_refusal_halves_the_window_at_once() -> None:
    rounds = Rounds(16)
    with ExitStack() as stack:
        slots = [stack.enter_context(rounds.governor.slot()) for _ in range(16)]
        slots[-1].refused()
        assert rounds.governor.window == 8


def test_several_refusals_of_one_moment_halve_once() -> None:
    rounds = Rounds(16)
    rounds.play(1, free=10)
    assert rounds.governor.window >= 8
    assert rounds.governor.refused_calls == 6


def test_the_window_never_closes() -> None:
    governor = Governor(8)
    for _ in range(10):
        refuse_one(governor)
    assert governor.window == 1


def test_calm_brings_the_window_back_to_what_was_accepted_quickly() -> None:
    rounds = Rounds(16)
    rounds.play(1, free=10)
    rounds.play(3, free=10)
    assert rounds.governor.window == 10


def test_slots_that_another_client_has_freed_are_taken_again() -> None:
    rounds = Rounds(16)
    rounds.play(40, free=8)
    rounds.play(25, free=16)
    assert rounds.governor.window == 16


def test_refusals_stay_rare_however_long_another_client_holds_its_part() -> None:
    rounds = Rounds(15)
    rounds.play(400, free=7)
    assert rounds.governor.refused_calls <= 0.02 * rounds.governor.calls
    assert rounds.served >= 0.95 * 400 * 7


def test_no_more_calls_than_slots_are_in_flight() -> None:
    governor, most, now, lock = Governor(3), [0], [0], threading.Lock()
    barrier = threading.Barrier(3, timeout=60)

    def call(first: bool) -> None:
        with governor.slot():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            if first:
                barrier.wait()
            with lock:
                now[0] -= 1

    first = [threading.Thread(target=call, args=(True,)) for _ in range(3)]
    rest = [threading.Thread(target=call, args=(False,)) for _ in range(20)]
    for thread in [*first, *rest]:
        thread.start()
    for thread in [*first, *rest]:
        thread.join(60)
    assert most[0] == 3
    assert governor.calls == 23


def test_a_governor_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Governor(0)


class Share:
    """A share whose grant the test decides."""

    def __init__(self, *grants: int) -> None:
        self.grants = list(grants)
        self.asked: list[int] = []
        self.in_use: list[int] = []
        self.used: list[CallUsage] = []
        self.released = 0

    def renew(self, wanted: int, *, in_use: int = 0) -> int:
        self.asked.append(wanted)
        self.in_use.append(in_use)
        return self.grants.pop(0) if len(self.grants) > 1 else self.grants[0]

    def note(self, usage: CallUsage) -> None:
        self.used.append(usage)

    def note_accepted(self, login: str) -> None:
        raise AssertionError("nobody asks a governor for this here")

    def accepted_elsewhere(self, login: str, *, within_seconds: float) -> bool:
        raise AssertionError("nobody asks a governor for this here")

    def release(self) -> None:
        self.released += 1


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shared() -> Callable[..., tuple[Governor, Share, Clock]]:
    def make(*grants: int, slots: int = 8) -> tuple[Governor, Share, Clock]:
        share, clock = Share(*grants), Clock()
        return Governor(slots, share=share, renew_seconds=5, clock=clock), share, clock

    return make


def test_only_the_granted_part_of_the_limit_is_used(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, _ = shared(2)
    with governor.slot(), governor.slot():
        assert governor.window == 2
    assert share.asked == [8]


def test_a_share_is_taken_as_granted_for_a_while_and_then_asked_again(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, clock = shared(4, 1)
    for clock.now in (0.0, 1.0, 4.9, 5.1):
        with governor.slot():
            pass
    assert (share.asked, governor.window) == ([8, 8], 1)


def test_a_worker_without_a_slot_waits_until_one_is_granted(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, clock = shared(0, 0, 3)
    ask = share.renew

    def renew(wanted: int, *, in_use: int = 0) -> int:
        clock.now += 2.0  # time goes on while it waits
        return ask(wanted, in_use=in_use)

    share.renew = renew  # type: ignore[method-assign]
    governor._changed.wait = lambda _=None: True  # type: ignore[method-assign]  # no test waits
    with governor.slot():
        assert governor.window == 3
    assert len(share.asked) == 3


def test_the_share_hears_of_calls_in_flight_and_is_asked_again_when_they_ended(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, clock = shared(2, 1, 1)
    with governor.slot():
        with governor.slot():
            clock.now = 5.1
            governor._renew()
            assert governor.window == 1, "nothing new starts beside the two"
        governor._renew()
        assert share.in_use == [0, 2, 1], "what is free now is given back without waiting for the next turn"


def test_nothing_starts_while_the_share_is_asked(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, clock = shared(4)
    windows = []
    ask = share.renew

    def renew(wanted: int, *, in_use: int = 0) -> int:
        windows.append(governor.window)
        return ask(wanted, in_use=in_use)

    share.renew = renew  # type: ignore[method-assign]
    with governor.slot(), governor.slot():
        clock.now = 5.1
        governor._renew()
        assert (windows, governor.window) == ([0, 2], 4)


def test_a_share_that_cannot_be_asked_is_kept(shared: Callable[..., tuple[Governor, Share, Clock]]) -> None:
    governor, share, clock = shared(4)
    with governor.slot():
        clock.now = 5.1
        share.grants = []
        with pytest.raises(IndexError):
            governor._renew()
        assert governor.window == 4


def test_what_was_used_is_noted_and_the_share_given_back(
    shared: Callable[..., tuple[Governor, Share, Clock]],
) -> None:
    governor, share, clock = shared(4)
    with governor.slot() as one, governor.slot() as other:
        clock.now = 3.0
        one.served()
        other.refused()
    governor.close()
    (usage,) = share.used
    assert (usage.calls, usage.refused, usage.seconds, usage.most_in_flight) == (2, 1, 6.0, 2)
    assert share.released == 1


def test_slots_that_nobody_uses_are_given_back_and_asked_for_again() -> None:
    idle = threading.Event()

    class Waiting(Share):
        def release(self) -> None:
            super().release()
            idle.set()

    share = Waiting(4)
    governor = Governor(8, share=share, renew_seconds=0.01)
    with governor.slot():
        assert governor.window == 4
    assert idle.wait(60)
    asked = len(share.asked)
    with governor.slot():
        assert governor.window == 4
    assert len(share.asked) > asked
    governor.close()
