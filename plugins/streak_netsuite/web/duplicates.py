"""Duplicate customers as pages: the queue, the same ES module as in notebooks, the checklists, and the reports."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from streak_netsuite.web.pages import HEADERS, Login, Source, create_pages

ASKED_BY = "duplicate-review"

_FILES: Mapping[str, str] = {
    "review.js": "text/javascript",
    "checklist.js": "text/javascript",
    "merges.js": "text/javascript",
    "parties.js": "text/javascript",
    "ties.js": "text/javascript",
    "review.css": "text/css",
    "page.js": "text/javascript",
}
_REPORT_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
}
# Light or dark as Airflow is. The report forbids scripts from where it says so on; this one stands before that.
_THEME = '<head><script src="../../theme.js"></script>'
# Airflow shows the page in a frame without a way back of its own.
_BACK = '<body><p style="margin: 12px 20px"><a href="../../">Back to the pairs that wait</a></p>'
_NOT_KEPT = "The report of this run is not kept: those of the last ten runs are."


class ReportSource(Source, Protocol):
    """Where commands are answered and reports lie."""

    def page(self, run_id: int) -> str | None:
        """Return a run's report as HTML, or None."""

    def sheet(self, run_id: int) -> str | None:
        """Return a run's report as CSV, or None."""


def create_duplicate_pages(source: ReportSource, login: Login) -> FastAPI:
    """Return the app with the queue and the reports, all behind the login; see `create_pages`."""
    app = create_pages(
        source,
        login,
        title="Duplicate customers",
        package="streak_netsuite.duplicate_review",
        files=_FILES,
        asked_by=ASKED_BY,
    )

    @app.get("/runs/{run_id}/report")
    async def report(run_id: int, request: Request) -> Response:
        await login(request)
        text = await run_in_threadpool(source.page, run_id)
        if text is None:
            return Response(_NOT_KEPT, status_code=404, media_type="text/plain")
        text = text.replace("<head>", _THEME, 1).replace("<body>", _BACK, 1)
        return Response(text, media_type="text/html", headers=_REPORT_HEADERS)

    @app.get("/runs/{run_id}/sheet.csv")
    async def sheet(run_id: int, request: Request) -> Response:
        await login(request)
        text = await run_in_threadpool(source.sheet, run_id)
        if text is None:
            return Response(_NOT_KEPT, status_code=404, media_type="text/plain")
        named = {"Content-Disposition": f'attachment; filename="duplicates-{run_id}.csv"'}
        return Response(text.encode("utf-8-sig"), media_type="text/csv", headers={**HEADERS, **named})

    return app
