"""One customer that is to be created, looked up among a million: the gate in front of NetSuite."""

import sys
import time

from duplicates_data import PeerMissing
from duplicates_ledger import Known, filled
from measurement import Measurement, quantile

MILLION = 1_000_000
ASKED = 500
LOOKUP_BAR_SECONDS = 0.020
_WARM_UP = 20


def measure() -> list[Measurement]:
    """Fill a ledger, and ask one by one."""
    try:
        with filled(MILLION, ASKED + _WARM_UP) as known:
            return _one_by_one(known)
    except PeerMissing as error:
        print(f"duplicates_lookup: without {error}", file=sys.stderr)  # noqa: T201
        return []


def _one_by_one(known: Known) -> list[Measurement]:
    names = list(known.new)[: ASKED + _WARM_UP]
    seconds, found, there, wrong = [], 0, 0, 0
    for at, name in enumerate(names):
        start = time.perf_counter()
        alike = known.ledger.directory.alike_of({name: known.new[name]}).get(name, ())
        if at >= _WARM_UP:
            seconds.append(time.perf_counter() - start)
            likely = {entry.internal_id for entry, probability, _ in alike if probability >= 0.5}
            there += bool(known.partners[name])
            found += bool(likely & known.partners[name])
            wrong += bool(likely - known.partners[name])
    p50, p99 = quantile(seconds, 0.5), quantile(seconds, 0.99)
    print(  # noqa: T201
        f"duplicates_lookup: p50 {1000 * p50:.1f} ms, p99 {1000 * p99:.1f} ms; {found} of {there} that have a copy are "
        f"found, {wrong} of {len(seconds)} would be asked about for another's sake",
        file=sys.stderr,
    )
    return [
        Measurement(
            name="duplicates_lookup, p99",
            value=p99,
            unit="s",
            reference="bar",
            reference_value=LOOKUP_BAR_SECONDS,
            ratio=p99 / LOOKUP_BAR_SECONDS,
            wanted="<= 1",
        ),
        Measurement(
            name="duplicates_lookup, found",
            value=found / there,
            unit="share of those that have a copy",
            reference="all",
            reference_value=1.0,
            ratio=found / there,
            wanted="",
        ),
    ]
