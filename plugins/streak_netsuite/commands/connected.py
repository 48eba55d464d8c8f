"""What commands share: connections from the environment, the mapping in use, options, the terminal."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streak_netsuite.errors import ConfigurationError

if TYPE_CHECKING:
    from streak_netsuite.assembly import Settings
    from streak_netsuite.connections import ConnectionParts
    from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
    from streak_netsuite.flows.backfill import Window
    from streak_netsuite.ledger.ledger import Ledger
    from streak_netsuite.ledger.settings import LedgerSettings

console = Console()
errors = Console(stderr=True)
Reason = Annotated[str, typer.Option(help="Why; kept in the audit.")]
Actor = Annotated[str, typer.Option(help="Who; the login name by default.")]
MappingFile = Annotated[
    Path | None, typer.Option("--with", help="A mapping file instead of the shipped one.")
]


def window_of(since: datetime | None, days: int | None) -> "Window":
    """Return the days that are meant, of the NetSuite account's zone: the last so many, or since a day."""
    from streak_netsuite.flows.backfill import Window

    first = since.date() if since else None
    if days is not None:
        first = max(
            filter(
                None, [first, (datetime.now(account_settings().account_zone) - timedelta(days=days)).date()]
            )
        )
    return Window(since=first)


def login_name() -> str:
    """Return who is at the terminal."""
    import getpass

    return getpass.getuser()


def settings_for(mapping: Path | None) -> "Settings":
    """Return the product's settings, with a mapping or the one in use."""
    from streak_netsuite.assembly import Settings
    from streak_netsuite.connections import streak_settings

    return Settings(
        streak=streak_settings(connection_of("streak_default")),
        netsuite=account_settings(),
        ledger=ledger_settings_in_use(),
        mapping=mapping or mapping_in_use(),
    )


def mapping_in_use() -> Path:
    """Return the mapping that Airflow's tasks use, when this shell has its configuration; else the shipped one."""
    from streak_netsuite.mapping.spec import shipped_spec_path

    named = os.environ.get("AIRFLOW__STREAK_NETSUITE__MAPPING") or "deal_to_order"
    return Path(named) if named.endswith((".yaml", ".yml")) else shipped_spec_path(named)


def account_settings() -> "NetSuiteSettings":
    """Return the settings of the NetSuite connection."""
    from streak_netsuite.connections import netsuite_settings

    return netsuite_settings(connection_of("netsuite_default"))


def ledger_settings_in_use() -> "LedgerSettings":
    """Return the settings of the ledger's connection."""
    from streak_netsuite.connections import ledger_settings

    return ledger_settings(connection_of("streak_netsuite_ledger"))


def open_ledger() -> "Ledger":
    """Return the ledger; to be closed by a `with`."""
    from streak_netsuite.ledger.ledger import Ledger

    return Ledger.connect(ledger_settings_in_use())


def connection_of(conn_id: str) -> "ConnectionParts":
    """Return a connection from the environment, as Airflow itself reads it.

    Raises:
        ConfigurationError: it is not there.
    """
    from streak_netsuite.connections import ConnectionParts

    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = os.environ.get(name)
    if not text:
        raise ConfigurationError(
            f"the command reads its connections from the environment, and {name} is not set; "
            "set it to the connection's JSON, as Airflow itself accepts it"
        )
    return ConnectionParts.from_json(conn_id, text)
