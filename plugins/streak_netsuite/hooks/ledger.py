"""Hook for the ledger."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

if TYPE_CHECKING:
    from streak_netsuite.ledger.ledger import Ledger
    from streak_netsuite.ledger.settings import LedgerSettings


class LedgerHook(BaseHook):
    """Turns an Airflow Connection into the ledger.

    :param ledger_conn_id: the connection; a PostgreSQL database, with `encryption_secret` in its extra.
    """

    conn_name_attr = "ledger_conn_id"
    default_conn_name = "streak_netsuite_ledger"
    conn_type = "streak_netsuite_ledger"
    hook_name = "Streak-NetSuite ledger"

    def __init__(self, ledger_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_conn_id = ledger_conn_id

    def settings(self) -> "LedgerSettings":
        """Return the connection's settings."""
        from streak_netsuite.connections import ledger_settings
        from streak_netsuite.hooks.connection import read_connection

        return ledger_settings(read_connection(self.ledger_conn_id))

    async def asettings(self) -> "LedgerSettings":
        """Return the connection's settings, from a trigger."""
        from streak_netsuite.connections import ledger_settings
        from streak_netsuite.hooks.connection import aread_connection

        return ledger_settings(await aread_connection(self.ledger_conn_id))

    def get_conn(self) -> "Ledger":
        """Return the ledger; close it after use."""
        from streak_netsuite.ledger.ledger import Ledger

        return Ledger.connect(self.settings())

    def test_connection(self) -> tuple[bool, str]:
        """Connect, and compare the schema with this release."""
        from streak_netsuite.errors import StreakNetSuiteError
        from streak_netsuite.ledger.schema import require_current

        try:
            with self.get_conn() as ledger:
                require_current(ledger.engine)
        except StreakNetSuiteError as error:
            return False, str(error)
        return True, "the ledger is there, and its schema is current"
