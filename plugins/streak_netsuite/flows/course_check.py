"""What became of orders, compared: the money on them, their fields as they were written, and what their deals were told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

from streak_netsuite.errors import MappingError
from streak_netsuite.flows.end_check import DealAndOrder, EndCheck, EndFault, News, has_ended
from streak_netsuite.flows.order_to_invoice import instead_key, invoice_keys
from streak_netsuite.flows.status_to_streak import StatusToStreak
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.change_policy import MORE_FIELDS, Owner
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.held_order import HeldOrder
from streak_netsuite.model.order_story import EventKind, OrderStory
from streak_netsuite.model.plain_order import order_from_plain
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.intent import WRITTEN_AS, Intent, IntentDraft, IntentState
from streak_netsuite.sync.ports import DealSource, Memory, OrderEditor
from streak_netsuite.sync.sameness import is_nothing, same

ZERO = Decimal(0)
# Other fields NetSuite fills in or changes by itself.
_COMPARED = ("memo", "purchase_order_number", "transaction_date", "ship_date")
_WAITS = frozenset({IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN})
_SHOWN = frozenset({RecordKind.BOX_STATUS, RecordKind.BOX_STAGE})
_OPEN = "pendingFulfillment"  # of what may have ended: as it would be shown if it had not


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """What was billed of orders of one currency, and what became of it, exact."""

    invoiced: Decimal = ZERO
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    open: Decimal = ZERO

    def __add__(self, other: "Money") -> "Money":
        return Money(
            invoiced=self.invoiced + other.invoiced,
            paid=self.paid + other.paid,
            credited=self.credited + other.credited,
            open=self.open + other.open,
        )

    def __str__(self) -> str:
        return f"{self.invoiced} invoiced, {self.paid} paid, {self.credited} credited, {self.open} open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many documents of one kind there are on both sides.

    Attributes:
        there: in NetSuite, behind tied orders; void ones are not counted.
        wanted: of these, those that deals are to be told of.
        known: of these, those that the ledger knows to be told.
    """

    there: int = 0
    wanted: int = 0
    known: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            there=self.there + other.there,
            wanted=self.wanted + other.wanted,
            known=self.known + other.known,
        )

    def __str__(self) -> str:
        return f"{self.there} in NetSuite, deals know {self.known} of {self.wanted}"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenOrder:
    """An order of ours: its box, and what was written last; None for one that was adopted."""

    box_key: str
    order_id: str
    written: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseFault:
    """One thing that is not as it was written or told.

    Attributes:
        what: "field" of the order, "invoice_gone" for an invoice of ours that was deleted, "not_told" for news that the deal does not know, "shown" for a box field that says
            something else than was written, "waiting" for news that is on its way or held.
        keys: operation keys of the writes to the box that are concerned.
    """

    what: str
    box_key: str
    order_id: str
    text: str
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Course:
    """What was found out about some orders.

    Attributes:
        money: by currency.
        documents: how many there are, by what happened.
        ends: orders that have not ended with their deals, or ended without them; some of them wait to be seen to.
        finances: fields that differ and are finance's to decide.
    """

    money: dict[str, Money] = field(default_factory=dict)
    documents: dict[EventKind, Tally] = field(default_factory=dict)
    faults: list[CourseFault] = field(default_factory=list)
    ends: list[EndFault] = field(default_factory=list)
    finances: int = 0

    def add(self, other: "Course") -> None:
        """Take over what was found out about others."""
        for currency, money in other.money.items():
            self.money[currency] = self.money.get(currency, Money()) + money
        for kind, tally in other.documents.items():
            self.documents[kind] = self.documents.get(kind, Tally()) + tally
        self.faults += other.faults
        self.ends += other.ends
        self.finances += other.finances


class Stories(Protocol):
    """Reads what became of orders in NetSuite."""

    def order_stories(self, order_ids: Sequence[str]) -> Mapping[str, OrderStory]:
        """Return the stories of the orders that exist, by internal id."""


@dataclass(frozen=True, kw_only=True)
class CourseCheck:
    """Compares orders with their deals and the ledger. Writes nothing."""

    stories: Stories
    orders: OrderEditor
    deals: DealSource
    memory: Memory
    teller: StatusToStreak
    ends: EndCheck
    spec: MappingSpec

    def check(self, orders: Sequence[WrittenOrder]) -> Course:
        """Compare some orders; those that are gone on either side are left out."""
        ids = [one.order_id for one in orders]
        began = self.ends.clock()
        stories = self.stories.order_stories(ids)
        held = self.orders.held_orders(ids, more=self.spec.sales_order.more_names)
        deals = self.deals.gather([one.box_key for one in orders])
        course = Course()
        for one in orders:
            if one.order_id in stories:
                course.faults += self._gone(one, stories[one.order_id])
        pairs: list[DealAndOrder] = []
        for one in orders:
            story, deal = stories.get(one.order_id), deals.get(one.box_key)
            if story is not None:
                course.add(Course(money={story.currency: _money(story)}))
                news = self._told(one, deal, story, course) if isinstance(deal, Deal) else _NO_NEWS
                course.add(Course(documents=_documents(story, news.told)))
                if isinstance(deal, Deal) and one.order_id in held:
                    order = held[one.order_id]
                    end = self._end_told(deal, story, news) if has_ended(order) else News.SILENT
                    pairs.append(DealAndOrder(deal=deal, order=order, news=end))
            if one.written is not None and one.order_id in held:
                self._fields(one, order_from_plain(one.written), held[one.order_id], course)
        course.ends += self.ends.check(pairs, read_since=began)
        return course

    def _gone(self, one: WrittenOrder, story: OrderStory) -> Iterator[CourseFault]:
        """Yield our invoices that do not exist any more; places behind a gap are ours, too."""
        keys = invoice_keys(story.internal_id, len(story.bills))
        there = {bill.internal_id for bill in story.bills}
        for intent in self.memory.find_intents(keys).values():
            if intent.state is IntentState.SUCCEEDED and self._last(intent).result_id not in there:
                text = (
                    f"invoice {intent.result_id} of order {story.number} does not exist in NetSuite any more"
                )
                yield _fault("invoice_gone", one, text)

    def _last(self, intent: Intent) -> Intent:
        """Return the invoice that took the place of this one, or this one."""
        key = instead_key(intent)
        after = self.memory.find_intents([key]).get(key)
        return self._last(after) if after is not None and after.state is IntentState.SUCCEEDED else intent

    def _told(self, one: WrittenOrder, deal: Deal, story: OrderStory, course: Course) -> "_News":
        """Return what the deal is to be told and what of it was; note what it does not know."""
        if not self.spec.status.is_wanted:
            return _NO_NEWS
        try:
            drafts = self.teller.drafts_of(deal, story)
        except MappingError as error:
            course.faults.append(_fault("waiting", one, f"deal '{deal.name}' cannot be told: {error}"))
            return _News(cannot=True)
        news = _News(drafts=drafts, known=self.memory.find_intents([draft.operation_key for draft in drafts]))
        for draft in drafts:
            course.faults += _draft_faults(one, deal, draft, news.before(draft))
        return news

    def _end_told(self, deal: Deal, story: OrderStory, news: "_News") -> News:
        """Return what a deal knows of it that its order has ended."""
        if news.cannot:
            return News.UNDERWAY
        drafts = self._about_end(deal, story, news.drafts)
        if not drafts:
            return News.SILENT
        found = {_news_of(draft, news.before(draft)) for draft in drafts}
        return next(one for one in (News.UNTOLD, News.UNDERWAY, News.TOLD) if one in found)

    def _about_end(self, deal: Deal, story: OrderStory, drafts: Sequence[IntentDraft]) -> list[IntentDraft]:
        """Return what tells of an order's end: the activity about it, else fields and a stage that show it."""
        end = story.ended_event().name
        if named := [draft for draft in drafts if draft.payload.get("name") == end]:
            return named
        going_on = self.teller.drafts_of(deal, replace(story, status=_OPEN))
        shown = {draft.operation_key: draft.payload for draft in going_on}
        return [
            draft
            for draft in drafts
            if draft.kind in _SHOWN and shown.get(draft.operation_key) != draft.payload
        ]

    def _fields(self, one: WrittenOrder, wanted: SalesOrder, held: HeldOrder, course: Course) -> None:
        for part, ours, theirs in _parts(wanted, held.order):
            if is_nothing(ours) or same(ours, theirs):
                continue
            if self.spec.changes.policy.owner_of(part) is Owner.NETSUITE:
                course.finances += 1
            else:
                text = f"order {held.number}: {part} is {theirs!r}, and {ours!r} was written"
                course.faults.append(_fault("field", one, text))


@dataclass(frozen=True, kw_only=True, slots=True)
class _News:
    """What a deal is to be told of its order, and what the ledger knows of that.

    Attributes:
        cannot: whether the mapping's expressions cannot be computed.
    """

    drafts: Sequence[IntentDraft] = ()
    known: Mapping[str, Intent] = field(default_factory=dict)
    cannot: bool = False

    def before(self, draft: IntentDraft) -> Intent | None:
        """Return what was told in its place last."""
        return self.known.get(draft.operation_key)

    @property
    def told(self) -> dict[str, bool]:
        """By event that is to be told, whether the deal knows of it."""
        return {
            str(draft.payload.get("name")): (
                (before := self.before(draft)) is not None and before.state is IntentState.SUCCEEDED
            )
            for draft in self.drafts
        }


_NO_NEWS = _News()


def _news_of(draft: IntentDraft, before: Intent | None) -> News:
    if before is not None and before.state is not IntentState.SUCCEEDED:
        return News.UNDERWAY
    return News.UNTOLD if before is None or _said(before) != dict(draft.payload) else News.TOLD


def _draft_faults(
    one: WrittenOrder, deal: Deal, draft: IntentDraft, before: Intent | None
) -> Iterator[CourseFault]:
    key = (draft.operation_key,)
    what = "fields" if draft.kind is RecordKind.BOX_STATUS else str(draft.payload.get("name") or draft.kind)
    if before is not None and before.state in _WAITS:
        yield _fault("waiting", one, f"deal '{deal.name}': {what} wait to be written", key)
    elif before is not None and before.state is IntentState.REJECTED:
        yield _fault("waiting", one, f"deal '{deal.name}': {what} were refused: {before.error}", key)
    elif before is None or _said(before) != dict(draft.payload):
        yield _fault("not_told", one, f"deal '{deal.name}' does not know of {what}", key)
    elif draft.kind is RecordKind.BOX_STATUS:
        for name, value in draft.payload["values"].items():
            shown = str(deal.fields.get(name) or "")
            if shown.split() != str(value).split():
                text = f"deal '{deal.name}' shows '{shown}' in {name}, and '{value}' was written"
                yield _fault("shown", one, text, key)


def _said(before: Intent) -> dict[str, Any]:
    return {name: value for name, value in before.payload.items() if name != WRITTEN_AS}


def _fault(what: str, one: WrittenOrder, text: str, keys: tuple[str, ...] = ()) -> CourseFault:
    return CourseFault(what=what, box_key=one.box_key, order_id=one.order_id, text=text, keys=keys)


def _documents(story: OrderStory, told: Mapping[str, bool]) -> dict[EventKind, Tally]:
    found: dict[EventKind, Tally] = {}
    for event in story.events():
        if event.kind is not EventKind.VOIDED:
            mine = Tally(there=1, wanted=event.name in told, known=told.get(event.name, False))
            found[event.kind] = found.get(event.kind, Tally()) + mine
    return found


def _money(story: OrderStory) -> Money:
    return Money(invoiced=story.invoiced, paid=story.paid, credited=story.credited, open=story.open)


def _parts(wanted: SalesOrder, held: SalesOrder) -> Iterator[tuple[str, Any, Any]]:
    for name in _COMPARED:
        yield name, getattr(wanted, name), getattr(held, name)
    theirs = _by_id(held.custom_fields)
    for one in wanted.custom_fields:
        yield one.script_id, one.value, theirs.get(one.script_id)
    theirs = _by_id(held.more_fields)
    for one in wanted.more_fields:
        yield f"{MORE_FIELDS}.{one.script_id}", one.value, theirs.get(one.script_id)


def _by_id(fields: Iterable[CustomField]) -> dict[str, Any]:
    return {one.script_id: one.value for one in fields}
