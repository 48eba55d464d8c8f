"""What NetSuite says of a request, and of each record in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from streak_netsuite.connectors.netsuite.fault_book import FaultBook, Names
from streak_netsuite.connectors.netsuite.faults import classify_fault, classify_status
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RateLimited,
    RejectedByVendor,
    TransientError,
    Unavailable,
    UncertainWrite,
)

ABSENT = frozenset({"RCRD_DSNT_EXIST", "INVALID_KEY_OR_REF", "NONEXISTENT_EXTERNAL_ID"})

StatusError = RejectedByVendor | TransientError | UncertainWrite


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusDetail:
    """One remark. `severity` is ERROR, WARN or INFO; any other code than ours is tolerated."""

    code: str
    message: str
    severity: str = "ERROR"
    after_submit_failed: bool = False

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Whether it worked, and what was remarked."""

    success: bool
    details: tuple[StatusDetail, ...] = ()

    @property
    def saved(self) -> bool:
        """Whether the record was saved. When only a script after the save failed, it was.

        Source: afterSubmitFailed, section_N3539978, read 2026-11.
        """
        return self.success or any(detail.after_submit_failed for detail in self.details)

    @property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return frozenset(detail.code for detail in self.details)

    def error(self, *, name: str, names: Names | None = None, book: FaultBook | None = None) -> StatusError:
        """Return the error of a failed status; the first ERROR decides, and every message is kept.

        Args:
            names: tells the name of a record that the message has an id of.
            book: the account's own explanations; the shipped ones when none is given.
        """
        errors = [d for d in self.details if d.severity == "ERROR"] or list(self.details)
        if not errors:
            return RejectedByVendor(f"{name}: refused without a reason", code="UNKNOWN")
        text = "; ".join(d.message for d in errors)
        return classify_status(errors[0].code, text, name=name, names=names, book=book)

    def refuse_failed(self, *, name: str) -> None:
        """Raise when a reading request failed as a whole.

        Raises:
            Unavailable, RejectedByVendor: as the status code says.
        """
        if not self.success:
            error = self.error(name=name)
            raise Unavailable(str(error)) if isinstance(error, UncertainWrite) else error


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteAnswer:
    """What became of one written record."""

    status: Status
    ref: RecordRef | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAnswer:
    """What became of a list: an answer for each record, in the order sent.

    Attributes:
        status: of the request as a whole. `answers` may be fewer than were sent: NetSuite cuts a list near
            its 15 minutes (section_N3418637).
    """

    status: Status
    answers: tuple[WriteAnswer, ...]

    def refusal(
        self, *, name: str, book: FaultBook | None = None
    ) -> TransientError | InvalidCredentials | ConfigurationError | None:
        """Return what it means that the request was refused as a whole, or None when records have to be looked at.

        A failed status without any answer may also be that of a list that was cut: only codes that say that nothing was
        done count as a refusal. Records that are answered one by one count with it when each says the same again.
        """
        if self.status.saved or not self.status.details:
            return None
        detail = self.status.details[0]
        if any(one.status.saved or detail.code not in one.status.codes for one in self.answers):
            return None
        error = classify_fault("", detail.code, detail.message, writes=True, name=name, book=book)
        return error if isinstance(error, TransientError | InvalidCredentials | ConfigurationError) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadAnswer:
    """One record that was asked for."""

    status: Status
    record: SuiteRecord | None = None

    def record_or_none(self, *, name: str) -> SuiteRecord | None:
        """Return the record, or None when there is none. Any other failure is raised, never read as absence."""
        if self.status.success:
            return self.record
        if not self.status.codes & ABSENT:
            self.status.refuse_failed(name=name)
        return None


def is_throttled(answer: object, *, book: FaultBook | None = None) -> bool:
    """Return whether records of an answer were refused because too much was going on at once."""
    said = answer.answers if isinstance(answer, ListAnswer) else answer
    each = said if isinstance(said, tuple) else (said,)
    failed = [
        one.status for one in each if isinstance(one, WriteAnswer | ReadAnswer) and not one.status.success
    ]
    return any(isinstance(status.error(name="", book=book), RateLimited) for status in failed)


def read_status(fields: Fields) -> Status:
    """Return a status element's meaning."""
    return Status(success=fields.flag("isSuccess"), details=tuple(_details(fields.many("statusDetail"))))


def read_write(fields: Fields) -> WriteAnswer:
    """Return a writeResponse's meaning."""
    return WriteAnswer(status=read_status(fields.part("status")), ref=fields.ref("baseRef"))


def read_writes(fields: Fields) -> ListAnswer:
    """Return a writeResponseList's meaning."""
    return ListAnswer(
        status=read_status(fields.part("status")),
        answers=tuple(read_write(one) for one in fields.many("writeResponse")),
    )


def read_read(fields: Fields) -> ReadAnswer:
    """Return a readResponse's meaning."""
    record = fields.values.get("record")
    return ReadAnswer(
        status=read_status(fields.part("status")), record=record if isinstance(record, SuiteRecord) else None
    )


def _details(found: Sequence[Fields]) -> list[StatusDetail]:
    return [
        StatusDetail(
            code=one.text("code"),
            message=one.text("message"),
            severity=one.text("type") or "ERROR",
            after_submit_failed=one.flag("afterSubmitFailed"),
        )
        for one in found
    ]
