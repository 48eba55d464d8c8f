"""Carries out operations on the store and builds the values of their replies."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from streak_netsuite.sandbox.faults import Fault
from streak_netsuite.sandbox.netsuite import search, soap_faults, view, writes
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import KINDS, KINDS_BY_TYPE
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes
from streak_netsuite.sandbox.netsuite.preferences import PAGE_SIZES, Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref
from streak_netsuite.sandbox.netsuite.writes import WriteOutcome

# Oracle help section_N3418637: the most records one synchronous call may carry.
MAX_RECORDS: Mapping[str, int] = {
    "addList": 200,
    "updateList": 100,
    "upsertList": 100,
    "deleteList": 200,
    "getList": 1000,
}
WRITING = frozenset(
    {"add", "addList", "update", "updateList", "upsert", "upsertList", "delete", "deleteList"}
)
SEARCH_LIFE = timedelta(minutes=15)  # a searchId not used for this long is gone (section_N3523074)
_WARNING = "The record was saved with a warning."
_SCRIPT_FAILED = "An error occurred in a user event script after the record was saved."


@dataclass(kw_only=True, slots=True)
class _KeptSearch:
    """A search that may be asked for more pages."""

    criteria: Fields
    preferences: Preferences
    used_at: datetime


class Operations:
    """The SOAP operations of the subset."""

    def __init__(self, *, store: Store, codec: Codec, misfortunes: Misfortunes, account: str) -> None:
        self._store = store
        self._codec = codec
        self._misfortunes = misfortunes
        self._account = account
        self._searches: dict[str, _KeptSearch] = {}
        self._search_numbers = itertools.count(1)
        self._handlers: dict[str, Callable[[Call, Fields], Awaitable[Fields]]] = {
            "getServerTime": self._get_server_time,
            "getDataCenterUrls": self._get_data_center_urls,
            "get": self._get,
            "getList": self._get_list,
            "getAll": self._get_all,
            "search": self._search,
            "searchMoreWithId": self._search_more,
            **dict.fromkeys(("add", "update", "upsert", "delete"), self._write_one),
            **dict.fromkeys(("addList", "updateList", "upsertList", "deleteList"), self._write_list),
        }

    def clear(self) -> None:
        """Forget the searches."""
        self._searches.clear()

    def refuse_oversize(self, call: Call) -> None:
        """Raise the fault of a list longer than allowed: the whole request is refused."""
        most = MAX_RECORDS.get(call.operation)
        if most is not None and len(call.record_elements()) > most:
            raise soap_faults.too_many_records(most)

    async def run(self, call: Call) -> Fields:
        """Carry out a call and return the reply's values."""
        return await self._handlers[call.operation](call, call.read(self._codec))

    # --- the account ---

    async def _get_server_time(self, _call: Call, _request: Fields) -> Fields:
        return {"getServerTimeResult": {"status": _ok(), "serverTime": self._store.now()}}

    async def _get_data_center_urls(self, _call: Call, request: Fields) -> Fields:
        if not request["account"]:
            refused = RecordRefused("DATA_REQD", "The account is required.")
            return {"getDataCenterUrlsResult": {"status": _failed(refused)}}
        # An unknown account gets the default hosts, without an error.
        known = request["account"] == self._account
        label = f"{request['account'].lower().replace('_', '-')}." if known else ""
        urls = {
            "restDomain": f"https://{label}restlets.api.netsuite.com",
            "webservicesDomain": f"https://{label}suitetalk.api.netsuite.com",
            "systemDomain": f"https://{label}app.netsuite.com",
        }
        return {"getDataCenterUrlsResult": {"status": _ok(), "dataCenterUrls": urls}}

    # --- reads ---

    async def _get(self, _call: Call, request: Fields) -> Fields:
        return {"readResponse": await self._read_one(request["baseRef"])}

    async def _get_list(self, _call: Call, request: Fields) -> Fields:
        responses = [await self._read_one(ref) for ref in request["baseRef"]]
        return {"readResponseList": {"status": _ok(), "readResponse": responses}}

    async def _read_one(self, ref: Ref) -> Fields:
        await self._spend(self._store.settings.read_record_seconds)
        try:
            record = self._find(ref)
        except RecordRefused as refused:
            return {"status": _failed(refused)}
        return {"status": _ok(), "record": view.show(self._store, record)}

    def _find(self, ref: Ref) -> Record:
        kind = KINDS.get(ref.type) or (KINDS["customList"] if ref.script_id else None)
        if kind is None:
            raise RecordRefused("INVALID_RCRD_TYPE", f"The record type {ref.type!r} is not known here.")
        record = self._store.find(ref, kind.name)
        if record is None and ref.script_id:
            found = (r for r in self._store.all(kind.name) if r.fields.get("scriptId") == ref.script_id)
            record = next(found, None)
        if record is None:
            raise RecordRefused("RCRD_DSNT_EXIST", "That record does not exist.")
        return record

    async def _get_all(self, _call: Call, _request: Fields) -> Fields:
        shown = [view.show(self._store, r) for r in self._store.all("currency")]
        result = {"status": _ok(), "totalRecords": len(shown), "recordList": {"record": shown}}
        return {"getAllResult": result}

    # --- searches ---

    async def _search(self, call: Call, request: Fields) -> Fields:
        kept = _KeptSearch(
            criteria=request["searchRecord"], preferences=call.preferences, used_at=self._store.now()
        )
        number = next(self._search_numbers)
        search_id = f"WEBSERVICES_{self._account}_{number:012d}_{kept.used_at:%m%d%Y%H%M%S}"
        try:
            if kept.preferences.page_size not in PAGE_SIZES:
                raise RecordRefused(
                    "INVALID_SEARCH_PAGE_SIZE",
                    f"The page size must be {PAGE_SIZES[0]} to {PAGE_SIZES[-1]}.",
                )
            page = await self._page(kept, search_id, 1)
        except RecordRefused as refused:
            return {"searchResult": {"status": _failed(refused)}}
        self._searches[search_id] = kept
        return {"searchResult": page}

    async def _search_more(self, _call: Call, request: Fields) -> Fields:
        try:
            kept = self._searches.get(request["searchId"])
            if kept is None or self._store.now() - kept.used_at > SEARCH_LIFE:
                raise RecordRefused("INVALID_JOB_ID", f"The search {request['searchId']} is not known.")
            kept.used_at = self._store.now()
            page = await self._page(kept, request["searchId"], request["pageIndex"])
        except RecordRefused as refused:
            return {"searchResult": {"status": _failed(refused)}}
        return {"searchResult": page}

    async def _page(self, kept: _KeptSearch, search_id: str, index: int) -> Fields:
        """Run the search and return one page: rows move when data changed since the last page."""
        found = search.find(self._store, kept.criteria)
        size = kept.preferences.page_size
        pages = -(-len(found) // size)
        if index < 1 or (index > pages and index > 1):
            raise RecordRefused("INVALID_SEARCH_PAGE_INDEX", f"There is no page {index}.")
        rows = found[(index - 1) * size : index * size]
        await self._spend(self._store.settings.read_record_seconds * len(rows))
        body_only = kept.preferences.body_fields_only
        return {
            "status": _ok(),
            "totalRecords": len(found),
            "pageSize": size,
            "totalPages": pages,
            "pageIndex": index,
            "searchId": search_id,
            "recordList": {"record": [view.show(self._store, r, body_only=body_only) for r in rows]},
        }

    # --- writes ---

    async def _write_one(self, call: Call, request: Fields) -> Fields:
        responses = await self._write(call, [request.get("record") or request["baseRef"]])
        return {"writeResponse": responses[0]}

    async def _write_list(self, call: Call, request: Fields) -> Fields:
        responses = await self._write(call, request.get("record") or request["baseRef"])
        return {"writeResponseList": {"status": _ok(), "writeResponse": responses}}

    async def _write(self, call: Call, records: list[Any]) -> list[Fields]:
        """Write record by record, in request order: a later one may refer to an earlier one."""
        struck = self._misfortunes.strike_records(call.operation, lambda: _texts(call))
        verb = call.operation.removesuffix("List")
        responses = []
        for place, sent in enumerate(records):
            await self._spend(self._store.settings.record_seconds)
            outcome = self._write_record(verb, sent, call.preferences, struck.get(place))
            responses.append(_write_response(outcome))
        return responses

    def _write_record(
        self,
        verb: str,
        sent: Any,
        preferences: Preferences,
        fault: Fault | None,
    ) -> WriteOutcome:
        if fault is not None and _prevents(fault, preferences):
            return _broken(sent, fault)
        if verb == "delete":
            outcome = writes.delete(self._store, sent)
        else:
            outcome = writes.save(self._store, verb, sent, preferences)
        return outcome if fault is None or outcome.code else _remarked(outcome, fault)

    async def _spend(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)


def _texts(call: Call) -> list[str]:
    return [etree.tostring(e, encoding="unicode") for e in call.record_elements()]


def _broken(sent: Any, fault: Fault) -> WriteOutcome:
    code = fault.options.get("code", "WARNING" if fault.kind == "record_warning" else "UNEXPECTED_ERROR")
    message = fault.options.get("message", "An unexpected error occurred.")
    if isinstance(sent, Ref):
        return WriteOutcome(
            kind=sent.type,
            internal_id=sent.internal_id,
            external_id=sent.external_id,
            code=code,
            message=message,
        )
    kind = KINDS_BY_TYPE.get(sent["@xsi"])
    return WriteOutcome(
        kind=kind.name if kind else "", external_id=sent.get("@externalId", ""), code=code, message=message
    )


def _prevents(fault: Fault, preferences: Preferences) -> bool:
    """Tell whether a fault keeps a record from being written; warnings do when the client says so."""
    if fault.kind == "record_warning":
        return preferences.warning_as_error
    return fault.kind == "record_error"


def _remarked(outcome: WriteOutcome, fault: Fault) -> WriteOutcome:
    """Return the outcome of a record that was written, with the fault's remark."""
    is_warning = fault.kind == "record_warning"
    return replace(
        outcome,
        code=fault.options.get("code", "WARNING" if is_warning else "JS_EXCEPTION"),
        message=fault.options.get("message", _WARNING if is_warning else _SCRIPT_FAILED),
        after_submit_failed=not is_warning,
        is_warning=is_warning,
    )


def _ok() -> Fields:
    return {"@isSuccess": True}


def _detail(code: str, message: str, *, severity: str = "ERROR") -> Fields:
    return {"@type": severity, "code": code, "message": message}


def _failed(refused: RecordRefused) -> Fields:
    return {"@isSuccess": False, "statusDetail": [_detail(refused.code, refused.message)]}


def _write_response(outcome: WriteOutcome) -> Fields:
    status = _ok()
    if outcome.code:
        severity = "WARN" if outcome.is_warning else "ERROR"
        detail = _detail(outcome.code, outcome.message, severity=severity)
        if outcome.after_submit_failed:
            detail["afterSubmitFailed"] = True
        status = {"@isSuccess": outcome.is_warning, "statusDetail": [detail]}
    return {"status": status, "baseRef": outcome.ref}
