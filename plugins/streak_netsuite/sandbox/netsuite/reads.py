"""get, getList and getAll: records by their references."""

import asyncio
import time
from typing import Any

from streak_netsuite.sandbox.netsuite import answers, roles, view
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.list_cuts import Cut, list_cut
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref


def find(store: Store, ref: Ref) -> Record:
    """Return the record a reference means; a definition also goes by its script id.

    Raises:
        RecordRefused: there is none, or the role may not see it.
    """
    kind = KINDS.get(_kind_name(ref))
    if kind is None:
        raise RecordRefused("INVALID_RCRD_TYPE", f"The record type {ref.type!r} is not known here.")
    roles.require(store.settings, kind.name, "get")
    record = store.find(ref, kind.name)
    if record is None and ref.script_id and kind.name != "customRecord":
        found = (r for r in store.all(kind.name) if r.fields.get("scriptId") == ref.script_id)
        record = next(found, None)
    if record is None or not _is_of_type(store, record, ref):
        raise RecordRefused("RCRD_DSNT_EXIST", "That record does not exist.")
    return record


def _kind_name(ref: Ref) -> str:
    if ref.type_id and not ref.type:
        return "customRecord"
    return ref.type or ("customList" if ref.script_id else "")


def _is_of_type(store: Store, record: Record, ref: Ref) -> bool:
    """Tell whether a custom record is of the type its reference names; others always are."""
    if record.kind != "customRecord" or not (ref.type_id or ref.script_id):
        return True
    its_type = store.find(record.fields["recType"], "customRecordType")
    named = {record.fields["recType"].internal_id, its_type.fields.get("scriptId") if its_type else ""}
    return (ref.type_id or ref.script_id) in named


class Reads:
    """The handlers."""

    def __init__(self, store: Store, misfortunes: Misfortunes) -> None:
        self._store = store
        self._misfortunes = misfortunes

    async def get(self, _call: Call, request: Fields) -> Fields:
        """Answer a get."""
        return {"readResponse": await self._read(request["baseRef"])}

    async def get_list(self, call: Call, request: Fields) -> Fields:
        """Answer a getList, each reference in its order."""
        cut = list_cut(self._misfortunes, self._store.settings, call)
        began, responses = time.monotonic(), []
        for place, ref in enumerate(request["baseRef"]):
            reason = cut.reason(place, time.monotonic() - began)
            responses.append(await self._read(ref) if reason is None else _cut_off(cut, reason))
        return {"readResponseList": {"status": answers.ok(), "readResponse": responses}}

    async def get_all(self, _call: Call, _request: Fields) -> Fields:
        """Answer a getAll: the currencies."""
        shown = [view.show(self._store, r) for r in self._store.all("currency")]
        result = {"status": answers.ok(), "totalRecords": len(shown), "recordList": {"record": shown}}
        return {"getAllResult": result}

    async def _read(self, ref: Any) -> Fields:
        seconds = self._store.settings.read_record_seconds
        if seconds > 0:
            await asyncio.sleep(seconds)
        try:
            record = find(self._store, ref)
        except RecordRefused as refused:
            return {"status": answers.failed(refused)}
        return {"status": answers.ok(), "record": view.show(self._store, record)}


def _cut_off(cut: Cut, reason: str) -> Fields:
    return {"status": answers.failed(RecordRefused(cut.code, reason))}
