"""NetSuite's changed transactions, as the sweeps read them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from streak_netsuite.connectors.netsuite.plain_record import to_plain
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.stream import Absence, Sighting, StreamPage

_DIGEST = 12  # characters
_TYPES: Mapping[str, RecordKind] = {
    "salesOrder": RecordKind.SALES_ORDER,
    "itemFulfillment": RecordKind.FULFILLMENT,
    "invoice": RecordKind.INVOICE,
    "customerPayment": RecordKind.PAYMENT,
    "customerDeposit": RecordKind.DEPOSIT,
    "depositApplication": RecordKind.DEPOSIT_APPLICATION,
    "creditMemo": RecordKind.CREDIT_MEMO,
    "customerRefund": RecordKind.REFUND,
}


@dataclass(frozen=True, kw_only=True)
class TransactionStream:
    """Transactions of a sale that changed, in ascending internal ids. Implements RecordStream.

    A position is the internal id that was read last: a sweep that stopped goes on behind it.
    """

    searches: Searches
    account: str
    kind: RecordKind = RecordKind.SALES_ORDER
    tells_changes: bool = True

    @property
    def name(self) -> str:
        """Names its watermark."""
        return f"netsuite.transactions.{self.account}"

    @property
    def scope(self) -> str:
        """The account."""
        return self.account

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        """Yield the transactions modified at or after `since`, or all."""
        criteria: dict[str, Criterion] = {
            "type": any_of(*(f"_{type_}" for type_ in _TYPES)),
            "mainLine": checked(value=True),
        }
        if since is not None:
            criteria["lastModifiedDate"] = on_or_after(since)
        request = SearchRequest(subject="Transaction", criteria=criteria)
        previous: StreamPage | None = None
        for records in self.searches.records(request, after=int(start or 0)):
            if previous is not None:
                yield previous
            shown = [sighting for record in records if (sighting := _sighting(record)) is not None]
            previous = StreamPage(sightings=tuple(shown), next_position=records[-1].internal_id)
        last = previous.sightings if previous is not None else ()
        yield StreamPage(sightings=last, next_position=None)

    def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
        """Return nothing: deletions in NetSuite are told by NetSuite itself."""
        return dict.fromkeys(keys, Absence.HIDDEN)


def _sighting(record: SuiteRecord) -> Sighting | None:
    kind = _TYPES.get(record.type)
    changed = record.moment("lastModifiedDate")
    if kind is None or changed is None:
        return None
    # NetSuite's times are whole seconds: what the record says tells two changes of one second apart.
    content = hashlib.sha256(json.dumps(to_plain(record), sort_keys=True).encode()).hexdigest()
    version = f"{changed.astimezone(UTC).isoformat()}-{content[:_DIGEST]}"
    hint = Hint(
        record=ExternalRef(system=SystemId.NETSUITE, kind=kind, id=record.internal_id),
        version=version,
        event="changed",
        origin=HintOrigin.SWEEP,
        payload={"number": record.text("tranId")},
    )
    return Sighting(hint=hint, digest=content, changed_at=changed)
