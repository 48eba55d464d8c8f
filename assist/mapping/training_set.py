"""The training set: shipped pairs and made-up tables as rows of features.

The lexicon was written by the same hands as the pairs, so a model that saw both in full would trust the lexicon too
much. Each group, in an account with some custom fields, is therefore seen twice: as it is, and with the lexicon's entry
for a part of its pairs taken out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon.book import load
from assist.mapping.made_up_tables import tables
from assist.mapping.matcher import FEATURES
from assist.mapping.naming import Naming, Reader
from assist.mapping.pair_features import pair_features
from assist.mapping.shortlist import likeness
from assist.mapping.training_pairs import Group, groups, groups_kept_aside

_FORGOTTEN: Final = 0.2
# How often an account has a custom field for a source field: without and with a standard field to go to.
_LACKING, _HAVING = 0.7, 0.08
_CUT: Final = 0.2
_LETTERS: Final = "abcdefghijklmnoprstuvwx"
_HARD, _EASY = 25, 10
_TABLES: Final = 160
_MARKS: Final = ("custbody_", "custentity_", "custitem_", "custcol_")
# A system, whether it is as it is met, its pairs' features, and for each source field the positions of its targets.
_Cube = tuple[str, bool, NDArray[np.float32], Sequence[Collection[int]]]


@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """Rows of features with what is known of them; see `FieldMatcher.fit`.

    Attributes:
        as_met: rows of groups that were not changed to be harder.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    queries: NDArray[np.int64]
    groups: NDArray[np.str_]
    as_met: NDArray[np.bool_]


def training_set(leave_out: Collection[str] = (), *, seed: int = 0) -> TrainingSet:
    """Return the shipped training set, without the pairs of some systems."""
    rng = np.random.default_rng(seed)
    return _rows(rng, _cubes(rng, leave_out))


def kept_aside(leave_out: Collection[str] = (), *, seed: int = 0) -> TrainingSet:
    """Return the shipped systems that no names are learned from, without some; see `FieldMatcher.bend`."""
    rng = np.random.default_rng(seed)
    return _rows(rng, _cubes_kept_aside(rng, leave_out))


def _rows(rng: np.random.Generator, cubes: Iterable[_Cube]) -> TrainingSet:
    rows: list[NDArray[np.float32]] = []
    labels: list[int] = []
    queries: list[int] = []
    systems: list[str] = []
    as_met: list[bool] = []
    count = 0
    for system, met, cube, truth in cubes:
        for at, right in enumerate(truth):
            chosen = _chosen(rng, cube[at], right)
            rows.append(cube[at, chosen])
            labels += [int(column in right) for column in chosen]
            queries += [count] * len(chosen)
            systems += [system] * len(chosen)
            as_met += [met] * len(chosen)
            count += 1
    return TrainingSet(
        features=np.concatenate(rows),
        labels=np.array(labels),
        queries=np.array(queries),
        groups=np.array(systems),
        as_met=np.array(as_met),
    )


def _cubes(rng: np.random.Generator, leave_out: Collection[str]) -> Iterator[_Cube]:
    lexicon = load()
    reader = Reader(lexicon)
    known: dict[str, Sequence[Naming]] = {}
    for group in groups(leave_out):
        record = group.targets.records[0]
        if record not in known:
            known[record] = reader.read(group.targets)
        theirs = known[record]
        mine = reader.read(group.sources)
        wider, extra = _with_custom_fields(rng, group)
        everything = [*theirs, *reader.read(extra)]
        cube = pair_features(wider.sources, wider.targets, (mine, everything), lexicon)
        yield wider.system, True, cube, wider.truth
        read = _forgetful(rng, mine, everything, wider.truth)
        cube = pair_features(wider.sources, wider.targets, (mine, read), lexicon)
        yield wider.system, False, cube, wider.truth
    for table in tables(_TABLES):
        read_both = reader.read(table.sources), reader.read(table.targets)
        cube = pair_features(table.sources, table.targets, read_both, lexicon)
        yield table.system, bool(cube[..., -1].any()), cube, table.truth


def _cubes_kept_aside(rng: np.random.Generator, leave_out: Collection[str]) -> Iterator[_Cube]:
    """Yield each system twice: for an account as NetSuite ships it, and for one with some custom fields."""
    lexicon = load()
    reader = Reader(lexicon)
    for group in groups_kept_aside(leave_out):
        wider, _ = _with_custom_fields(rng, group)
        for met in (group, wider):
            read_both = reader.read(met.sources), reader.read(met.targets)
            cube = pair_features(met.sources, met.targets, read_both, lexicon)
            yield met.system, True, cube, met.truth


def _forgetful(
    rng: np.random.Generator,
    mine: Sequence[Naming],
    theirs: Sequence[Naming],
    truth: Sequence[Collection[int]],
) -> list[Naming]:
    """Return the targets as a lexicon would know them that has not heard of some of the pairs."""
    out = list(theirs)
    for one, right in zip(mine, truth, strict=True):
        for at in right:
            if rng.random() < _FORGOTTEN:
                known, usual = (
                    tuple(p for p in said if p not in one.own) for said in (out[at].known, out[at].usual)
                )
                out[at] = replace(out[at], known=known, usual=usual)
    return out


def _with_custom_fields(rng: np.random.Generator, group: Group) -> tuple[Group, Catalogue]:
    """Return a group whose account has custom fields named after some source fields, and these fields."""
    record = group.targets.records[0]
    mark = str(rng.choice(_MARKS)) + _tag(rng, group.system)
    truth = [set(right) for right in group.truth]
    extra: dict[str, Field] = {}
    for at, one in enumerate(group.sources):
        id_ = mark + _custom_name(rng, one.id)
        wanted = rng.random() < (_LACKING if not truth[at] else _HAVING)
        if wanted and id_ not in extra and group.targets.find(record, id_) is None:
            extra[id_] = Field(record=record, id=id_)
            truth[at] = {len(group.targets) + len(extra) - 1}
    added = Catalogue(system="account", fields=list(extra.values()))
    targets = Catalogue(system=group.targets.system, fields=[*group.targets.fields, *added])
    return replace(group, targets=targets, truth=truth), added


def _tag(rng: np.random.Generator, system: str) -> str:
    """Return what customizers put before the names of one project: nothing, the system, or some letters."""
    letters = "".join(map(str, rng.choice(list(_LETTERS), size=rng.integers(2, 5))))
    return str(rng.choice(["", f"{system.lower().split()[0]}_", f"{letters}_"]))


def _custom_name(rng: np.random.Generator, id_: str) -> str:
    """Return a source field's name as a custom field's script id has it: whole, run together, or cut short."""
    words = list(load().words(id_)) or [id_]
    way = rng.random()
    if way < _CUT:
        words = [word[: int(rng.integers(3, 6))] for word in words]
    return ("" if way > 1 - _CUT else "_").join(words)


def _chosen(rng: np.random.Generator, features: NDArray[np.float32], right: Collection[int]) -> list[int]:
    """Return the right columns, those most easily taken for right, and a few at random."""
    alike = likeness(features, FEATURES)
    hard = np.argsort(-alike, kind="stable")[:_HARD]
    easy = rng.choice(len(features), size=min(_EASY, len(features)), replace=False)
    return sorted({*map(int, right), *map(int, hard), *map(int, easy)})
