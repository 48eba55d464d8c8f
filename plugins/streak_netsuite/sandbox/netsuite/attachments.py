"""attach and detach: contacts to companies with their roles, and records to one another."""

from collections.abc import Callable

from streak_netsuite.sandbox.netsuite import answers, reads
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref
from streak_netsuite.sandbox.netsuite.writes import WriteOutcome

_Action = Callable[[Fields, Record], None]
_CONTACT_HOLDERS = frozenset({"customer", "vendor"})


class Attachments:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def attach(self, _call: Call, request: Fields) -> Fields:
        """Answer an attach; the answer's reference is the record attached to."""
        return self._answer(request["attachReference"], "attachTo", self._attach)

    async def detach(self, _call: Call, request: Fields) -> Fields:
        """Answer a detach."""
        return self._answer(request["detachReference"], "detachFrom", self._detach)

    def _answer(self, sent: Fields, holder: str, do: _Action) -> Fields:
        ref: Ref = sent[holder]
        try:
            do(sent, self._find(holder, ref))
        except RecordRefused as refused:
            outcome = _outcome(ref, code=refused.code, message=refused.message)
        else:
            outcome = _outcome(ref)
        return {"writeResponse": answers.write_response(outcome)}

    def _attach(self, sent: Fields, holder: Record) -> None:
        attached, role = self._attached(sent), ""
        if sent["@xsi"] == "core:AttachContactReference":
            if holder.kind not in _CONTACT_HOLDERS:
                raise RecordRefused("INVALID_RCRD_TYPE", f"A contact cannot be attached to a {holder.kind}.")
            role = self._role(sent.get("contactRole"))
        self._store.attachments.setdefault(_key(holder), {})[_key(attached)] = role

    def _detach(self, sent: Fields, holder: Record) -> None:
        attached = self._find("detachedRecord", sent["detachedRecord"])
        held = self._store.attachments.get(_key(holder), {})
        if held.pop(_key(attached), None) is None:
            raise RecordRefused("RCRD_DSNT_EXIST", "That record is not attached.")

    def _attached(self, sent: Fields) -> Record:
        if sent["@xsi"] == "core:AttachContactReference":
            return self._find("contact", Ref(**_ids(sent["contact"]), type="contact"))
        return self._find("attachedRecord", sent["attachedRecord"])

    def _role(self, role: Ref | None) -> str:
        if role is None:
            return ""
        if role.internal_id not in self._store.choices.get("contactRole", {}):
            raise bad_reference("contactRole", role.key)
        return role.internal_id

    def _find(self, field: str, ref: Ref) -> Record:
        try:
            return reads.find(self._store, ref)
        except RecordRefused as refused:
            raise bad_reference(field, ref.key) from refused


def _ids(ref: Ref) -> dict[str, str]:
    return {"internal_id": ref.internal_id, "external_id": ref.external_id}


def _key(record: Record) -> tuple[str, str]:
    return record.kind, record.internal_id


def _outcome(ref: Ref, *, code: str = "", message: str = "") -> WriteOutcome:
    return WriteOutcome(
        kind=ref.type,
        internal_id=ref.internal_id,
        external_id=ref.external_id,
        code=code,
        message=message,
    )
