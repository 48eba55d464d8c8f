"""Operators that put held records before people, and do what they answer."""

from collections.abc import Mapping, Sequence
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

    from streak_netsuite.flows.hold_desk import Review

# Airflow maps a task over at most 1,024 values by default ([core] max_map_length).
MOST_QUESTIONS = 500
_PATIENCE_SECONDS = 120.0


class FindHoldsOperator(BaseOperator):
    """Returns the open holds that nobody was asked about as they are now, as arguments of runs that ask.

    :param ledger_conn_id: ledger connection.
    :param most: at most this many; the others wait for the next run.
    """

    ui_color = "#fef3c7"

    def __init__(
        self,
        *,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        most: int = MOST_QUESTIONS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.ledger_conn_id = ledger_conn_id
        self.most = most

    def execute(self, context: "Context") -> list[dict[str, Any]]:
        """List them, oldest first."""
        with LedgerHook(self.ledger_conn_id).get_conn() as ledger:
            found = ledger.list_unasked_holds(limit=self.most)
        asked_in = context["ti"].run_id
        return [
            {
                "trigger_run_id": f"hold-{hold_id}-{times}-{asked_in}",
                "conf": {"hold_id": hold_id, "times": times},
            }
            for hold_id, times in found
        ]


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
