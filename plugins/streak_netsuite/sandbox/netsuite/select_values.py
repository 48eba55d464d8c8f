"""getSelectValue: what a select field offers, by record type, sublist and field."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import answers, references
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import KINDS, Kind
from streak_netsuite.sandbox.netsuite.paging import page_of
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_OPERATORS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "contains": lambda name, text: text in name,
        "is": lambda name, text: name == text,
        "startsWith": lambda name, text: name.startswith(text),
    }
)
_REFERENCES = frozenset({"core:RecordRef", "core:RecordRefList"})
# Fields that offer the addresses of the transaction's customer.
_ADDRESS_FIELDS = frozenset({"billAddressList", "shipAddressList"})


class SelectValues:
    """The handler."""

    def __init__(self, store: Store, codec: Codec) -> None:
        self._store = store
        self._codec = codec

    async def get_select_value(self, call: Call, request: Fields) -> Fields:
        """Answer a getSelectValue."""
        try:
            found = self._options(request["fieldDescription"])
            page = page_of(found, request["pageIndex"], call.preferences.page_size)
        except RecordRefused as refused:
            return {"getSelectValueResult": {"status": answers.failed(refused)}}
        result = {
            "status": answers.ok(),
            "totalRecords": page.numbers["totalRecords"],
            "totalPages": page.numbers["totalPages"],
            "baseRefList": {"baseRef": list(page.rows)},
        }
        return {"getSelectValueResult": result}

    def _options(self, asked: Fields) -> list[Ref]:
        kind = KINDS.get("customRecord" if asked.get("customRecordType") else asked.get("recordType", ""))
        if kind is None:
            raise RecordRefused(
                "INVALID_RCRD_TYPE", f"The record type {asked.get('recordType')!r} is not known."
            )
        offered = self._offered(kind, asked)
        for other in asked.get("filterByValueList", {}).get("filterBy", []):
            offered = self._depending(asked["field"], offered, other)
        wish = asked.get("filter")
        if wish is not None:
            fits, text = _OPERATORS[wish["@operator"]], wish["filterValue"].casefold()
            offered = [ref for ref in offered if fits(ref.name.casefold(), text)]
        return offered

    def _offered(self, kind: Kind, asked: Fields) -> list[Ref]:
        """Return everything the field offers, before any filter."""
        name, sublist = asked["field"], asked.get("sublist", "")
        custom = self._store.custom_fields.get(name)
        if custom is not None:
            return self._custom_options(custom)
        if name in _ADDRESS_FIELDS and not sublist:
            return self._addresses(asked)
        if not self._has_reference(kind, sublist, name):
            raise RecordRefused("INVALID_FLD", f"{name} is no select field of {sublist or kind.name}.")
        options = references.options(self._store, name)
        if options is None:
            raise RecordRefused("INVALID_FLD", f"The values of {name} are not known here.")
        return options

    def _has_reference(self, kind: Kind, sublist: str, name: str) -> bool:
        """Tell whether the record, or the entries of its sublist, have this select field."""
        types = self._codec.element_types(kind.type)
        if sublist:
            entry = kind.sublists.get(sublist)
            if entry is None:
                return False
            types = self._codec.element_types(self._codec.element_types(types[sublist])[entry])
        return types.get(name) in _REFERENCES

    def _custom_options(self, field: CustomField) -> list[Ref]:
        if field.record_kinds:
            records = self._store.all(*field.record_kinds)
            return [references.named(r) for r in records if not r.fields.get("isInactive")]
        if not field.list_id:
            raise RecordRefused("INVALID_FLD", f"{field.script_id} is no select field.")
        values = self._store.list_values(field.list_id)
        return [Ref(internal_id=id_, name=name) for id_, name in values.items()]

    # --- fields that depend on another field's value ---

    def _addresses(self, asked: Fields) -> list[Ref]:
        """Return the addresses of the customer that a filter names; none without one."""
        chosen = [
            one["internalId"]
            for one in asked.get("filterByValueList", {}).get("filterBy", [])
            if one["field"] in {"entity", "customer"}
        ]
        records = [self._store.find(Ref(internal_id=id_), "customer") for id_ in chosen]
        return [
            Ref(internal_id=str(entry["internalId"]), name=str(entry.get("label") or entry["internalId"]))
            for record in records
            if record is not None
            for entry in record.sublists.get("addressbookList", [])
        ]

    def _depending(self, name: str, offered: list[Ref], other: Fields) -> list[Ref]:
        """Return what is offered when another field has this value."""
        if name in _ADDRESS_FIELDS:
            return offered
        chosen = Ref(internal_id=other["internalId"])
        if other["field"] in {"entity", "customer"} and name == "currency":
            return self._currencies_of(chosen, offered)
        return [ref for ref in offered if self._belongs(name, ref, other["field"], chosen)]

    def _currencies_of(self, customer: Ref, offered: list[Ref]) -> list[Ref]:
        record = self._store.find(customer, "customer")
        if record is None:
            raise bad_reference("entity", customer.key)
        entries = record.sublists.get("currencyList", [])
        held = {entry["currency"].internal_id for entry in entries if "currency" in entry}
        if isinstance(record.fields.get("currency"), Ref):
            held.add(record.fields["currency"].internal_id)
        return [ref for ref in offered if ref.internal_id in held]

    def _belongs(self, name: str, ref: Ref, field: str, chosen: Ref) -> bool:
        """Tell whether a record offered has this value itself; what has no such field fits any."""
        record = references.find(self._store, name, ref)
        values = _values(record, field) if record is not None else []
        return not values or chosen.internal_id in {v.internal_id for v in values}


def _values(record: Record, field: str) -> list[Ref]:
    """Return the references a record holds in a field, or in the list of that name."""
    held: Any = record.fields.get(field)
    if isinstance(held, Ref):
        return [held]
    listed: Fields = record.fields.get(f"{field}List") or {}
    return list(listed.get("recordRef", []))
