"""Airflow Connections as plain parts."""

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from streak_netsuite.connections import ConnectionParts, filled
from streak_netsuite.errors import ConfigurationError


def read_connection(conn_id: str) -> ConnectionParts:
    """Return the parts of an Airflow connection.

    Raises:
        ConfigurationError: there is none of this name.
    """
    try:
        return _parts(BaseHook.get_connection(conn_id))
    except AirflowNotFoundException:
        raise _missing(conn_id) from None


async def aread_connection(conn_id: str) -> ConnectionParts:
    """Return the parts of an Airflow connection, from a trigger.

    Raises:
        ConfigurationError: there is none of this name.
    """
    try:
        return _parts(await BaseHook.aget_connection(conn_id))
    except AirflowNotFoundException:
        raise _missing(conn_id) from None


def _missing(conn_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"Airflow has no connection '{conn_id}'; create it under Admin, Connections, or set AIRFLOW_CONN_{conn_id.upper()}"
    )


def _parts(connection: Any) -> ConnectionParts:
    """Return the parts, and have Airflow mask the secrets among them in logs."""
    from airflow.sdk.log import mask_secret

    parts = ConnectionParts(
        conn_id=connection.conn_id,
        host=connection.host or "",
        login=connection.login or "",
        password=connection.password or "",
        schema=connection.schema or "",
        port=connection.port,
        extra=filled(connection.extra_dejson),
    )
    for name, value in parts.extra.items():
        if any(word in name for word in ("secret", "token", "consumer_key")):
            for secret in value if isinstance(value, list) else [value]:
                mask_secret(str(secret))
    return parts
