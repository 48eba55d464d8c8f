"""Hook for NetSuite."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streak_netsuite.connectors.netsuite.desk import NetSuiteDesk
    from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
    from streak_netsuite.connectors.netsuite.soap import SoapClient


class NetSuiteHook(BaseHook):
    """Turns an Airflow Connection into a SuiteTalk client.

    :param netsuite_conn_id: the connection; its login is the account id, keys are in its extra.
    :param ledger_conn_id: the ledger whose workers share the account's concurrency; none when empty.
    """

    conn_name_attr = "netsuite_conn_id"
    default_conn_name = "netsuite_default"
    conn_type = "netsuite"
    hook_name = "NetSuite"

    def __init__(
        self,
        netsuite_conn_id: str = default_conn_name,
        *,
        ledger_conn_id: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.netsuite_conn_id = netsuite_conn_id
        self.ledger_conn_id = ledger_conn_id

    def settings(self) -> "NetSuiteSettings":
        """Return the connection's settings."""
        from streak_netsuite.connections import netsuite_settings
        from streak_netsuite.hooks.connection import read_connection

        return netsuite_settings(read_connection(self.netsuite_conn_id))

    async def asettings(self) -> "NetSuiteSettings":
        """Return the connection's settings, from a trigger."""
        from streak_netsuite.connections import netsuite_settings
        from streak_netsuite.hooks.connection import aread_connection

        return netsuite_settings(await aread_connection(self.netsuite_conn_id))

    def get_conn(self) -> "SoapClient":
        """Return a client of this process alone; close it after use."""
        from streak_netsuite.connectors.netsuite.soap import SoapClient

        return SoapClient(self.settings())

    @contextmanager
    def desk(self, *, check_by: "Path | None" = None) -> "Iterator[NetSuiteDesk]":
        """Open the account for single records, with our share of its concurrency when a ledger is named.

        :param check_by: the mapping file that says how customers are compared before they are created; without, what is given is
            written.
        """
        from streak_netsuite.assembly import open_desk
        from streak_netsuite.hooks.ledger import LedgerHook

        ledger = LedgerHook(self.ledger_conn_id).settings() if self.ledger_conn_id else None
        with open_desk(self.settings(), ledger, check_by=check_by) as desk:
            yield desk

    def test_connection(self) -> tuple[bool, str]:
        """Ask NetSuite for its clock, signed as every call is."""
        from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
        from streak_netsuite.errors import StreakNetSuiteError

        try:
            with self.get_conn() as client:
                at = NetSuiteGateway(client, self.settings()).server_time()
        except StreakNetSuiteError as error:
            return False, str(error)
        return True, f"NetSuite accepts the token; its clock shows {at:%Y-%m-%d %H:%M:%S} UTC"
