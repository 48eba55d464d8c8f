"""What the flows need from the world, as small protocols.

Connectors and the ledger implement them; tests may use small fakes that enforce the same rules.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from streak_netsuite.errors import RecordError, RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.held_order import HeldOrder
from streak_netsuite.model.order_story import OrderStory
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import CustomerProfile
from streak_netsuite.sync.decision import Decision
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.hint import Claim, Hint, StoredHints
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft
from streak_netsuite.sync.order_change import OrderChange
from streak_netsuite.sync.outcome import Dismissal, Hold, Outcome

RecordT = TypeVar("RecordT", Customer, SalesOrder, CustomerSubsidiary)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordWrite(Generic[RecordT]):
    """One record to be written under its operation key."""

    operation_key: str
    record: RecordT


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The record is at the vendor.

    Attributes:
        warnings: what the vendor remarked although it saved the record.
    """

    operation_key: str
    internal_id: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NotWritten:
    """The record is not at the vendor, or nobody knows.

    Attributes:
        error: RejectedByVendor: refused, nothing landed. UncertainWrite: it may have landed.
            TransientError: it surely did not land; try again later.
    """

    operation_key: str
    error: RejectedByVendor | UncertainWrite | TransientError


WriteResult = Written | NotWritten
OnAnswer = Callable[[Sequence[WriteResult]], None]
OnSend = Callable[[Sequence[str]], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderEntry:
    """A sales order as NetSuite holds it.

    Attributes:
        number: the number people use ("SO1006").
        total: in the order's currency.
    """

    internal_id: str
    external_id: str | None
    number: str
    total: Decimal
    currency: str
    transaction_date: date
    status: str
    customer: Reference
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemEntry:
    """An item as NetSuite holds it."""

    internal_id: str
    name: str
    inactive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxCodeEntry:
    """A tax code (a sales tax item or a tax group) as NetSuite holds it.

    Attributes:
        subsidiaries: internal ids of the subsidiaries it is offered in; empty when it is offered in all.
        includes_children: whether subsidiaries below those count, too.
    """

    internal_id: str
    name: str
    inactive: bool
    subsidiaries: tuple[str, ...] = ()
    includes_children: bool = False


class DealSource(Protocol):
    """Reads deals from Streak."""

    def gather(self, keys: Sequence[str]) -> Mapping[str, Deal | RecordError]:
        """Return the deals that exist, by key; a missing key means the box is gone.

        A deal that exists but cannot be read whole comes as its error.

        Raises:
            TransientError: nothing was read; try later.
            PermanentError: a person must act.
        """


class BoxWriter(Protocol):
    """Writes back to a Streak box."""

    def write_fields(self, box_key: str, pipeline_key: str, values: Mapping[str, str]) -> None:
        """Set fields by name. Repeating it is harmless.

        Raises:
            RecordError: the box or a field does not exist.
            UncertainWrite, TransientError, PermanentError: as their classes say.
        """

    def write_activity(self, box_key: str, activity: Activity, *, key: str | None = None) -> str:
        """Add an activity and return its key, or change the one that has this key.

        One that a person has deleted meanwhile is added again. Never add twice without `find_activity`.
        """

    def move_box(self, box_key: str, pipeline_key: str, stage: str) -> None:
        """Move a box to a stage by name. Repeating it is harmless.

        Raises:
            RecordError: the box or the stage does not exist.
            UncertainWrite, TransientError, PermanentError: as their classes say.
        """

    def has_entered(self, box_key: str, pipeline_key: str, stage: str, *, since: datetime) -> bool:
        """Tell whether a box has come into a stage, by name, at or after a time, wherever it is now; raises as `move_box`."""

    def find_activity(self, box_key: str, marker: str, style: ActivityStyle) -> str | None:
        """Return the key of the box's activity of that style whose text contains the marker, if there is one."""


class Found(Protocol):
    """A record that was looked up."""

    @property
    def internal_id(self) -> str:
        """Its id at the vendor."""


class OrderTarget(Protocol):
    """Reads and writes customers and orders in NetSuite.

    Writes are split into lists of a size that suits the vendor and sent in parallel. `on_answer` is
    called with the results of each list in the moment it is answered, from one thread at a time. `on_send` is
    called with the operation keys of each list right before it leaves, from several threads at once.
    """

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of customers modified at or after `since`, or of all."""

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these external ids, by external id as asked."""

    def find_subsidiaries(self, wanted: Mapping[str, CustomerSubsidiary]) -> Mapping[str, Found]:
        """Return those of these ties that exist, whoever has made them, under the same keys."""

    def upsert_subsidiaries(
        self, writes: Sequence[RecordWrite[CustomerSubsidiary]], on_answer: OnAnswer, on_send: OnSend
    ) -> None:
        """Add customers to further subsidiaries under their operation keys."""

    def upsert_customers(
        self, writes: Sequence[RecordWrite[Customer]], on_answer: OnAnswer, on_send: OnSend
    ) -> None:
        """Write customers under their operation keys."""

    def find_orders(self, external_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return the orders that carry one of these external ids, by external id as asked."""

    def get_orders(self, internal_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return orders by internal id; missing ones are left out."""

    def upsert_orders(
        self, writes: Sequence[RecordWrite[SalesOrder]], on_answer: OnAnswer, on_send: OnSend
    ) -> None:
        """Write orders under their operation keys."""

    def find_items(self, names: Sequence[str]) -> Mapping[str, Sequence[ItemEntry]]:
        """Return the items of each name, inactive ones too."""

    def missing_customers(self, internal_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these customers do not exist any more."""

    def suggest_items(self, names: Sequence[str]) -> Sequence[str]:
        """Return names of active items that look like one of these, to suggest from."""

    def find_tax_codes(self, references: Sequence[Reference]) -> Mapping[Reference, TaxCodeEntry]:
        """Return the tax codes that exist among these, inactive ones too."""


class StorySource(Protocol):
    """Reads what became of orders in NetSuite."""

    def order_stories(self, order_ids: Sequence[str]) -> Mapping[str, OrderStory]:
        """Return the stories of the orders that exist, by internal id."""

    def orders_behind(self, documents: Sequence[ExternalRef]) -> Mapping[ExternalRef, frozenset[str]]:
        """Return the internal ids of the orders behind changed transactions; those that are gone are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BillableOrder:
    """An order of which something is shipped and not billed.

    Attributes:
        whole: whether all of it is shipped.
        invoices: how many invoices it has already.
        shipped_on: the day of its last shipment; None when it needs none.
        drop_shipped: how many of its lines a vendor sends.
        purchases: internal ids of the purchase orders behind those, one for each line that has one.
    """

    internal_id: str
    number: str
    whole: bool
    invoices: int
    shipped_on: date | None
    drop_shipped: int = 0
    purchases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """A line of an invoice as NetSuite would fill it; what it leaves out is None.

    Attributes:
        order_line: number of the order's line that it bills.
    """

    item: str
    quantity: Decimal | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    order_line: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoicePreview:
    """An invoice as NetSuite would fill it. It is not made.

    Attributes:
        currency: "" when NetSuite does not say it.
        tax, total: None when NetSuite reckons them only when the invoice is saved.
    """

    lines: tuple[InvoiceLine, ...]
    currency: str = ""
    tax: Decimal | None = None
    total: Decimal | None = None


class InvoiceDesk(Protocol):
    """Finds what can be billed in NetSuite, and bills it."""

    def billable_orders(self) -> Sequence[str]:
        """Return the internal ids of orders that wait to be billed, in whole or in part."""

    def describe_billable(self, order_ids: Sequence[str]) -> Mapping[str, BillableOrder]:
        """Return what of these orders can be billed; those that cannot any more are left out."""

    def unbilled_purchases(self, purchases: Sequence[str]) -> frozenset[str]:
        """Return which of these purchase orders the vendor has not billed whole; a closed one is done with."""

    def find_invoice(self, external_id: str, *, order_id: str = "") -> str | None:
        """Return the internal id of the invoice that carries this external id, perhaps only if it is of an order."""

    def preview_invoice(
        self, order_id: str, *, besides: Mapping[int, Decimal] | None = None
    ) -> InvoicePreview:
        """Return the invoice that an order would be billed with; nothing is made.

        Args:
            besides: quantities by order line that are not to be billed, though they wait to be.

        Raises:
            RejectedByVendor: the order cannot be billed.
        """

    def closed_periods(self) -> Sequence[tuple[date, date]]:
        """Return the first and last day of every closed accounting period."""

    def make_invoice(
        self,
        order_id: str,
        *,
        external_id: str,
        dated: date,
        memo: str,
        besides: Mapping[int, Decimal] | None = None,
    ) -> str:
        """Turn an order into an invoice over what is shipped and not billed; return its internal id.

        Args:
            besides: quantities by order line that are not to be billed, though they wait to be.

        Raises:
            RejectedByVendor: NetSuite refused it; code PERIOD_CLOSED when the day's posting period is closed.
            UncertainWrite: nobody knows whether it was made.
        """

    def deposits_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the internal ids of the deposits that were paid for each of these orders; orders without any are left out."""

    def find_application(self, external_id: str) -> str | None:
        """Return the internal id of the deposit application that carries this external id."""

    def apply_deposit(self, deposit_id: str, invoice_id: str, *, external_id: str) -> str | None:
        """Apply what is left of a deposit to an invoice; return the application's internal id, None for nothing to apply.

        Raises:
            RejectedByVendor: NetSuite refused it.
            UncertainWrite: nobody knows whether it was made.
        """


class OrderEditor(Protocol):
    """Reads sales orders in NetSuite whole, and changes parts of them."""

    def held_orders(self, order_ids: Sequence[str], *, more: Collection[str] = ()) -> Mapping[str, HeldOrder]:
        """Return the orders that exist, by internal id.

        Args:
            more: SuiteTalk's names of further standard fields that are wanted, of the body and of lines.
        """

    def closed_periods(self) -> Sequence[tuple[date, date]]:
        """Return the first and last day of every closed accounting period."""

    def change_order(self, change: OrderChange) -> None:
        """Write one change; every line and field that it does not name stays as it is.

        Raises:
            RejectedByVendor: NetSuite refused it, and nothing of it was written.
            UncertainWrite: nobody knows whether it was written; read the order and plan again.
            TransientError: it surely was not.
        """

    def close_lines(self, order: HeldOrder, numbers: Sequence[int], *, closed: bool = True) -> None:
        """Close lines of an order by their numbers, or open them again; raises as `change_order` does."""

    def cancel_order(self, order: HeldOrder) -> None:
        """Cancel an order that is not approved yet; raises as `change_order` does."""


class CustomerDirectory(Protocol):
    """The kept index of NetSuite's customers, so that matching costs no search per record."""

    def refresh(self, pages: Iterable[Sequence[CustomerEntry]], *, watermark: str, position: datetime) -> int:
        """Keep these entries and move the watermark, page by page; return how many came."""

    def find(
        self,
        *,
        internal_ids: Iterable[str] = (),
        external_ids: Iterable[str] = (),
        emails: Iterable[str] = (),
        names: Iterable[str] = (),
    ) -> Sequence[CustomerEntry]:
        """Return the entries that equal one of these, after `email_key` and `company_key`; also inactive ones."""

    def forget(self, internal_ids: Iterable[str]) -> None:
        """Drop customers that do not exist any more."""

    def similar_of(
        self, names: Sequence[str], *, at_least: float, limit: int = 5
    ) -> Mapping[str, Sequence[tuple[CustomerEntry, float]]]:
        """Return for each name the entries with nearly that name, with a similarity of 0 to 1, best first."""

    def alike_of(
        self, profiles: Mapping[str, CustomerProfile]
    ) -> Mapping[str, Sequence[tuple[CustomerEntry, float, str]]]:
        """Return for each customer that would be created those that may be it: a probability and reasons, best first.

        Empty as long as nothing was learned about what agreement weighs.
        """

    def alike_among(
        self, profiles: Mapping[str, CustomerProfile]
    ) -> Mapping[str, Sequence[tuple[str, float, str]]]:
        """Return for each of these customers those before it that may be the same one: its key, a probability and reasons."""


class Memory(Protocol):
    """The ledger, as the flows use it. Each call is one transaction."""

    @property
    def directory(self) -> CustomerDirectory:
        """The customer directory."""

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read, or None before the first time."""

    def store_hints(
        self, hints: Sequence[Hint], *, now: datetime, watermark: tuple[str, datetime] | None = None
    ) -> StoredHints:
        """Keep hints, and move a watermark in the same transaction. A known hint is counted, not added."""

    def count_waiting(self, *, now: datetime, kinds: Sequence[RecordKind] = (RecordKind.BOX,)) -> int:
        """Return how many hints are ready to be claimed."""

    def claim_events(
        self, *, kind: RecordKind, limit: int, lease_seconds: float, now: datetime, backfill: bool = False
    ) -> Claim:
        """Take the ready events of up to `limit` records, oldest first; the claim may be empty.

        Events whose lease ran out are ready again. `backfill` takes records that are caught up on, instead of
        those that something happens to now.
        """

    def renew_claim(self, claim: Claim, *, lease_seconds: float, now: datetime) -> Claim:
        """Prolong a claim. Raises LeaseLost when any of its events was taken over."""

    def settle(
        self, claim: Claim, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime
    ) -> None:
        """Keep outcomes and holds, finish or put back their events.

        A deferred event becomes ready at its `retry_at`. A held one is finished; its hold is opened,
        or renewed when one is open for that record. Any other outcome closes the record's open hold.
        Raises LeaseLost, and keeps nothing, when the claim was taken over.
        """

    def release_claim(self, claim: Claim, *, retry_at: datetime, reason: str, now: datetime) -> None:
        """Put all events of a claim back: the run cannot go on. Does not count as an attempt."""

    def claim_identities(
        self, keys: Sequence[str], *, token: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Reserve names that only one worker may create; return those that are ours now."""

    def hand_over_identities(
        self, keys: Sequence[str], *, token: str, to: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Let names that one token has reserved be another's; return those that were its."""

    def release_identities(self, *, token: str) -> None:
        """Give all reserved names of a claim back."""

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        """Return the bindings of Streak records to NetSuite records of a kind."""

    def find_boxes(self, order_ids: Sequence[str]) -> Mapping[str, Binding]:
        """Return the ties of these sales orders to boxes, by the order's internal id."""

    def find_intents(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return the intents known under these keys."""

    def find_unanswered(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return those under these keys that were sent, and of which no answer tells what became."""

    def write_again(self, operation_keys: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
        """Make queued writes that have succeeded due again, and note who wanted that; return how many."""

    def find_decisions(
        self, records: Sequence[ExternalRef], *, question: str
    ) -> Mapping[ExternalRef, Decision]:
        """Return what people decided about these records last, for one question."""

    def find_dismissals(self, records: Sequence[ExternalRef], *, code: str) -> Sequence[Dismissal]:
        """Return the holds of these records and of this code that people have dismissed, oldest first."""

    def find_last_holds(self, records: Sequence[ExternalRef], *, code: str) -> Mapping[ExternalRef, Hold]:
        """Return what people were asked about these records under this code last, answered or not."""

    def keep_bindings(self, bindings: Sequence[Binding], *, now: datetime) -> Sequence[Binding]:
        """Keep ties; return those that could not be kept because either side is tied elsewhere."""

    def repoint_binding(self, tie: Binding, netsuite_id: str, *, rule: str, now: datetime) -> bool:
        """Let a tie lead to the record that took its place, and note it in the audit.

        Returns False, and changes nothing, when that record is tied to another one already.
        """

    def open_intents(
        self, claim: Claim, drafts: Sequence[IntentDraft], *, now: datetime, found: bool = False
    ) -> None:
        """Keep the intents as SENT before anything is sent, counting an attempt each.

        `found` ones are not sent: they are there, as an earlier try has sent them.

        Raises LeaseLost when the claim was taken over: then nothing may be sent.
        """

    def note_sent(self, claim: Claim, operation_keys: Sequence[str], *, now: datetime) -> None:
        """Note that opened intents leave only now: from now on they may land.

        Raises LeaseLost when the claim was taken over: then nothing may be sent.
        """

    def record_answers(self, answers: Sequence[Answer], *, now: datetime) -> None:
        """Keep answers, the bindings they prove, and the writes and outcomes that follow from them."""

    def find_deletions(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Deletion]:
        """Return those of these records that NetSuite has said to be deleted."""

    def boxes_told(self, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the keys of the boxes that were told of these documents' events ("invoice 812"), by the event's name."""

    def plan_writes(self, drafts: Sequence[IntentDraft], *, now: datetime) -> int:
        """Queue writes as PLANNED and due; return how many are.

        A known one becomes due again when its payload has changed, with the id of what it wrote before as
        `WRITTEN_AS` in its payload: that is changed, and nothing is written beside it.
        """

    def plan_unless_changed(
        self, drafts: Sequence[IntentDraft], *, seen: Mapping[str, Intent], now: datetime
    ) -> frozenset[str]:
        """Plan writes as `plan_writes` does, of which the ledger still knows what was seen; return their keys.

        `seen` holds, by operation key, what was known of the writes when these were made; a new one is not among them.
        """

    def claim_intents(
        self,
        kinds: Sequence[RecordKind],
        *,
        limit: int,
        lease_seconds: float,
        now: datetime,
        flow: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> Sequence[Intent]:
        """Take due intents (PLANNED, or SENT and UNKNOWN whose lease ran out), mark them SENT, count an attempt.

        The returned intents show the state, attempts and `sent_at` from before the claim.
        """

    def renew_intents(
        self, held: Mapping[str, int], *, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Prolong the lease of claimed intents; return those that no other worker has, and nobody has planned anew.

        `held` names, by operation key, the try that it was claimed for, counted from 1.
        """

    def begin_intent(
        self,
        operation_key: str,
        *,
        attempt: int,
        lease_seconds: float,
        now: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> bool:
        """Note that a claimed intent is sent now, and prolong its lease; False: it is not ours to send any more.

        A payload is kept in place of the intent's.
        """

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes that belong to no inbox event; opens holds as `settle` does."""
