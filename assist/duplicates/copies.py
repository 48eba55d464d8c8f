"""Records that are equal in everything that is compared, in one table or in two."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.blocking import blocks_of, mixed_all
from assist.duplicates.kind import Kind
from assist.duplicates.pairs import Pairs, no_pairs, packed
from assist.duplicates.table import Codes, Part, Table

_NAMES = frozenset(
    {Kind.COMPANY, Kind.PERSON, Kind.TITLE, Kind.EMAIL, Kind.PHONE, Kind.IDENTIFIER, Kind.DOMAIN}
)
_NAMES_ALONE = frozenset({Kind.COMPANY, Kind.TITLE})  # two persons of one name are two persons
_PLACES = frozenset({Kind.STREET, Kind.POSTCODE, Kind.CITY})
_BY_CHANCE = 0.02
"""So many unrelated records that are equal to one may be expected in the whole table, at most."""
_MOST_ALONE = 5


def copies_of(table: Table, side: NDArray[np.int64] | None = None) -> Pairs:
    """Return each record that equals one before it, paired with the first of those.

    Args:
        side: the table each record is from, where two are linked: then the first of the one is paired with the first of the other,
            the second with the second, and what is left over stays alone.
    """
    if not table.parts:
        return no_pairs()
    members, sizes = blocks_of(_whole(table)).large(2)
    if not len(members):
        return no_pairs()
    if side is not None:
        return _across(members, sizes, side, table.size)
    first = np.repeat(np.minimum.reduceat(members, np.cumsum(sizes) - sizes), sizes)
    return np.sort(packed(first[members != first], members[members != first], table.size))


def _across(
    members: NDArray[np.int64], sizes: NDArray[np.int64], side: NDArray[np.int64], rows: int
) -> Pairs:
    """Return pairs of equal records of two tables, each record once."""
    block = np.repeat(np.arange(len(sizes)), sizes)
    part = 2 * block + side[members]
    order = np.lexsort((members, part))
    members, part = members[order], part[order]
    place = np.arange(len(part)) - np.searchsorted(part, part)  # within its block and table
    where = (part // 2) * rows + place
    left, right = part % 2 == 0, part % 2 == 1
    _, one, other = np.intersect1d(where[left], where[right], assume_unique=True, return_indices=True)
    return np.sort(packed(members[left][one], members[right][other], rows))


def _whole(table: Table) -> Codes:
    """Return one number for each record, the same for those that are equal."""
    return mixed_all([part.codes for part in table.parts])


def rare_copies(table: Table, copies: Pairs) -> NDArray[np.bool_]:
    """Return which copies chance hardly makes, however little the model has learned from a small or narrow table.

    As many records outside as have each value tell how often it comes up. Names, e-mails and the like count each; places say
    the same of each other, so the rarest of them counts. A name alone is enough for companies, if nobody else has it.
    """
    rows = copies // table.size
    whole = _whole(table)
    alike = _counted(whole, whole[rows])
    outside = table.size - alike + 1
    expected, place = outside.astype(float), np.ones(len(copies))
    filled, alone = np.zeros(len(copies), int), np.zeros(len(copies), bool)
    for _, parts in groupby(table.parts, key=lambda part: part.column):
        share, kind = _rarest(list(parts), rows, alike, outside)
        filled += share < 1
        if kind in _NAMES:
            expected *= share
            alone |= (share < 1 / outside) & (kind in _NAMES_ALONE)
        elif kind in _PLACES:
            place = np.minimum(place, share)
    by_name = expected < outside
    return np.asarray(
        np.where(filled > 1, by_name & (expected * place < _BY_CHANCE), alone & (alike <= _MOST_ALONE))
    )


def _rarest(
    parts: Sequence[Part], rows: NDArray[np.int64], alike: NDArray[np.int64], outside: NDArray[np.int64]
) -> tuple[NDArray[np.float64], Kind]:
    """Return the share of other records that have the same in a column, 1 where nothing is in it; and what it holds."""
    shares = []
    for part in parts:
        mine = part.codes[rows]
        share = (_counted(part.codes, mine) - alike + 0.5) / outside
        shares.append(np.where(mine == 0, 1.0, np.minimum(share, 1.0)))
    return np.min(shares, axis=0), parts[0].kind


def _counted(codes: Codes, wanted: Codes) -> NDArray[np.int64]:
    """Return how many records have each of the wanted codes."""
    asked, back = np.unique(wanted, return_inverse=True)
    at = np.minimum(np.searchsorted(asked, codes), len(asked) - 1)
    return np.bincount(at[asked[at] == codes], minlength=len(asked))[back]
