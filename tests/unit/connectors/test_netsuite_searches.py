"""Everything a search finds is read once, whatever moves while the pages are read."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.search import SearchPage, SearchRow
from streak_netsuite.connectors.netsuite.search_request import SearchRequest
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor, Unavailable

REQUEST = SearchRequest(subject="Customer")
ROWS = SearchRequest(subject="Transaction", saved="customsearch_open_orders")


class Account:
    """An account that answers searches in an order of its own.

    Attributes:
        ids: what matches; may be changed by `between` before each answer but the first.
    """

    def __init__(self, ids: Sequence[int], *, order: Callable[[list[int]], list[int]] = sorted) -> None:
        self.ids = list(ids)
        self.order = order
        self.between: Iterator[Callable[[list[int]], None]] = iter(())
        self.calls: list[str] = []
        self.dead = False

    def send(self, call: Any) -> SearchPage:
        if self.calls:
            next(self.between, lambda _: None)(self.ids)
        self.calls.append(call.operation)
        if call.operation == "searchMoreWithId":
            return self._more(call)
        request = call.arguments(Writer())["searchRecord"]
        found = self.order([one for one in self.ids if request.matches(one)])
        return self._page(found, 1, call.search.page_size)

    def _more(self, call: Any) -> SearchPage:
        wanted = call.arguments(Writer())
        if self.dead:
            self.dead = False
            raise RejectedByVendor("gone", code="INVALID_JOB_ID")
        return self._page(self.order(list(self.ids)), wanted["pageIndex"], call.search.page_size)

    def _page(self, found: list[int], number: int, size: int) -> SearchPage:
        shown = found[(number - 1) * size : number * size]
        return SearchPage(
            records=tuple(SuiteRecord(type="customer", internal_id=str(one)) for one in shown),
            rows=tuple(SearchRow(values={"internalId": (one,)}, custom_fields={}) for one in shown),
            total=len(found),
            pages=-(-len(found) // size),
            page=number,
            search_id=f"search {len(self.calls)}",
        )


class Asked:
    """A search as it was asked, with its bounds on the internal id."""

    def __init__(self, operator: str, values: Sequence[int]) -> None:
        self.operator, self.values = operator, values

    def matches(self, one: int) -> bool:
        if self.operator == "greaterThan":
            return one > self.values[0]
        return self.operator != "between" or self.values[0] <= one <= self.values[1]


class Writer:
    """Stands in for the schema: a request is only asked for its bounds."""

    def plan(self, name: str) -> Any:
        return type("Plan", (), {"name": name, "children": {"x": ("internalIdNumber", False, self)}})

    name = "SearchLongField"

    def build(self, name: str, **values: Any) -> Any:
        if name == "SearchLongField":
            return Asked(
                values["operator"], [values[k] for k in ("searchValue", "searchValue2") if k in values]
            )
        if "SearchRow" in name or "Advanced" in name or not name.endswith("Basic"):
            return Asked("", ())
        return values.get("internalIdNumber") or Asked("", ())


def read(account: Account, *, page_size: int = 10, after: int = 0) -> list[int]:
    pages = Searches(account, page_size=page_size).records(REQUEST, after=after)  # type: ignore[arg-type]
    return [int(record.internal_id) for page in pages for record in page]


def test_all_pages_are_read_in_ascending_order() -> None:
    account = Account(range(1, 58))
    assert read(account) == list(range(1, 58))
    assert account.calls == ["search"] * 6


def test_one_page_costs_one_call() -> None:
    account = Account(range(1, 11))
    assert read(account) == list(range(1, 11))
    assert account.calls == ["search"]


def test_reading_goes_on_behind_the_last_record_of_an_earlier_reading() -> None:
    assert read(Account(range(1, 58)), after=20) == list(range(21, 58))


def test_a_record_that_vanishes_between_two_pages_hides_no_other() -> None:
    account = Account(range(1, 31))
    account.between = iter([lambda ids: ids.remove(3)])
    assert sorted(set(read(account)) | {3}) == list(range(1, 31))


def test_a_record_that_vanishes_while_another_appears_hides_no_other() -> None:
    account = Account(range(1, 31))

    def swap(ids: list[int]) -> None:
        ids.remove(3)
        ids.append(99)

    account.between = iter([swap])
    assert set(read(account)) >= set(range(1, 31)) - {3} | {99}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda ids: sorted(ids, reverse=True), id="descending"),
        pytest.param(lambda ids: sorted(ids, key=str), id="as texts"),
        pytest.param(lambda ids: sorted(ids, key=lambda one: (one * 7919) % 1013), id="shuffled"),
        pytest.param(lambda ids: sorted(ids, key=lambda one: (one % 2, one)), id="odd ones last"),
    ],
)
def test_no_order_of_the_vendor_loses_a_record(order: Callable[[list[int]], list[int]]) -> None:
    ids = [*range(1, 120), 5000, 5001, 90_000]
    assert sorted(read(Account(ids, order=order))) == ids


def test_a_page_in_order_that_skips_records_is_noticed_by_the_count() -> None:
    # Each page is ascending, but the first holds only even ids: those between would be lost.
    evens_first = [*range(2, 21, 2), *range(1, 20, 2)]
    account = Account(range(1, 21), order=lambda ids: [one for one in evens_first if one in ids])
    assert sorted(read(account)) == list(range(1, 21))


def test_rows_come_in_the_searchs_own_order() -> None:
    account = Account(range(1, 26), order=lambda ids: sorted(ids, reverse=True))
    pages = Searches(account, page_size=10).rows(ROWS)  # type: ignore[arg-type]
    assert [row.first("internalId") for page in pages for row in page] == list(range(25, 0, -1))
    assert account.calls == ["search", "searchMoreWithId", "searchMoreWithId"]


def test_a_search_that_died_is_started_again_at_its_page() -> None:
    account = Account(range(1, 26))
    pages = Searches(account, page_size=10).rows(ROWS)  # type: ignore[arg-type]
    first = next(pages)
    account.dead = True
    rest = [row.first("internalId") for page in pages for row in page]
    assert [row.first("internalId") for row in first] + rest == list(range(1, 26))
    assert account.calls == ["search", "searchMoreWithId", "search", "searchMoreWithId", "searchMoreWithId"]


def test_rows_that_come_or_go_meanwhile_are_noticed() -> None:
    account = Account(range(1, 26))
    account.between = iter([lambda ids: ids.remove(4)])
    with pytest.raises(Unavailable, match="25 rows became 24"):
        list(Searches(account, page_size=10).rows(ROWS))  # type: ignore[arg-type]
