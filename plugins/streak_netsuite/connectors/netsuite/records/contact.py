"""Contacts."""

from streak_netsuite.connectors.netsuite.records.parts import custom, custom_fields, present, reference
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.contact import Contact


def write_contact(contact: Contact, external_id: str) -> SuiteRecord:
    """Return a contact."""
    return SuiteRecord(
        type="contact",
        external_id=external_id,
        values=present(
            firstName=contact.first_name,
            lastName=contact.last_name,
            title=contact.title,
            email=contact.email,
            phone=contact.phone,
            mobilePhone=contact.mobile_phone,
            company=contact.company,
            subsidiary=contact.subsidiary,
            isInactive=contact.inactive,
        ),
        custom_fields=custom(contact.custom_fields),
    )


def read_contact(record: SuiteRecord) -> Contact:
    """Return a contact.

    Raises:
        ValueError: it has neither name nor e-mail address.
    """
    first, last = record.text("firstName"), record.text("lastName")
    return Contact(
        first_name=first,
        last_name=last if first or last else record.text("entityId"),
        title=record.text("title"),
        email=record.text("email"),
        phone=record.text("phone"),
        mobile_phone=record.text("mobilePhone"),
        company=reference(record, "company"),
        subsidiary=reference(record, "subsidiary"),
        inactive=record.flag("isInactive"),
        custom_fields=custom_fields(record),
    )
