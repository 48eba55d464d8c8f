"""Activities on boxes: each event once, and changed where it stands when it is told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from streak_netsuite.flows.queued import QueuedWrites, Sent, marker
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.intent import WRITTEN_AS, Intent, IntentDraft
from streak_netsuite.sync.ports import BoxWriter

FLOW = "activities"


def activity_draft(box_key: str, name: str, activity: Activity) -> IntentDraft:
    """Return the write of an activity.

    Args:
        name: names the event within the box ("invoice 4711"): the same name again changes what is there.
    """
    return IntentDraft(
        operation_key=external_id("streak-activity", box_key, name),
        flow=FLOW,
        kind=RecordKind.ACTIVITY,
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box_key),
        payload={
            "name": name,
            "text": activity.text,
            "happened_at": activity.happened_at.isoformat(),
            "style": activity.style.value,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Activities(QueuedWrites[None]):
    """Writes the activities that were planned.

    The key of each is kept. Told again with another text or time, the activity is changed; told again as
    it is, nothing is written. One whose answer was lost is looked for by its marker first.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.ACTIVITY,)

    boxes: BoxWriter

    def plan(self, drafts: Sequence[IntentDraft]) -> int:
        """Keep activities to be written; return how many are due."""
        return self.memory.plan_writes(drafts, now=self.clock())

    def _prepare(self, intents: Sequence[Intent]) -> None:
        """Nothing is needed."""

    def _send(self, intent: Intent, context: None) -> Sent:  # noqa: ARG002 - nothing is prepared
        box, mark = intent.subject.id, marker(intent)
        style = ActivityStyle(intent.payload["style"])
        before = intent.payload.get(WRITTEN_AS)
        if before is None and intent.attempts > 0:
            before = self.boxes.find_activity(box, mark, style)
        activity = Activity(
            text=f"{intent.payload['text']}\n[{mark}]",
            happened_at=datetime.fromisoformat(intent.payload["happened_at"]),
            style=style,
        )
        key = self.boxes.write_activity(box, activity, key=before)
        return Sent(result_id=key, what=f"{style.value.replace('_', ' ')} '{intent.payload['name']}'")
