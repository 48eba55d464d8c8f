"""Questions to people about held records: asked once, taken back when they no longer stand, answered into the ledger."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from airflow.sdk.api.datamodels._generated import HITLDetailResponse
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRuntimeError,
    AirflowSkipException,
    ErrorType,
    TaskAwaitingInput,
    TaskDeferred,
)
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow_place import ROOT, Place

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.operators.holds import AskAboutHoldOperator, FindHoldsOperator
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.triggers import answers
from streak_netsuite.triggers.answers import AnswerTrigger

pytestmark = pytest.mark.airflow
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxzb0x")
TASK = UUID(int=7)
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


@dataclass
class Reviews:
    """The DAG that looks for holds, run in a real Airflow whose metadata stay between its runs."""

    place: Place
    dag_file: Path
    metadata: Path

    def look(self) -> list[tuple[str, str | None]]:
        """Let the DAG look for holds once; return the runs that ask: id, and the state of the task."""
        self.place.run(str(self.dag_file))
        with self.known() as rows:
            asked = "select run_id, state from task_instance where dag_id = 'answer_hold' order by run_id"
            return list(rows.execute(asked))

    def becomes(self, state: str | None) -> None:
        """Let the tasks that ask have come so far, as the scheduler, or a person who marks or clears them, leaves them."""
        with self.known() as rows:
            rows.execute("update task_instance set state = ? where dag_id = 'answer_hold'", [state])

    def forget(self) -> None:
        """Delete the runs that ask, as a person does."""
        with self.known() as rows:
            rows.execute("delete from task_instance where dag_id = 'answer_hold'")
            rows.execute("delete from dag_run where dag_id = 'answer_hold'")

    @contextmanager
    def known(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.metadata, timeout=30)) as rows, rows:
            yield rows


@pytest.fixture
def reviews(place: Place, airflow_home: Path, tmp_path: Path) -> Iterator[Reviews]:
    """A hold that nobody was asked about, and the DAG that finds it."""
    dag_file = tmp_path / "review_holds.py"
    shipped = str(ROOT / "dags" / "review_holds.py")
    dag_file.write_text(f"import runpy\n\ndag = runpy.run_path({shipped!r})['review_holds']\n")
    with Ledger.connect(place.ledger_settings) as ledger:
        hold_again(ledger)
    made = Reviews(place=place, dag_file=dag_file, metadata=airflow_home / "airflow.db")
    made.forget()
    yield made
    made.forget()


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


def context_of(run_id: str) -> Any:
    """Return the context of a task. Also a later try may say that it is the first: Airflow may have queued it before."""
    task = type("Task", (), {"id": TASK, "try_number": 1})
    return {"run_id": run_id, "ti": task, "task_instance": task}


def watch_questions(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what will be put before people."""
    sent: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **kwargs: sent.update(kwargs)
    )
    return sent


def fired(trigger: AnswerTrigger) -> dict[str, Any]:
    """Run a trigger without its pause, and return what it fires with."""

    async def first() -> Any:
        _, arguments = trigger.serialize()
        return (await anext(AnswerTrigger(**{**arguments, "settle_seconds": 0}).run())).payload

    found: dict[str, Any] = asyncio.run(first())
    return found


def airflow_knows(monkeypatch: pytest.MonkeyPatch, known: HITLDetailResponse | AirflowRuntimeError) -> None:
    """Let Airflow say this of the task's question."""

    def look(ti_id: UUID) -> HITLDetailResponse:
        assert ti_id == TASK
        if isinstance(known, AirflowRuntimeError):
            raise known
        return known

    monkeypatch.setattr(answers, "get_hitl_detail_content_detail", look)


def refusal(status_code: int) -> AirflowRuntimeError:
    return AirflowRuntimeError(
        ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": status_code})
    )


def tried_again(ledger: Ledger) -> tuple[AskAboutHoldOperator, AnswerTrigger]:
    """Return a task whose try before had taken the question on, and the trigger it looks with before it asks."""
    asked = question(ledger)
    assert ledger.note_hold_asked(int(asked.hold_id), times=int(asked.times), run_id="q1")
    with pytest.raises(TaskDeferred) as waits:
        asked.execute(context_of("q1"))
    assert waits.value.method_name == "execute_complete"
    assert isinstance(waits.value.trigger, AnswerTrigger)
    return asked, waits.value.trigger


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
    sent = watch_questions(monkeypatch)
    with pytest.raises(TaskAwaitingInput):
        asked.execute(context_of("q1"))
    assert sent["options"] == ["Approve", "Reject", "Dismiss"]
    assert "50,000.00 USD" in sent["body"]
    assert "ann@acme.test" not in json.dumps(sent, default=str)


def test_a_later_try_does_what_was_answered_to_the_one_before(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, (asked, trigger) = watch_questions(monkeypatch), tried_again(ledger)
    given = HITLDetailResponse(
        response_received=True,
        responded_by_user={"id": "7", "name": "fiona"},
        responded_at=NOW,
        chosen_options=["Approve"],
        params_input={"reason": "agreed", "corrections": None},
    )
    airflow_knows(monkeypatch, given)
    asked.execute_complete(context_of("q1"), fired(trigger))
    assert sent == {}, "asking again would delete the answer"
    decision = ledger.find_decisions([BOX], question="order")[BOX]
    assert (decision.choice, decision.actor, decision.reason) == ("approve", "fiona", "agreed")


def test_a_later_try_waits_on_when_nobody_has_answered(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, (asked, trigger) = watch_questions(monkeypatch), tried_again(ledger)
    unanswered = HITLDetailResponse(response_received=False, responded_at=None, chosen_options=None)
    airflow_knows(monkeypatch, unanswered)
    with pytest.raises(TaskAwaitingInput):
        asked.execute_complete(context_of("q1"), fired(trigger))
    assert sent == {}, "whoever answers in this moment is heard"


def test_a_later_try_asks_when_the_one_before_had_not(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, (asked, trigger) = watch_questions(monkeypatch), tried_again(ledger)
    airflow_knows(monkeypatch, refusal(404))
    with pytest.raises(TaskAwaitingInput):
        asked.execute_complete(context_of("q1"), fired(trigger))
    assert sent["options"] == ["Approve", "Reject", "Dismiss"]


def test_a_later_try_asks_nothing_while_airflow_cannot_say_what_was_answered(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, trigger = tried_again(ledger)
    airflow_knows(monkeypatch, refusal(503))
    with pytest.raises(AirflowRuntimeError):
        fired(trigger)


def test_the_answer_is_looked_for_when_the_executor_has_told_of_the_worker_before() -> None:
    _, arguments = AnswerTrigger(TASK).serialize()
    assert arguments["settle_seconds"] > conf.getfloat("workers", "min_heartbeat_interval")


def test_an_answer_of_another_form_fails_with_its_reason_and_is_asked_again(ledger: Ledger) -> None:
    event = {
        "chosen_options": ["Approve"],
        "params_input": {"why": "agreed"},
        "responded_at": NOW,
        "responded_by_user": {"id": "7", "name": "fiona"},
    }
    with pytest.raises(AirflowFailException, match=r"does not match params.*asked about again"):
        question(ledger).execute_complete({"run_id": "q1"}, event)
    assert answer(question(ledger), "Approve", run_id="q2").startswith("hold")


# --- what runs leave behind ---


class Airflow:
    """What Airflow knows of the runs that ask: the states of their tasks, by id, as its API tells them."""

    run_id = "m1"

    def __init__(self) -> None:
        self.states: dict[str, str | None] = {}

    def get_task_states(
        self, *, dag_id: str, task_ids: list[str], run_ids: list[str]
    ) -> dict[str, dict[str, str | None]]:
        assert (dag_id, task_ids) == ("answer_hold", ["ask"])
        return {one: {"ask": self.states[one]} for one in run_ids if one in self.states}

    def look(self) -> list[str]:
        """Look for holds once, and begin a run for each that is found; return the ids of the runs."""
        found = FindHoldsOperator(task_id="find", asking_dag_id="answer_hold").execute({"ti": self})
        ids = [one["trigger_run_id"] for one in found]
        self.states |= dict.fromkeys(ids)
        return ids


def take_on(ledger: Ledger, run_id: str) -> bool:
    """Let a run take the question on; return whether it may."""
    (hold,) = ledger.list_holds()
    return ledger.note_hold_asked(hold.id, times=hold.times, run_id=run_id)


ON_ITS_WAY = [None, "scheduled", "queued", "running", "deferred", "awaiting_input", "up_for_retry"]


@pytest.mark.parametrize("state", [*ON_ITS_WAY, "restarting", "up_for_reschedule"])
@pytest.mark.parametrize("is_taken_on", [True, False])
def test_a_question_is_left_to_a_run_that_goes_on(
    ledger: Ledger, state: str | None, is_taken_on: bool
) -> None:
    airflow = Airflow()
    (run_id,) = airflow.look()
    if is_taken_on:
        assert take_on(ledger, run_id)
    airflow.states[run_id] = state
    assert airflow.look() == []


@pytest.mark.parametrize("state", ["failed", "skipped", "success", "upstream_failed", "removed"])
def test_a_run_that_ended_without_an_answer_is_followed_by_one_other(ledger: Ledger, state: str) -> None:
    airflow = Airflow()
    (run_id,) = airflow.look()
    assert take_on(ledger, run_id)
    airflow.states[run_id] = state
    (other,) = airflow.look()
    assert other not in {run_id, ""}
    assert airflow.look() == [], "it is asked once more, not twice"
    assert take_on(ledger, other)
    assert not take_on(ledger, run_id), "cleared now, the old run leaves the question to the new one"


def test_a_run_that_was_cleared_before_another_began_keeps_the_question(ledger: Ledger) -> None:
    airflow = Airflow()
    (run_id,) = airflow.look()
    assert take_on(ledger, run_id)
    airflow.states[run_id] = "failed"
    (other,) = airflow.look()
    assert take_on(ledger, run_id)
    assert not take_on(ledger, other)


def test_a_run_that_ended_before_it_asked_is_followed_by_another(ledger: Ledger) -> None:
    airflow = Airflow()
    (first,) = airflow.look()
    airflow.states[first] = "failed"
    (second,) = airflow.look()
    airflow.states[second] = "failed"
    (third,) = airflow.look()
    assert len({first, second, third}) == 3


def test_a_question_whose_answer_cannot_be_carried_out_is_asked_by_another_run(ledger: Ledger) -> None:
    airflow = Airflow()
    (run_id,) = airflow.look()
    assert take_on(ledger, run_id)
    with pytest.raises(AirflowFailException, match="asked about again"):
        answer(question_of(ledger), "Approve", corrections="stage=Won", run_id=run_id)
    airflow.states[run_id] = "failed"
    assert len(airflow.look()) == 1


def question_of(ledger: Ledger) -> AskAboutHoldOperator:
    (hold,) = ledger.list_holds()
    return AskAboutHoldOperator(task_id="ask", hold_id=hold.id, times=hold.times)


def test_a_dag_of_ones_own_that_names_none_that_asks_is_told_of_a_hold_once(ledger: Ledger) -> None:
    asked = question(ledger)
    assert take_on(ledger, "q1")
    assert FindHoldsOperator(task_id="find").execute({"ti": _Run("m2")}) == []
    assert asked.hold_id


def test_airflow_itself_tells_which_runs_ask_still(reviews: Reviews) -> None:
    """Its API tells a task that has not begun from a run that does not exist, as the stand-in does."""
    first = reviews.look()
    ((run_id, state),) = first
    assert state is None
    assert reviews.look() == first, "the DAG that asks is paused: no run is added"
    with Ledger.connect(reviews.place.ledger_settings) as ledger:
        assert take_on(ledger, run_id)
    reviews.becomes("failed")
    ended, (other, waits) = reviews.look()
    assert (ended, waits) == ((run_id, "failed"), None)
    with Ledger.connect(reviews.place.ledger_settings) as ledger:
        assert take_on(ledger, other)
    reviews.forget()
    assert reviews.look() == first, "runs that were deleted ask nobody"
