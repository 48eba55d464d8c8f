"""What a report shows: the first groups in full, with the evidence of each in words, and counts of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import decision
from assist.duplicates.engine import Findings
from assist.duplicates.explanation import Reason
from assist.duplicates.groups import REVIEW, SURE, Groups, chosen_values
from assist.duplicates.standing import Standing
from assist.duplicates.telling import telling

Index = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One field of a group, side by side.

    Attributes:
        values: of each record, the survivor first.
        differs: the records do not agree.
    """

    name: str
    values: Sequence[str]
    chosen: str
    differs: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """Why two records are taken for one."""

    left: str
    right: str
    bits: float
    probability: float
    reasons: Sequence[Reason]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A group as it is shown.

    Attributes:
        news: "new" when the last run did not have it, or "".
    """

    id: str
    band: str
    probability: float
    at_stake: float
    news: str
    records: Sequence[str]
    lines: Sequence[Line]
    ties: Sequence[Tie]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """All that a page shows.

    Attributes:
        cases: groups by certainty and by money at stake; as many as were asked for.
        near: pairs that are no group but look alike, the closest first.
        bits: of all pairs that were kept, for the plot.
    """

    title: str
    made_at: datetime
    records: int
    groups: int
    sure: int
    review: int
    surplus: int
    at_stake: float
    news: Mapping[str, int]
    cases: Sequence[Case]
    near: Sequence[Tie]
    sizes: Mapping[int, int]
    bits: NDArray[np.float64] = field(repr=False)


def contents_of(
    findings: Findings,
    frame: pd.DataFrame,
    groups: Groups,
    *,
    title: str,
    made_at: datetime,
    standing: Standing | None = None,
    before: Mapping[Any, str] | None = None,
    shown: int = 300,
) -> Contents:
    """Return what a report of a run shows.

    Args:
        before: the group id of each record in the last run; None when there was none, and nothing is called new.
        shown: groups in full; all are counted, and the sheet has all.
    """
    table = groups.table
    old = set(before.values()) if before is not None else set(table.index)
    here = set(table.index)
    return Contents(
        title=title,
        made_at=made_at,
        records=len(frame),
        groups=len(table),
        sure=int((table["band"] == SURE).sum()),
        review=int((table["band"] == REVIEW).sum()),
        surplus=int(table["size"].sum()) - len(table),
        at_stake=float(table["at_stake"].sum()),
        news={"new": len(here - old), "resolved": len(old - here)},
        cases=_cases(findings, frame, groups, standing or Standing(), _first(table, shown), old),
        near=_near(findings, frame, shown // 3),
        sizes=_counted(table["size"].to_numpy(np.int64)),
        bits=findings.bits,
    )


def _counted(sizes: Index) -> dict[int, int]:
    values, counts = np.unique(sizes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _first(table: pd.DataFrame, shown: int) -> Sequence[str]:
    """Return the ids of groups to show; two of three places go to what needs a person to look at."""
    review = list(table.index[table["band"] == REVIEW])
    sure = list(table.index[table["band"] == SURE])
    asked = review[: max(shown - len(sure), 2 * shown // 3)]
    return sure[: shown - len(asked)] + asked


def _cases(
    findings: Findings,
    frame: pd.DataFrame,
    groups: Groups,
    standing: Standing,
    wanted: Sequence[str],
    old: set[str],
) -> list[Case]:
    members = groups.members[groups.members["group"].isin(set(wanted))].reset_index(drop=True)
    if members.empty:
        return []
    chosen = chosen_values(frame, members)
    ties = _ties_of(findings, frame, members)
    rows_of = {str(group): list(some) for group, some in members.groupby("group", sort=False)["row"]}
    table = groups.table.loc[list(wanted)]
    facts = zip(
        table["band"].tolist(), table["probability"].tolist(), table["at_stake"].tolist(), strict=True
    )
    return [
        Case(
            id=group,
            band=band,
            probability=probability,
            at_stake=at_stake,
            news="" if group in old else "new",
            records=[str(frame.index[at]) for at in rows_of[group]],
            lines=_lines(frame, rows_of[group], chosen.loc[[group]], standing),
            ties=ties[group],
        )
        for group, (band, probability, at_stake) in zip(wanted, facts, strict=True)
    ]


def _lines(frame: pd.DataFrame, rows: Sequence[int], chosen: pd.DataFrame, standing: Standing) -> list[Line]:
    part = frame.iloc[list(rows)]
    found = []
    for at, name in enumerate(frame.columns):
        column = part.iloc[:, at]
        if name in standing.money:
            values = _amounts(column)
            if _is_something(column):
                found.append(Line(name=str(name), values=values, chosen=_sum(column), differs=False))
            continue
        if name == standing.inactive:
            out = standing.inactive_of(part).tolist()
            values = ["yes" if one else "no" for one in out] if any(out) else []
            after = values[:1]
        elif name == standing.created:
            values, after = _days(column), _days(chosen.iloc[:, at])
        else:
            values, after = texts_of(column.tolist()), texts_of(chosen.iloc[:, at].tolist())
        if any(values):
            differs = len({value for value in values if value}) > 1
            found.append(Line(name=str(name), values=values, chosen=after[0], differs=differs))
    return found


def _is_something(amounts: "pd.Series[Any]") -> bool:
    """Return whether any amount is not zero; what is no number is something, too."""
    numbers = pd.to_numeric(amounts, errors="coerce")
    return bool((numbers.fillna(0) != 0).any() or (numbers.isna() & amounts.notna()).any())


def _amounts(amounts: "pd.Series[Any]") -> list[str]:
    """Return amounts as people read them; what is no number stays as it is."""
    numbers = pd.to_numeric(amounts, errors="coerce").tolist()
    return [
        text if number != number else f"{number:,.2f}"
        for number, text in zip(numbers, texts_of(amounts.tolist()), strict=True)
    ]


def _days(moments: "pd.Series[Any]") -> list[str]:
    """Return the days of moments; what is none stays as it is."""
    found = pd.to_datetime(moments, errors="coerce", utc=True, format="ISO8601").tolist()
    return [
        text if pd.isna(moment) else f"{moment:%Y-%m-%d}"
        for moment, text in zip(found, texts_of(moments.tolist()), strict=True)
    ]


def _sum(amounts: "pd.Series[Any]") -> str:
    return f"{pd.to_numeric(amounts, errors='coerce').sum():,.2f} together"


def texts_of(values: Iterable[Any]) -> list[str]:
    """Return values as they are shown; what is missing is empty."""
    return ["" if _is_missing(value) else str(value).strip() for value in values]


def _is_missing(value: Any) -> bool:
    """Return whether a value of a frame is none; what pandas calls missing has no truth of its own."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _ties_of(findings: Findings, frame: pd.DataFrame, members: pd.DataFrame) -> dict[str, list[Tie]]:
    """Return, for each member but the survivor, the evidence that ties it to the survivor of its group."""
    survivors = members.loc[members["survivor"]].set_index("group")["row"]
    others = members.loc[~members["survivor"]]
    left = survivors.loc[others["group"]].to_numpy(np.int64)
    found: dict[str, list[Tie]] = {group: [] for group in survivors.index}
    for group, tie in zip(
        others["group"], _explained(findings, frame, left, others["row"].to_numpy(np.int64)), strict=True
    ):
        found[group].append(tie)
    return found


def _near(findings: Findings, frame: pd.DataFrame, shown: int) -> list[Tie]:
    apart = np.flatnonzero(~findings.together & (findings.bits > findings.settings.review_bits))
    best = apart[np.argsort(-findings.bits[apart], kind="stable")][:shown]
    pairs, rows = findings.pairs[best], len(findings.ids)
    return _explained(findings, frame, pairs // rows, pairs % rows)


def _explained(findings: Findings, frame: pd.DataFrame, left: Index, right: Index) -> list[Tie]:
    told = telling(findings, frame, left, right)
    chance = decision.probability(told.bits)
    names = frame.index
    return [
        Tie(left=str(names[i]), right=str(names[j]), bits=float(b), probability=float(p), reasons=reasons)
        for i, j, b, p, reasons in zip(left, right, told.bits, chance, told.reasons, strict=True)
    ]
