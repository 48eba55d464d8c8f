"""The registry of SOAP operations: which handler answers which, and how much one call may carry."""

from collections.abc import Awaitable, Callable, Mapping

from streak_netsuite.sandbox.faults import Fault
from streak_netsuite.sandbox.netsuite import answers, initialize_calls, jobs, soap_faults
from streak_netsuite.sandbox.netsuite.account_info import AccountInfo
from streak_netsuite.sandbox.netsuite.attachments import Attachments
from streak_netsuite.sandbox.netsuite.availability import Availability
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.currency_rates import CurrencyRates
from streak_netsuite.sandbox.netsuite.customizations import Customizations
from streak_netsuite.sandbox.netsuite.deleted import Deletions
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.jobs import Jobs
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes, Refusal
from streak_netsuite.sandbox.netsuite.reads import Reads
from streak_netsuite.sandbox.netsuite.record_writes import RecordWrites
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.saved_searches import get_saved_search
from streak_netsuite.sandbox.netsuite.search_pages import SearchPages
from streak_netsuite.sandbox.netsuite.select_values import SelectValues
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields

# Oracle help section_N3418637: the most records one call may carry.
MAX_RECORDS: Mapping[str, int] = {
    "addList": 200,
    "updateList": 100,
    "upsertList": 100,
    "deleteList": 200,
    "getList": 1000,
    "asyncAddList": 400,
    "asyncUpdateList": 200,
    "asyncUpsertList": 200,
    "asyncDeleteList": 400,
    "asyncGetList": 2000,
}
_VERBS = ("add", "update", "upsert", "delete")
WRITING = frozenset(
    {
        *_VERBS,
        *(f"{verb}List" for verb in _VERBS),
        *(f"async{verb.capitalize()}List" for verb in _VERBS),
        "attach",
        "detach",
    }
)

Handler = Callable[[Call, Fields], Awaitable[Fields]]


class Operations:
    """The SOAP operations of the subset."""

    def __init__(self, *, store: Store, codec: Codec, misfortunes: Misfortunes, account: str) -> None:
        self._codec = codec
        self._misfortunes = misfortunes
        self._pages = SearchPages(store, codec, account)
        reads, writes = Reads(store, misfortunes), RecordWrites(store, misfortunes)
        info, attachments = AccountInfo(store, account), Attachments(store)
        self._handlers: dict[str, Handler] = {
            "getServerTime": info.server_time,
            "getDataCenterUrls": info.data_center_urls,
            "getAccountGovernanceInfo": info.account_governance,
            "getIntegrationGovernanceInfo": info.integration_governance,
            "get": reads.get,
            "getList": reads.get_list,
            "getAll": reads.get_all,
            "search": self._pages.search,
            "searchMoreWithId": self._pages.search_more,
            "getSavedSearch": get_saved_search,
            "getDeleted": Deletions(store).get_deleted,
            "getSelectValue": SelectValues(store, codec).get_select_value,
            "getCustomizationId": Customizations(store).get_customization_id,
            "getItemAvailability": Availability(store).get_item_availability,
            "getCurrencyRate": CurrencyRates(store).get_currency_rate,
            "attach": attachments.attach,
            "detach": attachments.detach,
            **dict.fromkeys(_VERBS, writes.write_one),
            **{f"{verb}List": writes.write_list for verb in _VERBS},
            **initialize_calls.handlers(store),
        }
        self._jobs = Jobs(
            handlers=self._handlers,
            pages=self._pages,
            misfortunes=misfortunes,
            settings=store.settings,
            now=store.now,
            account=account,
        )
        self._handlers |= jobs.operations(self._jobs)

    def clear(self) -> None:
        """Forget the searches and the jobs."""
        self._pages.clear()
        self._jobs.clear()

    def refuse_oversize(self, call: Call) -> None:
        """Raise the fault of a list longer than allowed: the whole request is refused."""
        most = MAX_RECORDS.get(call.operation)
        if most is not None and len(call.record_elements()) > most:
            raise soap_faults.too_many_records(most)

    async def run(self, call: Call) -> Fields:
        """Carry out a call and return the reply's values."""
        fault = self._misfortunes.strike_status(call.operation, lambda: [call.text()])
        if fault is not None:
            return self._failed(call, fault)
        return await self._handlers[call.operation](call, call.read(self._codec))

    def _failed(self, call: Call, fault: Fault) -> Fields:
        """Return a reply whose one result says that nothing was done."""
        (result,) = self._codec.element_types(self._codec.message_type(f"{call.operation}Response"))
        told = Refusal.model_validate(fault.options)
        refused = RecordRefused(told.code, told.message)
        return answers.failed_result(result, refused, len(call.record_elements()))
