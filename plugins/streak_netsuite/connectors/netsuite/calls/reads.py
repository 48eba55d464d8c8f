"""Reading records by their ids. Source: SuiteTalk help "get", "getList", "getAll", read 2026-11."""

from collections.abc import Sequence

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import ReadAnswer, read_read, read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.errors import Unavailable

GET_LIST_MAX = 1000  # section_N3418637


def get(ref: RecordRef) -> SoapCall[ReadAnswer]:
    """Read one record."""
    return SoapCall(
        operation="get",
        effect=Effect.READ,
        arguments=lambda writer: {"baseRef": writer.ref(ref)},
        read=lambda body: read_read(body.part("readResponse")),
    )


def get_list(refs: Sequence[RecordRef]) -> SoapCall[tuple[ReadAnswer, ...]]:
    """Read up to 1,000 records of any types; an answer for each, in the order asked."""

    def read(body: Fields) -> tuple[ReadAnswer, ...]:
        listed = body.part("readResponseList")
        read_status(listed.part("status")).refuse_failed(name="NetSuite getList")
        answers = tuple(read_read(one) for one in listed.many("readResponse"))
        if len(answers) != len(refs):
            raise Unavailable(f"NetSuite getList: {len(answers)} answers to {len(refs)} references")
        return answers

    return SoapCall(
        operation="getList",
        effect=Effect.READ,
        arguments=lambda writer: {"baseRef": [writer.ref(ref) for ref in refs]},
        read=read,
        records=len(refs),
    )


def get_all(record_type: str) -> SoapCall[tuple[SuiteRecord, ...]]:
    """Read every record of one of the short types ("currency", "state", ...)."""

    def read(body: Fields) -> tuple[SuiteRecord, ...]:
        result = body.part("getAllResult")
        read_status(result.part("status")).refuse_failed(name="NetSuite getAll")
        return tuple(result.many("recordList"))

    return SoapCall(
        operation="getAll",
        effect=Effect.READ,
        arguments=lambda _writer: {"record": {"recordType": record_type}},
        read=read,
    )
