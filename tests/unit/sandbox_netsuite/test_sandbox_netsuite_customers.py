"""What NetSuite does with customers that are sent to it."""

import pytest


def book(*entries: str, replace_all: str = "true") -> str:
    return f'<r:addressbookList replaceAll="{replace_all}">{"".join(entries)}</r:addressbookList>'


def address(addr1: str, *, internal_id: str = "", default: str = "false") -> str:
    key = f"<r:internalId>{internal_id}</r:internalId>" if internal_id else ""
    return (
        f"<r:addressbook><r:defaultBilling>{default}</r:defaultBilling><r:addressbookAddress>"
        f"<k:country>_unitedStates</k:country><k:addr1>{addr1}</k:addr1></r:addressbookAddress>{key}"
        "</r:addressbook>"
    )


def customer_state(soap, internal_id):
    state = soap.control("GET", "/state")
    return next(c for c in state["customers"] if c["internalId"] == internal_id)


def test_upsert_makes_a_customer_once_and_then_changes_it(soap, build):
    first = soap.write("upsert", build.customer("<r:phone>1</r:phone>", external_id="streak-cust-1"))
    second = soap.write("upsert", build.customer("<r:phone>2</r:phone>", external_id="STREAK-CUST-1"))
    assert first.outcomes == second.outcomes == [(True, "")]
    assert first.ids == second.ids == ["1001"]
    kept = customer_state(soap, "1001")
    assert (kept["phone"], kept["companyName"], kept["stage"]) == ("2", "Blue Harbor Logistics", "_lead")
    assert kept["currency"] == {"internalId": "1", "name": "US Dollar"}


def test_a_list_succeeds_record_by_record_in_request_order(soap, build):
    reply = soap.write(
        "upsertList",
        build.customer(external_id="a", name="A"),
        build.customer(external_id="b", name="", subsidiary=""),
        build.customer(external_id="c", name="C"),
    )
    assert reply.outcomes == [(True, ""), (False, "USER_ERROR"), (True, "")]
    assert reply.messages == ["Please enter value(s) for: Company Name, Subsidiary"]
    refs = reply.all("//m:baseRef")
    assert [r.get("externalId") for r in refs] == ["a", "b", "c"]
    assert reply.one("//m:writeResponseList/c:status/@isSuccess") == "true"


def test_form_required_fields_are_listed_all_at_once(soap, build):
    soap.settings(form_required={"customer": ["email", "phone", "custentity_streak_org"]})
    reply = soap.write("add", build.customer(subsidiary=""))
    assert reply.messages == ["Please enter value(s) for: Subsidiary, Email, Phone, Custentity_streak_org"]
    lenient = (
        "<m:preferences><m:disableMandatoryCustomFieldValidation>true"
        "</m:disableMandatoryCustomFieldValidation></m:preferences>"
    )
    reply = soap.write("add", build.customer(subsidiary=""), header=lenient)
    assert reply.messages == ["Please enter value(s) for: Subsidiary, Email, Phone"]


def test_a_person_needs_both_names(soap):
    person = (
        '<m:record xsi:type="r:Customer"><r:isPerson>true</r:isPerson><r:firstName>Ida</r:firstName>'
        '<r:subsidiary internalId="1"/></m:record>'
    )
    assert soap.write("add", person).messages == ["Please enter value(s) for: Last Name"]


@pytest.mark.parametrize("name", ["acme robotics INC", "  ACME Robotics Inc "])
def test_a_name_another_customer_has_is_refused(soap, build, name):
    reply = soap.write("add", build.customer(name=name))
    assert reply.outcomes == [(False, "DUP_ENTITY")]
    assert "A customer record with this ID already exists" in reply.messages[0]
    soap.settings(unique_customer_names=False)
    assert soap.write("add", build.customer(name=name)).outcomes == [(True, "")]


def test_external_ids_are_shared_by_all_entities_and_fold_case(soap, build):
    assert soap.write("add", build.customer(external_id="x-1")).outcomes == [(True, "")]
    again = soap.write("addList", build.customer(external_id="X-1", name="Other"))
    assert (again.outcomes, again.messages) == ([(False, "DUP_RCRD")], ["This entity already exists."])
    vendors = soap.write("upsert", build.customer(external_id="LEGACY-vendor-601", name="Third"))
    assert vendors.outcomes == [(False, "RCRD_REF_RCRD_TYP_MISMATCH")]
    assert "vendor 'Old Vendor GmbH' (internalId 601)" in vendors.messages[0]


def test_upsert_is_keyed_by_external_id_alone(soap, build):
    reply = soap.write(
        "upsertList", build.customer(internal_id="501", external_id="x"), build.customer(name="Y")
    )
    assert reply.outcomes == [(False, "USER_ERROR")] * 2
    assert reply.messages[0] == "You cannot set internalId with upsert"


def test_update_changes_sent_fields_only_and_empty_text_clears(soap, build):
    soap.write("update", build.customer("<r:email/>", internal_id="501", name="", subsidiary=""))
    kept = customer_state(soap, "501")
    assert "email" not in kept
    assert kept["companyName"] == "ACME Robotics Inc"
    missing = soap.write("update", build.customer(internal_id="999"))
    assert missing.outcomes == [(False, "RCRD_DSNT_EXIST")]


def test_custom_fields_are_cleared_by_name_only(soap, build):
    field = f"<r:customFieldList>{build.text('custentity_streak_org', 'org-1')}</r:customFieldList>"
    empty = f"<r:customFieldList>{build.text('custentity_streak_org', '')}</r:customFieldList>"
    soap.write("upsert", build.customer(external_id="o", after=field))
    soap.write("upsert", build.customer(external_id="o", after=empty))
    assert customer_state(soap, "1001")["custom"] == {"custentity_streak_org": "org-1"}
    null = (
        '<m:record xsi:type="r:Customer" externalId="o"><c:nullFieldList>'
        "<c:name>custentity_streak_org</c:name></c:nullFieldList></m:record>"
    )
    assert soap.write("upsert", null).outcomes == [(True, "")]
    assert customer_state(soap, "1001")["custom"] == {}


def test_sublists_are_replaced_unless_told_otherwise(soap, build):
    def send(*entries, replace_all):
        after = book(*entries, replace_all=replace_all)
        reply = soap.write("upsert", build.customer(external_id="o", after=after))
        assert reply.outcomes == [(True, "")], reply.text
        return [a["addressbookAddress"]["addr1"] for a in customer_state(soap, "1001")["addressbookList"]]

    assert send(address("1 First St"), replace_all="true") == ["1 First St"]
    assert send(address("1 First St"), replace_all="true") == ["1 First St"]
    # Without its internalId the same address is added once more, each time.
    assert send(address("1 First St"), replace_all="false") == ["1 First St"] * 2
    known = customer_state(soap, "1001")["addressbookList"][0]["internalId"]
    changed = send(address("2 Second St", internal_id=known), replace_all="false")
    assert changed == ["2 Second St", "1 First St"]


def test_only_one_address_is_the_default(soap, build):
    after = book(address("1 First St", default="true"), address("2 Second St", default="true"))
    soap.write("add", build.customer(after=after))
    flags = [a["defaultBilling"] for a in customer_state(soap, "1001")["addressbookList"]]
    assert flags == [False, True]


def test_an_unknown_country_refuses_the_whole_request(soap, build):
    after = book(address("1 First St").replace("_unitedStates", "US"))
    reply = soap.write("addList", build.customer(after=after), build.customer(name="Good"))
    assert reply.status == 500
    assert soap.control("GET", "/state")["totals"]["customers"] == 5


@pytest.mark.parametrize(
    ("record", "code"),
    [
        pytest.param({"subsidiary": "9"}, "INVALID_KEY_OR_REF", id="subsidiary"),
        pytest.param({"name": "x" * 84}, "EXCEEDED_MAX_FIELD_LENGTH", id="name too long"),
        pytest.param(
            {"after": '<r:terms internalId="99"/>'}, "INVALID_KEY_OR_REF", id="choice that does not exist"
        ),
        pytest.param(
            {"after": '<r:currency internalId="9"/>'}, "INVALID_KEY_OR_REF", id="currency that does not exist"
        ),
        pytest.param(
            {"after": "<r:lastModifiedDate>2026-01-01T00:00:00Z</r:lastModifiedDate>"},
            "INSUFFICIENT_PERMISSION",
            id="read-only field",
        ),
    ],
)
def test_a_value_that_does_not_fit_refuses_its_record(soap, build, record, code):
    assert soap.write("add", build.customer(**record)).outcomes == [(False, code)]


def test_read_only_fields_are_ignored_on_request(soap, build):
    header = "<m:preferences><m:ignoreReadOnlyFields>true</m:ignoreReadOnlyFields></m:preferences>"
    after = "<r:lastModifiedDate>2026-01-01T00:00:00Z</r:lastModifiedDate>"
    misspelt = header.replace("ignoreRead", "IgnoreRead")  # names are case-sensitive, silently
    refused = soap.write("add", build.customer(after=after), header=misspelt)
    assert refused.outcomes == [(False, "INSUFFICIENT_PERMISSION")]
    assert soap.write("add", build.customer(after=after), header=header).outcomes == [(True, "")]


@pytest.mark.parametrize(
    ("operation", "count", "passes"),
    [
        ("addList", 201, False),
        ("upsertList", 101, False),
        ("updateList", 101, False),
        ("upsertList", 100, True),
    ],
)
def test_lists_have_a_longest_length(soap, build, operation, count, passes):
    records = [build.customer(external_id=f"n-{n}", name=f"Name {n}") for n in range(count)]
    reply = soap.write(operation, *records)
    if passes:
        assert reply.outcomes == [(True, "")] * count
    else:
        assert reply.fault == ("exceededRecordCountFault", "MAX_RCRDS_EXCEEDED")
        assert soap.control("GET", "/state")["totals"]["customers"] == 5


def test_a_customer_with_orders_cannot_be_deleted(soap, build):
    soap.write("add", build.customer())
    refs = [f'<m:baseRef xsi:type="c:RecordRef" type="customer" internalId="{i}"/>' for i in (501, 1001, 77)]
    reply = soap.write("deleteList", *refs)
    assert reply.outcomes == [(False, "CANT_DELETE_CUSTOMER"), (True, ""), (False, "INVALID_KEY_OR_REF")]


def test_other_record_types_cannot_be_written(soap):
    vendor = '<m:record xsi:type="r:Vendor"><r:companyName>V</r:companyName></m:record>'
    assert soap.write("add", vendor).outcomes == [(False, "INVALID_RCRD_TYPE")]
