"""Answers the page about organizations in Streak that look like customers in NetSuite: what waits, a tie, a no."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.duplicate_review.answers import answered
from streak_netsuite.duplicate_review.commands import TIE_COMMANDS, Apart, Command, Tie
from streak_netsuite.duplicate_review.review import shown_pair
from streak_netsuite.errors import RecordError
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.duplicate_case import LINKS, PairName, Sameness

_SHOWN = 20


class TieReview:
    """Links that wait for a person.

    Args:
        product: opens both vendors for reading; only a tie needs them.
        clock: gives the time now, aware.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        product: Callable[[], AbstractContextManager[Product]],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._book = ledger.duplicates
        self._product = product
        self._clock = clock

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": {"run": int | None, "waiting": int, "links": [...]}}, or {"error": ...} for what cannot be done.

        Args:
            command: one of `commands.TIE_COMMANDS`, with its payload.
            by: who asks; stands in the audit.
        """

        def done(sound: Command) -> Mapping[str, Any]:
            self._do(sound, by)
            return self._state()

        return answered(TIE_COMMANDS, command, payload, done, who="the ties know")

    def _do(self, command: Command, by: str) -> None:
        if isinstance(command, Apart):
            self._tell_apart(command, by)
        elif isinstance(command, Tie):
            with self._product() as product:
                product.duplicate_links().tie(
                    command.organization, command.customer, actor=by, reason=command.reason
                )

    def _tell_apart(self, command: Apart, by: str) -> None:
        pair = PairName.of(command.organization, command.customer)
        organization = ExternalRef(
            system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=command.organization
        )
        tie = self._ledger.find_bindings([organization], RecordKind.CUSTOMER).get(organization)
        if tie is not None and tie.netsuite.id == command.customer:
            noted = self._ledger.list_audit(subject=str(organization))
            actor = next((f" by {one.actor}" for one in noted if one.action == "binding.made"), "")
            raise RecordError(
                f"{pair}: tied meanwhile{actor}; nothing was changed: look at it again", code="TIED_MEANWHILE"
            )
        self._book.decide(LINKS, pair, Sameness.DIFFERENT, actor=by, reason=command.reason, now=self._clock())

    def _state(self) -> dict[str, Any]:
        runs = self._book.runs(scope=LINKS, limit=1)
        return {
            "run": runs[0].id if runs else None,
            "waiting": self._book.count_questions(LINKS),
            "links": [
                shown_pair(one, left=one.body["organization"], right=one.body["customer"])
                for one in self._book.questions(LINKS, limit=_SHOWN)
            ],
        }
