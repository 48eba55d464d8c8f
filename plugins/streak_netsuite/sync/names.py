"""Names of Streak's things that a mapping uses, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Snapshot = Mapping[str, Any]
"""What the pipelines looked like; JSON-able."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameUse:
    """A name that a mapping uses: a pipeline, and perhaps a stage, a field, or an option of a field."""

    pipeline: str
    stage: str = ""
    field: str = ""
    option: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """A name that Streak does not have any more, or that the mapping does not have yet.

    Attributes:
        message: what is wrong.
        fix: the next step.
    """

    message: str
    fix: str


class NameCatalogue(Protocol):
    """The names of pipelines, stages, fields and options."""

    def snapshot(self) -> Snapshot:
        """Read what the pipelines look like now."""

    def changes(self, before: Snapshot, now: Snapshot) -> Sequence[str]:
        """Return what changed between two snapshots, one line of text each."""

    def misfits(self, uses: Sequence[NameUse], now: Snapshot, before: Snapshot | None) -> Sequence[Misfit]:
        """Return the names that are not there now; with an earlier snapshot a renaming is told from a removal."""

    def options(self, now: Snapshot, pipeline: str, field: str) -> Sequence[str]:
        """Return the labels of a dropdown or tag field; none for other fields."""

    def key_of(self, now: Snapshot, pipeline: str) -> str:
        """Return a pipeline's key, or its name when there is none of that name."""
