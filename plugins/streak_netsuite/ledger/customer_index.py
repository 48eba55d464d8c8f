"""Which of all customers one that is to be created should be compared with, asked of the database in milliseconds."""

import base64
import functools
import secrets
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from streak_netsuite.ledger import snapshots
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.directory_entries import read_entry
from streak_netsuite.ledger.tables import customer_directory, snapshot
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import CustomerProfile, profile_of_entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assist.duplicates.index import Code, Wanted
    from assist.duplicates.model import Model
    from assist.duplicates.table import Layout, Table

MODEL, _SECRET = "duplicates.model", "duplicates.index-key"  # names of snapshots
MOST_COMPARED = 15
MOST_SHOWN = 5
LEAST_BITS = -3.0
"""One in nine: below it nobody needs to hear of a candidate."""

_PROFILE = frozenset(one.name for one in fields(CustomerProfile))
Alike = tuple[CustomerEntry, float, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    taken_at: datetime
    model: "Model"
    crowds: Mapping[int, int]


class CustomerIndex:
    """The index beside the directory. Safe to share between threads."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._key = b""

    def keep_model(self, plain: Mapping[str, Any], crowds: Mapping[int, int], *, now: datetime) -> None:
        """Keep what the engine has learned, and which codes many customers share."""
        body = {"model": plain, "crowds": [[code, size] for code, size in crowds.items()]}
        with self._database.begin() as connection:
            snapshots.keep(connection, self._cipher, MODEL, body, now=now)

    def key(self) -> bytes:
        """Return the secret of the codes, made when it is first needed. It outlives the ledger's encryption keys."""
        if not self._key:
            with self._database.begin() as connection:
                self._key = self._read_key(connection)
        return self._key

    def codes(self, connection: Connection, entries: Sequence[CustomerEntry]) -> list[list[int]]:
        """Return the codes under which each entry is found."""
        from assist.duplicates.index import codes_of

        if not self._key:
            self._key = self._read_key(connection)
        found = codes_of(_table(list(map(profile_of_entry, entries)), _layout()), self._key)
        return [[code.number for code in some] for some in found]

    def alike_of(self, profiles: Mapping[str, CustomerProfile]) -> Mapping[str, Sequence[Alike]]:
        """Return, for each profile, the customers that may be it, the most probable first."""
        if not profiles:
            return {}
        with self._database.begin() as connection:
            kept = self._model(connection)
            if kept is None:
                return {}
            found = self._candidates(connection, list(profiles.values()), kept)
        return dict(zip(profiles, _judged(kept.model, list(profiles.values()), found), strict=True))

    def alike_among(
        self, profiles: Mapping[str, CustomerProfile]
    ) -> Mapping[str, Sequence[tuple[str, float, str]]]:
        """Return, for each of these customers, those before it that may be the same one: probability and reasons."""
        from assist.duplicates.index import codes_of

        if len(profiles) < 2:
            return {}
        with self._database.begin() as connection:
            kept = self._model(connection)
            if kept is None:
                return {}
            if not self._key:
                self._key = self._read_key(connection)
        listed = list(profiles.values())
        pairs = _sharing_pairs(codes_of(_table(listed, _layout()), self._key), kept.crowds)
        return _judged_pairs(kept.model, list(profiles), listed, pairs)

    def _candidates(
        self, connection: Connection, profiles: Sequence[CustomerProfile], kept: _Kept
    ) -> list[list[CustomerEntry]]:
        """Return, for each profile, the customers that share most with it."""
        from assist.duplicates.index import codes_of, wanted

        if not self._key:
            self._key = self._read_key(connection)
        sealed: dict[str, bytes] = {}
        ids = []
        for codes in codes_of(_table(profiles, _layout()), self._key):
            rows = _sharing(connection, wanted(codes, kept.crowds), [code.number for code in codes])
            ids.append([row.internal_id for row in rows])
            sealed.update({row.internal_id: row.entry_secret for row in rows})
        entries = {id_: read_entry(self._cipher.decrypt(secret)) for id_, secret in sealed.items()}
        return [[entries[id_] for id_ in some] for some in ids]

    def _model(self, connection: Connection) -> _Kept | None:
        """Return the kept model; read again only when another was kept since."""
        from assist.duplicates.kept import from_plain

        taken = connection.execute(_TAKEN_AT).scalar_one_or_none()
        if taken is None:
            return None
        with self._lock:
            if self._kept is None or self._kept.taken_at != taken:
                body = snapshots.get(connection, self._cipher, MODEL)
                if body is None:
                    return None
                try:
                    model = from_plain(body["model"])
                except ValueError:
                    return None  # of another release; the next search for duplicates makes it anew
                self._kept = _Kept(taken_at=taken, model=model, crowds=dict(body["crowds"]))
            return self._kept

    def _read_key(self, connection: Connection) -> bytes:
        fresh = self._cipher.encrypt({"key": base64.b64encode(secrets.token_bytes(32)).decode()})
        row = insert(snapshot).values(name=_SECRET, taken_at=text("now()"), body_secret=fresh)
        connection.execute(row.on_conflict_do_nothing())
        body = snapshots.get(connection, self._cipher, _SECRET)
        if body is None:
            raise AssertionError("the key of the customer index was just kept")
        return base64.b64decode(body["key"])


_MOST_SHARED_FIRST = text(
    "(SELECT count(*) FROM unnest(customer_directory.block_codes) AS code "
    "WHERE code = ANY (CAST(:all_codes AS bigint[]))) DESC"
)


# The planner has no idea of how rare a code is, takes a thousandth of all rows for granted, and would read them all.
_PLAN_BY_INDEX = {"enable_seqscan": "off", "max_parallel_workers_per_gather": "0", "jit": "off"}

# When the model was kept; what is asked next in the transaction is planned by the index, without another way to the server.
_TAKEN_AT = select(
    snapshot.c.taken_at, *(func.set_config(name, value, true()) for name, value in _PLAN_BY_INDEX.items())
).where(snapshot.c.name == MODEL)


def _sharing(connection: Connection, asked: "Wanted", all_codes: Sequence[int]) -> Sequence[Any]:
    """Return the customers that share what is asked for, those that share most codes first."""
    if not asked.ones and not asked.twos:
        return []
    values = {f"two_{at}": list(two) for at, two in enumerate(asked.twos)}
    query = _query(len(asked.twos))
    return connection.execute(query, {**values, "ones": list(asked.ones), "all_codes": list(all_codes)}).all()


@functools.cache
def _query(twos: int) -> Select[Any]:
    """Return the query for customers that have one of some codes, or both of one of so many pairs of codes."""
    column = customer_directory.c.block_codes
    conditions = [
        column.overlap(_bigints("ones")),
        *(column.contains(_bigints(f"two_{at}")) for at in range(twos)),
    ]
    return (
        select(customer_directory.c.internal_id, customer_directory.c.entry_secret)
        .where(or_(*conditions))
        .order_by(_MOST_SHARED_FIRST, customer_directory.c.internal_id)
        .limit(MOST_COMPARED)
    )


def _sharing_pairs(codes: "Sequence[Sequence[Code]]", crowds: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the pairs of rows, the later one first, that share what few have, or two things that more have."""
    from assist.duplicates.index import wanted

    having: dict[int, set[int]] = defaultdict(set)
    for row, some in enumerate(codes):
        for code in some:
            having[code.number].add(row)
    found: set[tuple[int, int]] = set()
    for row, some in enumerate(codes):
        asked = wanted(some, crowds)
        others = set[int]().union(
            *(having[one] for one in asked.ones),
            *(set.intersection(*(having[one] for one in two)) for two in asked.twos),
        )
        found |= {(row, other) for other in others if other < row}
    return sorted(found)


def _bigints(name: str) -> Any:
    return bindparam(name, type_=ARRAY(BigInteger))


@functools.cache
def _layout() -> "Layout":
    from assist.duplicates.table import Layout
    from streak_netsuite.flows.customer_frame import KINDS

    return Layout(kinds=dict(KINDS), repeats={})


def _table(profiles: Sequence[CustomerProfile], layout: "Layout") -> "Table":
    from assist.duplicates.table import prepare_texts

    names = [name for name in layout.kinds if name in _PROFILE]
    columns = {name: [" ".join(getattr(one, name).split()) for one in profiles] for name in names}
    return prepare_texts(columns, len(profiles), layout)


def _judged_pairs(
    model: "Model",
    keys: Sequence[str],
    profiles: Sequence[CustomerProfile],
    pairs: Sequence[tuple[int, int]],
) -> Mapping[str, Sequence[tuple[str, float, str]]]:
    """Return, by the key of the later one, the pairs that may be one, with the reasons in words."""
    import numpy as np

    from assist.duplicates.decision import probability
    from assist.duplicates.explanation import explain, in_words

    if not pairs:
        return {}
    left, right = np.array(pairs).T
    table = _table(profiles, model.layout)
    bits = model.bits(table, left, table, right)
    likely = np.flatnonzero(bits > LEAST_BITS)
    told = explain(model, table, left[likely], table, right[likely])
    found: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
    for pair, chance, reasons in zip(likely.tolist(), probability(bits[likely]).tolist(), told, strict=True):
        one, other = pairs[pair]
        found[keys[one]].append((keys[other], chance, in_words(reasons)))
    return found


def _judged(
    model: "Model", profiles: Sequence[CustomerProfile], found: Sequence[Sequence[CustomerEntry]]
) -> list[list[Alike]]:
    """Return those candidates of each profile that may be it, with the reasons in words."""
    import numpy as np

    from assist.duplicates.decision import probability
    from assist.duplicates.explanation import explain, in_words

    entries = {one.internal_id: one for some in found for one in some}
    place = {id_: at for at, id_ in enumerate(entries, start=len(profiles))}
    left = np.repeat(np.arange(len(profiles)), [len(some) for some in found])
    if not len(left):
        return [[] for _ in profiles]
    right = np.array([place[one.internal_id] for some in found for one in some])
    table = _table([*profiles, *map(profile_of_entry, entries.values())], model.layout)
    bits = model.bits(table, left, table, right)
    likely = np.flatnonzero(bits > LEAST_BITS)
    likely = likely[np.lexsort((-bits[likely], left[likely]))]
    likely = likely[_place(left[likely]) < MOST_SHOWN]
    told = explain(model, table, left[likely], table, right[likely])
    listed = list(entries.values())
    judged: list[list[Alike]] = [[] for _ in profiles]
    chances = probability(bits[likely])
    for pair, chance, reasons in zip(likely.tolist(), chances.tolist(), told, strict=True):
        judged[left[pair]].append((listed[right[pair] - len(profiles)], chance, in_words(reasons)))
    return judged


def _place(ordered: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return which of its kind each number is, from 0; equal numbers stand together."""
    import numpy as np

    return np.asarray(np.arange(len(ordered)) - np.searchsorted(ordered, ordered))
