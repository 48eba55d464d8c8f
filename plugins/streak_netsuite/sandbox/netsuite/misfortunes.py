"""The faults of the fault book, as they strike NetSuite calls. LIMITS.md describes each kind."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.netsuite import soap_faults
from streak_netsuite.sandbox.netsuite.soap_faults import SoapFault

SYSTEM = "netsuite"
_ERROR_ID = "sbx0000000001"
_DEFAULT_SECONDS = 30.0

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
CALL_KINDS = frozenset(
    {
        *SOAP_FAULTS,
        "status",
        "delay",
        "cut_before",
        "cut_after",
        "timeout_before",
        "timeout_after",
        "commit_later",
    }
)
RECORD_KINDS = frozenset({"record_error", "record_warning", "after_submit_failed"})
LIST_KINDS = frozenset({"cut_list"})
JOB_KINDS = frozenset({"job_failed"})
STATUS_KINDS = frozenset({"status_failed"})
KINDS = CALL_KINDS | RECORD_KINDS | LIST_KINDS | JOB_KINDS | STATUS_KINDS
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
        return self._book.take(SYSTEM, operation, text, kinds=CALL_KINDS)

    def strike_list(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that cuts this list call, or None."""
        return self._strike(LIST_KINDS, operation, texts)

    def strike_status(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that makes this call answer with a failed status, or None."""
        return self._strike(STATUS_KINDS, operation, texts)

    def strike_job(self, operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        """Return the fault that makes this job fail, or None."""
        return self._strike(JOB_KINDS, operation, texts)

    def _strike(self, kinds: frozenset[str], operation: str, texts: Callable[[], list[str]]) -> Fault | None:
        if not any(f.system == SYSTEM and f.kind in kinds for f in self._book.all()):
            return None
        return self._book.take(SYSTEM, operation, "\n".join(texts()), kinds=kinds)

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
            fault = self._book.take(SYSTEM, operation, "\n".join(found), kinds=RECORD_KINDS)
            return {_place(fault, found): fault} if fault is not None else {}
        hits = [self._book.take(SYSTEM, operation, text, kinds=RECORD_KINDS) for text in found]
        return {place: fault for place, fault in enumerate(hits) if fault is not None}


def _place(fault: Fault, texts: list[str]) -> int:
    if "index" in fault.options:
        return int(fault.options["index"])
    return next((i for i, text in enumerate(texts) if fault.match in text), 0)


def seconds(fault: Fault) -> float:
    """Return how long a fault holds a call."""
    return float(fault.options.get("seconds", _DEFAULT_SECONDS))


def status_page(fault: Fault) -> tuple[int, str, str]:
    """Return HTTP status, content type and body of a `status` fault."""
    content_type, body = _BODIES[str(fault.options.get("body", "html"))]
    return int(fault.options.get("status", 503)), content_type, body
