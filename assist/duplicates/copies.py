"""Records that are equal in everything that is compared."""

import numpy as np

from assist.duplicates.blocking import blocks_of, mixed_all
from assist.duplicates.pairs import Pairs, no_pairs, packed
from assist.duplicates.table import Table


def copies_of(table: Table) -> Pairs:
    """Return each record that equals one before it, paired with the first of those."""
    if not table.parts:
        return no_pairs()
    members, sizes = blocks_of(mixed_all([part.codes for part in table.parts])).large(2)
    if not len(members):
        return no_pairs()
    first = np.repeat(np.minimum.reduceat(members, np.cumsum(sizes) - sizes), sizes)
    return np.sort(packed(first[members != first], members[members != first], table.size))
