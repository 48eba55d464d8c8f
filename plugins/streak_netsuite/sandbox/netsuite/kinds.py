"""The record types the sandbox keeps, and what NetSuite knows about each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NO_SUBLISTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One record type.

    Attributes:
        name: as in RecordType ("salesOrder").
        type: the schema type.
        group: the space its external ids share (all entities one space, all transactions another:
            Oracle help, external ids).
        label: how messages call one ("entity", "transaction").
        custom_prefix: where its custom fields' script ids begin, which names their place too.
        created: name of the creation date's element, or "".
        read_only: elements a client may not set.
        sublists: the element that repeats in each sublist, by the sublist's name.
        number_prefix: how its transaction numbers begin ("SO"), or "".
        is_posting: whether it counts in the books, so that its posting period must be open.
    """

    name: str
    type: str
    group: str
    label: str
    custom_prefix: str = ""
    created: str = ""
    modified: str = "lastModifiedDate"
    writable: bool = False
    read_only: frozenset[str] = frozenset()
    sublists: Mapping[str, str] = field(default_factory=lambda: _NO_SUBLISTS)
    number_prefix: str = ""
    is_posting: bool = False


def _transaction(
    name: str,
    type_: str,
    prefix: str,
    *,
    sublists: Mapping[str, str],
    read_only: str = "",
    is_posting: bool = True,
) -> Kind:
    always = "createdDate lastModifiedDate status currencyName tranId"
    return Kind(
        name=name,
        type=type_,
        group="transaction",
        label="transaction",
        custom_prefix="custbody",
        created="createdDate",
        writable=True,
        read_only=frozenset(f"{always} {read_only}".split()),
        sublists=MappingProxyType(dict(sublists)),
        number_prefix=prefix,
        is_posting=is_posting,
    )


_SUMS = "subTotal discountTotal taxTotal total altShippingCost altHandlingCost"
_ITEMS = {"itemList": "item"}
_APPLIES = {"applyList": "apply"}

_ENTITIES = (
    Kind(
        name="customer",
        type="relationships:Customer",
        group="entity",
        label="entity",
        custom_prefix="custentity",
        created="dateCreated",
        writable=True,
        read_only=frozenset(
            {
                "altName",
                "balance",
                "dateCreated",
                "defaultAddress",
                "depositBalance",
                "lastModifiedDate",
                "overdueBalance",
                "stage",
                "unbilledOrders",
            }
        ),
        sublists=MappingProxyType({"addressbookList": "addressbook", "currencyList": "currency"}),
    ),
    Kind(
        name="contact",
        type="relationships:Contact",
        group="entity",
        label="entity",
        custom_prefix="custentity",
        created="dateCreated",
        writable=True,
        read_only=frozenset({"dateCreated", "defaultAddress", "lastModifiedDate"}),
        sublists=MappingProxyType({"addressbookList": "addressbook"}),
    ),
    Kind(
        name="customerSubsidiaryRelationship",
        type="relationships:CustomerSubsidiaryRelationship",
        group="customerSubsidiaryRelationship",
        label="customer-subsidiary relationship",
        modified="",
        writable=True,
        read_only=frozenset({"isPrimarySub"}),
    ),
    Kind(
        name="vendor",
        type="relationships:Vendor",
        group="entity",
        label="entity",
        custom_prefix="custentity",
        created="dateCreated",
    ),
)

_TRANSACTIONS = (
    _transaction(
        "salesOrder",
        "sales:SalesOrder",
        "SO",
        sublists=_ITEMS,
        read_only=f"{_SUMS} createdFrom trackingNumbers linkedTrackingNumbers",
        is_posting=False,
    ),
    _transaction(
        "itemFulfillment",
        "sales:ItemFulfillment",
        "IF",
        sublists=_ITEMS | {"packageList": "package"},
        read_only="entity pickedDate packedDate shippedDate",
    ),
    _transaction(
        "invoice",
        "sales:Invoice",
        "INV",
        sublists=_ITEMS,
        read_only=f"{_SUMS} amountPaid amountRemaining balance linkedTrackingNumbers onCreditHold",
    ),
    _transaction(
        "customerPayment",
        "customers:CustomerPayment",
        "PYMT",
        sublists=_APPLIES | {"creditList": "credit", "depositList": "deposit"},
        read_only="balance pending total applied unapplied",
    ),
    _transaction(
        "creditMemo",
        "customers:CreditMemo",
        "CM",
        sublists=_ITEMS | _APPLIES,
        read_only=f"{_SUMS} amountPaid amountRemaining applied unapplied",
    ),
    _transaction(
        "customerDeposit",
        "customers:CustomerDeposit",
        "CD",
        sublists={"applyList": "customerDepositApply"},
        read_only="applyList",
    ),
    _transaction(
        "depositApplication",
        "customers:DepositApplication",
        "DA",
        sublists=_APPLIES,
        read_only="total applied unapplied",
    ),
    _transaction(
        "customerRefund",
        "customers:CustomerRefund",
        "CR",
        sublists=_APPLIES,
        read_only="balance total",
    ),
)

# Made by its sales order, not by a client.
_PURCHASE_ORDER = Kind(
    name="purchaseOrder",
    type="purchases:PurchaseOrder",
    group="transaction",
    label="transaction",
    created="createdDate",
    sublists=MappingProxyType(dict(_ITEMS)),
    number_prefix="PO",
)
_MEMBERS, _PRICES = {"memberList": "itemMember"}, {"pricingMatrix": "pricing"}
_PLACES = {"locationsList": "locations"}
_STOCK = frozenset(
    "averageCost quantityAvailable quantityBackOrdered quantityCommitted quantityOnHand quantityOnOrder".split()
)
_ITEM_TYPES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("inventoryItem", "InventoryItem", _PRICES | _PLACES),
    ("assemblyItem", "AssemblyItem", _PRICES | _PLACES | _MEMBERS),
    ("kitItem", "KitItem", _PRICES | _MEMBERS),
    ("itemGroup", "ItemGroup", _MEMBERS),
    ("nonInventorySaleItem", "NonInventorySaleItem", _PRICES),
    ("nonInventoryResaleItem", "NonInventoryResaleItem", _PRICES),
    ("serviceSaleItem", "ServiceSaleItem", _PRICES),
    ("serviceResaleItem", "ServiceResaleItem", _PRICES),
    ("otherChargeSaleItem", "OtherChargeSaleItem", _PRICES),
    ("otherChargeResaleItem", "OtherChargeResaleItem", _PRICES),
    ("downloadItem", "DownloadItem", _PRICES),
    ("giftCertificateItem", "GiftCertificateItem", _PRICES),
    ("discountItem", "DiscountItem", {}),
    ("markupItem", "MarkupItem", {}),
    ("subtotalItem", "SubtotalItem", {}),
    ("descriptionItem", "DescriptionItem", {}),
    ("paymentItem", "PaymentItem", {}),
)
_ITEM_KINDS = tuple(
    Kind(
        name=name,
        type=f"accounting:{type_}",
        group="item",
        label="item",
        custom_prefix="custitem",
        created="createdDate",
        writable=True,
        read_only=frozenset({"createdDate", "lastModifiedDate"}) | _STOCK,
        sublists=MappingProxyType(dict(sublists)),
    )
    for name, type_, sublists in _ITEM_TYPES
)


def _list(name: str, type_: str, label: str, sublists: Mapping[str, str] = _NO_SUBLISTS) -> Kind:
    """Return a kind that is set up in NetSuite's own pages and only read here."""
    return Kind(name=name, type=type_, group=name, label=label, modified="", sublists=sublists)


_LISTS = (
    _list("currency", "accounting:Currency", "currency"),
    _list("subsidiary", "accounting:Subsidiary", "subsidiary"),
    Kind(name="salesTaxItem", type="accounting:SalesTaxItem", group="taxCode", label="tax code", modified=""),
    Kind(name="taxGroup", type="accounting:TaxGroup", group="taxCode", label="tax code", modified=""),
    _list("department", "accounting:Department", "department"),
    _list("classification", "accounting:Classification", "class"),
    _list("location", "accounting:Location", "location"),
    _list("priceLevel", "accounting:PriceLevel", "price level"),
    _list("term", "accounting:Term", "term"),
    _list("accountingPeriod", "accounting:AccountingPeriod", "accounting period"),
)
_CUSTOM_VALUES = MappingProxyType({"customValueList": "customValue"})
_DEFINITIONS = (
    _list("customList", "customization:CustomList", "list", sublists=_CUSTOM_VALUES),
    _list(
        "customRecordType",
        "customization:CustomRecordType",
        "custom record type",
        sublists=MappingProxyType({"customFieldList": "customField"}),
    ),
    _list("customSegment", "customization:CustomSegment", "custom segment"),
    *(
        _list(f"{what}CustomField", f"customization:{what[0].upper()}{what[1:]}CustomField", "custom field")
        for what in (
            "crm",
            "customRecord",
            "entity",
            "item",
            "other",
            "transactionBody",
            "transactionColumn",
        )
    ),
    Kind(
        name="customRecord",
        type="customization:CustomRecord",
        group="customRecord",
        label="custom record",
        custom_prefix="custrecord",
        created="created",
        modified="lastModified",
        writable=True,
        read_only=frozenset({"created", "lastModified", "customRecordId", "owner"}),
    ),
)
_ALL = (*_ENTITIES, *_TRANSACTIONS, _PURCHASE_ORDER, *_ITEM_KINDS, *_LISTS, *_DEFINITIONS)

KINDS: Mapping[str, Kind] = MappingProxyType({k.name: k for k in _ALL})
KINDS_BY_TYPE: Mapping[str, Kind] = MappingProxyType({k.type: k for k in _ALL})
TAX_CODE_KINDS = ("salesTaxItem", "taxGroup")
ITEM_KINDS = tuple(k.name for k in _ITEM_KINDS)
TRANSACTION_KINDS = tuple(k.name for k in _TRANSACTIONS)
DEFINITION_KINDS = tuple(k.name for k in _DEFINITIONS if k.name != "customRecord")
