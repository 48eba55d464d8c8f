"""Whether both sides and the ledger tell the same story: won deals, their orders, the money on them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.flows.course_check import Course, CourseCheck, CourseFault, Money, Tally, WrittenOrder
from streak_netsuite.flows.end_check import Amiss, EndFault, Way
from streak_netsuite.flows.write_back import write_back_key
from streak_netsuite.model.currency_digits import USUAL_DIGITS, iso_digits
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.order_story import EventKind
from streak_netsuite.model.order_total import (
    AddedPart,
    OrderTotal,
    TotalCheck,
    TotalRules,
    WrittenTotal,
    written_total,
)

ZERO = Decimal(0)
_AT_ONCE = 100  # orders whose course is read together


class Drift(StrEnum):
    """What can be wrong.

    UNSEEN          a won deal that the product knows nothing of
    WAITING         a won deal that is in the inbox, or waits for a person
    ORDER_GONE      a deal's order does not exist any more
    TOTAL           an order's total is not what was written
    UNTIED_ORDER    an order of ours that no deal is tied to
    DOUBLE          two orders that carry the key of one deal
    NOT_TOLD        a deal that does not show its order's number
    FIELD           an order's field is not what was written, and is the deal's to decide
    INVOICE_GONE    an invoice that we made does not exist any more
    UNBILLED        a shipped order that is ours to bill, and of which no invoice is due or held
    COURSE_NOT_TOLD a deal that does not know what became of its order
    COURSE_SHOWN    a deal that shows something else of its order's course than was written
    ORDER_OPEN      a lost deal whose order goes on, though the mapping ends it or has a person asked
    ORDER_ENDED     a won deal whose order was closed or cancelled, which nobody was told of or has seen to
    """

    UNSEEN = "unseen"
    WAITING = "waiting"
    ORDER_GONE = "order_gone"
    TOTAL = "total"
    UNTIED_ORDER = "untied_order"
    DOUBLE = "double"
    NOT_TOLD = "not_told"
    FIELD = "field"
    INVOICE_GONE = "invoice_gone"
    UNBILLED = "unbilled"
    COURSE_NOT_TOLD = "course_not_told"
    COURSE_SHOWN = "course_shown"
    ORDER_OPEN = "order_open"
    ORDER_ENDED = "order_ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """A sales order as NetSuite's search shows it.

    Attributes:
        key: the key it was written under, "" for orders of others.
        tax, shipping, discount: what of the total is no line, as far as the search has it; handling it has not.
    """

    internal_id: str
    number: str
    key: str
    total: Decimal
    currency: str
    status: str
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    discount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class WonBox:
    """A box in a stage in which orders are made.

    Attributes:
        shown: the texts of its fields, joined.
        won_at: when it came to the stage, aware; None when nobody knows.
    """

    key: str
    name: str
    shown: str
    won_at: datetime | None = None

    def won_on(self, zone: ZoneInfo) -> date | None:
        """Return the day in a zone on which it came to the stage."""
        return self.won_at.astimezone(zone).date() if self.won_at is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTie:
    """What the ledger knows: a box, its order, and what was written.

    Attributes:
        written: the order as our writes have left it; None when it was adopted, or a change is on its way.
        followed: whether that is what its deal wants.
    """

    box_key: str
    order_id: str
    written: Mapping[str, Any] | None = None
    followed: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that is not the same on both sides.

    Attributes:
        record: the box's key, or an order's number.
        repair: the next step, for people.
        mend: what `Repairs` can do about it by itself; None when a person has to.
    """

    drift: Drift
    record: str
    what: str
    repair: str
    mend: "Mend | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mend:
    """What would repair a difference. Nothing of it writes to NetSuite.

    Attributes:
        hints: keys of boxes that are put into the inbox.
        orders: ids of orders whose course is told again.
        writes: operation keys of writes to boxes that are made again.
    """

    hints: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """What was compared, and what differs.

    Attributes:
        written, found: sums by currency of what was written, and of the same orders as NetSuite has them without what
            it may add.
        added: that, by currency and part.
        money: what was billed, paid and credited of the tied orders, by currency; empty when it was not asked for.
        documents: how many shipments, invoices, payments, credits there are behind them, and how many the deals know of.
        finances: fields of orders that finance has changed, as it may.
        unfollowed: orders that could not follow all that their deals want.
        digits: how many digits after the point amounts have, by currency.
    """

    boxes: int
    ties: int
    orders: int
    written: Mapping[str, Decimal]
    found: Mapping[str, Decimal]
    differences: tuple[Difference, ...]
    added: Mapping[str, Mapping[AddedPart, Decimal]] = field(default_factory=dict)
    money: Mapping[str, Money] = field(default_factory=dict)
    documents: Mapping[EventKind, Tally] = field(default_factory=dict)
    finances: int = 0
    unfollowed: int = 0
    digits: Mapping[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind of difference."""
        return dict(Counter(one.drift.value for one in self.differences))

    def lines(self) -> list[str]:
        """Return the report for people: counts, sums, then every difference."""
        sums = [self._sums(currency) for currency in sorted({*self.written, *self.found})]
        named = [f"{one.drift}: {one.what}; {one.repair}" for one in self.differences]
        return [
            f"{self.boxes} won deals, {self.ties} ties, {self.orders} orders of ours in NetSuite",
            *sums,
            *(f"{currency}: {money}" for currency, money in sorted(self.money.items())),
            *(f"{kind}: {tally}" for kind, tally in sorted(self.documents.items())),
            *([f"{self.finances} fields were changed by finance, whose they are"] if self.finances else []),
            *(
                [f"{self.unfollowed} orders could not follow all that their deals want"]
                if self.unfollowed
                else []
            ),
            *(named or ["no difference"]),
        ]

    def _sums(self, currency: str) -> str:
        digits = self.digits.get(currency, iso_digits(currency))
        return (
            f"{currency}: {told_amount(self.written.get(currency, ZERO), digits)} written, "
            f"{told_amount(self.found.get(currency, ZERO), digits)} in NetSuite"
            f"{_and_added(self.added.get(currency, {}), digits)}"
        )


class OrderBook(Protocol):
    """All sales orders of the account."""

    def order_rows(self) -> Iterator[Sequence[OrderRow]]:
        """Yield every sales order, page by page."""

    def order_totals(self, order_ids: Sequence[str]) -> Mapping[str, OrderTotal]:
        """Return what the totals of these orders are made of, by order id; missing ones are left out."""


class BoxBook(Protocol):
    """All won deals."""

    def won_boxes(self, pipeline: str, stages: Sequence[str]) -> Iterator[Sequence[WonBox]]:
        """Yield every box in one of these stages, page by page."""


class TieBook(Protocol):
    """What the ledger knows of deals and orders."""

    def order_ties(self) -> Iterator[Sequence[OrderTie]]:
        """Yield every tie of a box to an order, page by page."""

    def open_boxes(self) -> Mapping[str, str]:
        """Return why boxes are not ordered yet, by key: "held: CODE" or "in the inbox"."""

    def waiting_ends(self, end_keys: Mapping[str, str]) -> Mapping[str, str]:
        """Return why what is to become of deals' orders is not decided yet, by box key: "held, CODE" or "it is in the inbox".

        Args:
            end_keys: by box key, the operation key of what its order is turned to by the deal's end.
        """


class CurrencyBook(Protocol):
    """The account's currencies."""

    def currency_digits(self) -> Mapping[str, int]:
        """Return how many digits after the point amounts have, by whatever rows call a currency; none where nobody knows."""


class BillingBook(Protocol):
    """What waits to be billed."""

    def unbilled(self) -> Mapping[str, str]:
        """Return the orders that are ours to bill now and of which a person wants no invoice: by internal id, why there was none."""


@dataclass(slots=True)
class _Findings:
    differences: list[Difference] = field(default_factory=list)
    written: dict[str, Decimal] = field(default_factory=dict)
    found: dict[str, Decimal] = field(default_factory=dict)
    added: dict[str, dict[AddedPart, Decimal]] = field(default_factory=dict)
    course: Course = field(default_factory=Course)
    unfollowed: int = 0
    digits: Mapping[str, int] = field(default_factory=dict)

    def digits_of(self, currency: str) -> int:
        return self.digits.get(currency, iso_digits(currency))

    def add(self, drift: Drift, record: str, what: str, repair: str, mend: Mend | None = None) -> None:
        self.differences.append(Difference(drift=drift, record=record, what=what, repair=repair, mend=mend))

    def count(self, currency: str, check: TotalCheck) -> None:
        self.written[currency] = self.written.get(currency, ZERO) + check.written
        self.found[currency] = self.found.get(currency, ZERO) + check.found
        added = self.added.setdefault(currency, {})
        for part, amount in check.added.items():
            added[part] = added.get(part, ZERO) + amount


@dataclass(frozen=True, kw_only=True)
class Reconcile:
    """Reads both sides and the ledger once, and compares. Writes nothing.

    Attributes:
        later: stages to which deals are moved by what becomes of their orders; those that have an order are won there, too.
        won_since: older deals make no order.
        zone: the account's, in which a day begins.
        key_prefix: how the keys of our orders begin.
        tells_number: whether boxes are to show the order's number.
        rules: what NetSuite may add to a total by itself.
        tolerance: how far the rest may be from what was written, for rounding; above it is a difference.
        course: compares what became of the orders as well; None leaves it out, which is much quicker.
        billing: says which orders wait to be billed in vain; None leaves that out.
        currencies: says to how many digits amounts are rounded; None: as ISO 4217 has it, by the currency's code.
    """

    orders: OrderBook
    boxes: BoxBook
    ties: TieBook
    pipeline: str
    stages: Sequence[str]
    won_since: date | None
    zone: ZoneInfo
    key_prefix: str
    rules: TotalRules
    tolerance: Decimal
    tells_number: bool
    course: CourseCheck | None = None
    billing: BillingBook | None = None
    currencies: CurrencyBook | None = None
    later: Sequence[str] = ()

    def run(self) -> Reconciliation:
        """Compare once. Orders are held in memory (a few hundred bytes each), everything else is streamed."""
        findings = _Findings(digits=self.currencies.currency_digits() if self.currencies is not None else {})
        rows = {row.internal_id: row for page in self.orders.order_rows() for row in page}
        ours = {row.internal_id: row for row in rows.values() if row.key.startswith(self.key_prefix)}
        self._doubles(ours, findings)
        tied = self._compare_ties(rows, findings)
        self._compare_ends(findings)
        for internal_id in ours.keys() - set(tied.values()):
            row = ours[internal_id]
            findings.add(
                Drift.UNTIED_ORDER,
                row.number,
                f"order {row.number} ({internal_id}) carries our key, and no deal is tied to it",
                "release or touch its deal: it is found by its key and tied again",
            )
        self._unbilled(tied, rows, findings)
        boxes = self._compare_boxes(tied, rows, findings)
        return Reconciliation(
            boxes=boxes,
            ties=len(tied),
            orders=len(ours),
            written=findings.written,
            found=findings.found,
            differences=tuple(findings.differences),
            added=findings.added,
            money=findings.course.money,
            documents=findings.course.documents,
            finances=findings.course.finances,
            unfollowed=findings.unfollowed,
            digits=findings.digits,
        )

    def _unbilled(self, tied: Mapping[str, str], rows: Mapping[str, OrderRow], findings: _Findings) -> None:
        waiting = self.billing.unbilled() if self.billing is not None else {}
        for box_key, order in tied.items():
            if order in waiting and order in rows:
                findings.add(
                    Drift.UNBILLED,
                    box_key,
                    f"order {rows[order].number} waits to be billed, and no invoice is due: {waiting[order]}",
                    "a person has dismissed its hold: bill it in NetSuite",
                )

    def _doubles(self, ours: Mapping[str, OrderRow], findings: _Findings) -> None:
        by_key: dict[str, str] = {}
        for row in ours.values():
            other = by_key.setdefault(row.key, row.internal_id)
            if other != row.internal_id:
                findings.add(
                    Drift.DOUBLE,
                    row.number,
                    f"orders {other} and {row.internal_id} carry the key of one deal, {row.key}",
                    "close one of them in NetSuite",
                )

    def _compare_ties(self, rows: Mapping[str, OrderRow], findings: _Findings) -> dict[str, str]:
        tied: dict[str, str] = {}
        for page in self.ties.order_ties():
            for tie in page:
                tied[tie.box_key] = tie.order_id
                row = rows.get(tie.order_id)
                if row is None:
                    findings.add(
                        Drift.ORDER_GONE,
                        tie.box_key,
                        f"order {tie.order_id} of box {tie.box_key} does not exist in NetSuite",
                        "see who deleted it (Deleted Records); another order is not made by itself",
                    )
            findings.unfollowed += sum(tie.order_id in rows and not tie.followed for tie in page)
            self._compare_totals(
                [(tie, rows[tie.order_id]) for tie in page if tie.order_id in rows], findings
            )
            self._compare_course([tie for tie in page if tie.order_id in rows], findings)
        return tied

    def _compare_course(self, ties: Sequence[OrderTie], findings: _Findings) -> None:
        if self.course is None:
            return
        for start in range(0, len(ties), _AT_ONCE):
            part = [
                WrittenOrder(box_key=tie.box_key, order_id=tie.order_id, written=tie.written)
                for tie in ties[start : start + _AT_ONCE]
            ]
            course = self.course.check(part)
            for fault in course.faults:
                drift, repair, mend = _course_difference(fault)
                findings.add(drift, fault.box_key, fault.text, repair, mend)
            course.faults.clear()
            findings.course.add(course)

    def _compare_ends(self, findings: _Findings) -> None:
        """Note the orders that have not ended with their deals: asked last of all what of it waits, as work goes on meanwhile."""
        ends = findings.course.ends
        waiting = self.ties.waiting_ends({one.box_key: one.end_key for one in ends}) if ends else {}
        for one in ends:
            if (why := waiting.get(one.box_key)) is not None:
                findings.add(Drift.WAITING, one.box_key, f"{one.text}; {why}", "see holds list")
            else:
                drift, repair, mend = _end_difference(one)
                findings.add(drift, one.box_key, one.text, repair, mend)

    def _compare_totals(self, orders: Sequence[tuple[OrderTie, OrderRow]], findings: _Findings) -> None:
        """Compare totals as the search shows them; where they do not fit, as the records say, which say more.

        The search knows no handling, and shows amounts in the company's currency where the record has the order's.
        """
        unclear: list[tuple[OrderTie, OrderRow, WrittenTotal]] = []
        for tie, row in orders:
            wanted = _wanted(tie, findings.digits_of(row.currency))
            if wanted is None:
                continue
            check = self.rules.check(wanted, _shown_total(row))
            if check.differs(self.tolerance) or abs(row.discount) != abs(wanted.discount):
                unclear.append((tie, row, wanted))
            else:
                findings.count(row.currency, check)
        for start in range(0, len(unclear), _AT_ONCE):
            part = unclear[start : start + _AT_ONCE]
            totals = self.orders.order_totals([row.internal_id for _, row, _ in part])
            for tie, row, wanted in part:
                held = totals.get(row.internal_id, _shown_total(row))
                self._compare_total(tie, row, held, self.rules.check(wanted, held), findings)

    def _compare_total(
        self, tie: OrderTie, row: OrderRow, held: OrderTotal, check: TotalCheck, findings: _Findings
    ) -> None:
        findings.count(row.currency, check)
        digits = findings.digits_of(row.currency)
        if check.differs(self.tolerance):
            findings.add(
                Drift.TOTAL,
                tie.box_key,
                f"order {row.number} is {told_amount(held.total, digits)} {row.currency}{_of_it(check, digits)}; "
                f"{told_amount(check.written, digits)} was written",
                _total_repair(check),
            )

    def _compare_boxes(
        self, tied: Mapping[str, str], rows: Mapping[str, OrderRow], findings: _Findings
    ) -> int:
        waiting = self.ties.open_boxes()
        count = 0
        for page in self.boxes.won_boxes(self.pipeline, self.stages):
            for box in page:
                count += 1
                if box.key in tied:
                    self._compare_shown(box, rows.get(tied[box.key]), findings)
                elif box.key in waiting:
                    why = waiting[box.key]
                    findings.add(
                        Drift.WAITING, box.key, f"deal '{box.name}' has no order yet: {why}", "see holds list"
                    )
                elif self._is_wanted(box):
                    findings.add(
                        Drift.UNSEEN,
                        box.key,
                        f"deal '{box.name}' is won and has no order, and nothing about it waits",
                        f"streak-netsuite plan {box.key} says why; the full sweep brings it in",
                        Mend(hints=(box.key,)),
                    )
        return count + self._compare_later(tied, rows, findings)

    def _is_wanted(self, box: WonBox) -> bool:
        """Tell whether a won deal should have an order; one whose day nobody knows should."""
        won_on = box.won_on(self.zone)
        return self.won_since is None or won_on is None or won_on >= self.won_since

    def _compare_later(
        self, tied: Mapping[str, str], rows: Mapping[str, OrderRow], findings: _Findings
    ) -> int:
        """Compare the deals that came further; without an order a person has moved them, and none is made there."""
        later = [stage for stage in dict.fromkeys(self.later) if stage not in self.stages]
        count = 0
        for page in self.boxes.won_boxes(self.pipeline, later) if later else ():
            for box in page:
                if box.key in tied:
                    count += 1
                    self._compare_shown(box, rows.get(tied[box.key]), findings)
        return count

    def _compare_shown(self, box: WonBox, row: OrderRow | None, findings: _Findings) -> None:
        if row is not None and self.tells_number and row.number not in box.shown:
            findings.add(
                Drift.NOT_TOLD,
                box.key,
                f"deal '{box.name}' does not show its order {row.number}",
                "a person has changed the field, or the write-back waits: streak-netsuite holds list",
                Mend(writes=(write_back_key(RecordKind.BOX_FIELDS, box.key, row.internal_id),)),
            )


def told_amount(amount: Decimal, digits: int = USUAL_DIGITS) -> str:
    """Return an amount as people read it: "1,080.00"."""
    return f"{amount:,.{digits}f}"


def _wanted(tie: OrderTie, digits: int) -> WrittenTotal | None:
    """Return the sum as it was written; None when NetSuite priced a line or the discount, or nobody knows what was written."""
    return None if tie.written is None else written_total(tie.written, digits=digits)


def _shown_total(row: OrderRow) -> OrderTotal:
    return OrderTotal(total=row.total, parts={AddedPart.TAX: row.tax, AddedPart.SHIPPING: row.shipping})


def _listed(parts: Mapping[AddedPart, Decimal], digits: int) -> str:
    return ", ".join(
        f"{told_amount(amount, digits)} {part}" for part, amount in sorted(parts.items()) if amount
    )


def _and_added(parts: Mapping[AddedPart, Decimal], digits: int) -> str:
    listed = _listed(parts, digits)
    return f", and {listed} added there" if listed else ""


def _of_it(check: TotalCheck, digits: int) -> str:
    listed = _listed({**check.added, **check.refused}, digits)
    return f", of it {listed}" if listed else ""


def _total_repair(check: TotalCheck) -> str:
    if not check.refused:
        return "compare its lines with the deal; somebody has changed it"
    refused = ", ".join(sorted(check.refused))
    return f"ask finance: by reconcile.netsuite_adds of the mapping NetSuite may not add this much {refused}"


def _course_difference(fault: CourseFault) -> tuple[Drift, str, Mend | None]:
    if fault.what == "field":
        return Drift.FIELD, "agree with finance which is right, then correct the deal or the order", None
    if fault.what == "invoice_gone":
        return (
            Drift.INVOICE_GONE,
            "ask finance why; the hold INVOICE_GONE bills the order again when released",
            None,
        )
    if fault.what == "not_told":
        again = Mend(orders=(fault.order_id,))
        return Drift.COURSE_NOT_TOLD, "the next run of status_to_streak tells it", again
    if fault.what == "shown":
        return Drift.COURSE_SHOWN, "a person has changed the field", Mend(writes=fault.keys)
    return Drift.WAITING, "see holds list; else it is written by itself", None


def _end_difference(fault: EndFault) -> tuple[Drift, str, Mend | None]:
    drift = Drift.ORDER_OPEN if fault.amiss is Amiss.GOES_ON else Drift.ORDER_ENDED
    command = f"streak-netsuite reconcile --repair {drift} --yes"
    match fault.way:
        case Way.INBOX:
            policy = "when_lost" if fault.amiss is Amiss.GOES_ON else "when_won_again"
            repair = f"{command} puts the deal into the inbox, and what source.{policy} of the mapping says is done"
            return drift, repair, Mend(hints=(fault.box_key,))
        case Way.TELLING:
            return (
                drift,
                f"{command} tells it; so does the next run of status_to_streak",
                Mend(orders=(fault.order_id,)),
            )
        case Way.ITSELF:
            return Drift.WAITING, "it is written by itself", None
        case Way.PERSON:
            return drift, fault.next_step, None
