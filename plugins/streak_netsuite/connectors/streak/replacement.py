"""Adds to and takes from the arrays that Streak replaces as a whole, without touching anybody else's entries.

Streak has no version, ETag or condition for a write. What can be done without them is done here: the array is
read right before each write and each repeat of it, so that no stale copy is ever sent after a wait; it is read
again afterwards, and merged again when somebody's older copy has undone the change. What remains is the time
of one request: an entry that another client adds between our last read and Streak's handling of the write that
follows it is lost, and no later read can show that.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from streak_netsuite.connectors.streak.arrays import Entry, ReplacedArray
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.errors import RateLimited, TransientError, Unavailable, UncertainWrite

_ROUNDS = 5
_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 60.0
_LOCKS = tuple(threading.Lock() for _ in range(64))  # our own threads do not race for one record


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What became of an array.

    Attributes:
        added: wishes that were not there before.
        removed: wishes that were there before.
        writes: calls that changed something; 0 when everything was as wished.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    writes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """What is left to do.

    Attributes:
        missing: wishes to add.
        surplus: wishes to remove.
        whole: the array as it shall be; entries nobody asked about are as they were.
        new: the entries of `missing`.
    """

    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    whole: tuple[Entry, ...]
    new: tuple[Entry, ...]


def link(
    client: StreakClient,
    array: ReplacedArray,
    *wishes: str,
    sleep: Callable[[float], None] = time.sleep,
) -> Change:
    """Add entries that are not there yet; see `change`."""
    return change(client, array, add=wishes, sleep=sleep)


def unlink(
    client: StreakClient,
    array: ReplacedArray,
    *wishes: str,
    sleep: Callable[[float], None] = time.sleep,
) -> Change:
    """Remove entries that are there; see `change`."""
    return change(client, array, remove=wishes, sleep=sleep)


def change(
    client: StreakClient,
    array: ReplacedArray,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    rounds: int = _ROUNDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Change:
    """Add and remove entries, and return what changed. Nothing is written when nothing has to change.

    Args:
        rounds: reads and writes at most, before the array counts as contested.

    Raises:
        Unavailable: others undo the change again and again, or Streak cannot answer; the change may be in part.
        ValueError: something shall be added and removed at once.
    """
    adding, removing = tuple(dict.fromkeys(add)), tuple(dict.fromkeys(remove))
    _refuse_both(array, adding, removing)
    added: dict[str, None] = {}
    removed: dict[str, None] = {}
    lost: Exception | None = None
    with _LOCKS[hash(array.name) % len(_LOCKS)]:
        for writes in range(rounds):
            now = client.send(array.read)
            todo = merge(array, now, adding, removing)
            added |= dict.fromkeys(todo.missing)
            removed |= dict.fromkeys(todo.surplus)
            if not todo.missing and not todo.surplus:
                return Change(added=tuple(added), removed=tuple(removed), writes=writes)
            lost = _write(client, array, todo, sleep)
    raise Unavailable(
        f"{array.name}: not as wished after {rounds} writes; others change it, or Streak does not answer"
    ) from lost


def relabel(
    client: StreakClient,
    array: ReplacedArray,
    names: Mapping[str, str],
    *,
    renamed: Callable[[Entry, str], Entry],
    rounds: int = _ROUNDS,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Rename entries, each keeping its identity for whatever points to it; return how many calls changed something.

    An entry that is not there is passed over, and so is one whose new name is there already.

    Args:
        names: new names by old ones.
        renamed: returns an entry under another name.

    Raises:
        Unavailable: others undo the change again and again, or Streak cannot answer.
    """
    wanted = {array.identity(array.entry(old)): new for old, new in names.items()}
    lost: Exception | None = None
    with _LOCKS[hash(array.name) % len(_LOCKS)]:
        for writes in range(rounds):
            now = client.send(array.read)
            there = {array.identity(entry) for entry in now}
            whole = [_renamed(array, entry, wanted, there, renamed) for entry in now]
            if whole == list(now):
                return writes
            try:
                client.attempt(array.write(whole))
            except (TransientError, UncertainWrite) as error:
                lost = error
                sleep(_wait_seconds(error, client.patience_seconds))
    raise Unavailable(
        f"{array.name}: not as wished after {rounds} writes; others change it, or Streak does not answer"
    ) from lost


def swap(
    client: StreakClient,
    array: ReplacedArray,
    old: str,
    new: str,
    *,
    rounds: int = _ROUNDS,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Let one entry take the place of another, and return how many calls changed something: 0 where the old one is not.

    The order of the array stays, because of a box's organizations the first is the one that buys. One that is there
    already moves up to the place of the old one.

    Raises:
        Unavailable: others undo the change again and again, or Streak cannot answer.
    """
    gone = array.identity(array.entry(old))
    lost: Exception | None = None
    with _LOCKS[hash(array.name) % len(_LOCKS)]:
        for writes in range(rounds):
            now = client.send(array.read)
            if gone not in {array.identity(entry) for entry in now}:
                return writes
            try:
                client.attempt(array.write(_swapped(array, now, gone, new)))
            except (TransientError, UncertainWrite) as error:
                lost = error
                sleep(_wait_seconds(error, client.patience_seconds))
    raise Unavailable(
        f"{array.name}: not as wished after {rounds} writes; others change it, or Streak does not answer"
    ) from lost


def _swapped(array: ReplacedArray, now: Sequence[Entry], gone: str, new: str) -> list[Entry]:
    """Return an array with the new entry where the first of both was. Pure."""
    wanted = array.entry(new)
    name = array.identity(wanted)
    entry = next((one for one in now if array.identity(one) == name), wanted)
    places = [at for at, one in enumerate(now) if array.identity(one) in {gone, name}]
    return [
        entry if at == places[0] else one for at, one in enumerate(now) if at == places[0] or at not in places
    ]


def _renamed(
    array: ReplacedArray,
    entry: Entry,
    wanted: Mapping[str, str],
    there: AbstractSet[str],
    renamed: Callable[[Entry, str], Entry],
) -> Entry:
    new = wanted.get(array.identity(entry))
    return entry if new is None or array.identity(array.entry(new)) in there else renamed(entry, new)


def merge(array: ReplacedArray, now: Sequence[Entry], add: Sequence[str], remove: Sequence[str]) -> Merge:
    """Return what is left to do for an array with these entries. Pure."""
    wanted = {array.identity(array.entry(wish)): wish for wish in add}
    unwanted = {array.identity(array.entry(wish)): wish for wish in remove}
    there = {array.identity(entry) for entry in now}
    new = tuple(array.entry(wish) for name, wish in wanted.items() if name not in there)
    kept = tuple(entry for entry in now if array.identity(entry) not in unwanted)
    return Merge(
        missing=tuple(wish for name, wish in wanted.items() if name not in there),
        surplus=tuple(wish for name, wish in unwanted.items() if name in there),
        whole=(*kept, *new),
        new=new,
    )


def _write(
    client: StreakClient, array: ReplacedArray, todo: Merge, sleep: Callable[[float], None]
) -> Exception | None:
    """Try once to write, and return what went wrong; whether it landed, the next read tells."""
    # Additions go first and alone where Streak can append: the removal follows in the next round.
    call = array.append(todo.new) if array.append is not None and todo.new else array.write(todo.whole)
    try:
        client.attempt(call)
    except (TransientError, UncertainWrite) as error:
        sleep(_wait_seconds(error, client.patience_seconds))
        return error
    return None


def _wait_seconds(error: Exception, patience_seconds: float | None) -> float:
    """Return how long to wait before the next round; raises the error when that is not worth it."""
    asked = error.retry_after_seconds if isinstance(error, RateLimited | Unavailable) else None
    wait = _WAIT_SECONDS if asked is None else asked
    longest = (
        _LONGEST_WAIT_SECONDS if patience_seconds is None else min(_LONGEST_WAIT_SECONDS, patience_seconds)
    )
    if wait > longest:
        raise error
    return wait


def _refuse_both(array: ReplacedArray, add: Sequence[str], remove: Sequence[str]) -> None:
    both = {array.identity(array.entry(w)) for w in add} & {array.identity(array.entry(w)) for w in remove}
    if both:
        raise ValueError(f"{array.name}: {sorted(both)} shall be added and removed at once")
