"""What stands in a write's way: periods, locks, limits, roles, features; and what deletion leaves."""

import threading
from datetime import timedelta

import pytest

INVOICE = (
    '<m:record xsi:type="s:Invoice"{ids}><s:entity internalId="{customer}"/>{head}<s:itemList><s:item>'
    '<s:item internalId="201"/><s:quantity>2</s:quantity></s:item></s:itemList></m:record>'
)


def invoice(head="", *, customer="501", ids=""):
    return INVOICE.format(head=head, customer=customer, ids=ids)


def day(soap, months):
    """The middle of the month so many months away in the account, as a client sends it."""
    store = soap.sandbox.store  # early on the first of a month in UTC, it is the month before there
    now = store.day(store.now()).replace(day=15)
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return f"<s:tranDate>{now.replace(year=year, month=month + 1).isoformat()}T12:00:00</s:tranDate>"


def delete(soap, kind, internal_id):
    ref = f'<m:baseRef xsi:type="c:RecordRef" type="{kind}" internalId="{internal_id}"/>'
    return soap.call(f"<m:delete>{ref}</m:delete>")


@pytest.mark.parametrize(
    ("months", "code"),
    [(0, ""), (1, ""), (-1, ""), (-2, "CLOSED_TRAN_PRD"), (-400, "VALID_PRD_REQD")],
)
def test_a_posting_needs_an_open_period(soap, months, code):
    assert soap.write("add", invoice(day(soap, months))).outcomes == [(not code, code)]


def test_the_month_before_the_first_period_takes_no_posting(soap):
    (before, first) = (f"<s:tranDate>{on}T12:00:00</s:tranDate>" for on in ("2024-12-15", "2025-01-15"))
    assert soap.write("add", invoice(before)).outcomes == [(False, "VALID_PRD_REQD")]
    assert soap.write("add", invoice(first)).outcomes == [(False, "CLOSED_TRAN_PRD")]


def test_an_order_posts_nothing(soap, build):
    assert soap.write("add", build.order(head=day(soap, -24))).outcomes == [(True, "")]


def test_a_posting_period_may_be_named(soap):
    reply = soap.get("invoice", soap.write("add", invoice()).ids[0])
    period = reply.all("//s:postingPeriod")[0].get("internalId")
    assert soap.get("accountingPeriod", period).one("//a:closed/text()") == "false"
    old = invoice('<s:postingPeriod internalId="1"/>')
    assert soap.write("add", old).outcomes == [(False, "CLOSED_TRAN_PRD")]


def test_what_is_in_a_closed_period_stays_as_it_is(soap, running):
    made = soap.write("add", invoice()).ids[0]
    running.clock.shift = timedelta(days=75)
    update = f'<m:record xsi:type="s:Invoice" internalId="{made}"><s:memo>late</s:memo></m:record>'
    assert soap.write("update", update).outcomes == [(False, "CLOSED_TRAN_PRD")]
    assert delete(soap, "invoice", made).outcomes == [(False, "CLOSED_TRAN_PRD")]
    soap.settings(open_months_back=5)
    assert soap.write("update", update).outcomes == [(True, "")]


def test_a_record_a_workflow_holds_is_left_alone(soap, build):
    soap.settings(locked_records=["salesOrder/8004", "customer/501"])
    update = build.order("", internal_id="8004", entity="", head="<s:memo>x</s:memo>")
    assert soap.write("update", update).outcomes == [(False, "RCRD_LOCKED_BY_WF")]
    assert delete(soap, "salesOrder", "8004").outcomes == [(False, "RCRD_LOCKED_BY_WF")]


def test_two_writers_of_one_record_meet(soap, build):
    soap.settings(record_seconds=1)
    slow = build.order("", internal_id="8004", entity="", head="<s:memo>first</s:memo>")
    outcomes = []

    def write():
        outcomes.extend(soap.write("update", slow).outcomes)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes) == [(False, "RCRD_HAS_BEEN_CHANGED"), (True, "")]


@pytest.mark.parametrize(
    ("handling", "header", "outcome"),
    [
        pytest.param("ignore", "", (True, ""), id="ignored"),
        pytest.param("warn", "", (True, "BALANCE_EXCEEDS_CREDIT_LIMIT"), id="warned"),
        pytest.param(
            "warn",
            "<m:preferences><m:warningAsError>true</m:warningAsError></m:preferences>",
            (False, "BALANCE_EXCEEDS_CREDIT_LIMIT"),
            id="a warning taken as an error",
        ),
        pytest.param("block", "", (False, "BALANCE_EXCEEDS_CREDIT_LIMIT"), id="blocked"),
    ],
)
def test_an_order_beyond_the_credit_limit(soap, build, handling, header, outcome):
    soap.settings(credit_limit_handling=handling)
    limit = build.customer(
        internal_id="501", name="", subsidiary="", after="<r:creditLimit>17400</r:creditLimit>"
    )
    assert soap.write("update", limit).outcomes == [(True, "")]
    small = soap.write("add", build.order(build.line(quantity="1", rate="50")), header=header)
    assert small.outcomes == [(True, "")]
    assert soap.write("add", build.order(), header=header).outcomes == [outcome]


@pytest.mark.parametrize(
    ("level", "get", "add", "update", "remove"),
    [
        ("none", False, False, False, False),
        ("view", True, False, False, False),
        ("create", True, True, False, False),
        ("edit", True, True, True, False),
        ("full", True, True, True, True),
    ],
)
def test_a_role_may_do_what_its_level_says(soap, build, level, get, add, update, remove):
    soap.settings(role_permissions={"salesOrder": level})
    change = build.order("", internal_id="8004", entity="", head="<s:memo>x</s:memo>")
    done = [
        soap.get("salesOrder", "8004").outcomes[0][0],
        soap.write("upsert", build.order(external_id="so-1")).outcomes[0][0],
        soap.write("update", change).outcomes[0][0],
        delete(soap, "salesOrder", "8004").outcomes[0][0],
    ]
    assert done == [get, add, update, remove]


def test_what_a_role_cannot_see_is_an_invalid_reference(soap, build):
    soap.settings(role_permissions={"customer": "none"})
    assert soap.write("add", build.order()).outcomes == [(False, "INVALID_KEY_OR_REF")]
    assert soap.write("add", build.customer()).outcomes == [(False, "INSUFFICIENT_PERMISSION")]


@pytest.mark.parametrize(
    ("head", "after"),
    [
        pytest.param('<s:location internalId="3"/>', "", id="another subsidiary's location"),
        pytest.param("", '<s:location internalId="3"/>', id="on a line"),
        pytest.param('<s:department internalId="3"/>', "", id="an inactive department"),
    ],
)
def test_places_belong_to_the_subsidiary_and_are_in_use(soap, build, head, after):
    reply = soap.write(
        "add", build.order(build.line(after=after), head="").replace("<s:itemList", f"{head}<s:itemList")
    )
    assert reply.outcomes == [(False, "INVALID_KEY_OR_REF")]


def test_an_enumeration_knows_its_values(soap, build):
    reply = soap.write("add", build.order(head="<s:orderStatus>_almostDone</s:orderStatus>"))
    assert reply.fault == ("", "")
    assert "orderStatus" in reply.faultstring


def test_unknown_features_are_refused(soap):
    response = soap.http.patch(
        f"{soap.base_url}/control/netsuite/settings", json={"features": {"time_travel": True}}
    )
    assert response.status_code == 422


def test_suite_tax_takes_the_legacy_tax_fields_away(soap, build):
    soap.settings(features={"suite_tax": True})
    line = build.line(after='<s:taxCode internalId="-7"/>')
    assert soap.write("add", build.order(line)).outcomes == [(False, "INSUFFICIENT_PERMISSION")]


def test_deletions_are_remembered(soap, build, running):
    soap.write("add", build.customer(external_id="gone-1"))
    number = running.sandbox.store.by_external_id("gone-1", "entity").internal_id
    assert delete(soap, "customer", number).outcomes == [(True, "")]
    gone = running.sandbox.store.deletions[-1]
    assert (gone.kind, gone.internal_id, gone.external_id, gone.name) == (
        "customer",
        number,
        "gone-1",
        "Blue Harbor Logistics",
    )
    assert running.clock() - gone.deleted_at < timedelta(minutes=1)
    assert delete(soap, "customer", number).outcomes == [(False, "INVALID_KEY_OR_REF")]
