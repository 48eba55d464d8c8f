"""What a person can do about a hold: which choices there are, and what each of them means."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.approvals import NEEDS_APPROVAL
from streak_netsuite.flows.approved_terms import EDITS, TERMS, code_of, read_with
from streak_netsuite.flows.deal_edits import SAID, differing, read_of
from streak_netsuite.flows.masking import Mask
from streak_netsuite.flows.order_to_invoice import INVOICE_GONE, INVOICE_KEY, LEFT_TO_FINANCE
from streak_netsuite.flows.queued import OUTCOME_UNKNOWN
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.decision import QUESTIONS, Choice, Decision, checked_edits
from streak_netsuite.sync.outcome import GOES_ON, Hold

AMBIGUOUS = "AMBIGUOUS"
_CUSTOMER_GONE = "CUSTOMER_GONE"
APPROVE, REJECT, RELEASE, DISMISS = "Approve", "Reject", "Try again", "Dismiss"
NEW_CUSTOMER = "Make a new customer"
_USE = "Use customer "


class HeldRecord(Protocol):
    """A hold as the ledger keeps it."""

    @property
    def id(self) -> int:
        """Names the hold."""

    @property
    def record(self) -> ExternalRef:
        """What is held."""

    @property
    def what(self) -> Hold:
        """Why, and what a person needs to decide."""

    @property
    def times(self) -> int:
        """How often the record was held since the hold was opened."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""

    @property
    def write_key(self) -> str:
        """The operation key of a write that waits by itself; "" for a record whose hints brought it here."""


class HoldBook(Protocol):
    """Keeps holds, and what people decide about them."""

    def get_hold(self, hold_id: int) -> HeldRecord:
        """Return one hold; raises RecordError when there is none of this id."""

    def decide_hold(self, hold_id: int, made: Decision, *, now: datetime) -> None:
        """Keep a decision, and put the record back to work."""

    def release_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
        """Put the record back to work."""

    def dismiss_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
        """Close the hold without trying again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A hold as a question to a person, with personal data masked.

    Attributes:
        body: Markdown.
        options: what can be answered, the least harmful last.
        editable: whether values of the deal can be corrected with the answer.
    """

    subject: str
    body: str
    options: tuple[str, ...]
    editable: bool


@dataclass(frozen=True, kw_only=True)
class HoldDesk:
    """Carries out what people decide. Who and why are kept with each decision."""

    book: HoldBook
    clock: Callable[[], datetime]

    def review(self, hold_id: int) -> Review:
        """Return a hold as a question."""
        return review_of(self.book.get_hold(hold_id))

    def answer(
        self,
        hold_id: int,
        option: str,
        *,
        actor: str,
        reason: str,
        edits: Mapping[str, Any] | None = None,
        times: int | None = None,
    ) -> str:
        """Do what was answered; return in words what was done.

        Args:
            hold_id: the hold that was asked about.
            option: the answer, in the question's words.
            actor: who answered.
            reason: why.
            edits: values of the deal that were corrected with the answer.
            times: the hold's `times` when it was asked about. When it has been renewed since, the answer was given to
                something else, and nothing is done.

        Raises:
            RecordError: the hold knows no such answer, or the edits cannot be followed.
        """
        held = self.book.get_hold(hold_id)
        if not held.is_open:
            return f"hold {hold_id} is closed already; nothing was done"
        if times not in {None, held.times}:
            return f"hold {hold_id} has changed since it was asked about; nothing was done, it is asked again"
        options = review_of(held).options
        if option not in options:
            raise RecordError(
                f"hold {hold_id} has no answer '{option}'",
                code="NO_SUCH_ANSWER",
                fix=f"answer {', '.join(options)}",
            )
        if option == REJECT:
            self.reject(hold_id, actor=actor, reason=reason)
            return f"hold {hold_id} is rejected; no order is made as long as its deal is as it is"
        if option == DISMISS:
            self.book.dismiss_hold(hold_id, actor=actor, reason=reason, now=self.clock())
            return f"hold {hold_id} is closed; {after_dismissal(held)}"
        self._go_on(held, option, edits or {}, actor=actor, reason=reason)
        return f"hold {hold_id}: {option.lower()}; its record is in the inbox again"

    def _go_on(
        self, held: HeldRecord, option: str, edits: Mapping[str, Any], *, actor: str, reason: str
    ) -> None:
        hold_id, shown = held.id, code_of(held.what.payload)
        if edits:
            self.edit(hold_id, edits, actor=actor, reason=reason)
        if option == APPROVE:
            self.approve(hold_id, shown=shown, actor=actor, reason=reason, edits=edits)
        elif option == NEW_CUSTOMER:
            self.create_customer(hold_id, actor=actor, reason=reason)
        elif option.startswith(_USE):
            self.choose_customer(hold_id, option.removeprefix(_USE), actor=actor, reason=reason)
        elif not edits:
            self.book.release_hold(hold_id, actor=actor, reason=reason, now=self.clock())

    def approve(
        self,
        hold_id: int,
        *,
        shown: str,
        actor: str,
        reason: str,
        edits: Mapping[str, Any] | None = None,
    ) -> None:
        """Let the order of a deal be written, as long as it asks for what was shown.

        Args:
            shown: the code (`code_of`) of what whoever approves has seen.
            edits: values of the deal that were corrected with the approval: it is for the deal as corrected, then.

        Raises:
            RecordError: the hold does not wait for an approval, or asks for something else by now; code CHANGED_MEANWHILE.
        """
        held = self.book.get_hold(hold_id)
        _require(held, NEEDS_APPROVAL, "approved")
        _require_shown(held, shown)
        payload = held.what.payload
        kept = payload.get(EDITS) or {}
        # Nobody has mapped the deal as corrected now: what is approved is told by its values alone, then.
        terms = "" if edits else str(payload.get(TERMS, ""))
        if edits:
            kept = differing({**kept, **edits}, payload.get(SAID) or {})
        digest = read_with(_digest(held), kept)
        self._decide(held, Choice.APPROVE, held.record, actor, reason, digest=digest, value=terms)

    def reject(self, hold_id: int, *, actor: str, reason: str) -> None:
        """Let no order be made of a deal, as long as the deal is as it is now.

        Raises:
            RecordError: the hold does not wait for an approval, or no reason is given.
        """
        held = self.book.get_hold(hold_id)
        _require(held, NEEDS_APPROVAL, "rejected")
        if not reason.strip():
            raise RecordError(
                f"hold {hold_id} cannot be rejected without a reason",
                code="NO_REASON",
                fix="say why: whoever sold the deal will ask",
            )
        digest = read_with(_digest(held), held.what.payload.get(EDITS) or {})
        self._decide(held, Choice.REJECT, held.record, actor, reason, digest=digest)

    def edit(self, hold_id: int, edits: Mapping[str, Any], *, actor: str, reason: str) -> None:
        """Let a deal be read with other values, each as long as the deal says in its place what it says now.

        Raises:
            RecordError: the hold is not about a deal, or the edits cannot be followed.
        """
        held = self.book.get_hold(hold_id)
        kept = checked_edits(edits)
        read = read_of(held.what.payload, kept)
        self._decide(
            held, Choice.EDIT, held.record, actor, reason, digest=_digest(held), edits=kept, read=read
        )

    def choose_customer(self, hold_id: int, customer_id: str, *, actor: str, reason: str) -> None:
        """Let the buyer of a deal be this customer, from now on.

        Raises:
            RecordError: the hold does not ask for a customer, or that customer is none of its candidates.
        """
        held = self.book.get_hold(hold_id)
        _require_buyer(held)
        known = [str(one) for one in held.what.payload.get("customers", ())]
        if customer_id not in known:
            raise RecordError(
                f"customer '{customer_id}' is no candidate of hold {hold_id}",
                code="NO_CANDIDATE",
                fix=f"choose {', '.join(known)}, or link the records by their names",
            )
        self._decide(held, Choice.CHOOSE, _buyer(held), actor, reason, value=customer_id)

    def create_customer(self, hold_id: int, *, actor: str, reason: str) -> None:
        """Let a new customer be made for the buyer of a deal, whatever looks like it, and whichever is gone.

        Raises:
            RecordError: the hold does not ask for a customer.
        """
        held = self.book.get_hold(hold_id)
        _require_buyer(held)
        gone = str(held.what.payload.get("gone") or "")
        self._decide(held, Choice.CREATE, _buyer(held), actor, reason, value=gone)

    def _decide(
        self, held: HeldRecord, choice: Choice, record: ExternalRef, actor: str, reason: str, **more: Any
    ) -> None:
        made = Decision(
            record=record,
            question=QUESTIONS[choice],
            choice=choice,
            actor=actor,
            reason=reason,
            decided_at=self.clock(),
            **more,
        )
        self.book.decide_hold(held.id, made, now=self.clock())


def after_dismissal(held: HeldRecord) -> str:
    """Return in words what becomes of a record whose hold was dismissed."""
    if held.what.payload.get(GOES_ON):
        return "its record is in the inbox again, and is followed like any other"
    if held.write_key.startswith(INVOICE_KEY):
        is_known = held.what.code == INVOICE_GONE or held.what.payload.get(LEFT_TO_FINANCE) is not None
        later = "by itself" if is_known else "only once that is: nobody knows what of the order waited"
        return f"what waited to be billed is left to finance, and what is shipped later is billed {later}"
    if held.what.code == OUTCOME_UNKNOWN and held.write_key:
        return "its write is given up; later ones wait only as long as it may still land"
    return "nothing is done about the record"


def review_of(held: HeldRecord) -> Review:
    """Return a hold as a question, with personal data masked."""
    mask = Mask([held.what.payload])
    parts = [mask.text(held.what.reason)]
    parts += [f"- {mask.text(line)}" for line in held.what.faults if line != held.what.reason]
    parts += [f"- {mask.text(line)}" for line in held.what.candidates]
    if held.what.fix:
        parts.append(f"**Next step:** {mask.text(held.what.fix)}")
    order = held.what.payload.get("order")
    if isinstance(order, Mapping):
        parts.append(f"```json\n{json.dumps(mask.value(order), indent=2, default=str)}\n```")
    return Review(
        subject=f"{held.what.code.replace('_', ' ').capitalize()}: {held.record.kind} {held.record.id[-12:]}",
        body="\n\n".join(parts),
        options=_options(held),
        editable="digest" in held.what.payload,
    )


def _options(held: HeldRecord) -> tuple[str, ...]:
    if held.what.code == NEEDS_APPROVAL:
        return APPROVE, REJECT, DISMISS
    if held.what.code in {AMBIGUOUS, _CUSTOMER_GONE} and "buyer" in held.what.payload:
        customers: Sequence[Any] = held.what.payload.get("customers", ())
        return (*(f"{_USE}{one}" for one in customers), NEW_CUSTOMER, RELEASE, DISMISS)
    return RELEASE, DISMISS


def _require(held: HeldRecord, code: str, what: str) -> None:
    if held.what.code != code:
        raise RecordError(
            f"hold {held.id} is {held.what.code}; only {code} can be {what}",
            code="NO_SUCH_ANSWER",
            fix=f"streak-netsuite holds show {held.id} says what it waits for",
        )


def _require_shown(held: HeldRecord, shown: str) -> None:
    """Refuse an approval of what was not seen: the deal may have grown since somebody looked."""
    if shown != (code := code_of(held.what.payload)):
        raise RecordError(
            f"hold {held.id} does not ask for what is approved: it asks now: {held.what.reason}",
            code="CHANGED_MEANWHILE",
            fix=f"look at it (streak-netsuite holds show {held.id}), then approve it with --shown {code}",
        )


def _require_buyer(held: HeldRecord) -> None:
    """Refuse a hold that does not ask which customer is meant."""
    if held.what.code != _CUSTOMER_GONE or "buyer" not in held.what.payload:
        _require(held, AMBIGUOUS, "decided on")


def _digest(held: HeldRecord) -> str:
    digest = held.what.payload.get("digest")
    if not digest:
        raise RecordError(
            f"hold {held.id} is not about the values of a deal, so they cannot be decided on with it",
            code="NO_SUCH_ANSWER",
            fix="correct the record in Streak or NetSuite, then release the hold",
        )
    return str(digest)


def _buyer(held: HeldRecord) -> ExternalRef:
    buyer = held.what.payload["buyer"]
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind(buyer["kind"]), id=str(buyer["key"]))
