"""Looks into the team and changes it from outside, for tests and for the person at the screen."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.reading import json_object
from streak_netsuite.sandbox.streak.delivery import Courier
from streak_netsuite.sandbox.streak.errors import Refusal
from streak_netsuite.sandbox.streak.selfmade import SelfMade
from streak_netsuite.sandbox.streak.settings import Settings
from streak_netsuite.sandbox.streak.store import Json, Store

_MOST_IN_BULK = 100_000


def routes(store: Store, settings: Settings, courier: Courier, self_made: SelfMade) -> list[BaseRoute]:
    """Return the control routes of this Streak."""
    desk = _Desk(store, settings, courier, self_made)
    return [
        Route("/state", desk.state, methods=["GET"]),
        Route("/settings", desk.change_settings, methods=["GET", "PATCH"]),
        Route("/move", desk.move, methods=["POST"]),
        Route("/move_many", desk.move_many, methods=["POST"]),
        Route("/boxes", desk.add_boxes, methods=["POST"]),
        Route("/boxes/{box}/move", desk.move_one, methods=["POST"]),
        Route("/boxes/{box}/autobox", desk.autobox, methods=["POST"]),
        Route("/boxes/{box}", desk.patch_box, methods=["PATCH"]),
        Route("/deliveries", desk.deliveries, methods=["GET"]),
    ]


class _Desk:
    """The handlers."""

    def __init__(self, store: Store, settings: Settings, courier: Courier, self_made: SelfMade) -> None:
        self._store = store
        self._settings = settings
        self._courier = courier
        self._self_made = self_made

    async def state(self, _request: Request) -> Response:
        """Show pipelines with the boxes of each stage."""
        shown = [
            {
                "name": p["name"],
                "key": p["key"],
                "stages": {s["name"]: self._boxes(p["key"], key) for key, s in p["stages"].items()},
            }
            for p in self._store.pipelines.values()
        ]
        return JSONResponse({"pipelines": shown, "webhooks": len(self._store.webhooks)})

    def _boxes(self, pipeline_key: str, stage_key: str) -> list[Json]:
        boxes = [b for b in self._store.boxes_of(pipeline_key) if b["stageKey"] == stage_key]
        names = {f["name"]: f["key"] for f in self._store.pipelines[pipeline_key]["fields"]}
        order = names.get("NetSuite order", "")
        return [{"key": b["key"], "name": b["name"], "order": b["fields"].get(order, "")} for b in boxes]

    async def change_settings(self, request: Request) -> Response:
        """Show or change the settings; deliveries that were paused go out when they are not any more."""
        if request.method == "PATCH":
            changes = await json_object(request)
            try:
                checked = Settings.model_validate(self._settings.model_dump() | changes)
            except ValidationError as error:
                return JSONResponse({"error": json.loads(error.json(include_context=False))}, status_code=422)
            for name in changes:
                setattr(self._settings, name, getattr(checked, name))
            self._courier.release()
        return JSONResponse(self._settings.model_dump())

    async def move(self, request: Request) -> Response:
        """Move a box, by name or key, to a stage by name: {"box": ..., "stage": ...}."""
        wish = await json_object(request)
        return self._move([str(wish.get("box", ""))], str(wish.get("stage", "")))

    async def move_one(self, request: Request) -> Response:
        """Move the box of the path: {"stage": ...}."""
        wish = await json_object(request)
        return self._move([request.path_params["box"]], str(wish.get("stage", "")))

    async def move_many(self, request: Request) -> Response:
        """Move several boxes: {"boxes": [...], "stage": ...}."""
        wish = await json_object(request)
        return self._move([str(box) for box in wish.get("boxes") or []], str(wish.get("stage", "")))

    def _move(self, names: list[str], stage: str) -> Response:
        by_name = (
            {b["name"]: key for key, b in self._store.boxes.items()}
            if set(names) - set(self._store.boxes)
            else {}
        )
        keys = [name if name in self._store.boxes else by_name.get(name, "") for name in names]
        try:
            stages = [self._stage_of(key, stage) for key in keys]
        except Refusal as refusal:
            return JSONResponse(refusal.body, status_code=refusal.status)
        for key, stage_key in zip(keys, stages, strict=True):
            self._store.update_box(key, {"stageKey": stage_key})
        return JSONResponse({"key": keys[0] if keys else "", "keys": keys, "stage": stage})

    def _stage_of(self, box_key: str, stage: str) -> str:
        pipeline = self._store.pipeline(self._store.box(box_key)["pipelineKey"])
        return self._store.stage_key(pipeline, stage)

    async def add_boxes(self, request: Request) -> Response:
        """Make many boxes without webhooks.

        {"count": 1000, "pipeline": "Sales", "stage": "Negotiation", "organizations": 100,
        "fields": {"Product": "Atlas Arm", ...}}: every organization is new and has one contact and an address;
        options are given by label.
        """
        wish = await json_object(request)
        count = wish.get("count", 1)
        if not isinstance(count, int) or not 0 < count <= _MOST_IN_BULK:
            return JSONResponse({"error": f"count must be 1 to {_MOST_IN_BULK}"}, status_code=422)
        try:
            keys = self._make(count, wish)
        except Refusal as refusal:
            return JSONResponse(refusal.body, status_code=refusal.status)
        return JSONResponse({"keys": keys}, status_code=201)

    def _make(self, count: int, wish: Mapping[str, Any]) -> list[str]:
        store = self._store
        pipeline = store.pipeline_named(str(wish.get("pipeline", "Sales")))
        stage = store.stage_key(pipeline, str(wish.get("stage", pipeline["stageOrder"][0])))
        fields = _keyed_fields(pipeline, wish.get("fields") or {})
        parties = [_new_party(store, n) for n in range(int(wish.get("organizations", 1)))]
        keys: list[str] = []
        for number in range(count):
            links: Json = {}
            if parties:
                organization, contact = parties[number % len(parties)]
                links = {
                    "organizations": [{"key": organization["key"]}],
                    "contacts": [{"key": contact["key"]}],
                }
            name = f"{wish.get('name', 'Load deal')} {len(store.boxes) + 1}"
            box = store.add_box(
                pipeline, {"name": name, "stageKey": stage, "fields": fields, **links}, quiet=True
            )
            keys.append(box["key"])
        return keys

    async def patch_box(self, request: Request) -> Response:
        """Set raw properties of a box, such as creationTimestamp, as no API call can. Tells nobody."""
        try:
            self._store.overwrite_box(request.path_params["box"], await json_object(request))
        except Refusal as refusal:
            return JSONResponse(refusal.body, status_code=refusal.status)
        return JSONResponse(self._store.shown_box(request.path_params["box"]))

    async def autobox(self, request: Request) -> Response:
        """Put a contact into a box as Streak does by itself: {"contact": key}."""
        wish = await json_object(request)
        try:
            box = self._self_made.autobox(request.path_params["box"], str(wish.get("contact")))
        except Refusal as refusal:
            return JSONResponse(refusal.body, status_code=refusal.status)
        return JSONResponse(box)

    async def deliveries(self, _request: Request) -> Response:
        """Show every try of every webhook."""
        return JSONResponse({"deliveries": self._courier.shown_log()})


_FAR = 100_003  # a second word that no first word is near


def _new_party(store: Store, number: int) -> tuple[Json, Json]:
    serial = len(store.organizations) + 1
    name = f"{_word(serial)} {_word(serial + _FAR)}"
    domain = f"{_word(serial)}{_word(serial + _FAR)}.test".lower()
    organization = store.add_party(
        "organization",
        {
            "name": name,
            "domains": [domain],
            "normalizedDomains": [domain],
            "addresses": [f"{100 + number} Main Street, Springfield, IL 62701, USA"],
        },
        quiet=True,
    )
    contact = store.add_party(
        "contact",
        {
            "givenName": "Pat",
            "familyName": _word(serial),
            "emailAddresses": [f"pat@{domain}"],
            "domains": [domain],
        },
        quiet=True,
    )
    return organization, contact


def _word(number: int) -> str:
    """Return a made-up word, different for each number, so that no two names look alike."""
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    word = ""
    rest = number * 7919 + 104_729
    for _ in range(4):
        rest, c = divmod(rest, len(consonants))
        rest, v = divmod(rest, len(vowels))
        word += consonants[c] + vowels[v]
    return word.capitalize()


def _keyed_fields(pipeline: Json, wanted: Mapping[str, Any]) -> Json:
    """Return field values by key, options by key instead of label."""
    found: Json = {}
    for definition in pipeline["fields"]:
        if definition["name"] not in wanted:
            continue
        value = wanted[definition["name"]]
        options = {o["name"]: o["key"] for o in (definition.get("dropdownSettings") or {}).get("items", [])}
        tags = {o["tag"]: o["key"] for o in (definition.get("tagSettings") or {}).get("tags", [])}
        if isinstance(value, list):
            value = [tags.get(v, v) for v in value]
        found[definition["key"]] = options.get(value, value) if isinstance(value, str) else value
    return found
