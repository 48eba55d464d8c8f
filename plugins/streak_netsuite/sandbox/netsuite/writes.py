"""Adding, updating, upserting and deleting records, one at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import body_fields, customers, orders
from streak_netsuite.sandbox.netsuite.kinds import KINDS, KINDS_BY_TYPE, Kind
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_BUILDERS: Mapping[str, Callable[[Store, Record, Fields, Preferences], Record]] = MappingProxyType(
    {"customer": customers.build, "salesOrder": orders.build}
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

    @property
    def ref(self) -> Ref:
        """Return the baseRef of the answer."""
        return Ref(internal_id=self.internal_id, external_id=self.external_id, type=self.kind)


def save(store: Store, verb: str, sent: Fields, preferences: Preferences) -> WriteOutcome:
    """Do one record of an add, update or upsert; the outcome says why when it was refused."""
    kind = KINDS_BY_TYPE.get(sent["@xsi"])
    name = kind.name if kind else ""
    ids = {"internal_id": sent.get("@internalId", ""), "external_id": sent.get("@externalId", "")}
    try:
        if kind is None or not kind.writable:
            raise RecordRefused("INVALID_RCRD_TYPE", f"{sent['@xsi']} cannot be written.")
        record = _FINDERS[verb](store, kind, sent)
        built = _BUILDERS[kind.name](store, record, sent, preferences)
        saved = _keep(store, built, sent.get("@externalId", ""))
    except RecordRefused as refused:
        return WriteOutcome(kind=name, code=refused.code, message=refused.message, **ids)
    return WriteOutcome(kind=name, internal_id=saved.internal_id, external_id=saved.external_id)


def _new(store: Store, kind: Kind) -> Record:
    now = store.now()
    return Record(kind=kind.name, internal_id="", external_id="", created_at=now, modified_at=now)


def _for_add(store: Store, kind: Kind, sent: Fields) -> Record:
    external_id = sent.get("@externalId", "")
    if external_id and store.by_external_id(external_id, kind.group):
        raise RecordRefused("DUP_RCRD", f"This {kind.label} already exists.")
    return _new(store, kind)


def _for_update(store: Store, kind: Kind, sent: Fields) -> Record:
    ref = Ref(internal_id=sent.get("@internalId", ""), external_id=sent.get("@externalId", ""))
    found = store.find(ref, kind.name) if ref else None
    if found is None:
        raise RecordRefused("RCRD_DSNT_EXIST", "That record does not exist.")
    _refuse_taken_external_id(store, kind, found, ref.external_id)
    return found


def _refuse_taken_external_id(store: Store, kind: Kind, record: Record, external_id: str) -> None:
    owner = store.by_external_id(external_id, kind.group) if external_id else None
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
    found = store.by_external_id(external_id, kind.group)
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


def _keep(store: Store, built: Record, external_id: str) -> Record:
    """Store a built record under its ids and times."""
    body_fields.check_lengths({"externalId": external_id})
    fields = dict(built.fields)
    internal_id = built.internal_id
    if not internal_id:
        internal_id = str(store.next_number(built.kind))
        if built.kind == "salesOrder":
            fields["tranId"] = f"SO{store.next_number('order number')}"
    saved = replace(
        built,
        internal_id=internal_id,
        external_id=external_id or built.external_id,
        fields=fields,
        modified_at=store.now(),
    )
    store.put(saved)
    if saved.kind == "salesOrder":
        _make_customer(store, saved)
    return saved


def _make_customer(store: Store, order: Record) -> None:
    """A lead or prospect becomes a customer with the first order (stage changes itself)."""
    customer = store.find(order.fields["entity"], "customer")
    if customer is not None:
        customer.fields["stage"] = "_customer"


def delete(store: Store, ref: Ref) -> WriteOutcome:
    """Remove one record; the outcome says why when it was refused."""
    outcome = WriteOutcome(kind=ref.type, internal_id=ref.internal_id, external_id=ref.external_id)
    kind = KINDS.get(ref.type)
    record = store.find(ref, kind.name) if kind is not None and kind.writable else None
    if record is None:
        return replace(outcome, code="INVALID_KEY_OR_REF", message=f"Invalid {ref.type} key {ref.key}.")
    if record.kind == "customer" and _has_orders(store, record):
        return replace(
            outcome,
            code="CANT_DELETE_CUSTOMER",
            message=f"The customer {record.name!r} cannot be deleted: it has transactions.",
        )
    store.remove(record)
    return outcome


def _has_orders(store: Store, customer: Record) -> bool:
    return any(o.fields["entity"].internal_id == customer.internal_id for o in store.all("salesOrder"))
