"""Lists that come in pages: one object for each of Streak's envelopes, and a walk that can resume.

`{results, hasNextPage}` is turned by page number, `{results, cursor}` by cursor, `{entries, nextPage}` by
token; a bare array is everything (Streak's OpenAPI document and readme, read 2026-11).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from streak_netsuite.connectors.streak.answers import mapping, rows
from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.errors import Unavailable

log = logging.getLogger(__name__)
RowT = TypeVar("RowT")
Reader = Callable[[Mapping[str, Any]], RowT]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[RowT]):
    """Some rows of a list.

    Attributes:
        keys: the key of each row, "" where it has none.
        next_position: where the next page begins; None when this was the last.
    """

    rows: tuple[RowT, ...]
    keys: tuple[str, ...]
    next_position: str | None


class Listing(Protocol[RowT]):
    """A list that is read page by page."""

    def page(self, position: str | None) -> Call[Page[RowT]]:
        """Return the call for the page at a position; None is the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedPages(Generic[RowT]):
    """A list turned by page number. A bare array, which some versions answer with, is a single page.

    Attributes:
        size: rows a page.
        first: number of the first page.
        paged: False for lists that Streak documents without a page parameter: one call is all.
    """

    path: str
    row: Reader[RowT]
    size: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    first: int = 0
    paged: bool = True

    def page(self, position: str | None) -> Call[Page[RowT]]:
        """Return the call for one page; a position is a page number."""
        number = self.first if position is None else int(position)
        turning = {"page": number} if self.paged else {}
        limit = {"limit": self.size} if self.size is not None else {}
        return Call(
            method="GET",
            path=self.path,
            params={**self.params, **turning, **limit},
            read=lambda answer: self._page(answer, number),
        )

    def _page(self, answer: Any, number: int) -> Page[RowT]:
        found = rows(answer)
        more = bool(answer.get("hasNextPage")) if isinstance(answer, Mapping) else False
        return _page(found, self.row, str(number + 1) if found and more and self.paged else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class CursorPages(Generic[RowT]):
    """A list turned by cursor; its other parameters stay the same over all pages."""

    path: str
    row: Reader[RowT]
    size: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def page(self, position: str | None) -> Call[Page[RowT]]:
        """Return the call for one page; a position is a cursor."""
        cursor = {} if position is None else {"cursor": position}
        limit = {"limit": self.size} if self.size is not None else {}
        return Call(method="GET", path=self.path, params={**self.params, **limit, **cursor}, read=self._read)

    def _read(self, answer: Any) -> Page[RowT]:
        return _page(rows(answer), self.row, _token(answer, "cursor"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPages(Generic[RowT]):
    """The timeline's list: after the first page, only the token is sent."""

    path: str
    row: Reader[RowT]
    params: Mapping[str, Any] = field(default_factory=dict)

    def page(self, position: str | None) -> Call[Page[RowT]]:
        """Return the call for one page; a position is a token."""
        params = dict(self.params) if position is None else {"nextPageToken": position}
        return Call(method="GET", path=self.path, params=params, read=self._read)

    def _read(self, answer: Any) -> Page[RowT]:
        entries = rows(mapping(answer).get("entries", []))
        return _page(entries, self.row, _token(answer, "nextPage"))


class Walk(Generic[RowT]):
    """Goes through a list from a position on, and notices when the list moves under it.

    Attributes:
        position: where the next page begins: keep it, and a later walk resumes there.
        repeated: rows that came a second time because earlier rows were pushed back by changes. They are
            left out of what `take` returns.
    """

    def __init__(self, listing: Listing[RowT], *, start: str | None = None) -> None:
        self._listing = listing
        self._visited: set[str | None] = set()
        self._last_keys: frozenset[str] = frozenset()
        self._done = False
        self.position = start
        self.repeated = 0

    def next_call(self) -> Call[Page[RowT]] | None:
        """Return the call for the next page; None when the list is at its end."""
        return None if self._done else self._listing.page(self.position)

    def take(self, page: Page[RowT]) -> Page[RowT]:
        """Return the page without the rows that the page before it had, and move on.

        Raises:
            Unavailable: the list leads back to a page that was read, and would never end.
        """
        self._visited.add(self.position)
        if page.next_position in self._visited and page.next_position is not None:
            raise Unavailable(
                "Streak's list leads back to a page that was read already; nothing more was read"
            )
        fresh = [(row, key) for row, key in zip(page.rows, page.keys, strict=True) if self._is_new(key)]
        shifted = len(page.rows) - len(fresh)
        if shifted:
            self.repeated += shifted
            log.info("the list moved while it was read: %d rows came again", shifted)
        self._last_keys = frozenset(page.keys)
        self.position = page.next_position
        self._done = page.next_position is None
        return Page(
            rows=tuple(row for row, _ in fresh),
            keys=tuple(key for _, key in fresh),
            next_position=page.next_position,
        )

    def _is_new(self, key: str) -> bool:
        # Only the last page is remembered: a list of a million rows is walked in the memory of two pages.
        return not key or key not in self._last_keys


def _page(found: list[Mapping[str, Any]], row: Reader[RowT], next_position: str | None) -> Page[RowT]:
    return Page(
        rows=tuple(row(entry) for entry in found),
        keys=tuple(str(entry.get("key") or entry.get("boxKey") or "") for entry in found),
        next_position=next_position,
    )


def _token(answer: Any, name: str) -> str | None:
    value = answer.get(name) if isinstance(answer, Mapping) else None
    return str(value) if value else None
