"""The mapping board as pages: the same ES module as in notebooks, behind the login of whoever mounts them."""

from collections.abc import Mapping

from fastapi import FastAPI

from streak_netsuite.web.pages import Login, Source, create_pages

ASKED_BY = "mapping-board"

_FILES: Mapping[str, str] = {
    "board.js": "text/javascript",
    "rule_form.js": "text/javascript",
    "elements.js": "text/javascript",
    "board.css": "text/css",
    "page.js": "text/javascript",
}


def create_board_pages(source: Source, login: Login) -> FastAPI:
    """Return the app with the board's page, its files and its commands; see `create_pages`."""
    return create_pages(
        source,
        login,
        title="Mapping board",
        package="streak_netsuite.mapping_board",
        files=_FILES,
        asked_by=ASKED_BY,
    )
