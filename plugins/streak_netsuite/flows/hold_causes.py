"""Holds that wait for one and the same thing: one cause with its members, to be mended once and replayed together."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

# What a message quotes is a record's name, or the value that is wrong; numbers are ids and amounts.
_PART = re.compile(r"'[^']*'|\b[0-9][0-9.,:-]*\b|\b[A-Za-z0-9_-]{24,}\b")
_GAP = "…"
_FEW = 5  # holds for each value of a part, from which on the part is what they have in common


class HeldForCause(Protocol):
    """An open hold."""

    @property
    def id(self) -> int:
        """Names the hold."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def reason(self) -> str:
        """Why it waits, in words."""

    @property
    def fix(self) -> str:
        """The next step, or ""."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One cause.

    Attributes:
        key: names it; the same as long as it has the same code and words.
        text: the reason they share; what differs from hold to hold is left out.
        holds: ids of the holds, oldest first.
    """

    key: str
    code: str
    text: str
    fix: str
    holds: tuple[int, ...]


def causes_of(holds: Iterable[HeldForCause]) -> list[Cause]:
    """Return the causes of some holds, the one with the most holds first."""
    alike: dict[tuple[str, str], list[HeldForCause]] = defaultdict(list)
    for hold in sorted(holds, key=lambda hold: hold.id):
        alike[hold.code, _PART.sub(_GAP, hold.reason)].append(hold)
    found = [_cause(group) for members in alike.values() for group in _split(members)]
    return sorted(found, key=lambda cause: (-len(cause.holds), cause.holds[0]))


def _split(members: Sequence[HeldForCause]) -> Iterable[Sequence[HeldForCause]]:
    """Take apart holds of one wording by the quoted values that many of them share."""
    shared = _shared(members)
    groups: dict[tuple[str, ...], list[HeldForCause]] = defaultdict(list)
    for hold in members:
        parts = _PART.findall(hold.reason)
        groups[tuple(parts[place] for place in shared)].append(hold)
    return groups.values()


def _shared(members: Sequence[HeldForCause]) -> list[int]:
    columns = zip(*(_PART.findall(hold.reason) for hold in members), strict=True)
    return [place for place, values in enumerate(columns) if len(set(values)) * _FEW <= len(values)]


def _cause(members: Sequence[HeldForCause]) -> Cause:
    first = members[0]
    columns = list(zip(*(_PART.findall(hold.reason) for hold in members), strict=True))
    values = iter([column[0] if len(set(column)) == 1 else _GAP for column in columns])
    text = _PART.sub(lambda _: next(values), first.reason)
    digest = hashlib.sha256(f"{first.code}\x1f{text}".encode()).hexdigest()
    return Cause(
        key=digest[:8], code=first.code, text=text, fix=first.fix, holds=tuple(h.id for h in members)
    )
