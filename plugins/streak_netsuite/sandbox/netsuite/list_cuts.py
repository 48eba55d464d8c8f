"""The 15-minute rule: a list call is cut before its connection would die, and answers what it knows.

Oracle help section_N3658677: list operations are cut and answered ten seconds before the limit, with each
record marked as done, of unknown status, or not processed. Codes and texts are not established.
"""

from dataclasses import dataclass

from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.misfortunes import CutOptions, Misfortunes
from streak_netsuite.sandbox.netsuite.settings import Settings

STATUS_UNKNOWN = "The request took too long. The status of this record is unknown."
NOT_PROCESSED = "The request took too long. This record was not processed."


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Where a list is cut.

    Attributes:
        done: how many records are answered as usual; None when only the time decides.
        unknown: how many come after them with an unknown status.
        committed: how many of the unknown ones are written nevertheless.
        seconds: after how long no further record is begun.
        code: what the records behind the cut carry.
    """

    done: int | None = None
    unknown: int = 0
    committed: int = 0
    seconds: float
    code: str = "UNEXPECTED_ERROR"

    def reason(self, place: int, elapsed_seconds: float) -> str | None:
        """Return what a record's answer says instead of its outcome; None for one that is answered."""
        if elapsed_seconds > self.seconds:
            return NOT_PROCESSED
        if self.done is None or place < self.done:
            return None
        return STATUS_UNKNOWN if place < self.done + self.unknown else NOT_PROCESSED

    def is_committed(self, place: int) -> bool:
        """Tell whether a record of unknown status is written."""
        return self.done is not None and place < self.done + min(self.committed, self.unknown)


def list_cut(misfortunes: Misfortunes, settings: Settings, call: Call) -> Cut:
    """Return where this list call is cut: by a fault, else by its time alone."""
    if call.is_job:
        return Cut(seconds=float("inf"))
    fault = misfortunes.strike_list(call.asked, call.record_texts)
    if fault is None:
        return Cut(seconds=settings.list_seconds)
    told = CutOptions.model_validate(fault.options)
    return Cut(
        done=told.done,
        unknown=told.unknown,
        committed=told.unknown if told.committed is None else told.committed,
        seconds=settings.list_seconds,
        code=told.code,
    )
