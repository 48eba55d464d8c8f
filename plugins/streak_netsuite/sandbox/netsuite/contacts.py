"""NetSuite's rules for contacts."""

from streak_netsuite.sandbox.netsuite import address_book, body_fields, features
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the contact as it will be kept; refuse what NetSuite would refuse."""
    contact = body_fields.open_draft(store, draft, sent, preferences)
    address_book.set_addresses(store, contact, sent.get("addressbookList"))
    fields = contact.fields
    person = " ".join(str(fields[k]) for k in ("firstName", "middleName", "lastName") if fields.get(k))
    if person:
        fields.setdefault("entityId", person)
    fields.setdefault("isInactive", False)
    fields.setdefault("isPrivate", False)
    _fit_company(store, contact)
    _demand_required(store, contact, preferences)
    _refuse_taken_name(store, contact)
    return contact


def _demand_required(store: Store, contact: Record, preferences: Preferences) -> None:
    one_world = features.is_on(store.settings, "one_world")
    labels = body_fields.check_required(
        contact,
        ("entityId", *(("subsidiary",) if one_world else ())),
        store.settings.form_required.get("contact", ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(["Contact" if label == "Customer ID" else label for label in labels])


def _fit_company(store: Store, contact: Record) -> None:
    """Take the company's subsidiary; refuse another one."""
    ref: Ref | None = contact.fields.get("company")
    company = store.find(ref, "customer", "vendor") if ref else None
    theirs: Ref | None = company.fields.get("subsidiary") if company is not None else None
    if company is None or theirs is None or not features.is_on(store.settings, "one_world"):
        return
    ours: Ref = contact.fields.setdefault("subsidiary", theirs)
    if ours.internal_id != theirs.internal_id:
        raise bad_reference("subsidiary", ours.internal_id, f"for entity {company.internal_id}")


def _refuse_taken_name(store: Store, contact: Record) -> None:
    """Refuse a second contact of one name within a company, or among those without one."""
    company: Ref | None = contact.fields.get("company")
    for other in store.named_like(contact):
        theirs: Ref | None = other.fields.get("company")
        if (company and company.internal_id) == (theirs and theirs.internal_id):
            raise RecordRefused(
                "DUP_ENTITY",
                f"A contact record with this ID already exists: {contact.name!r} is contact "
                f"{other.internal_id} of the same company.",
            )
