"""What a record type needs of the two systems."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRecord:
    """A record as its system shows it.

    Attributes:
        label: what people call it.
        view: plain values, as a record type's expressions read them.
    """

    id: str
    label: str
    view: Mapping[str, Any]


class RecordSource(Protocol):
    """Reads the records of one type."""

    def changed(self, since: datetime | None) -> Iterator[Sequence[SourceRecord]]:
        """Yield pages of records that changed at or after a time, or of all."""

    def fetch(self, ids: Sequence[str]) -> Mapping[str, SourceRecord]:
        """Return records as they are now; missing ones are gone."""


class RecordTarget(Protocol):
    """Writes the records of one type."""

    @property
    def repeats_are_harmless(self) -> bool:
        """Whether a record that was written before may be written again while the first write may still land."""

    def require(self, fields: Sequence[str]) -> None:
        """Make sure that there is a place for the records.

        Raises:
            ConfigurationError: the pipeline, a field of it, or the record type does not exist.
        """

    def fetch(self, ids: Sequence[str]) -> Mapping[str, SourceRecord]:
        """Return records as they are now; missing ones are gone."""

    def write(
        self,
        key: str,
        body: Mapping[str, Any],
        *,
        known_id: str,
        may_exist: bool,
        since: datetime,
        onto: str = "",
    ) -> str:
        """Write one record and return its id.

        Args:
            key: under which it is known: an external id, or a box's name.
            body: what it is to hold.
            known_id: the id it has since an earlier write, or "".
            may_exist: whether an earlier try may have made it; then it is looked for first.
            since: when it can have been made at the earliest.
            onto: the id of a record that a person has chosen: that is changed, and keeps a key of its own.

        Raises:
            RecordError: refused.
            UncertainWrite: nobody knows whether it landed.
        """
