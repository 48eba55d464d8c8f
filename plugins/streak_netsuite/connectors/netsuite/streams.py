"""NetSuite's changed and deleted transactions, as the sweeps read them."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from streak_netsuite.connectors.netsuite.calls.deleted import DeletedPage, DeletedRecord, get_deleted
from streak_netsuite.connectors.netsuite.plain_record import to_plain
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.stream import Absence, Sighting, StreamPage

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, kw_only=True)
class DeletionStream:
    """Transactions of a sale that were deleted. Implements RecordStream.

    A list of changes never shows what is gone: only getDeleted says so. Its pages are of a window of time that is over,
    so that nothing comes or goes between them, and a position is the window's end and the next page's number.
    An account that does not let the role see what was deleted is asked on each sweep; all else goes on.
    """

    client: SoapClient
    clock: Callable[[], datetime]
    kind: RecordKind = RecordKind.SALES_ORDER
    tells_changes: bool = True

    @property
    def name(self) -> str:
        """Names its watermark."""
        return f"netsuite.deletions.{self.scope}"

    @property
    def scope(self) -> str:
        """The account."""
        return self.client.account.realm

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        """Yield what was deleted at or after `since`, which must be given."""
        if since is None:
            raise ValueError("what was deleted is asked for from a time on")
        last, number = _position(start) if start is not None else (max(since, self.clock()), 1)
        while (page := self._page(since, last, number)) is not None:
            number += 1
            is_last = number > page.pages
            deleted = [_deletion(one) for one in page.records]
            yield StreamPage(
                sightings=tuple(_deletion_sighting(one) for one in deleted if one is not None),
                next_position=None if is_last else f"{last.isoformat()} {number}",
            )
            if is_last:
                return
        yield StreamPage(sightings=(), next_position=None)

    def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
        """Return nothing: what was deleted stays so."""
        return dict.fromkeys(keys, Absence.HIDDEN)

    def deletions(self, since: datetime) -> Iterator[Deletion]:
        """Yield what was deleted at or after a time, for a dry run."""
        for page in self.pages(since, start=None):
            for one in page.sightings:
                if one.changed_at is not None:
                    yield Deletion(
                        record=one.hint.record, at=one.changed_at, number=one.hint.payload["number"]
                    )

    def _page(self, since: datetime, last: datetime, number: int) -> DeletedPage | None:
        """Return a page; None when the role may not see what was deleted."""
        wanted = get_deleted(first=since, last=last, types=list(_TYPES), page=number)
        try:
            return self.client.send(wanted)
        except RejectedByVendor as error:
            if number > 1:  # the first page was shown
                raise
            log.warning(
                "no deal is told of what was deleted in NetSuite: %s; grant the integration's role the permission Deleted Records",
                error,
            )
            return None


def _position(start: str) -> tuple[datetime, int]:
    last, _, number = start.partition(" ")
    return datetime.fromisoformat(last), int(number)


def _deletion(record: DeletedRecord) -> Deletion | None:
    kind = _TYPES.get(record.ref.type)
    if kind is None or record.at is None or not record.ref.internal_id:
        return None
    ref = ExternalRef(system=SystemId.NETSUITE, kind=kind, id=record.ref.internal_id)
    return Deletion(record=ref, at=record.at.astimezone(UTC), number=record.ref.name)


def _deletion_sighting(deletion: Deletion) -> Sighting:
    hint = deletion.hint()
    return Sighting(hint=hint, digest=hint.version, changed_at=deletion.at)


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
