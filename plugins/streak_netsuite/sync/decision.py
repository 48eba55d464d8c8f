"""Decisions of people about records that waited: kept, and followed from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.errors import RecordError
from streak_netsuite.model.external_ref import ExternalRef


class Choice(StrEnum):
    """What somebody decided.

    APPROVE  the order of a deal may be written as the deal is now
    REJECT   no order is to be made of a deal as the deal is now
    EDIT     the deal is read with other values, each as long as its field is as it was
    CHOOSE   a buyer is this customer; of records that are one, this one stays
    CREATE   a buyer is a new customer, whatever looks like it
    """

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    CHOOSE = "choose"
    CREATE = "create"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One decision; a later one about the same question takes its place.

    Attributes:
        question: what was decided about the record: "order", "deal", "customer" or `STAYS`.
        digest: of the deal as it was then; a decision about a deal that has changed since is void. "" for buyers.
        value: the customer's internal id of a CHOOSE; of a CREATE the customer that is gone, if one was; or the key of the record
            that stays. Of an APPROVE the terms that were approved: it stands while they stay, though the deal changes; "" for none.
        edits: values by name of an EDIT.
        read: what the deal said in their place then, by the same names; an edit whose value was changed since is void. One that
            is not in it, made by an earlier version, is void as soon as the deal changes.
    """

    record: ExternalRef
    question: str
    choice: Choice
    digest: str = ""
    value: str = ""
    edits: Mapping[str, Any] = field(default_factory=dict)
    read: Mapping[str, Any] = field(default_factory=dict)
    actor: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """What somebody decides about several records at once, on the ground of what was decided about them before.

    Attributes:
        decided: what is decided now, one for each record.
        seen: what was known to be decided about them; when it is something else by now, nothing is decided.
        action, subject, details: as the audit notes it.
    """

    decided: Sequence[Decision]
    seen: Mapping[ExternalRef, Decision]
    action: str
    subject: str
    details: Mapping[str, Any]


def with_earlier(made: Decision, earlier: Decision | None) -> Decision:
    """Return an EDIT together with the edits before it that it leaves alone."""
    if earlier is None or earlier.choice is not Choice.EDIT or made.choice is not Choice.EDIT:
        return made
    known = {
        name: value
        for name, value in earlier.edits.items()
        if name in earlier.read or earlier.digest == made.digest
    }
    return replace(made, edits={**known, **made.edits}, read={**earlier.read, **made.read})


STAYS = "stays"
"""The question which of records that are one stays."""
QUESTIONS: Mapping[Choice, str] = {
    Choice.APPROVE: "order",
    Choice.REJECT: "order",
    Choice.EDIT: "deal",
    Choice.CHOOSE: "customer",
    Choice.CREATE: "customer",
}
_EDITABLE = ("name", "notes")
FIELD_PREFIX = "fields."


def edits_of_lines(lines: Sequence[str]) -> Mapping[str, str]:
    """Return edits written as `name=value`; blank lines do not count.

    Raises:
        RecordError: a line has no `=`.
    """
    edits = {}
    for line in filter(None, (line.strip() for line in lines)):
        name, sign, value = line.partition("=")
        if not sign:
            raise RecordError(
                f"'{line}' is no correction", code="BAD_EDIT", fix="write name=value: fields.Quantity=3"
            )
        edits[name.strip()] = value.strip()
    return edits


def checked_edits(edits: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return edits that can be followed.

    Raises:
        RecordError: there are none, or one names what cannot be edited.
    """
    for name, value in edits.items():
        if name not in _EDITABLE and not (name.startswith(FIELD_PREFIX) and name != FIELD_PREFIX):
            raise RecordError(
                f"'{name}' cannot be edited",
                code="BAD_EDIT",
                fix='name a field of the deal: {"fields.Quantity": "3"}; also "name" and "notes"',
            )
        if not isinstance(value, str | bool | int | float | list):
            raise RecordError(
                f"'{name}' cannot be {value!r}",
                code="BAD_EDIT",
                fix="give a text, a number, true, false or a list of texts",
            )
    if not edits:
        raise RecordError("nothing was edited", code="BAD_EDIT", fix='give values: {"fields.Quantity": "3"}')
    return dict(edits)
