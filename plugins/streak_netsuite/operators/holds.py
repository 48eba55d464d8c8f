"""Operators that put held records before people, and do what they answer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import tenacity
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskAwaitingInput

from streak_netsuite.errors import RecordError, TransientError
from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.triggers.answers import NOBODY_ANSWERED, NOBODY_ASKED, AnswerTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

    from streak_netsuite.flows.hold_desk import Review
    from streak_netsuite.ledger.ledger import Ledger

# Airflow maps a task over at most 1,024 values by default ([core] max_map_length).
MOST_QUESTIONS = 500
_PATIENCE_SECONDS = 120.0
_RUNS_AT_ONCE = 100  # their ids stand in the address of one request
_ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


@dataclass(frozen=True, kw_only=True)
class AskingRuns:
    """The runs of a DAG that asks, as Airflow knows them.

    A run that is cleared, waits or whose DAG is paused goes on asking one day. One whose task has ended does not, and a
    run that was deleted has left nothing: Airflow tells no state of it.
    """

    task: "RuntimeTaskInstanceProtocol"
    dag_id: str
    task_id: str

    def states(self, run_ids: Collection[str]) -> dict[str, str | None]:
        """Return how far those of these runs are that exist: the states of their tasks; None for one that has not begun."""
        wanted = sorted(set(run_ids))
        found: dict[str, str | None] = {}
        for start in range(0, len(wanted), _RUNS_AT_ONCE):
            part = self.task.get_task_states(
                dag_id=self.dag_id,
                task_ids=[self.task_id],
                run_ids=wanted[start : start + _RUNS_AT_ONCE],
            )
            found |= {
                run_id: states[self.task_id] for run_id, states in part.items() if self.task_id in states
            }
        return found

    def over(self, run_ids: Collection[str]) -> frozenset[str]:
        """Return which of these runs ask nobody any more."""
        states = self.states(run_ids)
        return frozenset(one for one in run_ids if one not in states or states[one] in _ENDED)

    def new_ids(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield for each name the id of a run that does not exist; none for a name of which a run goes on."""
        ids = {name: f"{name}-1" for name in names}
        number = 1
        while ids:
            states = self.states(ids.values())
            yield from ((name, one) for name, one in ids.items() if one not in states)
            number += 1
            ids = {name: f"{name}-{number}" for name, one in ids.items() if states.get(one, "") in _ENDED}


class FindHoldsOperator(BaseOperator):
    """Returns the open holds that nobody is asked about as they are now, as arguments of runs that ask.

    :param ledger_conn_id: ledger connection.
    :param most: at most this many; the others wait for the next run.
    :param asking_dag_id: the DAG of those runs. A hold whose run has failed, was deleted or was marked as ended is found
        again, and one whose run goes on or waits to begin is not. None: a hold is found once, whatever becomes of its run.
    :param asking_task_id: the task of that DAG that asks.
    """

    ui_color = "#fef3c7"

    def __init__(
        self,
        *,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        most: int = MOST_QUESTIONS,
        asking_dag_id: str | None = None,
        asking_task_id: str = "ask",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.ledger_conn_id = ledger_conn_id
        self.most = most
        self.asking_dag_id = asking_dag_id
        self.asking_task_id = asking_task_id

    def execute(self, context: "Context") -> list[dict[str, Any]]:
        """List them, oldest first."""
        runs = None
        if self.asking_dag_id is not None:
            runs = AskingRuns(task=context["ti"], dag_id=self.asking_dag_id, task_id=self.asking_task_id)
        with LedgerHook(self.ledger_conn_id).get_conn() as ledger:
            if runs is not None:
                self._take_back(ledger, runs)
            found = ledger.list_unasked_holds(limit=self.most)
        holds = {f"hold-{hold_id}-{times}": {"hold_id": hold_id, "times": times} for hold_id, times in found}
        ids = (
            dict(runs.new_ids(list(holds)))
            if runs
            else {name: f"{name}-{context['ti'].run_id}" for name in holds}
        )
        return [{"trigger_run_id": ids[name], "conf": conf} for name, conf in holds.items() if name in ids]

    def _take_back(self, ledger: "Ledger", runs: AskingRuns) -> None:
        """Let holds be asked about again whose runs have ended without an answer that closed them."""
        asked = ledger.list_asked_holds()
        over = runs.over({run_id for _, run_id in asked})
        for hold_id, run_id in asked:
            if run_id in over:
                self.log.warning(
                    "run %s asks about hold %s no more; it is asked about again", run_id, hold_id
                )
                ledger.ask_again(hold_id, run_id=run_id)


class AskAboutHoldOperator(HITLOperator):
    """Asks a person about one hold, and does what is answered. Waits without a worker slot.

    The question is read from the ledger when it is asked, with personal data masked. Who answered, and why, goes into the
    ledger's audit. A hold that is closed or has changed meanwhile takes its question back. An answer outlives the
    try that it was given to: the next one does what was answered, and asks nobody again.

    :param hold_id: the hold.
    :param times: its `times` when it was found; a question about an older state is not asked.
    :param ledger_conn_id: ledger connection.
    :param look_again: while nobody answers, see this often whether the question still stands.
    """

    template_fields: Sequence[str] = ("hold_id", "times")
    ui_color = "#fde68a"

    def __init__(
        self,
        *,
        hold_id: int | str,
        times: int | str,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        look_again: timedelta = timedelta(hours=1),
        **kwargs: Any,
    ) -> None:
        params = {
            "reason": Param(
                "",
                type="string",
                title="Why",
                description="Kept in the ledger's audit. A rejection needs one.",
            ),
            "corrections": Param(
                "",
                type=["null", "string"],
                format="multiline",
                title="Values to read otherwise",
                description="One a line, such as fields.Quantity=3. Only for holds about the values of a deal.",
            ),
        }
        super().__init__(
            subject="A record waits for a person",
            options=["Try again", "Dismiss"],
            params=params,
            response_timeout=look_again,
            **kwargs,
        )
        self.hold_id = hold_id
        self.times = times
        self.ledger_conn_id = ledger_conn_id

    def execute(self, context: "Context") -> None:
        """Ask, and wait."""
        question, is_new = self._still_asked(context)
        if not is_new:
            # Airflow 3.3.2 ends a task that goes on so soon that its executor has not yet told of the worker that
            # asked, and then tries it again: 11 of 18 answers given within a second of their questions. The number of
            # the try does not tell: what runs may have been queued for the one before.
            self.defer(trigger=AnswerTrigger(context["ti"].id), method_name="execute_complete")
        self._ask(question, context)

    def execute_complete(self, context: "Context", event: dict[str, Any]) -> str:
        """Do what was answered, or wait on."""
        question, _ = self._still_asked(context)
        if event.get("error_type") == NOBODY_ANSWERED["error_type"]:
            self._wait_on()
        if event.get("error_type") == NOBODY_ASKED["error_type"]:
            self._ask(question, context)
        self._put_question(question)
        try:
            answer = super().execute_complete(context, event)
        except ValueError as error:
            self._give_back(error)
        # Whoever answered has gone: an answer is worth more patience than a question.
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_delay(_PATIENCE_SECONDS),
            wait=tenacity.wait_exponential_jitter(initial=1, max=20),
            reraise=True,
        )(
            self._carry_out,
            option=answer["chosen_options"][0],
            inputs=answer["params_input"],
            actor=_name_of(answer["responded_by_user"]),
        )

    def _still_asked(self, context: "Context") -> "tuple[Review, bool]":
        """Return the question, and whether it is new; a question that no longer stands skips the task."""
        from streak_netsuite.flows.hold_desk import review_of

        number, times, run_id = int(self.hold_id), int(self.times), str(context["run_id"])
        with LedgerHook(self.ledger_conn_id).get_conn() as ledger:
            is_new = not ledger.asks_about(number, times=times, run_id=run_id)
            if not ledger.note_hold_asked(number, times=times, run_id=run_id):
                raise AirflowSkipException(
                    f"hold {number} is closed, has changed, or is asked about elsewhere; this question is taken back"
                )
            return review_of(ledger.get_hold(number)), is_new

    def _ask(self, question: "Review", context: "Context") -> NoReturn:
        self._put_question(question)
        super().execute(context)
        raise AssertionError("a question waits for its answer")

    def _put_question(self, question: "Review") -> None:
        self.subject, self.body = question.subject, question.body
        self.options = list(question.options)

    def _wait_on(self) -> NoReturn:
        raise TaskAwaitingInput(method_name="execute_complete", timeout=self.response_timeout)

    def _carry_out(self, *, option: str, inputs: Mapping[str, Any], actor: str) -> str:
        from streak_netsuite.flows.hold_desk import REJECT, HoldDesk
        from streak_netsuite.sync.decision import edits_of_lines

        number, reason = int(self.hold_id), str(inputs.get("reason") or "").strip()
        if not reason and option != REJECT:
            reason = "no reason given"
        try:
            with LedgerHook(self.ledger_conn_id).get_conn() as ledger:
                done = HoldDesk(book=ledger, clock=_now).answer(
                    number,
                    option,
                    actor=actor,
                    reason=reason,
                    edits=edits_of_lines(str(inputs.get("corrections") or "").splitlines()),
                    times=int(self.times),
                )
        except RecordError as error:
            self._give_back(error)
        self.log.info("%s", done)
        return done

    def _give_back(self, error: Exception) -> NoReturn:
        """Let another run ask: what was answered cannot be done, also not by another try."""
        with LedgerHook(self.ledger_conn_id).get_conn() as ledger:
            ledger.ask_again(int(self.hold_id))
        raise AirflowFailException(f"{error}; the hold is asked about again") from error


def _name_of(user: Mapping[str, Any] | None) -> str:
    return str((user or {}).get("name") or (user or {}).get("id") or "an Airflow user")


def _now() -> datetime:
    return datetime.now(UTC)
