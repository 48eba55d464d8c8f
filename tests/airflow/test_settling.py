"""Tasks go on when their executor has told of the worker that let them wait: before, Airflow would end them."""

import asyncio
from uuid import UUID

import pytest
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.base import BaseTrigger

from streak_netsuite.operators.streak import StreakBoxStageSensor
from streak_netsuite.triggers.answers import AnswerTrigger
from streak_netsuite.triggers.netsuite import NetSuiteJobsTrigger
from streak_netsuite.triggers.streak import BoxStageTrigger

pytestmark = pytest.mark.airflow


class _SleptError(Exception):
    pass


def first_pause(trigger: BaseTrigger, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return how long a trigger sleeps before it does anything, in seconds."""

    async def sleep(seconds: float) -> None:
        raise _SleptError(seconds)

    async def begin() -> None:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        await anext(trigger.run())

    with pytest.raises(_SleptError) as slept:
        asyncio.run(begin())
    monkeypatch.undo()
    return float(slept.value.args[0])


@pytest.mark.parametrize(
    "trigger",
    [
        pytest.param(AnswerTrigger(UUID(int=7)), id="answer"),
        pytest.param(BoxStageTrigger(box="b1", stages=["Closed-Won"]), id="box stage"),
        pytest.param(NetSuiteJobsTrigger(parts=[], until=0), id="jobs"),
    ],
)
def test_a_trigger_lets_no_task_go_on_before(trigger: BaseTrigger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_pause(trigger, monkeypatch) > conf.getfloat("workers", "min_heartbeat_interval")


def test_a_sensor_says_when_streak_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = StreakBoxStageSensor(task_id="wait", box="b1", stages=["Closed-Won"], first_look_seconds=7)
    with pytest.raises(TaskDeferred) as deferred:
        waits.execute({})
    assert first_pause(deferred.value.trigger, monkeypatch) == 7
