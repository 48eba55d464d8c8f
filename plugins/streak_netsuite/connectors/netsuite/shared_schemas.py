"""Schemas that all clients of a process share: reading Oracle's WSDL takes a second, and it is the same for all."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from streak_netsuite.connectors.netsuite.schema import SuiteSchema

_MOST_KEPT = 3  # each takes tens of megabytes, and few processes talk to more than one account


class SchemaKey(NamedTuple):
    """What makes two schemas the same: whose web services, in which version, kept where."""

    base_url: str
    version: str
    directory: Path | None


class SharedSchemas:
    """Keeps the schemas that were used last. A schema that cannot be loaded is asked for again by the next client."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[SchemaKey, SuiteSchema] = OrderedDict()

    def get(self, key: SchemaKey, load: Callable[[], SuiteSchema]) -> SuiteSchema:
        """Return a schema, loaded by the first who asks; others wait for it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = load()
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return self._kept[key]

    def forget(self) -> None:
        """Let every later client load anew, as a process that has just begun."""
        with self._lock:
            self._kept.clear()


SCHEMAS = SharedSchemas()
