"""What NetSuite shows when it is asked."""

from datetime import timedelta

import pytest


def names(reply):
    return [e.text for e in reply.all("//r:companyName")]


def text(field, value, operator="is"):
    return f'<k:{field} operator="{operator}"><c:searchValue>{value}</c:searchValue></k:{field}>'


def date(field, operator, *values):
    inner = "".join(
        f"<c:searchValue{n}>{v}</c:searchValue{n}>" for n, v in zip(("", "2"), values, strict=False)
    )
    return f'<k:{field} operator="{operator}">{inner}</k:{field}>'


def page_size(size, *, body_only="true"):
    return (
        f"<m:searchPreferences><m:bodyFieldsOnly>{body_only}</m:bodyFieldsOnly>"
        f"<m:pageSize>{size}</m:pageSize></m:searchPreferences>"
    )


def test_get_list_answers_each_reference_in_order(soap):
    refs = [
        ("customer", 'internalId="501"'),
        ("customer", 'internalId="8001"'),
        ("vendor", 'externalId="LEGACY-VENDOR-601"'),
        ("serviceSaleItem", 'internalId="201"'),
        ("inventoryItem", 'internalId="201"'),
        ("subsidiary", 'internalId="2"'),
        ("estimate", 'internalId="1"'),
    ]
    body = "".join(f'<m:baseRef xsi:type="c:RecordRef" type="{t}" {k}/>' for t, k in refs)
    reply = soap.call(f"<m:getList>{body}</m:getList>")
    assert reply.outcomes == [
        (True, ""),
        (False, "RCRD_DSNT_EXIST"),
        (True, ""),
        (True, ""),
        (False, "RCRD_DSNT_EXIST"),
        (True, ""),
        (False, "INVALID_RCRD_TYPE"),
    ]
    assert names(reply) == ["ACME Robotics Inc", "Old Vendor GmbH"]


def test_get_shows_sublists(soap):
    reply = soap.call(
        '<m:get><m:baseRef xsi:type="c:RecordRef" type="salesOrder" internalId="8001"/></m:get>'
    )
    assert reply.one("//s:tranId") == "SO1001"
    assert [e.text for e in reply.all("//s:itemList/s:item/s:amount")] == ["25000.00", "2400.00"]


def test_a_custom_list_is_found_by_id_or_script_id(soap):
    for ref in (
        '<m:baseRef xsi:type="c:RecordRef" type="customList" internalId="31"/>',
        '<m:baseRef xsi:type="c:CustomizationRef" type="customList" scriptId="customlist_tier"/>',
    ):
        reply = soap.call(f"<m:get>{ref}</m:get>")
        values = reply.all("//*[local-name()='customValue']/*[local-name()='value']")
        assert [v.text for v in values] == ["Gold", "Silver", "Bronze"]


def test_get_all_lists_the_currencies(soap):
    reply = soap.call('<m:getAll><m:record recordType="currency"/></m:getAll>')
    assert [e.text for e in reply.all("//a:symbol")] == ["USD", "GBP", "CAD", "EUR"]


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (text("companyName", "acme robotics inc"), ["ACME Robotics Inc"]),
        (text("companyName", "delta", "startsWith"), ["Delta Foods", "Delta Foods Ltd"]),
        (text("companyName", "FOODS L", "contains"), ["Delta Foods Ltd"]),
        (text("email", "AP@acme.example"), ["ACME Robotics Inc"]),
        (text("entityId", "Eclair Patisserie"), ["Eclair Patisserie"]),
        ("<k:isInactive><c:searchValue>true</c:searchValue></k:isInactive>", ["Copperline Tools"]),
        (
            text("companyName", "o", "contains")
            + "<k:isInactive><c:searchValue>false</c:searchValue></k:isInactive>",
            ["ACME Robotics Inc", "Delta Foods", "Delta Foods Ltd"],
        ),
        (
            '<k:internalId operator="anyOf">'
            + "".join(f'<c:searchValue internalId="{n}"/>' for n in (503, 501))
            + "</k:internalId>",
            ["ACME Robotics Inc", "Delta Foods Ltd"],
        ),
        (
            '<k:subsidiary operator="anyOf"><c:searchValue internalId="2"/></k:subsidiary>',
            ["Delta Foods Ltd", "Eclair Patisserie"],
        ),
        (date("lastModifiedDate", "onOrAfter", "2030-01-01T00:00:00Z"), []),
    ],
)
def test_customers_are_searched(soap, criteria, found):
    reply = soap.search("r:Customer", criteria)
    assert names(reply) == found
    assert reply.one("//c:totalRecords") == str(len(found))


def test_what_changed_in_a_window_is_found(soap, running, build):
    soap.write("upsert", build.customer(external_id="Cust-1"))
    changed = running.clock()
    running.clock.shift += timedelta(hours=1)
    soap.write("upsert", build.customer(external_id="cust-2", name="Later"))
    window = (f"{changed - timedelta(minutes=1):%FT%TZ}", f"{changed + timedelta(minutes=1):%FT%TZ}")
    assert names(soap.search("r:Customer", date("lastModifiedDate", "within", *window))) == [
        "Blue Harbor Logistics"
    ]
    by_id = '<k:externalId operator="anyOf"><c:searchValue externalId="CUST-1"/></k:externalId>'
    assert names(soap.search("r:Customer", by_id)) == ["Blue Harbor Logistics"]


def test_items_are_searched_by_name(soap):
    reply = soap.search("a:Item", text("itemId", "atlas arm"))
    assert [e.text for e in reply.all("//a:itemId")] == ["Atlas Arm"]
    services = soap.search(
        "a:Item", '<k:type operator="anyOf"><c:searchValue>_service</c:searchValue></k:type>'
    )
    assert [e.text for e in services.all("//a:itemId")] == ["Install Service", "Care Plan"]


def test_orders_are_searched(soap, build):
    custom = build.text("custbody_streak_box", "box-77")
    soap.write("upsert", build.order(external_id="so-77", custom=custom))
    of_type = '<k:type operator="anyOf"><c:searchValue>_salesOrder</c:searchValue></k:type>'
    by_customer = '<k:entity operator="anyOf"><c:searchValue internalId="504"/></k:entity>' + of_type
    by_box = (
        '<k:customFieldList><c:customField xsi:type="c:SearchStringCustomField" operator="is" '
        'scriptId="custbody_streak_box"><c:searchValue>box-77</c:searchValue></c:customField>'
        "</k:customFieldList>"
    )
    by_id = '<k:externalId operator="anyOf"><c:searchValue externalId="SO-77"/></k:externalId>'
    by_status = '<k:status operator="anyOf"><c:searchValue>_salesOrderBilled</c:searchValue></k:status>'
    found = [
        [e.text for e in soap.search("s:Transaction", criteria).all("//s:tranId")]
        for criteria in (of_type, by_customer, by_box, by_id, by_status)
    ]
    assert found == [
        ["SO1001", "SO1002", "SO1003", "SO1004", "SO1005", "SO1006"],
        ["SO1003"],
        ["SO1006"],
        ["SO1006"],
        ["SO1001", "SO1002"],
    ]


def test_sublists_are_left_out_of_searches_by_default(soap):
    lean = soap.search("r:Customer", text("companyName", "ACME Robotics Inc"))
    full = soap.search(
        "r:Customer",
        text("companyName", "ACME Robotics Inc"),
        header=page_size(10, body_only="false"),
    )
    assert (len(lean.all("//r:addressbook")), len(full.all("//r:addressbook"))) == (0, 1)


def test_a_direct_and_an_advanced_search_find_the_same(soap):
    basic = f'<m:searchRecord xsi:type="k:CustomerSearchBasic">{text("email", "ap@acme.example")}</m:searchRecord>'
    advanced = (
        '<m:searchRecord xsi:type="r:CustomerSearchAdvanced"><r:criteria><r:basic>'
        f"{text('email', 'ap@acme.example')}</r:basic></r:criteria></m:searchRecord>"
    )
    for record in (basic, advanced):
        assert names(soap.call(f"<m:search>{record}</m:search>")) == ["ACME Robotics Inc"]


def test_pages_are_fetched_one_by_one(soap, running):
    soap.control("POST", "/customers/bulk", {"count": 12, "prefix": "Bulk"})
    first = soap.search("r:Customer", text("companyName", "Bulk", "startsWith"), header=page_size(5))
    search_id = first.one("//c:searchId")
    assert [first.one(f"//c:{n}") for n in ("totalRecords", "totalPages", "pageIndex")] == ["12", "3", "1"]
    more = (
        f"<m:searchMoreWithId><m:searchId>{search_id}</m:searchId><m:pageIndex>{{}}</m:pageIndex>"
        "</m:searchMoreWithId>"
    )
    third = soap.call(more.format(3))
    assert names(third) == ["Bulk 00011", "Bulk 00012"]
    assert soap.call(more.format(4)).one("//c:code") == "INVALID_SEARCH_PAGE_INDEX"
    running.clock.shift += timedelta(minutes=16)
    assert soap.call(more.format(2)).one("//c:code") == "INVALID_JOB_ID"


@pytest.mark.parametrize("size", [4, 1001])
def test_a_page_size_out_of_bounds_fails_the_search(soap, size):
    reply = soap.search("r:Customer", "", header=page_size(size))
    assert reply.one("//c:code") == "INVALID_SEARCH_PAGE_SIZE"


def test_an_operator_that_makes_no_sense_fails_the_search(soap):
    assert soap.search("r:Customer", "<k:email/>").one("//c:code") == "INVALID_SEARCH_OPERATOR"


def test_a_touched_order_shows_its_change(soap, running):
    running.clock.shift += timedelta(hours=2)
    shown = soap.control("POST", "/orders/8004/touch", {"orderStatus": "_fullyBilled", "memo": "paid"})
    assert (shown["orderStatus"], shown["memo"], shown["status"]) == ("_fullyBilled", "paid", "Billed")
    since = date("lastModifiedDate", "onOrAfter", f"{running.clock() - timedelta(minutes=1):%FT%TZ}")
    assert [e.text for e in soap.search("s:Transaction", since).all("//s:tranId")] == ["SO1004"]
