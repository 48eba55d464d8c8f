"""How many calls may be in flight."""

import threading

import pytest

from streak_netsuite.connectors.netsuite.governor import Governor


def test_a_refusal_halves_and_calm_grows_back() -> None:
    governor = Governor(8)
    governor.refused()
    assert governor.window == 4
    governor.refused()
    governor.refused()
    governor.refused()
    assert governor.window == 1
    for _ in range(200):
        governor.served()
    assert governor.window == 8


def test_no_more_calls_than_slots_are_in_flight() -> None:
    governor, most, now, lock = Governor(3), [0], [0], threading.Lock()
    barrier = threading.Barrier(3, timeout=5)

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
        thread.join(5)
    assert most[0] == 3
    assert governor.calls == 23


def test_a_governor_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Governor(0)
