"""Turning one transaction into another: order to fulfilment, order to invoice, invoice to payment.

NetSuite fills the new record and does not save it: edit it, then add it (section_N3508536, read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import ReadAnswer, read_read, read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields
from streak_netsuite.connectors.netsuite.writer import RecordWriter

INITIALIZE_LIST_MAX = 50  # ours: Oracle names no limit; a filled transaction costs as much as a read one


@dataclass(frozen=True, kw_only=True, slots=True)
class Transform:
    """What to make of what.

    Attributes:
        to: the record type wanted ("invoice", "itemFulfillment", "customerPayment", "creditMemo", ...).
        source: what it is made of ("salesOrder" 8004).
        aux: a second choice some transforms need (the receivables account of a customer's payment).
    """

    to: str
    source: RecordRef
    aux: RecordRef | None = None


def initialize(transform: Transform) -> SoapCall[ReadAnswer]:
    """Return the filled, unsaved record."""
    return SoapCall(
        operation="initialize",
        effect=Effect.READ,
        arguments=lambda writer: {"initializeRecord": _arguments(writer, transform)},
        read=lambda body: read_read(body.part("readResponse")),
    )


def initialize_list(transforms: Sequence[Transform]) -> SoapCall[tuple[ReadAnswer, ...]]:
    """Return the filled, unsaved records, an answer for each, in the order asked."""
    return SoapCall(
        operation="initializeList",
        effect=Effect.READ,
        arguments=lambda writer: {"initializeRecord": [_arguments(writer, one) for one in transforms]},
        read=_many,
        records=len(transforms),
    )


def _many(body: Fields) -> tuple[ReadAnswer, ...]:
    listed = body.part("readResponseList")
    read_status(listed.part("status")).refuse_failed(name="NetSuite initializeList")
    return tuple(read_read(one) for one in listed.many("readResponse"))


def _arguments(_writer: RecordWriter, transform: Transform) -> Mapping[str, Any]:
    wanted: dict[str, Any] = {"type": transform.to, "reference": _ref(transform.source)}
    if transform.aux is not None:
        wanted["auxReference"] = _ref(transform.aux)
    return wanted


def _ref(ref: RecordRef) -> dict[str, str]:
    ids = {"type": ref.type, "internalId": ref.internal_id, "externalId": ref.external_id}
    return {name: value for name, value in ids.items() if value}
