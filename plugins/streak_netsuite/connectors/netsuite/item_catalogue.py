"""Every item that may stand on an order, with prices and stock."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from streak_netsuite.connectors.netsuite.calls.inventory import ItemAvailability, get_item_availability
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.item import is_item, read_item
from streak_netsuite.connectors.netsuite.search_request import SearchRequest
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.item import ItemKind
from streak_netsuite.model.stocked_item import Stock, StockedItem

# What shapes an order's lines and is no product to pick.
_NO_PRODUCT = frozenset({"markupItem", "subtotalItem", "descriptionItem", "paymentItem"})
_KEPT_IN_STOCK = frozenset({ItemKind.INVENTORY, ItemKind.ASSEMBLY})
_STOCK_AT_ONCE = 500  # a call may ask for 10,000 and answers a row for each item and location
_NO_PLACE = "(no location)"


class ItemCatalogue:
    """One account's items."""

    def __init__(self, client: SoapClient, *, page_size: int) -> None:
        self._client = client
        self._searches = Searches(client, page_size=page_size)

    def pages(self, *, with_stock: bool) -> Iterator[Sequence[StockedItem]]:
        """Yield all items that can be picked, inactive ones too, in ascending ids. Prices stand on a sublist, so whole records are read."""
        for page in self._searches.records(SearchRequest(subject="Item"), body_only=False):
            records = [
                record
                for record in page
                if is_item(record.type) and record.type not in _NO_PRODUCT and record.text("itemId")
            ]
            stock = self._stock(records) if with_stock else {}
            yield [
                StockedItem(
                    id=record.internal_id, item=read_item(record), stock=stock.get(record.internal_id, ())
                )
                for record in records
            ]

    def _stock(self, records: Sequence[SuiteRecord]) -> Mapping[str, tuple[Stock, ...]]:
        kept = [
            RecordRef(type=record.type, internal_id=record.internal_id)
            for record in records
            if read_item(record).kind in _KEPT_IN_STOCK
        ]
        found: dict[str, list[Stock]] = defaultdict(list)
        for start in range(0, len(kept), _STOCK_AT_ONCE):
            for one in self._client.send(get_item_availability(kept[start : start + _STOCK_AT_ONCE])):
                found[one.item.internal_id].append(_stock_of(one))
        return {id_: tuple(places) for id_, places in found.items()}


def _stock_of(one: ItemAvailability) -> Stock:
    place = one.location.name or one.location.internal_id if one.location is not None else _NO_PLACE
    return Stock(location=place, on_hand=one.on_hand, available=one.available)
