"""getCurrencyRate: what one unit of a currency is worth in another."""

from datetime import datetime
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import answers
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_DIGITS = Decimal("0.00000001")


class CurrencyRates:
    """The handler."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_currency_rate(self, _call: Call, request: Fields) -> Fields:
        """Answer a getCurrencyRate; what the filter leaves out means every currency.

        The account knows one rate per currency, whatever the day.
        """
        wish = request["currencyRateFilter"]
        try:
            bases = self._chosen(wish, "baseCurrency")
            sources = self._chosen(wish, "fromCurrency")
        except RecordRefused as refused:
            return {"getCurrencyRateResult": {"status": answers.failed(refused)}}
        day = self._store.show_day(self._store.day(wish.get("effectiveDate") or self._store.now()))
        rates = [_rate(b, s, day) for b in bases for s in sources if b is not s or len(sources) == 1]
        result = {"status": answers.ok(), "currencyRateList": {"currencyRate": rates}}
        return {"getCurrencyRateResult": result}

    def _chosen(self, wish: Fields, name: str) -> list[Record]:
        currencies = [c for c in self._store.all("currency") if not c.fields.get("isInactive")]
        ref: Ref | None = wish.get(name)
        if ref is None:
            return currencies
        found = self._store.find(ref, "currency")
        if found is None:
            raise bad_reference(name, ref.key)
        return [found]


def _rate(base: Record, source: Record, day: datetime) -> Fields:
    rate = (source.fields["exchangeRate"] / base.fields["exchangeRate"]).quantize(_DIGITS).normalize()
    return {
        "baseCurrency": Ref(internal_id=base.internal_id, type="currency", name=base.name),
        "fromCurrency": Ref(internal_id=source.internal_id, type="currency", name=source.name),
        "exchangeRate": rate,
        "effectiveDate": day,
    }
