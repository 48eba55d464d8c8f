"""To how many digits amounts are compared: NetSuite's own word, else ISO 4217's."""

import logging
from typing import Any, cast

import pytest

from streak_netsuite.connectors.netsuite.currencies import currency_digits
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor


class Account:
    """Answers with its currencies, or refuses."""

    def __init__(self, *currencies: SuiteRecord, refuses: bool = False) -> None:
        self._currencies, self._refuses = currencies, refuses

    def send(self, _call: object) -> tuple[SuiteRecord, ...]:
        if self._refuses:
            raise RejectedByVendor("Permission Violation", code="INSUFFICIENT_PERMISSION")
        return self._currencies


def digits(*currencies: SuiteRecord, refuses: bool = False) -> Any:
    return currency_digits(cast("SoapClient", Account(*currencies, refuses=refuses)))


def currency(internal_id: str, name: str, symbol: str, **values: Any) -> SuiteRecord:
    return SuiteRecord(
        type="currency", internal_id=internal_id, values={"name": name, "symbol": symbol, **values}
    )


def test_a_currency_is_known_by_its_id_name_and_code() -> None:
    found = digits(currency("7", "Yen", "JPY", currencyPrecision="_zero"))
    assert found == {"7": 0, "Yen": 0, "JPY": 0}


@pytest.mark.parametrize(
    ("code", "count"),
    [("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3), ("TND", 3), ("EUR", 2), ("CLF", 4), ("XYZ", 2)],
)
def test_where_netsuite_says_nothing_iso_4217_does(code: str, count: int) -> None:
    assert digits(currency("7", "Money", code))["Money"] == count


def test_netsuites_own_word_counts() -> None:
    assert digits(currency("7", "Dinar", "KWD", currencyPrecision="_two"))["Dinar"] == 2


def test_rows_without_a_currency_are_in_the_base_currency() -> None:
    found = digits(currency("1", "Yen", "JPY", isBaseCurrency=True), currency("2", "Euro", "EUR"))
    assert (found[""], found["Euro"]) == (0, 2)


def test_a_role_that_may_not_see_currencies_is_told_what_it_lacks(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert digits(refuses=True) == {}
    assert "permission Currency" in caplog.text
