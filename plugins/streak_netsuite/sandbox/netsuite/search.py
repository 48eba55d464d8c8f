"""Searching records by the fields of the basic searches."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

Criterion = Callable[[Record], bool]

_KINDS_SEARCHED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Customer": ("customer",),
        "Transaction": ("salesOrder",),
        "Item": ITEM_KINDS,
    }
)
_ITEM_TYPES = {
    "inventoryItem": "_inventoryItem",
    "nonInventorySaleItem": "_nonInventoryItem",
    "serviceSaleItem": "_service",
}


def find(store: Store, search: Fields) -> list[Record]:
    """Return the records a search record asks for, by ascending internal id."""
    basic = _basic(search)
    subject = basic["@xsi"].partition(":")[2].removesuffix("SearchBasic")
    criteria = [_criterion(store, name, value) for name, value in basic.items() if name != "@xsi"]
    return [r for r in store.all(*_KINDS_SEARCHED[subject]) if all(c(r) for c in criteria)]


def _basic(search: Fields) -> Fields:
    """Return the basic criteria inside a search, a joined search or an advanced search."""
    if search.get("@savedSearchId") or search.get("@savedSearchScriptId"):
        raise RecordRefused("INVALID_SAVEDSEARCH", "That saved search does not exist.")
    if "Advanced" in search["@xsi"]:
        search = search.get("criteria", {"@xsi": search["@xsi"].replace("Advanced", "")})
    if search["@xsi"].endswith("Search"):
        subject = search["@xsi"].partition(":")[2]
        search = search.get("basic", {"@xsi": f"common:{subject}Basic"})
    return search


def _criterion(store: Store, name: str, sent: Any) -> Criterion:
    if name == "customFieldList":
        inner = [_custom_criterion(store, one) for one in sent.get("customField", [])]
        return lambda record: all(c(record) for c in inner)
    get = _GETTERS.get(name) or (lambda record: record.fields.get(name))
    test = _test(name, sent)
    return lambda record: test(_plain(store, get(record)))


def _custom_criterion(store: Store, sent: Fields) -> Criterion:
    script_id = sent.get("@scriptId", "")
    if script_id not in store.custom_fields:
        raise RecordRefused("INVALID_SEARCH_FIELD_OBJ", f"Invalid search field {script_id}.")
    test = _test(script_id, sent)

    def matches(record: Record) -> bool:
        kept: CustomValue | None = record.custom.get(script_id)
        return test(_plain(store, kept.value if kept else None))

    return matches


def _status(record: Record) -> str:
    status = str(record.fields.get("orderStatus", "")).removeprefix("_")
    renamed = {
        "fullyBilled": "billed",
        "pendingBillingPartFulfilled": "pendingBillingPartiallyFulfilled",
    }.get(status, status)
    return f"_salesOrder{renamed[:1].upper()}{renamed[1:]}"


# Search fields that are not an element of the record.
_GETTERS: Mapping[str, Callable[[Record], Any]] = MappingProxyType(
    {
        "dateCreated": lambda r: r.created_at,
        "externalId": lambda r: Ref(external_id=r.external_id),
        "externalIdString": lambda r: r.external_id,
        "internalId": lambda r: Ref(internal_id=r.internal_id),
        "internalIdNumber": lambda r: int(r.internal_id),
        "lastModifiedDate": lambda r: r.modified_at,
        "mainLine": lambda _r: True,
        "memoMain": lambda r: r.fields.get("memo"),
        "recordType": lambda r: r.kind.lower(),
        "status": _status,
        "type": lambda r: _ITEM_TYPES.get(r.kind, f"_{r.kind}"),
    }
)


def _plain(store: Store, value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return store.show_day(value)
    return value


# --- what each kind of search field asks ---


def _test(name: str, sent: Fields) -> Callable[[Any], bool]:
    """Return the question a search field asks of a value."""
    shape = sent["@xsi"].partition(":")[2].replace("CustomField", "Field")
    return _TESTS[shape](name, sent)


def _text_test(name: str, sent: Fields) -> Callable[[Any], bool]:
    wanted = str(sent.get("searchValue", "")).casefold()
    operators: dict[str, Callable[[str], bool]] = {
        "is": lambda text: text == wanted,
        "equalTo": lambda text: text == wanted,
        "isNot": lambda text: text != wanted,
        "contains": lambda text: wanted in text,
        "doesNotContain": lambda text: wanted not in text,
        "startsWith": lambda text: text.startswith(wanted),
        "doesNotStartWith": lambda text: not text.startswith(wanted),
        "hasKeywords": lambda text: all(word in text for word in wanted.split()),
        "empty": lambda text: not text,
        "notEmpty": bool,
    }
    test = _operator(operators, name, sent)
    return lambda value: test(str(value or "").casefold())


def _operator(
    operators: Mapping[str, Callable[[Any], bool]], name: str, sent: Fields
) -> Callable[[Any], bool]:
    operator = sent.get("@operator", "")
    if operator not in operators:
        raise RecordRefused(
            "INVALID_SEARCH_OPERATOR", f"The field {name} cannot be searched with {operator!r}."
        )
    return operators[operator]


def _boolean_test(_name: str, sent: Fields) -> Callable[[Any], bool]:
    wanted = bool(sent.get("searchValue", False))
    return lambda value: bool(value) is wanted


def _order_test(name: str, sent: Fields) -> Callable[[Any], bool]:
    low, high = sent.get("searchValue"), sent.get("searchValue2")
    operator = sent.get("@operator", "")
    if operator in {"within", "between"} and (low is None or high is None):
        raise RecordRefused("INVALID_SEARCH_VALUE", f"The field {name} needs two values for {operator}.")
    if operator not in {"empty", "notEmpty"} and low is None:
        raise RecordRefused("INVALID_SEARCH_VALUE", f"The field {name} needs a value.")
    operators: dict[str, Callable[[Any], bool]] = {
        "on": lambda v: v == low,
        "equalTo": lambda v: v == low,
        "after": lambda v: v > low,
        "greaterThan": lambda v: v > low,
        "onOrAfter": lambda v: v >= low,
        "greaterThanOrEqualTo": lambda v: v >= low,
        "before": lambda v: v < low,
        "lessThan": lambda v: v < low,
        "onOrBefore": lambda v: v <= low,
        "lessThanOrEqualTo": lambda v: v <= low,
        "within": lambda v: low <= v <= high,
        "between": lambda v: low <= v <= high,
        "notEmpty": lambda _v: True,
        "empty": lambda _v: False,
    }
    test = _operator(operators, name, sent)
    return lambda value: operator == "empty" if value is None else test(_number(value))


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def _choice_test(name: str, sent: Fields) -> Callable[[Any], bool]:
    wanted = [w if isinstance(w, Ref) else Ref(internal_id=str(w)) for w in sent.get("searchValue", [])]

    def among(value: Any) -> bool:
        have = value if isinstance(value, tuple) else (value,)
        return any(_is_meant(w, h) for w in wanted for h in have)

    return _operator({"anyOf": among, "noneOf": lambda v: not among(v)}, name, sent)


def _is_meant(wanted: Ref, have: Any) -> bool:
    if not isinstance(have, Ref):
        return bool(have) and wanted.internal_id.casefold() == str(have).casefold()
    if wanted.internal_id:
        return wanted.internal_id == have.internal_id
    return bool(wanted.external_id) and wanted.external_id.casefold() == have.external_id.casefold()


_TESTS: Mapping[str, Callable[[str, Fields], Callable[[Any], bool]]] = MappingProxyType(
    {
        "SearchStringField": _text_test,
        "SearchTextNumberField": _text_test,
        "SearchBooleanField": _boolean_test,
        "SearchLongField": _order_test,
        "SearchDateField": _order_test,
        "SearchEnumMultiSelectField": _choice_test,
        "SearchMultiSelectField": _choice_test,
    }
)
