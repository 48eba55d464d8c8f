"""Under which key a record of ours is found again: its external id, or a custom field.

NetSuite gives a record one external id, shares the space among a group of types (all entities, all
transactions) and folds its case (section 3.6 of the facts: "External IDs Overview", read 2026-11). Where another
integration owns the external ids, a custom field of the account carries our key instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from streak_netsuite.connectors.netsuite.call import SearchPreferences
from streak_netsuite.connectors.netsuite.calls.reads import get_list
from streak_netsuite.connectors.netsuite.calls.search import search
from streak_netsuite.connectors.netsuite.kinds import Family, family
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import CustomCriterion, SearchRequest, text_is
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError, RejectedByVendor, TransientError
from streak_netsuite.model.custom_field import CustomField, CustomFieldType

_FEW = 5  # one is expected, and NetSuite takes no smaller page
TAKEN = frozenset({"DUP_RCRD", "RCRD_REF_RCRD_TYP_MISMATCH", "UNIQUE_RCRD_ID_REQD"})
# The types that share external ids with ours, as far as a role usually sees them.
_SHARING: Mapping[Family, Sequence[str]] = {
    Family.ENTITY: ("vendor", "contact", "employee", "partner", "job", "customer"),
    Family.TRANSACTION: ("invoice", "cashSale", "estimate", "customerPayment", "creditMemo", "salesOrder"),
}


def under_key(record: SuiteRecord, key_fields: Mapping[str, str]) -> SuiteRecord:
    """Return a record that carries its key in the account's custom field, when the settings name one."""
    script_id = key_fields.get(record.type)
    if script_id is None:
        return record
    field = CustomField(script_id=script_id, type=CustomFieldType.TEXT, value=record.external_id)
    return replace(record, external_id="", custom_fields={**record.custom_fields, script_id: field})


def verb_for(record_type: str, key_fields: Mapping[str, str]) -> Verb:
    """Return how records of a type are written: only external ids know an upsert."""
    return Verb.ADD if record_type in key_fields else Verb.UPSERT


def key_of(record: SuiteRecord, key_fields: Mapping[str, str]) -> str | None:
    """Return our key of a record, or None."""
    script_id = key_fields.get(record.type)
    if script_id is None:
        return record.external_id or None
    field = record.custom_fields.get(script_id)
    return str(field.value) if field is not None and field.value else None


def keys_on(record: SuiteRecord, key_fields: Mapping[str, str]) -> frozenset[str]:
    """Return every key that a record carries: its external id, and that of the account's custom field."""
    found = {record.external_id, key_of(record, key_fields) or ""}
    return frozenset(key for key in found if key)


def find_by_field(client: SoapClient, like: SuiteRecord, script_id: str) -> SuiteRecord | None:
    """Return the record of this one's type that carries its external id's value in a custom field, or None.

    Raises:
        ConfigurationError: several carry it.
    """
    asked = CustomCriterion(type=CustomFieldType.TEXT, criterion=text_is(like.external_id))
    custom_type = like.ref("recType")
    request = SearchRequest(
        subject=_subject(like.type),
        custom={script_id: asked},
        record_type=custom_type.internal_id if custom_type is not None else "",
    )
    page = client.send(search(request, SearchPreferences(page_size=_FEW)))
    found = list({r.internal_id: r for r in page.records if r.type == like.type}.values())
    if len(found) > 1:
        ids = ", ".join(record.internal_id for record in found)
        raise ConfigurationError(
            f"{len(found)} records of type {like.type} carry key {like.external_id} in {script_id}: {ids}"
        )
    return found[0] if found else None


def _subject(record_type: str) -> str:
    """Return what is searched for records of a type: all transactions are one subject, and all items."""
    match family(record_type):
        case Family.TRANSACTION:
            return "Transaction"
        case Family.ITEM:
            return "Item"
        case _:
            return record_type[:1].upper() + record_type[1:]


def explain_owner(
    client: SoapClient, record_type: str, key: str, error: RejectedByVendor
) -> RejectedByVendor:
    """Return the refusal of a taken external id with the name of the record that has it, where it can be seen."""
    refs = [RecordRef(type=one, external_id=key) for one in _SHARING.get(family(record_type), ())]
    try:
        answers = client.send(get_list(refs))
    except (TransientError, RejectedByVendor):
        return error
    owner = next((a.record for a in answers if a.status.success and a.record is not None), None)
    if owner is None or owner.type == record_type:
        return error
    name = next(
        (text for n in ("companyName", "entityId", "tranId") if (text := owner.text(n))), owner.internal_id
    )
    return RejectedByVendor(
        f"{error}: external id {key} belongs to the {owner.type} '{name}' ({owner.internal_id})",
        code=error.code,
        field="externalId",
        fix="give that record another external id in NetSuite, or let a custom field carry our keys: "
        f"'key_fields' of the NetSuite connection, such as {record_type}=custentity_streak_key",
    )
