"""The pairs the matcher learns names from: shipped, written by us, grouped by source system and record."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.standard import target

_NONE = "x"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One source record beside one NetSuite record, and which fields belong together.

    Attributes:
        truth: for each source field's position the positions of its targets; empty when there is none.
    """

    system: str
    sources: Catalogue
    targets: Catalogue
    truth: Sequence[Collection[int]]


@cache
def _written(name: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = resources.files("assist.mapping.training").joinpath(name).read_text(encoding="utf-8")
    written: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes text of every scalar: a key `No` is text
    return written


def groups(leave_out: Collection[str] = ()) -> Iterator[Group]:
    """Yield the groups to learn from, without those of some systems (compared by first word, case aside)."""
    return _groups("pairs.yaml", leave_out)


def groups_kept_aside(leave_out: Collection[str] = ()) -> Iterator[Group]:
    """Yield the groups that tell how far to trust what was learned from the others, without those of some systems."""
    return _groups("kept_aside.yaml", leave_out)


def _groups(name: str, leave_out: Collection[str]) -> Iterator[Group]:
    out = {_first_word(name) for name in leave_out}
    for system, blocks in _written(name).items():
        if _first_word(system) in out:
            continue
        for block, pairs in blocks.items():
            source, _, record = block.partition(" > ")
            yield group(system, source, target(record), pairs)


def _first_word(name: str) -> str:
    return name.lower().split()[0] if name.strip() else ""


def group(system: str, source: str, targets: Catalogue, pairs: Mapping[str, str]) -> Group:
    """Return a group; a pair whose target is not in the catalogue belongs to nothing there."""
    record = targets.records[0]
    position = {one.id: at for at, one in enumerate(targets)}
    truth = []
    for wanted in pairs.values():
        found = None if wanted == _NONE else targets.find(record, wanted)
        truth.append({position[found.id]} if found else set())
    sources = Catalogue(system=system, fields=[Field(record=source, id=id_) for id_ in pairs])
    return Group(system=system, sources=sources, targets=targets, truth=truth)
