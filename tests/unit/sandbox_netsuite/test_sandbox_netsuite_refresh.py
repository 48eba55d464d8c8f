"""A refreshed account: other ids, the same records, and no token of before."""


def orders(soap):
    return {x["tranId"]: x for x in soap.control("GET", "/state")["orders"]}


def test_records_have_other_ids_and_still_lead_to_each_other(soap):
    before = orders(soap)
    names = {x["internalId"]: x["entityId"] for x in soap.control("GET", "/state")["customers"]}
    soap.control("POST", "/refresh", {})
    after = orders(soap)
    now = {x["internalId"]: x["entityId"] for x in soap.control("GET", "/state")["customers"]}
    assert sorted(x["internalId"] for x in after.values()) == sorted(x["internalId"] for x in before.values())
    assert all(after[number]["internalId"] != before[number]["internalId"] for number in before)
    assert {n: now[x["entity"]["internalId"]] for n, x in after.items()} == {
        n: names[x["entity"]["internalId"]] for n, x in before.items()
    }


def test_the_token_of_before_is_unknown(soap):
    answer = soap.control("POST", "/refresh", {})
    assert soap.call("<m:getServerTime/>").fault[0] == "invalidCredentialsFault"
    soap.credentials = soap.credentials | {name: answer[name] for name in ("token_id", "token_secret")}
    assert soap.call("<m:getServerTime/>").fault == ("", "")


def test_a_record_that_the_copy_does_not_have_was_never_there(soap, build):
    soap.write("add", build.customer(external_id="c-1"))
    deleted = len(soap.sandbox.store.deletions)
    soap.control("POST", "/refresh", {"without": ["C-1"]})
    assert "c-1" not in soap.control("GET", "/state")["externalIds"]
    assert len(soap.sandbox.store.deletions) == deleted
