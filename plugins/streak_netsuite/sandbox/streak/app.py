"""Streak over HTTP: one team, both versions of its API."""

import copy
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.faults import FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.streak import (
    administration,
    agenda,
    boxes,
    catalogue,
    control,
    history,
    mail,
    parties,
    people,
    pipelines,
    seed,
    talk,
    webhooks,
)
from streak_netsuite.sandbox.streak.delivery import Courier
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import refuse
from streak_netsuite.sandbox.streak.selfmade import SelfMade
from streak_netsuite.sandbox.streak.settings import Settings
from streak_netsuite.sandbox.streak.store import Json, Store

API_KEY = "streak-sandbox-key-0123456789abcdef"


class StreakSandbox:
    """One Streak team that answers HTTP requests and sends webhooks.

    Args:
        faults: what shall go wrong.
        journal: where every request is noted.
        clock: the server's time, aware.
        rng: for shuffled deliveries.
    """

    def __init__(
        self, *, faults: FaultBook, journal: Journal, clock: Callable[[], datetime], rng: random.Random
    ) -> None:
        self.settings = Settings()
        self.store = Store(clock=clock)

        def seconds() -> float:
            return clock().timestamp()

        self.courier = Courier(
            settings=self.settings, clock=seconds, registered=self._registered, forget=self._forget, rng=rng
        )
        self._door = Door(
            api_keys=self._keys, faults=faults, journal=journal, settings=self.settings, clock=seconds
        )
        self._routes = self._make_routes()
        faults.accept(self._door.repertoire())
        self.self_made = SelfMade(self.store, self.settings)
        self.store.listen(self._changed)
        self._fill()

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the API, to be mounted at `/streak/api`."""
        return list(self._routes)

    def _make_routes(self) -> list[BaseRoute]:
        door, store = self._door, self.store
        return [
            *catalogue.routes(door, store),
            *boxes.routes(door, store, self.settings),
            *parties.routes(door, store),
            *agenda.routes(door, store),
            *talk.routes(door, store),
            *pipelines.routes(door, store),
            *people.routes(door, store),
            *administration.routes(door, store),
            *history.routes(door, store),
            *mail.routes(door, store),
            *webhooks.routes(door, store),
            door.route("GET POST PUT PATCH DELETE", "/{rest:path}", "unknown", _no_such_path),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Return the routes that look into and change this Streak, to be mounted at `/control/streak`."""
        return control.routes(self.store, self.settings, self.courier, self.self_made)

    def reset(self) -> None:
        """Return to the seeded team and the default settings; webhooks on their way are dropped."""
        self.courier.clear()
        for name, value in Settings().model_dump().items():
            setattr(self.settings, name, value)
        self.store.clear()
        self._fill()

    def credentials(self) -> dict[str, Any]:
        """Return what a client needs."""
        return {
            "api_key": API_KEY,
            "team_key": self.store.team["key"],
            "pipelines": {p["name"]: p["key"] for p in self.store.pipelines.values()},
        }

    def _fill(self) -> None:
        seed.fill(self.store)
        administration.new_api_key(self.store, API_KEY)

    def _keys(self) -> set[str]:
        return {key["apiKey"] for key in self.store.api_keys.values()}

    def _changed(self, event: str, scope_key: str, thing: Json) -> None:
        if self.settings.delete_keys_only and event.endswith("_DELETE"):
            thing = {"key": thing["key"]}
        self._send(event, scope_key, thing)
        self.self_made.follow(event, thing)

    def _send(self, event: str, scope_key: str, thing: Mapping[str, Any]) -> None:
        for webhook in list(self.store.webhooks.values()):
            if webhook["event"] == event and scope_key in {
                webhook.get("pipelineKey"),
                webhook.get("teamKey"),
            }:
                self.courier.send(webhook, event, copy.deepcopy(dict(thing)))

    def _registered(self, webhook_key: str) -> bool:
        return webhook_key in self.store.webhooks

    def _forget(self, webhook_key: str) -> None:
        self.store.webhooks.pop(webhook_key, None)


def _no_such_path(_: Call) -> Any:
    raise refuse("Invalid API path specified", status=404)
