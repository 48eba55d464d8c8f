"""What each flow would write, in words. Nothing is written: a write to a vendor is refused before it leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from difflib import get_close_matches

from streak_netsuite.assembly import Product
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.backfill import Window
from streak_netsuite.flows.mapping_effect import effect_text
from streak_netsuite.flows.plan_text import plan_text
from streak_netsuite.mapping.record_files import load_record_type, record_file
from streak_netsuite.mapping.spec import MappingSpec

DEALS, INVOICES, STATUS, ITEMS = "deal_to_order", "order_to_invoice", "status_to_streak", "items_to_streak"
RECORD_PREFIX = "record_"
FLOWS = (DEALS, ITEMS, INVOICES, STATUS)
_NOTHING = "Nothing was written."
_MISSPELT = 0.75  # how alike a word is to a flow's name that is meant to be one


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a dry run is asked for.

    Attributes:
        flow: one of `FLOWS`, or "record_" and the name or file of a record type.
        boxes: keys of boxes; none for all that the flow would look at.
        window: the days on which deals were won that are meant; None for any.
    """

    flow: str = DEALS
    boxes: Sequence[str] = ()
    window: Window | None = None

    @classmethod
    def of(cls, targets: Sequence[str], window: Window | None) -> "Asked":
        """Return what a command line names: a flow or a record type's file, then boxes; boxes alone are of deals.

        Raises:
            ConfigurationError: a flow is misspelt; it would be taken for the key of a box that does not exist.
        """
        if not targets:
            return cls(window=window)
        first, *rest = targets
        if first.endswith((".yaml", ".yml")) and not first.startswith(RECORD_PREFIX):
            first = f"{RECORD_PREFIX}{first}"
        if first in FLOWS or first.startswith(RECORD_PREFIX):
            return cls(flow=first, boxes=rest, window=window)
        if near := get_close_matches(first, FLOWS, n=1, cutoff=_MISSPELT):
            raise ConfigurationError(f"there is no flow '{first}'; did you mean {near[0]}?")
        return cls(boxes=targets, window=window)


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """Plans with a product that was opened to read only."""

    product: Product

    def text(self, asked: Asked) -> str:
        """Return what a flow would create, update and hold: each field with its value now and then, and the rule.

        Raises:
            ConfigurationError: the flow cannot be planned so, or a write has left all the same.
        """
        planned = self._record_type if asked.flow.startswith(RECORD_PREFIX) else self._flows[asked.flow]
        return self._without_a_write(planned(asked))

    def effect(self, other: MappingSpec, asked: Asked) -> str:
        """Return how another mapping would have treated deals, beside the one in use."""
        boxes = list(asked.boxes) or self.product.won_boxes(asked.window or Window(), also=other)
        return self._without_a_write(effect_text(list(self.product.mapping_effect(other).compare(boxes))))

    @property
    def _flows(self) -> Mapping[str, Callable[[Asked], str]]:
        return {DEALS: self._deals, INVOICES: self._invoices, STATUS: self._status, ITEMS: self._items}

    def _deals(self, asked: Asked) -> str:
        boxes = self._boxes(asked)
        plans, batch = self.product.deal_to_order().plan(
            self.product.ledger.waiting_boxes() if boxes is None else boxes
        )
        return plan_text(plans, batch.decided.values(), changes=batch.changes, spec=self.product.spec)

    def _invoices(self, asked: Asked) -> str:
        told = self.product.order_to_invoice().preview(self._boxes(asked, moved_on=True))
        return "\n\n".join([*(told or ["nothing would be billed"]), _NOTHING])

    def _status(self, asked: Asked) -> str:
        boxes = self._boxes(asked, moved_on=True)
        if boxes is None:
            boxes = [tie.box_key for page in self.product.ledger.books.order_ties() for tie in page]
        told = self.product.status_to_streak().preview(boxes, self.product.unswept_deletions())
        return "\n".join([*(told or ["the boxes know everything"]), _NOTHING])

    def _items(self, asked: Asked) -> str:
        if asked.boxes or asked.window is not None:
            raise ConfigurationError(f"{ITEMS} is planned as a whole: name no boxes and no days")
        return "\n".join([*self.product.items_to_streak().plan().lines(), _NOTHING])

    def _record_type(self, asked: Asked) -> str:
        if asked.boxes:
            raise ConfigurationError(f"{asked.flow} is planned as a whole: name no boxes")
        spec = load_record_type(record_file(asked.flow.removeprefix(RECORD_PREFIX)))
        first = asked.window.since if asked.window is not None else None
        zone = self.product.settings.netsuite.account_zone
        since = datetime.combine(first, time(), zone) if first is not None else None
        told = list(self.product.record_sync(spec).preview(since))
        return "\n".join([*(told or ["nothing would be written"]), _NOTHING])

    def _boxes(self, asked: Asked, *, moved_on: bool = False) -> list[str] | None:
        """Return the boxes that are meant; None for all."""
        if asked.boxes:
            return list(asked.boxes)
        return None if asked.window is None else self.product.won_boxes(asked.window, moved_on=moved_on)

    def _without_a_write(self, text: str) -> str:
        if self.product.has_written:
            raise ConfigurationError("a write has left in a dry run; this is a defect: please report it")
        return text
