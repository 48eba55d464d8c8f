"""NetSuite's rules for the further subsidiaries of customers (feature Multi-Subsidiary Customer)."""

from streak_netsuite.sandbox.netsuite import body_fields
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

KIND = "customerSubsidiaryRelationship"


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the relationship as it will be kept; refuse one that is there already."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    required = body_fields.check_required(made, ("entity", "subsidiary"), (), skip_custom=True)
    body_fields.demand(required)
    customer = store.find(made.fields["entity"], "customer")
    if customer is None:
        raise bad_reference("entity", made.fields["entity"].key)
    if not draft.internal_id and _is_in(store, customer, made.fields["subsidiary"]):
        raise RecordRefused("DUP_RCRD", "This customer-subsidiary relationship already exists.")
    made.fields["isPrimarySub"] = False
    return made


def has(store: Store, customer: Record, subsidiary: Ref) -> bool:
    """Tell whether a customer was added to a subsidiary besides its own."""
    return any(
        one.fields["entity"].internal_id == customer.internal_id
        and one.fields["subsidiary"].internal_id == subsidiary.internal_id
        for one in store.all(KIND)
    )


def _is_in(store: Store, customer: Record, subsidiary: Ref) -> bool:
    own: Ref = customer.fields["subsidiary"]
    return own.internal_id == subsidiary.internal_id or has(store, customer, subsidiary)
