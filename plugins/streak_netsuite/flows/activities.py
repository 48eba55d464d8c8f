"""Activities on boxes: each event once, and changed where it stands when it is told again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from streak_netsuite.flows.queued import QueuedWrites, Sent, marker
from streak_netsuite.flows.write_back import caught_up_days
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.intent import WRITTEN_AS, Intent, IntentDraft
from streak_netsuite.sync.ports import BoxWriter

FLOW = "activities"
_ALWAYS = "always"
_UNTOLD = "untold"  # in place of the key that Streak would have given


def activity_key(box_key: str, name: str) -> str:
    """Return the operation key of the activity that tells an event of a box."""
    return external_id("streak-activity", box_key, name)


def activity_draft(
    box_key: str, name: str, activity: Activity, *, whenever_it_was: bool = False
) -> IntentDraft:
    """Return the write of an activity.

    Args:
        box_key: the box.
        name: names the event within the box ("invoice 4711"): the same name again changes what is there.
        activity: what is told.
        whenever_it_was: told also of a box that was caught up on after it happened.
    """
    always = {_ALWAYS: True} if whenever_it_was else {}
    return IntentDraft(
        operation_key=activity_key(box_key, name),
        flow=FLOW,
        kind=RecordKind.ACTIVITY,
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box_key),
        payload={
            "name": name,
            "text": activity.text,
            "happened_at": activity.happened_at.isoformat(),
            "style": activity.style.value,
            **({"assignee": activity.assignee} if activity.assignee else {}),
            **always,
        },
    )


def is_untold(payload: Mapping[str, Any], caught_up_on: date | None) -> bool:
    """Tell whether an event is kept from a box, because it happened before the backfill that brought the box."""
    if caught_up_on is None or "happened_at" not in payload or payload.get(_ALWAYS):
        return False
    return datetime.fromisoformat(payload["happened_at"]).date() <= caught_up_on


@dataclass(frozen=True, kw_only=True)
class Activities(QueuedWrites[Mapping[ExternalRef, date]]):
    """Writes the activities that were planned.

    The key of each is kept. Told again with another text or time, the activity is changed; told again as
    it is, nothing is written. One whose answer was lost is looked for by its marker first.

    A box whose order a backfill has found is not told what happened to the order until that day.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.ACTIVITY,)
    INTO: ClassVar[SystemId] = SystemId.STREAK

    boxes: BoxWriter

    def plan(self, drafts: Sequence[IntentDraft]) -> int:
        """Keep activities to be written; return how many are due."""
        return self.memory.plan_writes(drafts, now=self.clock())

    def _prepare(self, intents: Sequence[Intent]) -> Mapping[ExternalRef, date]:
        asked = [one.subject for one in intents if not one.payload.get(_ALWAYS)]
        return caught_up_days(self.memory, list(dict.fromkeys(asked)))

    def _may_repeat(self, intent: Intent) -> bool:
        return WRITTEN_AS in intent.payload

    def _look(self, intent: Intent, context: Mapping[ExternalRef, date]) -> Sent | None:  # noqa: ARG002 - it was sent, so it is told
        style = ActivityStyle(intent.payload["style"])
        key = self.boxes.find_activity(intent.subject.id, marker(intent), style)
        return None if key is None else _told(key, intent)

    def _send(self, intent: Intent, context: Mapping[ExternalRef, date]) -> Sent:
        box, mark = intent.subject.id, marker(intent)
        happened_at, day = datetime.fromisoformat(intent.payload["happened_at"]), context.get(intent.subject)
        if is_untold(intent.payload, day):
            return Sent(
                result_id=_UNTOLD,
                what=f"'{intent.payload['name']}' is not told: the deal was caught up on {day}, after it happened",
                skipped=True,
            )
        style = ActivityStyle(intent.payload["style"])
        before = intent.payload.get(WRITTEN_AS)
        if before is None and intent.attempts > 0:
            before = self.boxes.find_activity(box, mark, style)
        activity = Activity(
            text=f"{intent.payload['text']}\n[{mark}]",
            happened_at=happened_at,
            style=style,
            assignee=str(intent.payload.get("assignee", "")),
        )
        key = self.boxes.write_activity(box, activity, key=before)
        return _told(key, intent)


def _told(key: str, intent: Intent) -> Sent:
    style = ActivityStyle(intent.payload["style"]).value.replace("_", " ")
    return Sent(result_id=key, what=f"{style} '{intent.payload['name']}'")
