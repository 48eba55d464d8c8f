"""Finds answers whose tasks were ended before they could do what was answered."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.sdk.execution_time.hitl import get_hitl_detail_content_detail
from airflow.triggers.base import BaseTrigger, TriggerEvent

from streak_netsuite.triggers.settling import SETTLE_SECONDS

if TYPE_CHECKING:
    from airflow.sdk.api.datamodels._generated import HITLDetailResponse

NOBODY_ANSWERED: dict[str, Any] = {"error": "nobody has answered", "error_type": "timeout"}
NOBODY_ASKED: dict[str, Any] = {"error": "nobody was asked", "error_type": "unasked"}


class AnswerTrigger(BaseTrigger):
    """Looks once what became of a task's question, and fires with it: the answer as Airflow resumes tasks with it, or why there is none.

    A task cannot read the answer itself, and asking again would delete it.

    :param ti_id: id of the task instance.
    :param settle_seconds: how long to wait before, so that the worker that deferred is surely over for the executor.
    """

    def __init__(self, ti_id: UUID | str, settle_seconds: float = SETTLE_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow ships no annotation here
        self.ti_id = str(ti_id)
        self.settle_seconds = settle_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return class path and arguments."""
        return (
            "streak_netsuite.triggers.answers.AnswerTrigger",
            {"ti_id": self.ti_id, "settle_seconds": self.settle_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: what `HITLOperator.execute_complete` takes, `NOBODY_ANSWERED` or `NOBODY_ASKED`."""
        await asyncio.sleep(self.settle_seconds)
        try:
            found = await asyncio.to_thread(get_hitl_detail_content_detail, UUID(self.ti_id))
        except AirflowRuntimeError as error:
            if (error.error.detail or {}).get("status_code") != HTTPStatus.NOT_FOUND:
                raise
            yield TriggerEvent(NOBODY_ASKED)
        else:
            yield TriggerEvent(_answer(found))


def _answer(found: "HITLDetailResponse") -> dict[str, Any]:
    if not found.response_received:
        return NOBODY_ANSWERED
    user = found.responded_by_user
    return {
        "chosen_options": list(found.chosen_options or ()),
        "params_input": found.params_input or {},
        "responded_at": found.responded_at,
        "responded_by_user": {"id": user.id, "name": user.name} if user else None,
    }
