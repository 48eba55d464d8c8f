"""The account's currencies, and to how many digits their amounts are rounded."""

import logging
from collections.abc import Mapping

from streak_netsuite.connectors.netsuite.calls.reads import get_all
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.currency_digits import iso_digits

log = logging.getLogger(__name__)

# SuiteTalk's CurrencyCurrencyPrecision. Oracle's help names zero and two (section_N1397831, read 2026-11), older WSDLs one.
_PRECISIONS = {"_zero": 0, "_one": 1, "_two": 2, "_three": 3, "_four": 4}


def currency_digits(client: SoapClient) -> Mapping[str, int]:
    """Return how many digits after the point amounts have, by a currency's internal id, name and code; "" is the base currency.

    NetSuite's own word counts; where it says nothing, ISO 4217 does. Nothing where the role may not see currencies.
    """
    try:
        records = client.send(get_all("currency"))
    except RejectedByVendor as error:
        log.warning(
            "amounts are compared to two digits: %s; grant the integration's role the permission Currency, View",
            error,
        )
        return {}
    found: dict[str, int] = {}
    for one in records:
        digits = _PRECISIONS.get(one.text("currencyPrecision"), iso_digits(one.text("symbol")))
        names = [one.internal_id, one.text("name"), one.text("symbol")]
        found |= {name: digits for name in names if name}
        if one.flag("isBaseCurrency"):
            found[""] = digits  # rows of an account without several currencies name none
    return found
