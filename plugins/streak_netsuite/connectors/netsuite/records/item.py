"""Items of every type that may stand on an order."""

from collections.abc import Iterable, Mapping, Sequence

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import (
    custom,
    custom_fields,
    present,
    quantity,
    reference,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.item import Item, ItemKind, ItemMember, ItemPrice

_TYPES: Mapping[ItemKind, str] = {
    ItemKind.INVENTORY: "inventoryItem",
    ItemKind.NON_INVENTORY: "nonInventorySaleItem",
    ItemKind.SERVICE: "serviceSaleItem",
    ItemKind.OTHER_CHARGE: "otherChargeSaleItem",
    ItemKind.KIT: "kitItem",
    ItemKind.GROUP: "itemGroup",
    ItemKind.ASSEMBLY: "assemblyItem",
    ItemKind.DISCOUNT: "discountItem",
    ItemKind.MARKUP: "markupItem",
    ItemKind.SUBTOTAL: "subtotalItem",
    ItemKind.DESCRIPTION: "descriptionItem",
    ItemKind.PAYMENT: "paymentItem",
    ItemKind.GIFT_CERTIFICATE: "giftCertificateItem",
    ItemKind.DOWNLOAD: "downloadItem",
}
# Bought and sold again: the same to whoever orders them.
_KINDS: Mapping[str, ItemKind] = {
    **{type_: kind for kind, type_ in _TYPES.items()},
    "nonInventoryResaleItem": ItemKind.NON_INVENTORY,
    "serviceResaleItem": ItemKind.SERVICE,
    "otherChargeResaleItem": ItemKind.OTHER_CHARGE,
    "serializedInventoryItem": ItemKind.INVENTORY,
    "lotNumberedInventoryItem": ItemKind.INVENTORY,
    "serializedAssemblyItem": ItemKind.ASSEMBLY,
    "lotNumberedAssemblyItem": ItemKind.ASSEMBLY,
}
# Where the schema calls the text of a line `description`, and not `salesDescription`.
_DESCRIBED = frozenset(
    {
        ItemKind.KIT,
        ItemKind.GROUP,
        ItemKind.ASSEMBLY,
        ItemKind.DISCOUNT,
        ItemKind.MARKUP,
        ItemKind.SUBTOTAL,
        ItemKind.DESCRIPTION,
        ItemKind.PAYMENT,
    }
)


def is_item(record_type: str) -> bool:
    """Tell whether a record type is an item that may stand on an order."""
    return record_type in _KINDS


def write_item(item: Item, external_id: str) -> SuiteRecord:
    """Return an item with all its prices and parts."""
    sublists: dict[str, Sublist] = {}
    if item.prices:
        sublists["pricingMatrix"] = _prices(item.prices)
    if item.members:
        sublists["memberList"] = _members(item.members)
    described = "description" if item.kind in _DESCRIBED else "salesDescription"
    return SuiteRecord(
        type=_TYPES[item.kind],
        external_id=external_id,
        values=present(
            itemId=item.name, displayName=item.display_name, parent=item.parent, isInactive=item.inactive
        )
        | present(**{described: item.description}),
        custom_fields=custom(item.custom_fields),
        sublists=sublists,
    )


def read_item(record: SuiteRecord) -> Item:
    """Return an item.

    Raises:
        ValueError: it has no name, or is none.
    """
    kind = _KINDS.get(record.type)
    if kind is None:
        raise ValueError(f"{record.type} {record.internal_id} is no item that can be sold")
    return Item(
        kind=kind,
        name=record.text("itemId"),
        display_name=record.text("displayName"),
        description=record.text("salesDescription") or record.text("description"),
        parent=reference(record, "parent"),
        inactive=record.flag("isInactive"),
        prices=tuple(_read_prices(record.rows("pricingMatrix"))),
        members=tuple(_read_members(record.rows("memberList"))),
        custom_fields=custom_fields(record),
    )


def _prices(prices: Sequence[ItemPrice]) -> Sublist:
    """Return the matrix: one row for each currency and level, with a price for each quantity."""
    rows: dict[tuple[str, str], list[ItemPrice]] = {}
    for price in prices:
        rows.setdefault((str(price.currency or ""), str(price.level)), []).append(price)
    return Sublist(rows=tuple(_price_row(row) for row in rows.values()), mode=SublistMode.REPLACE)


def _price_row(prices: Sequence[ItemPrice]) -> Fields:
    steps = tuple(
        Fields(values={"value": one.amount, **({"quantity": one.quantity} if one.quantity else {})})
        for one in sorted(prices, key=lambda one: one.quantity)
    )
    first = prices[0]
    return Fields(values=present(currency=first.currency, priceLevel=first.level) | {"priceList": steps})


def _read_prices(rows: Iterable[Fields]) -> Iterable[ItemPrice]:
    for row in rows:
        level = reference(row, "priceLevel")
        for step in row.many("priceList"):
            amount = step.amount("value")
            if level is not None and amount is not None:
                yield ItemPrice(
                    level=level,
                    amount=amount,
                    quantity=quantity(step),
                    currency=reference(row, "currency"),
                )


def _members(members: Sequence[ItemMember]) -> Sublist:
    rows = tuple(Fields(values={"item": RecordRef.of(m.item), "quantity": m.quantity}) for m in members)
    return Sublist(rows=rows, mode=SublistMode.REPLACE)


def _read_members(rows: Iterable[Fields]) -> Iterable[ItemMember]:
    for row in rows:
        item = reference(row, "item")
        if item is not None:
            yield ItemMember(item=item, quantity=quantity(row))
