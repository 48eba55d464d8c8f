"""The product, put together: each flow with what it needs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from streak_netsuite.assembly.account import guard_records, watch_account
from streak_netsuite.assembly.settings import Settings
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.record_types import NetSuiteRecords
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.contact_records import StreakContacts
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.name_catalogue import StreakNames
from streak_netsuite.connectors.streak.record_types import StreakRecords
from streak_netsuite.flows.account_watch import AccountWatch
from streak_netsuite.flows.activities import Activities
from streak_netsuite.flows.backfill import Backfill, Window
from streak_netsuite.flows.buyer_now import BuyersNow
from streak_netsuite.flows.course_check import CourseCheck
from streak_netsuite.flows.credit_look import CreditLook
from streak_netsuite.flows.customer_gate import CustomerGate
from streak_netsuite.flows.customer_merges import CustomerFills, CustomerMerges
from streak_netsuite.flows.deal_to_order import DealToOrder
from streak_netsuite.flows.drift import DriftWatch
from streak_netsuite.flows.end_check import EndCheck
from streak_netsuite.flows.ended_deals import EndedDeals
from streak_netsuite.flows.hold_desk import HoldDesk
from streak_netsuite.flows.items_to_streak import ItemsToStreak
from streak_netsuite.flows.live_lookups import live_matches, near_names
from streak_netsuite.flows.mapping_effect import MappingEffect
from streak_netsuite.flows.order_edits import OrderEdits
from streak_netsuite.flows.order_follow import OrderFollower
from streak_netsuite.flows.order_to_invoice import OrderToInvoice
from streak_netsuite.flows.outage import OutageBook
from streak_netsuite.flows.overdue import OverdueLook
from streak_netsuite.flows.party_merges import PartyMerges
from streak_netsuite.flows.party_relinks import BoxRelinks
from streak_netsuite.flows.planned_order import ORDER_KEY, order_key
from streak_netsuite.flows.reconcile import Reconcile
from streak_netsuite.flows.record_guard import RecordGuard
from streak_netsuite.flows.record_sync import RecordSync
from streak_netsuite.flows.repairs import Repairs
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.status_to_streak import StatusToStreak, StatusWrites
from streak_netsuite.flows.sweep import DeltaSweep, FullSweep
from streak_netsuite.flows.write_back import WriteBack
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import CombinedLookups, StaticLookups
from streak_netsuite.mapping.record_schema import (
    NetSuiteSource,
    NetSuiteTarget,
    RecordTypeSpec,
    StreakSource,
    StreakTarget,
)
from streak_netsuite.mapping.record_type import RecordType
from streak_netsuite.mapping.sample import Sample, sample_of
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.duplicate_case import SCOPE, Among
from streak_netsuite.sync.record_side import RecordSource

if TYPE_CHECKING:
    from streak_netsuite.flows.duplicate_links import DuplicateLinks
    from streak_netsuite.flows.duplicate_search import DuplicateSearch


@dataclass(frozen=True, kw_only=True)
class Product:
    """The product, put together: open connections to both vendors and the ledger."""

    settings: Settings
    spec: MappingSpec
    streak: StreakGateway
    streak_client: StreakClient
    netsuite: NetSuiteGateway
    ledger: Ledger
    clock: Callable[[], datetime]
    run_id: str

    def deal_to_order(self) -> DealToOrder:
        """Return the flow that makes orders of deals."""
        return DealToOrder(
            deals=self.streak,
            erp=self.netsuite,
            memory=self.ledger,
            spec=self.spec,
            engine_for=self.engine_for,
            digest_of=self.digest_of,
            follower=self.order_follower(),
            ended=self._ended_deals(),
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def _ended_deals(self) -> EndedDeals:
        return EndedDeals(memory=self.ledger, spec=self.spec, settings=self.settings.flow, clock=self.clock)

    def digest_of(self, deal: Deal) -> str:
        """Return a digest of all that the mapping reads of a deal."""
        return self.engine_for(()).digest(deal)

    def order_follower(self) -> OrderFollower:
        """Return what decides about changed deals whose orders exist."""
        return OrderFollower(
            erp=self.netsuite,
            buyers=BuyersNow(
                memory=self.ledger,
                erp=self.netsuite,
                policy=self.spec.match,
                settings=self.settings.flow,
                clock=self.clock,
            ),
            memory=self.ledger,
            spec=self.spec,
            engine_for=self.engine_for,
            settings=self.settings.flow,
            clock=self.clock,
            order_key=order_key,
        )

    def order_edits(self) -> OrderEdits:
        """Return the flow that writes what changed deals ask of their orders."""
        return OrderEdits(
            erp=self.netsuite,
            memory=self.ledger,
            spec=self.spec,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
            order_key=order_key,
            zone=self.settings.netsuite.account_zone,
        )

    def work_inbox(self) -> RunReport:
        """Make orders of the deals that wait, and let orders follow those that changed."""
        return self.deal_to_order().drain() + self.order_edits().drain()

    def backfill(self) -> Backfill:
        """Return the flow that catches up on old deals."""
        return Backfill(
            boxes=self.streak,
            memory=self.ledger,
            spec=self.spec,
            flow=self.deal_to_order(),
            zone=self.settings.netsuite.account_zone,
            clock=self.clock,
        )

    def won_boxes(
        self, window: Window, *, also: MappingSpec | None = None, moved_on: bool = False
    ) -> list[str]:
        """Return the keys of the boxes that were won in some days, and are in a stage in which orders are made.

        Args:
            also: another mapping, of whose stages boxes are meant, too.
            moved_on: whether boxes are meant, too, that what became of their order has moved on; their day is that of
                their last stage.
        """
        wanted: dict[str, list[str]] = {}
        for spec in filter(None, (self.spec, also)):
            later = spec.status.stages.values() if moved_on else ()
            wanted.setdefault(spec.source.pipeline, []).extend((*spec.source.stages, *later))
        found = (
            box
            for pipeline, stages in wanted.items()
            for page in self.streak.won_boxes(pipeline, list(dict.fromkeys(stages)))
            for box in page
        )
        zone = self.settings.netsuite.account_zone
        return list(dict.fromkeys(box.key for box in found if window.holds(box, zone)))

    def mapping_effect(self, other: MappingSpec) -> MappingEffect:
        """Return the comparison of this product's mapping with another, deal by deal."""
        return MappingEffect(
            deals=self.streak,
            now=self.engine_for,
            then=replace(self, spec=other).engine_for,
            batch_size=self.settings.flow.batch_size,
        )

    def hold_desk(self) -> HoldDesk:
        """Return the desk at which people decide about holds."""
        return HoldDesk(book=self.ledger, clock=self.clock)

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """The vendors that have taken our credentials in this run."""
        taken = {"streak": self.streak_client.was_accepted, "netsuite": self.netsuite.was_accepted}
        return tuple(system for system, was_accepted in taken.items() if was_accepted)

    @property
    def has_written(self) -> bool:
        """Whether a write has left for a vendor in this run."""
        return self.streak_client.has_written or self.netsuite.has_written

    def outages(self) -> OutageBook:
        """Return the book of what is known to be broken."""
        return OutageBook(memory=self.ledger, clock=self.clock)

    def write_back(self) -> WriteBack:
        """Return the flow that tells boxes about their orders."""
        return WriteBack(
            boxes=self.streak,
            erp=self.netsuite,
            memory=self.ledger,
            spec=self.spec,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def tell_boxes(self) -> RunReport:
        """Write everything to boxes that is due: about orders and their course, and activities."""
        return self.write_back().drain() + self.status_writes().drain() + self.activities().drain()

    def status_to_streak(self) -> StatusToStreak:
        """Return the flow that tells boxes what became of their orders."""
        return StatusToStreak(
            erp=self.netsuite,
            deals=self.streak,
            memory=self.ledger,
            spec=self.spec,
            settings=self.settings.flow,
            zone=self.settings.netsuite.account_zone,
            is_older_hold=self.credit_look().is_older,
            clock=self.clock,
            run_id=self.run_id,
        )

    def status_writes(self) -> StatusWrites:
        """Return the flow that writes what `status_to_streak` has planned."""
        return StatusWrites(
            boxes=self.streak,
            memory=self.ledger,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def order_to_invoice(self) -> OrderToInvoice:
        """Return the flow that bills shipped orders, if the mapping wants it."""
        return OrderToInvoice(
            erp=self.netsuite,
            memory=self.ledger,
            spec=self.spec,
            settings=self.settings.flow,
            zone=self.settings.netsuite.account_zone,
            clock=self.clock,
            run_id=self.run_id,
        )

    def items_to_streak(self) -> ItemsToStreak:
        """Return the flow that makes Streak offer what NetSuite sells."""
        return ItemsToStreak(
            items=self.netsuite,
            streak=self.streak,
            memory=self.ledger,
            spec=self.spec,
            clock=self.clock,
            run_id=self.run_id,
        )

    def repairs(self) -> Repairs:
        """Return what repairs the differences that `reconcile` finds."""
        return Repairs(book=self.ledger, teller=self.status_to_streak(), clock=self.clock, run_id=self.run_id)

    def reconcile(self, *, quick: bool = False) -> Reconcile:
        """Return the comparison of both sides and the ledger; a quick one leaves out what became of the orders."""
        source = self.spec.source
        course = CourseCheck(
            stories=self.netsuite.stories_in_passing(clock=self.clock),
            orders=self.netsuite,
            deals=self.streak,
            memory=self.ledger,
            teller=self.status_to_streak(),
            ends=EndCheck(
                memory=self.ledger,
                ended=self._ended_deals(),
                spec=self.spec,
                zone=self.settings.netsuite.account_zone,
                clock=self.clock,
            ),
            spec=self.spec,
        )
        return Reconcile(
            orders=self.netsuite,
            boxes=self.streak,
            ties=self.ledger.books,
            pipeline=source.pipeline,
            stages=source.stages,
            later=list(self.spec.status.stages.values()),
            won_since=source.won_since,
            zone=self.settings.netsuite.account_zone,
            key_prefix=f"{ORDER_KEY}-",
            rules=self.spec.reconcile.total_rules,
            tolerance=self.settings.flow.reconcile_tolerance,
            tells_number=any("order.number" in text for text in self.spec.write_back.fields.values()),
            course=None if quick else course,
            billing=None if quick else self.order_to_invoice(),
            currencies=self.netsuite,
        )

    def duplicate_search(self, among: Among = Among.CUSTOMERS) -> "DuplicateSearch":
        """Return the search for customers of the account that are one, or for records in Streak that are."""
        # Imported here: it needs the assistant's numerics, which no other flow does.
        from streak_netsuite.flows.duplicate_search import DuplicateSearch

        return DuplicateSearch(
            rows=self._rows_of(among),
            book=self.ledger.duplicates,
            index=self.ledger.directory.index if among is Among.CUSTOMERS else None,
            clock=self.clock,
            among=among,
        )

    def duplicate_links(self) -> "DuplicateLinks":
        """Return the search for organizations in Streak that are customers of the account and are not tied to them."""
        from streak_netsuite.flows.duplicate_links import DuplicateLinks

        return DuplicateLinks(
            organizations=self._rows_of(Among.ORGANIZATIONS),
            customers=self.netsuite.customer_rows,
            missing=self.netsuite.missing_customers,
            memory=self.ledger,
            book=self.ledger.duplicates,
            clock=self.clock,
        )

    def _rows_of(self, among: Among) -> Callable[[], Iterator[Sequence[CustomerRow]]]:
        if among is Among.CUSTOMERS:
            return self.netsuite.customer_rows
        return lambda: self.streak.party_rows("contacts" if among is Among.CONTACTS else "organizations")

    def customer_merges(self) -> CustomerMerges:
        """Return the list of what people called one customer, and what follows merges in NetSuite."""
        return CustomerMerges(
            erp=self.netsuite,
            memory=self.ledger,
            said=lambda: self.ledger.duplicates.decisions(SCOPE),
            taken_back_by=partial(self.ledger.duplicates.taken_back_by, SCOPE),
            clock=self.clock,
        )

    def customer_fills(self) -> CustomerFills:
        """Return the flow that writes the values that people wanted for customers that stay."""
        return CustomerFills(
            erp=self.netsuite,
            parted=self.customer_merges().parted,
            memory=self.ledger,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def party_merges(self, among: Among = Among.ORGANIZATIONS) -> PartyMerges:
        """Return the list of organizations or contacts in Streak that are one, and of the boxes that the one that stays takes over."""
        book = self.ledger.duplicates
        return PartyMerges(
            among=among,
            streak=self.streak,
            missing=self.netsuite.missing_customers,
            memory=self.ledger,
            said=lambda: book.decisions(among.scope),
            said_of_customers=lambda: book.decisions(SCOPE),
            taken_back_by=partial(book.taken_back_by, among.scope),
            clock=self.clock,
        )

    def box_relinks(self) -> BoxRelinks:
        """Return the flow that writes which organizations and contacts boxes link to, as people wanted."""
        return BoxRelinks(
            streak=self.streak,
            parted=lambda among, pairs: self.party_merges(among).parted(pairs),
            memory=self.ledger,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def netsuite_sweep(self) -> DeltaSweep:
        """Return the sweep for transactions that changed, or were deleted, in NetSuite since the last one."""
        return DeltaSweep(
            streams=[self.netsuite.transactions(), self.netsuite.deletions(self.clock)],
            memory=self.ledger.sweeps,
            settings=self.settings.flow,
            clock=self.clock,
        )

    def unswept_deletions(self) -> Iterator[Deletion]:
        """Yield what was deleted in NetSuite and the next sweep will bring in. Keeps nothing."""
        stream, flow = self.netsuite.deletions(self.clock), self.settings.flow
        mark = self.ledger.get_watermark(stream.name)
        reach = flow.overlap_seconds if mark is not None else flow.first_sweep_seconds
        yield from stream.deletions((mark or self.clock()) - timedelta(seconds=reach))

    def overdue_look(self) -> OverdueLook:
        """Return the daily look for invoices that became overdue."""
        return OverdueLook(
            erp=self.netsuite,
            memory=self.ledger,
            account=self.netsuite.transactions().account,
            zone=self.settings.netsuite.account_zone,
            clock=self.clock,
        )

    def credit_look(self) -> CreditLook:
        """Return the look for customers whose credit hold has begun or ended."""
        return CreditLook(
            erp=self.netsuite,
            memory=self.ledger,
            account=self.netsuite.transactions().account,
            field=self.settings.netsuite.credit_holds,
            zone=self.settings.netsuite.account_zone,
            clock=self.clock,
        )

    def customer_gate(self) -> CustomerGate:
        """Return what asks, before a customer is created, whether it exists already."""
        return CustomerGate(
            memory=self.ledger,
            erp=self.netsuite,
            policy=self.spec.match,
            settings=self.settings.flow,
            clock=self.clock,
        )

    def record_sync(self, spec: RecordTypeSpec) -> RecordSync:
        """Return the flow of a record type."""
        makes_customers = isinstance(spec.target, NetSuiteTarget) and spec.target.type == "customer"
        return RecordSync(
            gate=self.customer_gate() if makes_customers else None,
            type=RecordType(spec=spec, zone=self.settings.netsuite.account_zone),
            source=self.record_source(spec),
            target=self._record_side(spec.target),
            watermark=self.ledger.get_watermark,
            move_watermark=self.ledger.move_watermark,
            memory=self.ledger,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def record_source(self, spec: RecordTypeSpec) -> RecordSource:
        """Return what reads the records of a record type."""
        if isinstance(spec.source, StreakSource) and spec.source.records == "contacts":
            return StreakContacts(client=self.streak_client, settings=self.settings.streak, ties=self.ledger)
        return self._record_side(spec.source)

    def _record_side(
        self, side: StreakSource | NetSuiteSource | StreakTarget | NetSuiteTarget
    ) -> StreakRecords | NetSuiteRecords:
        if isinstance(side, NetSuiteSource | NetSuiteTarget):
            return self.netsuite.records(side.type)
        stages = side.stages if isinstance(side, StreakSource) else ()
        return StreakRecords(
            client=self.streak_client,
            settings=self.settings.streak,
            pipeline=side.pipeline,
            stages=stages,
        )

    def activities(self) -> Activities:
        """Return the flow that writes activities to boxes."""
        return Activities(
            boxes=self.streak,
            memory=self.ledger,
            settings=self.settings.flow,
            clock=self.clock,
            run_id=self.run_id,
        )

    def drift_watch(self) -> DriftWatch:
        """Return the watch for names that the mapping uses and Streak has changed."""
        return DriftWatch(
            names=StreakNames(self.streak_client),
            memory=self.ledger,
            spec=self.spec,
            engine=self.engine_for(()),
            clock=self.clock,
            run_id=self.run_id,
        )

    def account_watch(self) -> AccountWatch:
        """Return the watch over what the NetSuite account allows."""
        return watch_account(self.netsuite, self.ledger, self.settings.netsuite, clock=self.clock)

    def record_guard(self) -> RecordGuard:
        """Return what stops work when ids lead to other records."""
        return guard_records(self.netsuite, self.ledger, self.settings.netsuite, clock=self.clock)

    def delta_sweep(self) -> DeltaSweep:
        """Return the sweep for what changed in Streak since the last one."""
        return DeltaSweep(
            streams=self.streak.streams(),
            memory=self.ledger.sweeps,
            settings=self.settings.flow,
            clock=self.clock,
        )

    def full_sweep(self) -> FullSweep:
        """Return the sweep that compares all of Streak's lists with what was seen before."""
        return FullSweep(
            streams=self.streak.streams(),
            memory=self.ledger.sweeps,
            settings=self.settings.flow,
            clock=self.clock,
        )

    def sample(self, deal: Deal) -> Sample:
        """Return a sample of a deal: what NetSuite knows of the names in it, and what the mapping makes of it now."""
        zone = self.settings.netsuite.account_zone
        engine = Engine(self.spec, zone=zone, lookups=StaticLookups(self.spec))
        wanted = engine.wanted_lookups(deal)
        return sample_of(self.spec, deal, live_matches(self.netsuite, wanted) if wanted else {}, zone)

    def engine_for(self, deals: Sequence[Deal]) -> Engine:
        """Return a mapping engine that knows the items these deals name."""
        static = StaticLookups(self.spec)
        engine = Engine(self.spec, zone=self.settings.netsuite.account_zone, lookups=static)
        wanted = frozenset(request for deal in deals for request in engine.wanted_lookups(deal))
        if not wanted:
            return engine
        live = live_matches(self.netsuite, wanted)
        return engine.with_lookups(CombinedLookups(static, live, near_names(self.netsuite, live)))
