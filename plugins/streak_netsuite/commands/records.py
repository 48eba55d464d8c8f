"""Commands about record types."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from streak_netsuite.commands.connected import (
    console,
    settings_for,
)

if TYPE_CHECKING:
    from streak_netsuite.mapping.record_schema import RecordTypeSpec

app = typer.Typer(no_args_is_help=True, help="Records of declared types: payments, custom records, your own.")
RecordTypeName = Annotated[str, typer.Argument(help="A shipped record type's name, or a file.")]
RecordFolder = Annotated[Path | None, typer.Option("--folder", help="A folder with record type files.")]


@app.command("list")
def records_list(folder: RecordFolder = None) -> None:
    """List record types: those in a folder, and those that ship."""
    from streak_netsuite.mapping.record_files import SHIPPED_RECORDS, load_record_type

    table = Table("name", "from", "to", "what")
    for place in filter(None, (folder, SHIPPED_RECORDS)):
        for path in sorted(place.glob("*.yaml")):
            spec = load_record_type(path)
            table.add_row(spec.name, spec.source.system, spec.target.system, spec.description)
    console.print(table)


@app.command("check")
def records_check(file: Path) -> None:
    """Name every fault of a record type's file with its line."""
    from streak_netsuite.mapping.record_files import load_record_type

    spec = load_record_type(file)
    typer.echo(f"{file}: record type '{spec.name}' is fine; its DAG is record_{spec.name}")


@app.command("schema")
def records_schema() -> None:
    """Print the JSON Schema of record type files, for editors."""
    from streak_netsuite.mapping.record_schema import record_json_schema

    typer.echo(json.dumps(record_json_schema(), indent=2))


@app.command("suggest")
def records_suggest(
    record_type: RecordTypeName,
    into: Annotated[
        Path | None,
        typer.Option(help="Put the rules into a copy of the file here; its name is the record type's."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, with all that was changed in it.")
    ] = False,
    review: Annotated[bool, typer.Option("--review", help="Those to be reviewed too.")] = False,
    again: Annotated[bool, typer.Option("--again", help="For all fields, as if nothing was mapped.")] = False,
) -> None:
    """Suggest where Streak's fields go in the records of a type, with reasons. Writes nothing to either side."""
    from assist.mapping.suggestion import Band
    from streak_netsuite.assembly import open_product
    from streak_netsuite.mapping.record_editing import RecordTypeFile
    from streak_netsuite.mapping.record_files import load_record_type, record_file
    from streak_netsuite.mapping_desk.record_desk import RecordDesk
    from streak_netsuite.mapping_desk.report import missing_text, suggestions_text

    file = RecordTypeFile(record_file(record_type))
    if into is not None and not force:
        file.check_free(into)
    with open_product(settings_for(None), read_only=True) as product:
        desk = RecordDesk(product=product, spec=load_record_type(file.path))
        found = desk.suggest(again=again)
        drafts = desk.drafts(found, at_least=Band.REVIEW if review else Band.SUGGEST)
        typer.echo(suggestions_text(found, desk.targets))
        typer.echo(missing_text(desk.unfilled(), drafts, desk.targets.paths))
    if into is not None:
        left = [draft for draft in drafts if not draft.put_into(file)]
        file.save(into, replace=force)
        for draft in drafts:
            for told in draft.open:
                typer.echo(f"{draft.target}{' is left out' if draft in left else ''}: {told}")
        typer.echo(f"{len(drafts) - len(left)} rules are in {into}; see: streak-netsuite plan {into}")


@app.command("plan")
def records_plan(record_type: RecordTypeName) -> None:
    """Print what a record type would write. Writes nothing: a write to a vendor is refused before it leaves."""
    from streak_netsuite.assembly import open_product

    with open_product(settings_for(None), read_only=True) as product:
        told = list(product.record_sync(_record_type(record_type)).preview())
    typer.echo("\n".join(told) or "nothing would be written")


@app.command("run")
def records_run(record_type: RecordTypeName) -> None:
    """Find what changed of a record type, and write it."""
    from streak_netsuite.assembly import open_product

    with open_product(settings_for(None)) as product:
        typer.echo(str(product.record_sync(_record_type(record_type)).run()))


def _record_type(name: str) -> "RecordTypeSpec":
    from streak_netsuite.mapping.record_files import load_record_type, record_file

    return load_record_type(record_file(name))
