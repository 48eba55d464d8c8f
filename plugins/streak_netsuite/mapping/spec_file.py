"""YAML files that people write, with the lines their values stand on and what was found wrong."""

import re
from collections.abc import Hashable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.bounds import beyond_bounds
from streak_netsuite.mapping.unfit import shortened

_LARGEST_FILE = 1_000_000  # bytes
_NEAR = 70

Location = tuple[int | str, ...]


class SpecFile:
    """A file with the lines its values stand on, and what was found wrong.

    Attributes:
        what: what the file is called in messages.
        models: where the keys that may stand in it are written down.
        reference: the page that explains them.

    Args:
        text: what would stand in the file; read from it when not given.
    """

    def __init__(
        self,
        path: Path,
        *,
        what: str,
        models: Sequence[ModuleType],
        reference: str,
        text: str | None = None,
    ) -> None:
        self.path = path
        self.what = what
        self.models = models
        self.reference = reference
        self.faults: list[tuple[int, str]] = []
        self.node = _compose(path, what, text)
        self.faults += _twice(self.node)
        self.data = _construct(self.node, what, path)
        if not isinstance(self.data, dict):
            raise ConfigurationError(f"{what} {path}: it holds no keys; begin with `version: 1`")

    def read_tables(self) -> None:
        """Put the tables of lookup files where the model expects them."""
        lookups = self.data.get("lookups")
        for name, source in lookups.items() if isinstance(lookups, dict) else ():
            if isinstance(source, dict) and isinstance(source.get("file"), str):
                self._read_table(("lookups", name, "file"), source)

    def _read_table(self, location: Location, source: dict[str, Any]) -> None:
        path = self.path.parent / source["file"]
        if not path.resolve().is_relative_to(self.path.parent.resolve()):
            self.add(
                location, f"'{source['file']}' is outside the mapping file's folder; put it beside the file"
            )
            return
        try:
            node = _compose(path, self.what)
            table = _construct(node, self.what, path)
        except ConfigurationError as error:
            self.add(location, str(error))
            return
        self.faults += [(line, f"in {source['file']}: {text}") for line, text in _twice(node)]
        if "table" in source:
            self.add(location, "a lookup has a file or a table, not both; remove one")
        elif not isinstance(table, dict):
            self.add(location, f"{source['file']} holds no table; write lines like `EUR: 4`")
        else:
            source["table"] = table

    def check_lookup_names(self) -> None:
        """Find rules that name a lookup the file does not have."""
        lookups = self.data.get("lookups")
        known = [str(name) for name in lookups] if isinstance(lookups, dict) else []
        for location, name in _named_lookups(self.data):
            if name not in known:
                self.add(location, f"lookup '{name}' is unknown{_near(name, known)}; add it to lookups")

    def add_validation_errors(self, error: ValidationError) -> None:
        """Keep what the model found, in the file's own terms."""
        for details in error.errors(include_url=False):
            if details["type"] == "too_short" and details["input"]:
                continue  # its entries are there, and each has its own fault
            location = self._known_part(details["loc"])
            missing = details["type"] == "missing"
            shown = (*location, details["loc"][-1]) if missing else location
            self.add(location, self._told(details), shown)

    def error(self) -> ConfigurationError:
        """Return all faults as one error."""
        faults = sorted(set(self.faults))
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = "\n".join(f"  line {line}: {text}" for line, text in faults)
        return ConfigurationError(f"{self.what} {self.path} has {count}:\n{lines}")

    def add(self, location: Location, text: str, shown: Location | None = None) -> None:
        """Keep a fault with its place and line."""
        place = _dotted(shown or location)
        self.faults.append((_line(self.node, location), f"{place}: {text}" if place else text))

    def places(self, sections: Sequence[str]) -> dict[str, str]:
        """Return where the keys of some sections stand, by their dotted names: "deal_to_order.yaml line 41"."""
        lines = (found for name in sections for found in _lines(_child(self.node, name), (name,)))
        return {_dotted(location): f"{self.path.name} line {line}" for location, line in lines}

    def _known_part(self, location: Location) -> Location:
        """Return the location without the marks a union leaves in it."""
        kept: list[int | str] = []
        node: yaml.Node | None = self.node
        for step in location:
            below = _child(node, step)
            if below is not None:
                kept.append(step)
                node = below
        return tuple(kept)

    def _told(self, details: ErrorDetails) -> str:
        kind, context = details["type"], details.get("ctx", {})
        if kind == "extra_forbidden":
            name = str(details["loc"][-1])
            return f"the key is not known here{_near(name, self._known_keys())}; see {self.reference}"
        if kind == "missing":
            return f"the key is missing; add `{details['loc'][-1]}:`"
        if kind == "value_error":
            return str(context.get("error", details["msg"]))
        if kind in {"enum", "literal_error"}:
            return f"'{shortened(str(details['input']))}' is not allowed; write {context.get('expected')}"
        if kind == "string_pattern_mismatch":
            return f"'{shortened(str(details['input']))}' has the wrong form; it must fit {context.get('pattern')}"
        return (
            f"{details['msg'][:1].lower()}{details['msg'][1:]}; this is '{shortened(str(details['input']))}'"
        )

    def _known_keys(self) -> list[str]:
        found = [m for module in self.models for m in vars(module).values() if isinstance(m, type)]
        models = [m for m in found if issubclass(m, BaseModel)]
        return sorted({f.alias or name for model in models for name, f in model.model_fields.items()})


class _Loader(yaml.SafeLoader):
    """YAML as people read it: `No` is a word, 010 is text, 12.50 stays exact, a date stays text."""


class _QuickLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # known at run time only
    """The same, ten times as fast where libyaml is; what it cannot read, `_Loader` explains."""


def _resolvers() -> Iterator[tuple[str, str, str]]:
    yield "tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"
    yield "tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"
    yield "tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"
    yield "tag:yaml.org,2002:null", r"^(?:~|null|)$", "~n\0"


def _set_resolvers() -> None:
    for loader in (_Loader, _QuickLoader):
        loader.yaml_implicit_resolvers = {}
        for tag, pattern, first in _resolvers():
            loader.add_implicit_resolver(tag, re.compile(pattern), [c if c != "\0" else "" for c in first])
    _Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(str(node.value)))


_set_resolvers()


def _compose(path: Path, what: str, text: str | None = None) -> yaml.Node:
    try:
        text = path.read_text(encoding="utf-8-sig") if text is None else text
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{what} {path} cannot be read ({error}); check the path") from error
    if len(text) > _LARGEST_FILE:
        raise ConfigurationError(f"{what} {path} is larger than {_LARGEST_FILE} bytes; split its tables off")
    if (beyond := beyond_bounds(text)) is not None:
        raise _one_fault(what, path, *beyond)
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        told = f"not valid YAML ({error.problem}); check the indentation, and quote text that begins with a bracket"
        raise _one_fault(what, path, line, told) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{what} {path} is not valid YAML: {error}") from error
    if node is None:
        raise ConfigurationError(f"{what} {path} is empty; begin with `version: 1`")
    return node


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_QuickLoader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=_Loader)


def values_of(path: Path, text: str) -> Any:
    """Return what a text means, in plain values.

    Raises:
        ConfigurationError: it means nothing.
    """
    return _construct(_compose(path, "mapping file", text), "mapping file", path)


def _one_fault(what: str, path: Path, line: int, told: str) -> ConfigurationError:
    return ConfigurationError(f"{what} {path} has 1 fault:\n  line {line}: {told}")


def _construct(node: yaml.Node, what: str, path: Path) -> Any:
    try:
        return _Loader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or node.start_mark
        raise _one_fault(what, path, mark.line + 1, f"not readable ({error.problem})") from error
    except (ValueError, TypeError, AttributeError, LookupError) as error:  # a tag that does not fit its value
        told = f"a value does not fit its tag ({error}); take the `!!` out"
        raise _one_fault(what, path, _tagged_line(node), told) from error


def _tagged_line(node: yaml.Node) -> int:
    """Return the line of the first value that has another tag than it would have by itself."""
    return next((one.start_mark.line + 1 for one in _nodes(node) if not _has_own_tag(one)), 1)


def _has_own_tag(node: yaml.Node) -> bool:
    if not isinstance(node, yaml.ScalarNode):
        return True
    implicit = (not node.style, bool(node.style))  # a plain value has none, or an empty one
    own = _Loader("").resolve(yaml.ScalarNode, node.value, implicit)  # type: ignore[no-untyped-call]  # so the stubs have it
    return bool(own == node.tag)


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for one in part if isinstance(part, tuple) else (part,):
            yield from _nodes(one)


def _twice(node: yaml.Node, above: str = "") -> Iterator[tuple[int, str]]:
    """Yield keys that stand twice in one place: YAML itself would drop the first without a word."""
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _twice(entry, above)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        place = f"{above}.{name}" if above else name
        if (first := seen.setdefault(name, line)) != line:
            yield line, f"{place}: the key stands on line {first} already; keep one of them"
        yield from _twice(value, place)


def _lines(node: yaml.Node | None, location: Location) -> Iterator[tuple[Location, int]]:
    """Yield the keys and entries below a place, each with its line."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*location, str(key.value)), key.start_mark.line + 1
            yield from _lines(value, (*location, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield (*location, position), value.start_mark.line + 1
            yield from _lines(value, (*location, position))


def _child(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if str(key.value) == str(step)), None)
    return None


def _line(node: yaml.Node, location: Location) -> int:
    line = node.start_mark.line
    for step in location:
        if isinstance(node, yaml.MappingNode):
            line = next((k.start_mark.line for k, _ in node.value if str(k.value) == str(step)), line)
        below = _child(node, step)
        if below is None:
            break
        node = below
        line = node.start_mark.line if isinstance(step, int) else line
    return line + 1


def _named_lookups(value: Any, location: Location = ()) -> Iterator[tuple[Location, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if key == "lookup" and isinstance(entry, str):
                yield (*location, key), entry
            elif location or key in {"customer", "sales_order", "target"}:
                yield from _named_lookups(entry, (*location, str(key)))
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _named_lookups(entry, (*location, position))


def _dotted(location: Location) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _near(name: Hashable, known: list[str]) -> str:
    best = process.extractOne(str(name), known, score_cutoff=_NEAR)
    return f"; did you mean '{best[0]}'?" if best else ""
