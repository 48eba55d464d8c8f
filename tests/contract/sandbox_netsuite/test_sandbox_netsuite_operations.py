"""Replies to the further operations fit Oracle's own schema, read strictly."""

import time

import pytest
import zeep

pytestmark = pytest.mark.wsdl


@pytest.fixture
def types(oracle_account):
    """Types of Oracle's WSDL by key and name."""
    families = {
        "core": "platform",
        "common": "platform",
        "relationships": "lists",
        "accounting": "lists",
        "sales": "transactions",
        "customization": "setup",
    }

    def find(key, name):
        return oracle_account.client.get_type(
            f"{{urn:{key}_2023_2.{families[key]}.webservices.netsuite.com}}{name}"
        )

    return find


def reference(types, kind, internal_id):
    return types("core", "RecordRef")(type=kind, internalId=internal_id)


def test_concurrency_is_told(oracle_account):
    whole = oracle_account.call("getAccountGovernanceInfo").getAccountGovernanceInfoResult
    assert (whole.accountConcurrencyLimit, whole.unallocatedConcurrencyLimit) == (5, 5)
    own = oracle_account.call("getIntegrationGovernanceInfo").getIntegrationGovernanceInfoResult
    assert (own.limitType, own.integrationConcurrencyLimit) == ("_account", None)


def test_deletions_are_told(oracle_account, types):
    customer = types("relationships", "Customer")(companyName="Gone", subsidiary=reference(types, None, "1"))
    ref = oracle_account.call("add", record=customer).writeResponse.baseRef
    oracle_account.call("delete", baseRef=reference(types, "customer", ref.internalId))
    found = oracle_account.call(
        "getDeleted", getDeletedFilter=types("core", "GetDeletedFilter")(), pageIndex=1
    ).getDeletedResult
    (deleted,) = found.deletedRecordList.deletedRecord
    assert (deleted.record.internalId, deleted.record.type, found.totalPages) == (
        ref.internalId,
        "customer",
        1,
    )


def test_select_values_are_told(oracle_account, types):
    asked = types("core", "GetSelectValueFieldDescription")(recordType="customer", field="currency")
    found = oracle_account.call("getSelectValue", fieldDescription=asked, pageIndex=1).getSelectValueResult
    assert [ref.name for ref in found.baseRefList.baseRef][-1] == "US Dollar"


def test_definitions_are_listed_and_read(oracle_account, types):
    for kind in ("customList", "customRecordType", "entityCustomField", "transactionBodyCustomField"):
        found = oracle_account.call(
            "getCustomizationId",
            customizationType=types("core", "CustomizationType")(getCustomizationType=kind),
            includeInactives=True,
        ).getCustomizationIdResult
        refs = found.customizationRefList.customizationRef
        assert refs
        assert all(ref.scriptId for ref in refs)
        read = oracle_account.call("getList", baseRef=refs).readResponseList
        assert {r.status.isSuccess for r in read.readResponse} == {True}


def test_stock_and_rates_are_told(oracle_account, types):
    items = types("core", "RecordRefList")(recordRef=[reference(types, "inventoryItem", "101")])
    wish = types("core", "ItemAvailabilityFilter")(item=items)
    stock = oracle_account.call("getItemAvailability", itemAvailabilityFilter=wish)
    assert stock.getItemAvailabilityResult.itemAvailabilityList.itemAvailability[0].quantityAvailable >= 0
    pair = types("core", "CurrencyRateFilter")(
        baseCurrency=reference(types, None, "1"), fromCurrency=reference(types, None, "4")
    )
    rates = oracle_account.call("getCurrencyRate", currencyRateFilter=pair)
    assert rates.getCurrencyRateResult.currencyRateList.currencyRate[0].exchangeRate == 1.08


def test_saved_searches_are_listed_and_run(oracle_account, types):
    asked = types("core", "GetSavedSearchRecord")(searchType="transaction")
    found = oracle_account.call("getSavedSearch", record=asked).getSavedSearchResult
    ids = {ref.name: ref.internalId for ref in found.recordRefList.recordRef}
    search = types("sales", "TransactionSearchAdvanced")(savedSearchId=ids["Order lines"])
    rows = oracle_account.call("search", searchRecord=search).searchResult.searchRowList.searchRow
    assert rows[0].basic.item[0].searchValue.internalId == "101"
    assert rows[0].basic.quantity[0].searchValue == 2


def test_rows_of_every_kind_fit(oracle_account, types):
    for key, subject, column in (
        ("relationships", "Customer", "stage"),
        ("relationships", "Contact", "entityId"),
        ("accounting", "Item", "basePrice"),
        ("sales", "Transaction", "status"),
    ):
        basic = types("common", f"{subject}SearchRowBasic")(**{column: [{"customLabel": "x"}]})
        columns = types(key, f"{subject}SearchRow")(basic=basic)
        search = types(key, f"{subject}SearchAdvanced")(columns=columns)
        result = oracle_account.call("search", searchRecord=search).searchResult
        parts = [row.basic for row in result.searchRowList.searchRow if row.basic]
        shown = [part[column][0] for part in parts if part[column]]
        assert {c.customLabel for c in shown} <= {"x"}
        assert shown or subject == "Contact"


def test_jobs_are_followed_to_their_result(oracle_account, types):
    refs = [reference(types, "customer", n) for n in ("501", "1")]
    job = oracle_account.call("asyncGetList", baseRef=refs).asyncStatusResult.jobId
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = oracle_account.call("checkAsyncStatus", jobId=job).asyncStatusResult
        if status.status == "finishedWithErrors":
            break
        time.sleep(0.01)
    result = oracle_account.call("getAsyncResult", jobId=job, pageIndex=1).asyncResult
    responses = result.readResponseList.readResponse
    assert [r.status.isSuccess for r in responses] == [True, False]
    with pytest.raises(zeep.exceptions.Fault) as caught:
        oracle_account.call("checkAsyncStatus", jobId="nobody's")
    assert caught.value.detail[0].tag.endswith("asyncFault")


def test_transforms_run_as_a_job(oracle_account, types):
    wish = types("core", "InitializeRecord")(
        type="invoice", reference=types("core", "InitializeRef")(type="salesOrder", internalId="8003")
    )
    job = oracle_account.call("asyncInitializeList", initializeRecord=[wish]).asyncStatusResult.jobId
    deadline = time.monotonic() + 60
    status = ""
    while status != "finished" and time.monotonic() < deadline:
        status = oracle_account.call("checkAsyncStatus", jobId=job).asyncStatusResult.status
        time.sleep(0.01)
    result = oracle_account.call("getAsyncResult", jobId=job, pageIndex=1).asyncResult
    assert result.readResponseList.readResponse[0].record.createdFrom.internalId == "8003"


def test_contacts_are_attached(oracle_account, types):
    contact = types("relationships", "Contact")(entityId="Rosa", subsidiary=reference(types, None, "1"))
    ref = oracle_account.call("add", record=contact).writeResponse
    assert ref.status.isSuccess, ref
    wish = types("core", "AttachContactReference")(
        attachTo=reference(types, "customer", "501"),
        contact=reference(types, None, ref.baseRef.internalId),
    )
    answer = oracle_account.call("attach", attachReference=wish).writeResponse
    assert (answer.status.isSuccess, answer.baseRef.internalId) == (True, "501")
