"""The mapping boards over Airflow's connections."""

import contextlib
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streak_netsuite.mapping_board.board import Note
    from streak_netsuite.mapping_board.boards import Boards
    from streak_netsuite.mapping_desk.target_values import ValueShelf

_FRESH_SECONDS = 60.0  # how old catalogues and deals may be when somebody opens the board
_DECISIONS = "mapping-decisions.json"


class MappedProduct:
    """Opens the product when the board is first used, and anew when somebody opens the board later.

    Several people may ask at once; the board itself says what may be answered side by side.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._boards: Boards | None = None
        self._opened = 0.0
        self._answering = 0  # questions that are being answered
        self._shelf: ValueShelf | None = None
        self._shelves: dict[str, ValueShelf] = {}

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...} or {"error": ...}.

        Raises:
            StreakNetSuiteError: a vendor, the ledger or a connection is not there.
        """
        boards = self._taken(command)
        try:
            return boards.answer(command, payload, by=by)
        finally:
            with self._lock:
                self._answering -= 1

    def _taken(self, command: str) -> "Boards":
        """Return the boards, opened anew when it is old; not while somebody's answer needs what is open."""
        with self._lock:
            old = time.monotonic() - self._opened > _FRESH_SECONDS
            if self._boards is None or (command == "open" and old and not self._answering):
                self._boards = self._open()
            self._answering += 1
            return self._boards

    def _open(self) -> "Boards":
        from streak_netsuite.hooks.configured import default_mapping, record_types_folder
        from streak_netsuite.hooks.product import ProductHook
        from streak_netsuite.mapping.spec import is_shipped
        from streak_netsuite.mapping_board.board import Board
        from streak_netsuite.mapping_board.boards import Boards
        from streak_netsuite.mapping_desk.desk import MappingDesk
        from streak_netsuite.mapping_desk.target_values import ValueShelf

        self.close()
        self._shelf = self._shelf or ValueShelf()
        hook = ProductHook(mapping=default_mapping())
        product = self._stack.enter_context(hook.open(run_id="mapping-board", read_only=True))
        path = hook.mapping_path()

        def note_for(name: str) -> "Note":
            def note(action: str, details: Mapping[str, Any], by: str) -> None:
                product.ledger.append_audit(
                    actor=by, action=action, subject=name, details=details, now=product.clock()
                )

            return note

        self._opened = time.monotonic()
        deals = Board(
            desk=MappingDesk(product=product, shelf=self._shelf),
            path=path,
            note=note_for(path.name),
            memory=None if is_shipped(path) else path.with_name(_DECISIONS),
            clock=product.clock,
        )
        return Boards(
            deals=deals,
            product=product,
            note=note_for,
            folder=record_types_folder(),
            shelves=self._shelves,
        )

    def close(self) -> None:
        """Close what is open."""
        self._boards = None
        self._stack.close()
        self._stack = contextlib.ExitStack()
