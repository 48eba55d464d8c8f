"""What an account tells about itself, its lists, its definitions, and what is gone."""

from datetime import timedelta

import pytest

from streak_netsuite.sandbox.netsuite.values import Ref

CONTACT = (
    '<m:record xsi:type="r:Contact"><r:entityId>Rosa Lindgren</r:entityId>'
    '<r:company internalId="502"/><r:email>rosa@deltafoods.example</r:email></m:record>'
)


def texts(reply, name):
    return [e.text for e in reply.all(f"//*[local-name()='{name}']")]


def refs(reply, path, *attributes):
    return [tuple(r.get(a) for a in attributes) for r in reply.all(path)]


def test_the_accounts_concurrency_is_told(soap):
    soap.settings(concurrency_limit=15)
    reply = soap.call("<m:getAccountGovernanceInfo/>")
    assert texts(reply, "accountConcurrencyLimit") + texts(reply, "unallocatedConcurrencyLimit") == [
        "15",
        "15",
    ]
    assert texts(soap.call("<m:getIntegrationGovernanceInfo/>"), "limitType") == ["_account"]


def test_an_integrations_share_is_told_and_taken_from_the_rest(soap):
    soap.settings(concurrency_limit=15, integration_concurrency_limit=4)
    own = soap.call("<m:getIntegrationGovernanceInfo/>")
    assert texts(own, "limitType") + texts(own, "integrationConcurrencyLimit") == [
        "_integrationSpecific",
        "4",
    ]
    assert texts(soap.call("<m:getAccountGovernanceInfo/>"), "unallocatedConcurrencyLimit") == ["11"]


@pytest.mark.parametrize("operation", ["getAccountGovernanceInfo", "getIntegrationGovernanceInfo"])
def test_a_role_may_not_see_the_concurrency(soap, operation):
    soap.settings(may_see_governance=False)
    assert soap.call(f"<m:{operation}/>").one("//c:code") == "INSUFFICIENT_PERMISSION"


# --- getDeleted ---


def deleted(soap, criteria="", *, page=1, header=""):
    return soap.call(
        f"<m:getDeleted><m:getDeletedFilter>{criteria}</m:getDeletedFilter>"
        f"<m:pageIndex>{page}</m:pageIndex></m:getDeleted>",
        header=header,
    )


def remove(soap, kind, internal_id):
    ref = f'<m:baseRef xsi:type="c:RecordRef" type="{kind}" internalId="{internal_id}"/>'
    reply = soap.call(f"<m:delete>{ref}</m:delete>")
    assert reply.outcomes == [(True, "")]


@pytest.fixture
def gone(soap, running, build):
    """A customer deleted now and an order deleted two hours later."""
    first = soap.write("add", build.customer(external_id="gone-1")).ids[0]
    remove(soap, "customer", first)
    running.clock.shift += timedelta(hours=2)
    second = soap.write("add", build.order(external_id="gone-2")).ids[0]
    remove(soap, "salesOrder", second)
    return first, second


def test_what_was_deleted_is_remembered_with_its_ids(soap, gone):
    reply = deleted(soap)
    assert refs(reply, "//c:deletedRecord/c:record", "type", "internalId", "externalId") == [
        ("customer", gone[0], "gone-1"),
        ("salesOrder", gone[1], "gone-2"),
    ]
    assert texts(reply, "totalRecords") == ["2"]


def test_deletions_are_searched_by_time_and_type(soap, running, gone):
    recent = f"{running.clock() - timedelta(hours=1):%FT%TZ}"
    by_time = f'<c:deletedDate operator="onOrAfter"><c:searchValue>{recent}</c:searchValue></c:deletedDate>'
    by_type = '<c:type operator="anyOf"><c:searchValue>customer</c:searchValue></c:type>'
    path = "//c:deletedRecord/c:record"
    assert refs(deleted(soap, by_time), path, "internalId") == [(gone[1],)]
    assert refs(deleted(soap, by_type), path, "internalId") == [(gone[0],)]


def test_deletions_come_in_pages(soap, build):
    ids = soap.write("addList", *(build.customer(name=f"N{n}") for n in range(7))).ids
    for internal_id in ids:
        remove(soap, "customer", internal_id)
    header = "<m:searchPreferences><m:pageSize>5</m:pageSize></m:searchPreferences>"
    second = deleted(soap, page=2, header=header)
    assert refs(second, "//c:deletedRecord/c:record", "internalId") == [(i,) for i in ids[5:]]
    assert (texts(second, "totalPages"), texts(second, "pageIndex")) == (["2"], ["2"])
    assert deleted(soap, page=3, header=header).one("//c:code") == "INVALID_PAGE_INDEX"


def test_a_role_may_not_see_deletions(soap):
    soap.settings(may_see_deleted=False)
    assert deleted(soap).one("//c:code") == "INSUFFICIENT_PERMISSION"


# --- getItemAvailability, getCurrencyRate ---


def availability(soap, *items, since=""):
    wanted = "".join(f'<c:recordRef type="inventoryItem" internalId="{i}"/>' for i in items)
    changed = f"<c:lastQtyAvailableChange>{since}</c:lastQtyAvailableChange>" if since else ""
    return soap.call(
        f"<m:getItemAvailability><m:itemAvailabilityFilter><c:item>{wanted}</c:item>{changed}"
        "</m:itemAvailabilityFilter></m:getItemAvailability>"
    )


def test_availability_is_told_per_location(soap, running):
    reply = availability(soap, 101)
    places = running.sandbox.store.find_item(Ref(internal_id="101")).sublists["locationsList"]
    ids = [p.get("internalId") for p in reply.all("//c:itemAvailability/c:locationId")]
    amounts = [float(text) for text in texts(reply, "quantityAvailable")]
    assert ids == [p["locationId"].internal_id for p in places]
    assert amounts == [float(p["quantityAvailable"]) for p in places]
    assert len(ids) > 1


def test_only_items_changed_since_are_told(soap):
    reply = availability(soap, 101, since="2030-01-01T00:00:00Z")
    assert (reply.one("//c:status/@isSuccess"), reply.all("//c:itemAvailability")) == ("true", [])


def test_availability_of_what_is_no_item_is_refused(soap):
    assert availability(soap, 501).one("//c:code") == "INVALID_KEY_OR_REF"


def test_more_items_than_a_call_may_ask_for_are_refused(soap):
    reply = availability(soap, *["101"] * 10_001)
    assert reply.fault == ("exceededRecordCountFault", "MAX_RCRDS_EXCEEDED")


def rates(soap, inner):
    reply = soap.call(
        f"<m:getCurrencyRate><m:currencyRateFilter>{inner}</m:currencyRateFilter></m:getCurrencyRate>"
    )
    return reply, texts(reply, "exchangeRate")


def test_a_currencys_rate_is_told(soap):
    pair = '<c:baseCurrency internalId="1"/><c:fromCurrency internalId="4"/>'
    assert rates(soap, pair)[1] == ["1.08"]
    back = '<c:baseCurrency internalId="4"/><c:fromCurrency internalId="1"/>'
    assert rates(soap, back)[1] == ["0.92592593"]


def test_all_rates_into_one_currency_are_told(soap):
    reply, found = rates(soap, '<c:baseCurrency internalId="1"/>')
    assert found == ["1.27", "0.73", "1.08"]
    assert {r.get("internalId") for r in reply.all("//c:baseCurrency")} == {"1"}


def test_an_unknown_currency_has_no_rate(soap):
    assert rates(soap, '<c:fromCurrency internalId="99"/>')[0].one("//c:code") == "INVALID_KEY_OR_REF"


# --- getSelectValue ---


def options(soap, kind, field, *, sublist="", extra="", page=1, header=""):
    within = f"<c:sublist>{sublist}</c:sublist>" if sublist else ""
    return soap.call(
        f"<m:getSelectValue><m:fieldDescription><c:recordType>{kind}</c:recordType>{within}"
        f"<c:field>{field}</c:field>{extra}</m:fieldDescription><m:pageIndex>{page}</m:pageIndex></m:getSelectValue>",
        header=header,
    )


def contains(text, operator="contains"):
    return f'<c:filter operator="{operator}"><c:filterValue>{text}</c:filterValue></c:filter>'


def depends_on(field, internal_id):
    return (
        f"<c:filterByValueList><c:filterBy><c:field>{field}</c:field>"
        f"<c:internalId>{internal_id}</c:internalId></c:filterBy></c:filterByValueList>"
    )


@pytest.mark.parametrize(
    ("kind", "field", "sublist", "some"),
    [
        ("customer", "subsidiary", "", ["Northwind Robotics GmbH", "Northwind Robotics Inc."]),
        ("customer", "currency", "", ["British Pound", "Canadian Dollar", "Euro", "US Dollar"]),
        ("customer", "terms", "", ["Net 15", "Net 30", "Net 60"]),
        ("salesOrder", "custbody_streak_tier", "", ["Gold", "Silver", "Bronze"]),
    ],
)
def test_a_select_field_tells_what_it_offers(soap, kind, field, sublist, some):
    assert texts(options(soap, kind, field, sublist=sublist), "name") == some


def test_a_field_of_a_sublist_tells_what_it_offers(soap):
    found = texts(options(soap, "salesOrder", "item", sublist="itemList"), "name")
    assert {"Atlas Arm", "Install Service"} <= set(found)
    assert "Legacy Gripper" not in found


@pytest.mark.parametrize(
    ("operator", "text", "found"),
    [
        ("contains", "dollar", ["Canadian Dollar", "US Dollar"]),
        ("startsWith", "ca", ["Canadian Dollar"]),
        ("is", "EURO", ["Euro"]),
    ],
)
def test_what_is_offered_can_be_filtered(soap, operator, text, found):
    reply = options(soap, "customer", "currency", extra=contains(text, operator))
    assert texts(reply, "name") == found


def test_what_is_offered_may_depend_on_another_field(soap):
    customers = options(soap, "salesOrder", "entity", extra=depends_on("subsidiary", "2"))
    assert texts(customers, "name") == ["Delta Foods Ltd", "Eclair Patisserie"]
    addresses = options(soap, "salesOrder", "billAddressList", extra=depends_on("entity", "501"))
    assert len(texts(addresses, "name")) == 1
    assert texts(options(soap, "salesOrder", "billAddressList"), "totalRecords") == ["0"]


def test_options_come_in_pages(soap):
    soap.control("POST", "/customers/bulk", {"count": 8})
    header = "<m:searchPreferences><m:pageSize>5</m:pageSize></m:searchPreferences>"
    extra = contains("Bulk", "startsWith")
    second = options(soap, "salesOrder", "entity", extra=extra, page=2, header=header)
    assert (texts(second, "totalRecords"), texts(second, "totalPages")) == (["8"], ["2"])
    assert len(second.all("//c:baseRef")) == 3


@pytest.mark.parametrize("field", ["memo", "nonsense", "custbody_streak_box"])
def test_what_is_no_select_field_offers_nothing(soap, field):
    assert options(soap, "salesOrder", field).one("//c:code") == "INVALID_FLD"


# --- getCustomizationId and definitions ---


def customizations(soap, kind, *, inactive="false"):
    return soap.call(
        f'<m:getCustomizationId><m:customizationType getCustomizationType="{kind}"/>'
        f"<m:includeInactives>{inactive}</m:includeInactives></m:getCustomizationId>"
    )


def test_definitions_are_found_by_type_and_read_by_what_was_found(soap):
    reply = customizations(soap, "transactionBodyCustomField")
    found = refs(reply, "//c:customizationRef", "scriptId", "internalId")
    by_script_id = dict(found)
    assert "custbody_streak_box" in by_script_id
    ref = (
        '<m:baseRef xsi:type="c:CustomizationRef" type="transactionBodyCustomField" '
        f'internalId="{by_script_id["custbody_streak_box"]}"/>'
    )
    shown = soap.call(f"<m:getList>{ref}</m:getList>")
    assert (texts(shown, "scriptId"), texts(shown, "fieldType")) == (
        ["custbody_streak_box"],
        ["_freeFormText"],
    )


@pytest.mark.parametrize(
    "kind", ["customList", "customRecordType", "customSegment", "entityCustomField", "itemCustomField"]
)
def test_every_kind_of_definition_is_listed(soap, kind):
    found = refs(customizations(soap, kind), "//c:customizationRef", "type", "scriptId")
    assert found
    assert all(k == kind and script_id for k, script_id in found)


def test_what_is_not_used_any_more_is_listed_on_demand_only(soap, running):
    running.sandbox.store.find(Ref(internal_id="31"), "customList").fields["isInactive"] = True
    path = "//c:customizationRef"
    used = refs(customizations(soap, "customList"), path, "internalId")
    every = refs(customizations(soap, "customList", inactive="true"), path, "internalId")
    assert set(every) - set(used) == {("31",)}


def test_a_kind_of_which_there_is_none_lists_none(soap):
    assert texts(customizations(soap, "itemNumberCustomField"), "totalRecords") == ["0"]


# --- attach, detach ---


def attach(soap, contact, customer, role=""):
    role = f'<c:contactRole internalId="{role}"/>' if role else ""
    return soap.call(
        '<m:attach><m:attachReference xsi:type="c:AttachContactReference">'
        f'<c:attachTo xsi:type="c:RecordRef" type="customer" internalId="{customer}"/>'
        f'<c:contact internalId="{contact}"/>{role}</m:attachReference></m:attach>'
    )


def detach(soap, contact, customer):
    return soap.call(
        '<m:detach><m:detachReference xsi:type="c:DetachBasicReference">'
        f'<c:detachFrom xsi:type="c:RecordRef" type="customer" internalId="{customer}"/>'
        f'<c:detachedRecord xsi:type="c:RecordRef" type="contact" internalId="{contact}"/>'
        "</m:detachReference></m:detach>"
    )


def test_a_contact_is_attached_to_a_customer_and_detached(soap):
    (contact,) = soap.write("add", CONTACT).ids
    assert attach(soap, contact, "501", role="-10").outcomes == [(True, "")]
    by_contact = (
        '<m:search><m:searchRecord xsi:type="r:CustomerSearch"><r:contactJoin><k:email operator="is">'
        "<c:searchValue>rosa@deltafoods.example</c:searchValue></k:email></r:contactJoin>"
        "</m:searchRecord></m:search>"
    )
    assert texts(soap.call(by_contact), "companyName") == ["ACME Robotics Inc", "Delta Foods"]
    assert detach(soap, contact, "501").outcomes == [(True, "")]
    assert texts(soap.call(by_contact), "companyName") == ["Delta Foods"]
    assert detach(soap, contact, "501").outcomes == [(False, "RCRD_DSNT_EXIST")]


def test_what_does_not_exist_is_not_attached(soap):
    assert attach(soap, "999999", "501").outcomes == [(False, "INVALID_KEY_OR_REF")]
    (contact,) = soap.write("add", CONTACT).ids
    assert attach(soap, contact, "999999").outcomes == [(False, "INVALID_KEY_OR_REF")]
    assert attach(soap, contact, "501", role="77").outcomes == [(False, "INVALID_KEY_OR_REF")]
