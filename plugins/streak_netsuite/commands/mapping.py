"""Commands about mapping files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streak_netsuite.commands.connected import (
    MappingFile,
    errors,
    mapping_in_use,
    settings_for,
    window_of,
)
from streak_netsuite.errors import ConfigurationError

if TYPE_CHECKING:
    from streak_netsuite.mapping.editing import MappingFile as EditedFile

app = typer.Typer(no_args_is_help=True, help="Mapping files.")


@app.command("check")
def mapping_check(file: Path) -> None:
    """Check a mapping file; every fault is named with its line."""
    from streak_netsuite.mapping.spec import load_spec

    spec = load_spec(file)
    typer.echo(f"{file}: fine ('{spec.name}')")


@app.command("suggest")
def mapping_suggest(
    mapping: MappingFile = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Put the rules into a copy of the mapping file here; its lookups come along."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, with all that was changed in it.")
    ] = False,
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

    file = MappingFile(mapping or mapping_in_use())
    if into is not None and not force:
        _check_free(file, into)
    settings = settings_for(file.path)
    with open_product(settings, read_only=True) as product:
        desk = MappingDesk(product=product)
        found = desk.suggest(again=again, memory=kept.read(memory) if memory else None)
        drafts = desk.drafts(found, at_least=Band.REVIEW if review else Band.SUGGEST)
        typer.echo(suggestions_text(found, desk.targets))
        typer.echo(missing_text(desk.unfilled(), drafts, desk.targets.paths))
        if into is not None:
            left = [draft for draft in drafts if not draft.put_into(file)]
            file.save(into, replace=force)
            for told in file.unkept:
                typer.echo(f"{settings.mapping.name} {told}")
            for draft in drafts:
                for told in draft.open:
                    typer.echo(f"{draft.target}{' is left out' if draft in left else ''}: {told}")
            typer.echo(
                f"{len(drafts) - len(left)} rules are in {into}; see: streak-netsuite plan --with {into} --days 30"
            )


def _check_free(file: "EditedFile", into: Path) -> None:
    try:
        file.check_free(into)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{error}; go on from it with --with {into} --into {into}, name another file, or begin anew with --force"
        ) from error


@app.command("sample")
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

    with open_product(settings_for(mapping), read_only=True) as product:
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


@app.command("test")
def mapping_test(
    samples: Annotated[Path, typer.Argument(help="The folder of samples, or one of them.")] = Path(
        "mapping-samples"
    ),
    mapping: MappingFile = None,
) -> None:
    """Try a mapping on kept samples: does it still make the same of them? Asks nobody."""
    from streak_netsuite.mapping.sample import read_sample
    from streak_netsuite.mapping.spec import load_spec

    spec = load_spec(mapping or mapping_in_use())
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


@app.command("diff")
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

    with open_product(settings_for(mapping), read_only=True) as product:
        keys = product.won_boxes(window_of(None, days))
        effects = list(product.mapping_effect(load_spec(other)).compare(keys))
    typer.echo(effect_markdown(effects, values=values) if markdown else effect_text(effects))


@app.command("schema")
def mapping_schema() -> None:
    """Print the JSON Schema of mapping files, for editors."""
    from streak_netsuite.mapping.spec import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
