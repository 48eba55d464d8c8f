"""A claim lives while its worker works, and no longer."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from streak_netsuite.errors import LeaseLost, Unavailable
from streak_netsuite.flows.batch import Batch
from streak_netsuite.flows.lease import IntentKeeper, LeaseKeeper
from streak_netsuite.sync.hint import Claim

LEASE = 0.03  # renewed each 0.01 s
PATIENCE = 5.0


class Watched:
    """Passes renewals on, and tells when one was asked for."""

    def __init__(self, memory: Any, *failures: Exception) -> None:
        self._memory = memory
        self._failures = list(failures)
        self.renewed = threading.Semaphore(0)
        self.failed = threading.Semaphore(0)
        self.reserved = threading.Semaphore(0)

    def renew_claim(self, claim: Claim, *, lease_seconds: float, now: datetime) -> Claim:
        if self._failures:
            self.failed.release()
            raise self._failures.pop(0)
        try:
            renewed: Claim = self._memory.renew_claim(claim, lease_seconds=lease_seconds, now=now)
        except LeaseLost:
            self.failed.release()
            raise
        self.renewed.release()
        return renewed

    def claim_identities(self, keys: Sequence[str], **more: Any) -> frozenset[str]:
        kept: frozenset[str] = self._memory.claim_identities(keys, **more)
        self.reserved.release()
        return kept


def keeper(watched: Watched, batch: Batch, now: datetime) -> LeaseKeeper:
    return LeaseKeeper(watched, batch, lease_seconds=LEASE, clock=lambda: now)  # type: ignore[arg-type]


def test_a_claim_is_renewed_again_and_again(
    memory: Any, a_claim: Callable[..., Claim], now: datetime
) -> None:
    watched = Watched(memory)
    with keeper(watched, Batch(a_claim((1, "A"))), now):
        assert all(watched.renewed.acquire(timeout=PATIENCE) for _ in range(3))
    assert ("renew_claim", now) in memory.log


def test_reserved_names_are_kept_with_the_claim(
    memory: Any, a_claim: Callable[..., Claim], now: datetime
) -> None:
    watched = Watched(memory)
    batch = Batch(a_claim((1, "A")))
    with keeper(watched, batch, now):
        assert watched.renewed.acquire(timeout=PATIENCE)
        batch.reserved = ("name:acme",)
        assert watched.reserved.acquire(timeout=PATIENCE)
    assert ("claim_identities", (("name:acme",), "claim-1")) in memory.log


def test_nothing_is_renewed_after_the_block(
    memory: Any, a_claim: Callable[..., Claim], now: datetime
) -> None:
    lease = keeper(Watched(memory), Batch(a_claim((1, "A"))), now)
    with lease:
        pass
    assert not lease._thread.is_alive()


def test_a_keeper_ends_with_an_error_in_the_block(
    memory: Any, a_claim: Callable[..., Claim], now: datetime
) -> None:
    lease = keeper(Watched(memory), Batch(a_claim((1, "A"))), now)
    with pytest.raises(ZeroDivisionError), lease:
        raise ZeroDivisionError
    assert not lease._thread.is_alive()


def test_a_lost_lease_ends_the_renewals_and_is_said(
    memory: Any, a_claim: Callable[..., Claim], now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(memory)
    memory.held_by = "claim-2"
    with caplog.at_level(logging.WARNING), keeper(watched, Batch(a_claim((1, "A"))), now) as lease:
        assert watched.failed.acquire(timeout=PATIENCE)
        lease._thread.join(PATIENCE)
        assert not lease._thread.is_alive()
    assert "taken over by another worker" in caplog.text


def test_a_ledger_that_is_away_for_a_moment_is_asked_again(
    memory: Any, a_claim: Callable[..., Claim], now: datetime
) -> None:
    watched = Watched(memory, Unavailable("away"), Unavailable("away"))
    with keeper(watched, Batch(a_claim((1, "A"))), now):
        assert watched.renewed.acquire(timeout=PATIENCE)


def test_claimed_writes_are_renewed_as_the_try_that_they_were_claimed_for(now: datetime) -> None:
    renewed: list[Mapping[str, int]] = []
    twice = threading.Semaphore(0)

    class Ledger:
        def renew_intents(self, held: Mapping[str, int], *, lease_seconds: float, now: datetime) -> None:
            renewed.append(dict(held))
            twice.release()

    intents = [SimpleNamespace(operation_key="a", attempts=0), SimpleNamespace(operation_key="b", attempts=2)]
    lease = IntentKeeper(Ledger(), intents, lease_seconds=LEASE, clock=lambda: now)  # type: ignore[arg-type]
    with lease:
        assert all(twice.acquire(timeout=PATIENCE) for _ in range(2))
    assert renewed[:2] == [{"a": 1, "b": 3}] * 2
