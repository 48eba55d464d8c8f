"""A pointer from one NetSuite record to another."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A record another record points to: by internal id, or by external id.

    NetSuite ignores the external id when both are sent, so exactly one is allowed.

    Attributes:
        name: for people only; never decides which record is meant.
    """

    internal_id: str | None = None
    external_id: str | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if (self.internal_id is None) == (self.external_id is None):
            raise ValueError("a reference needs an internal id or an external id, and not both")

    def __str__(self) -> str:
        key = self.internal_id if self.internal_id is not None else f"external id {self.external_id}"
        return f"{self.name} ({key})" if self.name else str(key)
