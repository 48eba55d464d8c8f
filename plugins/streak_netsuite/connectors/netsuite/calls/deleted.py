"""What was deleted. Source: SuiteTalk help "getDeleted": kept for ever, needs the permission Deleted Records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedRecord:
    """One record that is gone. Its internal id is never used again."""

    ref: RecordRef
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedPage:
    """One page of deletions."""

    records: tuple[DeletedRecord, ...]
    total: int
    pages: int


def get_deleted(
    *, first: datetime, last: datetime, types: Sequence[str] = (), script_id: str = "", page: int = 1
) -> SoapCall[DeletedPage]:
    """Read a page of what was deleted in a window, both ends included; of some record types or of all.

    Args:
        script_id: of a custom record type ("customrecord_site"): only its records (GetDeletedFilter of the schema).
    """
    filter_: dict[str, Any] = {
        "deletedDate": {"operator": "within", "searchValue": first, "searchValue2": last}
    }
    if types:
        filter_["type"] = {"operator": "anyOf", "searchValue": list(types)}
    if script_id:
        filter_["scriptId"] = {"operator": "is", "searchValue": script_id}
    wanted: Mapping[str, Any] = {"getDeletedFilter": filter_, "pageIndex": page}
    return SoapCall(operation="getDeleted", effect=Effect.READ, arguments=lambda _writer: wanted, read=_page)


def _page(body: Fields) -> DeletedPage:
    result = body.part("getDeletedResult")
    read_status(result.part("status")).refuse_failed(name="NetSuite getDeleted")
    found = result.many("deletedRecordList")
    return DeletedPage(
        records=tuple(
            DeletedRecord(ref=one.ref("record") or RecordRef(), at=one.moment("deletedDate")) for one in found
        ),
        total=int(result.amount("totalRecords") or len(found)),
        pages=int(result.amount("totalPages") or 1),
    )
