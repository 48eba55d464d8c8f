"""The labelled cases of the mapping benchmarks, read where the public data lies."""

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.evaluation import Case, cases

DATA = Path(os.environ.get("STREAK_NETSUITE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")


def field_cases() -> Sequence[Case]:
    """Return CRM and shop fields with their NetSuite fields, names only; none when the data is not there."""
    path = DATA / "mapping" / "crm_netsuite_pairs_dev.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return cases(list(csv.DictReader(file)))


def table_cases() -> Sequence[Case]:
    """Return pairs of tables with values; none when the data is not there."""
    return [_table_case(path.parent) for path in sorted(DATA.glob("mapping/valentine/*/*/expected.json"))]


def _table_case(folder: Path) -> Case:
    sources, targets = (_table(folder / f"{side}.csv") for side in ("source", "target"))
    places = [{one.id: at for at, one in enumerate(side)} for side in (sources, targets)]
    right = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["mappings"]
    truth = [(places[0][one["source"]], [places[1][one["target"]]]) for one in right]
    return Case(system=folder.name, sources=sources, targets=targets, truth=truth)


def _table(path: Path) -> Catalogue:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    fields = [
        Field(record="table", id=name, samples=[row[at] for row in rows]) for at, name in enumerate(head)
    ]
    return Catalogue(system=path.stem, fields=fields)
