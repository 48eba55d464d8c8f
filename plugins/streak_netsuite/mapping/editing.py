"""Changes to a mapping file that keep its comments, its order and its look."""

import copy
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.bounds import beyond_bounds
from streak_netsuite.mapping.comments import Place, put_tail, says_anything, tail_of, without_tail
from streak_netsuite.mapping.flow_comments import Comment, with_own_lines
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping.spec_file import values_of
from streak_netsuite.mapping.spelling import SpellingConstructor, SpellingRepresenter
from streak_netsuite.mapping.unfit import shortened
from streak_netsuite.mapping.writing import write_over

# a byte order mark; comments, directives and empty lines above `---`, where it has a line of its own
_ABOVE = re.compile(r"\ufeff?(?:(?:[ \t]*(?:#[^\n]*)?\n|%[^\n]*\n)*---[ \t]*(?:[ \t]#[^\n]*)?\n)?")
_BEHIND = re.compile(r"^\.\.\.[ \t]*(?:[ \t]#[^\n]*)?\n?(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*\Z", re.MULTILINE)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_WIDTH = 120
_ONE_LINE = 200  # characters of a rule or table, beyond which it gets lines of its own
_FIRST = ("from", "value", "expression", "function", "first_of")  # where a value comes from is read first

Step = str | int
SpecT = TypeVar("SpecT")


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
            written = self._before if text is None else text
            if (beyond := beyond_bounds(written)) is not None:
                raise ConfigurationError(f"mapping file {path} has 1 fault:\n  line {beyond[0]}: {beyond[1]}")
            kept, self._lost = with_own_lines(written)
            self._around = _Around.of(kept)
            self._data = _yaml().load(self._around.inside(kept))
        except (OSError, ValueError, YAMLError) as error:  # UnicodeDecodeError, too
            raise ConfigurationError(f"mapping file {path} cannot be read: {error}") from error
        if not isinstance(self._data, CommentedMap):
            raise ConfigurationError(f"mapping file {path}: it holds no keys; begin with `version: 1`")

    @property
    def unkept(self) -> list[str]:
        """The comments that an edited file loses, each with its line: they stand where YAML gives them no place."""
        return [_not_kept(one) for one in self._lost]

    def rule(self, target: str) -> Any:
        """Return what stands at a target such as `sales_order.fields.memo` or `sales_order.lines[0].item`, or None."""
        return self._at(_steps(target))

    def _at(self, steps: Sequence[Step]) -> Any:
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
            ConfigurationError: the target lies beyond the entry that would be the next of its list.
        """
        steps = _steps(target)
        self._made(steps[:-1], target)
        self._put(steps, _flow(rule), target)
        if comment:
            place = self._at(steps[:-1])
            put_tail(place, steps[-1], f"# {' '.join(comment.split())}", tail_of(place, steps[-1]).below)

    def set_part(self, target: str, at: Sequence[Step], value: Any) -> None:
        """Put a value at a place inside a rule; all else of the rule stays as people wrote it.

        Args:
            at: the way from the rule to the value: `("transform", 0, "regex", "pattern")`; none for the rule itself.
            value: plain; None takes out what stands there, and a list that is empty then.

        Raises:
            ConfigurationError: as `set_rule`.
        """
        steps = (*_steps(target), *at)
        written = self._as_written(steps)
        if value is None:
            self._take_out((*steps[:-1], written), len(steps) - len(at))
            return
        self._made(steps[:-1], target)
        other = self._other_source(steps) if _is_source(target, at) else None
        other = written if written != steps[-1] else other
        if other is not None:
            Place(self._at(steps[:-1])).rename(other, steps[-1], _node(value))
        else:
            self._put(steps, _node(value), target, merge=True)

    def move_part(self, target: str, at: Sequence[Step], to: int) -> None:
        """Move an entry of a list inside a rule; it takes along what is said about it.

        Args:
            at: the way from the rule to the entry: `("transform", 0)`.
            to: its place when it is moved, from 0.

        Raises:
            ConfigurationError: there is no such entry, or no such place.
        """
        steps = (*_steps(target), *at)
        place, last = self._place(steps[:-1]), steps[-1]
        listed = place.inside
        if not isinstance(last, int) or not isinstance(listed, list) or max(last, to) >= len(listed):
            raise ConfigurationError(f"mapping file {self.path}: there is no '{target}' to move a part of")
        place.move(last, to)

    def _place(self, steps: Sequence[Step]) -> Place:
        if not steps:
            return Place(self._data)
        return Place(self._at(steps), self._at(steps[:-1]), steps[-1])

    def _as_written(self, steps: Sequence[Step]) -> Any:
        """Return the last key of a way as the file has it: YAML reads the one of `30: 5` as a number."""
        last, place = steps[-1], self._at(steps[:-1])
        if not isinstance(last, str) or not isinstance(place, Mapping) or last in place:
            return last
        return next((key for key in place if str(key) == last), last)

    def _other_source(self, steps: Sequence[Step]) -> str | None:
        rule = self._at(steps[:-1])
        if not isinstance(rule, Mapping) or steps[-1] in rule:
            return None
        return next((key for key in _FIRST if key in rule), None)

    def _made(self, steps: Sequence[Step], target: str) -> None:
        """Make what is missing on the way to a place: a list where a number follows."""
        for end, following in enumerate((*steps[1:], ""), start=1):
            if not isinstance(self._at(steps[:end]), CommentedMap | CommentedSeq):
                inside = CommentedSeq() if isinstance(following, int) else CommentedMap()
                self._put(steps[:end], inside, target)

    def _put(self, steps: Sequence[Step], value: Any, target: str, *, merge: bool = False) -> None:
        place, step = self._place(steps[:-1]), steps[-1]
        inside = place.inside
        fits = isinstance(inside, CommentedSeq if isinstance(step, int) else CommentedMap)
        if not fits or (isinstance(step, int) and step > len(inside)):
            raise ConfigurationError(f"mapping file {self.path}: there is no '{target}' to put a rule at")
        if step in (inside if isinstance(inside, Mapping) else range(len(inside))):
            (place.merge if merge else place.replace)(step, value)
        elif step in _FIRST:
            place.insert(1 if "type" in inside else 0, step, value)
        else:
            place.insert(len(inside), step, value)

    def _take_out(self, steps: Sequence[Step], rule_at: int) -> None:
        for end in range(len(steps), rule_at, -1):
            place = self._place(steps[: end - 1])
            _drop(place, steps[end - 1])
            if place.inside or not isinstance(place.inside, list):
                return

    def rule_text(self, target: str) -> str:
        """Return what stands at a target as YAML in lines of its own; "" when nothing does."""
        found = copy.deepcopy(self.rule(target))
        if found is None:
            return ""
        found = without_tail(found)
        if isinstance(found, CommentedMap):
            found.fa.set_block_style()
        out = io.StringIO()
        _yaml().dump(found, out)
        return out.getvalue().removesuffix("...\n").lstrip(" ")

    def set_rule_text(self, target: str, text: str) -> None:
        """Put a rule that is written in YAML at a target.

        Raises:
            ConfigurationError: the text is no YAML, holds no keys, or a comment that would be lost; or as `set_rule`.
        """
        if (beyond := beyond_bounds(text)) is not None:
            raise ConfigurationError(f"the rule of {target}: line {beyond[0]}: {beyond[1]}")
        try:
            kept, lost = with_own_lines(text)
            rule = _yaml().load(kept)
        except (ValueError, YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            at = f"line {mark.line + 1}: " if mark else ""
            told = getattr(error, "problem", None) or "it cannot be read"
            raise ConfigurationError(f"the rule of {target} is not valid YAML: {at}{told}") from error
        if not isinstance(rule, CommentedMap):
            raise ConfigurationError(
                f"the rule of {target} holds no keys; begin with `from:`, say `from: box.name`"
            )
        if lost:
            raise ConfigurationError(f"the rule of {target}: {_not_kept(lost[0])}")
        if not says_anything(rule):
            self.set_rule(target, rule)
            return
        rule.fa.set_block_style()  # a comment needs a line of its own
        steps = _steps(target)
        self._made(steps[:-1], target)
        self._put(steps, rule, target)

    def remove(self, target: str) -> None:
        """Take out what stands at a target; nothing happens when nothing does."""
        *above, last = _steps(target)
        _drop(self._place(above), last)

    def keys(self, place: str) -> list[str]:
        """Return the names that stand at a place such as `sales_order.custom_fields`; none when there is no such place."""
        found = self._at(_steps(place))
        return [str(key) for key in found] if isinstance(found, Mapping) else []

    def count(self, place: str) -> int:
        """Return how many entries the list at a place such as `sales_order.lines` has."""
        found = self._at(_steps(place))
        return len(found) if isinstance(found, list) else 0

    @property
    def before(self) -> str:
        """What the file holds."""
        return self._before

    def text(self) -> str:
        """Return the file as it would be written."""
        out = io.StringIO()
        _yaml().dump(self._data, out)
        return f"{self._around.before}{out.getvalue()}{self._around.behind}"

    def save(self, path: Path | None = None, *, replace: bool = False) -> MappingSpec:
        """Write the file in one step, when it is without fault; return the mapping.

        Args:
            path: another file; the files that it names are copied along where they are missing. The file itself
                when not given.
            replace: whether another file that is there already may be replaced, with all that people changed in it.

        Raises:
            ConfigurationError: it has faults, each named with its line, somebody has changed the file meanwhile, or
                another one is there already; what is on the disk stays as it is.
        """
        return self._saved(path, load_spec, replace=replace)

    def _saved(self, path: Path | None, load: Callable[..., SpecT], *, replace: bool) -> SpecT:
        place = path or self.path
        if self._is_own(place) and self.path.read_text(encoding="utf-8") != self._before:
            raise ConfigurationError(f"{place} was changed by somebody else meanwhile; read it again")
        if not replace:
            self.check_free(place)
        self._check_kept()
        self._bring_files(place.parent)
        text = self.text()
        spec = load(place, text=text)
        write_over(place, text, like=self.path)
        if self._is_own(place):
            self._before = text
        return spec

    def _check_kept(self) -> None:
        """Check that all of the file would be written back with the meaning that it has."""
        try:
            was = values_of(self.path, self._before)
        except ConfigurationError:
            return  # what has no meaning yet has none to lose
        again = values_of(self.path, MappingFile(self.path, text=self._before).text())
        lost = next((name for name in was if was[name] != again.get(name)), None)
        if lost is not None:
            raise ConfigurationError(
                f"{self.path}: a text in `{lost}` would be saved with another meaning; quote it, or put it on several lines"
            )

    def check_free(self, path: Path) -> None:
        """Check that saving to a path replaces no other file.

        Raises:
            ConfigurationError: another one is there.
        """
        if path.exists() and not self._is_own(path):
            raise ConfigurationError(
                f"{path} is there already, and would be replaced with all that was changed in it"
            )

    def _is_own(self, path: Path) -> bool:
        there = path.exists() and self.path.exists()
        return path == self.path or (there and path.samefile(self.path))

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


def _not_kept(comment: Comment) -> str:
    return (
        f"line {comment.line}: the comment '{shortened(comment.text)}' stands inside brackets with an anchor, a tag or a text of "
        "several lines, and is lost with a change; put it on a line of its own above"
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a document: comments above its `---`, and what is below its `...`."""

    before: str = ""
    behind: str = ""

    @classmethod
    def of(cls, text: str) -> "_Around":
        behind = _BEHIND.search(text)
        above = _ABOVE.match(text)
        return cls(above[0] if above else "", behind[0] if behind else "")

    def inside(self, text: str) -> str:
        return text.removeprefix(self.before).removesuffix(self.behind)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Constructor, yaml.Representer = SpellingConstructor, SpellingRepresenter
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _steps(target: str) -> Sequence[Step]:
    return [int(number) if number else name for name, number in _STEP.findall(target)]


def _step(place: Any, step: Step) -> Any:
    if isinstance(step, int):
        return place[step] if isinstance(place, list) and step < len(place) else None
    return place.get(step) if isinstance(place, Mapping) else None


def _drop(place: Place, step: Step) -> None:
    inside = place.inside
    if (isinstance(inside, Mapping) and step in inside) or _step(inside, step) is not None:
        place.take_out(step)


def _is_source(target: str, at: Sequence[Step]) -> bool:
    """Tell whether a part is where a rule, or one of its alternatives, has its value from: it has exactly one."""
    is_rule = len(at) == 1 or (len(at) == 3 and at[0] == "first_of")
    return is_rule and at[-1] in _FIRST and not target.startswith("lookups.")


def _node(value: Any) -> Any:
    """Return a plain value as it is written into a rule: on the line that it stands on."""
    if isinstance(value, Mapping):
        made = CommentedMap((key, _node(one)) for key, one in value.items())
        made.fa.set_flow_style()
        return made
    if isinstance(value, list | tuple):
        listed = CommentedSeq(_node(one) for one in value)
        listed.fa.set_flow_style()
        return listed
    return value


def _flow(rule: Mapping[str, Any]) -> CommentedMap:
    """Return a rule that is written on one line, as people write it; one that is too long for that, in several."""
    made = CommentedMap()
    for key, value in rule.items():
        made[key] = _flow(value) if isinstance(value, Mapping) else value
    if len(str(dict(rule))) <= _ONE_LINE:
        made.fa.set_flow_style()
    return made
