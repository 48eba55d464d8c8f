"""Keeps a claim alive while its worker is."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from streak_netsuite.errors import LeaseLost
from streak_netsuite.flows.batch import Batch
from streak_netsuite.sync.intent import Intent
from streak_netsuite.sync.ports import Memory

log = logging.getLogger(__name__)


class Keeper(ABC):
    """Renews a lease from a thread, three times in its length, until the block ends.

    A short lease means that a killed worker's records are taken up soon; renewing it lets a slow
    vendor call last as long as it must. A lost lease is noticed before the next write, which checks it.
    """

    def __init__(self, memory: Memory, *, lease_seconds: float, clock: Callable[[], datetime]) -> None:
        self._memory = memory
        self._seconds = lease_seconds
        self._clock = clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 3):
            try:
                self._renew_once(self._clock())
            except LeaseLost:
                log.warning("the claim was taken over by another worker; no further write will be sent")
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may renew the claim
                log.warning("the claim could not be renewed, trying again: %s", error)

    @abstractmethod
    def _renew_once(self, now: datetime) -> None:
        """Prolong what is held.

        Raises:
            LeaseLost: nothing is left to prolong.
        """


class LeaseKeeper(Keeper):
    """Renews a claim of events and its reserved names."""

    def __init__(
        self, memory: Memory, batch: Batch, *, lease_seconds: float, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(memory, lease_seconds=lease_seconds, clock=clock)
        self._batch = batch

    def _renew_once(self, now: datetime) -> None:
        claim = self._batch.claim
        self._memory.renew_claim(claim, lease_seconds=self._seconds, now=now)
        if not self._batch.reserved:
            return
        kept = self._memory.claim_identities(
            self._batch.reserved, token=claim.token, lease_seconds=self._seconds, now=now
        )
        if len(kept) < len(self._batch.reserved):
            log.warning("a reserved name was taken over by another worker")


class IntentKeeper(Keeper):
    """Renews claimed writes. One that was answered, taken over or planned anew is passed by."""

    def __init__(
        self,
        memory: Memory,
        intents: Sequence[Intent],
        *,
        lease_seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(memory, lease_seconds=lease_seconds, clock=clock)
        self._held = {one.operation_key: one.attempts + 1 for one in intents}

    def _renew_once(self, now: datetime) -> None:
        self._memory.renew_intents(self._held, lease_seconds=self._seconds, now=now)
