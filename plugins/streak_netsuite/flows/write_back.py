"""What was ordered goes back to the box: fields and one comment."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.errors import PermanentError, RecordError, TransientError, UncertainWrite
from streak_netsuite.flows.batch import hold_of
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.mapping.write_back import comment_text, field_values
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action, Outcome
from streak_netsuite.sync.ports import BoxWriter, Memory, OrderEntry, OrderTarget

log = logging.getLogger(__name__)

FLOW = "write_back"
KINDS = (RecordKind.BOX_FIELDS, RecordKind.COMMENT)
_AT_ONCE = 20  # intents in one claim: at 5 calls a second they are done well within their lease
_MARKER_LENGTH = 8


def write_back_drafts(deal: Deal, order_id: str) -> tuple[IntentDraft, ...]:
    """Return the writes that become due once a box's order exists."""
    box = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=deal.key)
    payload = {"order_id": order_id, "pipeline_key": deal.pipeline_key, "box_name": deal.name}
    return tuple(
        IntentDraft(
            operation_key=external_id(f"streak-{kind.value.lower()}", deal.key, order_id),
            flow=FLOW,
            kind=kind,
            subject=box,
            payload=payload,
        )
        for kind in KINDS
    )


@dataclass(frozen=True, kw_only=True)
class WriteBack:
    """Carries out the writes to Streak that orders have made due.

    Setting fields may be repeated. A comment may not: it carries a marker, and after an unknown
    outcome the box's comments are searched for it first.
    """

    boxes: BoxWriter
    erp: OrderTarget
    memory: Memory
    spec: MappingSpec
    settings: FlowSettings
    clock: Callable[[], datetime]
    run_id: str

    def drain(self) -> RunReport:
        """Write until nothing is due; return what was done.

        Raises:
            TransientError, PermanentError: Streak or the ledger stopped us; the rest is still due.
        """
        report = RunReport()
        while True:
            intents = self.memory.claim_intents(
                KINDS, limit=_AT_ONCE, lease_seconds=self.settings.lease_seconds, now=self.clock()
            )
            if not intents:
                return report
            report += self._work(intents)

    def _work(self, intents: Sequence[Intent]) -> RunReport:
        outcomes: list[Outcome] = []
        waiting = list(intents)
        try:
            orders = self.erp.get_orders(sorted({str(i.payload["order_id"]) for i in intents}))
            while waiting:
                outcomes.append(self._one(waiting[0], orders))
                waiting.pop(0)
        except (TransientError, PermanentError) as error:
            self._put_back(waiting, error)
            raise
        finally:
            self.memory.record_outcomes(outcomes, flow=FLOW, run_id=self.run_id, now=self.clock())
        return RunReport.of(outcomes)

    def _one(self, intent: Intent, orders: Mapping[str, OrderEntry]) -> Outcome:
        order = orders.get(str(intent.payload["order_id"]))
        if order is None:
            return self._give_up(intent, RecordError("the order does not exist any more", code="ORDER_GONE"))
        try:
            result_id = self._send(intent, order)
        except RecordError as error:
            return self._give_up(intent, error)
        except UncertainWrite as error:
            return self._wait(intent, error)
        self.memory.record_answers(
            [Answer(operation_key=intent.operation_key, state=IntentState.SUCCEEDED, result_id=result_id)],
            now=self.clock(),
        )
        what = "fields" if intent.kind is RecordKind.BOX_FIELDS else "a comment"
        return _outcome(
            intent, Action.UPDATED, rule=str(intent.kind), reason=f"{what} for order {order.number}"
        )

    def _send(self, intent: Intent, order: OrderEntry) -> str:
        box = intent.subject.id
        if intent.kind is RecordKind.BOX_FIELDS:
            self.boxes.write_fields(box, str(intent.payload["pipeline_key"]), field_values(self.spec, order))
            return box
        marker = comment_marker(intent)
        # Anything but a first try may have landed before: whoever claimed it earlier may have died.
        known = self.boxes.find_comment(box, marker) if intent.attempts > 0 else None
        return known or self.boxes.write_comment(box, f"{comment_text(self.spec, order)}\n[{marker}]")

    def _give_up(self, intent: Intent, error: RecordError) -> Outcome:
        self.memory.record_answers(
            [
                Answer(
                    operation_key=intent.operation_key,
                    state=IntentState.REJECTED,
                    error_code=error.code,
                    error=str(error),
                )
            ],
            now=self.clock(),
        )
        if error.code in {"NOT_FOUND", "ORDER_GONE"}:
            return _outcome(intent, Action.OBSOLETE, rule="gone", reason=str(error))
        return Outcome(
            event_id=None,
            record=intent.subject,
            action=Action.HELD,
            rule="write_back",
            reason=str(error),
            operation_key=intent.operation_key,
            hold=hold_of(error, payload=dict(intent.payload)),
        )

    def _wait(self, intent: Intent, error: UncertainWrite) -> Outcome:
        retry_at = self.clock() + timedelta(seconds=self.settings.wait_seconds(intent.attempts + 1))
        answer = Answer(
            operation_key=intent.operation_key, state=IntentState.UNKNOWN, error=str(error), retry_at=retry_at
        )
        self.memory.record_answers([answer], now=self.clock())
        return Outcome(
            event_id=None,
            record=intent.subject,
            action=Action.DEFERRED,
            rule="outcome_unknown",
            reason=str(error),
            operation_key=intent.operation_key,
            retry_at=retry_at,
        )

    def _put_back(self, intents: Sequence[Intent], error: Exception) -> None:
        retry_at = self.clock() + timedelta(seconds=self.settings.wait_after(error))
        # An intent that was unknown before stays so: its comment must be looked for first.
        answers = [
            Answer(
                operation_key=i.operation_key,
                state=IntentState.UNKNOWN if i.attempts else IntentState.PLANNED,
                error=str(error),
                retry_at=retry_at,
            )
            for i in intents
        ]
        self.memory.record_answers(answers, now=self.clock())


def comment_marker(intent: Intent) -> str:
    """Return the short text by which our comment is found again."""
    return "ref " + intent.operation_key.rpartition("-")[2][:_MARKER_LENGTH]


def _outcome(intent: Intent, action: Action, *, rule: str, reason: str) -> Outcome:
    return Outcome(
        event_id=None,
        record=intent.subject,
        action=action,
        rule=rule,
        reason=reason,
        operation_key=intent.operation_key,
    )
