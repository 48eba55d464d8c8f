"""What changed in the pipelines since we last looked, and what of it a mapping trips over.

People rename stages and fields in Streak without asking anybody; keys stay, names move. A snapshot holds both,
as plain JSON, and everything here compares snapshots without a call.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from streak_netsuite.connectors.streak.wire import FieldWire, PipelineWire


class FieldSnapshot(TypedDict):
    """A field: its name, its type, and its options' labels by key."""

    name: str
    type: str
    options: dict[str, str]


class PipelineSnapshot(TypedDict):
    """A pipeline: its name, its stages' names by key, and its fields by key."""

    name: str
    stages: dict[str, str]
    fields: dict[str, FieldSnapshot]


Snapshot = Mapping[str, PipelineSnapshot]
"""Pipelines by key; plain JSON, so that it can be kept."""


class Kind(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RETYPED = "retyped"


class Thing(StrEnum):
    """What something happened to."""

    PIPELINE = "pipeline"
    STAGE = "stage"
    FIELD = "field"
    OPTION = "option"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """One difference between two snapshots.

    Attributes:
        place: where the thing is: "" for a pipeline, else "Sales" or "Sales / Tier", by its names of today.
        key: the thing's key, unique only in its place.
        old: its name before (its type, when that changed); "" when it was added.
        new: its name now (its type, when that changed); "" when it was removed.
    """

    kind: Kind
    thing: Thing
    place: str
    key: str
    old: str
    new: str


def snapshot(pipelines: Iterable[PipelineWire]) -> dict[str, PipelineSnapshot]:
    """Return the pipelines as a snapshot."""
    return {
        pipeline.key: PipelineSnapshot(
            name=pipeline.name,
            stages={key: stage.name for key, stage in pipeline.stages.items()},
            fields={definition.key: _field(definition) for definition in pipeline.fields},
        )
        for pipeline in pipelines
    }


def drift(before: Snapshot, after: Snapshot) -> list[Drift]:
    """Return what changed, by key. What is in a new or a removed pipeline or field is not listed one by one."""
    found = list(_names(Thing.PIPELINE, "", _pipeline_names(before), _pipeline_names(after)))
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        found += _names(Thing.STAGE, new["name"], old["stages"], new["stages"])
        found += _fields(new["name"], old["fields"], new["fields"])
    return sorted(found, key=lambda d: (d.place, d.thing, d.key, d.kind))


def _pipeline_names(pipelines: Snapshot) -> dict[str, str]:
    return {key: pipeline["name"] for key, pipeline in pipelines.items()}


def _field(definition: FieldWire) -> FieldSnapshot:
    return FieldSnapshot(name=definition.name, type=definition.type, options=definition.options)


def _names(thing: Thing, place: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Drift]:
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        kind = Kind.ADDED if was is None else Kind.REMOVED if now is None else Kind.RENAMED
        yield Drift(kind=kind, thing=thing, place=place, key=key, old=was or "", new=now or "")


def _fields(
    place: str, old: Mapping[str, FieldSnapshot], new: Mapping[str, FieldSnapshot]
) -> Iterator[Drift]:
    names = [{key: definition["name"] for key, definition in fields.items()} for fields in (old, new)]
    yield from _names(Thing.FIELD, place, *names)
    for key in old.keys() & new.keys():
        was, now = old[key], new[key]
        if was["type"] == now["type"]:
            yield from _names(Thing.OPTION, f"{place} / {now['name']}", was["options"], now["options"])
        else:
            yield Drift(
                kind=Kind.RETYPED, thing=Thing.FIELD, place=place, key=key, old=was["type"], new=now["type"]
            )
