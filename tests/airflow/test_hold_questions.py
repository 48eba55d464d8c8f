"""Questions to people about held records: asked once, taken back when they no longer stand, answered into the ledger."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskAwaitingInput

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.operators.holds import AskAboutHoldOperator, FindHoldsOperator
from streak_netsuite.sync.outcome import Action, Hold, Outcome

pytestmark = pytest.mark.airflow
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxzb0x")
TIMEOUT = {"error": "nobody answered", "error_type": "timeout"}


@pytest.fixture
def ledger(ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A ledger with one hold, that Airflow's connection leads to."""
    url = ledger_settings.sqlalchemy_url
    row = {
        "conn_type": "streak_netsuite_ledger",
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
        "extra": {"encryption_secret": [key.get_secret_value() for key in ledger_settings.encryption_keys]},
    }
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_NETSUITE_LEDGER", json.dumps(row))
    with Ledger.connect(ledger_settings) as opened:
        hold_again(opened)
        yield opened


def hold_again(ledger: Ledger, digest: str = "d1") -> None:
    what = Outcome(
        record=BOX,
        event_id=None,
        action=Action.HELD,
        rule="approval",
        reason="50,000.00 USD is above 40,000",
        hold=Hold(
            code="NEEDS_APPROVAL",
            reason="50,000.00 USD is above 40,000",
            fix="approve it",
            payload={"digest": digest, "order": {"email": "ann@acme.test"}},
        ),
    )
    ledger.record_outcomes([what], flow="deal_to_order", run_id="r1", now=NOW)


def question(ledger: Ledger) -> AskAboutHoldOperator:
    """Take the question that stands, as the DAG does."""
    (found,) = FindHoldsOperator(task_id="find").execute({"ti": _Run("m1")})
    return AskAboutHoldOperator(task_id="ask", **found["conf"])


class _Run:
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id


def answer(
    operator: AskAboutHoldOperator,
    option: str,
    corrections: str = "",
    run_id: str = "q1",
    reason: str = "agreed",
) -> str:
    event = {
        "chosen_options": [option],
        "params_input": {"reason": reason, "corrections": corrections},
        "responded_at": NOW,
        "responded_by_user": {"id": "7", "name": "fiona"},
    }
    return operator.execute_complete({"run_id": run_id}, event)


def test_an_answer_reaches_the_ledger_with_who_and_why(ledger: Ledger) -> None:
    answer(question(ledger), "Approve")
    decision = ledger.find_decisions([BOX], question="order")[BOX]
    assert (decision.actor, decision.reason, decision.digest) == ("fiona", "agreed", "d1")
    assert ledger.list_holds() == []


def test_a_rejection_reaches_the_ledger_and_is_asked_again_without_a_reason(ledger: Ledger) -> None:
    with pytest.raises(AirflowFailException, match="without a reason"):
        answer(question(ledger), "Reject", reason=" ")
    assert ledger.find_decisions([BOX], question="order") == {}
    answer(question(ledger), "Reject", run_id="q2", reason="no budget")
    decision = ledger.find_decisions([BOX], question="order")[BOX]
    assert (decision.choice, decision.actor, decision.reason) == ("reject", "fiona", "no budget")


def test_an_approval_of_what_has_changed_since_approves_nothing(ledger: Ledger) -> None:
    asked = question(ledger)
    hold_again(ledger, digest="d2")
    with pytest.raises(AirflowSkipException, match="taken back"):
        answer(asked, "Approve")
    assert ledger.find_decisions([BOX], question="order") == {}
    assert question(ledger).times == 2, "and it is asked about as it is now"


def test_a_question_that_nobody_answers_waits_on_while_it_stands(ledger: Ledger) -> None:
    asked = question(ledger)
    with pytest.raises(TaskAwaitingInput):
        asked.execute_complete({"run_id": "q1"}, TIMEOUT)
    ledger.dismiss_hold(int(asked.hold_id), actor="otto", reason="done", now=NOW)
    with pytest.raises(AirflowSkipException, match="taken back"):
        asked.execute_complete({"run_id": "q1"}, TIMEOUT)


def test_two_runs_do_not_ask_the_same(ledger: Ledger) -> None:
    asked = question(ledger)
    with pytest.raises(TaskAwaitingInput):
        asked.execute_complete({"run_id": "q1"}, TIMEOUT)
    with pytest.raises(AirflowSkipException, match="elsewhere"):
        answer(asked, "Approve", run_id="q2")


def test_a_correction_that_cannot_be_followed_fails_with_its_reason_and_is_asked_again(
    ledger: Ledger,
) -> None:
    with pytest.raises(AirflowFailException, match=r"'stage' cannot be edited.*asked about again"):
        answer(question(ledger), "Approve", corrections="stage=Won")
    assert len(ledger.list_holds()) == 1
    assert ledger.find_decisions([BOX], question="order") == {}
    assert answer(question(ledger), "Approve", run_id="q2").startswith("hold")


def test_the_question_hides_personal_data(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(ledger)
    sent: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **kwargs: sent.update(kwargs)
    )
    task = type("Task", (), {"id": "t1"})
    with pytest.raises(TaskAwaitingInput):
        asked.execute({"run_id": "q1", "task_instance": task})
    assert sent["options"] == ["Approve", "Reject", "Dismiss"]
    assert "50,000.00 USD" in sent["body"]
    assert "ann@acme.test" not in json.dumps(sent, default=str)
