"""The tables of docs/netsuite-errors.md are the fault book's. To write them anew, run this file."""

import re
from pathlib import Path

from streak_netsuite.connectors.netsuite.fault_book import Entry, FaultBook, Treat, _EntryForm

PAGE = Path(__file__).parents[2] / "docs" / "netsuite-errors.md"
BEGIN, END = "<!-- from the book -->\n", "<!-- end -->\n"
HEAD = "| NetSuite says | it means | whose turn | next step | until then |\n|---|---|---|---|---|\n"
BOOK = FaultBook.load()

UNTIL = {
    Treat.REJECT: "the record waits",
    Treat.MISSING_REFERENCE: "the record waits",
    Treat.PERMISSION: "the record waits",
    Treat.CONFIGURATION: "the record waits",
    Treat.CREDENTIALS: "the record waits",
    Treat.UNREADABLE: "that record waits, the others are sent again",
    Treat.ALREADY_THERE: "looked up by its key; if it is not ours, it waits",
    Treat.RETRY: "tried again",
    Treat.UNCERTAIN: "looked up, then tried again",
    Treat.RATE_LIMITED: "tried again, with fewer calls at once",
    Treat.UNAVAILABLE: "tried again",
}


def until(entry: Entry, *, is_fault: bool) -> str:
    """What the program does meanwhile: a fault concerns the whole request, and so the run."""
    text = UNTIL[entry.treat]
    if is_fault and text.startswith("the record"):
        return "the run stops"
    wait = entry.retry.after_seconds if entry.retry and entry.treat is Treat.UNAVAILABLE else 0
    return f"{text} after {wait:g} seconds" if wait else text


def saying(entry: Entry) -> str:
    """How NetSuite says it."""
    within = f" in `{'`, `'.join(sorted(entry.elements))}`" if entry.codes and entry.elements else ""
    listed = ", ".join(
        f"`{word}`{within}" for word in sorted(entry.codes or entry.elements or entry.exceptions)
    )
    return f"{listed}, by its message" if entry.pattern else listed


def plain(text: str) -> str:
    """A sentence with its placeholders as words."""
    return re.sub(r"\{(\w+)\}", lambda m: f"*{m[1].replace('_', ' ')}*", text).replace("|", "\\|")


def tables(book: FaultBook) -> str:
    """The book as tables, one for each group; entries that say the same are one row."""
    groups: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for entries, is_fault in ((book.statuses, False), (book.faults, True), ((book.default,), False)):
        for entry in entries:
            told = (plain(entry.cause), entry.owner.value, plain(entry.next_step))
            row = groups.setdefault(entry.group, {}).setdefault((*told, until(entry, is_fault=is_fault)), [])
            row += [text for text in [saying(entry)] if text not in row]
    return "\n".join(
        f"### {group}\n\n{HEAD}"
        + "".join(
            f"| {', '.join(said) or 'any other code'} | {' | '.join(row)} |\n" for row, said in rows.items()
        )
        for group, rows in groups.items()
    )


def written(page: str, book: FaultBook) -> str:
    """The page with the book's tables."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tables(book)}\n{END}{after}"


def test_the_tables_are_the_books() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page, BOOK), "run this file to write the tables anew"


def test_every_code_of_the_book_is_on_the_page() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert {code for entry in (*BOOK.faults, *BOOK.statuses) for code in entry.codes} - named == set()


def test_every_word_of_the_form_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").split(BEGIN)[0]
    assert [treat for treat in Treat if f"`{treat}`" not in page] == []


def test_the_entry_that_is_shown_works(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "own.yaml"
    path.write_text(shown, encoding="utf-8")
    told = FaultBook.load(path).explain("USER_ERROR", "The PO number 77-A must be unique")
    assert (told.field, told.owner.value) == ("77-A", "sales")


def test_every_key_of_an_entry_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").split("| key | meaning |")[1].split("| treat |")[0]
    keys = {
        key for row in re.findall(r"^\| (.+?) \|", page, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    }
    assert keys | {"treat"} == {*_EntryForm.model_fields}


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), BOOK), encoding="utf-8")
