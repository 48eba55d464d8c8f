"""10,000 orders to an account that takes 5 calls at once."""

from governing import measure_limit
from measurement import Measurement


def measure() -> list[Measurement]:
    """Measure with every slot free, and with half of them taken midway."""
    return measure_limit(5, record_seconds=0.05)
