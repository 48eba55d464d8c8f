"""The seeded account's lists: currencies, subsidiaries, tax codes, places, terms, periods, choices."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import periods
from streak_netsuite.sandbox.netsuite.drafts import draft
from streak_netsuite.sandbox.netsuite.values import Record, Ref

_CURRENCIES = (
    ("1", "US Dollar", "USD", "1.0"),
    ("2", "British Pound", "GBP", "1.27"),
    ("3", "Canadian Dollar", "CAD", "0.73"),
    ("4", "Euro", "EUR", "1.08"),
)
_SUBSIDIARIES = (
    ("1", "Northwind Robotics Inc.", Ref(internal_id="1", name="US Dollar"), "_unitedStates"),
    ("2", "Northwind Robotics GmbH", Ref(internal_id="4", name="Euro"), "_germany"),
)
# By subsidiary; one in each is not used any more.
_TAX_CODES = (
    ("301", "salesTaxItem", "CA-San Francisco", "8.63%", "1", False),
    ("302", "salesTaxItem", "VAT-DE 19%", "19%", "2", False),
    ("303", "salesTaxItem", "VAT-DE 16%", "16%", "2", True),
    ("304", "taxGroup", "PA-Pittsburgh", "7.00%", "1", False),
)
# Kind, id, name, the subsidiaries that use it (none named: all do), whether it is inactive.
_PLACES: tuple[tuple[str, str, str, tuple[str, ...], bool], ...] = (
    ("classification", "1", "Hardware", (), False),
    ("classification", "2", "Services", (), False),
    ("department", "1", "Sales", (), False),
    ("department", "2", "Support", (), False),
    ("department", "3", "Fax Desk", (), True),
    ("location", "1", "Oakland warehouse", (), False),
    ("location", "2", "Munich warehouse", (), False),
    ("location", "3", "Leeds depot", ("2",), False),
)
_TERMS = (
    ("1", "Net 15", 15, False),
    ("2", "Net 30", 30, False),
    ("3", "Net 60", 60, False),
    ("4", "Net 7", 7, True),
)
_PRICE_LEVELS = (("1", "Base Price", None), ("2", "Partner Price", "-10"), ("3", "Online Price", None))
_PERIODS_SINCE, _PERIOD_COUNT = date(2025, 1, 1), 84
# Values that references may name and that are no records here, by element.
CHOICES = {
    "account": {"1": "1000 Checking", "116": "1499 Undeposited Funds", "123": "1100 Accounts Receivable"},
    "category": {"1": "End user", "2": "Reseller"},
    "contactRole": {"-10": "Primary Contact", "1": "Decision Maker"},
    "customForm": {"100": "Standard Sales Order", "101": "Integration Sales Order", "1": "Standard Customer"},
    "entityStatus": {"6": "LEAD-Unqualified", "7": "PROSPECT-Qualified", "13": "CUSTOMER-Closed Won"},
    "leadSource": {"1": "Trade show", "2": "Web"},
    "paymentMethod": {"1": "Cash", "2": "Check", "10": "Wire"},
    "paymentOption": {"1": "Cash", "2": "Check", "10": "Wire"},
    "priceLevel": {"-1": "Custom"},
    "salesRep": {"11": "Ada Whitfield", "12": "Jonas Brandt"},
    "shipMethod": {"1": "Freight", "2": "Courier"},
    "taxCode": {"-7": "-Not Taxable-", "-8": "-Taxable-"},
    "taxItem": {"-7": "-Not Taxable-"},
    "taxSchedule": {"1": "Standard", "2": "Exempt"},
    "territory": {"1": "North America", "2": "Europe"},
    "units": {"1": "Each", "2": "Hour"},
    "unitsType": {"1": "Pieces", "2": "Time"},
    "saleUnit": {"1": "Each", "2": "Hour"},
}


def records() -> Iterator[Record]:
    """Yield the records of the lists."""
    for id_, name, symbol, rate in _CURRENCIES:
        yield draft(
            "currency",
            id_,
            name=name,
            symbol=symbol,
            isBaseCurrency=id_ == "1",
            isInactive=False,
            exchangeRate=Decimal(rate),
            currencyPrecision="_two",
        )
    for id_, name, currency, country in _SUBSIDIARIES:
        yield draft(
            "subsidiary", id_, name=name, isInactive=False, country=country, legalName=name, currency=currency
        )
    yield from _tax_codes()
    yield from _places()
    for id_, name, days, inactive in _TERMS:
        yield draft("term", id_, name=name, daysUntilNetDue=days, isInactive=inactive)
    for id_, name, discount in _PRICE_LEVELS:
        level = draft("priceLevel", id_, name=name, isInactive=False)
        if discount is not None:
            level.fields["discountpct"] = Decimal(discount)
        yield level
    for id_, name, begin, end in periods.months(_PERIODS_SINCE, _PERIOD_COUNT):
        yield draft(
            "accountingPeriod",
            id_,
            periodName=name,
            startDate=begin,
            endDate=end,
            isAdjust=False,
            isQuarter=False,
            isYear=False,
        )


def _tax_codes() -> Iterator[Record]:
    for id_, kind, name, rate, subsidiary, inactive in _TAX_CODES:
        yield draft(
            kind,
            id_,
            itemId=name,
            rate=rate if kind == "salesTaxItem" else Decimal(rate.rstrip("%")),
            isInactive=inactive,
            subsidiaryList={"recordRef": [Ref(internal_id=subsidiary, type="subsidiary")]},
        )


def _places() -> Iterator[Record]:
    for kind, id_, name, subsidiaries, inactive in _PLACES:
        place = draft(kind, id_, name=name, isInactive=inactive, includeChildren=False)
        if subsidiaries:
            place.fields["subsidiaryList"] = {
                "recordRef": [Ref(internal_id=s, type="subsidiary") for s in subsidiaries]
            }
        yield place
