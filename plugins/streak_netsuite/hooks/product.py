"""The product, opened from Airflow connections."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.hooks.netsuite import NetSuiteHook
from streak_netsuite.hooks.streak import StreakHook

if TYPE_CHECKING:
    from streak_netsuite.assembly import Product
    from streak_netsuite.flows.outage import OutageBook


@dataclass(frozen=True, kw_only=True)
class ProductHook:
    """Three connections and a mapping.

    Attributes:
        mapping: path of a mapping file, or the name of a shipped one.
    """

    streak_conn_id: str = StreakHook.default_conn_name
    netsuite_conn_id: str = NetSuiteHook.default_conn_name
    ledger_conn_id: str = LedgerHook.default_conn_name
    mapping: str = "deal_to_order"

    @contextlib.contextmanager
    def open(self, *, run_id: str, read_only: bool = False) -> "Iterator[Product]":
        """Open both vendors and the ledger for the length of a block.

        Args:
            read_only: a write to a vendor is refused before it leaves.
        """
        from streak_netsuite.assembly import Settings, open_product

        settings = Settings(
            streak=StreakHook(self.streak_conn_id).settings(),
            netsuite=NetSuiteHook(self.netsuite_conn_id).settings(),
            ledger=LedgerHook(self.ledger_conn_id).settings(),
            mapping=self.mapping_path(),
        )
        with open_product(settings, run_id=run_id, read_only=read_only) as product:
            yield product

    @contextlib.contextmanager
    def outages(self) -> "Iterator[OutageBook]":
        """Open the book of what is known to be broken for the length of a block; no vendor is asked."""
        from streak_netsuite.assembly import utc_now
        from streak_netsuite.flows.outage import OutageBook
        from streak_netsuite.ledger.ledger import Ledger

        with Ledger.connect(LedgerHook(self.ledger_conn_id).settings()) as ledger:
            yield OutageBook(memory=ledger, clock=utc_now)

    def mapping_path(self) -> Path:
        """Return where the mapping file lies."""
        from streak_netsuite.mapping.spec import shipped_spec_path

        path = Path(self.mapping)
        return path if path.suffix in {".yaml", ".yml"} else shipped_spec_path(self.mapping)
