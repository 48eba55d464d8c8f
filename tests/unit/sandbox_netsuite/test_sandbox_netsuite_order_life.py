"""An order on its way: fulfilments, invoices, and the status they make."""

from datetime import timedelta

import pytest

PARTIAL = """
<m:initialize><m:initializeRecord><c:type>{target}</c:type>
<c:reference internalId="{source}" type="{kind}"/></m:initializeRecord></m:initialize>"""


def initialize(soap, target, source, kind="salesOrder"):
    return soap.call(PARTIAL.format(target=target, source=source, kind=kind))


def child(kind, source, lines="", head="", *, external_id="", replace_all="true", tail=""):
    """A fulfilment or invoice made from an order; `lines` are (order line, quantity)."""
    items = "".join(f"<s:item>{_quantity(kind, line, quantity)}</s:item>" for line, quantity in lines)
    listed = f'<s:itemList replaceAll="{replace_all}">{items}</s:itemList>' if lines else ""
    ids = f' externalId="{external_id}"' if external_id else ""
    return (
        f'<m:record xsi:type="s:{kind}"{ids}><s:createdFrom internalId="{source}"/>{head}{tail}{listed}'
        "</m:record>"
    )


def _quantity(kind, line, quantity):
    amount = f"<s:quantity>{quantity}</s:quantity>" if quantity else ""
    order_line = f"<s:orderLine>{line}</s:orderLine>"
    if kind == "Invoice":
        return amount + order_line
    return ("<s:itemReceive>false</s:itemReceive>" if not quantity else "") + amount + order_line


def order(soap, internal_id):
    return next(o for o in soap.control("GET", "/state")["orders"] if o["internalId"] == internal_id)


def new_order(soap, build, *lines, **more):
    content = "".join(build.line(item, quantity=q, rate="10.00") for item, q in lines)
    reply = soap.write("add", build.order(content, **more))
    assert reply.outcomes == [(True, "")], reply.text
    return reply.ids[0]


def test_an_order_runs_from_approval_to_billed(soap, build):
    head = "<s:orderStatus>_pendingApproval</s:orderStatus>"
    number = new_order(soap, build, ("101", "5"), ("201", "3"), head=head)
    seen = [order(soap, number)["orderStatus"]]
    steps = [
        build.order(
            "", internal_id=number, entity="", head="<s:orderStatus>_pendingFulfillment</s:orderStatus>"
        ),
        child("ItemFulfillment", number, [(1, 2)]),
        child("Invoice", number, [(1, 2)]),
        child("ItemFulfillment", number, [(1, 3)]),
        child("Invoice", number),
    ]
    for step, record in enumerate(steps):
        assert soap.write("add" if step else "update", record).outcomes == [(True, "")]
        seen.append(order(soap, number)["orderStatus"])
    assert seen == [
        "_pendingApproval",
        "_pendingFulfillment",
        "_pendingBillingPartFulfilled",
        "_partiallyFulfilled",
        "_pendingBilling",
        "_fullyBilled",
    ]
    lines = order(soap, number)["itemList"]
    assert [(x["quantityFulfilled"], x["quantityBilled"]) for x in lines] == [("5", "5"), ("0", "3")]


def test_an_order_of_services_waits_for_billing_only(soap, build):
    number = new_order(soap, build, ("201", "3"))
    assert order(soap, number)["orderStatus"] == "_pendingBilling"
    assert initialize(soap, "itemFulfillment", number).outcomes == [(False, "INVALID_INITIALIZE_REF")]
    assert initialize(soap, "invoice", number).outcomes == [(True, "")]


def test_a_fulfilment_is_initialized_edited_and_added(soap, build):
    number = new_order(soap, build, ("101", "5"), ("102", "4"), ("201", "1"))
    reply = initialize(soap, "itemFulfillment", number)
    record = reply.all("//m:readResponse/m:record")[0]
    assert record.get("internalId") is None
    lines = [
        (
            x.findtext("s:orderLine", None, {"s": x.nsmap["sales"]}),
            x.findtext("s:quantity", None, {"s": x.nsmap["sales"]}),
        )
        for x in reply.all("//s:itemList/s:item")
    ]
    assert lines == [("1", "5.0"), ("2", "4.0")]
    assert soap.control("GET", "/state")["totals"]["fulfillments"] == 3


def test_what_is_not_sent_is_fulfilled_unless_the_list_is_whole(soap, build):
    first = new_order(soap, build, ("101", "5"), ("102", "4"))
    second = new_order(soap, build, ("101", "5"), ("102", "4"))
    soap.write("add", child("ItemFulfillment", first, [(1, 2)]))
    soap.write("add", child("ItemFulfillment", second, [(1, 2)], replace_all="false"))
    fulfilled = [[x["quantityFulfilled"] for x in order(soap, n)["itemList"]] for n in (first, second)]
    assert fulfilled == [["2", "0"], ["2", "4"]]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param([(1, 6)], "OVER_FULFILL_DISALLWD", id="more than ordered"),
        pytest.param([(7, 1)], "INVALID_LINE_ID", id="no such line"),
        pytest.param([(3, 1)], "INVALID_LINE_ID", id="a service is not shipped"),
        pytest.param([(1, -1)], "POSITIVE_QTY_REQD", id="less than nothing"),
        pytest.param([(1, 0)], "VALID_LINE_ITEM_REQD", id="nothing"),
    ],
)
def test_a_fulfilment_that_cannot_be_is_refused(soap, build, lines, code):
    number = new_order(soap, build, ("101", "5"), ("102", "4"), ("201", "1"))
    assert soap.write("add", child("ItemFulfillment", number, lines)).outcomes == [(False, code)]
    assert order(soap, number)["orderStatus"] == "_pendingFulfillment"


def test_nothing_is_fulfilled_or_billed_twice(soap, build):
    number = new_order(soap, build, ("101", "5"))
    assert soap.write("add", child("ItemFulfillment", number)).outcomes == [(True, "")]
    assert soap.write("add", child("ItemFulfillment", number)).outcomes == [(False, "INVALID_INITIALIZE_REF")]
    assert soap.write("add", child("Invoice", number)).outcomes == [(True, "")]
    assert soap.write("add", child("Invoice", number)).outcomes == [(False, "INVALID_INITIALIZE_REF")]


def test_goods_are_billed_once_they_are_shipped(soap, build):
    number = new_order(soap, build, ("101", "5"))
    assert initialize(soap, "invoice", number).outcomes == [(False, "INVALID_INITIALIZE_REF")]
    soap.settings(bill_before_fulfillment=True)
    assert initialize(soap, "invoice", number).outcomes == [(True, "")]
    soap.write("add", child("ItemFulfillment", number, [(1, 2)], "<s:shipStatus>_picked</s:shipStatus>"))
    soap.settings(bill_before_fulfillment=False)
    assert order(soap, number)["orderStatus"] == "_pendingFulfillment"
    assert initialize(soap, "invoice", number).outcomes == [(False, "INVALID_INITIALIZE_REF")]
    over = soap.write("add", child("ItemFulfillment", number, [(1, 4)]))
    assert over.outcomes == [(False, "OVER_FULFILL_DISALLWD")]  # what is picked is spoken for


def test_a_picked_fulfilment_is_shipped_later(soap, build):
    number = new_order(soap, build, ("101", "5"))
    reply = soap.write("add", child("ItemFulfillment", number, (), "<s:shipStatus>_picked</s:shipStatus>"))
    update = (
        f'<m:record xsi:type="s:ItemFulfillment" internalId="{reply.ids[0]}">'
        "<s:shipStatus>_shipped</s:shipStatus><s:packageList><s:package>"
        "<s:packageWeight>12.5</s:packageWeight><s:packageTrackingNumber>1Z999</s:packageTrackingNumber>"
        "</s:package></s:packageList></m:record>"
    )
    assert soap.write("update", update).outcomes == [(True, "")]
    kept = order(soap, number)
    assert (kept["orderStatus"], kept["linkedTrackingNumbers"]) == ("_pendingBilling", "1Z999")
    shown = soap.get("itemFulfillment", reply.ids[0])
    assert shown.one("//s:packageTrackingNumber/text()") == "1Z999"
    assert shown.all("//s:shippedDate")


def test_an_account_may_pick_before_it_ships(soap, build):
    soap.settings(default_ship_status="_picked")
    number = new_order(soap, build, ("101", "5"))
    made = soap.write("add", child("ItemFulfillment", number)).ids[0]
    shown = soap.get("itemFulfillment", made)
    assert (shown.one("//s:shipStatus/text()"), shown.all("//s:shippedDate")) == ("_picked", [])
    assert order(soap, number)["orderStatus"] == "_pendingFulfillment"


def test_shipping_takes_from_the_stock_and_undoing_it_puts_it_back(soap, build):
    def on_hand():
        items = soap.control("GET", "/state")["items"]
        return next(i["quantityOnHand"] for i in items if i["internalId"] == "101")

    before = on_hand()
    number = new_order(soap, build, ("101", "5"))
    made = soap.write("add", child("ItemFulfillment", number)).ids[0]
    shipped = on_hand()
    soap.call(
        f'<m:delete><m:baseRef xsi:type="c:RecordRef" type="itemFulfillment" internalId="{made}"/></m:delete>'
    )
    assert (int(before) - int(shipped), on_hand()) == (5, before)
    assert order(soap, number)["orderStatus"] == "_pendingFulfillment"


def test_an_order_commits_what_waits_for_shipment(soap, build):
    def quantities():
        items = soap.control("GET", "/state")["items"]
        item = next(i for i in items if i["internalId"] == "102")
        names = ("quantityOnHand", "quantityCommitted", "quantityAvailable", "quantityBackOrdered")
        return [int(item[name]) for name in names]

    assert quantities() == [1225, 0, 1225, 0]
    number = new_order(soap, build, ("102", "1000"))
    assert quantities() == [1225, 1000, 350, 125]  # 875 in Oakland, 350 in Munich
    soap.write("add", child("ItemFulfillment", number, [(1, 600)]))
    assert quantities() == [625, 400, 350, 125]
    close = "<s:item><s:isClosed>true</s:isClosed><s:line>1</s:line></s:item>"
    soap.write("update", build.order(close, internal_id=number, entity="", replace_all="false"))
    assert quantities() == [625, 0, 625, 0]


def test_an_invoice_copies_the_order_and_may_bill_a_part(soap, build):
    custom = build.text("custbody_streak_box", "box-1")
    lines = build.line("201", quantity="3", rate="19.99", after="")
    reply = soap.write(
        "add",
        build.order(
            lines,
            custom=custom,
            head="<s:otherRefNum>PO-9</s:otherRefNum><s:shippingCost>12</s:shippingCost>",
        ),
    )
    number = reply.ids[0]
    assert soap.write("add", child("Invoice", number, [(1, 1)], external_id="inv-1")).outcomes == [(True, "")]
    kept = soap.control("GET", "/state")["invoices"][-1]
    assert (kept["otherRefNum"], kept["total"], kept["amountRemaining"], kept["status"]) == (
        "PO-9",
        "31.99",
        "31.99",
        "Open",
    )
    assert kept["custom"]["custbody_streak_box"] == "box-1"
    assert [(x["orderLine"], x["quantity"], x["amount"]) for x in kept["itemList"]] == [(1, "1", "19.99")]
    soap.write("add", child("Invoice", number))
    assert soap.control("GET", "/state")["invoices"][-1]["total"] == "39.98"  # shipping was billed already


def test_an_invoice_stands_alone_too(soap):
    record = (
        '<m:record xsi:type="s:Invoice"><s:entity internalId="501"/><s:terms internalId="2"/>'
        '<s:itemList><s:item><s:item internalId="201"/><s:quantity>2</s:quantity></s:item></s:itemList></m:record>'
    )
    assert soap.write("add", record).outcomes == [(True, "")]
    kept = soap.control("GET", "/state")["invoices"][-1]
    assert (kept["total"], kept["account"]["name"]) == ("300.00", "1100 Accounts Receivable")


def test_an_upsert_adds_a_transformed_record_and_never_updates_it(soap, build):
    number = new_order(soap, build, ("201", "3"))
    record = child("Invoice", number, [(1, 1)], external_id="inv-1")
    assert soap.write("upsert", record).outcomes == [(True, "")]
    assert soap.write("upsert", record).outcomes == [(False, "USER_ERROR")]
    assert len(soap.control("GET", "/state")["invoices"]) == 3


def test_deleting_an_invoice_reopens_the_order(soap, build):
    number = new_order(soap, build, ("201", "3"))
    invoice = soap.write("add", child("Invoice", number)).ids[0]
    assert order(soap, number)["orderStatus"] == "_fullyBilled"
    refs = [("salesOrder", number), ("invoice", invoice), ("salesOrder", number)]
    body = "".join(f'<m:baseRef xsi:type="c:RecordRef" type="{t}" internalId="{n}"/>' for t, n in refs)
    reply = soap.call(f"<m:deleteList>{body}</m:deleteList>")
    assert reply.outcomes == [(False, "CANT_DELETE_TRANS"), (True, ""), (True, "")]


def test_lines_that_are_shipped_stay_on_the_order(soap, build):
    number = new_order(soap, build, ("101", "5"), ("102", "4"))
    soap.write("add", child("ItemFulfillment", number, [(1, 3)]))

    def update(lines, replace_all="false"):
        return soap.write(
            "update", build.order(lines, internal_id=number, entity="", replace_all=replace_all)
        ).outcomes

    line = "<s:item><s:quantity>{q}</s:quantity>{closed}<s:line>1</s:line></s:item>"
    assert update(line.format(q=2, closed="")) == [(False, "CANT_UPDATE_LINKED_TRANS_LINES")]
    assert update(build.line("102", quantity="9"), "true") == [(False, "CANT_DELETE_TRAN_LINE")]
    assert update(line.format(q=4, closed="")) == [(True, "")]
    assert order(soap, number)["itemList"][0]["quantity"] == "4"


def test_closing_lines_ends_an_order(soap, build):
    number = new_order(soap, build, ("101", "5"), ("102", "4"))
    soap.write("add", child("ItemFulfillment", number, [(1, 5)]))
    close = "<s:item><s:isClosed>true</s:isClosed><s:line>2</s:line></s:item>"
    assert soap.write(
        "update", build.order(close, internal_id=number, entity="", replace_all="false")
    ).outcomes == [(True, "")]
    assert order(soap, number)["orderStatus"] == "_pendingBilling"
    soap.write("add", child("Invoice", number))
    assert order(soap, number)["orderStatus"] == "_fullyBilled"
    more = "<s:item><s:quantity>6</s:quantity><s:line>1</s:line></s:item>"
    again = soap.write("update", build.order(more, internal_id=number, entity="", replace_all="false"))
    assert again.outcomes == [(False, "SALES_ORDER_EDIT_NOT_ALLOWED")]


def test_an_order_is_closed_and_opened_by_its_lines(soap, build):
    number = new_order(soap, build, ("101", "5"))
    for closed, status in (("true", "_closed"), ("false", "_pendingFulfillment")):
        line = f"<s:item><s:isClosed>{closed}</s:isClosed><s:line>1</s:line></s:item>"
        soap.write("update", build.order(line, internal_id=number, entity="", replace_all="false"))
        assert order(soap, number)["orderStatus"] == status


@pytest.mark.parametrize("status", ["_fullyBilled", "_closed", "_partiallyFulfilled"])
def test_a_client_cannot_set_what_follows_from_shipments(soap, build, status):
    number = new_order(soap, build, ("101", "5"))
    head = f"<s:orderStatus>{status}</s:orderStatus>"
    reply = soap.write("update", build.order("", internal_id=number, entity="", head=head))
    assert reply.outcomes == [(False, "INVALID_FLD_VALUE")]


def test_a_child_moves_its_orders_last_modified_date(soap, build, running):
    number = new_order(soap, build, ("101", "5"))
    before = order(soap, number)["lastModifiedDate"]
    running.clock.shift = timedelta(minutes=3)
    soap.write("add", child("ItemFulfillment", number))
    assert order(soap, number)["lastModifiedDate"] > before


def test_without_advanced_shipping_an_invoice_ships_too(soap, build):
    soap.settings(features={"advanced_shipping": False})
    number = new_order(soap, build, ("101", "5"))
    assert initialize(soap, "itemFulfillment", number).outcomes == [(False, "FEATURE_DISABLED")]
    assert soap.write("add", child("Invoice", number)).outcomes == [(True, "")]
    kept = order(soap, number)
    assert (kept["orderStatus"], kept["itemList"][0]["quantityFulfilled"]) == ("_fullyBilled", "5")


@pytest.mark.parametrize(
    ("target", "source", "kind", "code"),
    [
        pytest.param("invoice", "8001", "salesOrder", "INVALID_INITIALIZE_REF", id="billed already"),
        pytest.param("invoice", "999", "salesOrder", "INVALID_INITIALIZE_REF", id="no such order"),
        pytest.param("itemFulfillment", "501", "customer", "INVALID_INITIALIZE_REF", id="from a customer"),
        pytest.param("cashSale", "8004", "salesOrder", "INVALID_INITIALIZE_ARG", id="not kept here"),
        pytest.param("customerPayment", "7201", "invoice", "INVALID_INITIALIZE_REF", id="paid already"),
    ],
)
def test_what_cannot_be_made_is_refused(soap, target, source, kind, code):
    assert initialize(soap, target, source, kind).outcomes == [(False, code)]


def test_a_list_is_initialized_in_order(soap):
    wishes = [
        ("invoice", "8003", "salesOrder"),
        ("invoice", "999", "salesOrder"),
        ("customerPayment", "502", "customer"),
    ]
    body = "".join(
        f'<m:initializeRecord><c:type>{t}</c:type><c:reference internalId="{n}" type="{k}"/></m:initializeRecord>'
        for t, n, k in wishes
    )
    reply = soap.call(f"<m:initializeList>{body}</m:initializeList>")
    assert reply.outcomes == [(True, ""), (False, "INVALID_INITIALIZE_REF"), (True, "")]
