"""Duplicates of one table, or links between two: the whole chain from a frame to groups."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from operator import call

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import clusters, cores, decision, neighbours
from assist.duplicates.alignment import same_columns
from assist.duplicates.blocking import candidates
from assist.duplicates.copies import copies_of, rare_copies
from assist.duplicates.kin import Kin
from assist.duplicates.kind import Kind
from assist.duplicates.model import Model
from assist.duplicates.pairs import Pairs, contains, union
from assist.duplicates.rules import Ruled, Rules
from assist.duplicates.settings import Settings
from assist.duplicates.table import Layout, Table, layout_of, prepare
from assist.duplicates.taught import FEWEST, Teaching, learn

Real = NDArray[np.float64]
Index = NDArray[np.int64]
_CLIP = 12.0
_KIN = "two names at one place, as firms of a group have, are for a person to see"
_COPIES = "equal in all that is compared, as chance hardly makes two"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a run found.

    Attributes:
        ids: the records' ids, in the order of the frame (of both frames, one after the other).
        groups: a group number for each record; records of one group are one customer.
        disputed: which records are in a group that holds two registration numbers, which a person has to see.
        pairs: packed pairs that were compared and kept, with the evidence for each in `bits`.
        ruled, kin: what is said beside the model: by rules, and of firms of one group.
        least: mean bits from which records were grouped.
        teaching: how far people's decisions changed the model; None when there were too few.
    """

    ids: pd.Index
    groups: Index
    disputed: NDArray[np.bool_] = field(repr=False)
    pairs: Pairs
    bits: Real
    least: float
    compared: Pairs = field(repr=False)
    ruled: Ruled = field(repr=False)
    kin: Kin = field(repr=False)
    table: Table = field(repr=False)
    model: Model = field(repr=False)
    settings: Settings
    teaching: Teaching | None = None

    @property
    def clusters(self) -> "pd.Series[int]":
        """Return the group of each record by its id."""
        return pd.Series(self.groups, index=self.ids, name="cluster")

    @property
    def together(self) -> NDArray[np.bool_]:
        """Return which pairs ended in one group."""
        rows = len(self.ids)
        return np.asarray(self.groups[self.pairs // rows] == self.groups[self.pairs % rows])

    def automatic(self) -> NDArray[np.bool_]:
        """Return which pairs are sure enough to be proposed without review."""
        sure = self.together & (self.bits >= self.settings.automatic_bits)
        return np.asarray(sure & ~self.disputed[self.pairs // len(self.ids)])

    def evidence(self, pairs: Pairs) -> Real:
        """Return the bits of any packed pairs, kept or not."""
        rows = len(self.ids)
        judged = self.model.bits(self.table, pairs // rows, self.table, pairs % rows)
        bits = _with_kin(judged, pairs, self.kin, self.settings)
        bits = self.ruled.applied(bits, pairs, self.settings.unsure_bits)
        kept = contains(pairs, self.pairs)
        bits[kept] = self.bits[np.searchsorted(self.pairs, pairs[kept])]
        return bits

    def rules_of(self, pairs: Pairs) -> list[str]:
        """Return in words what decided about packed pairs beside their evidence, where something did."""
        related = self.kin.among(pairs)
        words = self.ruled.words(pairs)
        return [said or (_KIN if kin else _COPIES) for said, kin in zip(words, related, strict=True)]

    def scored_pairs(self) -> pd.DataFrame:
        """Return pairs by id with bits, probability and whether they ended in one group, surest first."""
        rows = len(self.ids)
        left, right = self.pairs // rows, self.pairs % rows
        found = pd.DataFrame(
            {
                "left": self.ids[left],
                "right": self.ids[right],
                "bits": self.bits,
                "probability": decision.probability(self.bits),
                "together": self.together,
            }
        )
        return found.sort_values("bits", ascending=False, kind="stable", ignore_index=True)


def find_duplicates(
    frame: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    rules: Rules | None = None,
    settings: Settings | None = None,
) -> Findings:
    """Return the records of a frame that are one customer; its index gives their ids.

    What people said (`same` and `never` of the rules) is certain for the pairs themselves, and teaches the model where there
    is enough of it.

    Args:
        kinds: what some columns hold, where the values should not decide.
        rules: what is certain beside the model.
    """
    layout = layout_of(frame, kinds)
    return _run(frame, layout, None, rules or Rules(), settings or Settings())


def link(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    rules: Rules | None = None,
    settings: Settings | None = None,
) -> Findings:
    """Return which records of two tables are one customer, each with one partner at most.

    Columns need not be called alike: see `same_columns`. The findings call them as the left table does. Their ids are pairs of the
    side ("left", "right") and the frame's own id.
    """
    names = same_columns(left, right, kinds)
    both = pd.concat([left, right.rename(columns=names)], keys=["left", "right"])
    layout = layout_of(both, {names.get(name, name): kind for name, kind in (kinds or {}).items()})
    side = np.repeat([0, 1], [len(left), len(right)])
    return _run(both, layout, side, rules or Rules(), settings or Settings())


def _run(
    frame: pd.DataFrame, layout: Layout, side: Index | None, rules: Rules, settings: Settings
) -> Findings:
    table = prepare(frame, layout)
    ids: pd.Index = frame.index
    finders = [
        partial(candidates, table, settings),
        partial(neighbours.neighbours, table, settings, side),
    ]
    pairs = union(*cores.each(call, finders))
    ruled = rules.ruled(frame, ids, table)
    pairs = union(pairs, ruled.certain, ruled.never)
    if side is not None:
        pairs = pairs[side[pairs // table.size] != side[pairs % table.size]]
    model, teaching = _taught(
        Model.learned(table, layout, pairs, settings), table, rules, ids, pairs, settings
    )
    copies = copies_of(table, side)
    pairs = union(pairs, copies)

    kin = Kin.of(frame, table)

    def score(some: Pairs) -> Real:
        bits = model.bits(table, some // table.size, table, some % table.size)
        return ruled.applied(_with_kin(bits, some, kin, settings), some, settings.unsure_bits)

    bits = score(pairs)
    bits = _with_copies(bits, np.searchsorted(pairs, copies), table, copies, settings.copy_bits)
    least = decision.threshold(bits, layout.kinds.values(), settings)
    if side is None:
        copies = copies[bits[np.searchsorted(pairs, copies)] > least]
        certain = np.concatenate([ruled.said, ruled.certain, copies])
        units = clusters.joined(certain, ruled.never, table.size)
        groups = clusters.clustered(pairs, bits, table.size, least, score, _CLIP, units)
    else:
        groups = clusters.paired_off(pairs, bits, table.size, least)
    kept = bits > settings.kept_bits
    return Findings(
        ids=ids,
        groups=groups,
        disputed=ruled.disputed(groups),
        pairs=pairs[kept],
        bits=bits[kept],
        least=least,
        compared=pairs,
        ruled=ruled,
        kin=kin,
        table=table,
        model=model,
        settings=settings,
        teaching=teaching,
    )


def _with_kin(bits: Real, pairs: Pairs, kin: Kin, settings: Settings) -> Real:
    """Return the evidence, where firms of one group at one place are for a person to see."""
    sure = np.flatnonzero(bits > settings.unsure_bits)
    related = sure[kin.among(pairs[sure])]
    bits[related] = settings.unsure_bits
    return bits


def _with_copies(bits: Real, places: Index, table: Table, copies: Pairs, least: float) -> Real:
    """Return the evidence, where equal records that chance hardly makes are at least to be looked at."""
    weak = (bits[places] < least) & (bits[places] > clusters.RULED_OUT)
    if weak.any():
        rare = rare_copies(table, copies[weak])
        bits[places[weak][rare]] = least
    return bits


def _taught(
    model: Model, table: Table, rules: Rules, ids: pd.Index, pairs: Pairs, settings: Settings
) -> tuple[Model, Teaching | None]:
    same, never = rules.said(ids)
    if min(len(same), len(never)) < FEWEST or not table.parts:
        return model, None
    decided = np.concatenate([same, never])
    said = np.repeat([True, False], [len(same), len(never)])
    some = np.random.default_rng(settings.seed).permutation(pairs)[: settings.own_pairs]
    evidence = (
        model.untaught(table, asked // table.size, table, asked % table.size) for asked in (decided, some)
    )
    (bits, parts), (own_bits, own_parts) = evidence
    taught, teaching = learn(bits, parts, said, own_bits, own_parts)
    return replace(model, taught=taught), teaching


def id_pairs(findings: Findings, pairs: Pairs) -> Sequence[tuple[Hashable, Hashable]]:
    """Return packed pairs by the records' ids."""
    rows = len(findings.ids)
    return list(zip(findings.ids[pairs // rows], findings.ids[pairs % rows], strict=True))
