"""The board is one ES module: as it is in a page, and joined for notebooks."""

import re
from pathlib import Path

from streak_netsuite.mapping_board import widget
from streak_netsuite.web import board

STATIC = Path(widget.__file__).parent / "static"
IMPORTED = re.compile(r'^import .* from "\./(\w+\.js)";$', re.MULTILINE)


def test_a_notebook_gets_the_whole_board_in_one_module() -> None:
    joined = widget.module_text()
    assert re.search(r"^\s*import\b", joined, re.MULTILINE) is None
    assert len(re.findall(r"^export default ", joined, re.MULTILINE)) == 1
    for name in ("elements.js", "rule_form.js", "board.js"):
        lines = (STATIC / name).read_text(encoding="utf-8").splitlines()
        assert [one for one in lines if one not in joined and not IMPORTED.match(one)] == []


def test_a_page_is_served_every_module_that_the_board_imports() -> None:
    wanted, seen = ["page.js"], set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        wanted += [n for n in IMPORTED.findall((STATIC / name).read_text(encoding="utf-8")) if n not in seen]
    assert seen == {name for name in board._FILES if name.endswith(".js")}
