"""Orders that were sent and not answered, of deals that are not ordered any more: found and tied, or waited for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.batch import Batch
from streak_netsuite.flows.planned_order import order_as_sent, order_key
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.intent import Intent
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import Memory, OrderTarget
from streak_netsuite.sync.runner import Landed, Runner


@dataclass(frozen=True, kw_only=True)
class LateOrders:
    """Lets nobody pass over a deal, or hold it, while an order that was sent for it may be in NetSuite, or land there.

    Such a deal may have been lost, moved, rejected or deleted since. Its order is there all the same: untied it would ship,
    and nobody would close or bill it.
    """

    erp: OrderTarget
    memory: Memory
    settings: FlowSettings
    clock: Callable[[], datetime]

    def find_unanswered(self, box_keys: Sequence[str]) -> dict[str, Intent]:
        """Return the orders of these boxes that were sent and not answered, by box."""
        keys = {order_key(key): key for key in box_keys}
        found = self.memory.find_unanswered(list(keys)) if keys else {}
        return {keys[key]: intent for key, intent in found.items()}

    def see_to(
        self,
        batch: Batch,
        unanswered: Mapping[str, Intent],
        deals: Mapping[str, Deal | RecordError],
        *,
        today: date,
    ) -> None:
        """Put deals off that were passed over or held: until their order is tied, or cannot land any more.

        Args:
            unanswered: as found before anything was decided, so that nothing can be settled without a look.
            today: in the account's time zone, for deals that are caught up on.
        """
        # A deal that cannot be read keeps its hold: released, it is looked for as well, and then its box can be told.
        readable = [key for key in unanswered if not isinstance(deals.get(key), RecordError)]
        decided = batch.take_back(readable)
        landed = self._adopt(batch, {key: unanswered[key] for key in decided}, deals, today=today)
        for key, outcome in decided.items():
            order = landed.get(order_key(key))
            lands_until = _lands_until(unanswered[key], self.settings)
            if order is not None:
                reason = f"sales order {order.internal_id} is there, as an earlier try has sent it; the deal goes on from there"
                batch.decide(key, Action.DEFERRED, rule="order_found", reason=reason, retry_at=self.clock())
            elif lands_until > self.clock():
                self._wait(batch, key, lands_until)
            else:
                batch.keep(outcome)

    def _adopt(
        self,
        batch: Batch,
        unanswered: Mapping[str, Intent],
        deals: Mapping[str, Deal | RecordError],
        *,
        today: date,
    ) -> dict[str, Landed]:
        runner: Runner[SalesOrder] = Runner(
            self.memory,
            upsert=self.erp.upsert_orders,
            find=self.erp.find_orders,
            clock=self.clock,
            settle_seconds=self.settings.settle_seconds,
            commit_seconds=self.settings.longest_commit_seconds,
        )
        writes = [
            order_as_sent(intent, deals.get(key), caught_up_on=today if batch.is_silent(key) else None)
            for key, intent in unanswered.items()
        ]
        return runner.adopt(batch.claim, writes)

    def _wait(self, batch: Batch, key: str, lands_until: datetime) -> None:
        wait = timedelta(seconds=self.settings.wait_seconds(batch.event(key).attempts))
        batch.decide(
            key,
            Action.DEFERRED,
            rule="outcome_unknown",
            reason="an order was sent for the deal before, no answer came, and it may still land",
            operation_key=order_key(key),
            retry_at=min(self.clock() + wait, lands_until),
        )


def _lands_until(intent: Intent, settings: FlowSettings) -> datetime:
    sent_at = intent.may_land_since or datetime.min.replace(tzinfo=UTC)
    return sent_at + timedelta(seconds=max(settings.settle_seconds, settings.longest_commit_seconds))
