"""What NetSuite does with sales orders that are sent to it."""

import pytest


def order_state(soap, internal_id="8006"):
    state = soap.control("GET", "/state")
    return next(o for o in state["orders"] if o["internalId"] == internal_id)


def test_an_order_is_numbered_and_added_up_exactly(soap, build):
    lines = build.line(quantity="3", rate="0.10") + build.line("201", quantity="1.5", rate="19.99")
    reply = soap.write("add", build.order(lines, external_id="so-1"))
    assert (reply.outcomes, reply.ids) == ([(True, "")], ["8006"])
    kept = order_state(soap)
    assert (kept["tranId"], kept["total"], kept["subTotal"]) == ("SO1006", "30.29", "30.29")
    assert [(x["line"], x["amount"]) for x in kept["itemList"]] == [(1, "0.30"), (2, "29.99")]
    assert kept["currency"]["internalId"] == "1"
    assert kept["subsidiary"]["internalId"] == "1"
    assert kept["orderStatus"] == "_pendingFulfillment"
    assert kept["billingAddress"]["city"] == "Pittsburgh"


def test_a_base_price_comes_from_the_item(soap, build):
    soap.write("add", build.order(build.line(price="1", rate="1.00", quantity="2")))
    line = order_state(soap)["itemList"][0]
    assert (line["rate"], line["amount"], line["price"]["name"]) == ("12500.00", "25000.00", "Base Price")


def test_shipping_cost_joins_the_total(soap, build):
    soap.write("add", build.order(head="<s:shippingCost>12.5</s:shippingCost>"))
    assert order_state(soap)["total"] == "212.50"


def test_the_tax_of_the_lines_codes_joins_the_total(soap, build):
    taxed = build.line(rate="33.33", quantity="1", after='<s:taxCode internalId="304"/>')
    free = build.line("201", after='<s:taxCode internalId="-7"/>')
    soap.write("add", build.order(taxed + taxed + free))
    kept = order_state(soap)
    assert (kept["subTotal"], kept["taxTotal"], kept["total"]) == ("266.66", "4.66", "271.32")
    assert [line.get("tax1Amt") for line in kept["itemList"]] == ["2.33", "2.33", None]


def test_a_transactions_own_tax_is_for_the_lines_that_are_taxable(soap, build):
    lines = build.line(after="<s:isTaxable>true</s:isTaxable>") + build.line("201")
    head = '<s:taxItem internalId="304"/><s:shippingCost>10</s:shippingCost><s:shippingTaxCode internalId="304"/>'
    assert soap.write("add", build.order(lines, head=head)).outcomes == [(True, "")]
    kept = order_state(soap)
    assert (kept["taxRate"], kept["taxTotal"], kept["total"]) == ("7.00", "14.70", "424.70")


def test_an_account_with_suite_tax_reckons_none_here(soap, build):
    soap.write("add", build.order(build.line(after='<s:taxCode internalId="304"/>')))
    soap.settings(features={"suite_tax": True})
    soap.write("update", '<m:record xsi:type="s:SalesOrder" internalId="8006"><s:memo>x</s:memo></m:record>')
    assert order_state(soap)["total"] == "200.00"


def test_missing_values_are_listed_all_at_once(soap, build):
    assert soap.write("add", build.order("", entity="")).messages == [
        "Please enter value(s) for: Customer, Item"
    ]
    no_item = build.line("")
    no_rate = build.line(rate="")
    assert soap.write("add", build.order(no_item + no_rate, entity="")).messages == [
        "Please enter value(s) for: Customer, Item, Rate"
    ]
    soap.settings(form_required={"salesOrder": ["memo", "location", "otherRefNum"]})
    assert soap.write("add", build.order()).messages == ["Please enter value(s) for: Memo, Location, PO #"]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        pytest.param(
            {"entity": 'externalId="nobody"'}, "Invalid entity reference key nobody.", id="unknown customer"
        ),
        pytest.param(
            {"entity": 'internalId="601"'}, "Invalid entity reference key 601.", id="vendor as customer"
        ),
        pytest.param(
            {"entity": 'internalId="505"'},
            "Invalid entity reference key 505 (the customer 'Copperline Tools' is inactive).",
            id="inactive customer",
        ),
        pytest.param(
            {"head": '<s:currency internalId="4"/>'},
            "Invalid currency reference key 4 for entity 501.",
            id="currency the customer lacks",
        ),
        pytest.param(
            {"head": '<s:currency internalId="77"/>'},
            "Invalid currency reference key 77.",
            id="unknown currency",
        ),
        pytest.param(
            {"head": '<s:subsidiary internalId="2"/>'},
            "Invalid subsidiary reference key 2 for entity 501.",
            id="other subsidiary",
        ),
        pytest.param(
            {"head": '<s:billAddressList internalId="9"/>'},
            "Invalid billAddressList reference key 9 for entity 501.",
            id="address of nobody",
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(soap, build, order, message):
    reply = soap.write("addList", build.order(**order))
    assert (reply.outcomes, reply.messages) == ([(False, "INVALID_KEY_OR_REF")], [message])
    assert soap.control("GET", "/state")["totals"]["orders"] == 5


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("999", "Invalid item reference key 999."),
        ("109", "Invalid item reference key 109 (the item 'Legacy Gripper' is inactive)."),
    ],
)
def test_an_item_that_cannot_be_sold_is_named(soap, build, item, message):
    assert soap.write("add", build.order(build.line(item))).messages == [message]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        pytest.param("text:custbody_nope:x", "INVALID_CSTM_FIELD_REF", id="unknown field"),
        pytest.param("text:custentity_streak_org:x", "INVALID_CSTM_FIELD_REF", id="field of another record"),
        pytest.param("text:custbody_competitors:three", "INVALID_FLD_VALUE", id="text for an integer"),
        pytest.param("text:custbody_deal_size:1.5", "INVALID_FLD_VALUE", id="text for a decimal"),
        pytest.param("text:custbody_requested_ship:2026-01-01", "INVALID_FLD_VALUE", id="text for a date"),
        pytest.param("text:custbody_streak_tier:Gold", "INVALID_FLD_VALUE", id="text for a choice"),
        pytest.param(
            f"text:custbody_streak_box:{'x' * 301}", "EXCEEDED_MAX_FIELD_LENGTH", id="text too long"
        ),
        pytest.param("select:custbody_streak_tier:9", "INVALID_KEY_OR_REF", id="unknown choice"),
        pytest.param("select:custbody_streak_tier:", "INVALID_KEY_OR_REF", id="choice without id"),
    ],
)
def test_a_custom_field_that_does_not_fit_is_named(soap, build, field, code):
    how, script_id, value = field.split(":")
    made = (
        build.text(script_id, value)
        if how == "text"
        else build.custom("Select", script_id, f'<c:value internalId="{value}"/>')
    )
    reply = soap.write("add", build.order(custom=made))
    assert reply.outcomes == [(False, code)]
    assert script_id in reply.messages[0]


def test_custom_fields_come_back_as_they_were_sent(soap, build):
    custom = "".join(
        [
            build.text("custbody_streak_box", "box &amp; co"),
            build.custom("Select", "custbody_streak_tier", '<c:value internalId="2"/>'),
            build.custom(
                "MultiSelect",
                "custbody_streak_labels",
                '<c:value internalId="1"/><c:value internalId="3"/>',
            ),
            build.custom("Long", "custbody_competitors", "<c:value>3</c:value>"),
            build.custom("Double", "custbody_deal_size", "<c:value>12500.1</c:value>"),
            build.custom("Date", "custbody_requested_ship", "<c:value>2026-07-01T00:00:00-07:00</c:value>"),
        ]
    )
    assert soap.write("upsert", build.order(external_id="so-1", custom=custom)).outcomes == [(True, "")]
    reply = soap.get("salesOrder", external_id="SO-1")
    shown = {
        f.get("scriptId"): (
            f.get("{http://www.w3.org/2001/XMLSchema-instance}type"),
            [v.get("internalId") or v.text for v in f],
        )
        for f in reply.all("//s:customFieldList/c:customField")
    }
    assert shown == {
        "custbody_streak_box": ("core:StringCustomFieldRef", ["box & co"]),
        "custbody_streak_tier": ("core:SelectCustomFieldRef", ["2"]),
        "custbody_streak_labels": ("core:MultiSelectCustomFieldRef", ["1", "3"]),
        "custbody_competitors": ("core:LongCustomFieldRef", ["3"]),
        "custbody_deal_size": ("core:DoubleCustomFieldRef", ["12500.1"]),
        "custbody_requested_ship": ("core:DateCustomFieldRef", ["2026-07-01T00:00:00.000-07:00"]),
        "custbody_rush_order": ("core:BooleanCustomFieldRef", ["false"]),
    }


def test_lines_are_replaced_unless_told_otherwise(soap, build):
    soap.write("upsert", build.order(build.line() + build.line("102"), external_id="so"))
    soap.write("upsert", build.order(build.line("201", quantity="1"), external_id="so"))
    (line,) = order_state(soap)["itemList"]
    assert (line["item"]["internalId"], line["description"]) == ("201", "Installation, per hour")
    second = build.line("202", quantity="1")
    soap.write("upsert", build.order(second, external_id="so", replace_all="false"))
    first_changed = "<s:item><s:quantity>5</s:quantity><s:line>1</s:line></s:item>"
    soap.write("upsert", build.order(first_changed, external_id="so", replace_all="false"))
    kept = order_state(soap)
    assert [(x["line"], x["item"]["internalId"], x["amount"]) for x in kept["itemList"]] == [
        (1, "201", "500.00"),
        (2, "202", "100.00"),
    ]
    assert kept["total"] == "600.00"


def test_an_update_without_lines_keeps_them(soap, build):
    soap.write("upsert", build.order(external_id="so"))
    soap.write("upsert", build.order("", external_id="so", head="<s:memo>later</s:memo>"))
    assert (order_state(soap)["memo"], order_state(soap)["total"]) == ("later", "200.00")


def test_a_customer_and_its_order_may_travel_in_one_list(soap, build):
    reply = soap.write(
        "addList",
        build.customer(external_id="cust-1"),
        build.order(external_id="so-1", entity='externalId="cust-1"'),
    )
    assert reply.outcomes == [(True, ""), (True, "")]
    assert soap.control("GET", "/state")["customers"][-1]["stage"] == "_customer"


@pytest.mark.parametrize(
    "line",
    [
        {"rate": "free"},
        {"rate": "NaN"},
        {"rate": "1E400"},
        {"quantity": "INF"},
        {"rate": "1E14", "quantity": "99"},
    ],
    ids=lambda line: "-".join(line.values()),
)
def test_a_number_no_amount_can_be_is_refused(soap, build, line):
    reply = soap.write("add", build.order(build.line(**line)))
    assert reply.outcomes == [(False, "INVALID_FLD_VALUE")]


def test_an_amount_without_a_rate_makes_the_rate(soap, build):
    amount = "<s:amount>99.99</s:amount>"
    soap.write("add", build.order(build.line(quantity="3", price="", rate="", after=amount)))
    (line,) = order_state(soap)["itemList"]
    assert (line["rate"], line["amount"], line["price"]["name"]) == ("33.33", "99.99", "Custom")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "2026-01-01T24:00:00Z"])
def test_a_date_out_of_this_world_gets_a_fault(soap, build, date):
    assert soap.write("add", build.order(head=f"<s:tranDate>{date}</s:tranDate>")).fault == ("", "")


def test_a_new_order_cannot_be_billed_already(soap, build):
    reply = soap.write("add", build.order(head="<s:orderStatus>_fullyBilled</s:orderStatus>"))
    assert reply.outcomes == [(False, "INVALID_FLD_VALUE")]


@pytest.mark.parametrize(
    ("zone", "sent", "day", "shown"),
    [
        ("America/Los_Angeles", "2026-01-15T00:00:00-08:00", "2026-01-15", "2026-01-15T00:00:00.000-08:00"),
        ("America/Los_Angeles", "2026-07-15T00:00:00Z", "2026-07-14", "2026-07-14T00:00:00.000-07:00"),
        ("America/Los_Angeles", "2026-01-15T00:00:00", "2026-01-15", "2026-01-15T00:00:00.000-08:00"),
        ("Europe/Berlin", "2026-01-15T00:00:00-08:00", "2026-01-15", "2026-01-14T15:00:00.000-08:00"),
        ("Europe/Berlin", "2026-01-15T23:00:00Z", "2026-01-16", "2026-01-15T15:00:00.000-08:00"),
    ],
    ids=["midnight Pacific", "midnight UTC is the day before", "no zone is Pacific", "Berlin", "Berlin late"],
)
def test_a_date_is_the_day_in_the_users_zone(soap, build, zone, sent, day, shown):
    soap.settings(user_time_zone=zone)
    soap.write("add", build.order(head=f"<s:tranDate>{sent}</s:tranDate>"))
    assert order_state(soap)["tranDate"] == day
    assert soap.get("salesOrder", "8006").one("//s:tranDate") == shown


def test_orders_have_their_own_external_ids(soap, build):
    assert soap.write("add", build.customer(external_id="same")).outcomes == [(True, "")]
    assert soap.write("add", build.order(external_id="same")).outcomes == [(True, "")]
    again = soap.write("add", build.order(external_id="SAME"))
    assert again.messages == ["This transaction already exists."]
