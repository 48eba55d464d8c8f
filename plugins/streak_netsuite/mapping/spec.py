"""Mapping files on disk."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping import flow_sections, record_sections, rule_schema, schema
from streak_netsuite.mapping.asked import unfitting
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.function import read_functions
from streak_netsuite.mapping.held import HeldBy, held_by_standard
from streak_netsuite.mapping.lookups import StaticLookups
from streak_netsuite.mapping.schema import MappingSpec, json_schema
from streak_netsuite.mapping.spec_file import SpecFile

__all__ = ["MappingSpec", "is_shipped", "json_schema", "load_spec", "shipped_spec_path"]

_SHIPPED = Path(__file__).parent / "shipped"
_MODELS = (rule_schema, record_sections, flow_sections, schema)  # what keys there are, to suggest near ones


def shipped_spec_path(name: str) -> Path:
    """Return where a mapping file that ships with the product lies.

    Raises:
        ConfigurationError: no mapping of that name ships.
    """
    path = _SHIPPED / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in _SHIPPED.glob("*.yaml")))
        raise ConfigurationError(f"no mapping '{name}' ships with the product; there is {known}")
    return path


def is_shipped(path: Path) -> bool:
    """Tell whether a file is the product's own, which the next version replaces."""
    return path.resolve().is_relative_to(_SHIPPED.resolve())


def load_spec(path: Path | str, *, text: str | None = None, held: HeldBy = held_by_standard) -> MappingSpec:
    """Read and check a mapping file and the lookup tables beside it.

    Args:
        text: what would stand in the file; read from it when not given.
        held: tells what fields of deals hold, which conditions have to fit; fields that people make are not known
            without Streak.

    Raises:
        ConfigurationError: everything that is wrong with the files, each with line, key and remedy.
    """
    file = SpecFile(Path(path), what="mapping file", models=_MODELS, reference="docs/mapping.md", text=text)
    file.read_tables()
    file.check_lookup_names()
    _check_conditions(file, held)
    try:
        spec = MappingSpec.model_validate(file.data)
    except ValidationError as error:
        file.add_validation_errors(error)
        raise file.error() from None
    spec = _with_functions(spec, file).with_places(file.places(("customer", "sales_order")))
    _check_expressions(spec, file)
    if file.faults:
        raise file.error()
    return spec


def _with_functions(spec: MappingSpec, file: SpecFile) -> MappingSpec:
    if spec.functions is None:
        return spec
    try:
        return spec.with_functions(read_functions(file.path.parent / spec.functions))
    except ConfigurationError as error:
        file.add(("functions",), str(error))
        raise file.error() from error


def _check_conditions(file: SpecFile, held: HeldBy) -> None:
    """Find conditions that ask of a field what it cannot answer: each deal that has the field would be held."""
    for section in ("customer", "sales_order", "approval"):
        for location, told in unfitting(file.data.get(section), held, (section,)):
            file.add(location, told)


def _check_expressions(spec: MappingSpec, file: SpecFile) -> None:
    """Find what shows only when the rules are compiled."""
    try:
        Engine(spec, zone=ZoneInfo("UTC"), lookups=StaticLookups(spec))
    except ConfigurationError as error:
        file.add((), str(error))
