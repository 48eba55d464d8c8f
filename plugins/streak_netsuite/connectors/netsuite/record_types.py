"""Records of any type, standard or custom, read and written for record type files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get, get_list
from streak_netsuite.connectors.netsuite.calls.selection import get_customization_ids
from streak_netsuite.connectors.netsuite.keys import find_by_field, under_key
from streak_netsuite.connectors.netsuite.plain_record import from_plain
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError, UncertainWrite
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.ports import NotWritten, WriteResult, Written
from streak_netsuite.sync.record_side import SourceRecord

_CUSTOM_PREFIX = "customrecord"
_CUSTOM = "customRecord"
# SuiteTalk searches these as one subject, told apart by a criterion (SearchRecord "Transaction", "Item").
_TRANSACTIONS = frozenset(
    {
        "cashSale",
        "creditMemo",
        "customerDeposit",
        "customerPayment",
        "customerRefund",
        "depositApplication",
        "estimate",
        "invoice",
        "itemFulfillment",
        "opportunity",
        "purchaseOrder",
        "returnAuthorization",
        "salesOrder",
        "vendorBill",
    }
)
_LABELS = ("tranId", "entityId", "name", "itemId", "title")


@dataclass(frozen=True, kw_only=True)
class NetSuiteRecords:
    """The records of one type. Implements RecordSource and RecordTarget.

    Attributes:
        type: SuiteTalk's name of a standard type, or a custom type's script id.
    """

    client: SoapClient
    settings: NetSuiteSettings
    type: str

    @property
    def repeats_are_harmless(self) -> bool:
        """Whether NetSuite itself keeps a repeat from making a second record: a key in a custom field does not.

        Not of a record that was written before, either: where it is gone or has lost its key, it is added.
        """
        return self._record_type not in self.settings.key_fields

    def changed(self, since: datetime | None) -> Iterator[Sequence[SourceRecord]]:
        """Yield pages of records that changed at or after a time, or of all, in ascending internal ids."""
        searches = Searches(self.client, page_size=self.settings.search_page_size)
        for page in searches.records(self._request(since), body_only=False):
            yield [self._source(record) for record in page if record.type == self._record_type]

    def fetch(self, ids: Sequence[str]) -> Mapping[str, SourceRecord]:
        """Return records as they are now."""
        found: dict[str, SourceRecord] = {}
        for start in range(0, len(ids), GET_LIST_MAX):
            refs = [self._ref(one) for one in ids[start : start + GET_LIST_MAX]]
            answers = self.client.send(get_list(refs))
            for ref, answer in zip(refs, answers, strict=True):
                record = answer.record_or_none(name=f"NetSuite {self.type} {ref.internal_id}")
                if record is not None:
                    found[record.internal_id] = self._source(record)
        return found

    def require(self, fields: Sequence[str]) -> None:  # noqa: ARG002 - NetSuite names an unknown field itself
        """Make sure that the record type exists."""
        if self._is_custom:
            _ = self.type_id
        else:
            self.client.schema.record_type(self.type)

    def write(
        self,
        key: str,
        body: Mapping[str, Any],
        *,
        known_id: str,  # noqa: ARG002 - the key leads to the record already
        may_exist: bool,  # noqa: ARG002 - the record is looked for, or a repeat lands on it
        since: datetime,  # noqa: ARG002
        onto: str = "",
    ) -> str:
        """Write a record under its key, or onto one by its internal id; a repeat changes the same record.

        The key is the external id, or stands in the custom field that the settings name for the type (`key_fields`). A field
        knows no upsert, so the record is looked for first; whoever calls does not send an add again that may still land.
        """
        fields = dict(body.get("fields") or {})
        if self._is_custom:
            fields["recType"] = {"internalId": self.type_id}
        # A record that is chosen keeps the external id it has: another flow may find it by that.
        name = {"internalId": onto} if onto else {"externalId": key}
        plain = from_plain({**body, "fields": fields, **name}, self.client.schema)
        verb, record = (Verb.UPDATE, plain) if onto else self._under_key(plain)
        results: list[WriteResult] = []
        draft = Draft(key=key, type=record.type, build=lambda: record)
        BatchWriter(self.client, self.settings).write(verb, [draft], results.extend)
        for result in results:
            if isinstance(result, Written):
                return result.internal_id
            if isinstance(result, NotWritten):
                raise result.error
        raise UncertainWrite(f"NetSuite {self.type} {key}: no answer came back")

    def _under_key(self, record: SuiteRecord) -> tuple[Verb, SuiteRecord]:
        """Return how a record is written: under its external id, or under the custom field that carries our keys.

        One that carries the key as its external id was written before the field was named; it gets the field.
        """
        fields = self.settings.key_fields
        script_id = fields.get(record.type)
        if script_id is None:
            return Verb.UPSERT, record
        known = find_by_field(self.client, record, script_id) or self._by_external_id(record.external_id)
        ready = under_key(record, fields)
        if known is None:
            return Verb.ADD, ready
        return Verb.UPDATE, replace(ready, internal_id=known.internal_id)

    def _by_external_id(self, key: str) -> SuiteRecord | None:
        ref = replace(self._ref(""), external_id=key)
        return self.client.send(get(ref)).record_or_none(name=f"NetSuite {self.type} {key}")

    @property
    def _is_custom(self) -> bool:
        return self.type.startswith(_CUSTOM_PREFIX)

    @property
    def _record_type(self) -> str:
        return _CUSTOM if self._is_custom else self.type

    @cached_property
    def type_id(self) -> str:
        """The internal id of the custom record type; "" of a standard type.

        Raises:
            ConfigurationError: the account has no such custom record type.
        """
        if not self._is_custom:
            return ""
        known = {
            ref.script_id: ref.internal_id
            for ref in self.client.send(get_customization_ids("customRecordType"))
        }
        if self.type not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise ConfigurationError(
                f"NetSuite has no custom record type '{self.type}'; this role sees {listed}"
            )
        return known[self.type]

    def _ref(self, internal_id: str) -> RecordRef:
        type_id = self.type_id
        return RecordRef(type=self._record_type, internal_id=internal_id, type_id=type_id)

    def _request(self, since: datetime | None) -> SearchRequest:
        subject, criteria = self._subject()
        if since is not None:
            criteria["lastModified" if self._is_custom else "lastModifiedDate"] = on_or_after(since)
        type_id = self.type_id
        return SearchRequest(subject=subject, criteria=criteria, record_type=type_id)

    def _subject(self) -> tuple[str, dict[str, Criterion]]:
        if self._is_custom:
            return "CustomRecord", {}
        if self.type in _TRANSACTIONS:
            return "Transaction", {"type": any_of(f"_{self.type}"), "mainLine": checked(value=True)}
        if self.type.endswith("Item"):
            return "Item", {}
        return self.type[:1].upper() + self.type[1:], {}

    def _source(self, record: SuiteRecord) -> SourceRecord:
        named = next((text for name in _LABELS if (text := record.text(name))), record.internal_id)
        return SourceRecord(
            id=record.internal_id, label=f"{self.type} {named}", view={"record": self._view(record)}
        )

    def _view(self, record: SuiteRecord) -> dict[str, Any]:
        """Return the record's values by SuiteTalk's names; those that NetSuite left out because they are empty are None."""
        plan = self.client.schema.plan_of(self.client.schema.record_type(record.type))
        view: dict[str, Any] = {name: None for name, _, _ in plan.children.values()}
        view |= _plain_fields(record)
        view |= {name: tuple(_plain_fields(row) for row in one.rows) for name, one in record.sublists.items()}
        return view | {
            "type": record.type,
            "internalId": record.internal_id,
            "externalId": record.external_id,
        }


def _plain_fields(fields: Fields) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in fields.values.items()}
    return plain | {"custom": {name: _plain(one.value) for name, one in fields.custom_fields.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, RecordRef | Reference):
        return {"internalId": value.internal_id or "", "name": value.name}
    if isinstance(value, Fields):
        return _plain_fields(value)
    if isinstance(value, Sublist):
        return tuple(_plain_fields(row) for row in value.rows)
    return tuple(_plain(one) for one in value) if isinstance(value, tuple) else value
