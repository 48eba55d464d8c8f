"""How many digits after the point the amounts of a currency have."""

from decimal import ROUND_HALF_UP, Decimal

USUAL_DIGITS = 2

# The currencies with another number, by ISO 4217 (list one, read 2026-11).
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: digits for digits, codes in _OTHERS.items() for code in codes.split()}


def iso_digits(code: str) -> int:
    """Return the digits of a currency by its ISO 4217 code; of any other text the usual two."""
    return _DIGITS.get(code, USUAL_DIGITS)


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Return an amount to so many digits after the point, half up as NetSuite rounds."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
