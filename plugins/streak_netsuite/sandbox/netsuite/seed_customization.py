"""The seeded account's own fields: lists, segments, record types and custom fields of every kind."""

from collections.abc import Iterator

from streak_netsuite.sandbox.netsuite.drafts import draft
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

INSTALL_SITE, SITE_NOTE = "51", "52"  # custom record types
_REGION = "41"
_LISTS = (
    ("31", "customlist_tier", "Tier", ("Gold", "Silver", "Bronze")),
    ("32", "customlist_labels", "Labels", ("urgent", "partner", "trade show")),
)
_SEGMENTS = ((_REGION, "cseg_region", "Region", {"1": "Americas", "2": "Europe", "3": "Asia"}),)
_RECORD_TYPES = (
    (INSTALL_SITE, "customrecord_install_site", "Install Site", True),
    (SITE_NOTE, "customrecord_site_note", "Site Note", False),
)
# Script id, kind, custom list. Their internal ids follow from their place here: add at the end only.
_FIELDS = (
    ("custbody_streak_box", "String", ""),
    ("custbody_streak_stage", "String", ""),
    ("custbody_streak_tier", "Select", "31"),
    ("custbody_streak_labels", "MultiSelect", "32"),
    ("custbody_rush_order", "Boolean", ""),
    ("custbody_requested_ship", "Date", ""),
    ("custbody_competitors", "Long", ""),
    ("custbody_deal_size", "Double", ""),
    ("custbody_account_manager", "String", ""),
    ("custbody_buyer", "String", ""),
    ("custbody_reseller", "String", ""),
    ("custentity_streak_org", "String", ""),
    ("custcol_streak_note", "String", ""),
    ("custbody_end_customer", "Select", "customer"),
    ("custbody_install_site", "Select", "customRecord"),
    ("custentity_tier", "Select", "31"),
    ("custentity_labels", "MultiSelect", "32"),
    ("custentity_robots_installed", "Long", ""),
    ("custentity_fit_score", "Double", ""),
    ("custentity_customer_since", "Date", ""),
    ("custentity_referred_by", "Select", "customer"),
    ("custcol_tier", "Select", "31"),
    ("custcol_labels", "MultiSelect", "32"),
    ("custcol_warranty_years", "Long", ""),
    ("custcol_list_price", "Double", ""),
    ("custcol_ship_by", "Date", ""),
    ("custcol_is_spare", "Boolean", ""),
    ("custcol_replaces", "Select", "item"),
    ("custitem_hs_code", "String", ""),
    ("custitem_tier", "Select", "31"),
    ("custitem_labels", "MultiSelect", "32"),
    ("custitem_lead_days", "Long", ""),
    ("custitem_payload_kg", "Double", ""),
    ("custitem_launched", "Date", ""),
    ("custitem_is_hazardous", "Boolean", ""),
)
# The fields of the install sites.
_SITE_FIELDS = (
    ("custrecord_site_code", "String", ""),
    ("custrecord_site_floors", "Long", ""),
    ("custrecord_site_area", "Double", ""),
    ("custrecord_site_surveyed", "Date", ""),
    ("custrecord_site_is_outdoor", "Boolean", ""),
    ("custrecord_site_tier", "Select", "31"),
    ("custrecord_site_labels", "MultiSelect", "32"),
    ("custrecord_site_customer", "Select", "customer"),
    ("custrecord_site_items", "MultiSelect", "item"),
)
_FIRST_FIELD_ID = 1701
_RECORDS = {"customer": ("customer",), "customRecord": ("customRecord",), "item": ITEM_KINDS}
# NetSuite's own ids of the record types behind a select; not from Oracle's pages, see LIMITS.md.
_RECORD_IDS = {"customer": "-2", "customRecord": INSTALL_SITE, "item": "-10"}
_DEFINED_BY = {
    "custbody": "transactionBodyCustomField",
    "custcol": "transactionColumnCustomField",
    "custentity": "entityCustomField",
    "custitem": "itemCustomField",
    "custrecord": "customRecordCustomField",
}
_APPLIES: dict[str, Fields] = {
    "custbody": {"bodySale": True, "bodyItemFulfillment": True, "bodyCustomerPayment": True},
    "custcol": {"colSale": True, "colItemFulfillment": True},
    "custentity": {"appliesToCustomer": True, "appliesToContact": True},
    "custitem": {"appliesToInventory": True, "appliesToService": True, "appliesToKit": True},
    "custrecord": {},
}
_FIELD_TYPES = {
    "Boolean": "_checkBox",
    "Date": "_date",
    "Double": "_decimalNumber",
    "Long": "_integerNumber",
    "MultiSelect": "_multipleSelect",
    "Select": "_listRecord",
    "String": "_freeFormText",
}


def fill(store: Store) -> None:
    """Put lists, segments, record types and custom fields into the store, each with its definition."""
    for record in _lists():
        store.put(record)
    for id_, script_id, name, values in _SEGMENTS:
        store.choices[script_id] = dict(values)
        store.put(_segment(id_, script_id, name))
    for field in _fields():
        store.custom_fields[field.script_id] = field
        if not field.script_id.startswith("cseg_"):
            store.put(definition(store, field))
    for id_, script_id, name, has_name in _RECORD_TYPES:
        store.put(_record_type(store, id_, script_id, name, has_name=has_name))


def _lists() -> Iterator[Record]:
    for id_, script_id, name, values in _LISTS:
        custom_list = draft("customList", id_, name=name, scriptId=script_id, isInactive=False)
        custom_list.sublists["customValueList"] = [
            {"value": value, "isInactive": False, "valueId": number}
            for number, value in enumerate(values, start=1)
        ]
        yield custom_list


def _segment(id_: str, script_id: str, name: str) -> Record:
    return draft(
        "customSegment",
        id_,
        label=name,
        scriptId=script_id,
        recordScriptId=f"customrecord_{script_id}",
        fieldType="_listRecord",
        isInactive=False,
    )


def _record_type(store: Store, id_: str, script_id: str, name: str, *, has_name: bool) -> Record:
    """Return a custom record type with the definitions of its fields."""
    made = draft(
        "customRecordType", id_, recordName=name, scriptId=script_id, includeName=has_name, isInactive=False
    )
    made.sublists["customFieldList"] = [
        {"@xsi": "customization:CustomRecordCustomField", "@internalId": d.internal_id, **d.fields}
        for d in store.all("customRecordCustomField")
        if d.fields["recType"] == id_
    ]
    return made


def _fields() -> Iterator[CustomField]:
    number = _FIRST_FIELD_ID
    for record_type, fields in (("", _FIELDS), (INSTALL_SITE, _SITE_FIELDS)):
        for script_id, kind, source in fields:
            place, _, rest = script_id.partition("_")
            yield CustomField(
                script_id=script_id,
                internal_id=str(number),
                kind=kind,
                list_id="" if source in _RECORDS else source,
                record_kinds=_RECORDS.get(source, ()),
                places=frozenset({place}),
                record_type=record_type,
                label=rest.replace("_", " ").capitalize(),
            )
            number += 1
    for id_, script_id, name, _values in _SEGMENTS:
        yield CustomField(
            script_id=script_id,
            internal_id=str(number),
            kind="Select",
            list_id=id_,
            places=frozenset(_DEFINED_BY),
            label=name,
        )
        number += 1


def definition(store: Store, field: CustomField) -> Record:
    """Return the record that describes a custom field."""
    place = field.script_id.partition("_")[0]
    made = draft(
        _DEFINED_BY[place],
        field.internal_id,
        fieldType=_FIELD_TYPES[field.kind],
        scriptId=field.script_id,
        label=field.label,
        storeValue=True,
        displayType="_normal",
        isMandatory=False,
        isFormula=False,
        **_APPLIES[place],
    )
    if field.kind == "String":
        made.fields["maxLength"] = field.max_length
    if field.record_type:
        made.fields["recType"] = field.record_type
    source = _source(store, field)
    if source is not None:
        made.fields["selectRecordType"] = source
    return made


def _source(store: Store, field: CustomField) -> Ref | None:
    """Return the list or record type behind a select field."""
    if field.record_kinds:
        name = next(name for name, kinds in _RECORDS.items() if kinds == field.record_kinds)
        return Ref(internal_id=_RECORD_IDS[name], name=name[0].upper() + name[1:])
    custom_list = store.find(Ref(internal_id=field.list_id), "customList") if field.list_id else None
    return Ref(internal_id=custom_list.internal_id, name=custom_list.name) if custom_list else None
