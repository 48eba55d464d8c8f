"""Who is on credit hold in NetSuite, as its own search tells it."""

import logging
from collections.abc import Iterator, Sequence
from typing import Literal

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import Column, SearchRequest, any_of, checked
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.errors import RejectedByVendor

log = logging.getLogger(__name__)

_ASKED_AT_ONCE = 100  # customers in one criterion


class CreditHolds:
    """The credit holds of one account.

    The field Hold of a customer is Auto, On or Off (section_4103800262, read 2026-11). With Auto a customer is held
    by limit and days overdue, which only NetSuite reckons; so it is asked, and the record's own field is not read.
    An account that does not let the role search by the field is asked once: orders are told and billed all the same.
    """

    def __init__(
        self, searches: Searches, *, field: Literal["onCreditHold", "manualCreditHold", "never"]
    ) -> None:
        self._searches = searches
        self.field = field
        self._is_asked = field != "never"

    def held(self, customers: Sequence[str] | None = None) -> frozenset[str] | None:
        """Return the internal ids of those among these customers, or of all, who are on credit hold now.

        None when nobody knows: the settings want nobody asked, or the account does not let this role search by the field.
        """
        if not self._is_asked:
            return None
        try:
            return frozenset(one for request in self._requests(customers) for one in self._ids(request))
        except RejectedByVendor as error:
            self._is_asked = False
            log.warning(
                "no deal is told of credit holds: NetSuite refuses to search customers by %s: %s; "
                "set `credit_holds` of the NetSuite connection to manualCreditHold or never",
                self.field,
                error,
            )
            return None

    def _requests(self, customers: Sequence[str] | None) -> Iterator[SearchRequest]:
        if customers is None:
            yield self._request()
            return
        for start in range(0, len(customers), _ASKED_AT_ONCE):
            yield self._request(customers[start : start + _ASKED_AT_ONCE])

    def _request(self, customers: Sequence[str] = ()) -> SearchRequest:
        refs = [RecordRef(type="customer", internal_id=one) for one in customers]
        return SearchRequest(
            subject="Customer",
            criteria={
                self.field: checked(value=True),
                **({"internalId": any_of(*refs)} if refs else {}),
            },
            columns=(Column(name="internalId"),),
        )

    def _ids(self, request: SearchRequest) -> Iterator[str]:
        for page in self._searches.rows_by_id(request):
            for row in page:
                ref = row.first("internalId")
                if isinstance(ref, RecordRef):
                    yield ref.internal_id
