"""Several boards behind one door: that of the deals' mapping, and one for each record type that goes to NetSuite."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.record_files import SHIPPED_RECORDS, load_record_type, record_file
from streak_netsuite.mapping.record_schema import NetSuiteSource
from streak_netsuite.mapping_board.board import Board, Note
from streak_netsuite.mapping_board.record_board import RecordBoard
from streak_netsuite.mapping_desk.record_desk import RecordDesk
from streak_netsuite.mapping_desk.target_values import ValueShelf

DEALS = ""
"""The name of the deals' board."""
_DECISIONS = "mapping-decisions.json"


@dataclass
class Boards:
    """Answers all boards. Safe to share between threads.

    Attributes:
        deals: the board of the deals' mapping.
        product: open for reading.
        note: keeps an action of a person, its details and its actor in the audit, beside the name of the file.
        folder: where people's own record types lie; None for none.
    """

    deals: Board
    product: Product
    note: Callable[[str], Note]
    folder: Path | None = None
    shelves: dict[str, ValueShelf] = field(default_factory=dict)
    _made: dict[str, Board] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> dict[str, Any]:
        """Return what the board asks for that the payload names under "board", the deals' when it names none."""
        name = str(payload.get("board") or DEALS)
        rest = {key: value for key, value in payload.items() if key != "board"}
        try:
            board = self._board(name, anew=command == "open")
        except ConfigurationError as error:
            return {"error": str(error)}
        answer = board.answer(command, rest, by=by)
        if command == "open" and "result" in answer:
            answer["result"] |= {"board": name, "boards": list(self._choices())}
        return answer

    def _board(self, name: str, *, anew: bool) -> Board:
        if name == DEALS:
            return self.deals
        with self._lock:
            if anew or name not in self._made:
                self._made[name] = self._record_board(name)
            return self._made[name]

    def _record_board(self, name: str) -> RecordBoard:
        path = self._path(name)
        shelf = self.shelves.setdefault(name, ValueShelf())
        return RecordBoard(
            desk=RecordDesk(product=self.product, spec=load_record_type(path), shelf=shelf),
            path=path,
            note=self.note(path.name),
            memory=self.folder / _DECISIONS if self.folder is not None else None,
            clock=self.product.clock,
            folder=self.folder,
        )

    def _path(self, name: str) -> Path:
        """Return the file of a record type that the board offers: no other file is opened, whatever somebody asks for."""
        if name not in self._names():
            raise ConfigurationError(f"there is no record type '{name}'; open the board anew")
        return record_file(name, folders=self._folders)

    @property
    def _folders(self) -> Sequence[Path]:
        return [self.folder] if self.folder is not None else []

    def _names(self) -> Sequence[str]:
        return sorted(
            {path.stem for place in (*self._folders, SHIPPED_RECORDS) for path in place.glob("*.yaml")}
        )

    def _choices(self) -> Iterator[dict[str, str]]:
        yield {"id": DEALS, "title": self.deals.title}
        for name in self._names():
            try:
                spec = load_record_type(self._path(name))
            except ConfigurationError:
                yield {"id": name, "title": f"{name} (its file has faults)"}
                continue
            if not isinstance(spec.source, NetSuiteSource):
                yield {"id": name, "title": spec.description or name}
