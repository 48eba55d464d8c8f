"""Waits for a box to reach a stage."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from streak_netsuite.hooks.streak import StreakHook
from streak_netsuite.triggers.settling import SETTLE_SECONDS

if TYPE_CHECKING:
    from streak_netsuite.connectors.streak.client import AsyncStreakClient

log = logging.getLogger(__name__)


class BoxStageTrigger(BaseTrigger):
    """Asks Streak now and then, and fires once: with the stage, or with the reason why it never comes.

    :param box: key of the box.
    :param stages: names or keys of the stages.
    :param streak_conn_id: the connection.
    :param poke_seconds: how often to ask.
    :param first_look_seconds: how long to wait before the first time, see `settling.py`.
    """

    def __init__(
        self,
        box: str,
        stages: Sequence[str],
        streak_conn_id: str = StreakHook.default_conn_name,
        poke_seconds: float = 30.0,
        first_look_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow ships no annotation here
        self.box = box
        self.stages = list(stages)
        self.streak_conn_id = streak_conn_id
        self.poke_seconds = poke_seconds
        self.first_look_seconds = first_look_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return class path and arguments."""
        return (
            "streak_netsuite.triggers.streak.BoxStageTrigger",
            {
                "box": self.box,
                "stages": self.stages,
                "streak_conn_id": self.streak_conn_id,
                "poke_seconds": self.poke_seconds,
                "first_look_seconds": self.first_look_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: `{"stage": name}`, or `{"error": reason, "code": code}`."""
        from streak_netsuite.connectors.streak.client import AsyncStreakClient
        from streak_netsuite.errors import PermanentError, RecordError, TransientError

        await asyncio.sleep(self.first_look_seconds)
        settings = await StreakHook(self.streak_conn_id).asettings()
        async with AsyncStreakClient(settings) as streak:
            while True:
                try:
                    stage = await self._look(streak)
                except TransientError as error:
                    log.warning("Streak cannot say where box %s is: %s", self.box, error)
                    stage = None
                except (RecordError, PermanentError) as error:
                    code = getattr(error, "code", type(error).__name__)
                    yield TriggerEvent({"error": str(error), "code": code})
                    return
                if stage is not None:
                    yield TriggerEvent({"stage": stage})
                    return
                await asyncio.sleep(self.poke_seconds)

    async def _look(self, streak: "AsyncStreakClient") -> str | None:
        """Return the stage's name when it is one of those wanted."""
        from streak_netsuite.connectors.streak.calls import boxes, pipelines
        from streak_netsuite.connectors.streak.wire import BoxWire

        box = BoxWire.model_validate(await streak.send(boxes.get(self.box)))
        pipeline = await streak.send(pipelines.get(box.pipeline_key))
        stage = pipeline.stages.get(box.stage_key)
        name = stage.name if stage else box.stage_key
        return name if {name, box.stage_key} & set(self.stages) else None
