"""Groups of records that may be one customer, with what is at stake and who would survive a merge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import decision
from assist.duplicates.engine import Findings
from assist.duplicates.identity import stable_ids
from assist.duplicates.standing import Standing

Index = NDArray[np.int64]
Real = NDArray[np.float64]
SURE, REVIEW = "sure", "review"


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Groups of two records and more.

    Attributes:
        table: one row for each group, indexed by its stable id, the surest and dearest first: `size`, `bits`
            (of the member that is tied least), `probability`, `band` ("sure" or "review"), `at_stake`.
        members: one row for each record of a group, groups in the order of `table`, the proposed survivor
            first: `group`, `row` (its place in the frame), `survivor`, `at_stake`.
    """

    table: pd.DataFrame
    members: pd.DataFrame


def groups_of(
    findings: Findings,
    frame: pd.DataFrame,
    standing: Standing | None = None,
    before: Mapping[Any, str] | None = None,
) -> Groups:
    """Return the groups that a run found in a frame.

    The survivor is in use, has the most money on it, the most filled fields, and is the oldest, in this order.

    Args:
        before: the group id of each record in the last run, so that a group keeps its id.
    """
    standing = standing or Standing()
    sizes = np.bincount(findings.groups)
    rows = np.flatnonzero(sizes[findings.groups] > 1)
    numbers = np.unique(findings.groups[rows], return_inverse=True)[1].astype(np.int64)
    members = pd.DataFrame(
        {
            "group": stable_ids(findings.ids[rows], numbers, before),
            "row": rows,
            "at_stake": standing.at_stake(frame)[rows],
            "bits": _ties(findings)[rows],
            "inactive": standing.inactive_of(frame)[rows],
            "filled": frame.notna().sum(axis=1).to_numpy()[rows],
            "age": standing.age_of(frame)[rows],
        }
    )
    table = _table(members, findings.settings.automatic_bits)
    place = pd.Series(np.arange(len(table)), index=table.index)
    members["place"] = place.loc[members["group"]].to_numpy() if len(members) else []
    members = members.sort_values(
        ["place", "inactive", "at_stake", "filled", "age", "row"],
        ascending=[True, True, False, False, True, True],
        ignore_index=True,
    )
    members["survivor"] = ~members["group"].duplicated()
    return Groups(table=table, members=members[["group", "row", "survivor", "at_stake"]])


def _ties(findings: Findings) -> Real:
    """Return how strongly each record is tied to the one of its group it is tied to most, in bits.

    Nobody of a group with two registration numbers is tied surely: those without one may belong to either.
    """
    rows = len(findings.ids)
    tied = findings.together
    pairs, bits = findings.pairs[tied], findings.bits[tied]
    found = np.full(rows, findings.settings.kept_bits)
    np.maximum.at(found, pairs // rows, bits)
    np.maximum.at(found, pairs % rows, bits)
    most = np.where(findings.disputed, findings.settings.unsure_bits, np.inf)
    return np.asarray(np.minimum(found, most))


def _table(members: pd.DataFrame, automatic: float) -> pd.DataFrame:
    by_group = members.groupby("group", sort=True)
    table = pd.DataFrame(
        {
            "size": by_group["row"].size(),
            "bits": by_group["bits"].min(),
            "at_stake": by_group["at_stake"].sum(),
        }
    )
    table["probability"] = decision.probability(table["bits"].to_numpy(float))
    table["band"] = np.where(table["bits"] >= automatic, SURE, REVIEW)
    table["is_review"] = table["band"] == REVIEW
    table = table.sort_values(
        ["is_review", "at_stake", "bits"], ascending=[True, False, False], kind="stable"
    )
    return table[["size", "bits", "probability", "band", "at_stake"]]


def chosen_values(frame: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Return the field values proposed for the survivor of each group, indexed by group.

    A field keeps the survivor's value; where it has none, that of the first record of its group that has one.
    """
    records = frame.iloc[members["row"].to_numpy()].reset_index(drop=True)
    numbers, groups = pd.factorize(members["group"])
    chosen = {name: records[name].reindex(first_filled(records[name], numbers)) for name in records}
    return pd.DataFrame({name: column.array for name, column in chosen.items()}, index=pd.Index(groups))


def first_filled(column: "pd.Series[Any]", numbers: Index) -> Index:
    """Return, for each group, the place of the first record whose field holds something; -1 where none does.

    Args:
        numbers: the group of each record, from 0.
    """
    filled = np.flatnonzero(_filled(column))[::-1]
    first = np.full(int(numbers.max(initial=-1)) + 1, -1, np.int64)
    first[numbers[filled]] = filled  # the last that is set stays, which is the first record
    return first


def _filled(column: "pd.Series[Any]") -> NDArray[np.bool_]:
    there = np.asarray(column.notna().to_numpy(), bool)
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return there
    if isinstance(column.dtype, pd.StringDtype):
        words = column.fillna("").tolist()
        return np.fromiter(map(bool, map(str.strip, words)), bool, len(words))
    values = column.tolist()
    blank = [isinstance(value, str) and (not value or value.isspace()) for value in values]
    return np.asarray(there & ~np.array(blank, bool))
