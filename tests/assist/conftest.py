"""Labelled data that is not ours to ship, read where it lies; tests over it are skipped with a word when it does not."""

import csv
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.evaluation import Case

_DATA = Path(os.environ.get("STREAK_NETSUITE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the checkout."""
    if not _DATA.is_dir():
        pytest.skip(f"no public data sets in {_DATA}; set STREAK_NETSUITE_SHARED_DATA to their folder")
    return _DATA


@pytest.fixture(scope="session")
def labelled_pairs(shared_data: Path) -> Sequence[dict[str, str]]:
    """Pairs of source field and NetSuite field as vendors and connectors document them."""
    with (shared_data / "mapping" / "crm_netsuite_pairs_dev.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def table_cases(shared_data: Path) -> Callable[[str], Sequence[Case]]:
    """Read the schema-matching cases of one group: two tables with values, and the right pairs."""

    def read(group: str) -> Sequence[Case]:
        return [
            _table_case(folder)
            for folder in sorted((shared_data / "mapping" / "valentine" / group).iterdir())
        ]

    return read


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
