"""Adding, updating, upserting and deleting records, one at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import (
    body_fields,
    consequences,
    contacts,
    credit,
    credit_memos,
    custom_records,
    customer_subsidiaries,
    customers,
    dependents,
    deposits,
    features,
    fulfillments,
    invoices,
    items,
    orders,
    payments,
    roles,
)
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, KINDS, KINDS_BY_TYPE, TRANSACTION_KINDS, Kind
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store, external_group
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

Builder = Callable[[Store, Record, Fields, Preferences], Record]

_BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "contact": contacts.build,
        "creditMemo": credit_memos.build,
        "customRecord": custom_records.build,
        "customer": customers.build,
        "customerDeposit": deposits.build_deposit,
        "customerPayment": payments.build,
        "customerRefund": deposits.build_refund,
        "customerSubsidiaryRelationship": customer_subsidiaries.build,
        "depositApplication": deposits.build_application,
        "invoice": invoices.build,
        "itemFulfillment": fulfillments.build,
        "salesOrder": orders.build,
        **dict.fromkeys(ITEM_KINDS, items.build),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOutcome:
    """What became of one record; `code` is "" when it was written without a remark."""

    kind: str
    internal_id: str = ""
    external_id: str = ""
    code: str = ""
    message: str = ""
    after_submit_failed: bool = False
    is_warning: bool = False
    type_id: str = ""

    @property
    def ref(self) -> Ref:
        """Return the baseRef of the answer."""
        return Ref(
            internal_id=self.internal_id, external_id=self.external_id, type=self.kind, type_id=self.type_id
        )


def save(
    store: Store, verb: str, sent: Fields, preferences: Preferences, *, seen: int | None = None
) -> WriteOutcome:
    """Do one record of an add, update or upsert; the outcome says why when it was refused.

    `seen` is the record's version when the request came to it (`version`); another one by now means that
    somebody else has written it meanwhile.
    """
    kind = KINDS_BY_TYPE.get(sent["@xsi"])
    name = kind.name if kind else ""
    ids = {
        "internal_id": sent.get("@internalId", ""),
        "external_id": sent.get("@externalId", ""),
        "type_id": _type_id(sent),
    }
    try:
        if kind is None or not kind.writable:
            raise RecordRefused("INVALID_RCRD_TYPE", f"{sent['@xsi']} cannot be written.")
        features.require_kind(store.settings, kind.name)
        record = _FINDERS[verb](store, kind, sent)
        _guard(store, verb, record, seen)
        built = _BUILDERS[kind.name](store, record, sent, preferences)
        dependents.refuse_move(store, record, built)
        warning = credit.judge(store, record, built, preferences)
        saved = _keep(store, record, built, sent.get("@externalId", ""))
    except RecordRefused as refused:
        return WriteOutcome(kind=name, code=refused.code, message=refused.message, **ids)
    outcome = WriteOutcome(
        kind=name, internal_id=saved.internal_id, external_id=saved.external_id, type_id=ids["type_id"]
    )
    if warning is None:
        return outcome
    return replace(outcome, code=warning.code, message=warning.message, is_warning=True)


def _type_id(sent: Fields) -> str:
    """Return the custom record type a sent record is of, or ""."""
    ref: Ref | None = sent.get("recType")
    return ref.internal_id if ref is not None and sent["@xsi"] == KINDS["customRecord"].type else ""


def version(store: Store, sent: Fields) -> int | None:
    """Return the version of the record a sent one is about to change, or None when there is none."""
    kind = KINDS_BY_TYPE.get(sent["@xsi"])
    ref = Ref(
        internal_id=sent.get("@internalId", ""),
        external_id=sent.get("@externalId", ""),
        type_id=_type_id(sent),
    )
    found = store.find(ref, kind.name) if kind is not None and ref else None
    return found.version if found is not None else None


def _guard(store: Store, verb: str, record: Record, seen: int | None) -> None:
    """Refuse what the role may not do, what a workflow holds, and what changed under the writer's hands."""
    is_new = not record.internal_id
    roles.require(store.settings, record.kind, "add" if is_new else "update")
    if is_new:
        return
    _refuse_locked(store, record)
    if verb == "upsert" and record.fields.get("createdFrom") and record.kind in TRANSACTION_KINDS:
        # Oracle help, upsert: an initialized record can be added by it and not updated.
        raise RecordRefused(
            "USER_ERROR",
            f"The {record.kind} {record.name} was made from another transaction: upsert can only add such "
            "a record. Use update.",
        )
    if seen is not None and seen != record.version:
        raise RecordRefused("RCRD_HAS_BEEN_CHANGED", "Record has been changed")


def _refuse_locked(store: Store, record: Record) -> None:
    if f"{record.kind}/{record.internal_id}" in store.settings.locked_records:
        raise RecordRefused("RCRD_LOCKED_BY_WF", f"The record {record.name} has been locked by a workflow.")


def _new(store: Store, kind: Kind) -> Record:
    now = store.now()
    return Record(kind=kind.name, internal_id="", external_id="", created_at=now, modified_at=now)


def _for_add(store: Store, kind: Kind, sent: Fields) -> Record:
    external_id = sent.get("@externalId", "")
    if external_id and store.by_external_id(external_id, _group(kind, sent)):
        raise RecordRefused("DUP_RCRD", f"This {kind.label} already exists.")
    return _new(store, kind)


def _group(kind: Kind, sent: Fields) -> str:
    return f"{kind.group}:{_type_id(sent)}" if kind.name == "customRecord" else kind.group


def _for_update(store: Store, kind: Kind, sent: Fields) -> Record:
    ref = Ref(
        internal_id=sent.get("@internalId", ""),
        external_id=sent.get("@externalId", ""),
        type_id=_type_id(sent),
    )
    found = store.find(ref, kind.name) if ref else None
    if found is None:
        raise RecordRefused("RCRD_DSNT_EXIST", "That record does not exist.")
    _refuse_taken_external_id(store, kind, found, ref.external_id)
    return found


def _refuse_taken_external_id(store: Store, kind: Kind, record: Record, external_id: str) -> None:
    owner = store.by_external_id(external_id, external_group(record)) if external_id else None
    if owner is not None and owner is not record:
        raise RecordRefused("DUP_RCRD", f"This {kind.label} already exists.")


def _for_upsert(store: Store, kind: Kind, sent: Fields) -> Record:
    """Return the record with this external id, or a new one.

    The external id is the key and the internal id must be absent (Oracle help, upsert).
    """
    if sent.get("@internalId"):
        raise RecordRefused("USER_ERROR", "You cannot set internalId with upsert")
    external_id = sent.get("@externalId", "")
    if not external_id:
        raise RecordRefused("USER_ERROR", "An externalId is required with upsert")
    found = store.by_external_id(external_id, _group(kind, sent))
    if found is None:
        return _new(store, kind)
    if found.kind != kind.name:
        raise RecordRefused(
            "RCRD_REF_RCRD_TYP_MISMATCH",
            f"The externalId {external_id} belongs to the {found.kind} {found.name!r} "
            f"(internalId {found.internal_id}), which is no {kind.name}.",
        )
    return found


_FINDERS: Mapping[str, Callable[[Store, Kind, Fields], Record]] = MappingProxyType(
    {"add": _for_add, "update": _for_update, "upsert": _for_upsert}
)


def _keep(store: Store, before: Record, built: Record, external_id: str) -> Record:
    """Store a built record under its ids and times, and follow what that changes elsewhere."""
    body_fields.check_lengths({"externalId": external_id})
    fields = dict(built.fields)
    internal_id = built.internal_id or str(store.next_number(built.kind))
    prefix = KINDS[built.kind].number_prefix
    if prefix and not fields.get("tranId"):
        fields["tranId"] = store.next_document(prefix)
    saved = replace(
        built,
        internal_id=internal_id,
        external_id=external_id or built.external_id,
        fields=fields,
        modified_at=store.now(),
    )
    store.put(saved)
    consequences.follow(store, before if before.internal_id else None, saved)
    return saved


def delete(store: Store, ref: Ref) -> WriteOutcome:
    """Remove one record; the outcome says why when it was refused."""
    outcome = WriteOutcome(
        kind=ref.type, internal_id=ref.internal_id, external_id=ref.external_id, type_id=ref.type_id
    )
    kind = KINDS.get(ref.type)
    record = store.find(ref, kind.name) if kind is not None and kind.writable else None
    try:
        if record is None or not roles.may(store.settings, record.kind, "view"):
            raise RecordRefused("INVALID_KEY_OR_REF", f"Invalid {ref.type} key {ref.key}.")
        roles.require(store.settings, record.kind, "delete")
        _refuse_locked(store, record)
        dependents.refuse_delete(store, record)
    except RecordRefused as refused:
        return replace(outcome, code=refused.code, message=refused.message)
    store.remove(record)
    consequences.follow(store, record, None)
    return outcome
