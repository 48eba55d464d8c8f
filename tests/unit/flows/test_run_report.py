"""Counts that are fit for logs and XCom."""

import json
from datetime import UTC, datetime
from typing import Any

from streak_netsuite.flows.report import RunReport
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.outcome import Action, Hold, Outcome

SECRET = "Maya Okafor"


def an_outcome(action: Action, rule: str, **more: Any) -> Outcome:
    record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxzBox")
    return Outcome(event_id=1, record=record, action=action, rule=rule, reason=SECRET, **more)


OUTCOMES = [
    an_outcome(Action.CREATED, "order"),
    an_outcome(Action.CREATED, "order"),
    an_outcome(Action.HELD, "mapping", hold=Hold(code="MAPPING", reason=SECRET)),
    an_outcome(Action.DEFERRED, "vendor_busy", retry_at=datetime(2026, 5, 4, tzinfo=UTC)),
]


def test_outcomes_are_counted_by_action_and_rule() -> None:
    report = RunReport.of(iter(OUTCOMES))
    assert report.as_dict() == {
        "counts": {"created": 2, "held": 1, "deferred": 1},
        "rules": {"created: order": 2, "held: mapping": 1, "deferred: vendor_busy": 1},
    }
    assert (report.count(Action.CREATED), report.count(Action.SKIPPED)) == (2, 0)


def test_reports_add_up() -> None:
    total = RunReport.of(OUTCOMES[:1]) + RunReport.of(OUTCOMES[1:]) + RunReport()
    assert total.as_dict() == RunReport.of(OUTCOMES).as_dict()


def test_a_report_names_nobody() -> None:
    report = RunReport.of(OUTCOMES)
    for text in (str(report), repr(report), json.dumps(report.as_dict())):
        assert SECRET not in text
        assert "agxz" not in text


def test_a_report_reads_as_a_line() -> None:
    assert str(RunReport.of(OUTCOMES)) == "2 created: order, 1 deferred: vendor_busy, 1 held: mapping"
    assert str(RunReport()) == "nothing to do"
