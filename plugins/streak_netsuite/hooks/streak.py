"""Hook for Streak."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

if TYPE_CHECKING:
    from streak_netsuite.connections import ReceiverSettings, WebhookSettings
    from streak_netsuite.connectors.streak.client import StreakClient
    from streak_netsuite.connectors.streak.settings import StreakSettings


class StreakHook(BaseHook):
    """Turns an Airflow Connection into a Streak client.

    :param streak_conn_id: the connection; its password is the API key.
    """

    conn_name_attr = "streak_conn_id"
    default_conn_name = "streak_default"
    conn_type = "streak"
    hook_name = "Streak"

    def __init__(self, streak_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.streak_conn_id = streak_conn_id

    def settings(self) -> "StreakSettings":
        """Return the connection's settings."""
        from streak_netsuite.connections import streak_settings
        from streak_netsuite.hooks.connection import read_connection

        return streak_settings(read_connection(self.streak_conn_id))

    async def asettings(self) -> "StreakSettings":
        """Return the connection's settings, from a trigger."""
        from streak_netsuite.connections import streak_settings
        from streak_netsuite.hooks.connection import aread_connection

        return streak_settings(await aread_connection(self.streak_conn_id))

    def receiver_settings(self) -> "ReceiverSettings":
        """Return what the webhook receiver accepts."""
        from streak_netsuite.connections import receiver_settings
        from streak_netsuite.hooks.connection import read_connection

        return receiver_settings(read_connection(self.streak_conn_id))

    def webhook_settings(self) -> "WebhookSettings | None":
        """Return which webhooks are to be kept; None when the connection has no `webhook_url`."""
        from streak_netsuite.connections import webhook_settings
        from streak_netsuite.hooks.connection import read_connection

        parts = read_connection(self.streak_conn_id)
        return webhook_settings(parts) if parts.extra.get("webhook_url") else None

    def get_conn(self) -> "StreakClient":
        """Return a client; close it after use."""
        from streak_netsuite.connectors.streak.client import StreakClient

        return StreakClient(self.settings())

    def test_connection(self) -> tuple[bool, str]:
        """Ask Streak who the key belongs to."""
        from streak_netsuite.connectors.streak.calls import users
        from streak_netsuite.errors import StreakNetSuiteError

        try:
            with self.get_conn() as client:
                me = client.send(users.me())
        except StreakNetSuiteError as error:
            return False, str(error)
        return True, f"Streak knows the key; it belongs to user {me.email or me.key}"
