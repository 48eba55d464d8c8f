"""Finding those few records among many that one record should be compared with.

Whoever keeps the records keeps the codes of each beside it, and asks for those that share some. What a code
says depends on how many share it: one that few share is asked for by itself, commoner ones by twos.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np

from assist.duplicates.blocking import Key, blocks_of, keys_of
from assist.duplicates.kind import Kind
from assist.duplicates.table import Table

CROWDED = 40
MOST_TWOS = 8
_MOST_PRODUCT = 40_000_000  # of two crowds: two of 6,000, say, which some 40 of a million share by chance
_SAYS_NOTHING = {Kind.CATEGORY}
_BYTES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A value that records may share, told by nothing but a keyed digest.

    Attributes:
        column: what it is a value of.
        number: signed, 64 bits.
    """

    column: str
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What to ask for: records that have one of the `ones`, or both of one of the `twos`."""

    ones: Sequence[int]
    twos: Sequence[tuple[int, int]]


def codes_of(table: Table, secret: bytes) -> list[list[Code]]:
    """Return the codes of each record.

    Args:
        secret: keys the digests, so that codes tell nothing to who has no key.
    """
    found: list[list[Code]] = [[] for _ in range(table.size)]
    for place, key in enumerate(_keys(table)):
        numbers = key.codes.tolist()
        for row, number in enumerate(numbers):
            if number:
                found[row].append(Code(column=key.column, number=_digest(place, number, secret)))
    return found


def crowds_of(table: Table, secret: bytes) -> dict[int, int]:
    """Return how many records share each code that more than `CROWDED` share."""
    return {
        _digest(place, int(code), secret): size
        for place, key in enumerate(_keys(table))
        for code, size in _crowded(key)
    }


def wanted(codes: Sequence[Code], crowds: Mapping[int, int]) -> Wanted:
    """Return what to ask for, for a record with these codes.

    Twos are of different columns, those that fewest are expected to share first.
    """
    common = [code for code in codes if code.number in crowds]
    twos = sorted(
        (crowds[a.number] * crowds[b.number], a.number, b.number)
        for a, b in combinations(common, 2)
        if a.column != b.column and crowds[a.number] * crowds[b.number] < _MOST_PRODUCT
    )
    return Wanted(
        ones=[code.number for code in codes if code.number not in crowds],
        twos=[(a, b) for _, a, b in twos[:MOST_TWOS]],
    )


def _keys(table: Table) -> list[Key]:
    kinds = {part.column: part.kind for part in table.parts}
    return [key for key in keys_of(table) if kinds[key.column] not in _SAYS_NOTHING]


def _crowded(key: Key) -> Iterator[tuple[np.uint64, int]]:
    blocks = blocks_of(key.codes)
    for at in np.flatnonzero(blocks.sizes > CROWDED):
        yield key.codes[blocks.order[blocks.starts[at]]], int(blocks.sizes[at])


def _digest(place: int, code: int, secret: bytes) -> int:
    text = place.to_bytes(1, "big") + code.to_bytes(8, "big")
    return int.from_bytes(blake2b(text, digest_size=_BYTES, key=secret).digest(), "big", signed=True)
