"""Commands about the flows: plan, backfill, reconcile, and what to look at before and beside them."""

from datetime import datetime
from typing import Annotated

import typer

from streak_netsuite.commands.connected import (
    MappingFile,
    connection_of,
    login_name,
    mapping_in_use,
    settings_for,
    window_of,
)
from streak_netsuite.errors import ConfigurationError

app = typer.Typer()
Targets = Annotated[
    list[str],
    typer.Argument(
        help="A flow (deal_to_order, items_to_streak, order_to_invoice, status_to_streak, record_NAME), then keys of boxes; none for all that wait."
    ),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="First day won, in the NetSuite account's zone; of record types, first day changed.",
    ),
]


@app.command()
def plan(
    targets: Targets = [],  # noqa: B006 - typer's form of an optional list
    since: Since = None,
    days: Annotated[int | None, typer.Option(min=1, help="Deals won in the last so many days.")] = None,
    mapping: MappingFile = None,
) -> None:
    """Print what a flow would write: each field, its value now and then, and the rule. Nothing is written.

    A write to a vendor is refused before it leaves, and the command fails when one has left all the same. With --with
    and --days or --since, deal_to_order is told as a comparison: how that mapping would have treated the deals of these
    days, beside the one in use.
    """
    from streak_netsuite.assembly import open_product
    from streak_netsuite.dry_run import DEALS, RECORD_PREFIX, Asked, DryRun
    from streak_netsuite.mapping.spec import load_spec

    asked = Asked.of(targets, window_of(since, days) if since or days else None)
    if mapping is not None and asked.flow.startswith(RECORD_PREFIX):
        raise ConfigurationError("a record type has no mapping: name its file in the place of a flow")
    compares = mapping is not None and asked.flow == DEALS and asked.window is not None
    with open_product(settings_for(None if compares else mapping), read_only=True) as product:
        dry_run = DryRun(product=product)
        if compares and mapping is not None:
            typer.echo(dry_run.effect(load_spec(mapping), asked))
        else:
            typer.echo(dry_run.text(asked))


@app.command()
def backfill(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day won, in the NetSuite account's zone."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day won, in the NetSuite account's zone."),
    ] = None,
    mapping: MappingFile = None,
) -> None:
    """Make orders of deals that were won before you went live. Silent: fields of the boxes are set, nobody is notified.

    What happens now goes first. Stopped at any moment, the same command goes on; repeated, it makes nothing twice.
    """
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.backfill import Progress, Window

    window = Window(since=since.date() if since else None, until=until.date() if until else None)
    progress: Progress | None = None
    with open_product(settings_for(mapping)) as product:
        for progress in product.backfill().run(window):
            typer.echo(str(progress))
        typer.echo(f"{progress.report if progress else 'nothing to do'}")
        if progress is not None and progress.left:
            typer.echo(f"{progress.left} wait to be tried again; run the command once more later")
            raise typer.Exit(1)
        typer.echo(str(product.order_edits().drain() + product.write_back().drain()))


@app.command()
def doctor(mapping: MappingFile = None) -> None:
    """Find before go-live what would hold or break later: connections, names, permissions, fields, ids. Writes nothing."""
    from streak_netsuite.doctor.finding import State
    from streak_netsuite.doctor.visit import visit

    counts = dict.fromkeys(State, 0)
    for finding in visit(connection=connection_of, mapping=lambda: mapping or mapping_in_use()):
        counts[finding.state] += 1
        typer.echo(finding.text())
    typer.echo(", ".join(f"{count} {state}" for state, count in counts.items()))
    if counts[State.FAIL]:
        raise typer.Exit(1)


@app.command()
def drift(mapping: MappingFile = None) -> None:
    """Print what was renamed or removed in Streak that the mapping uses. Keeps nothing."""
    from streak_netsuite.assembly import open_product

    with open_product(settings_for(mapping)) as product:
        report = product.drift_watch().look()
    typer.echo("\n".join(report.lines()) or "everything is as it was, and fits")
    if report.misfits:
        raise typer.Exit(1)


@app.command()
def reconcile(
    mapping: MappingFile = None,
    quick: Annotated[bool, typer.Option(help="Leave out what became of the orders.")] = False,
    repair: Annotated[
        str, typer.Option(help="A kind of difference, or `all`: say what would repair it; see --yes.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Make the repair.")] = False,
) -> None:
    """Compare deals, orders, invoices, payments and the ledger: counts, sums by currency, every difference. Writes nothing.

    With --repair KIND --yes: put unseen deals into the inbox, tell news again, write boxes again. NetSuite is never written.
    """
    from streak_netsuite.assembly import open_product

    with open_product(settings_for(mapping), read_only=True) as product:
        report = product.reconcile(quick=quick).run()
        typer.echo("\n".join(report.lines()))
        meant = [one for one in report.differences if repair in {"all", one.drift.value}]
        if repair:
            mendable = [one for one in meant if one.mend is not None]
            typer.echo(f"{len(mendable)} of {len(meant)} differences can be repaired by a command")
            for text in product.repairs().make(mendable, actor=login_name()) if yes else ():
                typer.echo(text)
    if report.differences:
        raise typer.Exit(1)
