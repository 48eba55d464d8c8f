"""Record type files on disk."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping import record_schema, rule_schema
from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.spec_file import SpecFile

SHIPPED_RECORDS = Path(__file__).parent / "shipped" / "records"


def record_file(name: str, *, folders: Sequence[Path] = ()) -> Path:
    """Return where a record type's file lies: a path as it is, a name in one of these folders or among the shipped ones.

    Raises:
        ConfigurationError: there is no such file.
    """
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    places = [*folders, SHIPPED_RECORDS]
    found = next((path for place in places if (path := place / f"{name}.yaml").is_file()), None)
    if found is None:
        known = sorted({path.stem for place in places for path in place.glob("*.yaml")})
        raise ConfigurationError(f"there is no record type '{name}'; there is {', '.join(known)}")
    return found


def is_shipped_record(path: Path) -> bool:
    """Tell whether a file is the product's own, which the next version replaces."""
    return path.resolve().is_relative_to(SHIPPED_RECORDS.resolve())


def load_record_type(path: Path | str, *, text: str | None = None) -> RecordTypeSpec:
    """Read and check a record type's file.

    Args:
        text: what would stand in the file; read from it when not given.

    Raises:
        ConfigurationError: everything that is wrong with it, each with line, key and remedy.
    """
    file = SpecFile(
        Path(path),
        what="record type file",
        models=[record_schema, rule_schema],
        reference="docs/record-types.md",
        text=text,
    )
    file.check_lookup_names()
    try:
        spec = RecordTypeSpec.model_validate(file.data)
    except ValidationError as error:
        file.add_validation_errors(error)
        raise file.error() from None
    if spec.name != file.path.stem:
        file.add(("name",), f"the file is called {file.path.name}; give both the same name")
    for place, text in spec.texts():
        try:
            Expression(text, spec.names)
        except ValueError as error:
            file.add(place, str(error))
    for place, told in spec.rule_faults():
        file.add(place, told)
    if file.faults:
        raise file.error()
    return spec
