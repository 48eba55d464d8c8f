"""A ledger with a million customers in its directory, and a model learned from them: the gate's real place."""

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from cryptography.fernet import Fernet
from duplicates_data import Case, companies

from assist.duplicates import find_duplicates
from assist.duplicates.index import crowds_of
from assist.duplicates.kept import to_plain
from streak_netsuite.flows.customer_frame import KINDS
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import CustomerProfile

_PAGE = 1000
_NOW = datetime(2026, 11, 24, tzinfo=UTC)
_COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A filled ledger, and customers it has not seen, some of which are copies of those it has.

    Attributes:
        new: profiles by the row of their frame.
        partners: the rows in the directory that are the same customer, by the row of the new one; none for strangers.
    """

    ledger: Ledger
    count: int
    new: dict[str, CustomerProfile]
    partners: dict[str, frozenset[str]]


@contextlib.contextmanager
def filled(count: int, asked: int) -> Iterator[Known]:
    """Fill a ledger with all but some of the generated companies, and give those as new ones.

    Raises:
        PeerMissing: the companies cannot be generated here.
    """
    case = companies(count)
    frame = case.frames[0].rename(columns={"company": "name"}).fillna("")
    frame["registration_number"] = ""
    held = np.random.default_rng(11).permutation(len(frame))[:asked]
    new = frame.iloc[held]
    old = frame.drop(index=new.index)
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedPostgres(Path(name) / "pg", durable=False) as postgres,
    ):
        postgres.create_database("ledger")
        key = Fernet.generate_key().decode()
        with Ledger.connect(LedgerSettings(url=postgres.url("ledger"), encryption_keys=(key,))) as ledger:
            upgrade(ledger.engine)
            start = time.perf_counter()
            ledger.directory.refresh(_pages(old), watermark="netsuite.customers", position=_NOW)
            print(f"directory: {len(old)} in {time.perf_counter() - start:.0f} s", file=sys.stderr)  # noqa: T201
            findings = find_duplicates(old[list(KINDS)].replace("", None), kinds=dict(KINDS))
            index = ledger.directory.index
            index.keep_model(to_plain(findings.model), crowds_of(findings.table, index.key()), now=_NOW)
            yield Known(
                ledger=ledger,
                count=count,
                new={str(at): _profile(row) for at, row in new.iterrows()},
                partners=_partners(case, frame, held),
            )


def _partners(case: Case, frame: pd.DataFrame, held: np.ndarray) -> dict[str, frozenset[str]]:
    apart = set(held.tolist())
    rows = pd.Series(np.arange(len(frame))).groupby(case.truth).agg(list)
    names = frame.index.astype(str)
    return {
        str(names[at]): frozenset(names[one] for one in rows[case.truth[at]] if one not in apart)
        for at in held.tolist()
    }


def _profile(row: "pd.Series[str]") -> CustomerProfile:
    return CustomerProfile(**{name: str(row[name]) for name in KINDS})


def _pages(frame: pd.DataFrame) -> Iterator[list[CustomerEntry]]:
    columns = [
        frame[name].tolist() for name in ("name", "email", "phone", "street", "city", "postcode", "country")
    ]
    ids = frame.index.astype(str).tolist()
    for start in range(0, len(frame), _PAGE):
        yield [
            CustomerEntry(
                internal_id=ids[at],
                name=columns[0][at],
                email=columns[1][at],
                phone=columns[2][at],
                address="\n".join(
                    part
                    for part in (
                        columns[3][at],
                        f"{columns[4][at]} {columns[5][at]}".strip(),
                        _COUNTRIES.get(columns[6][at], columns[6][at]),
                    )
                    if part
                ),
            )
            for at in range(start, min(start + _PAGE, len(frame)))
        ]
