"""Which letters a value has, and how often: two values whose letters differ too much cannot be alike, in whatever order those are.

One number for each value tells that for thousands of pairs at once, and most pairs that are compared are unlike. What is left is
compared letter by letter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]
Real = NDArray[np.float32]
Packed = NDArray[np.uint64]
_CHUNK = 50_000
_BAGS, _MOST = 16, 15  # a count of four bits for each bag
_NEWLINE = 10
_EVEN = np.uint64(0x0F0F0F0F0F0F0F0F)
_AHEAD = np.uint64(0x1010101010101010)
_EACH = np.uint64(0x0101010101010101)
_FOUR, _TOP, _FULL = np.uint64(4), np.uint64(56), np.uint64(15)


@dataclass(frozen=True, kw_only=True)
class Bags:
    """The letters of each value, put into sixteen bags by their code.

    Attributes:
        counts: how many letters are in each bag, 15 at most, packed into one number.
        lengths: of each value.
        firsts: the end of the code of each value's first letter.
    """

    counts: Packed
    lengths: NDArray[np.int16]
    firsts: NDArray[np.uint8]

    @classmethod
    def of(cls, values: NDArray[np.object_]) -> "Bags":
        """Return the bags of values of one line each."""
        found = cls(
            counts=np.zeros(len(values), np.uint64),
            lengths=np.zeros(len(values), np.int16),
            firsts=np.zeros(len(values), np.uint8),
        )
        for start in range(0, len(values), _CHUNK):
            found._fill(slice(start, start + _CHUNK), values[start : start + _CHUNK].tolist())
        return found

    def _fill(self, rows: slice, values: list[str]) -> None:
        letters = _letters("\n".join(values))
        ends = letters == _NEWLINE
        starts = np.concatenate(([0], np.flatnonzero(ends) + 1))
        row = np.cumsum(ends, dtype=np.int32)[~ends]
        bag = (letters[~ends] & np.uint8(_BAGS - 1)).astype(np.int32)
        seen = np.bincount(row * np.int32(_BAGS) + bag, minlength=_BAGS * len(values))
        counts = np.minimum(seen, _MOST).astype(np.uint8).reshape(len(values), _BAGS)
        self.counts[rows] = (counts[:, ::2] | counts[:, 1::2] << 4).view(np.uint64)[:, 0]
        self.lengths[rows] = np.bincount(row, minlength=len(values))
        if len(letters):
            self.firsts[rows] = letters[np.minimum(starts, len(letters) - 1)] & np.uint8(255)


@dataclass(frozen=True, kw_only=True)
class Unlikeness:
    """How much the letters of two values differ, pair by pair.

    Attributes:
        lacking, beyond: letters of the one that the other has not, at least, and of the other that the one has not.
        length, other: how long they are.
        apart: their first letters differ.
    """

    lacking: Real
    beyond: Real
    length: Real
    other: Real
    apart: NDArray[np.bool_]

    @classmethod
    def of(cls, left: Bags, i: Index, right: Bags, j: Index) -> "Unlikeness":
        """Return how unlike pairs of values are."""
        one, other = left.counts[i], right.counts[j]
        return cls(
            lacking=_lacking(one, other),
            beyond=_lacking(other, one),
            length=left.lengths[i].astype(np.float32),
            other=right.lengths[j].astype(np.float32),
            apart=left.firsts[i] != right.firsts[j],
        )


def most_by_edits(pairs: Unlikeness) -> Real:
    """Return the most that likeness by edits, exchanges of neighbours among them, can be: each edit mends one letter of each value."""
    edits = np.maximum(pairs.lacking, pairs.beyond)
    return np.asarray(1 - edits / np.maximum(np.maximum(pairs.length, pairs.other), 1), np.float32)


def most_by_common_letters(pairs: Unlikeness) -> Real:
    """Return the most that likeness by the longest common sequence can be (Indel)."""
    found: Real = 1 - (pairs.lacking + pairs.beyond) / np.maximum(pairs.length + pairs.other, 1)
    return found


def most_by_jaro_winkler(pairs: Unlikeness) -> Real:
    """Return the most that likeness by Jaro and Winkler can be: all common letters in order, and four of them at the beginning."""
    common = np.minimum(pairs.length - pairs.lacking, pairs.other - pairs.beyond)
    jaro = (common / np.maximum(pairs.length, 1) + common / np.maximum(pairs.other, 1) + 1) / 3
    begun = np.where(pairs.apart, np.float32(0), np.float32(0.4))
    return np.asarray(jaro + begun * (1 - jaro), np.float32)


def _letters(text: str) -> NDArray[np.uint8] | NDArray[np.uint32]:
    """Return the code of each letter."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8)
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _lacking(one: Packed, other: Packed) -> Real:
    """Return how many letters of the one the other has not, bag by bag; half of the bags are looked at at once, a byte for each."""
    found = _ahead(one & _EVEN, other & _EVEN)
    found += _ahead((one >> _FOUR) & _EVEN, (other >> _FOUR) & _EVEN)
    return ((found * _EACH) >> _TOP).astype(np.float32)


def _ahead(one: Packed, other: Packed) -> Packed:
    """Return, byte by byte, by how much the one is larger; 0 where it is not."""
    gap = (one | _AHEAD) - other
    return gap & (((gap >> _FOUR) & _EACH) * _FULL)
