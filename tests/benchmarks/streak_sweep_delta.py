"""A sweep of 100,000 boxes with 50 changes: requests beside the least possible, and memory."""

import time

from measurement import Measurement
from sweeping import place

CHANGES = 50
MOST_MEGABYTES = 200
_OVERLAP_SECONDS = 1.0  # the boxes were all made a moment ago, and the usual overlap would read them again


def measure() -> list[Measurement]:
    """Sweep what changed once; exactly the changed boxes must be hinted."""
    with place() as there:
        time.sleep(2 * _OVERLAP_SECONDS)
        there.watch_from(there.stream)
        there.change(CHANGES)
        swept = there.sweep("delta", overlap_seconds=_OVERLAP_SECONDS)
    if (swept.read, swept.new) != (CHANGES, CHANGES):
        raise AssertionError(f"{CHANGES} changes: {swept}")
    least = 2  # one page, and the pipelines
    return [
        Measurement(
            name="streak_sweep_delta",
            value=swept.requests,
            unit=f"requests for {CHANGES} changes",
            reference="least possible",
            reference_value=least,
            ratio=swept.requests / least,
            wanted="<= 1",
        ),
        Measurement(
            name="streak_sweep_delta_memory",
            value=swept.megabytes,
            unit="MB above idle",
            reference="allowed",
            reference_value=MOST_MEGABYTES,
            ratio=swept.megabytes / MOST_MEGABYTES,
            wanted="<= 1",
        ),
    ]
