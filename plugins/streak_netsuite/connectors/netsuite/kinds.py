"""How many records of a kind go into one list."""

from collections.abc import Mapping
from enum import StrEnum

from streak_netsuite.connectors.netsuite.records.item import is_item


class Family(StrEnum):
    """Record types that cost NetSuite about the same (section_1537861842, read 2026-11)."""

    TRANSACTION = "transaction"
    ENTITY = "entity"
    ITEM = "item"
    CUSTOM_RECORD = "custom record"


# Oracle's advice for one synchronous list (section_1537861842, read 2026-11).
RECOMMENDED: Mapping[Family, int] = {
    Family.TRANSACTION: 20,
    Family.ENTITY: 50,
    Family.ITEM: 50,
    Family.CUSTOM_RECORD: 100,
}
_ENTITIES = frozenset({"customer", "contact", "vendor", "employee", "partner", "job"})


def family(record_type: str) -> Family:
    """Return the family of a record type; what is not known is taken for a transaction, the slowest."""
    if record_type == "customRecord":
        return Family.CUSTOM_RECORD
    if record_type in _ENTITIES:
        return Family.ENTITY
    return Family.ITEM if is_item(record_type) else Family.TRANSACTION
