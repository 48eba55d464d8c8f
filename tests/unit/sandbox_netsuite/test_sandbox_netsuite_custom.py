"""Custom records, and custom fields of every type in every place."""

import pytest

Z = "urn:customization_2025_2.setup.webservices.netsuite.com"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
REF = '<c:value internalId="{}"/>'
VALUES = {
    "String": "<c:value>north gate</c:value>",
    "Long": "<c:value>3</c:value>",
    "Double": "<c:value>12.25</c:value>",
    "Boolean": "<c:value>true</c:value>",
    "Date": "<c:value>2026-07-01T00:00:00-07:00</c:value>",
    "Select": REF.format("1"),
    "MultiSelect": REF.format("1") + REF.format("2"),
}


def site(inner="", custom="", *, name="Harbor site", external_id="", internal_id="", type_id="51"):
    ids = (f' internalId="{internal_id}"' if internal_id else "") + (
        f' externalId="{external_id}"' if external_id else ""
    )
    own = f"<z:name>{name}</z:name>" if name else ""
    type_ = f'<z:recType internalId="{type_id}"/>' if type_id else ""
    fields = f"<z:customFieldList>{custom}</z:customFieldList>" if custom else ""
    return f'<m:record xmlns:z="{Z}" xsi:type="z:CustomRecord"{ids}>{inner}{own}{type_}{fields}</m:record>'


def shown_fields(reply):
    return {
        f.get("scriptId"): (f.get(XSI_TYPE).split(":")[1], [v.get("internalId") or v.text for v in f])
        for f in reply.all("//c:customField")
    }


def custom_get(soap, key):
    return soap.call(f'<m:get><m:baseRef xsi:type="c:CustomRecordRef" typeId="51" {key}/></m:get>')


def test_a_custom_record_is_upserted_by_its_types_external_id(soap):
    first = soap.write("upsert", site(external_id="site-1"))
    second = soap.write("upsert", site(external_id="SITE-1", name="Harbor hall"))
    other = soap.write("upsert", site(external_id="site-1", type_id="52", name=""))
    assert [r.outcomes for r in (first, second, other)] == [[(True, "")]] * 3
    assert first.ids == second.ids == ["9001"]
    assert other.ids == ["9002"]
    ref = first.all("//m:writeResponse/m:baseRef")[0]
    assert (ref.get(XSI_TYPE), ref.get("typeId"), ref.get("type")) == ("core:CustomRecordRef", "51", None)
    assert "Harbor hall" in custom_get(soap, 'externalId="site-1"').text


def test_a_custom_record_holds_every_kind_of_field(soap, build):
    custom = "".join(
        [
            build.text("custrecord_site_code", "S-1"),
            build.custom("Long", "custrecord_site_floors", VALUES["Long"]),
            build.custom("Double", "custrecord_site_area", VALUES["Double"]),
            build.custom("Date", "custrecord_site_surveyed", VALUES["Date"]),
            build.custom("Boolean", "custrecord_site_is_outdoor", VALUES["Boolean"]),
            build.custom("Select", "custrecord_site_tier", VALUES["Select"]),
            build.custom("MultiSelect", "custrecord_site_labels", VALUES["MultiSelect"]),
            build.custom("Select", "custrecord_site_customer", REF.format("501")),
            build.custom("MultiSelect", "custrecord_site_items", REF.format("101") + REF.format("201")),
            build.custom("Select", "cseg_region", REF.format("2")),
        ]
    )
    number = soap.write("add", site(custom=custom)).ids[0]
    assert shown_fields(custom_get(soap, f'internalId="{number}"')) == {
        "custrecord_site_code": ("StringCustomFieldRef", ["S-1"]),
        "custrecord_site_floors": ("LongCustomFieldRef", ["3"]),
        "custrecord_site_area": ("DoubleCustomFieldRef", ["12.25"]),
        "custrecord_site_surveyed": ("DateCustomFieldRef", ["2026-07-01T00:00:00.000-07:00"]),
        "custrecord_site_is_outdoor": ("BooleanCustomFieldRef", ["true"]),
        "custrecord_site_tier": ("SelectCustomFieldRef", ["1"]),
        "custrecord_site_labels": ("MultiSelectCustomFieldRef", ["1", "2"]),
        "custrecord_site_customer": ("SelectCustomFieldRef", ["501"]),
        "custrecord_site_items": ("MultiSelectCustomFieldRef", ["101", "201"]),
        "cseg_region": ("SelectCustomFieldRef", ["2"]),
    }


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        pytest.param(site(type_id=""), "USER_ERROR", id="no type"),
        pytest.param(site(type_id="99"), "INVALID_KEY_OR_REF", id="no such type"),
        pytest.param(site(name=""), "USER_ERROR", id="no name where the type has one"),
        pytest.param(site(internal_id="901", type_id="52"), "INVALID_KEY_OR_REF", id="another type"),
        pytest.param(
            site(
                custom='<c:customField xsi:type="c:LongCustomFieldRef" scriptId="custbody_competitors"><c:value>1</c:value></c:customField>'
            ),
            "INVALID_CSTM_FIELD_REF",
            id="a field of another place",
        ),
        pytest.param(
            site(
                type_id="52",
                custom='<c:customField xsi:type="c:LongCustomFieldRef" scriptId="custrecord_site_floors"><c:value>1</c:value></c:customField>',
            ),
            "INVALID_CSTM_FIELD_REF",
            id="a field of another type",
        ),
    ],
)
def test_a_custom_record_that_does_not_fit_is_refused(soap, record, outcome):
    verb = "update" if 'internalId="901"' in record else "add"
    assert soap.write(verb, record).outcomes == [(False, outcome)]


def test_a_custom_record_with_children_stays(soap):
    parent = soap.write("add", site()).ids[0]
    assert soap.write(
        "add", site(name="Hall 2").replace("<z:name>", f'<z:parent internalId="{parent}"/><z:name>')
    ).outcomes == [(True, "")]
    ref = f'<m:baseRef xsi:type="c:CustomRecordRef" typeId="51" internalId="{parent}"/>'
    assert soap.call(f"<m:delete>{ref}</m:delete>").outcomes == [(False, "CANT_DELETE_CSTM_RCRD_ENTRY")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("String", "streak_org"),
        ("Long", "robots_installed"),
        ("Double", "fit_score"),
        ("Date", "customer_since"),
        ("Select", "tier"),
        ("MultiSelect", "labels"),
    ],
)
def test_customers_have_fields_of_every_type(soap, build, kind, name):
    custom = build.custom(kind, f"custentity_{name}", VALUES[kind])
    fields = f"<r:customFieldList>{custom}</r:customFieldList>"
    assert soap.write("add", build.customer(external_id="c-1", after=fields)).outcomes == [(True, "")]
    assert f"custentity_{name}" in shown_fields(soap.get("customer", external_id="c-1"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("String", "streak_note"),
        ("Long", "warranty_years"),
        ("Double", "list_price"),
        ("Date", "ship_by"),
        ("Boolean", "is_spare"),
        ("Select", "tier"),
        ("MultiSelect", "labels"),
    ],
)
def test_lines_have_fields_of_every_type_and_pass_them_on(soap, build, kind, name):
    custom = build.custom(kind, f"custcol_{name}", VALUES[kind])
    line = build.line("201", after=f"<s:customFieldList>{custom}</s:customFieldList>")
    number = soap.write("add", build.order(line)).ids[0]
    invoice = f'<m:record xsi:type="s:Invoice"><s:createdFrom internalId="{number}"/></m:record>'
    made = soap.write("add", invoice).ids[0]
    assert shown_fields(soap.get("invoice", made)).keys() >= {f"custcol_{name}"}


@pytest.mark.parametrize(
    ("script_id", "value", "code"),
    [
        ("custbody_end_customer", "502", ""),
        ("custbody_end_customer", "505", "INVALID_KEY_OR_REF"),
        ("custbody_end_customer", "101", "INVALID_KEY_OR_REF"),
        ("custbody_install_site", "901", ""),
        ("cseg_region", "3", ""),
        ("cseg_region", "9", "INVALID_KEY_OR_REF"),
        ("custrecord_site_tier", "1", "INVALID_CSTM_FIELD_REF"),
    ],
)
def test_a_select_leads_to_a_record_a_list_or_a_segment(soap, build, script_id, value, code):
    custom = build.custom("Select", script_id, REF.format(value))
    assert soap.write("add", build.order(custom=custom)).outcomes == [(not code, code)]


def test_a_long_field_takes_no_more_than_a_long(soap, build):
    custom = build.custom("Long", "custbody_competitors", "<c:value>9223372036854775808</c:value>")
    soap.settings(check_schema=False)
    assert soap.write("add", build.order(custom=custom)).outcomes == [(False, "INVALID_FLD_VALUE")]


@pytest.mark.parametrize(
    ("kind", "internal_id", "script_id"),
    [
        ("transactionBodyCustomField", "1701", "custbody_streak_box"),
        ("entityCustomField", "1712", "custentity_streak_org"),
        ("transactionColumnCustomField", "1713", "custcol_streak_note"),
        ("itemCustomField", "1729", "custitem_hs_code"),
        ("customRecordCustomField", "1736", "custrecord_site_code"),
        ("customRecordType", "51", "customrecord_install_site"),
        ("customSegment", "41", "cseg_region"),
        ("customList", "31", "customlist_tier"),
    ],
)
def test_definitions_are_records(soap, kind, internal_id, script_id):
    reply = soap.get(kind, internal_id)
    assert reply.outcomes == [(True, "")]
    assert script_id in reply.all("//*[local-name()='scriptId']/text()")
