"""The names a mapping uses, held against what Streak has now: what is missing, and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from streak_netsuite.connectors.streak.drift import Kind, PipelineSnapshot, Snapshot, Thing
from streak_netsuite.connectors.streak.names import near


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A name that a mapping or a setting uses.

    Attributes:
        stage: a stage of the pipeline.
        field: a field of the pipeline.
        option: an option of the field.
        type: the type the field must have; "" for any.
    """

    pipeline: str
    stage: str = ""
    field: str = ""
    option: str = ""
    type: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmet:
    """A need that Streak does not meet now.

    Attributes:
        kind: RENAMED, REMOVED (it was there before, or nothing tells that it was not), or RETYPED.
        now: the name of today when it was renamed, the type of today when that changed; else "".
        message: what is wrong, for people.
        fix: the next step, for people.
    """

    need: Need
    thing: Thing
    kind: Kind
    now: str
    message: str
    fix: str


def needed(needs: Iterable[Need], now: Snapshot, before: Snapshot | None = None) -> list[Unmet]:
    """Return the needs that are not met, each once, in their order.

    Args:
        before: a snapshot in which the names were there; with it a renaming is told from a removal.
    """
    found = (_unmet(need, now, before or {}) for need in needs)
    return list({(u.thing, u.message): u for u in found if u is not None}.values())


def _unmet(need: Need, now: Snapshot, before: Snapshot) -> Unmet | None:
    names, old_names = _pipeline_names(now), _pipeline_names(before)
    old_key = _key(old_names, need.pipeline)
    key = _key(names, need.pipeline)
    if key is None:
        return _gone(need, Thing.PIPELINE, need.pipeline, "", names, old_key)
    old = before.get(old_key) if old_key else None
    if need.stage:
        return _stage(need, now[key], old)
    return _field(need, now[key], old) if need.field else None


def _stage(need: Need, now: PipelineSnapshot, old: PipelineSnapshot | None) -> Unmet | None:
    names = now["stages"]
    if _key(names, need.stage) is not None:
        return None
    old_key = _key(old["stages"], need.stage) if old else None
    return _gone(need, Thing.STAGE, need.stage, f" of pipeline '{now['name']}'", names, old_key)


def _field(need: Need, now: PipelineSnapshot, old: PipelineSnapshot | None) -> Unmet | None:
    names = {key: definition["name"] for key, definition in now["fields"].items()}
    old_names = {key: definition["name"] for key, definition in old["fields"].items()} if old else {}
    key, old_key = _key(names, need.field), _key(old_names, need.field)
    place = f" of pipeline '{now['name']}'"
    if key is None:
        return _gone(need, Thing.FIELD, need.field, place, names, old_key)
    definition = now["fields"][key]
    if need.type and definition["type"] != need.type:
        return Unmet(
            need=need,
            thing=Thing.FIELD,
            kind=Kind.RETYPED,
            now=definition["type"],
            message=f"field '{need.field}'{place} is {definition['type']}, not {need.type}",
            fix=f"make a field of type {need.type} in Streak, or change the mapping of '{need.field}'",
        )
    if not need.option or _key(definition["options"], need.option) is not None:
        return None
    old_options = old["fields"][old_key]["options"] if old and old_key else {}
    place = f" of field '{need.field}'{place}"
    return _gone(
        need, Thing.OPTION, need.option, place, definition["options"], _key(old_options, need.option)
    )


def _gone(
    need: Need, thing: Thing, name: str, place: str, names: Mapping[str, str], old_key: str | None
) -> Unmet:
    what = f"{thing} '{name}'{place}"
    renamed = names.get(old_key, "") if old_key else ""
    if renamed:
        return Unmet(
            need=need,
            thing=thing,
            kind=Kind.RENAMED,
            now=renamed,
            message=f"{what} was renamed '{renamed}'",
            fix=f"write '{renamed}' in the mapping, or rename it back in Streak",
        )
    return Unmet(
        need=need,
        thing=thing,
        kind=Kind.REMOVED,
        now="",
        message=f"{what} {'was removed' if old_key else 'does not exist'}",
        fix=_advice(thing, name, near(name, names.values())),
    )


def _advice(thing: Thing, name: str, close: Sequence[str]) -> str:
    meant = f"if '{close[0]}' is meant, write that in the mapping; else " if close else ""
    return f"{meant}make the {thing} '{name}' in Streak, or take it out of the mapping"


def _pipeline_names(pipelines: Snapshot) -> dict[str, str]:
    return {key: pipeline["name"] for key, pipeline in pipelines.items()}


def _key(names: Mapping[str, str], wanted: str) -> str | None:
    """Return the key of a name or key; letters may differ by case, as in the catalogue."""
    exact = next((key for key, name in names.items() if wanted in (key, name)), None)
    folded = wanted.strip().casefold()
    return exact or next((key for key, name in names.items() if name.strip().casefold() == folded), None)
