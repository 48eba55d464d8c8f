"""The sections of a mapping file about what follows the order: what deals are told, changes, invoices, items, approval."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    model_validator,
)

from streak_netsuite.mapping.file_part import (
    SCRIPT_ID,
    EventText,
    ExpressionText,
    FilePart,
    ItemText,
    StatusText,
    WriteBackText,
)
from streak_netsuite.model.change_policy import GROUPS, PART_NAMES, ChangePolicy, Owner
from streak_netsuite.model.held_order import OrderStatus
from streak_netsuite.model.identity import fold
from streak_netsuite.model.order_story import EventKind, OrderState
from streak_netsuite.model.order_total import AddedPart, Allowance, TotalRules
from streak_netsuite.model.reference import Reference

OTHER_CURRENCIES = "other"
_Record = tuple[str | None, str | None]  # internal and external id
_MORE_PART = re.compile(r"(?:lines\.)?more_fields\.[a-z][A-Za-z0-9]*\Z")


class WriteBackSection(FilePart):
    """What the deal is told once the order exists. Expressions see `order` and `customer`."""

    fields: dict[str, WriteBackText] = Field(default_factory=dict)
    """Box fields by name, and the expression each is set to."""

    comment: WriteBackText | None = None
    """A comment put on the box."""

    comment_as: Literal["comment", "meeting_note"] = "comment"
    """How Streak keeps it: as a comment, or as a meeting note that stands at the order's date in the timeline and counts as
    a touch in Streak's sales figures."""


class StatusSection(FilePart):
    """What the deal is told of what becomes of its order. Expressions see `order`, `customer`, `money` and `shipping`."""

    fields: dict[str, StatusText] = Field(default_factory=dict)
    """Box fields by name, and the expression each is set to; an empty text clears its field."""

    stages: dict[OrderState, str] = Field(default_factory=dict)
    """The stage a box is moved to, once, when its order reaches a state."""

    events: dict[EventKind, EventText] = Field(default_factory=dict)
    """The activity that is put on the box when something happens. The expression sees `event` besides."""

    events_since: date | None = None
    """What happened before this day is not put on boxes: set it to the day you go live, before you catch up on old deals."""

    events_as: Literal["comment", "meeting_note"] = "comment"
    """How Streak keeps them: as comments, or as meeting notes that stand at their day in the timeline and count as touches
    in Streak's sales figures."""

    @property
    def is_wanted(self) -> bool:
        """Whether anything is to be told."""
        return bool(self.fields or self.stages or self.events)


class InvoiceSection(FilePart):
    """Whether fulfilled orders are billed by us, and how."""

    when: Literal["never", "shipped", "each_shipment"] = "never"
    """`never`: finance bills. `shipped`: an order is billed once all of it has left. `each_shipment`: what has left is billed
    as it leaves."""

    dated: Literal["today", "shipment"] = "today"
    """The invoice's day: the day it is made, or the day of the last shipment."""

    closed_period: Literal["hold", "next_open"] = "hold"
    """What is done when the day's posting period is closed: a person is asked, or the invoice is dated in the next month
    whose period is open, never later than today, and says so behind the order's memo."""

    drop_shipped: Literal["as_shipped", "vendor_billed", "leave"] = "as_shipped"
    """What is done about an order with lines that a vendor sends. `as_shipped`: nothing else, NetSuite calls the line fulfilled
    when its drop shipment is. `vendor_billed`: the order waits until the vendors have billed the purchase orders behind, or
    these are closed. `leave`: finance bills it."""

    deposits: Literal["leave", "apply"] = "leave"
    """Whether deposits that were paid for the order are applied to the invoice we have made, the oldest first."""


class ItemsSection(FilePart):
    """Which items Streak offers, and what boxes show of them. Expressions see `item`."""

    fields: tuple[str, ...] = ()
    """Dropdown or tag fields of the pipeline that offer items; none: items are not brought to Streak."""

    label: ItemText = "{{ item.name }}"
    """What an option says. A lookup of the mapping finds an item by its name, so keep it in it."""

    when: ItemText | None = None
    """An expression over the item; one for which it gives no, false, 0 or nothing is treated as inactive."""

    retire: Literal["keep", "mark", "remove"] = "keep"
    """What becomes of an option of ours whose item cannot be sold any more: it stays, gets `mark` behind it, or is removed
    once no box has it. Options that others added stay in any case."""

    mark: str = Field(default=" (inactive)", min_length=1)
    """What `mark` puts behind a label."""

    box_fields: dict[str, ItemText] = Field(default_factory=dict)
    """Fields of boxes by name, and the expression each is set to from the item that the box has in the first of `fields`."""

    stages: tuple[str, ...] = ()
    """The stages whose boxes get `box_fields`: those in which people still sell."""

    currency: str = ""
    """The currency of `item.prices`, as NetSuite names it; empty: prices that name none, else the account's first."""

    @model_validator(mode="after")
    def _has_stages(self) -> Self:
        if self.box_fields and not (self.stages and self.fields):
            raise ValueError(
                "box_fields needs `fields` and `stages`: which boxes are meant, and where their item stands"
            )
        return self


def _known_parts(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in PART_NAMES and not SCRIPT_ID.match(name) and not _MORE_PART.match(name):
            raise ValueError(f"'{name}' is no part of an order; write {', '.join(PART_NAMES)} or a script id")
    return names


def _known_owners(owners: Mapping[str, Owner]) -> Mapping[str, Owner]:
    _known_parts(tuple(owners))
    return owners


Parts = Annotated[tuple[str, ...], AfterValidator(_known_parts)]


class ChangesSection(FilePart):
    """What of an order follows its deal when the deal changes afterwards. Without it an order is made once and left alone."""

    allowed: dict[OrderStatus, Parts] = Field(default_factory=dict)
    """What may be changed, by the order's status in NetSuite; a status that is not named allows nothing. Parts are standard
    fields (`memo`), `more_fields` or single ones of them (`more_fields.shipComplete`), `custom_fields` or single script ids,
    `lines.quantity`, `lines.rate`, `lines.item`, `lines.description`,
    `lines.tax_code`, `lines.location`, `lines.department`, `lines.class`, `lines.units`, `lines.price_level`,
    `lines.more_fields`, `lines.custom_fields`, `lines.add`, `lines.remove`, and for many at once `fields`, `lines`, `everything`."""

    in_closed_period: Parts | None = None
    """What may be changed, of that, on orders dated in a closed accounting period. Left out, the period does not matter."""

    owner: Owner = Owner.NETSUITE
    """Whose value stays when the deal and finance have both changed a part."""

    owners: Annotated[dict[str, Owner], AfterValidator(_known_owners)] = Field(default_factory=dict)
    """The same for single parts: `{memo: streak}`."""

    purchased: Literal["refuse", "follow"] = "refuse"
    """Whether item, quantity and unit of a line may change, or the line go, once NetSuite has ordered it from a vendor (drop shipments,
    special orders). `follow` is for accounts whose purchase orders follow their sales orders, or whose buyers look after them."""

    refused: Literal["task", "hold", "ignore"] = "task"
    """What is done about changes that the order cannot follow: a task on the box says which and why, a person is shown a
    hold, or nothing but the audit says so."""

    @property
    def is_wanted(self) -> bool:
        """Whether orders follow their deals at all."""
        return bool(self.allowed)

    @property
    def policy(self) -> ChangePolicy:
        """The same, as the planner takes it."""
        closed = None if self.in_closed_period is None else _spread(self.in_closed_period)
        return ChangePolicy(
            allowed={status: _spread(parts) for status, parts in self.allowed.items()},
            in_closed_period=closed,
            owner=self.owner,
            owners=self.owners,
            purchased=self.purchased == "follow",
        )


def _spread(parts: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(GROUPS.get(part, frozenset({part})) for part in parts))


class AddedBound(FilePart):
    """How much of a part of an order's total NetSuite may add."""

    most: Decimal | None = Field(default=None, ge=0)
    """The largest amount, in the order's currency."""

    most_percent: Decimal | None = Field(default=None, ge=0)
    """The largest share of the sum of the lines as they were written, in percent: `25`."""


class NetSuiteAdds(FilePart):
    """What NetSuite may add to the total of an order by itself: `true`, `false`, or up to a bound."""

    tax: bool | AddedBound = True
    """Whether tax may be added."""

    shipping: bool | AddedBound = True
    """Whether shipping may be added."""

    handling: bool | AddedBound = True
    """Whether handling may be added."""

    discount: bool | AddedBound = False
    """Whether a discount may be taken off that the deal did not give, or that goes beyond the one it gave."""


class ReconcileSection(FilePart):
    """What is a difference between deals and orders, and what is not."""

    netsuite_adds: NetSuiteAdds = NetSuiteAdds()
    """What of an order's total is NetSuite's to add. The rest has to be what was written, but for `reconcile_tolerance`."""

    @property
    def total_rules(self) -> TotalRules:
        """The same, as the comparison takes it."""
        return TotalRules(
            allowances={part: _allowance(getattr(self.netsuite_adds, part.value)) for part in AddedPart}
        )


def _allowance(rule: bool | AddedBound) -> Allowance:
    if isinstance(rule, AddedBound):
        return Allowance(most=rule.most, most_percent=rule.most_percent)
    return Allowance(allowed=rule)


class ApprovalSection(FilePart):
    """Which orders somebody has to approve before they are written. Until then the deal is held."""

    above: dict[str, Decimal] = Field(default_factory=dict)
    """Amounts by the order's currency, as the lookup names it, from which on an order waits: `{USD: 50000, other: 40000}`.
    `other` stands for every currency that is not named, and for orders in their customer's own. An order of which NetSuite
    prices a line waits, too."""

    when: ExpressionText | None = None
    """An expression over the deal; an order waits when it gives something but no, false, 0 or nothing (an empty list, too). A text that it gives
    is shown as the reason: `{{ 'a rush order' if box.fields['Rush order'] else '' }}`."""

    _by_record: Mapping[_Record, Decimal] = PrivateAttr(default_factory=dict)

    def know_currencies(self, table: Mapping[str, Reference]) -> None:
        """Learn which records the currencies of `above` are: a deal may call one in any way that the table knows."""
        known = {fold(name): reference for name, reference in table.items()}
        limits: dict[_Record, Decimal] = {}
        for name, amount in self.above.items():
            if (reference := known.get(fold(name))) is not None:
                record = (reference.internal_id, reference.external_id)
                limits[record] = min(amount, limits.get(record, amount))
        self._by_record = limits

    def limit(self, currency: Reference | None) -> Decimal | None:
        """Return the amount from which on an order in a currency waits; None when it need not.

        Args:
            currency: None for the customer's own.
        """
        if currency is None:
            return self.above.get(OTHER_CURRENCIES)
        by_record = self._by_record.get((currency.internal_id, currency.external_id))
        if by_record is not None:
            return by_record
        named = [amount for name, amount in self.above.items() if fold(name) == fold(currency.name or "")]
        return min(named, default=self.above.get(OTHER_CURRENCIES))
