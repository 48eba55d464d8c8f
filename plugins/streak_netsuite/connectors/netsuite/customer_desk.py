"""Customers as people merge them: read anew, given values, and what hangs on them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import Column, SearchRequest, any_of, checked
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb

_NAMES: Mapping[str, str] = {"email": "email", "phone": "phone", "registration_number": "vatRegNumber"}
_ASKED_AT_ONCE = 50  # customers in one search


class CustomerDesk:
    """Customers of one account."""

    def __init__(self, client: SoapClient, searches: Searches) -> None:
        self._client = client
        self._searches = searches

    def values(self, internal_ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """Return what the customers that exist hold in the fields that can be changed here."""
        refs = [RecordRef(type="customer", internal_id=one) for one in internal_ids]
        answers = (
            answer
            for start in range(0, len(refs), GET_LIST_MAX)
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX]))
        )
        records = (answer.record_or_none(name="NetSuite customer") for answer in answers)
        return {
            record.internal_id: {name: record.text(theirs) for name, theirs in _NAMES.items()}
            for record in records
            if record is not None
        }

    def change(self, internal_id: str, values: Mapping[str, str]) -> None:
        """Write values of a customer; every other field stays as it is.

        Raises:
            RejectedByVendor: NetSuite refused it, and nothing of it was written.
            UncertainWrite, TransientError: as their classes say.
        """
        record = SuiteRecord(
            type="customer",
            internal_id=internal_id,
            values={_NAMES[name]: value for name, value in values.items()},
        )
        answer = self._client.send(write(Verb.UPDATE, record))
        if not answer.status.saved:
            raise answer.status.error(name=f"NetSuite customer {internal_id}", book=self._client.fault_book)

    def documents(self, internal_ids: Sequence[str]) -> dict[str, Mapping[str, int]]:
        """Return how many transactions hang on each customer, by NetSuite's type ("salesOrder")."""
        counts: dict[str, Counter[str]] = {one: Counter() for one in internal_ids}
        for start in range(0, len(internal_ids), _ASKED_AT_ONCE):
            some = [
                RecordRef(type="customer", internal_id=one)
                for one in internal_ids[start : start + _ASKED_AT_ONCE]
            ]
            request = SearchRequest(
                subject="Transaction",
                criteria={"entity": any_of(*some), "mainLine": checked(value=True)},
                columns=tuple(Column(name=name) for name in ("internalId", "entity", "type")),
            )
            for page in self._searches.rows_by_id(request):
                for row in page:
                    whose = row.first("entity")
                    if isinstance(whose, RecordRef) and whose.internal_id in counts:
                        counts[whose.internal_id][str(row.first("type") or "").removeprefix("_")] += 1
        return dict(counts)
