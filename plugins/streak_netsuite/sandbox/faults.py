"""Faults on demand: what should go wrong, for which calls, how often."""

import itertools
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streak_netsuite.sandbox.fault_kinds import ANY, Repertoire, UnfitFault


@dataclass(kw_only=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        system: "streak" or "netsuite".
        operation: which calls; "*" for all. Streak: the route's name (see LIMITS.md); NetSuite: the SOAP
            operation ("upsertList").
        kind: what happens; each system declares its kinds (`fault_kinds`) and documents them in LIMITS.md.
        times: how many calls are hit; None until cleared.
        after: how many matching calls pass first.
        probability: chance that a matching call is hit, 0 to 1.
        match: hit only requests whose body or path contains this text; "" for any.
        options: details of the kind ({"seconds": 2}, {"status": 503}, {"code": "MISSING_REQD_FLD"}).
    """

    system: str
    kind: str
    operation: str = ANY
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    match: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    hits: int = 0


class FaultBook:
    """The faults that are set, in the order they were set. Safe to use from several threads."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []
        self._repertoires: dict[str, Repertoire] = {}
        self._lock = threading.Lock()

    def accept(self, repertoire: Repertoire) -> None:
        """Take faults of a system from now on."""
        self._repertoires[repertoire.system] = repertoire

    def add(self, fault: Fault) -> Fault:
        """Set a fault; it applies from the next call on. Returns it with its id.

        Raises:
            UnfitFault: its system, kind, operation or options are not known: it would never strike, or not as asked.
        """
        repertoire = self._repertoires.get(fault.system)
        if repertoire is None:
            raise UnfitFault(f"no such system {fault.system!r}; there are {', '.join(self._repertoires)}")
        repertoire.check(kind=fault.kind, operation=fault.operation, options=fault.options)
        with self._lock:
            fault.id = next(self._ids)
            self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        """Return the faults that are still set."""
        with self._lock:
            return list(self._faults)

    def clear(self, fault_id: int | None = None) -> None:
        """Remove one fault, or all of them."""
        with self._lock:
            self._faults = [f for f in self._faults if fault_id is not None and f.id != fault_id]

    def take(
        self, system: str, operation: str, text: str = "", *, kinds: frozenset[str] | None = None
    ) -> Fault | None:
        """Return the fault that hits this call, and count the hit; None when the call shall pass.

        `text` is searched for a fault's `match`. `kinds` limits the question to some kinds, for
        faults that strike at different moments of one call.
        """
        with self._lock:
            for fault in self._faults:
                if (
                    fault.system != system
                    or fault.operation not in {ANY, operation}
                    or not self._repertoires[system].can_strike(fault.kind, operation)
                    or fault.match not in text
                ):
                    continue
                if kinds is not None and fault.kind not in kinds:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if self._rng.random() >= fault.probability:
                    continue
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None
