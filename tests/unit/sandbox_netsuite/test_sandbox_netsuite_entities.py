"""Contacts and customers beyond the plain ones: persons, parents, numbers, terms."""

import pytest


def contact(inner, *, internal_id="", external_id=""):
    ids = (f' internalId="{internal_id}"' if internal_id else "") + (
        f' externalId="{external_id}"' if external_id else ""
    )
    return f'<m:record xsi:type="r:Contact"{ids}>{inner}</m:record>'


def kept(soap, what, internal_id):
    return next(x for x in soap.control("GET", "/state")[what] if x["internalId"] == internal_id)


MARA = (
    '<r:company internalId="501"/><r:firstName>Ines</r:firstName><r:lastName>Novak</r:lastName>'
    "<r:email>ines@acme.example</r:email>"
)
BOOK = (
    "<r:addressbookList><r:addressbook><r:defaultBilling>true</r:defaultBilling><r:addressbookAddress>"
    "<k:country>_unitedStates</k:country><k:addr1>1 Dock St</k:addr1></r:addressbookAddress></r:addressbook>"
    "</r:addressbookList>"
)


def test_a_contact_belongs_to_its_company(soap):
    reply = soap.write("upsert", contact(MARA + BOOK, external_id="streak-contact-1"))
    assert reply.outcomes == [(True, "")]
    made = kept(soap, "contacts", reply.ids[0])
    assert (made["entityId"], made["subsidiary"]["internalId"], made["addressbookList"][0]["label"]) == (
        "Ines Novak",
        "1",
        "1 Dock St",
    )
    shown = soap.get("contact", external_id="streak-contact-1")
    assert shown.one("//r:company/c:name/text()") == "ACME Robotics Inc"


def test_a_name_is_there_once_within_a_company(soap):
    other = MARA.replace("501", "502")
    assert soap.write("addList", contact(MARA), contact(MARA), contact(other)).outcomes == [
        (True, ""),
        (False, "DUP_ENTITY"),
        (True, ""),
    ]


def test_a_contact_without_a_company_needs_name_and_subsidiary(soap):
    reply = soap.write("add", contact("<r:email>x@y.example</r:email>"))
    assert (reply.outcomes, reply.messages) == (
        [(False, "USER_ERROR")],
        ["Please enter value(s) for: Contact, Subsidiary"],
    )


def test_contacts_and_customers_share_external_ids(soap, build):
    soap.write("add", build.customer(external_id="shared"))
    assert soap.write("add", contact(MARA, external_id="SHARED")).outcomes == [(False, "DUP_RCRD")]


@pytest.mark.parametrize(
    ("parent", "code"),
    [
        pytest.param("503", "INVALID_KEY_OR_REF", id="another subsidiary's"),
        pytest.param("999", "INVALID_KEY_OR_REF", id="nobody"),
        pytest.param("501", "", id="a customer of the same subsidiary"),
    ],
)
def test_a_subcustomer_has_a_parent_of_its_subsidiary(soap, build, parent, code):
    reply = soap.write("add", build.customer(f'<r:parent internalId="{parent}"/>'))
    assert reply.outcomes == [(not code, code)]


def test_a_customer_is_not_its_own_ancestor(soap, build):
    child = soap.write("add", build.customer('<r:parent internalId="501"/>')).ids[0]
    loop = build.customer(f'<r:parent internalId="{child}"/>', internal_id="501", name="", subsidiary="")
    assert soap.write("update", loop).outcomes == [(False, "INVALID_KEY_OR_REF")]
    ref = '<m:baseRef xsi:type="c:RecordRef" type="customer" internalId="501"/>'
    assert soap.call(f"<m:delete>{ref}</m:delete>").outcomes == [(False, "CANT_DELETE_CUSTOMER")]


def test_terms_of_the_customer_make_the_due_date(soap, build):
    soap.write(
        "update", build.customer(internal_id="502", name="", subsidiary="", after='<r:terms internalId="2"/>')
    )
    record = (
        '<m:record xsi:type="s:Invoice"><s:entity internalId="502"/>{head}<s:itemList><s:item>'
        '<s:item internalId="201"/><s:quantity>2</s:quantity></s:item></s:itemList></m:record>'
    )
    day = soap.clock().date().replace(day=1).isoformat()
    soap.write("add", record.format(head=f"<s:tranDate>{day}T12:00:00</s:tranDate>"))
    made = soap.control("GET", "/state")["invoices"][-1]
    assert made["terms"]["name"] == "Net 30"
    assert made["dueDate"] > made["tranDate"]


def test_an_inactive_choice_cannot_be_picked(soap, build):
    reply = soap.write("add", build.customer(after='<r:terms internalId="4"/>'))
    assert (reply.outcomes, reply.messages) == (
        [(False, "INVALID_KEY_OR_REF")],
        ["Invalid terms reference key 4 ('Net 7' is inactive)."],
    )


def test_numbered_customers_take_no_name_of_their_own(soap, build):
    soap.settings(features={"auto_numbering": True})
    own = build.customer().replace("<r:companyName>", "<r:entityId>MY-1</r:entityId><r:companyName>")
    assert soap.write("add", own).outcomes == [(False, "INSUFFICIENT_PERMISSION")]
    first, second = soap.write("addList", build.customer(), build.customer()).ids
    assert [kept(soap, "customers", n)["entityId"] for n in (first, second)] == ["CUST1001", "CUST1002"]
    back = build.customer(internal_id=first, subsidiary="").replace(
        "<r:companyName>", "<r:entityId>CUST1001</r:entityId><r:companyName>"
    )
    assert soap.write("update", back).outcomes == [(True, "")]
    soap.settings(allow_number_override=True)
    assert soap.write("addList", own, own).outcomes == [(True, ""), (False, "DUP_ENTITY")]


def test_without_one_world_there_is_no_subsidiary(soap, build):
    soap.settings(features={"one_world": False})
    assert soap.write("add", build.customer()).outcomes == [(False, "INSUFFICIENT_PERMISSION")]
    reply = soap.write("add", build.customer(subsidiary="", external_id="c-1"))
    assert reply.outcomes == [(True, "")]
    assert soap.write("add", build.order(entity='externalId="c-1"')).outcomes == [(True, "")]


def test_without_multi_currency_no_currency_is_sent(soap, build):
    soap.settings(features={"multi_currency": False})
    head = '<s:currency internalId="1"/>'
    assert soap.write("add", build.order(head=head)).outcomes == [(False, "INSUFFICIENT_PERMISSION")]
    ignoring = "<m:preferences><m:ignoreReadOnlyFields>true</m:ignoreReadOnlyFields></m:preferences>"
    assert soap.write("add", build.order(head=head), header=ignoring).outcomes == [(True, "")]


def test_a_contact_outlives_its_company(soap, build):
    company = soap.write("add", build.customer()).ids[0]
    made = soap.write("add", contact(MARA.replace("501", company))).ids[0]
    ref = f'<m:baseRef xsi:type="c:RecordRef" type="customer" internalId="{company}"/>'
    assert soap.call(f"<m:delete>{ref}</m:delete>").outcomes == [(True, "")]
    assert "company" not in kept(soap, "contacts", made)


def test_an_order_with_children_keeps_its_customer(soap, build):
    moved = build.order("", internal_id="8001", entity='internalId="502"')
    assert soap.write("update", moved).outcomes == [(False, "CANT_EDIT_TRAN")]
    free = build.order("", internal_id="8004", entity='internalId="502"')
    assert soap.write("update", free).outcomes == [(True, "")]


def test_a_currency_entry_names_its_currency(soap, build):
    nothing = "<r:currencyList><r:currency><r:balance>1</r:balance></r:currency></r:currencyList>"
    reply = soap.write("add", build.customer(after=nothing))
    assert reply.outcomes == [(False, "INVALID_KEY_OR_REF")]
