"""The `streak-netsuite` command."""

import contextlib
import importlib.util
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError
from streak_netsuite.sync.duplicate_case import LINKS, Among

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from streak_netsuite.assembly import Settings
    from streak_netsuite.connections import ConnectionParts
    from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
    from streak_netsuite.flows.backfill import Window
    from streak_netsuite.flows.hold_desk import HoldDesk
    from streak_netsuite.flows.webhooks import WebhookKeeper
    from streak_netsuite.ledger.ledger import Ledger
    from streak_netsuite.ledger.settings import LedgerSettings
    from streak_netsuite.mapping.record_schema import RecordTypeSpec
    from streak_netsuite.model.order_story import OrderStory

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Keeps Streak and NetSuite telling the same story.",
    rich_markup_mode=None,
)
ledger_app = typer.Typer(no_args_is_help=True, help="The ledger: its schema and keys.")
holds_app = typer.Typer(no_args_is_help=True, help="Records that wait for a person.")
mapping_app = typer.Typer(no_args_is_help=True, help="Mapping files.")
webhooks_app = typer.Typer(no_args_is_help=True, help="The webhooks that Streak sends.")
netsuite_app = typer.Typer(no_args_is_help=True, help="The NetSuite account.")
app.add_typer(ledger_app, name="ledger")
app.add_typer(holds_app, name="holds")
app.add_typer(mapping_app, name="mapping")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(netsuite_app, name="netsuite")
duplicates_app = typer.Typer(no_args_is_help=True, help="Customers that may be one.")
app.add_typer(duplicates_app, name="duplicates")
records_app = typer.Typer(
    no_args_is_help=True, help="Records of declared types: payments, custom records, your own."
)
app.add_typer(records_app, name="records")

console = Console()
errors = Console(stderr=True)

RecordTypeName = Annotated[str, typer.Argument(help="A shipped record type's name, or a file.")]
RecordFolder = Annotated[Path | None, typer.Option("--folder", help="A folder with record type files.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the audit.")]
Actor = Annotated[str, typer.Option(help="Who; the login name by default.")]
_ALL = 100_000  # holds: more than anybody will let wait
Targets = Annotated[
    list[str],
    typer.Argument(
        help="A flow (deal_to_order, items_to_streak, order_to_invoice, status_to_streak, record_NAME), then keys of boxes; none for all that wait."
    ),
]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day won, in UTC; of record types, first day changed."),
]
MappingFile = Annotated[
    Path | None, typer.Option("--with", help="A mapping file instead of the shipped one.")
]


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the story.")] = False,
    port: Annotated[int, typer.Option(help="Port of Airflow's UI.")] = 8080,
    folder: Annotated[Path, typer.Option(help="Where its data goes; emptied first.")] = Path("build/demo"),
) -> None:
    """Watch a Streak deal become a NetSuite sales order, in a real Airflow."""
    from streak_netsuite.demo.run import run

    root = Path.cwd()
    raise typer.Exit(run(root=root, folder=folder.absolute(), port=port, once=once, console=console))


@app.command()
def sandbox(port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.")] = 0) -> None:
    """Run the stand-ins for Streak and NetSuite; prints one JSON line with addresses and credentials."""
    from streak_netsuite.sandbox.__main__ import run

    raise typer.Exit(run(port))


@records_app.command("list")
def records_list(folder: RecordFolder = None) -> None:
    """List record types: those in a folder, and those that ship."""
    from streak_netsuite.mapping.record_files import SHIPPED_RECORDS, load_record_type

    table = Table("name", "from", "to", "what")
    for place in filter(None, (folder, SHIPPED_RECORDS)):
        for path in sorted(place.glob("*.yaml")):
            spec = load_record_type(path)
            table.add_row(spec.name, spec.source.system, spec.target.system, spec.description)
    console.print(table)


@records_app.command("check")
def records_check(file: Path) -> None:
    """Name every fault of a record type's file with its line."""
    from streak_netsuite.mapping.record_files import load_record_type

    spec = load_record_type(file)
    typer.echo(f"{file}: record type '{spec.name}' is fine; its DAG is record_{spec.name}")


@records_app.command("schema")
def records_schema() -> None:
    """Print the JSON Schema of record type files, for editors."""
    from streak_netsuite.mapping.record_schema import record_json_schema

    typer.echo(json.dumps(record_json_schema(), indent=2))


@records_app.command("plan")
def records_plan(record_type: RecordTypeName) -> None:
    """Print what a record type would write. Writes nothing: a write to a vendor is refused before it leaves."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        told = list(product.record_sync(_record_type(record_type)).preview())
    typer.echo("\n".join(told) or "nothing would be written")


@records_app.command("run")
def records_run(record_type: RecordTypeName) -> None:
    """Find what changed of a record type, and write it."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None)) as product:
        typer.echo(str(product.record_sync(_record_type(record_type)).run()))


def _record_type(name: str) -> "RecordTypeSpec":
    from streak_netsuite.mapping.record_files import load_record_type, record_file

    return load_record_type(record_file(name))


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

    asked = Asked.of(targets, _window(since, days) if since or days else None)
    if mapping is not None and asked.flow.startswith(RECORD_PREFIX):
        raise ConfigurationError("a record type has no mapping: name its file in the place of a flow")
    compares = mapping is not None and asked.flow == DEALS and asked.window is not None
    with open_product(_settings(None if compares else mapping), read_only=True) as product:
        dry_run = DryRun(product=product)
        if compares and mapping is not None:
            typer.echo(dry_run.effect(load_spec(mapping), asked))
        else:
            typer.echo(dry_run.text(asked))


def _window(since: datetime | None, days: int | None) -> "Window":
    from streak_netsuite.flows.backfill import Window

    first = since.date() if since else None
    if days is not None:
        first = max(filter(None, [first, (datetime.now(UTC) - timedelta(days=days)).date()]))
    return Window(since=first)


@app.command()
def backfill(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day won, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day won, in UTC.")
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
    with open_product(_settings(mapping)) as product:
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
    for finding in visit(connection=_connection, mapping=lambda: mapping or _mapping_in_use()):
        counts[finding.state] += 1
        typer.echo(finding.text())
    typer.echo(", ".join(f"{count} {state}" for state, count in counts.items()))
    if counts[State.FAIL]:
        raise typer.Exit(1)


@app.command()
def drift(mapping: MappingFile = None) -> None:
    """Print what was renamed or removed in Streak that the mapping uses. Keeps nothing."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(mapping)) as product:
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

    with open_product(_settings(mapping), read_only=True) as product:
        report = product.reconcile(quick=quick).run()
        typer.echo("\n".join(report.lines()))
        meant = [one for one in report.differences if repair in {"all", one.drift.value}]
        if repair:
            mendable = [one for one in meant if one.mend is not None]
            typer.echo(f"{len(mendable)} of {len(meant)} differences can be repaired by a command")
            for text in product.repairs().make(mendable, actor=_login_name()) if yes else ():
                typer.echo(text)
    if report.differences:
        raise typer.Exit(1)


@app.command()
def deal(
    key: Annotated[
        str, typer.Argument(help="A box key, an order's internal id or number, or a part of a hold's reason.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show personal data.")] = False,
    netsuite: Annotated[
        bool, typer.Option("--netsuite", help="Ask NetSuite what it has of the order now.")
    ] = False,
) -> None:
    """Tell everything that is known of one deal, on one timeline. Writes nothing.

    The ledger alone is read, so that it answers while a vendor is down; with --netsuite the order, too.
    """
    import json

    from streak_netsuite.flows.deal_timeline import assemble
    from streak_netsuite.flows.timeline_text import matches_text, timeline_text

    with _ledger() as ledger:
        matches = ledger.history.find(key)
        if len(matches) != 1:
            typer.echo(matches_text(key, matches), err=as_json)
            raise typer.Exit(1)
        history = ledger.history.of(matches[0].deal)
    story = _order_story(history.order_id) if netsuite and history.order_id else None
    timeline = assemble(history, story=story, unmasked=unmasked)
    typer.echo(json.dumps(timeline.as_dict(), indent=2) if as_json else timeline_text(timeline))


@app.command()
def audit(
    subject: Annotated[
        str | None, typer.Option(help="Only what was done to this: a record's id, a file's name.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest.")] = 50,
    details: Annotated[
        bool, typer.Option("--details", help="With old and new values; they may be personal.")
    ] = False,
) -> None:
    """List who did what, the newest first: decisions about holds, saved mappings, ties that were moved. Writes nothing."""
    import json

    with _ledger() as ledger:
        events = ledger.list_audit(subject=subject, limit=limit)
    for event in events:
        told = f"  {json.dumps(event.details, default=str, ensure_ascii=False)}" if details else ""
        typer.echo(f"{event.at:%Y-%m-%d %H:%M:%SZ}  {event.actor}  {event.action}  {event.subject}{told}")
    if not events:
        typer.echo(
            "nothing is in the audit" if subject is None else f"nothing is in the audit about {subject}"
        )


@ledger_app.command("upgrade")
def ledger_upgrade() -> None:
    """Create the ledger's tables, or bring them up to this release."""
    from streak_netsuite.ledger.schema import upgrade

    with _ledger() as ledger:
        upgrade(ledger.engine)
    typer.echo("the ledger is current")


@ledger_app.command("rotate-keys")
def ledger_rotate_keys() -> None:
    """Encrypt every payload with the first key of 'encryption_secret'; afterwards the others can go."""
    with _ledger() as ledger:
        counts = ledger.rotate_keys()
    for table, count in counts.items():
        typer.echo(f"{table}: {count} payloads")


@holds_app.command("list")
def holds_list(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option(help="How many.")] = 50,
) -> None:
    """List the records that wait, newest first."""
    with _ledger() as ledger:
        holds = ledger.list_holds(open_only=not everything, limit=limit)
    table = Table("Id", "Since", "Record", "Code", "Reason", "Next step")
    for hold in holds:
        table.add_row(
            str(hold.id),
            f"{hold.opened_at:%Y-%m-%d %H:%M}",
            str(hold.record),
            hold.code,
            hold.reason,
            hold.fix,
        )
    console.print(table if holds else "nothing waits")


@holds_app.command("show")
def holds_show(hold_id: int) -> None:
    """Show one hold with all its faults, candidates and payload."""
    with _ledger() as ledger:
        hold = ledger.get_hold(hold_id)
    console.print_json(data=hold.as_dict())


@holds_app.command("release")
def holds_release(
    hold_id: int,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    actor: Annotated[str, typer.Option(help="Who; the login name by default.")] = "",
) -> None:
    """Put a held record back into the inbox, to be tried again as it is now."""
    with _ledger() as ledger:
        ledger.release_hold(hold_id, actor=actor or _login_name(), reason=reason, now=datetime.now(UTC))
    typer.echo(f"hold {hold_id} is released; the record is in the inbox again")


@holds_app.command("causes")
def holds_causes() -> None:
    """Group what waits by cause: mend a cause once, then replay all of it with `holds replay`."""
    from streak_netsuite.flows.hold_causes import causes_of

    with _ledger() as ledger:
        found = causes_of(ledger.list_holds(limit=_ALL))
    table = Table("cause", "holds", "code", "reason", "next step")
    for cause in found:
        table.add_row(cause.key, str(len(cause.holds)), cause.code, cause.text, cause.fix)
    console.print(table if found else "nothing waits")


@holds_app.command("replay")
def holds_replay(
    cause: Annotated[str, typer.Argument(help="A cause's key, as `holds causes` shows it.")],
    reason: Reason,
    actor: Actor = "",
) -> None:
    """Put back every record that waits for one cause; each hold closes as its record passes."""
    from streak_netsuite.flows.hold_causes import causes_of

    with _ledger() as ledger:
        known = {one.key: one for one in causes_of(ledger.list_holds(limit=_ALL))}
        if cause not in known:
            errors.print(f"there is no cause '{cause}'; see: streak-netsuite holds causes")
            raise typer.Exit(1)
        for hold_id in known[cause].holds:
            ledger.release_hold(hold_id, actor=actor or _login_name(), reason=reason, now=datetime.now(UTC))
    typer.echo(f"{len(known[cause].holds)} records are in the inbox again")


@holds_app.command("approve")
def holds_approve(hold_id: int, reason: Reason, actor: Actor = "") -> None:
    """Let a deal's order be written, as long as the deal is as it was when it was held."""
    with _desk() as desk:
        desk.approve(hold_id, actor=actor or _login_name(), reason=reason)
    typer.echo(f"hold {hold_id} is approved; its deal is in the inbox again")


@holds_app.command("reject")
def holds_reject(hold_id: int, reason: Reason, actor: Actor = "") -> None:
    """Let no order be made of a deal, as long as the deal is as it was when it was held."""
    with _desk() as desk:
        desk.reject(hold_id, actor=actor or _login_name(), reason=reason)
    typer.echo(f"hold {hold_id} is rejected; its deal is asked about again only when it changes")


@holds_app.command("edit")
def holds_edit(
    hold_id: int,
    values: Annotated[
        list[str], typer.Argument(help='Values by name: "fields.Quantity=3", name=..., notes=...')
    ],
    reason: Reason,
    actor: Actor = "",
) -> None:
    """Let a deal be read with other values, as long as it is as it was when it was held."""
    from streak_netsuite.sync.decision import edits_of_lines

    with _desk() as desk:
        desk.edit(hold_id, edits_of_lines(values), actor=actor or _login_name(), reason=reason)
    typer.echo(f"hold {hold_id} is edited; its deal is in the inbox again")


@holds_app.command("choose")
def holds_choose(
    hold_id: int,
    customer: Annotated[str, typer.Argument(help="Internal id of a candidate, or `new` for a new customer.")],
    reason: Reason,
    actor: Actor = "",
) -> None:
    """Say which customer is meant by a deal that could be several customers', from now on."""
    with _desk() as desk:
        if customer == "new":
            desk.create_customer(hold_id, actor=actor or _login_name(), reason=reason)
        else:
            desk.choose_customer(hold_id, customer, actor=actor or _login_name(), reason=reason)
    typer.echo(f"hold {hold_id} is decided; its deal is in the inbox again")


@holds_app.command("dismiss")
def holds_dismiss(
    hold_id: int,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    actor: Annotated[str, typer.Option(help="Who; the login name by default.")] = "",
) -> None:
    """Close a hold without trying the record again."""
    with _ledger() as ledger:
        ledger.dismiss_hold(hold_id, actor=actor or _login_name(), reason=reason, now=datetime.now(UTC))
    typer.echo(f"hold {hold_id} is dismissed; nothing is done about the record")


Former = Annotated[
    list[str], typer.Option("--former", help="An address the product had before; its webhooks are ours.")
]


@webhooks_app.command("plan")
def webhooks_plan(former: Former = []) -> None:  # noqa: B006 - typer's form of an optional list
    """Print what 'sync' would do. Writes nothing."""
    from streak_netsuite.flows.webhooks import WebhookReport

    with _webhook_keeper(former) as keeper:
        plan = keeper.plan()
    typer.echo(
        "\n".join(WebhookReport(plan=plan).lines()) or "no webhooks are registered, and none are wanted"
    )
    typer.echo("everything is as it should be" if plan.is_done else "nothing was written")


@webhooks_app.command("sync")
def webhooks_sync(former: Former = []) -> None:  # noqa: B006 - typer's form of an optional list
    """Make the registered webhooks equal to the wanted ones: register, renew the token, remove."""
    with _webhook_keeper(former) as keeper:
        report = keeper.run()
    typer.echo("\n".join(report.lines()))
    if report.failed:
        raise typer.Exit(1)


@netsuite_app.command("account")
def netsuite_account() -> None:
    """Print what the account says of itself: limits, clock, endpoint, use of the last day. Keeps the limit."""
    from streak_netsuite.assembly import open_account

    with open_account(_netsuite_settings(), _ledger_settings()) as watch:
        report = watch.run()
    typer.echo("\n".join(report.lines()))
    if report.advice:
        raise typer.Exit(1)


@netsuite_app.command("rebind")
def netsuite_rebind(
    yes: Annotated[bool, typer.Option("--yes", help="Mend the ledger; without, it is only shown.")] = False,
    actor: Actor = "",
) -> None:
    """After a sandbox was refreshed: let the ledger's ties lead to the records that carry their keys, and hold the rest."""
    from streak_netsuite.assembly import open_rebinding

    with open_rebinding(_netsuite_settings(), _ledger_settings()) as rebinding:
        rebound = rebinding.plan()
        typer.echo("\n".join(rebound.lines()))
        if yes:
            rebinding.carry_out(rebound, actor=actor or _login_name())
            typer.echo("mended; what people decided about duplicate customers names old ids: look it through")
        elif rebound.moved:
            typer.echo("nothing was changed; --yes does it")


@netsuite_app.command("fields")
def netsuite_fields(
    place: Annotated[str, typer.Option(help="Only of: entity, transaction, item, ...")] = "",
) -> None:
    """List the account's custom fields with their types."""
    from streak_netsuite.connectors.netsuite.field_catalogue import FieldCatalogue
    from streak_netsuite.connectors.netsuite.soap import SoapClient

    with SoapClient(_netsuite_settings()) as client:
        found = [field for field in FieldCatalogue(client).read() if place in ("", field.place)]
    table = Table("Script id", "Place", "Type", "Label", "Required", "Choices")
    for field in found:
        choices = field.choices.name if field.choices else ""
        required = "yes" if field.mandatory else ""
        table.add_row(field.script_id, field.place, field.type or "-", field.label, required, choices)
    console.print(table if found else "no custom fields")


@netsuite_app.command("wsdl")
def netsuite_wsdl(
    to: Annotated[
        Path, typer.Option(help="The directory to keep it in; 'wsdl_directory' of the connection.")
    ],
) -> None:
    """Fetch the account's WSDL and schemas into a directory, for workers that may not fetch them."""
    from streak_netsuite.connectors.netsuite.soap import SoapClient

    settings = _netsuite_settings().model_copy(update={"wsdl_directory": to})
    with SoapClient(settings) as client:
        client.schema.type("SalesOrder")
    typer.echo(f"{sum(1 for _ in to.iterdir())} files are in {to}")


@mapping_app.command("check")
def mapping_check(file: Path) -> None:
    """Check a mapping file; every fault is named with its line."""
    from streak_netsuite.mapping.spec import load_spec

    spec = load_spec(file)
    typer.echo(f"{file}: fine ('{spec.name}')")


ReportPath = Annotated[Path | None, typer.Option("--report", help="Write the report here, as one HTML page.")]
_PARQUET = ".parquet"


def _writable_sheet(path: Path | None) -> Path | None:
    """Refuse a sheet that cannot be written before anything is looked at."""
    if path is not None and path.suffix == _PARQUET and importlib.util.find_spec("polars") is None:
        raise ConfigurationError(
            "a sheet in Parquet needs polars; install it: pip install 'streak-netsuite[parquet]', or name a .csv file"
        )
    return path


SheetPath = Annotated[
    Path | None,
    typer.Option(
        "--sheet",
        help="Write all groups here, as CSV; a name that ends in .parquet makes it Parquet.",
        callback=_writable_sheet,
    ),
]


AmongOption = Annotated[
    Among, typer.Option("--among", help="Customers in NetSuite, or organizations or contacts in Streak.")
]


@duplicates_app.command("find")
def duplicates_find(
    report: ReportPath = None, sheet: SheetPath = None, among: AmongOption = Among.CUSTOMERS
) -> None:
    """Look among all customers of the NetSuite account, or in Streak. Writes to the ledger alone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        book = product.ledger.duplicates
        found = product.duplicate_search(among).run()
        _write(report, book.page(found.id))
        _write_sheet(sheet, book.sheet(found.id))
        waiting = book.count_questions(found.scope)
    typer.echo(
        f"{found.records} {among}, {found.groups} groups ({found.sure} sure); {found.new} new, {found.resolved} "
        f"resolved, {found.ignored} ignored since the last run; {waiting} pairs wait for a person: "
        f"streak-netsuite duplicates questions{'' if among is Among.CUSTOMERS else f' --among {among}'}"
    )


@duplicates_app.command("file")
def duplicates_file(
    table: Annotated[Path, typer.Argument(help="A CSV file, one record a line.")],
    against: Annotated[
        Path | None, typer.Option(help="Another file: which records of both are one, each with one partner?")
    ] = None,
    key: Annotated[
        str, typer.Option("--key", help="The column with the records' ids; lines are numbered else.")
    ] = "",
    report: ReportPath = None,
    sheet: SheetPath = None,
) -> None:
    """Look in any table of customers. Needs no connection and keeps nothing."""
    from streak_netsuite.duplicate_files import look_in_files

    found = look_in_files(
        [table] if against is None else [table, against], key=key, made_at=datetime.now(UTC)
    )
    _write(report, found.page)
    _write_sheet(sheet, found.sheet)
    typer.echo(f"{found.records} records, {found.groups} groups ({found.sure} sure)")


@duplicates_app.command("report")
def duplicates_report(
    report: ReportPath = None,
    sheet: SheetPath = None,
    run: Annotated[int | None, typer.Option(help="A run's number; the newest by default.")] = None,
) -> None:
    """List the runs, or write the report of one."""
    with _ledger() as ledger:
        book = ledger.duplicates
        runs = book.runs()
        if report is None and sheet is None:
            listed = Table("run", "among", "at", "records", "groups", "sure", "new", "resolved", "ignored")
            for one in runs:
                counts = (one.records, one.groups, one.sure, one.new, one.resolved, one.ignored)
                listed.add_row(str(one.id), one.scope, f"{one.at:%Y-%m-%d %H:%M}", *map(str, counts))
            console.print(listed)
            return
        newest = next((one.id for one in runs if one.scope != LINKS), 0)
        wanted = run if run is not None else newest
        html, csv = book.page(wanted), book.sheet(wanted)
    if html is None:
        raise ConfigurationError(
            f"the report of run {wanted} is not kept; see: streak-netsuite duplicates report, "
            "or make one: streak-netsuite duplicates find"
        )
    _write(report, html)
    _write_sheet(sheet, csv)


@duplicates_app.command("questions")
def duplicates_questions(
    limit: Annotated[int, typer.Option(min=1)] = 10, among: AmongOption = Among.CUSTOMERS
) -> None:
    """Show the pairs that wait for a person, the most informative first."""
    from streak_netsuite.flows.duplicate_text import question_text

    with _ledger() as ledger:
        asked = ledger.duplicates.questions(among.scope, limit=limit)
    typer.echo("\n\n".join(map(question_text, asked)) or "nothing waits for a person")


@duplicates_app.command("decide")
def duplicates_decide(
    left: Annotated[str, typer.Argument(help="Internal id of one customer, or key of a record in Streak.")],
    right: Annotated[str, typer.Argument(help="That of the other.")],
    said: Annotated[str, typer.Argument(help="same, different or unsure.")],
    reason: Reason,
    actor: Actor = "",
    among: AmongOption = Among.CUSTOMERS,
) -> None:
    """Say whether two records are one. It is kept, counts from the next run on, and is not asked again."""
    from streak_netsuite.sync.duplicate_case import PairName, Sameness

    try:
        pair, sameness = PairName.of(left, right), Sameness(said)
    except ValueError as error:
        raise ConfigurationError(f"{error}; say: same, different or unsure, of two records") from None
    with _ledger() as ledger:
        ledger.duplicates.decide(
            among.scope, pair, sameness, actor=actor or _login_name(), reason=reason, now=datetime.now(UTC)
        )
    typer.echo(f"{pair}: {sameness}")


@duplicates_app.command("link")
def duplicates_link(report: ReportPath = None, sheet: SheetPath = None) -> None:
    """Look which organizations in Streak are customers in NetSuite and are not tied to them. Writes to the ledger alone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        found = product.duplicate_links().look()
    _write(report, found.page)
    _write_sheet(sheet, found.sheet)
    typer.echo(
        f"{found.organizations} organizations, {found.customers} customers, {found.tied} tied; {found.links} more look like "
        f"one ({found.sure} sure): streak-netsuite duplicates tie ORGANIZATION CUSTOMER --reason ..."
    )


@duplicates_app.command("tie")
def duplicates_tie(
    organization: Annotated[str, typer.Argument(help="Key of the organization in Streak.")],
    customer: Annotated[str, typer.Argument(help="Internal id of the customer in NetSuite.")],
    reason: Reason,
    actor: Actor = "",
) -> None:
    """Tie an organization to a customer: its deals go there from now on. Writes to the ledger alone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        product.duplicate_links().tie(organization, customer, actor=actor or _login_name(), reason=reason)
    typer.echo(f"organization {organization} is customer {customer}")


@duplicates_app.command("merges")
def duplicates_merges() -> None:
    """List what people called one customer: who stays, what it takes over, what to merge, and what was. Reads only."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.merge_text import disputed_text, listed_text

    with open_product(_settings(None), read_only=True) as product:
        merges = product.customer_merges()
        texts = [listed_text(one) for one in merges.checklist()]
        disputed = disputed_text(merges.disputed())
    typer.echo("\n\n".join([*texts, *([disputed] if disputed else [])]) or "nothing is to be merged")


@duplicates_app.command("fill")
def duplicates_fill(
    customer: Annotated[str, typer.Argument(help="Internal id of the customer that stays.")],
    take: Annotated[
        list[str] | None,
        typer.Option(help="Whose value is wanted: phone=1042. What is empty is filled anyway."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it; without, it is only shown.")] = False,
    actor: Actor = "",
) -> None:
    """Give a customer the values that it lacks, from those that will be merged into it."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.merge_text import merge_text
    from streak_netsuite.sync.decision import edits_of_lines

    with open_product(_settings(None), read_only=not yes) as product:
        merges = product.customer_merges()
        merge = merges.plan_one(customer, chosen=edits_of_lines(take or []))
        typer.echo(merge_text(merge))
        if not merge.changes:
            typer.echo("it lacks nothing that the others have")
        elif yes:
            merges.accept(merge, actor=actor or _login_name())
            typer.echo(str(product.customer_fills().drain()))
        else:
            typer.echo("nothing was written; --yes writes it")


@duplicates_app.command("follow")
def duplicates_follow() -> None:
    """Let what was tied to customers that were merged in NetSuite lead to those that stayed."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        followed = product.customer_merges().follow()
    typer.echo("\n".join(map(str, followed)) or "no merge was seen that was not followed already")


@duplicates_app.command("relink")
def duplicates_relink(
    organization: Annotated[
        str, typer.Argument(help="Key of the organization that stays; without, all are listed.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write it; without, it is only shown.")] = False,
    actor: Actor = "",
) -> None:
    """Let boxes in Streak link to the organization that stays, in the place of those that are one with it."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.merge_text import organization_text

    if yes and not organization:
        raise ConfigurationError(
            "name the organization that stays: streak-netsuite duplicates relink KEY --yes"
        )
    with open_product(_settings(None), read_only=not yes) as product:
        merges = product.organization_merges()
        if not organization:
            typer.echo(
                "\n\n".join(map(organization_text, merges.plan())) or "no organizations are to be relinked"
            )
            return
        merge = merges.plan_one(organization)
        typer.echo(organization_text(merge))
        if yes and merge.relinks:
            merges.accept(merge, actor=actor or _login_name())
            typer.echo(str(product.box_relinks().drain()))
        elif merge.relinks:
            typer.echo("nothing was written; --yes writes it")


def _write(path: Path | None, text: str | None, *, encoding: str = "utf-8") -> None:
    if path is not None and text is not None:
        path.write_text(text, encoding=encoding, newline="")
        typer.echo(f"written: {path}")


def _write_sheet(path: Path | None, text: str | None) -> None:
    if path is None or text is None or path.suffix != _PARQUET:
        _write(path, text, encoding="utf-8-sig")
        return
    from assist.duplicates.report import write_parquet

    write_parquet(text, path)
    typer.echo(f"written: {path}")


@mapping_app.command("suggest")
def mapping_suggest(
    mapping: MappingFile = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Put the rules into a copy of the mapping file here; its lookups come along."),
    ] = None,
    review: Annotated[bool, typer.Option("--review", help="Those to be reviewed too.")] = False,
    again: Annotated[bool, typer.Option("--again", help="For all fields, as if nothing was mapped.")] = False,
    memory: Annotated[
        Path | None, typer.Option(help="The file in which notebooks keep what was accepted and rejected.")
    ] = None,
) -> None:
    """Suggest where Streak's fields go in NetSuite, with reasons. Writes nothing to either."""
    from assist.mapping import memory as kept
    from assist.mapping.suggestion import Band
    from streak_netsuite.assembly import open_product
    from streak_netsuite.mapping.editing import MappingFile
    from streak_netsuite.mapping_desk.desk import MappingDesk
    from streak_netsuite.mapping_desk.report import missing_text, suggestions_text

    settings = _settings(mapping)
    with open_product(settings, read_only=True) as product:
        desk = MappingDesk(product=product)
        found = desk.suggest(again=again, memory=kept.read(memory) if memory else None)
        drafts = desk.drafts(found, at_least=Band.REVIEW if review else Band.SUGGEST)
        typer.echo(suggestions_text(found, desk.targets.paths))
        typer.echo(missing_text(desk.unfilled(), drafts, desk.targets.paths))
        if into is not None:
            file = MappingFile(settings.mapping)
            for draft in drafts:
                draft.put_into(file)
            file.save(into)
            typer.echo(
                f"{len(drafts)} rules are in {into}; see: streak-netsuite plan --with {into} --days 30"
            )


@mapping_app.command("sample")
def mapping_sample(
    boxes: Annotated[list[str], typer.Argument(help="Keys of boxes.")],
    into: Annotated[Path, typer.Option(help="The folder of samples.")] = Path("mapping-samples"),
    mapping: MappingFile = None,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="Keep names, addresses and notes instead of made-up ones.")
    ] = False,
) -> None:
    """Keep deals as samples, with what the mapping makes of them now: its tests. Writes to neither side."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.mapping.sample import made_up, sample_text
    from streak_netsuite.model.deal import Deal

    with open_product(_settings(mapping), read_only=True) as product:
        found = product.streak.gather(boxes)
        into.mkdir(parents=True, exist_ok=True)
        for key in boxes:
            deal = found.get(key)
            if not isinstance(deal, Deal):
                errors.print(f"box {key}: {deal or 'there is no such box'}")
                raise typer.Exit(1)
            sample = product.sample(deal if as_it_is else made_up(deal))
            path = into / f"{key[-12:]}.yaml"
            path.write_text(sample_text(sample), encoding="utf-8")
            held = f"; held: {'; '.join(sample.expected.faults)}" if sample.expected.faults else ""
            typer.echo(f"{path}: '{deal.name}'{held}")


@mapping_app.command("test")
def mapping_test(
    samples: Annotated[Path, typer.Argument(help="The folder of samples, or one of them.")] = Path(
        "mapping-samples"
    ),
    mapping: MappingFile = None,
) -> None:
    """Try a mapping on kept samples: does it still make the same of them? Asks nobody."""
    from streak_netsuite.mapping.sample import read_sample
    from streak_netsuite.mapping.spec import load_spec

    spec = load_spec(mapping or _mapping_in_use())
    paths = sorted(samples.glob("*.yaml")) if samples.is_dir() else [samples]
    differing = 0
    for path in paths:
        told = read_sample(path).differences(spec)
        differing += bool(told)
        typer.echo(f"{'DIFFERS' if told else 'same   '}  {path.name}")
        for line in told:
            typer.echo(f"         {line}")
    typer.echo(f"{len(paths)} samples, {differing} differ")
    if differing or not paths:
        raise typer.Exit(1)


@mapping_app.command("diff")
def mapping_diff(
    other: Annotated[Path, typer.Argument(help="The mapping that is proposed.")],
    days: Annotated[int, typer.Option(min=1, help="Deals won in the last so many days.")] = 30,
    mapping: MappingFile = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a comment on a pull request.")] = False,
    values: Annotated[
        bool, typer.Option(help="Show the values of deals; without, the fields alone.")
    ] = False,
) -> None:
    """Show what another mapping would make of recent deals. Writes nothing: a write is refused before it leaves."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.mapping_effect import effect_markdown, effect_text
    from streak_netsuite.mapping.spec import load_spec

    with open_product(_settings(mapping), read_only=True) as product:
        keys = product.won_boxes(_window(None, days))
        effects = list(product.mapping_effect(load_spec(other)).compare(keys))
    typer.echo(effect_markdown(effects, values=values) if markdown else effect_text(effects))


@mapping_app.command("schema")
def mapping_schema() -> None:
    """Print the JSON Schema of mapping files, for editors."""
    import json

    from streak_netsuite.mapping.spec import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


def main() -> None:
    """Run the command; an error of ours is one line on stderr and exit code 1."""
    try:
        app()
    except StreakNetSuiteError as error:
        errors.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


@contextlib.contextmanager
def _desk() -> "Iterator[HoldDesk]":
    from streak_netsuite.flows.hold_desk import HoldDesk

    with _ledger() as ledger:
        yield HoldDesk(book=ledger, clock=lambda: datetime.now(UTC))


def _login_name() -> str:
    import getpass

    return getpass.getuser()


def _settings(mapping: Path | None) -> "Settings":
    from streak_netsuite.assembly import Settings
    from streak_netsuite.connections import streak_settings

    return Settings(
        streak=streak_settings(_connection("streak_default")),
        netsuite=_netsuite_settings(),
        ledger=_ledger_settings(),
        mapping=mapping or _mapping_in_use(),
    )


def _order_story(order_id: str) -> "OrderStory | None":
    """Return what NetSuite has of an order now; None when it is gone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        return product.netsuite.order_stories([order_id]).get(order_id)


def _mapping_in_use() -> Path:
    """Return the mapping that Airflow's tasks use, when this shell has its configuration; else the shipped one."""
    from streak_netsuite.mapping.spec import shipped_spec_path

    named = os.environ.get("AIRFLOW__STREAK_NETSUITE__MAPPING") or "deal_to_order"
    return Path(named) if named.endswith((".yaml", ".yml")) else shipped_spec_path(named)


def _netsuite_settings() -> "NetSuiteSettings":
    from streak_netsuite.connections import netsuite_settings

    return netsuite_settings(_connection("netsuite_default"))


def _ledger_settings() -> "LedgerSettings":
    from streak_netsuite.connections import ledger_settings

    return ledger_settings(_connection("streak_netsuite_ledger"))


def _webhook_keeper(former: list[str]) -> "AbstractContextManager[WebhookKeeper]":
    from streak_netsuite.assembly import open_webhooks
    from streak_netsuite.connections import streak_settings, webhook_settings

    parts = _connection("streak_default")
    return open_webhooks(streak_settings(parts), webhook_settings(parts), former_urls=former)


def _ledger() -> "Ledger":
    from streak_netsuite.ledger.ledger import Ledger

    return Ledger.connect(_ledger_settings())


def _connection(conn_id: str) -> "ConnectionParts":
    from streak_netsuite.connections import ConnectionParts

    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = os.environ.get(name)
    if not text:
        raise ConfigurationError(
            f"the command reads its connections from the environment, and {name} is not set; "
            "set it to the connection's JSON, as Airflow itself accepts it"
        )
    return ConnectionParts.from_json(conn_id, text)
