"""What the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is: `fail` would hold or break records, `warn` is for a person to judge."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        check: which check says it ("netsuite.login"); the runner fills it in.
        fix: the next step; "" when there is none.
    """

    check: str = ""
    state: State
    message: str
    fix: str = ""

    def text(self) -> str:
        """Return it for a person: a line, and the next step on another."""
        line = f"{self.state:<4}  {self.check}: {self.message}"
        return f"{line}\n      -> {self.fix}" if self.fix else line


def ok(message: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(state=State.OK, message=message)


def warn(message: str, fix: str = "") -> Finding:
    """Return what a person should judge."""
    return Finding(state=State.WARN, message=message, fix=fix)


def fail(message: str, fix: str = "") -> Finding:
    """Return what would hold or break records."""
    return Finding(state=State.FAIL, message=message, fix=fix)
