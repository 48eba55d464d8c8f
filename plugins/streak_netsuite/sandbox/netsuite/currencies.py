"""Currencies, and to how many digits their amounts are kept."""

from collections.abc import Mapping
from decimal import Decimal

from streak_netsuite.sandbox.netsuite.amounts import CENT_DIGITS, rounded
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref

# CurrencyCurrencyPrecision of the schema; it has no word for other numbers.
_PRECISIONS = {"_zero": 0, "_two": 2}
# Currencies with another number, by ISO 4217 (list one, read 2026-11).
_OTHERS: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {symbol: digits for digits, symbols in _OTHERS.items() for symbol in symbols.split()}


def digits_of(store: Store, currency: Ref | str | None) -> int:
    """Return the digits after the point of amounts in a currency, by its reference or internal id; two where none is named.

    Its record's own precision counts; where that says nothing, ISO 4217 does.
    """
    ref = Ref(internal_id=currency) if isinstance(currency, str) else currency
    record = store.find(ref, "currency") if ref else None
    if record is None:
        return CENT_DIGITS
    symbol = str(record.fields.get("symbol", ""))
    return _PRECISIONS.get(record.fields.get("currencyPrecision", ""), _DIGITS.get(symbol, CENT_DIGITS))


def kept(store: Store, currency: Ref | str | None, amount: Decimal) -> Decimal:
    """Return an amount as it is kept in a currency."""
    return rounded(amount, digits_of(store, currency))


def add(store: Store, *, symbol: str, name: str, exchange_rate: Decimal) -> Record:
    """Add a currency, as a person does under Setup, Accounting; return it.

    Its precision is left open where the schema has no word for it.
    """
    now = store.now()
    digits = _DIGITS.get(symbol, CENT_DIGITS)
    precision = next((word for word, number in _PRECISIONS.items() if number == digits), None)
    record = Record(
        kind="currency",
        internal_id=str(max(int(one.internal_id) for one in store.all("currency")) + 1),
        external_id="",
        created_at=now,
        modified_at=now,
        fields={
            "name": name,
            "symbol": symbol,
            "isBaseCurrency": False,
            "isInactive": False,
            "exchangeRate": exchange_rate,
            **({"currencyPrecision": precision} if precision else {}),
        },
    )
    store.put(record)
    return record
