"""Joined, advanced and saved searches, and searches over many records."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from streak_netsuite.sandbox.netsuite.values import Record, Ref

TYPES = {"Customer": "r", "Contact": "r", "Transaction": "s", "Item": "a", "CustomRecord": "z"}
ORDERS = '<k:type operator="anyOf"><c:searchValue>_salesOrder</c:searchValue></k:type>'


def texts(reply, name):
    return [e.text for e in reply.all(f"//*[local-name()='{name}']")]


def text(field, value, operator="is"):
    return f'<k:{field} operator="{operator}"><c:searchValue>{value}</c:searchValue></k:{field}>'


def any_of(field, *ids):
    values = "".join(f'<c:searchValue internalId="{i}"/>' for i in ids)
    return f'<k:{field} operator="anyOf">{values}</k:{field}>'


def main_line(*, on):
    return f"<k:mainLine><c:searchValue>{str(on).lower()}</c:searchValue></k:mainLine>"


def join_of(subject, inner):
    p = TYPES[subject]
    return f'<m:search><m:searchRecord xsi:type="{p}:{subject}Search">{inner}</m:searchRecord></m:search>'


def advanced(subject, criteria="", columns=None, *, joins="", joined="", saved=""):
    """An advanced search: criteria and columns of the basic part, joins and joined columns as XML."""
    p = TYPES[subject]
    wanted = ""
    if columns is not None:
        basic = "".join(c if c.startswith("<") else f"<k:{c}/>" for c in columns)
        wanted = f"<{p}:columns><{p}:basic>{basic}</{p}:basic>{joined}</{p}:columns>"
    asked = f"<{p}:criteria><{p}:basic>{criteria}</{p}:basic>{joins}</{p}:criteria>"
    return (
        f'<m:search><m:searchRecord xsi:type="{p}:{subject}SearchAdvanced"{saved}>'
        f"{asked}{wanted}</m:searchRecord></m:search>"
    )


def rows(reply, *names):
    """The values of every row's basic columns, as text or internal id."""
    found = []
    for row in reply.all("//c:searchRow"):
        values = [row.find(f"./*[1]/{{*}}{n}/{{*}}searchValue") for n in names]
        found.append(tuple(None if v is None else v.text or v.get("internalId") for v in values))
    return found


# --- joined ---


def test_orders_are_found_by_their_customer_and_item(soap):
    by_customer = '<s:customerJoin><k:email operator="is"><c:searchValue>ap@acme.example</c:searchValue></k:email></s:customerJoin>'
    by_item = f"<s:itemJoin>{text('itemId', 'Care Plan')}</s:itemJoin>"
    for inner, found in (
        (f"<s:basic>{ORDERS}</s:basic>{by_customer}", ["SO1001", "SO1004"]),
        (f"<s:basic>{ORDERS}</s:basic>{by_item}", ["SO1003", "SO1004"]),
        (f"<s:basic>{ORDERS}</s:basic>{by_customer}{by_item}", ["SO1004"]),
    ):
        assert texts(soap.call(join_of("Transaction", inner)), "tranId") == found


def test_customers_are_found_by_their_transactions(soap):
    inner = f"<r:transactionJoin>{text('otherRefNum', 'DF-204', 'equalTo')}</r:transactionJoin>"
    assert texts(soap.call(join_of("Customer", inner)), "companyName") == ["Delta Foods"]


def test_customers_are_found_by_what_they_ordered(soap):
    inner = f"<r:transactionJoin>{any_of('item', 103)}</r:transactionJoin>"
    assert texts(soap.call(join_of("Customer", inner)), "companyName") == ["Eclair Patisserie"]


# --- rows and columns ---


def test_columns_come_as_typed_values_with_their_labels(soap):
    columns = [
        "<k:creditLimit><c:customLabel>limit</c:customLabel></k:creditLimit>",
        "<k:companyName><c:customLabel>who</c:customLabel></k:companyName>",
        "dateCreated",
        "internalId",
        "isInactive",
        "stage",
        "subsidiary",
    ]
    columns = sorted(columns, key=lambda c: c.removeprefix("<k:"))
    reply = soap.call(advanced("Customer", any_of("internalId", 501), columns))
    assert rows(reply, "companyName", "internalId", "isInactive", "stage", "subsidiary") == [
        ("ACME Robotics Inc", "501", "false", "_customer", "1")
    ]
    assert reply.one("//k:companyName/c:customLabel") == "who"
    assert reply.one("//c:searchRow/@xsi:type") == "relationships:CustomerSearchRow"
    assert reply.all("//c:recordList") == []


def test_a_row_per_line_shows_item_quantity_and_amount(soap):
    columns = ["amount", "item", "line", "quantity", "tranId"]
    lines = soap.call(advanced("Transaction", any_of("internalId", 8001) + main_line(on=False), columns))
    assert rows(lines, "tranId", "line", "item", "quantity", "amount") == [
        ("SO1001", "1", "101", "2.0", "25000.00"),
        ("SO1001", "2", "201", "16.0", "2400.00"),
    ]
    main = soap.call(advanced("Transaction", any_of("internalId", 8001) + main_line(on=True), columns))
    ((tran_id, line, item, _quantity, amount),) = rows(main, "tranId", "line", "item", "quantity", "amount")
    assert (tran_id, line, item, Decimal(amount) >= 27400) == ("SO1001", None, None, True)
    both = soap.call(advanced("Transaction", any_of("internalId", 8001), columns))
    assert texts(both, "totalRecords") == ["3"]


def test_a_status_column_shows_the_records_own_word(soap):
    wanted = any_of("internalId", 8001, 8003, 8004) + main_line(on=True)
    reply = soap.call(advanced("Transaction", wanted, ["recordType", "status", "type"]))
    assert rows(reply, "recordType", "status", "type") == [
        ("salesorder", "fullyBilled", "_salesOrder"),
        ("salesorder", "pendingBilling", "_salesOrder"),
        ("salesorder", "pendingFulfillment", "_salesOrder"),
    ]


def test_lines_are_found_by_their_item(soap):
    wanted = any_of("item", 202) + ORDERS
    found = soap.call(advanced("Transaction", wanted, ["line", "tranId"]))
    assert rows(found, "tranId", "line") == [("SO1003", "2"), ("SO1004", "2")]
    assert texts(soap.search("s:Transaction", any_of("item", 202) + ORDERS), "tranId") == ["SO1003", "SO1004"]


def test_a_record_is_found_once_however_many_lines_fit(soap):
    assert texts(
        soap.search("s:Transaction", any_of("internalId", 8001) + main_line(on=False)), "tranId"
    ) == ["SO1001"]


def test_columns_come_from_joined_records(soap):
    joined = (
        "<s:customerJoin><k:email/></s:customerJoin>" + "<s:itemJoin><k:displayName/><k:type/></s:itemJoin>"
    )
    reply = soap.call(
        advanced(
            "Transaction",
            any_of("internalId", 8004) + main_line(on=False),
            ["tranId"],
            joined=joined,
        )
    )
    assert [e.text for e in reply.all("//s:customerJoin/k:email/c:searchValue")] == ["ap@acme.example"] * 2
    assert [e.text for e in reply.all("//s:itemJoin/k:type/c:searchValue")] == ["_inventoryItem", "_service"]


def test_what_a_transaction_was_made_from_is_joined(soap):
    of_type = '<k:type operator="anyOf"><c:searchValue>_invoice</c:searchValue></k:type>'
    reply = soap.call(
        advanced(
            "Transaction",
            main_line(on=True) + of_type,
            ["tranId"],
            joins=f"<s:createdFromJoin>{any_of('internalId', 8001)}</s:createdFromJoin>",
            joined="<s:createdFromJoin><k:otherRefNum/></s:createdFromJoin>",
        )
    )
    assert texts(reply, "totalRecords") == ["1"]
    assert reply.one("//s:createdFromJoin/k:otherRefNum/c:searchValue") == "PO-1180"


def test_custom_columns_are_named_by_script_id(soap, build):
    custom = build.text("custbody_streak_box", "box-77")
    soap.write("upsert", build.order(external_id="so-77", custom=custom))
    column = (
        '<k:customFieldList><c:customField xsi:type="c:SearchColumnStringCustomField" '
        'scriptId="custbody_streak_box"><c:customLabel>box</c:customLabel></c:customField></k:customFieldList>'
    )
    reply = soap.call(
        advanced("Transaction", main_line(on=True) + text("tranId", "SO1006"), ["tranId", column])
    )
    path = "//k:customFieldList/c:customField[@scriptId='custbody_streak_box']"
    assert reply.one(f"{path}/c:searchValue") == "box-77"
    assert reply.one(f"{path}/c:customLabel") == "box"
    unknown = column.replace("custbody_streak_box", "custbody_nobody")
    assert (
        soap.call(advanced("Transaction", "", ["tranId", unknown])).one("//c:code")
        == "INVALID_SEARCH_FIELD_OBJ"
    )


def test_whole_records_come_when_columns_are_not_wanted(soap):
    header = "<m:searchPreferences><m:returnSearchColumns>false</m:returnSearchColumns></m:searchPreferences>"
    reply = soap.call(advanced("Customer", any_of("internalId", 501), ["email"]), header=header)
    assert texts(reply, "companyName") == ["ACME Robotics Inc"]
    assert reply.all("//c:searchRowList") == []


@pytest.mark.parametrize("body_only", ["true", "false"])
def test_an_advanced_search_ignores_body_fields_only(soap, body_only):
    header = f"<m:searchPreferences><m:bodyFieldsOnly>{body_only}</m:bodyFieldsOnly></m:searchPreferences>"
    reply = soap.call(advanced("Customer", any_of("internalId", 501)), header=header)
    assert (texts(reply, "companyName"), reply.all("//r:addressbook")) == (["ACME Robotics Inc"], [])


# --- saved searches ---


def saved_searches(soap, subject):
    reply = soap.call(f'<m:getSavedSearch><m:record searchType="{subject}"/></m:getSavedSearch>')
    return {r.get("internalId"): r.findtext("{*}name") for r in reply.all("//c:recordRef")}


@pytest.mark.parametrize("subject", ["customer", "contact", "item", "transaction", "customRecord"])
def test_every_searched_type_has_saved_searches(soap, subject):
    assert saved_searches(soap, subject)


def test_a_saved_search_brings_its_criteria_and_columns(soap):
    by_id = soap.call(advanced("Customer", saved=' savedSearchId="901"'))
    by_script = soap.call(advanced("Customer", saved=' savedSearchScriptId="customsearch_active_customers"'))
    assert rows(by_id, "entityId") == rows(by_script, "entityId")
    assert "Copperline Tools" not in texts(by_id, "searchValue")
    assert len(rows(by_id, "entityId")) == 4


def test_sent_criteria_narrow_a_saved_search_and_sent_columns_replace_its_own(soap):
    reply = soap.call(
        advanced("Customer", text("email", "ap@acme.example"), ["email"], saved=' savedSearchId="901"')
    )
    assert rows(reply, "email", "entityId") == [("ap@acme.example", None)]


@pytest.mark.parametrize(
    ("subject", "saved", "code"),
    [
        ("Customer", "999", "INVALID_SAVEDSEARCH"),
        ("Customer", "902", "INVALID_SAVEDSEARCH"),
        ("Transaction", "907", "INVALID_SUMMARY_SRCH"),
    ],
)
def test_a_saved_search_that_does_not_fit_is_refused(soap, subject, saved, code):
    reply = soap.call(advanced(subject, saved=f' savedSearchId="{saved}"'))
    assert reply.one("//c:code") == code


# --- operators ---


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (
            '<k:internalIdNumber operator="greaterThan"><c:searchValue>503</c:searchValue></k:internalIdNumber>',
            2,
        ),
        (
            (
                '<k:internalIdNumber operator="between"><c:searchValue>502</c:searchValue>'
                "<c:searchValue2>504</c:searchValue2></k:internalIdNumber>"
            ),
            3,
        ),
        (
            '<k:internalIdNumber operator="notGreaterThan"><c:searchValue>503</c:searchValue></k:internalIdNumber>',
            3,
        ),
        (
            '<k:internalIdNumber operator="lessThan"><c:searchValue>503</c:searchValue></k:internalIdNumber>',
            2,
        ),
        ('<k:creditLimit operator="empty"/>', 5),
        ('<k:email operator="notEmpty"/>', 5),
        ('<k:companyName operator="hasKeywords"><c:searchValue>foods ltd</c:searchValue></k:companyName>', 1),
        (any_of("subsidiary", 2).replace("anyOf", "noneOf"), 3),
    ],
)
def test_operators_mean_what_they_say(soap, criterion, found):
    assert soap.search("r:Customer", criterion).one("//c:totalRecords") == str(found)


def test_changes_are_searched_in_every_kind(soap, running, build):
    running.clock.shift += timedelta(hours=3)
    soap.write("add", build.order(external_id="late"))
    since = f"{running.clock() - timedelta(minutes=1):%FT%TZ}"
    changed = f'<k:lastModifiedDate operator="onOrAfter"><c:searchValue>{since}</c:searchValue></k:lastModifiedDate>'
    assert texts(soap.search("s:Transaction", changed), "tranId") == ["SO1006"]
    assert soap.search("a:Item", changed).one("//c:totalRecords") == "0"


# --- many records ---


def put_customers(store, count, at):
    for number in range(count):
        store.put(
            Record(
                kind="customer",
                internal_id=str(200_000 + number),
                external_id="",
                created_at=at,
                modified_at=at + timedelta(seconds=number),
                fields={
                    "entityId": f"Many {number}",
                    "subsidiary": Ref(internal_id="1"),
                    "isInactive": False,
                },
            )
        )


def test_a_window_costs_the_window_and_a_page_the_page(soap, running):
    store, at = running.sandbox.store, running.clock()
    put_customers(store, 20_000, at)
    windows = [
        '<k:internalIdNumber operator="greaterThan"><c:searchValue>219980</c:searchValue></k:internalIdNumber>',
        f'<k:lastModifiedDate operator="after"><c:searchValue>{at + timedelta(seconds=19_979):%FT%TZ}</c:searchValue></k:lastModifiedDate>',
    ]
    for window in windows:
        soap.search("r:Customer", window)
        began = time.process_time()
        assert int(soap.search("r:Customer", window).one("//c:totalRecords")) in range(15, 25)
        assert time.process_time() - began < 0.05
    header = "<m:searchPreferences><m:pageSize>5</m:pageSize></m:searchPreferences>"
    first = soap.search("r:Customer", "", header=header)
    more = (
        f"<m:searchMoreWithId><m:searchId>{first.one('//c:searchId')}</m:searchId>"
        "<m:pageIndex>4000</m:pageIndex></m:searchMoreWithId>"
    )
    began = time.process_time()
    assert len(soap.call(more).all("//c:record")) == 5
    assert time.process_time() - began < 0.05


# --- custom records ---

Z = 'xmlns:z="urn:customization_2025_2.setup.webservices.netsuite.com"'


def test_custom_records_are_read_and_searched_by_type_field_and_column(soap, running):
    type_id = next(
        r.internal_id
        for r in running.sandbox.store.all("customRecordType")
        if r.fields["scriptId"] == "customrecord_install_site"
    )
    fields = (
        '<z:customFieldList><c:customField xsi:type="c:LongCustomFieldRef" scriptId="custrecord_site_floors">'
        "<c:value>{}</c:value></c:customField></z:customFieldList>"
    )
    added = soap.write(
        "addList",
        *(
            f'<m:record {Z} xsi:type="z:CustomRecord"><z:name>Site {n}</z:name>'
            f'<z:recType internalId="{type_id}"/>{fields.format(n)}</m:record>'
            for n in (1, 2, 3)
        ),
    )
    assert added.outcomes == [(True, "")] * 3
    of_type, of_another = (
        soap.call(
            f'<m:get><m:baseRef xsi:type="c:CustomRecordRef" typeId="{t}" internalId="{added.ids[0]}"/></m:get>'
        )
        for t in (type_id, "999")
    )
    assert (of_type.outcomes, of_another.outcomes) == ([(True, "")], [(False, "RCRD_DSNT_EXIST")])
    criterion = (
        f'<k:recType internalId="{type_id}"/><k:customFieldList><c:customField operator="greaterThan" '
        'xsi:type="c:SearchLongCustomField" scriptId="custrecord_site_floors"><c:searchValue>1</c:searchValue>'
        "</c:customField></k:customFieldList>"
    )
    columns = [
        f'<k:recType internalId="{type_id}"/>',
        "name",
        (
            '<k:customFieldList><c:customField xsi:type="c:SearchColumnLongCustomField" '
            'scriptId="custrecord_site_floors"/></k:customFieldList>'
        ),
    ]
    wanted = advanced("CustomRecord", criterion, columns)
    reply = soap.call(wanted.replace("<m:search>", f"<m:search {Z}>"))
    assert rows(reply, "name") == [("Site 2",), ("Site 3",)]
    assert [e.text for e in reply.all("//k:customFieldList/c:customField/c:searchValue")] == ["2", "3"]
