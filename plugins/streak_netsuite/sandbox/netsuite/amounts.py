"""Money and quantities: what NetSuite can hold, and how it is rounded."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from streak_netsuite.sandbox.netsuite.refusals import bad_value
from streak_netsuite.sandbox.netsuite.values import Fields

CENT_DIGITS = 2
CENT = Decimal(1).scaleb(-CENT_DIGITS)
ZERO = Decimal(0)
_LARGEST = Decimal(10) ** 15
_LARGEST_LONG = 2**63


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Return an amount rounded to so many digits after the point, half up."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to cents, half up."""
    return rounded(amount, CENT_DIGITS)


def add_up(fields: Fields, names: Iterable[str]) -> Decimal:
    """Return the sum of these fields; one that is not there counts nothing."""
    return sum((fields.get(name) or ZERO for name in names), ZERO)


def check_numbers(fields: Fields) -> None:
    """Refuse numbers no amount can be: INF, NaN, or beyond what NetSuite's amounts hold."""
    for name, value in fields.items():
        if isinstance(value, Decimal) and not (value.is_finite() and abs(value) < _LARGEST):
            raise bad_value(name, f"{value} is out of range")
        if isinstance(value, int) and not -_LARGEST_LONG <= value < _LARGEST_LONG:
            raise bad_value(name, f"{value} is out of range")


def read_rate(name: str, text: object) -> Decimal:
    """Return a rate that came as text."""
    try:
        rate = Decimal(str(text).strip().removesuffix("%"))
    except InvalidOperation:
        rate = Decimal("NaN")
    check_numbers({name: rate})
    return rate


def is_percent(rate: object) -> bool:
    """Tell whether a rate is a share ("-10.0%") and no amount."""
    return str(rate).strip().endswith("%")
