"""`make bench`: runs the benchmarks, prints a table, writes build/bench.json."""

import importlib
import json
import sys
from pathlib import Path

from measurement import Measurement
from rich.console import Console
from rich.table import Table

NAMES = (
    "dag_import",
    "receiver",
    "order_throughput",
    "event_latency",
    "streak_sweep_full",
    "streak_sweep_delta",
    "soap_client_build",
    "soap_serialise_orders",
    "soap_parse_customers",
    "governor_limit_5",
    "governor_limit_15",
    "reconcile_100k",
    "mapping_quality",
    "mapping_500x500",
    "mapping_engine",
    "duplicates_quality",
    "duplicates_1m",
    "duplicates_lookup",
    "duplicates_incremental",
    "backfill",
)
REPORT = Path("build/bench.json")


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; figures of benchmarks that were not run are kept."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"no benchmark '{unknown[0]}'; there are: {', '.join(NAMES)}", file=sys.stderr)  # noqa: T201
        return 2
    rows: list[Measurement] = []
    for name in names or NAMES:
        rows += importlib.import_module(name).measure()
    _write(rows)
    Console(width=140).print(_table(rows))
    return 0


def _table(rows: list[Measurement]) -> Table:
    table = Table(title="Benchmarks")
    for column in ("Name", "Value", "Unit", "Reference", "Its value", "Ratio", "Wanted", "Met"):
        table.add_column(column, justify="right" if column in {"Value", "Its value", "Ratio"} else "left")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:.3g}",
            row.unit,
            row.reference,
            f"{row.reference_value:.3g}",
            f"{row.ratio:.2f}",
            row.wanted,
            "" if not row.wanted else "yes" if row.is_met else "NO",
        )
    return table


def _write(rows: list[Measurement]) -> None:
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(REPORT.read_text()) if REPORT.exists() else []
    names = {row.name for row in rows}
    merged = [old for old in kept if old["name"] not in names] + [row.as_dict() for row in rows]
    REPORT.write_text(json.dumps(merged, indent=2) + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
