"""The customer directory: NetSuite's customers, kept so that matching costs no search per record."""

import functools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    LargeBinary,
    Text,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import Insert

from streak_netsuite.ledger import watermarks
from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.customer_index import CustomerIndex
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.directory_entries import plain_entry, read_entry
from streak_netsuite.ledger.tables import customer_directory
from streak_netsuite.model.identity import company_key, email_key
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import CustomerProfile

_REFRESH_LOCK = 0x5374_4E44  # one refresh at a time, so that revisions become visible in their order

Page = Sequence[CustomerEntry]


class Directory:
    """The kept index of NetSuite's customers."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        self._names = _Names()
        self._index = CustomerIndex(database, cipher)

    def refresh(self, pages: Iterable[Page], *, watermark: str, position: datetime) -> int:
        """Keep these entries page by page, and move the watermark with the last; return how many came.

        When a page fails to come, those before it are kept and the watermark stays: the next refresh
        reads them again, which changes nothing.
        """
        count = 0
        for page, is_last in _with_last(pages):
            with self._database.begin() as connection:
                self._keep(connection, page)
                if is_last:
                    watermarks.move(connection, watermark, position)
            count += len(page)
        return count

    def forget(self, internal_ids: Iterable[str]) -> None:
        """Drop customers that do not exist any more."""
        gone = list(internal_ids)
        if gone:
            with self._database.begin() as connection:
                connection.execute(
                    delete(customer_directory).where(customer_directory.c.internal_id.in_(gone))
                )

    def find(
        self,
        *,
        internal_ids: Iterable[str] = (),
        external_ids: Iterable[str] = (),
        emails: Iterable[str] = (),
        names: Iterable[str] = (),
    ) -> Sequence[CustomerEntry]:
        """Return the entries that equal one of these, after `email_key` and `company_key`; also inactive ones."""
        columns = customer_directory.c
        digests = (d for email in emails if email_key(email) for d in self._cipher.digests(email_key(email)))
        wanted = [
            *_among(columns.internal_id, internal_ids, Text),
            *_among(columns.external_key, (_external_key(i) for i in external_ids), Text),
            *_among(columns.email_digest, digests, LargeBinary),
            *_among(columns.name_key, (key for name in names if (key := company_key(name))), Text),
        ]
        if not wanted:
            return []
        query = select(columns.entry_secret).where(or_(*wanted)).order_by(columns.internal_id)
        with self._database.begin() as connection:
            secrets = connection.execute(query).scalars().all()
        return [read_entry(self._cipher.decrypt(secret)) for secret in secrets]

    def similar(self, name: str, *, at_least: float, limit: int = 5) -> Sequence[tuple[CustomerEntry, float]]:
        """Return entries whose name is nearly this one, with a similarity of 0 to 1, best first."""
        return self.similar_of([name], at_least=at_least, limit=limit)[name]

    def similar_of(
        self, names: Sequence[str], *, at_least: float, limit: int = 5
    ) -> Mapping[str, Sequence[tuple[CustomerEntry, float]]]:
        """Return for each name the entries whose name is nearly that one, in one look at the database.

        Compared are `company_key`s with their words sorted, by indel distance: what typing errors and
        swapped words leave alike. Measures that forgive missing words (rapidfuzz's WRatio) are not used:
        they call 'Acme' and 'Acme Robotics International' alike, and each such pair would stop a deal.
        """
        with self._database.begin() as connection:
            scores = {
                name: self._names.nearest(connection, company_key(name), at_least=at_least, limit=limit)
                for name in dict.fromkeys(names)
            }
        entries = {
            e.internal_id: e for e in self.find(internal_ids={i for many in scores.values() for i in many})
        }
        return {
            name: [(entries[i], score) for i, score in many.items() if i in entries]
            for name, many in scores.items()
        }

    def alike_of(
        self, profiles: Mapping[str, CustomerProfile]
    ) -> Mapping[str, Sequence[tuple[CustomerEntry, float, str]]]:
        """Return, for each customer that would be created, those that may be it: probability and reasons, best first.

        Empty until duplicates were searched for once, which is when the engine learns what agreement weighs here.
        """
        return self._index.alike_of(profiles)

    def alike_among(
        self, profiles: Mapping[str, CustomerProfile]
    ) -> Mapping[str, Sequence[tuple[str, float, str]]]:
        """Return, for each customer that would be created, those before it among these that may be the same one.

        Empty as long as nothing was learned about what agreement weighs, as `alike_of`.
        """
        return self._index.alike_among(profiles)

    @property
    def index(self) -> CustomerIndex:
        """The index by which `alike_of` looks."""
        return self._index

    def _keep(self, connection: Connection, page: Page) -> None:
        if not page:
            return
        codes = self._index.codes(connection, page)
        rows = {
            e.internal_id: self._row(e) | {"block_codes": some} for e, some in zip(page, codes, strict=True)
        }
        connection.execute(select(func.pg_advisory_xact_lock(_REFRESH_LOCK)))
        newest = connection.execute(select(func.max(customer_directory.c.revision))).scalar_one() or 0
        new = [{**row, "revision": newest + 1} for _, row in sorted(rows.items())]
        connection.execute(_kept(tuple(new[0])), as_columns(new))

    def _row(self, entry: CustomerEntry) -> dict[str, Any]:
        email = email_key(entry.email)
        return {
            "internal_id": entry.internal_id,
            "external_key": _external_key(entry.external_id) if entry.external_id else None,
            "name": entry.name,
            "name_key": company_key(entry.name),
            "email_digest": self._cipher.digest(email) if email else None,
            "entry_secret": self._cipher.encrypt(plain_entry(entry)),
            "last_modified": entry.last_modified,
        }


class _Names:
    """The name of every customer, in memory; what changed since the last look is read on the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = 0
        self._by_id: dict[str, str] = {}

    def nearest(self, connection: Connection, key: str, *, at_least: float, limit: int) -> dict[str, float]:
        """Return the ids of the nearest names with their similarity, best first."""
        with self._lock:
            self._catch_up(connection)
            # Sorted once here, plain ratio does what token_sort_ratio would sort for anew in each comparison.
            found = process.extract(
                _sorted_words(key),
                self._by_id,
                scorer=fuzz.ratio,
                processor=None,
                score_cutoff=at_least * 100,
                limit=limit,
            )
        return {internal_id: score / 100 for _, score, internal_id in found}

    def _catch_up(self, connection: Connection) -> None:
        columns = customer_directory.c
        rows = connection.execute(
            select(columns.internal_id, columns.name_key, columns.revision)
            .where(columns.revision > self._revision)
            .order_by(columns.revision)
        )
        for internal_id, name_key, revision in rows:
            self._by_id[internal_id] = _sorted_words(name_key)
            self._revision = revision


def _sorted_words(key: str) -> str:
    return " ".join(sorted(key.split()))


@functools.cache
def _kept(names: tuple[str, ...]) -> Insert:
    statement = insert_rows(customer_directory, names)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[customer_directory.c.internal_id],
        set_={c.name: c for c in new if c.name != "internal_id"},
        # A page that was read earlier and comes later does not undo what is known.
        where=or_(
            new.last_modified.is_(None),
            customer_directory.c.last_modified.is_(None),
            new.last_modified >= customer_directory.c.last_modified,
        ),
    )


def _among(column: ColumnElement[Any], values: Iterable[Any], type_: Any) -> list[ColumnElement[bool]]:
    listed = sorted(set(values))
    return [column == any_(literal(listed, ARRAY(type_)))] if listed else []


def _external_key(external_id: str) -> str:
    """NetSuite folds the case of external ids. Source: SuiteTalk "External IDs Overview"."""
    return external_id.lower()


def _with_last(pages: Iterable[Page]) -> Iterator[tuple[Page, bool]]:
    """Yield each page, and whether it is the last; an empty one when there is none."""
    iterator = iter(pages)
    page: Page = next(iterator, ())
    for following in iterator:
        yield page, False
        page = following
    yield page, True
