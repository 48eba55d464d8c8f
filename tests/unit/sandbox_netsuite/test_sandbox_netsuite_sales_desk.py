"""What a person does in NetSuite to an order, through the control routes."""


def test_an_order_is_shipped_billed_and_paid_by_hand(soap):
    wish = {"lines": {"1": "1"}, "trackingNumbers": ["1Z999"]}
    shipped = soap.control("POST", "/orders/8004/fulfill", wish)
    assert (shipped["shipStatus"], shipped["packageList"]) == (
        "_shipped",
        [{"packageTrackingNumber": "1Z999"}],
    )
    invoice = soap.control("POST", "/orders/8004/bill")
    part = soap.control("POST", f"/invoices/{invoice['internalId']}/pay", {"amount": "100.00"})
    rest = soap.control("POST", f"/invoices/{invoice['internalId']}/pay")
    assert (part["total"], rest["total"]) == ("100.00", "17200.00")
    state = soap.control("GET", "/state")
    assert state["invoices"][-1]["status"] == "Paid In Full"
    order = next(o for o in state["orders"] if o["internalId"] == "8004")
    assert (order["orderStatus"], order["linkedTrackingNumbers"]) == ("_fullyBilled", "1Z999")


def test_what_cannot_be_done_says_why(soap):
    def post(path, json=None):
        response = soap.http.post(f"{soap.base_url}/control/netsuite{path}", json=json)
        return response.status_code, response.json().get("code")

    assert post("/orders/8001/bill") == (422, "INVALID_INITIALIZE_REF")
    assert post("/orders/999/fulfill") == (422, "INVALID_KEY_OR_REF")
    assert post("/invoices/999/pay") == (404, None)
    assert post("/invoices/7202/pay", {"amount": "much"}) == (422, "INVALID_FLD_VALUE")
    assert post("/orders/8004/fulfill", {"lines": {"1": "many"}}) == (422, "INVALID_FLD_VALUE")
