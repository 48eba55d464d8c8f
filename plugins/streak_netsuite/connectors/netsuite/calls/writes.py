"""Writing: add, update, upsert, delete, their lists, attach and detach.

Source: SuiteTalk help on each operation, limits section_N3418637, read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import ListAnswer, WriteAnswer, read_write, read_writes
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import RecordWriter, Verb

# The most records one list may carry; a longer one is refused whole (section_N3418637).
LIST_MAX: Mapping[Verb, int] = {Verb.ADD: 200, Verb.UPDATE: 100, Verb.UPSERT: 100}
DELETE_LIST_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a record is deleted, for accounts that ask. `code` is the internal id of a deletion reason."""

    code: str
    memo: str = ""


def write(verb: Verb, record: SuiteRecord) -> SoapCall[WriteAnswer]:
    """Write one record."""
    return SoapCall(
        operation=verb.value,
        effect=Effect.WRITE,
        arguments=lambda writer: {"record": writer.record(record, verb)},
        read=_one,
    )


def write_list(verb: Verb, records: Sequence[SuiteRecord]) -> SoapCall[ListAnswer]:
    """Write up to `LIST_MAX` records, in order: a later one may point to an earlier one."""
    return SoapCall(
        operation=f"{verb.value}List",
        effect=Effect.WRITE,
        arguments=lambda writer: {"record": [writer.record(record, verb) for record in records]},
        read=_many,
        records=len(records),
        subject=records[0].type if records else "",
    )


def delete(ref: RecordRef, *, reason: Reason | None = None) -> SoapCall[WriteAnswer]:
    """Delete one record. NetSuite wants the reason's element even when it is empty."""
    return SoapCall(
        operation="delete",
        effect=Effect.WRITE,
        arguments=lambda writer: {"baseRef": writer.ref(ref), "deletionReason": _reason(reason)},
        read=_one,
    )


def delete_list(refs: Sequence[RecordRef], *, reason: Reason | None = None) -> SoapCall[ListAnswer]:
    """Delete up to 200 records."""
    return SoapCall(
        operation="deleteList",
        effect=Effect.WRITE,
        arguments=lambda writer: {
            "baseRef": [writer.ref(ref) for ref in refs],
            "deletionReason": _reason(reason),
        },
        read=_many,
        records=len(refs),
    )


def attach_contact(
    contact: RecordRef, to: RecordRef, *, role: RecordRef | None = None
) -> SoapCall[WriteAnswer]:
    """Attach a contact to a customer or transaction; attaching twice is harmless."""

    def arguments(writer: RecordWriter) -> Mapping[str, Any]:
        reference = writer.build(
            "AttachContactReference",
            attachTo=writer.ref(to),
            contact=writer.plain_ref(contact),
            **({"contactRole": writer.plain_ref(role)} if role else {}),
        )
        return {"attachReference": reference}

    return SoapCall(operation="attach", effect=Effect.WRITE, arguments=arguments, read=_one)


def detach(record: RecordRef, of: RecordRef) -> SoapCall[WriteAnswer]:
    """Detach a record from another."""

    def arguments(writer: RecordWriter) -> Mapping[str, Any]:
        reference = writer.build(
            "DetachBasicReference", detachFrom=writer.ref(of), detachedRecord=writer.ref(record)
        )
        return {"detachReference": reference}

    return SoapCall(operation="detach", effect=Effect.WRITE, arguments=arguments, read=_one)


def _reason(reason: Reason | None) -> Mapping[str, Any] | None:
    if reason is None:
        return None
    return {"deletionReasonCode": {"internalId": reason.code}, "deletionReasonMemo": reason.memo}


def _one(body: Fields) -> WriteAnswer:
    return read_write(body.part("writeResponse"))


def _many(body: Fields) -> ListAnswer:
    return read_writes(body.part("writeResponseList"))
