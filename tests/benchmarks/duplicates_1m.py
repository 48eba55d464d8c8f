"""A million customers on two cores, from the file to groups and the report; and how time grows from ten thousand.

Each size runs in a process of its own, so that its memory is its own.
"""

import contextlib
import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
from duplicates_data import BUILD, PeerMissing, companies
from duplicates_peers import SPLINK, labels_of
from measurement import Measurement

MILLION = 1_000_000
SMALL = 10_000
SECONDS_BAR, MEGABYTES_BAR = 60.0, 4096.0
_LOOK_SECONDS = 2.0  # a look stops the process for a moment


def measure() -> list[Measurement]:
    """Run small and large; then splink on the large one, where it can be installed."""
    try:
        small, large = (_in_own_process(count) for count in (SMALL, MILLION))
    except PeerMissing as error:
        print(f"duplicates_1m: without {error}", file=sys.stderr)  # noqa: T201
        return []
    grown = MILLION * math.log(MILLION) / (SMALL * math.log(SMALL))
    rows = [
        _row("end to end", large["seconds"], "s", "bar", SECONDS_BAR),
        _row("memory", large["megabytes"], "MB", "bar", MEGABYTES_BAR),
        _row("growth", large["seconds"], "s", "n log n from 10,000", small["seconds"] * grown),
    ]
    try:
        theirs = labels_of(SPLINK, companies(MILLION))
        rows.append(_row("beside splink", large["seconds"], "s", "splink, no report", theirs.seconds, ""))
    except PeerMissing as error:
        print(f"duplicates_1m: without {error}", file=sys.stderr)  # noqa: T201
    return rows


def _row(
    what: str, value: float, unit: str, reference: str, reference_value: float, wanted: str = "<= 1"
) -> Measurement:
    return Measurement(
        name=f"duplicates_1m: {what}",
        value=value,
        unit=unit,
        reference=reference,
        reference_value=reference_value,
        ratio=value / reference_value,
        wanted=wanted,
    )


def _in_own_process(count: int) -> dict[str, float]:
    companies(count)  # makes the file
    path = BUILD / f"companies_{count}.csv"
    with subprocess.Popen([sys.executable, __file__, path], stdout=subprocess.PIPE, text=True) as process:
        shared = _most_of(process)
        told, _ = process.communicate(timeout=900)
    if process.returncode:
        raise RuntimeError(f"duplicates_1m: the run of {count} records ended with {process.returncode}")
    found: dict[str, float] = json.loads(told)
    return {**found, "megabytes": max(found["megabytes"], shared)}


def _most_of(process: "subprocess.Popen[str]") -> float:
    """Return the most megabytes that a process and its children held at once; what they share counts once."""
    most = 0.0
    whole = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            family = [whole, *whole.children(recursive=True)]
            most = max(most, sum(one.memory_full_info().pss for one in family) / 2**20)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    return most


def _run(path: Path) -> dict[str, float]:
    import resource
    import tempfile
    import time

    import pandas as pd

    from assist.duplicates import find_duplicates
    from assist.duplicates.groups import groups_of
    from assist.duplicates.report import contents_of, page, sheet, write_csv
    from assist.duplicates.standing import Standing

    start = time.perf_counter()
    frame = pd.read_csv(path, dtype=str, index_col="unique_id").drop(columns="cluster")
    standing = Standing()
    findings = find_duplicates(frame, kinds=standing.kinds(frame))
    groups = groups_of(findings, frame, standing)
    contents = contents_of(
        findings, frame, groups, title="Duplicate customers", made_at=datetime.now(UTC), standing=standing
    )
    with tempfile.TemporaryDirectory() as folder:
        html = page(contents, sure_bits=findings.settings.automatic_bits)
        (Path(folder) / "report.html").write_text(html, encoding="utf-8")
        write_csv(sheet(frame, groups), Path(folder) / "sheet.csv")
    return {
        "seconds": time.perf_counter() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "groups": len(groups.table),
    }


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]))))  # noqa: T201
