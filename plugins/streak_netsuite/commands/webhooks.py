"""Commands about the webhooks that Streak sends."""

from typing import TYPE_CHECKING, Annotated

import typer

from streak_netsuite.commands.connected import (
    connection_of,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from streak_netsuite.flows.webhooks import WebhookKeeper

app = typer.Typer(no_args_is_help=True, help="The webhooks that Streak sends.")
Former = Annotated[
    list[str], typer.Option("--former", help="An address the product had before; its webhooks are ours.")
]


@app.command("plan")
def webhooks_plan(former: Former = []) -> None:  # noqa: B006 - typer's form of an optional list
    """Print what 'sync' would do. Writes nothing."""
    from streak_netsuite.flows.webhooks import WebhookReport

    with _webhook_keeper(former) as keeper:
        plan = keeper.plan()
    typer.echo(
        "\n".join(WebhookReport(plan=plan).lines()) or "no webhooks are registered, and none are wanted"
    )
    typer.echo("everything is as it should be" if plan.is_done else "nothing was written")


@app.command("sync")
def webhooks_sync(former: Former = []) -> None:  # noqa: B006 - typer's form of an optional list
    """Make the registered webhooks equal to the wanted ones: register, renew the token, remove."""
    with _webhook_keeper(former) as keeper:
        report = keeper.run()
    typer.echo("\n".join(report.lines()))
    if report.failed:
        raise typer.Exit(1)


def _webhook_keeper(former: list[str]) -> "AbstractContextManager[WebhookKeeper]":
    from streak_netsuite.assembly import open_webhooks
    from streak_netsuite.connections import streak_settings, webhook_settings

    parts = connection_of("streak_default")
    return open_webhooks(streak_settings(parts), webhook_settings(parts), former_urls=former)
