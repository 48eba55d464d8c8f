"""A change of an order: what of a deal's change is written, what is not, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

WRITTEN_BEFORE, WRITTEN_AFTER = "written_before", "written_after"
"""In the payload of an order's change: the order as our writes had left it, where that is not what its deal wanted
last; and as this change has left it, where that is not all that its deal wants."""


LINES_BEFORE, LINES_AFTER = "lines_before", "lines_after"
"""In the payload of an order's change: NetSuite's numbers of its lines, as known before the change and after it."""


NOWHERE = 0
"""The number of a line that is not in the order: it could not be added, or finance has taken it out. NetSuite's begin at 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineNumbers:
    """NetSuite's numbers of an order's lines.

    None for a line that was added and not seen since, or that is not known; NOWHERE for one that is not in the order.

    Attributes:
        deal: of the lines as the deal wants them.
        left: of the lines as our writes have left them.
    """

    deal: tuple[int | None, ...] = ()
    left: tuple[int | None, ...] = ()

    @classmethod
    def of(cls, plain: Mapping[str, Sequence[int | None]] | None) -> "LineNumbers | None":
        """Return the numbers that `plain` has kept; None when it has kept nothing."""
        return cls(deal=tuple(plain["deal"]), left=tuple(plain["left"])) if plain else None

    def plain(self) -> dict[str, list[int | None]]:
        """Return them as plain values."""
        return {"deal": list(self.deal), "left": list(self.left)}


class Verdict(StrEnum):
    """What becomes of one change of a deal.

    WRITTEN   NetSuite takes it
    THERE     NetSuite has it already
    REFUSED   the order is too far for it, or it is not allowed at all
    LOST      finance has changed the same thing, and its value stays
    """

    WRITTEN = "written"
    THERE = "there"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class PartChange:
    """One change of a deal, and what becomes of it.

    Attributes:
        part: what the policy knows it as ("memo", "lines.quantity", "custbody_streak_stage").
        place: where it is, for people ("line 2 'SR-100': quantity").
        old, new: as people read them; `old` is what NetSuite holds.
        reason: why it is not written, "" when it is.
        line: the position of the deal's line that it is of; None for the body, and for a line that the deal has lost.
    """

    part: str
    place: str
    old: str
    new: str
    verdict: Verdict
    reason: str = ""
    line: int | None = None

    def __str__(self) -> str:
        told = f"{self.place}: {self.old or '(empty)'} -> {self.new or '(empty)'}"
        return f"{told} ({self.reason})" if self.reason else told


@dataclass(frozen=True, kw_only=True)
class OrderChange:
    """What is written to one order.

    Attributes:
        fields: attributes of `wanted` to be sent; those that are empty there are emptied.
        custom_fields, more_fields: to be sent; `emptied` are script ids and SuiteTalk's names to be emptied.
        lines: by NetSuite's number, the line with those of its fields that are to be sent.
        added: lines that NetSuite does not have.
        closed: by NetSuite's number, the quantity that stays of a line the deal has lost.
        left: the order as it was written last, with what of this change is taken: what is refused, and what is finance's,
            stays in it as it was written.
        numbers: NetSuite's numbers of the lines of `wanted` and of `left`.
        opened: NetSuite's numbers of closed lines that the deal has again. They are opened after all else is written:
            a line that is still closed can be tried again, whatever its values.
    """

    internal_id: str
    number: str
    wanted: SalesOrder
    parts: tuple[PartChange, ...] = ()
    fields: tuple[str, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    more_fields: tuple[CustomField, ...] = ()
    emptied: tuple[str, ...] = ()
    lines: Mapping[int, "LineEdit"] = field(default_factory=dict)
    added: tuple[OrderLine, ...] = ()
    closed: Mapping[int, Decimal] = field(default_factory=dict)
    opened: tuple[int, ...] = ()
    left: SalesOrder | None = None
    numbers: LineNumbers = field(default_factory=LineNumbers)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.has_values or self.opened)

    @property
    def has_values(self) -> bool:
        """Whether more is to be written than lines to be opened."""
        headed = self.fields or self.custom_fields or self.more_fields or self.emptied
        return bool(headed or self.lines or self.added or self.closed)

    def with_verdict(self, *verdicts: Verdict) -> list[PartChange]:
        """Return the changes of these verdicts."""
        return [part for part in self.parts if part.verdict in verdicts]


@dataclass(frozen=True, kw_only=True, slots=True)
class LineEdit:
    """What is sent of a line: those of its fields that are named, and fields by name.

    Attributes:
        line: the line as it will be.
    """

    line: OrderLine
    fields: tuple[str, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    more_fields: tuple[CustomField, ...] = ()
