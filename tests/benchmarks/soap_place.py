"""What the SOAP benchmarks share: a WSDL to load, and a reply of a thousand customers."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import zeep

from streak_netsuite.connectors.netsuite.wsdl import load_wsdl
from streak_netsuite.sandbox.netsuite import envelope, wsdl
from streak_netsuite.sandbox.netsuite.codec import codec_for
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.values import CustomValue, Ref

VERSION = "2023_2"
_SAMPLES = {
    "string": "Kestrel Aerospace",
    "boolean": True,
    "double": Decimal("1234.50"),
    "long": 42,
    "dateTime": datetime(2026, 5, 4, 12, tzinfo=UTC),
}


@contextmanager
def wsdl_directory() -> Iterator[tuple[Path, str]]:
    """Give a directory as a connection would keep it, and whose WSDL lies in it.

    Oracle's own where it is at hand, else the sandbox's subset, which is a tenth of the size.
    """
    shared = Path(__file__).parents[3] / "shared/netsuite-wsdl"
    folder = Path(os.environ.get("STREAK_NETSUITE_WSDL", shared))
    if (folder / f"v{VERSION}_0/netsuite.wsdl").exists():
        yield folder, "Oracle's WSDL"
        return
    with tempfile.TemporaryDirectory() as name:
        for file, content in wsdl.render_files(VERSION).items():
            path = Path(name) / f"v{VERSION}_0" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(name), "the sandbox's WSDL"


def plain_client(directory: Path) -> zeep.Client:
    """Return a client as zeep makes it by itself."""
    return zeep.Client(str(directory / f"v{VERSION}_0/netsuite.wsdl"))


def our_client(directory: Path) -> zeep.Client:
    """Return a client as the product makes it; nothing is fetched."""
    return load_wsdl(None, base_url="https://none.invalid", version=VERSION, directory=directory)  # type: ignore[arg-type]  # a file needs no client


def seconds(act: Callable[[], object], *, times: int = 5) -> float:
    """Return how long something takes, the median of some runs after one to warm up."""
    act()
    return statistics.median(_timed(act) for _ in range(times))


def seconds_of_two(
    one: Callable[[], object], other: Callable[[], object], *, times: int = 7
) -> tuple[float, float]:
    """Return how long each takes, the medians of runs that take turns: what slows the machine slows both."""
    one()
    other()
    pairs = [(_timed(one), _timed(other)) for _ in range(times)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def customers_reply(count: int) -> bytes:
    """Return a search's reply with many customers: every body field, ten custom fields, one address each."""
    codec = codec_for(VERSION)
    content = {
        "searchResult": {
            "status": {"@isSuccess": True},
            "totalRecords": count,
            "pageSize": count,
            "totalPages": 1,
            "pageIndex": 1,
            "searchId": "WEBSERVICES_1",
            "recordList": {"record": [_customer(number) for number in range(1, count + 1)]},
        }
    }
    return envelope.reply(codec, "search", content, account="1234567", settings=Settings())


def _customer(number: int) -> dict[str, Any]:
    codec = codec_for(VERSION)
    fields: dict[str, Any] = {"@xsi": "relationships:Customer", "@internalId": str(number)}
    for decl in codec._plan("relationships:Customer").elements:
        if decl.type in _SAMPLES:
            fields[decl.name] = _SAMPLES[decl.type]
    for name in ("entityStatus", "subsidiary", "currency", "terms"):
        fields[name] = Ref(internal_id="1", name="Northwind Robotics Inc.")
    address = {"country": "_unitedStates", "addr1": "77 Foundry Way", "city": "Pittsburgh", "zip": "15222"}
    fields["addressbookList"] = {"addressbook": [{"defaultBilling": True, "addressbookAddress": address}]}
    fields["customFieldList"] = {
        "customField": [
            CustomValue(kind="String", script_id=f"custentity_{n}", internal_id=str(n), value=f"value {n}")
            for n in range(10)
        ]
    }
    return fields


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
