"""The `streak-netsuite` command."""

import contextlib
import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from streak_netsuite.commands import flows, ledger, mapping, netsuite, records, webhooks
from streak_netsuite.commands.connected import Actor, Reason, console, errors
from streak_netsuite.commands.connected import login_name as _login_name
from streak_netsuite.commands.connected import open_ledger as _ledger
from streak_netsuite.commands.connected import settings_for as _settings
from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError
from streak_netsuite.sync.duplicate_case import LINKS, Among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streak_netsuite.flows.hold_desk import HoldDesk
    from streak_netsuite.model.order_story import OrderStory

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Keeps Streak and NetSuite telling the same story.",
    rich_markup_mode=None,
)
holds_app = typer.Typer(no_args_is_help=True, help="Records that wait for a person.")
app.add_typer(ledger.app, name="ledger")
app.add_typer(holds_app, name="holds")
app.add_typer(mapping.app, name="mapping")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(netsuite.app, name="netsuite")
duplicates_app = typer.Typer(no_args_is_help=True, help="Customers that may be one.")
app.add_typer(duplicates_app, name="duplicates")
app.add_typer(records.app, name="records")


_ALL = 100_000  # holds: more than anybody will let wait


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


app.registered_commands += flows.app.registered_commands  # at their place in the help


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
    with _ledger() as ledger:
        events = ledger.list_audit(subject=subject, limit=limit)
    for event in events:
        told = f"  {json.dumps(event.details, default=str, ensure_ascii=False)}" if details else ""
        typer.echo(f"{event.at:%Y-%m-%d %H:%M:%SZ}  {event.actor}  {event.action}  {event.subject}{told}")
    if not events:
        typer.echo(
            "nothing is in the audit" if subject is None else f"nothing is in the audit about {subject}"
        )


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
    from streak_netsuite.flows.approvals import NEEDS_APPROVAL
    from streak_netsuite.flows.approved_terms import code_of

    with _ledger() as ledger:
        hold = ledger.get_hold(hold_id)
    shown = {"shown": code_of(hold.what.payload)} if hold.code == NEEDS_APPROVAL else {}
    console.print_json(data={**hold.as_dict(), **shown})


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
        who = actor or _login_name()
        released = [
            ledger.release_open_hold(hold_id, actor=who, reason=reason, now=datetime.now(UTC))
            for hold_id in known[cause].holds
        ]
    closed = len(released) - sum(released)
    meanwhile = f"; {closed} were closed by somebody else meanwhile, and stay so" if closed else ""
    typer.echo(f"{sum(released)} records are in the inbox again{meanwhile}")


@holds_app.command("approve")
def holds_approve(
    hold_id: int,
    shown: Annotated[
        str,
        typer.Option(
            help="What `holds show` says under `shown`: nothing is approved when another order is asked for by now."
        ),
    ],
    reason: Reason,
    actor: Actor = "",
) -> None:
    """Let a deal's order be written, as long as it asks for what was shown."""
    with _desk() as desk:
        desk.approve(hold_id, shown=shown, actor=actor or _login_name(), reason=reason)
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
    from streak_netsuite.flows.hold_desk import after_dismissal

    with _ledger() as ledger:
        ledger.dismiss_hold(hold_id, actor=actor or _login_name(), reason=reason, now=datetime.now(UTC))
        held = ledger.get_hold(hold_id)
    typer.echo(f"hold {hold_id} is dismissed; {after_dismissal(held)}")


ReportPath = Annotated[Path | None, typer.Option("--report", help="Write the report here, as one HTML page.")]
_PARQUET = ".parquet"
_SHEETS = {".csv", _PARQUET}


def _writable_sheet(path: Path | None) -> Path | None:
    """Refuse a sheet that cannot be written before anything is looked at."""
    if path is not None and path.suffix not in _SHEETS:
        raise ConfigurationError(f"{path}: a sheet is CSV or Parquet; let its name end in .csv or .parquet")
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
    if against is not None:
        typer.echo(f"compared by what both tables have: {', '.join(found.compared)}")
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
    over: Annotated[str, typer.Option(help="Replace what this person has decided about them.")] = "",
) -> None:
    """Say whether two records are one. It is kept, counts from the next run on, and is not asked again."""
    from streak_netsuite.sync.duplicate_case import PairName, Sameness

    try:
        pair, sameness = PairName.of(left, right), Sameness(said)
    except ValueError as error:
        raise ConfigurationError(f"{error}; say: same, different or unsure, of two records") from None
    with _ledger() as ledger:
        ledger.duplicates.decide(
            among.scope,
            pair,
            sameness,
            actor=actor or _login_name(),
            reason=reason,
            now=datetime.now(UTC),
            over=over,
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
    over: Annotated[str, typer.Option(help="Replace what this person has decided about both.")] = "",
) -> None:
    """Tie an organization to a customer: its deals go there from now on. Writes to the ledger alone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        product.duplicate_links().tie(
            organization, customer, actor=actor or _login_name(), reason=reason, over=over
        )
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
    stays: Annotated[
        str,
        typer.Argument(metavar="KEY", help="Key of the record that stays; without, all are listed."),
    ] = "",
    among: Annotated[
        Among, typer.Option("--among", help="organizations or contacts in Streak.")
    ] = Among.ORGANIZATIONS,
    yes: Annotated[bool, typer.Option("--yes", help="Write it; without, it is only shown.")] = False,
    actor: Actor = "",
) -> None:
    """Let boxes, contacts and organizations in Streak link to the one that stays, in the place of those that are one with it."""
    from streak_netsuite.assembly import open_product
    from streak_netsuite.flows.merge_text import disputed_text, party_text

    if among is Among.CUSTOMERS:
        raise ConfigurationError("boxes link to organizations and contacts; customers: duplicates merges")
    if yes and not stays:
        raise ConfigurationError(
            f"name the {among.one} that stays: streak-netsuite duplicates relink KEY --yes"
        )
    with open_product(_settings(None), read_only=not yes) as product:
        merges = product.party_merges(among)
        if not stays:
            texts = [*map(party_text, merges.plan()), disputed_text(merges.disputed())]
            typer.echo("\n\n".join(filter(None, texts)) or f"no {among} are to be relinked")
            return
        merge = merges.plan_one(stays, survivor=stays)
        typer.echo(party_text(merge))
        if yes and merge.has_writes:
            merges.accept(merge, actor=actor or _login_name())
            typer.echo(str(product.box_relinks().drain()))
        elif merge.has_writes:
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


def _order_story(order_id: str) -> "OrderStory | None":
    """Return what NetSuite has of an order now; None when it is gone."""
    from streak_netsuite.assembly import open_product

    with open_product(_settings(None), read_only=True) as product:
        return product.netsuite.order_stories([order_id]).get(order_id)
