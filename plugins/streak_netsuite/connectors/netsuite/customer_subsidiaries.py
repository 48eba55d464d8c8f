"""The ties of customers to further subsidiaries (feature Multi-Subsidiary Customer)."""

from collections.abc import Mapping

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import SearchRequest, any_of
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary

TIE = "customerSubsidiaryRelationship"


def write_tie(tie: CustomerSubsidiary, external_id: str) -> SuiteRecord:
    """Return the record that adds a customer to a subsidiary."""
    return SuiteRecord(
        type=TIE,
        external_id=external_id,
        values={"entity": RecordRef.of(tie.customer), "subsidiary": RecordRef.of(tie.subsidiary)},
    )


def find_ties(searches: Searches, wanted: Mapping[str, CustomerSubsidiary]) -> Mapping[str, RecordRef]:
    """Return the ties that exist, under the same keys. They are found by what they tie: people make them, too."""
    found: dict[str, RecordRef] = {}
    for key, tie in wanted.items():
        criteria = {
            "entity": any_of(RecordRef(internal_id=tie.customer.internal_id or "")),
            "subsidiary": any_of(RecordRef(internal_id=tie.subsidiary.internal_id or "")),
        }
        request = SearchRequest(subject="CustomerSubsidiaryRelationship", criteria=criteria)
        records = [record for page in searches.records(request) for record in page]
        if records:
            found[key] = records[0].key
    return found
