"""What one SuiteTalk operation is: how it is asked, what it does, how its answer is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from streak_netsuite.connectors.netsuite.suite_record import Fields
from streak_netsuite.connectors.netsuite.writer import RecordWriter

AnswerT = TypeVar("AnswerT")


class Effect(StrEnum):
    """What a call leaves behind, and so whether it may be sent again without asking."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPreferences:
    """How a search answers (SuiteTalk help "searchPreferences", section_N3523074, read 2026-11).

    Attributes:
        body_only: leave sublists out; much faster, and no script of the account runs. Has no effect on
            a search with columns.
        page_size: 5 to 1,000 (2,000 for an asynchronous search).
    """

    page_size: int
    body_only: bool = True

    def header(self) -> dict[str, Any]:
        """Return the SOAP header's value."""
        return {"bodyFieldsOnly": self.body_only, "returnSearchColumns": True, "pageSize": self.page_size}


@dataclass(frozen=True, kw_only=True, slots=True)
class SoapCall(Generic[AnswerT]):
    """One operation with its arguments. A value: nothing is sent until a client sends it.

    Attributes:
        arguments: what the request holds, built with the account's schema.
        read: the answer's body as a typed result; raises our errors for a failed one.
        records: how many records it carries.
        subject: what they are, for logs ("salesOrder").
        signed: whether it needs a login; getDataCenterUrls does not.
    """

    operation: str
    effect: Effect
    arguments: Callable[[RecordWriter], Mapping[str, Any]]
    read: Callable[[Fields], AnswerT]
    search: SearchPreferences | None = None
    records: int = 1
    subject: str = ""
    signed: bool = True


def nothing(_writer: RecordWriter) -> Mapping[str, Any]:
    """Return no arguments, for the operations that take none."""
    return {}
