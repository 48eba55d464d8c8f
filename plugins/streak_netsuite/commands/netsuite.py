"""Commands about the NetSuite account."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from streak_netsuite.commands.connected import (
    Actor,
    account_settings,
    console,
    ledger_settings_in_use,
    login_name,
)

app = typer.Typer(no_args_is_help=True, help="The NetSuite account.")


@app.command("account")
def netsuite_account() -> None:
    """Print what the account says of itself: limits, clock, endpoint, use of the last day. Keeps the limit."""
    from streak_netsuite.assembly import open_account

    with open_account(account_settings(), ledger_settings_in_use()) as watch:
        report = watch.run()
    typer.echo("\n".join(report.lines()))
    if report.advice:
        raise typer.Exit(1)


@app.command("rebind")
def netsuite_rebind(
    yes: Annotated[bool, typer.Option("--yes", help="Mend the ledger; without, it is only shown.")] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Key of a box (or an organization, a contact) whose record is the right one, whatever key it carries; 'all' "
            "for all that exist. Repeat for more."
        ),
    ] = None,
    actor: Actor = "",
) -> None:
    """After a sandbox was refreshed: let the ledger's ties lead to the records that carry their keys, and hold the rest."""
    from streak_netsuite.assembly import open_rebinding

    with open_rebinding(account_settings(), ledger_settings_in_use()) as rebinding:
        rebound = rebinding.plan(keep=keep or ())
        typer.echo("\n".join(rebound.lines()))
        if yes:
            rebinding.carry_out(rebound, actor=actor or login_name())
            decisions = "; what people decided about duplicate customers names old ids: look it through"
            typer.echo("mended" + (decisions if rebound.moved else ""))
        elif rebound.moved or rebound.confirmed:
            typer.echo("nothing was changed; --yes does it")


@app.command("fields")
def netsuite_fields(
    place: Annotated[str, typer.Option(help="Only of: entity, transaction, item, ...")] = "",
) -> None:
    """List the account's custom fields with their types."""
    from streak_netsuite.connectors.netsuite.field_catalogue import FieldCatalogue
    from streak_netsuite.connectors.netsuite.soap import SoapClient

    with SoapClient(account_settings()) as client:
        found = [field for field in FieldCatalogue(client).read() if place in ("", field.place)]
    table = Table("Script id", "Place", "Type", "Label", "Required", "Choices")
    for field in found:
        choices = field.choices.name if field.choices else ""
        required = "yes" if field.mandatory else ""
        table.add_row(field.script_id, field.place, field.type or "-", field.label, required, choices)
    console.print(table if found else "no custom fields")


@app.command("wsdl")
def netsuite_wsdl(
    to: Annotated[
        Path, typer.Option(help="The directory to keep it in; 'wsdl_directory' of the connection.")
    ],
) -> None:
    """Fetch the account's WSDL and schemas into a directory, for workers that may not fetch them."""
    from streak_netsuite.connectors.netsuite.soap import SoapClient

    settings = account_settings().model_copy(update={"wsdl_directory": to})
    with SoapClient(settings) as client:
        client.schema.type("SalesOrder")
    typer.echo(f"{sum(1 for _ in to.iterdir())} files are in {to}")
