"""What a customer table says beside evidence: the money that hangs on a record, its age, whether it is in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates.kind import Kind

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Names of columns that are no evidence of sameness; a table may lack any of them.

    Attributes:
        money: amounts that hang on a record, such as its open balance and its orders, in one currency.
        inactive: true for records that are not in use any more.
        created: when the record was made.
    """

    money: Sequence[str] = ("balance", "orders")
    inactive: str = "inactive"
    created: str = "created"

    def kinds(self, frame: pd.DataFrame, told: Mapping[str, Kind] | None = None) -> dict[str, Kind]:
        """Return what the engine is told of the columns: these are not compared."""
        apart = [name for name in (*self.money, self.inactive, self.created) if name in frame]
        return {**dict.fromkeys(apart, Kind.IGNORED), **(told or {})}

    def at_stake(self, frame: pd.DataFrame) -> Real:
        """Return the amounts of each record added up, whatever their sign; what is no number is nothing."""
        total = np.zeros(len(frame))
        for name in self.money:
            if name in frame:
                total += pd.to_numeric(frame[name], errors="coerce").fillna(0).abs().to_numpy(float)
        return total

    def inactive_of(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which records are out of use."""
        if self.inactive not in frame:
            return np.zeros(len(frame), bool)
        said = frame[self.inactive].fillna("").astype(str).str.strip().str.lower()
        return said.isin(["true", "t", "yes", "y", "1"]).to_numpy(bool)

    def age_of(self, frame: pd.DataFrame) -> Real:
        """Return the place of each record by when it was made, the oldest first; those without a time last."""
        if self.created not in frame:
            return np.zeros(len(frame))
        made = pd.to_datetime(frame[self.created], errors="coerce", utc=True, format="ISO8601")
        return np.asarray(made.rank(method="dense", na_option="bottom"), np.float64)
