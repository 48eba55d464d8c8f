"""Keeps a claim alive while its worker is."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from streak_netsuite.errors import LeaseLost
from streak_netsuite.flows.batch import Batch
from streak_netsuite.sync.ports import Memory

log = logging.getLogger(__name__)


class LeaseKeeper:
    """Renews a claim and its reserved names from a thread, three times a lease, until the block ends.

    A short lease means that a killed worker's records are taken up soon; renewing it lets a slow
    vendor call last as long as it must. A lost lease is noticed before the next write, which checks it.
    """

    def __init__(
        self, memory: Memory, batch: Batch, *, lease_seconds: float, clock: Callable[[], datetime]
    ) -> None:
        self._memory = memory
        self._batch = batch
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
