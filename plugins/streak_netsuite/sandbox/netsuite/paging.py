"""Pages of lists that are not searches: getDeleted, getSelectValue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from streak_netsuite.sandbox.netsuite.preferences import PAGE_SIZES
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.values import Fields

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Item]):
    """One page and the numbers its reply carries."""

    rows: Sequence[Item]
    numbers: Fields


def page_of(found: Sequence[Item], index: int, size: int) -> Page[Item]:
    """Return a page; the first one is there even when nothing was found.

    Raises:
        RecordRefused: the size is out of bounds, or there is no such page.
    """
    if size not in PAGE_SIZES:
        raise RecordRefused(
            "INVALID_SEARCH_PAGE_SIZE", f"The page size must be {PAGE_SIZES[0]} to {PAGE_SIZES[-1]}."
        )
    pages = -(-len(found) // size)
    if index < 1 or (index > pages and index > 1):
        raise RecordRefused("INVALID_PAGE_INDEX", f"There is no page {index}.")
    numbers: Fields = {
        "totalRecords": len(found),
        "pageSize": size,
        "totalPages": pages,
        "pageIndex": index,
    }
    return Page(rows=found[(index - 1) * size : index * size], numbers=numbers)
