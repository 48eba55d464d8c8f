"""The directory's entries as they are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from streak_netsuite.sync.customer_entry import CustomerEntry


def plain_entry(entry: CustomerEntry) -> Mapping[str, Any]:
    """Return an entry as JSON can hold it."""
    modified = entry.last_modified
    return {
        "internal_id": entry.internal_id,
        "name": entry.name,
        "email": entry.email,
        "phone": entry.phone,
        "address": entry.address,
        "registration_number": entry.registration_number,
        "external_id": entry.external_id,
        "entity_id": entry.entity_id,
        "subsidiary": entry.subsidiary,
        "currencies": list(entry.currencies),
        "inactive": entry.inactive,
        "on_credit_hold": entry.on_credit_hold,
        "last_modified": modified.isoformat() if modified else None,
    }


def read_entry(plain: Mapping[str, Any]) -> CustomerEntry:
    """Return a kept entry; one of a release before has no phone and no address."""
    modified = plain["last_modified"]
    return CustomerEntry(
        **{
            **plain,
            "currencies": tuple(plain["currencies"]),
            "last_modified": datetime.fromisoformat(modified) if modified else None,
        }
    )
