"""What an account tells about itself: its time, its hosts, its concurrency."""

from streak_netsuite.sandbox.netsuite import answers
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields


class AccountInfo:
    """The handlers."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    async def server_time(self, _call: Call, _request: Fields) -> Fields:
        """Answer a getServerTime."""
        return {"getServerTimeResult": {"status": answers.ok(), "serverTime": self._store.now()}}

    async def data_center_urls(self, _call: Call, request: Fields) -> Fields:
        """Answer a getDataCenterUrls; an unknown account gets the default hosts, without an error."""
        if not request["account"]:
            refused = RecordRefused("DATA_REQD", "The account is required.")
            return {"getDataCenterUrlsResult": {"status": answers.failed(refused)}}
        known = request["account"] == self._account
        label = f"{request['account'].lower().replace('_', '-')}." if known else ""
        urls = {
            "restDomain": f"https://{label}restlets.api.netsuite.com",
            "webservicesDomain": f"https://{label}suitetalk.api.netsuite.com",
            "systemDomain": f"https://{label}app.netsuite.com",
        }
        return {"getDataCenterUrlsResult": {"status": answers.ok(), "dataCenterUrls": urls}}

    async def account_governance(self, _call: Call, _request: Fields) -> Fields:
        """Answer a getAccountGovernanceInfo: the account's slots, and those no integration owns."""
        settings = self._store.settings
        free = settings.concurrency_limit - settings.integration_concurrency_limit
        numbers = {
            "accountConcurrencyLimit": settings.concurrency_limit,
            "unallocatedConcurrencyLimit": max(0, free),
        }
        return {"getAccountGovernanceInfoResult": self._governance(numbers)}

    async def integration_governance(self, _call: Call, _request: Fields) -> Fields:
        """Answer a getIntegrationGovernanceInfo: this integration's share, or the account's."""
        own = self._store.settings.integration_concurrency_limit
        numbers: Fields = {"limitType": "_integrationSpecific" if own else "_account"}
        if own:
            numbers["integrationConcurrencyLimit"] = own
        return {"getIntegrationGovernanceInfoResult": self._governance(numbers)}

    def _governance(self, numbers: Fields) -> Fields:
        if self._store.settings.may_see_governance:
            return {"status": answers.ok(), **numbers}
        refused = RecordRefused("INSUFFICIENT_PERMISSION", "The role may not see the account's concurrency.")
        return {"status": answers.failed(refused)}
