"""The first sweep of 100,000 boxes: requests beside the least possible, and memory."""

from measurement import Measurement
from sweeping import BOXES, PAGE, place

MOST_MEGABYTES = 200


def measure() -> list[Measurement]:
    """Sweep everything once; each box must have been read, and be known afterwards."""
    with place() as there:
        swept = there.sweep("full")
    if swept.read < BOXES or swept.new < BOXES:
        raise AssertionError(f"{BOXES} boxes: {swept}")
    least = -(-swept.read // PAGE) + 1  # the pages, and the pipelines
    return [
        Measurement(
            name="streak_sweep_full",
            value=swept.requests,
            unit=f"requests for {swept.read:,} boxes",
            reference=f"least possible with {PAGE} a page",
            reference_value=least,
            ratio=swept.requests / least,
            wanted="<= 1.01",
        ),
        Measurement(
            name="streak_sweep_full_rate",
            value=swept.read / swept.seconds,
            unit="boxes a second read, compared and hinted",
            reference="Streak's 5 requests a second",
            reference_value=5 * PAGE,
            ratio=swept.read / swept.seconds / (5 * PAGE),
            wanted=">= 1",
        ),
        Measurement(
            name="streak_sweep_full_memory",
            value=swept.megabytes,
            unit="MB above idle",
            reference="allowed",
            reference_value=MOST_MEGABYTES,
            ratio=swept.megabytes / MOST_MEGABYTES,
            wanted="<= 1",
        ),
    ]
