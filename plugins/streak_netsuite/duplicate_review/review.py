"""Answers the queue's page: what waits, what a person says, what is taken back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from streak_netsuite.duplicate_review.answers import answered
from streak_netsuite.duplicate_review.commands import COMMANDS, Command, Decide, Open, TakeBack
from streak_netsuite.ledger.duplicate_book import DuplicateBook
from streak_netsuite.sync.duplicate_case import Among, Learned, PairName, PairQuestion, RunEntry, Sameness

_SHOWN = 20


class DuplicateReview:
    """The queues of customers, and of organizations and contacts in Streak; each command says which one it means.

    Args:
        clock: gives the time now, aware.
    """

    def __init__(self, book: DuplicateBook, *, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._clock = clock

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...}, or {"error": ...} for what cannot be done.

        A result is `{"among": str, "runs": [...], "waiting": {table: int}, "decided": int, "learned": str,
        "questions": [...]}`: the queue as it is then, with how many pairs wait in each.

        Args:
            command: "open", "decide" or "take_back", with the payload of `commands`.
            by: who asks; stands in the audit.
        """

        def done(sound: Command) -> Mapping[str, Any]:
            self._do(sound, by)
            return self._state(sound.among if isinstance(sound, Open) else Among.CUSTOMERS)

        return answered(COMMANDS, command, payload, done, who="the queue knows")

    def _do(self, command: Command, by: str) -> None:
        now = self._clock()
        if isinstance(command, Decide):
            self._book.decide(
                command.among.scope,
                PairName.of(command.left, command.right),
                Sameness(command.said),
                actor=by,
                reason=command.reason,
                now=now,
                over=command.over,
            )
        elif isinstance(command, TakeBack):
            pair = PairName.of(command.left, command.right)
            self._book.take_back(command.among.scope, pair, actor=by, now=now)

    def _state(self, among: Among) -> dict[str, Any]:
        return {
            "among": among.value,
            "runs": [_run(one) for one in self._book.runs(scope=among.scope)],
            "waiting": {one.value: self._book.count_questions(one.scope) for one in Among},
            "decided": self._book.count_decisions(among.scope),
            "learned": learned_text(self._book.learned(among.scope)),
            "questions": [
                shown_pair(one, left=one.pair.left, right=one.pair.right)
                for one in self._book.questions(among.scope, limit=_SHOWN)
            ],
        }


def learned_text(learned: Learned | None) -> str:
    """Return in a sentence what people's decisions taught the engine."""
    if learned is None:
        return "The last run had too few decisions to learn from: ten of each kind are the least."
    gain = f"{learned.before:.2f} to {learned.after:.2f}"
    if not learned.used:
        return f"The evidence alone foretells your {learned.decisions} decisions better than what they would teach ({gain})."
    return (
        f"The last run learned from {learned.decisions} decisions: how far its probabilities are off decisions it had not "
        f"seen went from {gain} (log loss)."
    )


def _run(one: RunEntry) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "records": one.records,
        "groups": one.groups,
        "sure": one.sure,
        "new": one.new,
        "resolved": one.resolved,
        "ignored": one.ignored,
    }


def shown_pair(one: PairQuestion, *, left: str, right: str) -> dict[str, Any]:
    """Return a pair as it is shown: fields side by side, those that only one record has included."""
    ours, theirs = (_readable(one.body.get("records", {}).get(name, {})) for name in (left, right))
    return {
        "left": left,
        "right": right,
        "probability": 1 / (1 + 2.0**-one.bits),
        "fields": [
            {"name": name, "left": ours.get(name, ""), "right": theirs.get(name, "")}
            for name in dict.fromkeys([*ours, *theirs])
        ],
        "reasons": one.body.get("reasons", []),
    }


def _readable(record: Mapping[str, str]) -> dict[str, str]:
    """Return a record's values as people read them, without those that say nothing: no money, in use, a number that is the name."""
    shown = {name: _value(name, value) for name, value in record.items()}
    if shown.get("number") == shown.get("name"):
        shown.pop("number", None)
    return {name: value for name, value in shown.items() if value}


def _value(name: str, value: str) -> str:
    match name:
        case "balance" | "orders":
            return _money(value)
        case "inactive":
            return "yes" if value == "True" else ""
        case "created":
            return value[:10]
    return value


def _money(value: str) -> str:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    return f"{amount:,.2f}" if amount else ""
