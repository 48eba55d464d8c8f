"""SOAP faults and record statuses, classified once into our errors.

What each code means stands in the fault book. Source: SuiteTalk help "SOAP Web Services Error Handling"
(section_N3539420, section_N3539978), read 2026-11.
"""

import re
from typing import Any

from streak_netsuite.connectors.netsuite.fault_book import Explanation, FaultBook, Names, Treat
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    PermanentError,
    RateLimited,
    RejectedByVendor,
    StreakNetSuiteError,
    TransientError,
    Unavailable,
    UncertainWrite,
)

_SYSTEM = "netsuite"
# As in the book, which is read at the first refusal and not when this module is imported.
CONCURRENCY_FAULTS = frozenset({"exceededConcurrentRequestLimitFault", "exceededRequestLimitFault"})
_NUMBERS = re.compile(r"\d+")
ALREADY_THERE = frozenset(
    {"DUP_RCRD", "UNIQUE_RCRD_ID_REQD", "NONUNIQUE_INDEX_VALUE", "CANT_CREATE_NON_UNIQUE_RCRD"}
)


class UnreadRequest(RejectedByVendor):
    """NetSuite could not read a write, for a value of one of its records; nothing of it was processed.

    Attributes:
        said: NetSuite's words.
    """

    def __init__(self, *, name: str, said: str, told: Explanation) -> None:
        super().__init__(
            f"{name}: {said} ({told.code})",
            code=told.code,
            field=told.field,
            fix=told.next_step,
            owner=told.owner,
            cause=told.cause,
        )
        self.said = said
        self._told = told

    @property
    def said_without_places(self) -> str:
        """NetSuite's words without lines and columns, which differ from one request to the next."""
        return _NUMBERS.sub("#", self.said)

    def of_record(self, name: str) -> "UnreadRequest":
        """Return this as the error of the one record that was in the request."""
        return UnreadRequest(name=name, said=self.said, told=self._told)


def classify_fault(
    element: str,
    code: str,
    message: str,
    *,
    writes: bool,
    name: str,
    names: Names | None = None,
    book: FaultBook | None = None,
) -> StreakNetSuiteError:
    """Return the error a SOAP fault means. A fault refuses the whole request: nothing of it was processed.

    Only an unexpected server error leaves the outcome of a write open. A write that could not be read is UnreadRequest: one
    value of one record is enough for it.

    Args:
        names: tells the name of a record that the message has an id of.
        book: the account's own; the shipped one when none is given.
    """
    told = (book or FaultBook.load()).explain_fault(element, code, message, names=names)
    text = f"{name}: {code or element or 'fault'}: {message}"
    if told.treat is Treat.UNCERTAIN:
        return UncertainWrite(text) if writes else Unavailable(text)
    if told.treat is Treat.UNREADABLE and writes:
        return UnreadRequest(name=name, said=message, told=told)
    return _transient(told, text) or _permanent(told, f"{text.rstrip('. ')}. {told.next_step}")


def classify_status(
    code: str, message: str, *, name: str, names: Names | None = None, book: FaultBook | None = None
) -> RejectedByVendor | TransientError | UncertainWrite:
    """Return the error that one record's failed status means.

    Args:
        names: tells the name of a record that the message has an id of.
        book: the account's own; the shipped one when none is given.
    """
    told = (book or FaultBook.load()).explain_status(code, message, names=names)
    text = f"{name}: {message} ({code})"
    if told.treat is Treat.UNCERTAIN:
        return UncertainWrite(text)
    return _transient(told, text) or RejectedByVendor(
        text, code=code, field=told.field, fix=told.next_step, owner=told.owner, cause=told.cause
    )


def _transient(told: Explanation, text: str) -> TransientError | None:
    """Return the error when nothing was written and a repeat may pass, else None."""
    wait = told.retry.after_seconds if told.retry else None
    times = told.retry.times if told.retry else None
    match told.treat:
        case Treat.RETRY:
            return TransientError(text, retry_after_seconds=wait, retry_times=times)
        case Treat.RATE_LIMITED:
            return RateLimited(text, retry_after_seconds=wait, retry_times=times)
        case Treat.UNAVAILABLE:
            return Unavailable(text, retry_after_seconds=wait, retry_times=times)
        case _:
            return None


def _permanent(told: Explanation, text: str) -> PermanentError:
    match told.treat:
        case Treat.CREDENTIALS | Treat.PERMISSION:
            return InvalidCredentials(text, is_login=told.treat is Treat.CREDENTIALS, system=_SYSTEM)
        case Treat.CONFIGURATION:
            return ConfigurationError(text)
        case _:
            return PermanentError(text)


def fault_detail(detail: Any) -> tuple[str, str, str]:
    """Return element, code and message of a fault's detail; empty texts for what is not there.

    The detail may hold the fault, the axis host name, both or neither.
    """
    for child in [] if detail is None else detail:
        name = child.tag.rpartition("}")[2]
        if name.lower().endswith("fault"):
            texts = {entry.tag.rpartition("}")[2]: (entry.text or "").strip() for entry in child}
            return name, texts.get("code", ""), texts.get("message", "")
    return "", "", ""
