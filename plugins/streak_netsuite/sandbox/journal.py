"""What the sandbox received, so that a test or a person can read it back."""

import itertools
import threading
from collections import deque
from dataclasses import dataclass

_KEPT = 20_000  # requests; older ones are dropped


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request and how it was answered.

    Attributes:
        operation: Streak: the route's name; NetSuite: the SOAP operation.
        writes: True when the operation can change something.
        records: how many records the request carried (lists), else 1.
        status: HTTP status sent, or 0 when the connection was cut.
        fault: kind of the fault that struck, or "".
        at: Unix seconds when the request arrived.
    """

    number: int
    system: str
    operation: str
    method: str
    path: str
    body: str
    writes: bool
    records: int
    status: int
    fault: str
    at: float
    seconds: float


class Journal:
    """The latest requests, oldest first. Credentials are never kept: headers are left out."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def record(
        self,
        *,
        system: str,
        operation: str,
        method: str,
        path: str,
        body: str,
        writes: bool,
        status: int,
        at: float,
        seconds: float,
        records: int = 1,
        fault: str = "",
    ) -> None:
        """Keep one request."""
        with self._lock:
            self._entries.append(
                Entry(
                    number=next(self._numbers),
                    system=system,
                    operation=operation,
                    method=method,
                    path=path,
                    body=body,
                    writes=writes,
                    records=records,
                    status=status,
                    fault=fault,
                    at=at,
                    seconds=seconds,
                )
            )

    def entries(
        self, *, system: str | None = None, operation: str | None = None, after: int = 0
    ) -> list[Entry]:
        """Return the requests after a number, of one system and operation when named."""
        with self._lock:
            return [
                e
                for e in self._entries
                if e.number > after and system in {None, e.system} and operation in {None, e.operation}
            ]

    def clear(self) -> None:
        """Forget everything received."""
        with self._lock:
            self._entries.clear()
