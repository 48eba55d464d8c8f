"""The ledger: the product's memory. Each method is one transaction."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from streak_netsuite.ledger import audit, identities, rotation, snapshots, watermarks
from streak_netsuite.ledger import bindings as binding_rows
from streak_netsuite.ledger.book import PRODUCT
from streak_netsuite.ledger.books import Books
from streak_netsuite.ledger.call_book import CallBook
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.directory import Directory
from streak_netsuite.ledger.duplicate_book import DuplicateBook
from streak_netsuite.ledger.history import History
from streak_netsuite.ledger.hold_book import HoldBook
from streak_netsuite.ledger.inbox_book import InboxBook
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.ledger.summary import Summary, summarise
from streak_netsuite.ledger.sweep_book import SweepBook
from streak_netsuite.ledger.tie_book import TieBook
from streak_netsuite.ledger.write_book import WriteBook
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.same_records import WrittenTie


class Ledger(InboxBook, WriteBook, HoldBook):
    """The ledger, as flows, operators and people use it. Safe to share between threads.

    Every method may raise Unavailable (the database cannot be reached; nothing was kept) and
    ConfigurationError (its schema is not this release's, or the keys do not open what it keeps).
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        super().__init__(database, cipher, new_id=new_id)
        self._directory = Directory(database, cipher)
        self._sweeps = SweepBook(database, cipher)
        self._calls = CallBook(database)

    @classmethod
    def connect(
        cls, settings: LedgerSettings, *, new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    ) -> "Ledger":
        """Return the ledger of these settings; close it after use. It connects when it is first used.

        Raises:
            ConfigurationError: the encryption keys are missing or are no Fernet keys.
        """
        cipher = Cipher(settings.encryption_keys)
        return cls(Database(settings), cipher, new_id=new_id)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The engine, for `schema.upgrade` and `schema.require_current`."""
        return self._database.engine

    @property
    def directory(self) -> Directory:
        """The customer directory."""
        return self._directory

    @property
    def sweeps(self) -> SweepBook:
        """What the sweeps have seen, and how far they have read."""
        return self._sweeps

    @property
    def calls(self) -> CallBook:
        """The limits on calls at once, as all workers share them."""
        return self._calls

    @property
    def books(self) -> Books:
        """What is known of deals and their orders, read from end to end."""
        return Books(self._database, self._cipher)

    @property
    def duplicates(self) -> DuplicateBook:
        """What is known of duplicate customers, and what people decided about them."""
        return DuplicateBook(self._database, self._cipher)

    @property
    def ties(self) -> TieBook:
        """All ties to NetSuite records, read and mended as a whole."""
        return TieBook(self._database, self._cipher)

    @property
    def history(self) -> History:
        """Everything that is known of one deal."""
        return History(self._database, self._cipher)

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read, or None before the first time."""
        with self._database.begin() as connection:
            return watermarks.get(connection, name)

    def move_watermark(self, name: str, position: datetime) -> None:
        """Move a watermark forward, once everything before it is in the ledger."""
        with self._database.begin() as connection:
            watermarks.move(connection, name, position)

    def claim_identities(
        self, keys: Sequence[str], *, token: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Reserve names that only one worker may create; return those that are ours now."""
        with self._database.begin() as connection:
            return identities.claim(
                connection, self._cipher, keys, token=token, lease_seconds=lease_seconds, now=now
            )

    def hand_over_identities(
        self, keys: Sequence[str], *, token: str, to: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Let names that one token has reserved be another's; return those that were its."""
        with self._database.begin() as connection:
            return identities.hand_over(
                connection, self._cipher, keys, token=token, to=to, lease_seconds=lease_seconds, now=now
            )

    def release_identities(self, *, token: str) -> None:
        """Give all reserved names of a claim back."""
        with self._database.begin() as connection:
            identities.release(connection, token=token)

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        """Return the bindings of Streak records to NetSuite records of a kind."""
        with self._database.begin() as connection:
            return binding_rows.find(connection, refs, kind)

    def written_ties(self, *, limit: int) -> Sequence[WrittenTie]:
        """Return the newest ties to customers and orders that we wrote, so many of each."""
        return self.ties.written(limit=limit)

    def find_boxes(self, order_ids: Sequence[str]) -> Mapping[str, Binding]:
        """Return the ties of these sales orders to boxes, by the order's internal id."""
        with self._database.begin() as connection:
            return binding_rows.find_streak(connection, order_ids, RecordKind.SALES_ORDER, RecordKind.BOX)

    def streak_sides(self, customer_ids: Sequence[str]) -> Sequence[Binding]:
        """Return the ties of customers to Streak records of any kind."""
        with self._database.begin() as connection:
            return binding_rows.find_any_streak(connection, customer_ids, RecordKind.CUSTOMER)

    def customers_of(self, organizations: Sequence[str]) -> Mapping[str, str]:
        """Return the internal ids of the customers that organizations are, by the organization's key."""
        refs = [
            ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key) for key in organizations
        ]
        found = self.find_bindings(refs, RecordKind.CUSTOMER) if refs else {}
        return {ref.id: one.netsuite.id for ref, one in found.items()}

    def tied_since(self, since: datetime) -> Sequence[str]:
        """Return the keys of the organizations that were tied to a customer, or to another one, at or after a time."""
        with self._database.begin() as connection:
            return binding_rows.find_since(connection, RecordKind.ORGANIZATION, RecordKind.CUSTOMER, since)

    def keep_bindings(self, bindings: Sequence[Binding], *, now: datetime) -> Sequence[Binding]:
        """Keep ties; return those that could not be kept because either side is tied elsewhere."""
        with self._database.begin() as connection:
            return binding_rows.keep(connection, bindings, now=now)

    def repoint_binding(self, tie: Binding, netsuite_id: str, *, rule: str, now: datetime) -> bool:
        """Let a tie lead to the record that took its place, and note it in the audit.

        Returns False, and changes nothing, when that record is tied to another one already.
        """
        with self._database.begin() as connection:
            done = binding_rows.repoint(connection, tie, netsuite_id, rule=rule, now=now)
            if done:
                audit.append(
                    connection,
                    self._cipher,
                    actor=PRODUCT,
                    action="binding.repointed",
                    subject=str(tie.streak),
                    details={"from": tie.netsuite.id, "to": netsuite_id, "rule": rule},
                    now=now,
                )
            return done

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what a vendor's catalogue looked like when it was kept last, or None before the first time."""
        with self._database.begin() as connection:
            return snapshots.get(connection, self._cipher, name)

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep what a vendor's catalogue looks like, in place of what was kept before."""
        with self._database.begin() as connection:
            snapshots.keep(connection, self._cipher, name, body, now=now)

    def add_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> bool:
        """Keep a snapshot unless there is one; tell whether it was kept."""
        with self._database.begin() as connection:
            return snapshots.add(connection, self._cipher, name, body, now=now)

    def drop_snapshot(self, name: str) -> bool:
        """Forget a snapshot; tell whether there was one."""
        with self._database.begin() as connection:
            return snapshots.drop(connection, name)

    def summary(self, *, now: datetime) -> Summary:
        """Return the ledger at a glance."""
        with self._database.begin() as connection:
            return summarise(connection, now=now)

    def rotate_keys(self, *, batch: int = 500) -> dict[str, int]:
        """Encrypt everything with the first key; return how many values of each table were under another.

        Runs in transactions of `batch` rows. After an interruption, run it again.
        """
        return rotation.rotate(self._database, self._cipher, batch=batch)
