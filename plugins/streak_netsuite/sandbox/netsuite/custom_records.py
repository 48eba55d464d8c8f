"""NetSuite's rules for custom records: records of a type the account has defined itself."""

from copy import deepcopy
from dataclasses import replace

from streak_netsuite.sandbox.netsuite import body_fields, custom_fields, features, references
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_OWN = ("recType", "customFieldList", "nullFieldList")


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the custom record as it will be kept; refuse what NetSuite would refuse.

    Its fields are those of its type (recType), which cannot change.
    """
    kind = KINDS["customRecord"]
    hidden = features.hidden_elements(store.settings)
    body = body_fields.refuse_read_only(kind, sent, hidden=hidden, ignore=preferences.ignore_read_only)
    fields = body_fields.merge(store, draft.fields, body, skip=_OWN, group=kind.group)
    record_type = _type(store, draft, sent)
    fields["recType"] = references.named(record_type)
    sent_custom = (sent.get("customFieldList") or {}).get("customField", [])
    read = custom_fields.read(store, sent_custom, kind.custom_prefix, record_type.internal_id)
    custom = draft.custom | read
    body_fields.clear_named(fields, custom, (sent.get("nullFieldList") or {}).get("name", []))
    fields.setdefault("isInactive", False)
    made = replace(draft, fields=fields, custom=custom, sublists=deepcopy(draft.sublists))
    _demand_required(store, made, record_type, preferences)
    return made


def _type(store: Store, draft: Record, sent: Fields) -> Record:
    ref = sent.get("recType") or draft.fields.get("recType")
    body_fields.demand([] if ref else ["Record Type"])
    found = store.find(ref, "customRecordType") if ref else None
    if found is None or found.fields.get("isInactive"):
        raise bad_reference("recType", ref.key if ref else "")
    known = draft.fields.get("recType")
    if known is not None and known.internal_id != found.internal_id:
        raise bad_reference("recType", found.internal_id, "(it cannot be changed)")
    return found


def _demand_required(store: Store, made: Record, record_type: Record, preferences: Preferences) -> None:
    """Refuse a record that lacks its name, when the type has one, or what the type's form demands."""
    script_id = record_type.fields["scriptId"]
    always = ("name",) if record_type.fields.get("includeName") else ()
    form = store.settings.form_required.get(script_id, ())
    skip = preferences.skip_mandatory_custom
    body_fields.demand(body_fields.check_required(made, always, form, skip_custom=skip))
