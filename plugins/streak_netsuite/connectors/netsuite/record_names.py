"""Names of the records that a refusal knows only by their ids: from the record that was sent, else from NetSuite."""

from streak_netsuite.connectors.netsuite.call import SearchPreferences
from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.calls.search import search
from streak_netsuite.connectors.netsuite.fault_book import FaultBook, Names
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import SearchRequest, any_of
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import StreakNetSuiteError

_ITEM = "item"  # of any kind; a get needs the kind, a search does not
# Kinds of the schema's RecordType with a name of their own, among those that records of ours lead to. Employees and contacts
# are left out: they are persons, and a refusal needs no person's name that the deal did not bring.
_FETCHED = frozenset(
    {
        "customer",
        "vendor",
        "partner",
        "job",
        "subsidiary",
        "location",
        "department",
        "classification",
        "currency",
        "term",
        "priceLevel",
        "discountItem",
        "salesTaxItem",
        "accountingPeriod",
        "customerStatus",
        "customerCategory",
        "leadSource",
    }
)
_NAMES = ("name", "itemId", "companyName", "entityId", "periodName", "title")  # the first that is filled


class RecordNames:
    """Tells names of one account's records; asks NetSuite for each once at most.

    Only refusals need it, so nothing is asked before there is one.
    """

    def __init__(self, client: SoapClient) -> None:
        self._client = client
        self._known: dict[tuple[str, str], str | None] = {}

    def of(self, record: SuiteRecord) -> Names:
        """Return what tells the names of the records that this one leads to, and of what those lead to."""
        own = names_in(record, self._client.fault_book)
        return lambda type_, internal_id: own(type_, internal_id) or self._fetched(type_, internal_id)

    def _fetched(self, type_: str, internal_id: str) -> str | None:
        asked = type_, internal_id
        if asked not in self._known:
            try:
                self._known[asked] = self._ask(*asked)
            except StreakNetSuiteError:
                # The role may not read it, or NetSuite is busy: the refusal stands without the name.
                self._known[asked] = None
        return self._known[asked]

    def _ask(self, type_: str, internal_id: str) -> str | None:
        if type_ == _ITEM:
            request = SearchRequest(
                subject="Item", criteria={"internalId": any_of(RecordRef(internal_id=internal_id))}
            )
            found = self._client.send(search(request, SearchPreferences(page_size=5))).records
            return _name(found[0]) if found else None
        if type_ not in _FETCHED:
            return None
        answer = self._client.send(get(RecordRef(type=type_, internal_id=internal_id)))
        return _name(answer.record) if answer.status.success and answer.record else None


def names_in(record: SuiteRecord, book: FaultBook) -> Names:
    """Return what tells the names of the records that a record leads to: those of its references that have one.

    An internal id is only unique among records of a type, so a reference counts by the type its field leads to.
    """
    rows = [row for sublist in record.sublists.values() for row in sublist.rows]
    known = {
        (book.record_of(value.type or field), value.internal_id): value.name
        for fields in (record, *rows)
        for field, value in fields.values.items()
        if isinstance(value, RecordRef) and value.name
    }
    return lambda type_, internal_id: known.get((type_, internal_id))


def _name(record: SuiteRecord) -> str | None:
    return next((text for field in _NAMES if (text := record.text(field))), None)
