"""What the checks work with: connections that only read, each opened when it is first asked for."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from streak_netsuite import connections
from streak_netsuite.connections import ConnectionParts
from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.call import SearchPreferences
from streak_netsuite.connectors.netsuite.calls.search import SearchPage, search
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition, FieldCatalogue
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.search_request import SearchRequest
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import StaticLookups
from streak_netsuite.mapping.spec import MappingSpec, load_spec

SettingsT = TypeVar("SettingsT", StreakSettings, NetSuiteSettings)

# A person waits for the answer: what does not come soon is reported as not there.
_ATTEMPTS, _SECONDS = 3, 20.0
_SECRET_NAME = re.compile(r"(?:secret|password|tokens?|token_id|consumer_key)\Z")
_SHORTEST_SECRET = 6  # letters; shorter ones would black out ordinary words
_FEW = 50  # records in a sample


class Bench:
    """One visit's connections. Close it after use.

    Args:
        connection: gives the parts of a connection by its id.
        mapping: gives the mapping file.

    Every attribute may raise ConfigurationError: it is not set up, or set up wrongly.
    """

    def __init__(
        self,
        *,
        connection: Callable[[str], ConnectionParts],
        mapping: Callable[[], Path],
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._mapping = mapping
        self._stack = contextlib.ExitStack()
        self._secrets: set[str] = set()
        self.clock = clock

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()

    def conceal(self, text: str) -> str:
        """Return a text without the secrets of the connections that were read."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _parts(self, conn_id: str) -> ConnectionParts:
        parts = self._connection(conn_id)
        self._secrets |= {s for s in (parts.password, *_secrets(parts.extra)) if len(s) >= _SHORTEST_SECRET}
        return parts

    @cached_property
    def spec(self) -> MappingSpec:
        """The mapping."""
        return load_spec(self._mapping())

    @property
    def mapping_file(self) -> Path:
        """Where the mapping stands."""
        return self._mapping()

    @cached_property
    def engine(self) -> Engine:
        """The mapping, compiled, for the names it uses."""
        return Engine(self.spec, zone=ZoneInfo("UTC"), lookups=StaticLookups(self.spec))

    @cached_property
    def ledger_settings(self) -> LedgerSettings:
        """The settings of the ledger."""
        return connections.ledger_settings(self._parts("streak_netsuite_ledger"))

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self._stack.enter_context(Ledger.connect(self.ledger_settings))

    @cached_property
    def streak_parts(self) -> ConnectionParts:
        """The Streak connection as it is written."""
        return self._parts("streak_default")

    @cached_property
    def streak_settings(self) -> StreakSettings:
        """The settings of Streak."""
        return _brisk(connections.streak_settings(self.streak_parts))

    @cached_property
    def streak(self) -> StreakClient:
        """Streak; a write is refused before it leaves."""
        return self._stack.enter_context(StreakClient(self.streak_settings, read_only=True))

    @cached_property
    def boxes(self) -> StreakGateway:
        """Streak as the flows see it."""
        return StreakGateway(self.streak, self.streak_settings)

    @cached_property
    def netsuite_settings(self) -> NetSuiteSettings:
        """The settings of NetSuite."""
        return _brisk(connections.netsuite_settings(self._parts("netsuite_default")))

    @property
    def account(self) -> str:
        """The account's id, as ledgers keep it."""
        return AccountId(self.netsuite_settings.account).realm

    @cached_property
    def netsuite(self) -> SoapClient:
        """NetSuite; a write is refused before it leaves."""
        return self._stack.enter_context(SoapClient(self.netsuite_settings, read_only=True))

    @cached_property
    def erp(self) -> NetSuiteGateway:
        """NetSuite as the flows see it."""
        return NetSuiteGateway(self.netsuite, self.netsuite_settings)

    @cached_property
    def custom_fields(self) -> Sequence[CustomFieldDefinition]:
        """The account's custom fields."""
        return FieldCatalogue(self.netsuite).read()

    def sample(self, request: SearchRequest, *, size: int = _FEW) -> SearchPage:
        """Return the first page of a search, without sublists."""
        return self.netsuite.send(search(request, SearchPreferences(page_size=size)))


def _brisk(settings: SettingsT) -> SettingsT:
    """Return settings that give up soon."""
    return settings.model_copy(
        update={
            "attempts": min(settings.attempts, _ATTEMPTS),
            "retry_total_seconds": min(settings.retry_total_seconds, _SECONDS),
        }
    )


def _secrets(extra: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values in a connection's extra that are nobody's business."""
    for name, value in extra.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif _SECRET_NAME.search(name):
            texts = value.split(",") if isinstance(value, str) else value
            yield from (str(text).strip() for text in texts or ())
