"""Changes to a mapping file that keep its comments, its order and its look."""

import copy
import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_WIDTH = 120
_ONE_LINE = 200  # characters of a rule or table, beyond which it gets lines of its own


class MappingFile:
    """A mapping file that is being edited. Nothing is written before `save`.

    Args:
        path: of the file; it may have faults, which `save` does not let through.
        text: a draft to go on with, in place of what the file holds.

    Raises:
        ConfigurationError: it cannot be read at all.
    """

    def __init__(self, path: Path, *, text: str | None = None) -> None:
        self.path = path
        try:
            self._before = path.read_text(encoding="utf-8")
            self._data = _yaml().load(self._before if text is None else text)
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            raise ConfigurationError(f"mapping file {path} cannot be read: {error}") from error
        if not isinstance(self._data, CommentedMap):
            raise ConfigurationError(f"mapping file {path}: it holds no keys; begin with `version: 1`")

    def rule(self, target: str) -> Any:
        """Return what stands at a target such as `sales_order.fields.memo` or `sales_order.lines[0].item`, or None."""
        return self._at(_steps(target))

    def _at(self, steps: Sequence[str | int]) -> Any:
        found: Any = self._data
        for step in steps:
            found = _step(found, step)
            if found is None:
                return None
        return found

    def set_rule(self, target: str, rule: Mapping[str, Any], *, comment: str = "") -> None:
        """Put a rule at a target, in place of the one that stands there; sections that are missing are made.

        Args:
            comment: told behind the rule, on its line.

        Raises:
            ConfigurationError: the target lies in a line rule that the file does not have.
        """
        *above, last = _steps(target)
        place: Any = self._data
        for step in above:
            inside = _step(place, step)
            if inside is None:
                if isinstance(step, int):
                    raise ConfigurationError(
                        f"mapping file {self.path}: there is no '{target}' to put a rule at"
                    )
                inside = place[step] = CommentedMap()
            place = inside
        place[last] = _flow(rule)
        if comment:
            place.yaml_add_eol_comment(" ".join(comment.split()), last)

    def rule_text(self, target: str) -> str:
        """Return what stands at a target as YAML in lines of its own; "" when nothing does."""
        found = copy.deepcopy(self.rule(target))
        if found is None:
            return ""
        if isinstance(found, CommentedMap):
            found.fa.set_block_style()
        out = io.StringIO()
        _yaml().dump(found, out)
        return out.getvalue().removesuffix("...\n")

    def set_rule_text(self, target: str, text: str) -> None:
        """Put a rule that is written in YAML at a target.

        Raises:
            ConfigurationError: the text is no YAML, or holds no keys; or as `set_rule`.
        """
        try:
            rule = _yaml().load(text)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            at = f"line {mark.line + 1}: " if mark else ""
            told = getattr(error, "problem", None) or "it cannot be read"
            raise ConfigurationError(f"the rule of {target} is not valid YAML: {at}{told}") from error
        if not isinstance(rule, CommentedMap):
            raise ConfigurationError(
                f"the rule of {target} holds no keys; begin with `from:`, say `from: box.name`"
            )
        self.set_rule(target, rule)

    def remove(self, target: str) -> None:
        """Take out what stands at a target; nothing happens when nothing does."""
        *above, last = _steps(target)
        place = self._at(above)
        if isinstance(place, CommentedMap) and last in place:
            del place[last]

    def keys(self, place: str) -> list[str]:
        """Return the names that stand at a place such as `sales_order.custom_fields`; none when there is no such place."""
        found = self._at(_steps(place))
        return [str(key) for key in found] if isinstance(found, Mapping) else []

    @property
    def before(self) -> str:
        """What the file holds."""
        return self._before

    def text(self) -> str:
        """Return the file as it would be written."""
        out = io.StringIO()
        _yaml().dump(self._data, out)
        return out.getvalue()

    def save(self, path: Path | None = None) -> MappingSpec:
        """Write the file in one step, when it is without fault; return the mapping.

        Args:
            path: another file; the files that it names are copied along where they are missing. The file itself
                when not given.

        Raises:
            ConfigurationError: it has faults, each named with its line, or somebody has changed the file meanwhile;
                what is on the disk stays as it is.
        """
        place = path or self.path
        if place == self.path and self.path.read_text(encoding="utf-8") != self._before:
            raise ConfigurationError(f"{place} was changed by somebody else meanwhile; read it again")
        self._bring_files(place.parent)
        text = self.text()
        spec = load_spec(place, text=text)
        fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
        try:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        if place == self.path:
            self._before = text
        return spec

    def _bring_files(self, folder: Path) -> None:
        """Copy the files that the mapping names into another folder, where they are missing."""
        for name in self._named_files():
            mine, theirs = self.path.parent / name, folder / name
            inside = theirs.resolve().is_relative_to(folder.resolve())
            if mine.is_file() and inside and not theirs.exists():
                theirs.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(mine, theirs)

    def _named_files(self) -> Iterator[str]:
        sources = (self.rule("lookups") or {}).values()
        names = [source.get("file") for source in sources if isinstance(source, Mapping)]
        yield from (name for name in (*names, self.rule("functions")) if isinstance(name, str))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _steps(target: str) -> Sequence[str | int]:
    return [int(number) if number else name for name, number in _STEP.findall(target)]


def _step(place: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return place[step] if isinstance(place, list) and step < len(place) else None
    return place.get(step) if isinstance(place, Mapping) else None


def _flow(rule: Mapping[str, Any]) -> CommentedMap:
    """Return a rule that is written on one line, as people write it; one that is too long for that, in several."""
    made = CommentedMap()
    for key, value in rule.items():
        made[key] = _flow(value) if isinstance(value, Mapping) else value
    if len(str(dict(rule))) <= _ONE_LINE:
        made.fa.set_flow_style()
    return made
