"""The mapping board in a notebook: `MappingBoard(desk, path, by="Ann")` as the last line of a cell shows it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget

from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_board.record_board import RecordBoard
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.record_desk import RecordDesk

_STATIC = Path(__file__).parent / "static"
_PARTS = ("elements.js", "rule_form.js", "board.js")  # each imports from those before it
_IMPORT = re.compile(r"^import .* from \"\./\w+\.js\";\n", re.MULTILINE)


def module_text() -> str:
    """Return the board as one ES module: a notebook takes no module that imports another from beside it."""
    return "\n".join(_IMPORT.sub("", (_STATIC / name).read_text(encoding="utf-8")) for name in _PARTS)


class MappingBoard(anywidget.AnyWidget):
    """The board as a notebook's widget.

    Args:
        desk: reads both sides, of deals or of a record type; may be of a product that is open for reading only.
        path: of the mapping or record type file that is changed when the person saves.
        by: who uses it: stands in the audit, and beside decisions about suggestions. "" does not save.
        memory: file with what was accepted and rejected; beside the notebook, say.
    """

    _esm = module_text()
    _css = _STATIC / "board.css"

    def __init__(
        self, desk: MappingDesk | RecordDesk, path: Path, *, by: str = "", memory: Path | None = None
    ) -> None:
        super().__init__()
        product = desk.product

        def note(action: str, details: Mapping[str, Any], by: str) -> None:
            product.ledger.append_audit(
                actor=by, action=action, subject=path.name, details=details, now=product.clock()
            )

        self._board = (
            RecordBoard(desk=desk, path=path, note=note, memory=memory, clock=product.clock)
            if isinstance(desk, RecordDesk)
            else Board(desk=desk, path=path, note=note, memory=memory, clock=product.clock)
        )
        self._by = by
        self.on_msg(self._answer)

    def _answer(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        if content["command"] == "save" and not self._by:
            answer = {"error": 'who are you? build the board with by="your name", which the audit keeps'}
        else:
            answer = self._board.answer(content["command"], content["payload"], by=self._by)
        self.send({"id": content["id"], **answer})
