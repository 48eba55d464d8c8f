"""The pages about duplicate customers: behind the login, and harmless whatever stands in a report."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import HTTPException, Request

from streak_netsuite.errors import Unavailable
from streak_netsuite.web.duplicates import ASKED_BY, create_duplicate_pages

OWN = {"X-Requested-With": ASKED_BY}


class Source:
    """Answers from memory, or fails."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any], str]] = []
        self.error: Exception | None = None

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        if self.error:
            raise self.error
        self.asked.append((command, payload, by))
        return {"result": {"waiting": 1}}

    def page(self, run_id: int) -> str | None:
        return "<body><h1>Report</h1>" if run_id == 7 else None

    def sheet(self, run_id: int) -> str | None:
        return "name\nÖlmühle\n" if run_id == 7 else None


@pytest.fixture
def source() -> Source:
    return Source()


def ask(source: Source, method: str, path: str, *, user: str = "maya", **request: Any) -> httpx.Response:
    async def login(_: Request) -> str:
        if not user:
            raise HTTPException(403)
        return user

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_duplicate_pages(source, login))
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
            return await client.request(method, path, **request)

    return asyncio.run(send())


def test_an_answer_carries_who_asked(source: Source) -> None:
    answer = ask(source, "POST", "/api/decide", headers=OWN, json={"left": "1"})
    assert answer.json() == {"result": {"waiting": 1}}
    assert source.asked == [("decide", {"left": "1"}, "maya")]


@pytest.mark.parametrize("path", ["/", "/runs/7/report", "/runs/7/sheet.csv"])
def test_strangers_see_nothing(source: Source, path: str) -> None:
    assert ask(source, "GET", path, user="").status_code == 403


def test_strangers_decide_nothing(source: Source) -> None:
    assert ask(source, "POST", "/api/decide", user="", headers=OWN, json={}).status_code == 403
    assert source.asked == []


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"json": {}}, id="a form of another site"),
        pytest.param({"headers": OWN, "content": b"no JSON"}, id="no JSON"),
        pytest.param({"headers": OWN, "json": ["a list"]}, id="no object"),
        pytest.param({"headers": OWN, "content": b" " * 4_000_001}, id="too large"),
    ],
)
def test_what_the_page_itself_would_not_send_is_refused(source: Source, request_: dict[str, Any]) -> None:
    assert ask(source, "POST", "/api/open", **request_).status_code == 400
    assert source.asked == []


def test_when_the_ledger_is_away_the_page_says_so(source: Source) -> None:
    source.error = Unavailable("the ledger cannot be reached")
    assert ask(source, "POST", "/api/open", headers=OWN, json={}).json() == {
        "error": "the ledger cannot be reached"
    }


@pytest.mark.parametrize(
    "name",
    [
        "checklist.js",
        "merges.js",
        "page.js",
        "parties.js",
        "review.js",
        "review.css",
        "ties.js",
        "theme.js",
        "page.css",
    ],
)
def test_the_page_finds_its_files(source: Source, name: str) -> None:
    answer = ask(source, "GET", f"/{name}", user="")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["review.py", "..%2Freview.py", "commands.py"])
def test_nothing_else_is_served(source: Source, name: str) -> None:
    assert ask(source, "GET", f"/{name}").status_code == 404


def test_a_report_runs_no_script_and_a_sheet_is_a_file(source: Source) -> None:
    report = ask(source, "GET", "/runs/7/report")
    assert report.text.endswith("<h1>Report</h1>")
    assert 'href="../../"' in report.text
    assert "default-src 'none'" in report.headers["content-security-policy"]
    sheet = ask(source, "GET", "/runs/7/sheet.csv")
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert sheet.headers["content-disposition"] == 'attachment; filename="duplicates-7.csv"'


@pytest.mark.parametrize("path", ["/runs/8/report", "/runs/8/sheet.csv"])
def test_a_report_that_is_not_kept_any_more_is_named(source: Source, path: str) -> None:
    answer = ask(source, "GET", path)
    assert answer.status_code == 404
    assert "not kept" in answer.text
