"""Lists in pages: each envelope, resuming, and lists that move or never end."""

from collections.abc import Mapping
from typing import Any

import pytest

from streak_netsuite.connectors.streak.answers import UnexpectedAnswer, one
from streak_netsuite.connectors.streak.paging import CursorPages, Listing, NumberedPages, TokenPages, Walk
from streak_netsuite.connectors.streak.wire import CommentWire
from streak_netsuite.errors import Unavailable

Row = Mapping[str, Any]


def rows(*keys: str) -> list[Row]:
    return [{"key": key} for key in keys]


def numbered(**more: Any) -> NumberedPages[Row]:
    return NumberedPages(path="/v1/things", row=lambda row: row, **more)


def walked(
    listing: Listing[Row], answers: Mapping[str | None, Any], *, start: str | None = None
) -> tuple[list[str], Walk[Row]]:
    """Walk a list whose pages are answered by position; the keys that came, and the walk."""
    walk, keys = Walk(listing, start=start), []
    while (call := walk.next_call()) is not None:
        keys += walk.take(call.read(answers[walk.position])).keys
    return keys, walk


def test_numbered_pages_are_turned_until_there_is_no_next() -> None:
    answers = {
        None: {"results": rows("a", "b"), "hasNextPage": True},
        "1": {"results": rows("c"), "hasNextPage": False},
    }
    assert walked(numbered(), answers)[0] == ["a", "b", "c"]


def test_each_kind_of_page_asks_in_its_own_way() -> None:
    pages = numbered(size=5, params={"sortBy": "x"})
    assert pages.page(None).params == {"sortBy": "x", "page": 0, "limit": 5}
    assert pages.page("3").params == {"sortBy": "x", "page": 3, "limit": 5}
    assert numbered(paged=False).page(None).params == {}
    by_cursor = CursorPages(path="/v2/x", row=lambda row: row, size=5, params={"after": 7})
    assert by_cursor.page(None).params == {"after": 7, "limit": 5}
    assert by_cursor.page("c1").params == {"after": 7, "limit": 5, "cursor": "c1"}
    by_token = TokenPages(path="/v2/x", row=lambda row: row, params={"limit": 5})
    assert (by_token.page(None).params, by_token.page("t1").params) == (
        {"limit": 5},
        {"nextPageToken": "t1"},
    )


def test_a_bare_array_is_a_single_page() -> None:
    keys, walk = walked(numbered(size=2), {None: rows("a", "b")})
    assert (keys, walk.next_call()) == (["a", "b"], None)


def test_an_unpaged_list_is_read_once_whatever_it_promises() -> None:
    assert walked(numbered(paged=False), {None: {"results": rows("a"), "hasNextPage": True}})[0] == ["a"]


def test_a_cursor_list_may_end_with_an_empty_page() -> None:
    answers = {None: {"results": rows("a", "b"), "cursor": "c1"}, "c1": {"results": []}}
    assert walked(CursorPages(path="/v2/x", row=lambda row: row), answers)[0] == ["a", "b"]


def test_a_token_list_holds_entries() -> None:
    answers = {None: {"entries": rows("a"), "nextPage": "t1"}, "t1": {"entries": rows("b"), "nextPage": None}}
    assert walked(TokenPages(path="/v2/x", row=lambda row: row), answers)[0] == ["a", "b"]


def test_a_walk_resumes_where_another_stopped() -> None:
    answers = {str(n) if n else None: {"results": rows(f"k{n}"), "hasNextPage": n < 3} for n in range(4)}
    first = Walk(numbered())
    for _ in range(2):
        call = first.next_call()
        assert call is not None
        first.take(call.read(answers[first.position]))
    assert first.position == "2"
    assert walked(numbered(), answers, start=first.position)[0] == ["k2", "k3"]


@pytest.mark.parametrize("back_to", ["c1", "c2"], ids=["itself", "an earlier page"])
def test_a_cursor_that_leads_back_ends_the_walk_with_an_error(back_to: str) -> None:
    answers = {
        None: {"results": rows("a"), "cursor": "c1"},
        "c1": {"results": rows("b"), "cursor": "c2"},
        "c2": {"results": rows("c"), "cursor": back_to},
    }
    with pytest.raises(Unavailable, match="was read already"):
        walked(CursorPages(path="/v2/x", row=lambda row: row), answers)


def test_rows_pushed_back_by_a_change_come_once_and_are_counted() -> None:
    answers = {
        None: {"results": rows("a", "b", "c"), "hasNextPage": True},
        "1": {"results": rows("c", "d"), "hasNextPage": False},
    }
    keys, walk = walked(numbered(), answers)
    assert (keys, walk.repeated) == (["a", "b", "c", "d"], 1)


def test_rows_without_a_key_are_never_taken_for_repeated() -> None:
    answers = {
        None: {"results": [{"x": 1}], "hasNextPage": True},
        "1": {"results": [{"x": 1}], "hasNextPage": False},
    }
    assert len(walked(numbered(), answers)[0]) == 2


@pytest.mark.parametrize("answer", ["text", None, 7, {"results": 7}, {"results": ["row"]}, [1]])
def test_a_page_in_an_unknown_form_is_named(answer: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        numbered().page(None).read(answer)


def test_a_row_in_an_unknown_form_is_named_with_its_place() -> None:
    pages = NumberedPages(path="/v2/x", row=one(CommentWire))
    with pytest.raises(UnexpectedAnswer, match="a comment in an unknown form: key"):
        pages.page(None).read([{"message": "no key"}])
