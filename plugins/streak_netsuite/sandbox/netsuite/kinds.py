"""The record types the sandbox keeps, and what NetSuite knows about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One record type.

    Attributes:
        name: as in RecordType ("salesOrder").
        type: the schema type.
        group: the space its external ids share (all entities one space, all transactions another:
            Oracle help, external ids).
        label: how messages call one ("entity", "transaction").
        custom_prefix: where its custom fields' script ids begin.
        created: name of the creation date's element, or "".
        read_only: elements a client may not set.
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


_ALL = (
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
    ),
    Kind(
        name="vendor",
        type="relationships:Vendor",
        group="entity",
        label="entity",
        custom_prefix="custentity",
        created="dateCreated",
    ),
    Kind(
        name="salesOrder",
        type="sales:SalesOrder",
        group="transaction",
        label="transaction",
        custom_prefix="custbody",
        created="createdDate",
        writable=True,
        read_only=frozenset(
            {
                "altHandlingCost",
                "altShippingCost",
                "createdDate",
                "currencyName",
                "discountTotal",
                "lastModifiedDate",
                "status",
                "subTotal",
                "taxTotal",
                "total",
                "tranId",
            }
        ),
    ),
    *(
        Kind(name=name, type=f"accounting:{type_}", group="item", label="item", created="createdDate")
        for name, type_ in (
            ("inventoryItem", "InventoryItem"),
            ("serviceSaleItem", "ServiceSaleItem"),
            ("nonInventorySaleItem", "NonInventorySaleItem"),
        )
    ),
    Kind(name="currency", type="accounting:Currency", group="currency", label="currency", modified=""),
    Kind(
        name="subsidiary", type="accounting:Subsidiary", group="subsidiary", label="subsidiary", modified=""
    ),
    Kind(name="salesTaxItem", type="accounting:SalesTaxItem", group="taxCode", label="tax code", modified=""),
    Kind(name="taxGroup", type="accounting:TaxGroup", group="taxCode", label="tax code", modified=""),
    Kind(name="customList", type="customization:CustomList", group="customList", label="list", modified=""),
)

KINDS: Mapping[str, Kind] = MappingProxyType({k.name: k for k in _ALL})
KINDS_BY_TYPE: Mapping[str, Kind] = MappingProxyType({k.type: k for k in _ALL})
TAX_CODE_KINDS = ("salesTaxItem", "taxGroup")
ITEM_KINDS = ("inventoryItem", "serviceSaleItem", "nonInventorySaleItem")
