"""Saved searches: a few per record type, found by id or script id, and getSavedSearch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import answers
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.values import Fields, Ref


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedSearch:
    """One saved search; criteria and columns are kept as a message would hold them."""

    internal_id: str
    script_id: str
    name: str
    subject: str
    criteria: Fields = field(default_factory=dict)
    columns: Fields | None = None
    is_summary: bool = False


# The schema type of each subject's rows, and of its basic criteria and columns.
_ROW_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "Contact": "relationships:ContactSearchRow",
        "Customer": "relationships:CustomerSearchRow",
        "CustomRecord": "customization:CustomRecordSearchRow",
        "Item": "accounting:ItemSearchRow",
        "Transaction": "sales:TransactionSearchRow",
    }
)


def _flag(*, on: bool) -> Fields:
    return {"@xsi": "core:SearchBooleanField", "searchValue": on}


def _any_of(*values: str) -> Fields:
    return {"@xsi": "core:SearchEnumMultiSelectField", "@operator": "anyOf", "searchValue": list(values)}


def _search(
    internal_id: str, script_id: str, name: str, subject: str, columns: str, **criteria: Fields
) -> SavedSearch:
    shown: Fields = {column: [{}] for column in columns.split()}
    return SavedSearch(
        internal_id=internal_id,
        script_id=f"customsearch_{script_id}",
        name=name,
        subject=subject,
        criteria={"@xsi": f"common:{subject}SearchBasic", **criteria},
        columns={
            "@xsi": _ROW_TYPES[subject],
            "basic": {"@xsi": f"common:{subject}SearchRowBasic", **shown},
        },
    )


_OPEN_ORDERS = _any_of(
    "_salesOrderPendingFulfillment", "_salesOrderPartiallyFulfilled", "_salesOrderPendingBilling"
)
SAVED = (
    _search(
        "901",
        "active_customers",
        "Active customers",
        "Customer",
        "internalId entityId companyName email balance lastModifiedDate",
        isInactive=_flag(on=False),
    ),
    _search(
        "902",
        "open_orders",
        "Open orders",
        "Transaction",
        "internalId tranId entity status total lastModifiedDate",
        type=_any_of("_salesOrder"),
        status=_OPEN_ORDERS,
        mainLine=_flag(on=True),
    ),
    _search(
        "903",
        "order_lines",
        "Order lines",
        "Transaction",
        "internalId tranId line item quantity rate amount",
        type=_any_of("_salesOrder"),
        mainLine=_flag(on=False),
    ),
    _search(
        "904",
        "sellable_items",
        "Items for sale",
        "Item",
        "internalId itemId type basePrice quantityAvailable",
        isInactive=_flag(on=False),
    ),
    _search(
        "905",
        "contacts",
        "Contacts",
        "Contact",
        "internalId entityId email company",
        isInactive=_flag(on=False),
    ),
    _search("906", "custom_records", "Custom records", "CustomRecord", "internalId name lastModified"),
    SavedSearch(
        internal_id="907",
        script_id="customsearch_revenue_by_customer",
        name="Revenue by customer",
        subject="Transaction",
        is_summary=True,
    ),
)


def find(sent: Fields) -> SavedSearch | None:
    """Return the saved search an advanced search names; None when it names none.

    Raises:
        RecordRefused: there is no such search, or it is for another record type.
    """
    internal_id, script_id = sent.get("@savedSearchId", ""), sent.get("@savedSearchScriptId", "")
    if not internal_id and not script_id:
        return None
    subject = sent["@xsi"].partition(":")[2].removesuffix("SearchAdvanced")
    for saved in SAVED:
        if saved.subject == subject and (
            saved.internal_id == internal_id if internal_id else saved.script_id == script_id.casefold()
        ):
            return saved
    raise RecordRefused("INVALID_SAVEDSEARCH", "That saved search does not exist.")


async def get_saved_search(_call: Call, request: Fields) -> Fields:
    """Answer a getSavedSearch with the saved searches of a record type."""
    wanted = request["record"].get("@searchType", "")
    found = [
        Ref(internal_id=s.internal_id, name=s.name)
        for s in SAVED
        if s.subject.casefold() == wanted.casefold()
    ]
    result = {
        "status": answers.ok(),
        "totalRecords": len(found),
        "recordRefList": {"recordRef": found},
    }
    return {"getSavedSearchResult": result}
