"""Items of every type that can be sold, their prices, members and places."""

from decimal import Decimal

import pytest

TYPES = (
    "InventoryItem NonInventorySaleItem NonInventoryResaleItem ServiceSaleItem ServiceResaleItem "
    "OtherChargeSaleItem OtherChargeResaleItem GiftCertificateItem DiscountItem DownloadItem "
    "MarkupItem SubtotalItem DescriptionItem PaymentItem"
).split()
MEMBER = '<a:memberList><a:itemMember><a:quantity>2</a:quantity><a:item internalId="{item}"/></a:itemMember></a:memberList>'


def item(kind, inner="", *, name="New Thing", external_id="", internal_id=""):
    ids = (f' internalId="{internal_id}"' if internal_id else "") + (
        f' externalId="{external_id}"' if external_id else ""
    )
    own = f"<a:itemId>{name}</a:itemId>" if name else ""
    return f'<m:record xsi:type="a:{kind}"{ids}>{own}{inner}</m:record>'


def matrix(*entries, replace_all="false"):
    """`entries` are (currency, level, {quantity: price})."""
    made = "".join(
        f'<a:pricing><a:currency internalId="{currency}"/><a:priceLevel internalId="{level}"/><a:priceList>'
        + "".join(
            f"<a:price><a:value>{p}</a:value><a:quantity>{q}</a:quantity></a:price>"
            for q, p in breaks.items()
        )
        + "</a:priceList></a:pricing>"
        for currency, level, breaks in entries
    )
    return f'<a:pricingMatrix replaceAll="{replace_all}">{made}</a:pricingMatrix>'


def kept(soap, internal_id):
    return next(x for x in soap.control("GET", "/state")["items"] if x["internalId"] == internal_id)


def last_order(soap):
    return soap.control("GET", "/state")["orders"][-1]


@pytest.mark.parametrize("kind", TYPES)
def test_an_item_is_upserted_and_comes_back(soap, kind):
    first = soap.write("upsert", item(kind, external_id="thing-1"))
    again = soap.write("upsert", item(kind, external_id="thing-1"))
    assert (first.outcomes, again.outcomes) == ([(True, "")], [(True, "")])
    assert first.ids == again.ids == ["1101"]
    name = kind[0].lower() + kind[1:]
    assert soap.get(name, "1101").one("//a:itemId/text()") == "New Thing"


@pytest.mark.parametrize("kind", ["KitItem", "ItemGroup", "AssemblyItem"])
def test_what_is_made_of_members_needs_them(soap, kind):
    assert soap.write("add", item(kind)).messages == ["Please enter value(s) for: Member List"]
    good, group = (item(kind, MEMBER.format(item=i)) for i in ("101", "106"))
    assert soap.write("add", group).outcomes == [(False, "INVALID_KEY_OR_REF")]
    assert soap.write("add", good).outcomes == [(True, "")]


def test_names_of_items_are_there_once(soap):
    assert soap.write("add", item("ServiceSaleItem", name="Atlas Arm")).outcomes == [(False, "DUP_RCRD")]


def test_a_line_is_priced_by_level_currency_and_quantity(soap, build):
    def rate(quantity, price):
        line = build.line("104", quantity=quantity, rate="", price=price)
        assert soap.write("add", build.order(line)).outcomes == [(True, "")]
        return last_order(soap)["itemList"][0]["rate"]

    assert [rate("1", "1"), rate("5", "1"), rate("1", "2")] == ["15000.00", "14250.00", "13200.00"]
    line = build.line("104", quantity="1", rate="", price="1")
    soap.write("add", build.order(line, entity='internalId="503"'))
    assert last_order(soap)["itemList"][0]["rate"] == "13900.00"


def test_a_level_without_prices_takes_its_discount(soap, build):
    soap.write("add", build.order(build.line("101", quantity="1", rate="", price="2")))
    assert last_order(soap)["itemList"][0]["rate"] == "11250.00"
    none = soap.write("add", build.order(build.line("101", rate="", price="3")))
    assert none.outcomes == [(False, "USER_ERROR")]


def test_the_customers_level_is_the_default(soap, build):
    level = build.customer(internal_id="501", name="", subsidiary="", after='<r:priceLevel internalId="2"/>')
    assert soap.write("update", level).outcomes == [(True, "")]
    soap.write("add", build.order(build.line("104", quantity="1", rate="", price="")))
    line = last_order(soap)["itemList"][0]
    assert (line["price"]["name"], line["rate"]) == ("Partner Price", "13200.00")


def test_prices_are_kept_by_currency_and_level(soap):
    number = soap.write("add", item("ServiceSaleItem", matrix(("1", "1", {0: "10", 10: "9"})))).ids[0]
    assert kept(soap, number)["rate"] == "10"
    soap.write("update", item("ServiceSaleItem", matrix(("1", "2", {0: "8"})), internal_id=number, name=""))
    assert len(kept(soap, number)["pricingMatrix"]) == 2
    whole = matrix(("1", "1", {0: "11"}), replace_all="true")
    soap.write("update", item("ServiceSaleItem", whole, internal_id=number, name=""))
    assert [e["priceList"]["price"][0]["value"] for e in kept(soap, number)["pricingMatrix"]] == ["11"]


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        ({5: "10"}, "FIRST_QTY_BUCKET_MUST_BE_ZERO"),
        ({}, "FIRST_QTY_BUCKET_MUST_BE_ZERO"),
        ({"0": "10", "0.0": "9"}, "UNIQUE_QTY_REQD"),
        ({"NaN": "10", "0": "9"}, "INVALID_FLD_VALUE"),
    ],
)
def test_price_lists_begin_at_nothing(soap, breaks, code):
    assert soap.write("add", item("ServiceSaleItem", matrix(("1", "1", breaks)))).outcomes == [(False, code)]


def test_a_group_becomes_its_members(soap, build):
    lines = build.line("106", quantity="2", rate="", price="") + build.line("203", quantity="1", rate="5")
    assert soap.write("add", build.order(lines)).outcomes == [(True, "")]
    kept_ = last_order(soap)
    assert [(x["line"], x["item"]["name"], x.get("quantity"), x["amount"]) for x in kept_["itemList"]] == [
        (1, "Arm with Installation", "2", "0"),
        (2, "Atlas Arm", "2", "25000.00"),
        (3, "Install Service", "16", "2400.00"),
        (4, "End of Group", None, "0"),
        (5, "Cable Set", "1", "5.00"),
    ]
    assert kept_["total"] == "27405.00"
    again = build.order(
        "<s:item><s:quantity>3</s:quantity><s:line>1</s:line></s:item>",
        internal_id=kept_["internalId"],
        entity="",
        replace_all="false",
    )
    assert soap.write("update", again).outcomes == [(True, "")]
    assert len(last_order(soap)["itemList"]) == 5


def test_discounts_follow_the_line_above_or_the_whole(soap, build):
    lines = (
        build.line("201", quantity="2", rate="100")
        + build.line("206", quantity="", rate="", price="")
        + build.line("207", quantity="", rate="", price="")
    )
    head = '<s:discountItem internalId="206"/>'
    assert soap.write("add", build.order(lines, head=head)).outcomes == [(True, "")]
    kept_ = last_order(soap)
    assert [x["amount"] for x in kept_["itemList"]] == ["200.00", "-20.00", "-50.00"]
    assert (kept_["subTotal"], kept_["discountTotal"], kept_["total"]) == ("130.00", "-13.00", "117.00")


def test_markups_subtotals_texts_and_payments_shape_a_sale(soap, build):
    surcharge, subtotal, text, paid = (
        soap.write("add", item(kind, f"{inner}<a:itemId>New {kind}</a:itemId>", name="")).ids[0]
        for kind, inner in (
            ("MarkupItem", "<a:rate>10%</a:rate>"),
            ("SubtotalItem", ""),
            ("DescriptionItem", "<a:description>As agreed by phone</a:description>"),
            ("PaymentItem", ""),
        )
    )
    bare = {"quantity": "", "rate": "", "price": ""}
    lines = (
        build.line("201", quantity="2", rate="100")
        + build.line(surcharge, **bare)
        + build.line(text, **bare)
        + build.line(subtotal, **bare)
        + build.line("203", quantity="1", rate="30")
        + f'<s:item><s:item internalId="{paid}"/><s:amount>50</s:amount></s:item>'
    )
    assert soap.write("add", build.order(lines)).outcomes == [(True, "")]
    kept_ = last_order(soap)
    amounts = [x["amount"] for x in kept_["itemList"]]
    assert [Decimal(one) for one in amounts] == [200, 20, 0, 220, 30, -50]
    assert kept_["itemList"][2]["description"] == "As agreed by phone"
    assert Decimal(kept_["total"]) == 200, "the subtotal adds nothing"
    assert kept_["orderStatus"] == "_pendingBilling", "nothing of it is shipped"


def test_an_item_on_an_order_or_in_a_kit_stays(soap):
    refs = "".join(
        f'<m:baseRef xsi:type="c:RecordRef" type="{kind}" internalId="{number}"/>'
        for kind, number in (
            ("inventoryItem", "103"),
            ("nonInventorySaleItem", "203"),
            ("inventoryItem", "109"),
        )
    )
    reply = soap.call(f"<m:deleteList>{refs}</m:deleteList>")
    assert reply.outcomes == [(False, "CANT_DELETE_ITEM"), (False, "CANT_DELETE_ITEM"), (True, "")]


def test_another_item_on_a_line_brings_its_own_price(soap, build):
    number = soap.write("add", build.order(build.line("101", rate="1.00"))).ids[0]
    line = '<s:item><s:item internalId="102"/><s:line>1</s:line></s:item>'
    update = build.order(line, internal_id=number, entity="", replace_all="false")
    assert soap.write("update", update).outcomes == [(True, "")]
    kept_ = last_order(soap)["itemList"][0]
    assert (kept_["rate"], kept_["amount"], kept_["description"]) == (
        "480.00",
        "960.00",
        "Floor beacon for vehicle navigation",
    )


def test_stock_is_netsuites_own(soap):
    quantity = "<a:quantityOnHand>5</a:quantityOnHand>"
    reply = soap.write("update", item("InventoryItem", quantity, internal_id="101", name=""))
    assert reply.outcomes == [(False, "INSUFFICIENT_PERMISSION")]
    places = (
        "<a:locationsList><a:locations><a:reorderPoint>7</a:reorderPoint>"
        '<a:locationId internalId="2"/></a:locations></a:locationsList>'
    )
    soap.write("update", item("InventoryItem", places, internal_id="101", name=""))
    shown = {
        p["location"]: (p["quantityOnHand"], p.get("reorderPoint"))
        for p in kept(soap, "101")["locationsList"]
    }
    assert shown == {"Oakland warehouse": ("38", None), "Munich warehouse": ("12", "7")}
