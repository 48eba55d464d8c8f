"""Payments, credits, deposits and refunds: what is left of each, and what the customer owes."""

from datetime import timedelta

import httpx
import pytest

from streak_netsuite.sandbox.netsuite import balances
from streak_netsuite.sandbox.netsuite.values import Ref

T = "urn:customers_2025_2.transactions.webservices.netsuite.com"


def record(kind, inner, *, external_id="", internal_id=""):
    ids = (f' internalId="{internal_id}"' if internal_id else "") + (
        f' externalId="{external_id}"' if external_id else ""
    )
    return f'<m:record xmlns:t="{T}" xsi:type="t:{kind}"{ids}>{inner}</m:record>'


def applied(*entries, name="applyList", entry="apply", replace_all="true"):
    """`entries` are (document, amount); an amount of None is left to NetSuite, of 0 takes the tick away."""
    made = "".join(
        f"<t:{entry}><t:apply>{'false' if amount == 0 else 'true'}</t:apply><t:doc>{doc}</t:doc>"
        + (f"<t:amount>{amount}</t:amount>" if amount else "")
        + f"</t:{entry}>"
        for doc, amount in entries
    )
    return f'<t:{name} replaceAll="{replace_all}">{made}</t:{name}>'


def payment(inner="", *entries, customer="501", **more):
    lists = applied(*entries) if entries else ""
    return record("CustomerPayment", f'<t:customer internalId="{customer}"/>{inner}{lists}', **more)


def state(soap, what, internal_id):
    return next(x for x in soap.control("GET", "/state")[what] if x["internalId"] == internal_id)


def saved(soap, operation, content):
    reply = soap.write(operation, content)
    assert reply.outcomes == [(True, "")], reply.text
    return reply.ids[0]


@pytest.fixture
def invoice(soap):
    """An open invoice of 300.00 for ACME."""
    return saved(
        soap,
        "add",
        '<m:record xsi:type="s:Invoice"><s:entity internalId="501"/><s:itemList><s:item>'
        '<s:item internalId="201"/><s:quantity>2</s:quantity></s:item></s:itemList></m:record>',
    )


def left(soap, number):
    kept = state(soap, "invoices", number)
    return kept["amountRemaining"], kept["amountPaid"], kept["status"]


def test_a_payment_pays_a_part_and_the_rest_later(soap, invoice):
    first = saved(soap, "add", payment("<t:payment>100</t:payment>", (invoice, "100.00")))
    assert left(soap, invoice) == ("200.00", "100.00", "Open")
    saved(soap, "add", payment("", (invoice, None)))
    assert left(soap, invoice) == ("0.00", "300.00", "Paid In Full")
    soap.call(
        f'<m:delete><m:baseRef xsi:type="c:RecordRef" type="customerPayment" internalId="{first}"/></m:delete>'
    )
    assert left(soap, invoice) == ("100.00", "200.00", "Open")


def test_a_payment_keeps_what_it_does_not_apply(soap, invoice):
    made = saved(soap, "add", payment("<t:payment>450</t:payment>", (invoice, None)))
    kept = state(soap, "payments", made)
    assert (kept["applied"], kept["unapplied"], kept["undepFunds"], kept["status"]) == (
        "300.00",
        "150.00",
        True,
        "Not Deposited",
    )


def test_a_payment_applies_itself_to_the_oldest(soap, invoice):
    made = saved(
        soap, "add", payment("<t:payment>12100</t:payment><t:autoApply>true</t:autoApply>", customer="502")
    )
    assert state(soap, "payments", made)["unapplied"] == "100.00"
    assert left(soap, "7202")[2] == "Paid In Full"
    again = payment("<t:payment>300</t:payment><t:autoApply>true</t:autoApply>", (invoice, "300"))
    assert soap.write("add", again).outcomes == [(False, "INVALID_AUTOAPPLY_VALUE")]


@pytest.mark.parametrize(
    ("inner", "entry", "code"),
    [
        pytest.param("", ("INVOICE", "300.01"), "CANT_APPLY_PMT", id="more than is due"),
        pytest.param(
            "<t:payment>10</t:payment>", ("INVOICE", "11"), "CANT_APPLY_PMT", id="more than was paid"
        ),
        pytest.param("", ("7202", "10"), "INVALID_KEY_OR_REF", id="another customer's invoice"),
        pytest.param("", ("8001", "10"), "INVALID_KEY_OR_REF", id="an order"),
        pytest.param("", ("99999", "10"), "INVALID_KEY_OR_REF", id="nothing"),
        pytest.param("", ("INVOICE", "-1"), "INVALID_FLD_VALUE", id="less than nothing"),
    ],
)
def test_a_payment_that_cannot_be_applied_is_refused(soap, invoice, inner, entry, code):
    doc, amount = entry
    reply = soap.write("add", payment(inner, (invoice if doc == "INVOICE" else doc, amount)))
    assert reply.outcomes == [(False, code)]
    assert left(soap, invoice) == ("300.00", "0.00", "Open")


def test_a_payment_in_another_currency_is_refused(soap, build, invoice):
    both = (
        '<r:currencyList><r:currency><r:currency internalId="1"/></r:currency>'
        '<r:currency><r:currency internalId="4"/></r:currency></r:currencyList>'
    )
    saved(soap, "update", build.customer(internal_id="501", name="", subsidiary="", after=both))
    reply = soap.write("add", payment('<t:currency internalId="4"/>', (invoice, "10")))
    assert reply.outcomes == [(False, "MISMATCHED_CURRENCY")]


def test_entries_are_matched_by_document(soap, invoice):
    made = saved(soap, "add", payment("<t:payment>300</t:payment>", (invoice, "300")))
    keep = record("CustomerPayment", applied((invoice, "120"), replace_all="false"), internal_id=made)
    saved(soap, "update", keep)
    assert left(soap, invoice)[0] == "180.00"
    saved(soap, "update", record("CustomerPayment", "<t:memo>seen</t:memo>", internal_id=made))
    assert left(soap, invoice)[0] == "180.00"
    drop = record("CustomerPayment", applied((invoice, 0), replace_all="false"), internal_id=made)
    saved(soap, "update", drop)
    assert left(soap, invoice) == ("300.00", "0.00", "Open")


def test_an_initialized_payment_ticks_its_invoice(soap, invoice):
    body = (
        "<m:initialize><m:initializeRecord><c:type>customerPayment</c:type>"
        f'<c:reference internalId="{invoice}" type="invoice"/></m:initializeRecord></m:initialize>'
    )
    reply = soap.call(body)
    record_ = reply.all("//m:readResponse/m:record")[0]
    ns = {"t": T}
    assert record_.findtext("t:payment", None, ns) == "300.00"
    entries = [
        (e.findtext("t:doc", None, ns), e.findtext("t:apply", None, ns), e.findtext("t:due", None, ns))
        for e in record_.iterfind("t:applyList/t:apply", ns)
    ]
    assert entries == [(invoice, "true", "300.00")]


def test_a_credit_memo_is_made_from_an_invoice(soap, invoice):
    items = "<t:itemList><t:item><t:orderLine>1</t:orderLine><t:quantity>1</t:quantity></t:item></t:itemList>"
    made = saved(
        soap,
        "add",
        record("CreditMemo", f'<t:createdFrom internalId="{invoice}"/>{items}{applied((invoice, None))}'),
    )
    kept = state(soap, "creditMemos", made)
    assert (kept["total"], kept["applied"], kept["unapplied"], kept["status"]) == (
        "150.00",
        "150.00",
        "0.00",
        "Fully Applied",
    )
    assert left(soap, invoice)[0] == "150.00"
    items = items.replace("<t:quantity>1<", "<t:quantity>2<")
    over = record("CreditMemo", f'<t:createdFrom internalId="{invoice}"/>{items}')
    assert soap.write("add", over).outcomes == [(False, "INVALID_QTY")]


def test_a_credit_is_applied_by_a_payment_or_paid_back(soap, invoice):
    lines = '<t:itemList><t:item><t:item internalId="201"/><t:quantity>1</t:quantity></t:item></t:itemList>'
    credit = saved(soap, "add", record("CreditMemo", f'<t:entity internalId="501"/>{lines}'))
    credits_ = applied((credit, "50"), name="creditList", entry="credit")
    with_credit = payment("<t:payment>250</t:payment>", (invoice, "300")).replace(
        "</m:record>", f"{credits_}</m:record>"
    )
    saved(soap, "add", with_credit)
    assert left(soap, invoice)[2] == "Paid In Full"
    assert state(soap, "creditMemos", credit)["unapplied"] == "100.00"
    refund = record("CustomerRefund", f'<t:customer internalId="501"/>{applied((credit, None))}')
    made = saved(soap, "add", refund)
    assert state(soap, "refunds", made)["total"] == "100.00"
    assert state(soap, "creditMemos", credit)["status"] == "Fully Applied"
    assert soap.write("add", refund).outcomes == [(False, "VALID_LINE_ITEM_REQD")]


def test_a_deposit_on_an_order_is_applied_to_its_invoice(soap, invoice):
    deposit = saved(
        soap,
        "add",
        record(
            "CustomerDeposit",
            '<t:customer internalId="501"/><t:salesOrder internalId="8004"/><t:payment>200</t:payment>',
        ),
    )
    entry = f"<t:apply><t:doc>{invoice}</t:doc><t:apply>true</t:apply><t:amount>150</t:amount></t:apply>"
    listed = f'<t:deposit internalId="{deposit}"/><t:applyList>{entry}</t:applyList>'
    application = record("DepositApplication", listed)
    saved(soap, "add", application)
    assert left(soap, invoice)[0] == "150.00"
    assert state(soap, "deposits", deposit)["status"] == "Not Deposited"
    assert soap.write("add", application).outcomes == [(False, "CANT_APPLY_PMT")]
    saved(soap, "add", application.replace("150", "50"))
    assert state(soap, "deposits", deposit)["status"] == "Fully Applied"
    reply = soap.call(
        f'<m:delete><m:baseRef xsi:type="c:RecordRef" type="customerDeposit" internalId="{deposit}"/></m:delete>'
    )
    assert reply.outcomes == [(False, "CANT_DELETE_TRANS")]


def test_a_paid_invoice_is_neither_deleted_nor_made_smaller(soap, invoice):
    saved(soap, "add", payment("", (invoice, "200")))
    ref = f'<m:baseRef xsi:type="c:RecordRef" type="invoice" internalId="{invoice}"/>'
    assert soap.call(f"<m:delete>{ref}</m:delete>").outcomes == [(False, "CANT_DELETE_TRANS")]
    less = (
        f'<m:record xsi:type="s:Invoice" internalId="{invoice}"><s:itemList replaceAll="false"><s:item>'
        "<s:line>1</s:line><s:quantity>1</s:quantity></s:item></s:itemList></m:record>"
    )
    assert soap.write("update", less).outcomes == [(False, "CANT_EDIT_TRAN")]


def test_balances_follow_and_only_a_search_shows_them(soap, running, invoice):
    def owed():
        store = running.sandbox.store
        found = balances.of(store, store.find(Ref(internal_id="501"), "customer"))
        return tuple(str(found[name]) for name in balances.NAMES)

    assert owed() == ("300.00", "0.00", "0.00", "17300.00")
    running.clock.shift = timedelta(days=2)  # its customer has no terms, so it was due at once
    assert owed()[1] == "300.00"
    running.clock.shift = timedelta()
    saved(soap, "add", payment("<t:payment>350</t:payment>", (invoice, "300")))
    deposit = '<t:customer internalId="501"/><t:payment>75</t:payment>'
    saved(soap, "add", record("CustomerDeposit", deposit))
    assert owed() == ("-50.00", "0.00", "75.00", "17300.00")
    assert soap.get("customer", "501").all("//r:balance") == []


# --- currencies ---


@pytest.mark.parametrize(
    ("symbol", "precision"),
    [
        pytest.param("JPY", "_zero", id="none"),
        pytest.param("CHF", "_two", id="two"),
        pytest.param("KWD", None, id="three, which the schema has no word for"),
    ],
)
def test_a_currency_is_added_with_the_digits_that_its_record_can_tell(soap, symbol, precision):
    wish = {"symbol": symbol, "name": f"Test {symbol}", "exchangeRate": "0.5"}
    made = soap.control("POST", "/currencies", wish)
    assert (made["internalId"], made["symbol"], made.get("currencyPrecision")) == ("5", symbol, precision)


@pytest.mark.parametrize(
    "wish",
    [
        {"symbol": "EUR", "name": "Euro", "exchangeRate": "1"},
        {"symbol": "JPY", "name": "Yen", "exchangeRate": "NaN"},
        {"symbol": "JPY", "name": "Yen", "exchangeRate": "dear"},
        {"symbol": "JPY", "name": "Yen", "exchangeRate": "0"},
        {"name": "Yen", "exchangeRate": "1"},
    ],
    ids=["known", "no number", "a word", "nothing", "no symbol"],
)
def test_a_currency_that_makes_no_sense_is_refused(soap, wish):
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        soap.control("POST", "/currencies", wish)


@pytest.mark.parametrize(
    ("symbol", "rate", "amounts", "total", "third"),
    [
        pytest.param("JPY", "333.5", ["1001", "-100"], "901", "334", id="yen"),
        pytest.param("KWD", "0.3335", ["1.001", "-0.100"], "0.901", "0.334", id="dinars"),
        pytest.param("CHF", "3.335", ["10.01", "-1.00"], "9.01", "3.34", id="francs"),
    ],
)
def test_lines_and_discounts_are_kept_to_the_digits_of_their_currency(
    soap, symbol, rate, amounts, total, third
):
    wish = {"symbol": symbol, "name": symbol, "exchangeRate": "0.5"}
    currency = soap.control("POST", "/currencies", wish)["internalId"]
    customer = soap.control("POST", "/customers", {"companyName": "Sakura", "currency": currency})
    order = saved(
        soap,
        "add",
        f'<m:record xsi:type="s:SalesOrder"><s:entity internalId="{customer["internalId"]}"/><s:itemList>'
        '<s:item><s:item internalId="201"/><s:quantity>3</s:quantity><s:price internalId="-1"/>'
        f"<s:rate>{rate}</s:rate></s:item>"
        '<s:item><s:item internalId="206"/></s:item></s:itemList></m:record>',
    )
    kept = state(soap, "orders", order)
    assert [line["amount"] for line in kept["itemList"]] == amounts
    assert kept["total"] == total
    soap.settings(bill_before_fulfillment=True)
    billed = soap.control("POST", f"/orders/{order}/bill", {"lines": {"1": "1"}})
    assert billed["itemList"][0]["amount"] == third
