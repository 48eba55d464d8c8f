"""getItemAvailability: how much of each item there is, per location."""

from streak_netsuite.sandbox.netsuite import answers, roles, soap_faults, stock
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

MAX_ITEMS = 10_000  # Oracle help section_N3418637
_QUANTITIES = (
    "quantityOnHand",
    "reorderPoint",
    "preferredStockLevel",
    "quantityOnOrder",
    "quantityCommitted",
    "quantityBackOrdered",
    "quantityAvailable",
)


class Availability:
    """The handler."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_item_availability(self, _call: Call, request: Fields) -> Fields:
        """Answer a getItemAvailability, item by item in the order they were asked for.

        Raises:
            SoapFault: more items than one call may ask for.
        """
        wish = request["itemAvailabilityFilter"]
        refs = wish["item"].get("recordRef", [])
        if len(refs) > MAX_ITEMS:
            raise soap_faults.too_many_records(MAX_ITEMS)
        try:
            items = [self._get(ref) for ref in refs]
        except RecordRefused as refused:
            return {"getItemAvailabilityResult": {"status": answers.failed(refused)}}
        since = wish.get("lastQtyAvailableChange")
        rows = [r for i in items for r in _rows(i) if since is None or r["lastQtyAvailableChange"] >= since]
        listed = {"itemAvailabilityList": {"itemAvailability": rows}} if rows else {}
        return {"getItemAvailabilityResult": {"status": answers.ok(), **listed}}

    def _get(self, ref: Ref) -> Record:
        item = self._store.find(ref, *ITEM_KINDS)
        if item is None or not roles.may(self._store.settings, item.kind, "view"):
            raise bad_reference("item", ref.key)
        return item


def _rows(item: Record) -> list[Fields]:
    """Return one row per location; items without stock have none.

    Quantities that never moved since the item was last edited count as changed then.
    """
    ref = Ref(internal_id=item.internal_id, type=item.kind, name=item.name)
    return [
        {
            "item": ref,
            "lastQtyAvailableChange": place.get(stock.CHANGED, item.modified_at),
            "locationId": place["locationId"],
            **{name: place.get(name) for name in _QUANTITIES},
        }
        for place in item.sublists.get("locationsList", [])
    ]
