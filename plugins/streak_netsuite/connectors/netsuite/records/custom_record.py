"""Records of types the customer has made up."""

from streak_netsuite.connectors.netsuite.records.parts import (
    custom,
    custom_fields,
    present,
    reference,
    required_reference,
)
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.custom_record import CustomRecord


def write_custom_record(record: CustomRecord, external_id: str) -> SuiteRecord:
    """Return a custom record."""
    return SuiteRecord(
        type="customRecord",
        external_id=external_id,
        values=present(
            recType=record.type, name=record.name, isInactive=record.inactive, parent=record.parent
        ),
        custom_fields=custom(record.custom_fields),
    )


def read_custom_record(record: SuiteRecord) -> CustomRecord:
    """Return a custom record.

    Raises:
        ValueError: it does not say of which type it is.
    """
    return CustomRecord(
        type=required_reference(record, "recType"),
        name=record.text("name"),
        inactive=record.flag("isInactive"),
        parent=reference(record, "parent"),
        custom_fields=custom_fields(record),
    )
