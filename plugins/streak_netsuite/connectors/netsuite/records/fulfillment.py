"""Item fulfilments: always made from an order (section_N3508536, read 2026-11)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.records.parts import (
    custom_fields,
    day,
    present,
    quantity,
    reference,
    required_reference,
    whole,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.fulfillment import FulfilledLine, Fulfillment, Package

LINES = "itemList"
PACKAGES = "packageList"


def edit_fulfillment(
    transformed: SuiteRecord,
    *,
    external_id: str,
    quantities: Mapping[int, Decimal] | None = None,
    packages: Sequence[Package] = (),
    status: str = "",
) -> SuiteRecord:
    """Return a transformed fulfilment ready to be added.

    Args:
        transformed: what the order was turned into.
        quantities: how much of which order line leaves; a line that is not named stays behind. None sends
            all that remains.
        packages: parcels with their tracking numbers.
        status: "picked", "packed" or "shipped"; "" leaves NetSuite's own.
    """
    rows = [row for row in transformed.rows(LINES) if whole(row, "orderLine") is not None]
    lines = Sublist(rows=tuple(_sent(row, quantities) for row in rows), mode=SublistMode.MERGE)
    sublists = {LINES: lines}
    if packages:
        sublists[PACKAGES] = Sublist(rows=tuple(_package(p) for p in packages), mode=SublistMode.REPLACE)
    values = dict(transformed.values) | present(shipStatus=f"_{status}" if status else None)
    return replace(transformed, external_id=external_id, values=values, sublists=sublists)


def read_fulfillment(record: SuiteRecord, zone: ZoneInfo) -> Fulfillment:
    """Return a fulfilment.

    Raises:
        ValueError: it was made from nothing, or has no date.
    """
    at = day(record, "tranDate", zone)
    if at is None:
        raise ValueError(f"{record.type} {record.internal_id} has no tranDate")
    return Fulfillment(
        created_from=required_reference(record, "createdFrom"),
        transaction_date=at,
        status=record.text("shipStatus").removeprefix("_"),
        number=record.text("tranId"),
        memo=record.text("memo"),
        lines=tuple(_read_lines(record)),
        packages=tuple(_read_packages(record)),
        custom_fields=custom_fields(record),
    )


def _sent(row: Fields, quantities: Mapping[int, Decimal] | None) -> Fields:
    number = whole(row, "orderLine") or 0
    amount = quantity(row, "quantityRemaining") if quantities is None else quantities.get(number, Decimal(0))
    values = {"orderLine": number, "itemReceive": amount > 0}
    kept = {name: row.values[name] for name in ("location",) if name in row.values}
    return Fields(values={**values, **({"quantity": amount} if amount > 0 else {}), **kept})


def _package(package: Package) -> Fields:
    return Fields(
        values=present(
            packageTrackingNumber=package.tracking_number,
            packageDescr=package.description,
            packageWeight=package.weight,
        )
    )


def _read_lines(record: SuiteRecord) -> Iterable[FulfilledLine]:
    for row in record.rows(LINES):
        item, number = reference(row, "item"), whole(row, "orderLine")
        if item is not None and number is not None:
            yield FulfilledLine(
                order_line=number, item=item, quantity=quantity(row), location=reference(row, "location")
            )


def _read_packages(record: SuiteRecord) -> Iterable[Package]:
    for row in record.rows(PACKAGES):
        yield Package(
            tracking_number=row.text("packageTrackingNumber"),
            description=row.text("packageDescr"),
            weight=row.amount("packageWeight"),
        )
