"""Names and keys of a pipeline: labels for people, keys for the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.streak.wire import FieldWire, PipelineWire, TeamWire
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.deal import FieldValue

UNKNOWN_FIELD = "UNKNOWN_FIELD"
_REFERENCES = {"PERSON", "TEAM_CONTACT", "TEAM_ORGANIZATION"}


@dataclass(frozen=True, kw_only=True)
class Names:
    """Display names of the records that field values point to, by key."""

    people: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Return the display name, or the key itself when it is not known."""
        return self.people.get(key) or self.parties.get(key) or key


class Catalogue:
    """One pipeline's stages, fields and options, both ways."""

    def __init__(self, pipeline: PipelineWire) -> None:
        self.key = pipeline.key
        self.name = pipeline.name
        self.team_key = pipeline.team_key
        self._stages = {key: stage.name for key, stage in pipeline.stages.items()}
        self._fields = {f.key: f for f in pipeline.fields}
        self._keys = {f.name: f.key for f in pipeline.fields}

    def knows(self, box: Mapping[str, Any]) -> bool:
        """Tell whether every stage, field and option of a box is in this copy of the catalogue."""
        if str(box.get("stageKey", "")) not in self._stages:
            return False
        fields = box.get("fields") or {}
        return all(key in self._fields and self._knows_options(key, value) for key, value in fields.items())

    def stage_name(self, stage_key: str) -> str:
        """Return a stage's name, or the key when the stage is unknown."""
        return self._stages.get(stage_key, stage_key)

    def field_key(self, name: str) -> str:
        """Return the key of a field by name.

        Raises:
            RejectedByVendor: the pipeline has no such field; the message names those it has.
        """
        try:
            return self._keys[name]
        except KeyError:
            known = ", ".join(sorted(self._keys))
            raise RejectedByVendor(
                f"pipeline '{self.name}' has no field '{name}'; it has {known}",
                code=UNKNOWN_FIELD,
                field=name,
                fix=f"add the field '{name}' to the pipeline in Streak, or change the mapping",
            ) from None

    def references(self, fields: Mapping[str, Any], kind: str) -> set[str]:
        """Return the keys that field values of one reference type point to."""
        keys = (key for key in fields if key in self._fields and self._fields[key].type == kind)
        return {k for key in keys if (k := _reference_key(fields[key]))}

    def values(self, fields: Mapping[str, Any], names: Names) -> dict[str, FieldValue]:
        """Return field values by name, in words. Fields without a value, or unknown to us, are left out."""
        known = ((self._fields[key], raw) for key, raw in fields.items() if key in self._fields)
        pairs = ((definition.name, decode(definition, raw, names)) for definition, raw in known)
        return {name: value for name, value in pairs if value is not None}

    def _knows_options(self, field_key: str, value: Any) -> bool:
        definition = self._fields[field_key]
        if definition.type not in {"DROPDOWN", "TAG"}:
            return True
        keys = value if isinstance(value, list) else [value]
        return all(str(key) in definition.options for key in keys if key not in (None, ""))


class PartyFields:
    """Custom fields of contacts and organizations: Streak keeps all their values as text."""

    def __init__(self, team: TeamWire | None) -> None:
        self.people = (
            {p.email: p.full_name or p.display_name or p.email for p in team.members} if team else {}
        )
        contact = team.contact_settings.fields if team else {}
        organization = team.organization_settings.fields if team else {}
        self._names = {
            "contact": {key: f.name for key, f in contact.items()},
            "organization": {key: f.name for key, f in organization.items()},
        }

    def values(self, kind: str, fields: Mapping[str, Any]) -> dict[str, FieldValue]:
        """Return the values by field name; a field unknown to us keeps its key as name."""
        names = self._names[kind]
        return {names.get(key, key): str(value) for key, value in fields.items() if value not in (None, "")}


def decode(definition: FieldWire, raw: Any, names: Names) -> FieldValue | None:
    """Return a box field's value in words, or None when there is none.

    Encodings as documented for Streak's field values; a value that does not have the form its type
    documents is passed on as text, so that the mapping names it instead of losing it.
    """
    if raw is None or raw == "" or raw == []:
        return None
    decoder = _DECODERS.get(definition.type)
    value = decoder(definition, raw) if decoder else None
    if value is not None:
        return value
    if definition.type in _REFERENCES:
        return names.of(_reference_key(raw) or str(raw))
    return _plain(raw)


def _decode_date(_: FieldWire, raw: Any) -> FieldValue | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        return datetime.fromtimestamp(raw / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):  # a year that no calendar has
        return None


def _decode_checkbox(_: FieldWire, raw: Any) -> FieldValue | None:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False}.get(str(raw).lower())


def _decode_dropdown(definition: FieldWire, raw: Any) -> FieldValue | None:
    return definition.options.get(str(raw))


def _decode_tags(definition: FieldWire, raw: Any) -> FieldValue | None:
    keys = raw if isinstance(raw, list) else [raw]
    return tuple(definition.options.get(str(key), str(key)) for key in keys)


_DECODERS = {
    "DATE": _decode_date,
    "CHECKBOX": _decode_checkbox,
    "DROPDOWN": _decode_dropdown,
    "TAG": _decode_tags,
}


def _plain(raw: Any) -> FieldValue:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float):
        return Decimal(str(raw))
    if isinstance(raw, list):
        return tuple(str(entry) for entry in raw)
    return str(raw)


def _reference_key(raw: Any) -> str | None:
    """Return the key a reference value holds. The wire form is not established: text, object and list are read."""
    if isinstance(raw, list):
        raw = raw[0] if raw else None
    if isinstance(raw, Mapping):
        raw = raw.get("key") or raw.get("userKey") or raw.get("email")
    return raw if isinstance(raw, str) and raw else None
