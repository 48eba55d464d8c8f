"""SuiteTalk's pointer from one record to another."""

from dataclasses import dataclass

from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRef:
    """A reference as SuiteTalk sends and takes it (RecordRef, ListOrRecordRef, CustomizationRef and kin).

    Attributes:
        type: the record type it leads to ("salesOrder"); "" where the field implies it.
        internal_id: wins over `external_id` when both are sent (platform core schema).
        type_id: internal id of the custom record type or list it leads to.
        name: for people only.
    """

    type: str = ""
    internal_id: str = ""
    external_id: str = ""
    script_id: str = ""
    type_id: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.internal_id or self.external_id or self.script_id)

    @classmethod
    def of(cls, reference: Reference, *, type_: str = "") -> "RecordRef":
        """Return a canonical reference as SuiteTalk's."""
        return cls(
            type=type_,
            internal_id=reference.internal_id or "",
            external_id=reference.external_id or "",
            name=reference.name,
        )

    def reference(self) -> Reference | None:
        """Return the canonical reference, or None when it leads nowhere."""
        if self.internal_id:
            return Reference(internal_id=self.internal_id, name=self.name)
        return Reference(external_id=self.external_id, name=self.name) if self.external_id else None
