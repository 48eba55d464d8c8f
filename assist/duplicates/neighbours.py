"""Nearest neighbours by the rare character trigrams of their names, within a fixed amount of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # it ships no types

from assist.duplicates import cores
from assist.duplicates.kind import Kind
from assist.duplicates.pairs import Pairs, no_pairs, packed, union
from assist.duplicates.settings import Settings
from assist.duplicates.table import Table

_NAMED = (Kind.COMPANY, Kind.TITLE, Kind.PERSON, Kind.STREET)
_SLOTS = 1 << 20
_NEWLINE = 10
_LEAST = 0.25
_CHUNK_WORK = 5_000_000  # products at once: each takes some 40 bytes until the nearest are picked
_CHUNK_ROWS = 100_000
Index = NDArray[np.int64]
Real = NDArray[np.float32]
Names = Sequence[NDArray[np.object_]]


@dataclass(frozen=True, kw_only=True)
class Grams:
    """The weight of each trigram's slot among some records, and which are rare enough to be looked up."""

    weight: Real
    rare: NDArray[np.bool_]

    @classmethod
    def of(cls, names: Names, size: int, work: float) -> "Grams":
        """Return the grams of records; looking all of them up costs at most the given multiplications."""
        seen = np.zeros(_SLOTS)
        for start in range(0, size, _CHUNK_ROWS):
            seen += np.bincount(_slots(names, start)[1], minlength=_SLOTS)
        by_rarity = np.argsort(seen, kind="stable")
        rare = np.zeros(_SLOTS, bool)
        rare[by_rarity[np.cumsum(seen[by_rarity] ** 2) <= work]] = True
        weight = (np.log(size / np.maximum(seen, 1)).clip(0) + 0.1).astype(np.float32)
        return cls(weight=weight, rare=rare & (seen > 0))

    def vectors(self, names: Names, size: int) -> sparse.csr_array:
        """Return records by rare trigrams; two records of the same text have a product of one at most."""
        blocks = [self._block(names, start, size) for start in range(0, size, _CHUNK_ROWS)]
        return sparse.csr_array(sparse.vstack(blocks, format="csr"))

    def _block(self, names: Names, start: int, size: int) -> sparse.csr_array:
        rows, slots = _slots(names, start)
        length = min(_CHUNK_ROWS, size - start)
        square = np.bincount(rows, weights=self.weight[slots] ** 2, minlength=length)
        kept = self.rare[slots]
        rows, slots = rows[kept], slots[kept]
        value = self.weight[slots] / np.sqrt(np.maximum(square, 1e-9))[rows].astype(np.float32)
        return sparse.csr_array((value, (rows, slots.astype(np.int32))), shape=(length, _SLOTS))


def names_of(table: Table) -> Names:
    """Return the values by which records of a table are near each other."""
    return [part.values for part in table.parts if part.kind in _NAMED]


def neighbours(table: Table, settings: Settings, side: Index | None = None) -> Pairs:
    """Return packed pairs of each record with those nearest by name.

    Args:
        side: the table each record is from, where only records of different tables are to be paired.
    """
    names = names_of(table)
    if not names or table.size < 2:
        return no_pairs()
    work = settings.gram_work + settings.gram_work_per_record * table.size
    vectors = Grams.of(names, table.size, work).vectors(names, table.size)
    turned = vectors.T.tocsr()

    def nearest(portion: tuple[int, int]) -> Pairs:
        start, end = portion
        left, right, score = products(vectors[start:end], turned)
        left += start
        kept = left != right if side is None else side[left] != side[right]
        left, right = best(left[kept], right[kept], score[kept], settings.neighbours)
        return packed(left, right, table.size)

    return union(*cores.each(nearest, _portions(vectors, turned)))


def products(rows: sparse.csr_array, turned: sparse.csr_array) -> tuple[Index, Index, Real]:
    """Return rows, columns and values of a product where they are near enough."""
    near = (rows @ turned).tocoo()
    kept = near.data > _LEAST
    return near.row[kept].astype(np.int64), near.col[kept].astype(np.int64), near.data[kept]


def best(left: Index, right: Index, score: Real, wanted: int) -> tuple[Index, Index]:
    """Return the pairs with the highest scores of each left row."""
    order = np.lexsort((-score, left))
    left, right = left[order], right[order]
    first = np.concatenate(([True], left[1:] != left[:-1])) if len(left) else np.zeros(0, bool)
    place = np.arange(len(left)) - np.maximum.accumulate(np.where(first, np.arange(len(left)), 0))
    return left[place < wanted], right[place < wanted]


def _slots(names: Names, start: int) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """Return the rows and the trigram slots of some records' names."""
    texts = [" ".join(row) for row in zip(*(one[start : start + _CHUNK_ROWS] for one in names), strict=True)]
    # In UTF-8 a letter of another script is two or three bytes, so that its trigrams tell letters and pairs of them.
    letters = np.frombuffer(("\n".join(texts) + "\n\n").encode("utf-8", "replace"), np.uint8)
    letters = letters.astype(np.uint32)
    ends = letters == _NEWLINE
    rows = (np.cumsum(ends) - ends).astype(np.int32)
    whole = ~(ends[:-2] | ends[1:-1] | ends[2:])
    slots = ((letters[:-2] << 16) ^ (letters[1:-1] << 8) ^ letters[2:])[whole] * np.uint32(2654435761) >> 12
    return rows[:-2][whole], slots


def _portions(vectors: sparse.csr_array, turned: sparse.csr_array) -> list[tuple[int, int]]:
    """Return ranges of rows that cost about the same to multiply, so that memory stays bounded."""
    work = np.append(np.diff(turned.indptr)[vectors.indices], 0)
    before = np.concatenate(([0], np.cumsum(work)))[vectors.indptr]
    edges = np.searchsorted(before, np.arange(0, before[-1] + _CHUNK_WORK, _CHUNK_WORK))
    edges = np.unique(np.append(edges, [0, vectors.shape[0]]).clip(0, vectors.shape[0]))
    return [(int(start), int(end)) for start, end in pairwise(edges)]
