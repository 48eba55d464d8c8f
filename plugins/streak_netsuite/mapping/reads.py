"""What a rule reads of a deal, however it reads it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.function import function_paths
from streak_netsuite.mapping.rule_schema import FieldRule
from streak_netsuite.mapping.schema import MappingSpec

FunctionPaths = Mapping[str, Sequence[str]]


def paths_of(rule: Mapping[str, Any] | FieldRule, functions: FunctionPaths) -> tuple[str, ...]:
    """Return the paths that a rule reads: by name, in expressions and conditions, and in functions.

    Args:
        rule: of a mapping, or as its file has it, which may have faults.
        functions: what each function of the mapping's file reads.
    """
    plain = rule.model_dump(by_alias=True, exclude_none=True) if isinstance(rule, FieldRule) else rule
    return tuple(dict.fromkeys(_paths(plain, functions)))


def _paths(rule: Mapping[str, Any], functions: FunctionPaths) -> Iterator[str]:
    if isinstance(rule.get("from"), str):
        yield str(rule["from"])
    for key in ("expression", "when"):
        if isinstance(rule.get(key), str):
            yield from _in_expression(str(rule[key]))
    yield from functions.get(str(rule.get("function")), ())
    alternatives = rule.get("first_of")
    if isinstance(alternatives, Sequence) and not isinstance(alternatives, str):
        for one in alternatives:
            if isinstance(one, Mapping):
                yield from _paths(one, functions)


def _in_expression(text: str) -> tuple[str, ...]:
    try:
        return Expression(text).paths
    except ValueError:
        return ()  # the file's faults tell it


def functions_in(path: Path) -> FunctionPaths:
    """Return what the functions of a file read; none when it cannot be read."""
    try:
        return function_paths(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def functions_of(spec: MappingSpec) -> FunctionPaths:
    """Return what the functions of a mapping read."""
    files = {getattr(one, "__code__").co_filename for one in spec.known_functions.values()}  # noqa: B009 - all are defined in the file
    return {name: paths for file in files for name, paths in functions_in(Path(file)).items()}
