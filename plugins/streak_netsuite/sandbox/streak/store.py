"""The state of one Streak team: plain JSON objects in the shapes of the API, and what happens when they change."""

import base64
import bisect
import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from streak_netsuite.sandbox.streak import values as field_values
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.marks import Marks

Json = dict[str, Any]
Listener = Callable[[str, str, Json], None]
"""Called with event name, scope key (pipeline or team) and the changed object."""

NO_AI: Json = {"prompt": "", "source": "BOX_TIMELINE"}
_NEWS_KEPT = 20_000
_KEY_LENGTH = 81  # bytes before base64: keys of about 108 characters, as real ones
_NEWS = frozenset({"name", "notes", "fields", "assignedToSharingEntries"})  # what BOX_EDIT is sent for
_COUNTS = (
    "taskTotal taskCompleteCount taskIncompleteCount taskOverdueCount callLogCount meetingNotesCount "
    "commentCount gmailThreadCount fileCount totalNumberOfEmails"
).split()


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
        self.other_teams: dict[str, Json] = {}  # made by a client; they own nothing
        self.pipelines: dict[str, Json] = {}
        self.boxes: dict[str, Json] = {}
        self.contacts: dict[str, Json] = {}
        self.organizations: dict[str, Json] = {}
        self.comments: dict[str, Json] = {}
        self.tasks: dict[str, Json] = {}
        self.meetings: dict[str, Json] = {}
        self.webhooks: dict[str, Json] = {}
        self.api_keys: dict[str, Json] = {}
        self.threads: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.news: deque[Json] = deque(maxlen=_NEWS_KEPT)
        # Keys in their order, so that a page of contacts or organizations costs the page and not the list.
        self._party_keys: dict[str, list[str]] = {"contact": [], "organization": []}
        self._marks = {kind: Marks(kind, self.parties(kind)) for kind in self._party_keys}
        # By pipeline: boxes by creation, and by latest change, oldest first. Kept in order by every change,
        # so that a page of the sorted list costs the page and not the list.
        self._boxes_of: dict[str, dict[str, Json]] = {}
        self._changed_in: dict[str, dict[str, Json]] = {}

    def listen(self, listener: Listener) -> None:
        """Have changes told to a listener."""
        self._listener = listener

    def now_ms(self) -> int:
        """Return the time in ms; no two changes share one, so that a version is a version."""
        self._last_ms = max(self._last_ms + 1, int(self._clock().timestamp() * 1000))
        return self._last_ms

    def _shared_now_ms(self) -> int:
        """Return the time in ms; several things may share one, so that a bulk never runs ahead of the clock."""
        self._last_ms = max(self._last_ms, int(self._clock().timestamp() * 1000))
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
        keyed = {str(5001 + n): new_stage(str(5001 + n), stage) for n, stage in enumerate(stages)}
        pipeline: Json = {
            "teamKey": self.team["key"],
            "creatorKey": self.user["key"],
            "name": name,
            "stages": keyed,
            "stageOrder": list(keyed),
            "icon": "robot",
            "description": None,
            "fields": [
                {"aiSettings": NO_AI, **definition, "lastUpdatedTimestamp": now} for definition in fields
            ],
            "stageColorTheme": "DEFAULT",
            "customPermissionSets": {},
            "defaultPermissionSetName": "Everyone",
            "aclEntries": [{"userKey": self.user["key"], "permissionSetName": "Everyone"}],
            "creationSourceType": "HUMAN",
            "creationTimestamp": now,
            "lastUpdatedTimestamp": now,
            "lastSavedTimestamp": now,
        }
        pipeline["key"] = key = self.new_key("pipeline")
        self.pipelines[key] = pipeline
        self._boxes_of[key], self._changed_in[key] = {}, {}
        return pipeline

    def drop_pipeline(self, key: str) -> None:
        """Remove a pipeline that has no boxes."""
        del self.pipelines[key], self._boxes_of[key], self._changed_in[key]

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

    def oldest_first(self, pipeline_key: str) -> Iterable[Json]:
        """Return a pipeline's boxes by creationTimestamp, ascending, without a copy of the list."""
        self.pipeline(pipeline_key)
        return self._boxes_of[pipeline_key].values()

    def newest_first(self, pipeline_key: str) -> Iterable[Json]:
        """Return a pipeline's boxes by creationTimestamp, descending."""
        self.pipeline(pipeline_key)
        return reversed(self._boxes_of[pipeline_key].values())

    def latest_change_first(self, pipeline_key: str) -> Iterable[Json]:
        """Return a pipeline's boxes by lastUpdatedTimestamp, descending."""
        self.pipeline(pipeline_key)
        return reversed(self._changed_in[pipeline_key].values())

    def box(self, key: str) -> Json:
        """Return a box or refuse."""
        if key not in self.boxes:
            raise not_found()
        return self.boxes[key]

    def shown_box(self, key: str) -> Json:
        """Return a box as the API shows it: formulas computed, empty values left out.

        Later changes do not touch it: what is inside lists and objects is replaced, never changed.
        """
        box = {name: _copied(value) for name, value in self.box(key).items()}
        pipeline = self.pipelines[box["pipelineKey"]]
        for definition in pipeline["fields"]:
            if definition["type"] == "FORMULA":
                value = field_values.formula(definition, box["fields"], pipeline)
                if value is not None:
                    box["fields"][definition["key"]] = value
        for name in ("contacts", "organizations"):
            if not box.get(name):
                box.pop(name, None)
        return box

    def add_box(self, pipeline: Json, values: Mapping[str, Any], *, quiet: bool = False) -> Json:
        """Add a box; `values` as the API's create call takes them. Quietly: nobody is told."""
        given = self._checked(pipeline, values)
        if "name" not in given:
            raise refuse("Box name is required")
        now = self._shared_now_ms() if quiet else self.now_ms()
        stage = given.get("stageKey", pipeline["stageOrder"][0])
        key, me = self.new_key("box"), _sharing(self.user)
        box: Json = {
            "key": key,
            "boxKey": key,
            "pipelineKey": pipeline["key"],
            "creatorKey": self.user["key"],
            "notes": "",
            "stageKey": stage,
            "creationTimestamp": now,
            "lastUpdatedTimestamp": now,
            "lastStageChangeTimestamp": now,
            "lastSavedTimestamp": now,
            "creationSourceType": "HUMAN",
            "assignedToSharingEntries": [me],
            "creatorSharingEntry": me,
            "followerKeys": [self.user["key"]],
            "followerSharingEntries": [me],
            "followerCount": 1,
            "linkedBoxKeys": [],
            "emailAddresses": [],
            "emailAddressesAutoExtracted": [],
            "emailAddressesBlacklist": [],
            "stageHistoryEntries": [{"stageKey": stage, "lastEntryToStageTs": now}],
            **dict.fromkeys(_COUNTS, 0),
            "freshness": 1.0,
            "violations": [],
            **given,
            "fields": field_values.filled(given.get("fields", {})),
        }
        self.boxes[key] = self._boxes_of[pipeline["key"]][key] = self._changed_in[pipeline["key"]][key] = box
        if not quiet:
            self.tell("BOX_CREATE", pipeline["key"], self.shown_box(key))
        return box

    def update_box(self, key: str, values: Mapping[str, Any]) -> Json:
        """Change a box as the API's update call does: partial, arrays replace, fields merge, the unknown is ignored."""
        box = self.box(key)
        given = self._checked(self.pipelines[box["pipelineKey"]], values)
        stage = given.pop("stageKey", box["stageKey"])
        if "fields" in given:
            given["fields"] = field_values.filled({**box["fields"], **given["fields"]})
        box |= given
        moved = stage != box["stageKey"]
        self._touch(box, stage if moved else None)
        if moved:
            self.tell("BOX_CHANGE_STAGE", box["pipelineKey"], self.shown_box(key))
        if given.keys() & _NEWS:
            self.tell("BOX_EDIT", box["pipelineKey"], self.shown_box(key))
        return box

    def rehome_box(self, key: str, pipeline: Json) -> Json:
        """Move a box to another pipeline: its first stage, no field values, as keys mean something else there."""
        box = self.box(key)
        left = box["pipelineKey"]
        del self._boxes_of[left][key], self._changed_in[left][key]
        self._boxes_of[pipeline["key"]][key] = self._changed_in[pipeline["key"]][key] = box
        box |= {"pipelineKey": pipeline["key"], "fields": {}}
        self._touch(box, pipeline["stageOrder"][0])
        self._in_order(self._boxes_of, pipeline["key"], "creationTimestamp")
        for scope in (left, pipeline["key"]):
            self.tell("BOX_CHANGE_PIPELINE", scope, self.shown_box(key))
        return box

    def overwrite_box(self, key: str, values: Mapping[str, Any]) -> None:
        """Set raw properties of a box, unchecked. Tells nobody."""
        box = self.box(key)
        box.update(values)
        self._in_order(self._boxes_of, box["pipelineKey"], "creationTimestamp")
        self._in_order(self._changed_in, box["pipelineKey"], "lastUpdatedTimestamp")

    def delete_box(self, key: str) -> None:
        """Remove a box and what was said and kept in it; it just vanishes."""
        box = self.shown_box(key)
        del (
            self.boxes[key],
            self._boxes_of[box["pipelineKey"]][key],
            self._changed_in[box["pipelineKey"]][key],
        )
        for things in (self.comments, self.tasks, self.meetings, self.threads, self.files):
            for inner in [k for k, thing in things.items() if thing["boxKey"] == key]:
                del things[inner]
        self.tell("BOX_DELETE", box["pipelineKey"], box)

    def touch(self, key: str) -> None:
        """Note that a box was changed now."""
        self._touch(self.box(key), None)

    def tell(self, event: str, scope_key: str, thing: Json) -> None:
        """Tell the listener of a change, and put it into the news."""
        if event.startswith("BOX_"):
            self.news.append(
                {
                    "key": self.new_key("news"),
                    "event": event,
                    "boxKey": thing["key"],
                    "pipelineKey": scope_key,
                    "userKey": self.user["key"],
                    "timestamp": self.now_ms(),
                    "description": f"{event} {thing.get('name', '')}",
                }
            )
        self._listener(event, scope_key, thing)

    def _touch(self, box: Json, stage: str | None) -> None:
        now = self.now_ms()
        box["lastUpdatedTimestamp"] = box["lastSavedTimestamp"] = now
        in_order = self._changed_in[box["pipelineKey"]]
        in_order[box["key"]] = in_order.pop(box["key"])
        if stage is not None:
            box["stageKey"] = stage
            box["lastStageChangeTimestamp"] = now
            *earlier, last = box["stageHistoryEntries"]
            last = {**last, "timeInStageMs": now - last["lastEntryToStageTs"]}
            box["stageHistoryEntries"] = [*earlier, last, {"stageKey": stage, "lastEntryToStageTs": now}]

    def _in_order(self, index: dict[str, dict[str, Json]], pipeline_key: str, by: str) -> None:
        boxes = sorted(index[pipeline_key].values(), key=lambda box: int(box[by]))
        index[pipeline_key] = {box["key"]: box for box in boxes}

    def _checked(self, pipeline: Json, sent: Mapping[str, Any]) -> Json:
        """Return the known properties that were sent, or refuse; null changes nothing."""
        checks: dict[str, Callable[[Any], Any]] = {
            "name": _name,
            "notes": lambda text: _of_type(str, "notes", text),
            "stageKey": lambda key: _stage(pipeline, key),
            "fields": lambda fields: field_values.checked(pipeline, fields),
            "contacts": lambda links: _links("contacts", links, self.contacts),
            "organizations": lambda links: _links("organizations", links, self.organizations),
            "assignedToSharingEntries": self._sharing_entries,
            "followerKeys": lambda keys: _of_type(list, "followerKeys", keys),
            "linkedBoxKeys": lambda keys: _of_type(list, "linkedBoxKeys", keys),
        }
        return {name: check(sent[name]) for name, check in checks.items() if sent.get(name) is not None}

    def _sharing_entries(self, sent: Any) -> list[Json]:
        """Return who is assigned, members of the team in full."""
        if not isinstance(sent, list) or not all(isinstance(entry, dict) for entry in sent):
            raise refuse("Invalid assignedToSharingEntries")
        members = {name: m for m in self.team["members"] for name in (m["key"], m["email"])}
        known = [members.get(entry.get("userKey") or entry.get("email")) for entry in sent]
        return [_sharing(m) if m else dict(entry) for m, entry in zip(known, sent, strict=True)]

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

    def parties_after(self, kind: str, key: str) -> Iterator[Json]:
        """Yield contacts or organizations by key, those behind one."""
        keys = self._party_keys[kind]
        known = self.parties(kind)
        for position in range(bisect.bisect_right(keys, key), len(keys)):
            yield known[keys[position]]

    def parties_having(self, kind: str, marks: Iterable[str]) -> list[Json]:
        """Return the contacts with one of some addresses, or the organizations with one of some domains."""
        return self._marks[kind].having(marks)

    def add_party(self, kind: str, values: Mapping[str, Any], *, quiet: bool = False) -> Json:
        """Add a contact or an organization. Quietly: nobody is told."""
        now = self._shared_now_ms() if quiet else self.now_ms()
        party: Json = {
            "key": self.new_key(kind),
            "teamKey": self.team["key"],
            "phoneNumbers": [],
            "addresses": [],
            "domains": [],
            "normalizedDomains": [d.lower() for d in values.get("domains", [])],
            "contactLinks": [],
            "orgLinks": [],
            "fields": {},
            "creatorKey": self.user["key"],
            "lastSavedUserKey": self.user["key"],
            "creationDate": now,
            "versionTimestamp": now,
            "lastSavedTimestamp": now,
            **({"emailAddresses": []} if kind == "contact" else {}),
            **values,
        }
        self.parties(kind)[party["key"]] = party
        bisect.insort(self._party_keys[kind], party["key"])
        self._marks[kind].note(party)
        if not quiet:
            self.tell(f"{_event_name(kind)}_CREATE", self.team["key"], party)
        return party

    def save_party(self, kind: str, party: Json) -> None:
        """Note a change of a contact or an organization."""
        party["lastSavedTimestamp"] = party["versionTimestamp"] = self.now_ms()
        self._marks[kind].note(party)
        self.tell(f"{_event_name(kind)}_UPDATE", self.team["key"], party)

    def delete_party(self, kind: str, key: str) -> None:
        """Remove one, and the links to it at once (Streak cleans them up a little later)."""
        party = self.party(kind, key)
        del self.parties(kind)[key]
        self._party_keys[kind].remove(key)
        in_boxes, in_parties = (
            ("contacts", "contactLinks") if kind == "contact" else ("organizations", "orgLinks")
        )
        for box in self.boxes.values():
            box[in_boxes] = [link for link in box.get(in_boxes, []) if link["key"] != key]
        for other in (*self.contacts.values(), *self.organizations.values()):
            other[in_parties] = [link for link in other[in_parties] if link["key"] != key]
        self.tell(f"{_event_name(kind)}_DELETE", self.team["key"], party)


def new_stage(key: str, name: str, color: Any = None) -> Json:
    """Return a stage."""
    plain = {"foregroundColor": "#ffffff", "backgroundColor": "#3366cc"}
    return {"key": key, "name": name, "color": color or plain, "isColorFromTheme": color is None}


def _event_name(kind: str) -> str:
    return "CONTACT" if kind == "contact" else "ORG"


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value


def _sharing(user: Json) -> Json:
    names = {name: user[name] for name in ("email", "displayName", "fullName")}
    return {"userKey": user["key"], **names}


def _stage(pipeline: Json, key: Any) -> str:
    """Return a stage's key, or refuse: labels are no keys."""
    if not isinstance(key, str) or key not in pipeline["stages"]:
        raise refuse(f"Unknown stage {key}")
    return key


def _name(text: Any) -> str:
    name: str = _of_type(str, "name", text)
    if not name.strip():
        raise refuse("Box name is required")
    return name


def _of_type(wanted: type, name: str, value: Any) -> Any:
    if not isinstance(value, wanted):
        raise refuse(f"Invalid {name}")
    return value


def _links(name: str, wanted: Any, known: Mapping[str, Json]) -> list[Json]:
    """Return links to contacts or organizations: the whole set, as what is left out is unlinked."""
    if not isinstance(wanted, list) or not all(
        isinstance(w, dict) and str(w.get("key")) in known for w in wanted
    ):
        raise refuse(f"Invalid {name}")
    return [
        {"key": key, "isStarred": False, "isAutoboxed": False}
        for key in dict.fromkeys(w["key"] for w in wanted)
    ]
