"""The state of one Streak team: plain JSON objects in the shapes of the API, and what happens when they change."""

import base64
import copy
import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from streak_netsuite.sandbox.streak.errors import not_found, refuse

Json = dict[str, Any]
Listener = Callable[[str, str, Json], None]
"""Called with event name, scope key (pipeline or team) and the changed object."""

_KEY_LENGTH = 81  # bytes before base64: keys of about 108 characters, as real ones


class Store:
    """Everything a team has.

    Args:
        clock: the server's time, aware.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._listener: Listener = lambda *_: None
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._serial = itertools.count(1)
        self._last_ms = 0
        self.user: Json = {}
        self.team: Json = {}
        self.pipelines: dict[str, Json] = {}
        self.boxes: dict[str, Json] = {}
        self.contacts: dict[str, Json] = {}
        self.organizations: dict[str, Json] = {}
        self.comments: dict[str, Json] = {}
        self.tasks: dict[str, Json] = {}
        self.meetings: dict[str, Json] = {}
        self.webhooks: dict[str, Json] = {}
        self._boxes_of: dict[str, dict[str, Json]] = {}

    def listen(self, listener: Listener) -> None:
        """Have changes told to a listener."""
        self._listener = listener

    def now_ms(self) -> int:
        """Return the time in ms; no two changes share one, so that a version is a version."""
        self._last_ms = max(self._last_ms + 1, int(self._clock().timestamp() * 1000))
        return self._last_ms

    def new_key(self, kind: str) -> str:
        """Return an opaque, URL-safe key of mixed case. Every second one differs from the one before by case alone."""
        number = next(self._serial)
        seed = hashlib.sha256(f"{kind} {(number + 1) // 2}".encode()).digest()
        text = base64.urlsafe_b64encode((seed * 3)[:_KEY_LENGTH]).decode().rstrip("=")
        return "agxz" + (text.swapcase() if number % 2 == 0 else text)

    # --- pipelines -----------------------------------------------------------------------------------

    def add_pipeline(self, name: str, stages: Iterable[str], fields: Iterable[Json] = ()) -> Json:
        """Add a pipeline with its stages and fields."""
        now = self.now_ms()
        keyed = {str(5001 + n): {"key": str(5001 + n), "name": stage} for n, stage in enumerate(stages)}
        pipeline: Json = {
            "teamKey": self.team["key"],
            "creatorKey": self.user["key"],
            "name": name,
            "stages": keyed,
            "stageOrder": list(keyed),
            "fields": list(fields),
            "creationTimestamp": now,
            "lastUpdatedTimestamp": now,
            "lastSavedTimestamp": now,
        }
        key = self.new_key("pipeline")
        pipeline |= {"key": key, "pipelineKey": key}
        self.pipelines[key] = pipeline
        self._boxes_of[key] = {}
        return pipeline

    def pipeline(self, key: str) -> Json:
        """Return a pipeline or refuse."""
        if key not in self.pipelines:
            raise not_found()
        return self.pipelines[key]

    def pipeline_named(self, name: str) -> Json:
        """Return a pipeline by name or key."""
        found = [p for p in self.pipelines.values() if name in {p["name"], p["key"]}]
        if not found:
            raise not_found()
        return found[0]

    def stage_key(self, pipeline: Json, name: str) -> str:
        """Return a stage's key by name or key."""
        for key, stage in pipeline["stages"].items():
            if name in {key, stage["name"]}:
                return str(key)
        raise refuse(f"Unknown stage {name}")

    # --- boxes ---------------------------------------------------------------------------------------

    def boxes_of(self, pipeline_key: str) -> list[Json]:
        """Return a pipeline's boxes in the order they were made."""
        self.pipeline(pipeline_key)
        return list(self._boxes_of[pipeline_key].values())

    def box(self, key: str) -> Json:
        """Return a box or refuse."""
        if key not in self.boxes:
            raise not_found()
        return self.boxes[key]

    def shown_box(self, key: str) -> Json:
        """Return a box as the API shows it: formulas computed, empty values left out."""
        box = copy.deepcopy(self.box(key))
        pipeline = self.pipelines[box["pipelineKey"]]
        for definition in pipeline["fields"]:
            if definition["type"] == "FORMULA":
                value = _formula(definition, box["fields"], pipeline)
                if value is not None:
                    box["fields"][definition["key"]] = value
        for name in ("contacts", "organizations"):
            if not box.get(name):
                box.pop(name, None)
        return box

    def add_box(self, pipeline: Json, values: Mapping[str, Any], *, quiet: bool = False) -> Json:
        """Add a box; `values` as the API's create call takes them."""
        if not values.get("name"):
            raise refuse("Box name is required")
        now = self.now_ms()
        stage = self.stage_key(pipeline, str(values.get("stageKey") or pipeline["stageOrder"][0]))
        key = self.new_key("box")
        sharing = {
            "userKey": self.user["key"],
            "email": self.user["email"],
            "fullName": self.user["displayName"],
        }
        box: Json = {
            "key": key,
            "boxKey": key,
            "pipelineKey": pipeline["key"],
            "creatorKey": self.user["key"],
            "name": str(values["name"]),
            "notes": str(values.get("notes") or ""),
            "stageKey": stage,
            "fields": {},
            "creationTimestamp": now,
            "lastUpdatedTimestamp": now,
            "lastStageChangeTimestamp": now,
            "lastSavedTimestamp": now,
            "creationSourceType": "HUMAN",
            "assignedToSharingEntries": [sharing],
            "creatorSharingEntry": sharing,
            "followerKeys": [self.user["key"]],
            "linkedBoxKeys": [],
            "stageHistoryEntries": [{"stageKey": stage, "lastEntryToStageTs": now}],
            "commentCount": 0,
        }
        self._check_fields(pipeline, values.get("fields") or {})
        box["fields"] = dict(values.get("fields") or {})
        for name in ("contacts", "organizations"):
            box[name] = self._links(name, values.get(name) or [])
        self.boxes[key] = box
        self._boxes_of[pipeline["key"]][key] = box
        if not quiet:
            self.tell("BOX_CREATE", pipeline["key"], self.shown_box(key))
        return box

    def update_box(self, key: str, values: Mapping[str, Any]) -> Json:
        """Change a box as the API's update call does: partial, arrays replace, fields merge, the unknown is ignored."""
        box = self.box(key)
        pipeline = self.pipelines[box["pipelineKey"]]
        stage = self.stage_key(pipeline, str(values["stageKey"])) if "stageKey" in values else box["stageKey"]
        self._check_fields(pipeline, values.get("fields") or {})
        links = {
            name: self._links(name, values[name]) for name in ("contacts", "organizations") if name in values
        }
        edited = bool(values.keys() & {"name", "notes", "fields", "assignedToSharingEntries"})
        for name in ("name", "notes", "assignedToSharingEntries", "followerKeys", "linkedBoxKeys"):
            if name in values:
                box[name] = values[name]
        box |= links
        box["fields"] = {
            k: v for k, v in {**box["fields"], **(values.get("fields") or {})}.items() if v not in ("", None)
        }
        moved = stage != box["stageKey"]
        self._touch(box, stage if moved else None)
        if moved:
            self.tell("BOX_CHANGE_STAGE", pipeline["key"], self.shown_box(key))
        if edited:
            self.tell("BOX_EDIT", pipeline["key"], self.shown_box(key))
        return box

    def delete_box(self, key: str) -> None:
        """Remove a box; it just vanishes."""
        box = self.shown_box(key)
        del self.boxes[key]
        del self._boxes_of[box["pipelineKey"]][key]
        self.tell("BOX_DELETE", box["pipelineKey"], box)

    def tell(self, event: str, scope_key: str, thing: Json) -> None:
        """Tell the listener of a change."""
        self._listener(event, scope_key, thing)

    def _touch(self, box: Json, stage: str | None) -> None:
        now = self.now_ms()
        box["lastUpdatedTimestamp"] = box["lastSavedTimestamp"] = now
        if stage is not None:
            box["stageKey"] = stage
            box["lastStageChangeTimestamp"] = now
            box["stageHistoryEntries"].append({"stageKey": stage, "lastEntryToStageTs": now})

    def _links(self, name: str, wanted: Any) -> list[Json]:
        known = self.contacts if name == "contacts" else self.organizations
        if not isinstance(wanted, list) or not all(
            isinstance(w, dict) and w.get("key") in known for w in wanted
        ):
            raise refuse(f"Invalid {name}")
        return [{"key": w["key"], "isStarred": False, "isAutoboxed": False} for w in wanted]

    def _check_fields(self, pipeline: Json, fields: Any) -> None:
        if not isinstance(fields, dict):
            raise refuse("fields must be an object")
        definitions = {d["key"]: d for d in pipeline["fields"]}
        for key, value in fields.items():
            if key not in definitions:
                raise refuse(f"Unknown field {key}")
            check_value(definitions[key], value)

    # --- contacts and organizations ------------------------------------------------------------------

    def party(self, kind: str, key: str) -> Json:
        """Return a contact or an organization, or refuse."""
        known = self.parties(kind)
        if key not in known:
            raise not_found()
        return known[key]

    def parties(self, kind: str) -> dict[str, Json]:
        """Return all contacts or all organizations."""
        return self.contacts if kind == "contact" else self.organizations

    def add_party(self, kind: str, values: Mapping[str, Any], *, quiet: bool = False) -> Json:
        """Add a contact or an organization."""
        now = self.now_ms()
        party: Json = {
            "key": self.new_key(kind),
            "teamKey": self.team["key"],
            "phoneNumbers": [],
            "addresses": [],
            "domains": [],
            "normalizedDomains": [],
            "fields": {},
            "creatorKey": self.user["key"],
            "lastSavedUserKey": self.user["key"],
            "creationDate": now,
            "versionTimestamp": now,
            "lastSavedTimestamp": now,
            **({"emailAddresses": [], "contactLinks": [], "orgLinks": []} if kind == "contact" else {}),
            **values,
        }
        self.parties(kind)[party["key"]] = party
        if not quiet:
            self.tell(f"{_event_name(kind)}_CREATE", self.team["key"], party)
        return party

    def save_party(self, kind: str, party: Json) -> None:
        """Note a change of a contact or an organization."""
        party["lastSavedTimestamp"] = party["versionTimestamp"] = self.now_ms()
        self.tell(f"{_event_name(kind)}_UPDATE", self.team["key"], party)

    def delete_party(self, kind: str, key: str) -> None:
        """Remove one, and its links from boxes."""
        party = self.party(kind, key)
        del self.parties(kind)[key]
        name = "contacts" if kind == "contact" else "organizations"
        for box in self.boxes.values():
            box[name] = [link for link in box.get(name, []) if link["key"] != key]
        self.tell(f"{_event_name(kind)}_DELETE", self.team["key"], party)


def check_value(definition: Json, value: Any) -> None:
    """Refuse a value that a field of this type cannot hold. Empty values clear and are always fine."""
    type_ = definition["type"]
    if type_ == "FORMULA":
        raise refuse(f"Field {definition['key']} is computed")
    if value in (None, "", []):
        return
    checks: dict[str, Callable[[], bool]] = {
        "TEXT_INPUT": lambda: isinstance(value, str | int | float),
        "DATE": lambda: isinstance(value, int) and not isinstance(value, bool),
        "CHECKBOX": lambda: isinstance(value, bool) or value in ("true", "false"),
        "DROPDOWN": lambda: value in option_keys(definition),
        "TAG": lambda: isinstance(value, list) and set(value) <= option_keys(definition),
    }
    if not checks.get(type_, lambda: True)():
        raise refuse(f"Invalid value for field {definition['key']} of type {type_}")


def option_keys(definition: Json) -> set[str]:
    """Return the keys of a field's options."""
    dropdown = (definition.get("dropdownSettings") or {}).get("items", [])
    tags = (definition.get("tagSettings") or {}).get("tags", [])
    return {str(option["key"]) for option in (*dropdown, *tags)}


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


def _event_name(kind: str) -> str:
    return "CONTACT" if kind == "contact" else "ORG"


def _formula(definition: Json, fields: Mapping[str, Any], pipeline: Json) -> float | None:
    """Compute a product of two text fields, the one formula the seeded company has."""
    keys = {d["name"]: d["key"] for d in pipeline["fields"]}
    product = Decimal(1)
    for name in definition.get("formulaSettings", {}).get("product", []):
        try:
            product *= Decimal(str(fields.get(keys[name], "")).replace(",", ""))
        except (InvalidOperation, KeyError):
            return None
    return float(product)
