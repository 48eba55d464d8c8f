"""A thousand new and changed records against a million that are known: what an hourly batch costs."""

import sys
import time

from duplicates_data import PeerMissing
from duplicates_ledger import filled
from measurement import Measurement

MILLION = 1_000_000
AT_ONCE = 1_000
BAR_SECONDS = 5.0


def measure() -> list[Measurement]:
    """Fill a ledger, look up one to warm up, then a thousand at once."""
    try:
        with filled(MILLION, AT_ONCE + 1) as known:
            first, *others = known.new.items()
            known.ledger.directory.alike_of(dict([first]))
            start = time.perf_counter()
            known.ledger.directory.alike_of(dict(others))
            seconds = time.perf_counter() - start
    except PeerMissing as error:
        print(f"duplicates_incremental: without {error}", file=sys.stderr)  # noqa: T201
        return []
    return [
        Measurement(
            name="duplicates_incremental",
            value=seconds,
            unit="s for 1,000 records against a million",
            reference="bar",
            reference_value=BAR_SECONDS,
            ratio=seconds / BAR_SECONDS,
            wanted="<= 1",
        )
    ]
