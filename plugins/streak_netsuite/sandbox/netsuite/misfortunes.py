"""The faults of the fault book, as they strike NetSuite calls. LIMITS.md describes each kind."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from streak_netsuite.sandbox.fault_kinds import ErrorCode, FaultKind, HttpStatus, NoOptions, Repertoire, Wait
from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.netsuite import soap_faults
from streak_netsuite.sandbox.netsuite.soap_faults import SoapFault
from streak_netsuite.sandbox.netsuite.wsdl import OPERATIONS

SYSTEM = "netsuite"
_ERROR_ID = "sbx0000000001"

SOAP_FAULTS: Mapping[str, Callable[[], SoapFault]] = MappingProxyType(
    {
        "concurrency": soap_faults.concurrency,
        "governor": soap_faults.governor,
        "invalid_credentials": soap_faults.invalid_login,
        "session_timed_out": soap_faults.session_timed_out,
        "unexpected_error": lambda: soap_faults.unexpected_error(_ERROR_ID),
        "maintenance": soap_faults.maintenance,
    }
)
# What a state of the account (settings.account_state) means to every caller: the login audit trail's
# word for a login that fails, or a fault after it.
REVOKED: Mapping[str, str] = MappingProxyType(
    {"token_revoked": "TokenRejected", "token_expired": "TokenExpired"}
)
ACCOUNT_FAULTS: Mapping[str, Callable[[], SoapFault]] = MappingProxyType(
    {
        "maintenance": soap_faults.maintenance,
        "role_revoked": lambda: soap_faults.no_permission(
            "WS_PERMISSION_REQD", "The role lacks the permission for web services."
        ),
        "services_off": lambda: soap_faults.no_permission(
            "WS_FEATURE_REQD", "The account has not enabled the feature for web services."
        ),
    }
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ELSEWHERE = "https://system.netsuite.example/pages/login.jsp"  # where a redirect leads


class StatusOptions(NoOptions):
    """The answer that comes instead of SOAP."""

    status: HttpStatus = 503
    body: Literal["html", "empty", "broken"] = "html"


class Refusal(NoOptions):
    """What a failed status says."""

    code: ErrorCode = "UNEXPECTED_ERROR"
    message: str = "An unexpected error occurred."


class RecordError(Refusal):
    """How a record fails; `index` is its place in the list, 0 the first."""

    index: int | None = Field(default=None, ge=0)


class RecordWarning(RecordError):
    """What a saved record is warned of."""

    code: ErrorCode = "WARNING"
    message: str = "The record was saved with a warning."


class ScriptFailure(RecordError):
    """What a script says that fails after the record was saved."""

    code: ErrorCode = "JS_EXCEPTION"
    message: str = "An error occurred in a user event script after the record was saved."


class CutOptions(NoOptions):
    """Where a list is cut: so many records are answered, so many of unknown status, and of these so many written."""

    done: int = Field(default=1, ge=0)
    unknown: int = Field(default=1, ge=0)
    committed: int | None = Field(default=None, ge=0)
    code: ErrorCode = "UNEXPECTED_ERROR"


class JobFailure(NoOptions):
    """How far a job of writes gets before it fails: so many of its records are written."""

    committed: int = Field(default=0, ge=0)


_ALL = frozenset(o.name for o in OPERATIONS)
_JOBS = frozenset(name for name in _ALL if name.startswith("async"))
_VERBS = ("add", "update", "upsert", "delete")
_LISTS = frozenset(f"{verb}List" for verb in _VERBS)
_RECORD_WRITES = frozenset({*_VERBS, *_LISTS, *(f"async{verb.capitalize()}List" for verb in _VERBS)})

CALL_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        **dict.fromkeys(SOAP_FAULTS, FaultKind()),
        "status": FaultKind(options=StatusOptions),
        "delay": FaultKind(options=Wait),
        "cut_before": FaultKind(),
        "cut_after": FaultKind(),
        "timeout_before": FaultKind(options=Wait),
        "timeout_after": FaultKind(options=Wait),
        "commit_later": FaultKind(options=Wait),
    }
)
_REMARKS: Mapping[str, type[RecordError]] = MappingProxyType(
    {"record_error": RecordError, "record_warning": RecordWarning, "after_submit_failed": ScriptFailure}
)
RECORD_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {kind: FaultKind(options=told, operations=_RECORD_WRITES) for kind, told in _REMARKS.items()}
)
_CUT_LIST, _JOB_FAILED, _STATUS_FAILED = "cut_list", "job_failed", "status_failed"
KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        **CALL_KINDS,
        **RECORD_KINDS,
        _CUT_LIST: FaultKind(options=CutOptions, operations=_LISTS | {"getList"}),
        _JOB_FAILED: FaultKind(options=JobFailure, operations=_JOBS),
        # A job's state has no status to fail, and the schema wants a time in every answer about the time.
        _STATUS_FAILED: FaultKind(
            options=Refusal, operations=_ALL - _JOBS - {"checkAsyncStatus", "getAsyncResult", "getServerTime"}
        ),
    }
)
REPERTOIRE = Repertoire(system=SYSTEM, kinds=KINDS, operations=_ALL)
# Kinds that strike before anybody asks who is calling.
AT_THE_DOOR = frozenset({"status", "cut_before"})

_HTML_PAGE = (
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head>"
    "<body><h1>Service unavailable</h1><p>Please try again later.</p></body></html>"
)
_BODIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "html": ("text/html; charset=utf-8", _HTML_PAGE),
        "empty": ("text/xml; charset=utf-8", ""),
        "broken": ("text/xml; charset=utf-8", '<?xml version="1.0"?><soapenv:Envelope><soapenv:Bo'),
    }
)


class Misfortunes:
    """Asks the fault book what strikes a call, a record."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def strike_call(self, operation: str, text: str) -> Fault | None:
        """Return the fault that hits this call, or None."""
        return self._book.take(SYSTEM, operation, text, kinds=frozenset(CALL_KINDS))

    def strike_list(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that cuts this list call, or None."""
        return self._strike(_CUT_LIST, operation, texts)

    def strike_status(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that makes this call answer with a failed status, or None."""
        return self._strike(_STATUS_FAILED, operation, texts)

    def strike_job(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that makes this job fail, or None."""
        return self._strike(_JOB_FAILED, operation, texts)

    def _strike(self, kind: str, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        if not any(f.system == SYSTEM and f.kind == kind for f in self._book.all()):
            return None
        return self._book.take(SYSTEM, operation, "\n".join(texts()), kinds=frozenset({kind}))

    def strike_records(self, operation: str, texts: Callable[[], list[str]]) -> dict[int, Fault]:
        """Return the faults that hit records of a call, by the record's place (0 is the first).

        A fault with an `index` option hits that record of the call, and the call counts as one hit.
        Without it, each record is asked for by itself: `match` is sought in the record, and
        each record counts as one hit.
        """
        waiting = [f for f in self._book.all() if f.system == SYSTEM and f.kind in RECORD_KINDS]
        if not waiting:
            return {}
        found = texts()
        if any("index" in f.options for f in waiting):
            fault = self._book.take(SYSTEM, operation, "\n".join(found), kinds=frozenset(RECORD_KINDS))
            return {_place(fault, found): fault} if fault is not None else {}
        kinds = frozenset(RECORD_KINDS)
        hits = [self._book.take(SYSTEM, operation, text, kinds=kinds) for text in found]
        return {place: fault for place, fault in enumerate(hits) if fault is not None}


def _place(fault: Fault, texts: list[str]) -> int:
    index = remark(fault).index
    if index is not None:
        return index
    return next((i for i, text in enumerate(texts) if fault.match in text), 0)


def seconds(fault: Fault) -> float:
    """Return how long a fault holds a call."""
    return Wait.model_validate(fault.options).seconds


def remark(fault: Fault) -> RecordError:
    """Return what a fault says about the record it hits."""
    return _REMARKS[fault.kind].model_validate(fault.options)


def committed(fault: Fault) -> int:
    """Return how many records of a job are written before it fails."""
    return JobFailure.model_validate(fault.options).committed


def status_page(fault: Fault) -> tuple[int, str, str]:
    """Return HTTP status, content type and body of a `status` fault."""
    told = StatusOptions.model_validate(fault.options)
    content_type, body = _BODIES[told.body]
    return told.status, content_type, body
