"""Commands about the ledger: its schema and keys."""

import typer

from streak_netsuite.commands.connected import (
    open_ledger,
)

app = typer.Typer(no_args_is_help=True, help="The ledger: its schema and keys.")


@app.command("upgrade")
def ledger_upgrade() -> None:
    """Create the ledger's tables, or bring them up to this release."""
    from streak_netsuite.ledger.schema import upgrade

    with open_ledger() as ledger:
        upgrade(ledger.engine)
    typer.echo("the ledger is current")


@app.command("rotate-keys")
def ledger_rotate_keys() -> None:
    """Encrypt every payload with the first key of 'encryption_secret'; afterwards the others can go."""
    with open_ledger() as ledger:
        counts = ledger.rotate_keys()
    for table, count in counts.items():
        typer.echo(f"{table}: {count} payloads")
