"""How much of an item is where, and what a currency is worth. Source: SuiteTalk help, read 2026-11."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields

AVAILABILITY_MAX = 10_000  # records in one answer; more is an error (section_1540364662)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemAvailability:
    """An item's stock at one location; None where the account does not say."""

    item: RecordRef
    location: RecordRef | None
    on_hand: Decimal | None
    committed: Decimal | None
    available: Decimal | None
    on_order: Decimal | None
    back_ordered: Decimal | None
    changed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrencyRate:
    """What one unit of `currency` is worth in `base`."""

    base: RecordRef
    currency: RecordRef
    rate: Decimal
    effective: datetime | None


def get_item_availability(
    items: Sequence[RecordRef], *, changed_since: datetime | None = None
) -> SoapCall[tuple[ItemAvailability, ...]]:
    """Read where these items are; a location an item is not kept in has no entry."""
    filter_: dict[str, object] = {"item": {"recordRef": [_ref(item) for item in items]}}
    if changed_since is not None:
        filter_["lastQtyAvailableChange"] = changed_since
    return SoapCall(
        operation="getItemAvailability",
        effect=Effect.READ,
        arguments=lambda _writer: {"itemAvailabilityFilter": filter_},
        read=_availability,
        records=len(items),
    )


def get_currency_rates(base: RecordRef, *, on: date | None = None) -> SoapCall[tuple[CurrencyRate, ...]]:
    """Read the rates into a base currency, of a day or the latest."""
    return SoapCall(
        operation="getCurrencyRate",
        effect=Effect.READ,
        arguments=lambda writer: {
            "currencyRateFilter": {
                "baseCurrency": writer.plain_ref(base),
                **({} if on is None else {"effectiveDate": writer.midnight(on)}),
            }
        },
        read=_rates,
    )


def _ref(ref: RecordRef) -> dict[str, str]:
    ids = {"type": ref.type, "internalId": ref.internal_id, "externalId": ref.external_id}
    return {name: value for name, value in ids.items() if value}


def _availability(body: Fields) -> tuple[ItemAvailability, ...]:
    result = body.part("getItemAvailabilityResult")
    read_status(result.part("status")).refuse_failed(name="NetSuite getItemAvailability")
    return tuple(
        ItemAvailability(
            item=one.ref("item") or RecordRef(),
            location=one.ref("locationId"),
            on_hand=one.amount("quantityOnHand"),
            committed=one.amount("quantityCommitted"),
            available=one.amount("quantityAvailable"),
            on_order=one.amount("quantityOnOrder"),
            back_ordered=one.amount("quantityBackOrdered"),
            changed_at=one.moment("lastQtyAvailableChange"),
        )
        for one in result.many("itemAvailabilityList")
    )


def _rates(body: Fields) -> tuple[CurrencyRate, ...]:
    result = body.part("getCurrencyRateResult")
    read_status(result.part("status")).refuse_failed(name="NetSuite getCurrencyRate")
    return tuple(
        CurrencyRate(
            base=one.ref("baseCurrency") or RecordRef(),
            currency=one.ref("transactionCurrency") or RecordRef(),
            rate=one.amount("exchangeRate") or Decimal(0),
            effective=one.moment("effectiveDate"),
        )
        for one in result.many("currencyRateList")
    )
