"""Names and keys of pipelines, stages, fields and options: names for people, keys for the wire."""

from collections.abc import Iterable, Mapping
from typing import Any

from streak_netsuite.connectors.streak.names import NameBook
from streak_netsuite.connectors.streak.values import UNKNOWN_OPTION, Names, decode, reference_key
from streak_netsuite.connectors.streak.wire import FieldWire, PipelineWire, TeamWire
from streak_netsuite.model.deal import FieldValue

__all__ = ["UNKNOWN_FIELD", "Catalogue", "Names", "PartyFields", "PipelineNames", "decode"]

UNKNOWN_PIPELINE = "UNKNOWN_PIPELINE"
UNKNOWN_STAGE = "UNKNOWN_STAGE"
UNKNOWN_FIELD = "UNKNOWN_FIELD"


class PipelineNames:
    """The pipelines that a key can see, by name."""

    def __init__(self, pipelines: Iterable[PipelineWire]) -> None:
        self._catalogues = {pipeline.key: Catalogue(pipeline) for pipeline in pipelines}
        self._book = NameBook(
            {key: c.name for key, c in self._catalogues.items()},
            thing="pipeline",
            place="Streak, as far as this API key can see,",
            code=UNKNOWN_PIPELINE,
        )

    def key(self, name: str) -> str:
        """Return a pipeline's key by name or key; see `NameBook.key` for what is raised."""
        return self._book.key(name)

    def get(self, name: str) -> "Catalogue":
        """Return a pipeline's catalogue by name or key; see `NameBook.key` for what is raised."""
        return self._catalogues[self._book.key(name)]


class Catalogue:
    """One pipeline's stages, fields and options, both ways."""

    def __init__(self, pipeline: PipelineWire) -> None:
        self.key = pipeline.key
        self.name = pipeline.name
        self.team_key = pipeline.team_key
        place = f"pipeline '{pipeline.name}'"
        self._stages = {key: stage.name for key, stage in pipeline.stages.items()}
        self._fields = {f.key: f for f in pipeline.fields}
        self._stage_book = NameBook(self._stages, thing="stage", place=place, code=UNKNOWN_STAGE)
        self._field_book = NameBook(
            {f.key: f.name for f in pipeline.fields}, thing="field", place=place, code=UNKNOWN_FIELD
        )

    def knows(self, box: Mapping[str, Any]) -> bool:
        """Tell whether every stage, field and option of a box is in this copy of the catalogue."""
        if str(box.get("stageKey", "")) not in self._stages:
            return False
        fields = box.get("fields") or {}
        return all(key in self._fields and self._knows_options(key, value) for key, value in fields.items())

    def stage_name(self, stage_key: str) -> str:
        """Return a stage's name, or the key when the stage is unknown."""
        return self._stage_book.name(stage_key)

    def stage_key(self, name: str) -> str:
        """Return a stage's key by name or key; see `NameBook.key` for what is raised."""
        return self._stage_book.key(name)

    def field_name(self, field_key: str) -> str:
        """Return a field's name, or the key when the field is unknown."""
        return self._field_book.name(field_key)

    def field_key(self, name: str) -> str:
        """Return a field's key by name or key; see `NameBook.key` for what is raised."""
        return self._field_book.key(name)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(field.name for field in self._fields.values())

    def field(self, name: str) -> FieldWire:
        """Return a field's definition by name or key; see `NameBook.key` for what is raised."""
        return self._fields[self.field_key(name)]

    def option_key(self, field_name: str, label: str) -> str:
        """Return the key of a dropdown's option or of a tag; see `NameBook.key` for what is raised."""
        return self._options(field_name).key(label)

    def option_label(self, field_name: str, option_key: str) -> str:
        """Return the label of an option, or the key when the option is unknown."""
        return self._options(field_name).name(option_key)

    def references(self, fields: Mapping[str, Any], kind: str) -> set[str]:
        """Return the keys that field values of one reference type point to."""
        keys = (key for key in fields if key in self._fields and self._fields[key].type == kind)
        return {k for key in keys if (k := reference_key(fields[key]))}

    def values(self, fields: Mapping[str, Any], names: Names) -> dict[str, FieldValue]:
        """Return field values by name, in words. Fields without a value, or unknown to us, are left out."""
        known = ((self._fields[key], raw) for key, raw in fields.items() if key in self._fields)
        pairs = ((definition.name, decode(definition, raw, names)) for definition, raw in known)
        return {name: value for name, value in pairs if value is not None}

    def _options(self, field_name: str) -> NameBook:
        definition = self.field(field_name)
        place = f"field '{definition.name}' of pipeline '{self.name}'"
        return NameBook(definition.options, thing="option", place=place, code=UNKNOWN_OPTION)

    def _knows_options(self, field_key: str, value: Any) -> bool:
        definition = self._fields[field_key]
        if definition.type not in {"DROPDOWN", "TAG"}:
            return True
        keys = value if isinstance(value, list) else [value]
        return all(str(key) in definition.options for key in keys if key not in (None, ""))


class PartyFields:
    """Custom fields of contacts and organizations: Streak keeps all their values as text, and has types and options."""

    def __init__(self, team: TeamWire | None) -> None:
        # How a box's field names a person is not established, so both the key and the address are known.
        self.people = {
            identity: p.full_name or p.display_name or p.email
            for p in (team.members if team else [])
            for identity in (p.key, p.email)
            if identity
        }
        contact = team.contact_settings.fields if team else {}
        organization = team.organization_settings.fields if team else {}
        self._fields = {"contact": contact, "organization": organization}

    @property
    def fields(self) -> dict[str, list[FieldWire]]:
        """The definitions of the fields by name, by "contact" and "organization"."""
        return {
            kind: [by_name[name] for name in sorted(by_name)]
            for kind, fields in self._fields.items()
            for by_name in [{field.name: field for field in fields.values()}]
        }

    def values(self, kind: str, fields: Mapping[str, Any]) -> dict[str, FieldValue]:
        """Return the values by field name; a field unknown to us keeps its key as name."""
        known = self._fields[kind]
        return {
            known[key].name if key in known else key: _in_words(known.get(key), str(value))
            for key, value in fields.items()
            if value not in (None, "")
        }


def _in_words(definition: FieldWire | None, value: str) -> str:
    """Return a value as people read it: an option's label for its key. No page says which of both Streak sends."""
    return definition.options.get(value, value) if definition is not None else value
