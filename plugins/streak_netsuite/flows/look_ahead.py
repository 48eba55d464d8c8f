"""Looks records up at the vendor while other work goes on."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

EntryT = TypeVar("EntryT")


class LookAhead(Generic[EntryT]):
    """Asks once for many keys in a thread of its own; whoever needs the answer later waits only for the rest.

    Use it in a `with` block: leaving it waits for a call that is under way, so none outlives its client.
    """

    def __init__(self, find: Callable[[Sequence[str]], Mapping[str, EntryT]]) -> None:
        self._find = find
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._asked: frozenset[str] = frozenset()
        self._answer: Future[Mapping[str, EntryT]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, keys: Sequence[str]) -> None:
        """Begin to look these keys up."""
        if keys:
            self._asked = frozenset(keys)
            self._answer = self._pool.submit(self._find, list(keys))

    def find(self, keys: Sequence[str]) -> Mapping[str, EntryT]:
        """Return the records that carry one of these keys; keys that were not asked for are looked up now.

        Raises:
            Exception: what the lookup raised.
        """
        found = self._answer.result() if self._answer is not None else {}
        late = [key for key in keys if key not in self._asked]
        return {**{key: found[key] for key in keys if key in found}, **(self._find(late) if late else {})}
