"""Searching, a page at a time. Source: SuiteTalk help "search" and "searchMoreWithId", section_N3523074."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SearchPreferences, SoapCall
from streak_netsuite.connectors.netsuite.search_request import SearchRequest
from streak_netsuite.connectors.netsuite.status import read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.model.custom_field import CustomField

# A search id unused for 15 minutes is INVALID_JOB_ID (section_N3523074); the other names in the schema's
# enumeration that say the same of a search are taken for it.
SEARCH_GONE = frozenset({"INVALID_JOB_ID", "INVALID_SEARCH_MORE", "EXPIRED_SEARCH_CRITERIA"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchRow:
    """One row of an advanced search.

    Attributes:
        values: by column, of a join as "customerJoin.email"; a column may hold several.
        custom_fields: of the searched record, by script id.
    """

    values: Mapping[str, tuple[Any, ...]]
    custom_fields: Mapping[str, CustomField]

    def first(self, column: str) -> Any | None:
        """Return a column's first value, or None."""
        return next(iter(self.values.get(column, ())), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """One page of a search.

    Attributes:
        total: how many there are on all pages.
        search_id: asks for more pages; dies after 15 minutes unused, and each page runs the search anew.
    """

    records: tuple[SuiteRecord, ...]
    rows: tuple[SearchRow, ...]
    total: int
    pages: int
    page: int
    search_id: str


def search(request: SearchRequest, preferences: SearchPreferences) -> SoapCall[SearchPage]:
    """Run a search and bring its first page."""
    return SoapCall(
        operation="search",
        effect=Effect.READ,
        arguments=lambda writer: {"searchRecord": request.build(writer)},
        read=lambda body: read_page(body.part("searchResult"), name="NetSuite search"),
        search=preferences,
    )


def search_more(search_id: str, page: int, preferences: SearchPreferences) -> SoapCall[SearchPage]:
    """Run a search again and bring another page of it."""
    return SoapCall(
        operation="searchMoreWithId",
        effect=Effect.READ,
        arguments=lambda _writer: {"searchId": search_id, "pageIndex": page},
        read=lambda body: read_page(body.part("searchResult"), name="NetSuite searchMoreWithId"),
        search=preferences,
    )


def read_page(result: Fields, *, name: str) -> SearchPage:
    """Return a searchResult's meaning.

    Raises:
        Unavailable, RejectedByVendor: the search failed.
    """
    read_status(result.part("status")).refuse_failed(name=name)
    rows = result.values.get("searchRowList", ())
    return SearchPage(
        records=tuple(r for r in result.many("recordList") if isinstance(r, SuiteRecord)),
        rows=tuple(_row(row) for row in rows) if isinstance(rows, tuple) else (),
        total=_count(result, "totalRecords"),
        pages=_count(result, "totalPages"),
        page=_count(result, "pageIndex") or 1,
        search_id=result.text("searchId"),
    )


def _count(result: Fields, name: str) -> int:
    number = result.values.get(name, 0)
    return number if isinstance(number, int) else 0


def _row(row: Any) -> SearchRow:
    values: dict[str, tuple[Any, ...]] = {}
    custom: Mapping[str, CustomField] = {}
    for part, fields in row.values.items():
        prefix = "" if part == "basic" else f"{part}."
        custom = fields.custom_fields if part == "basic" else custom
        for name, found in fields.values.items():
            present = found if isinstance(found, tuple) else (found,)
            values[prefix + name] = tuple(v for v in present if v is not None)
    return SearchRow(values=values, custom_fields=custom)
