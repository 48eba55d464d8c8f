"""Checks of the ledger."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, Table, select

from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.ledger import schema
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import translated
from streak_netsuite.ledger.tables import SECRETS

_ACCOUNT = "netsuite.account"  # the snapshot by which a ledger knows its account


def connection(bench: Bench) -> Iterator[Finding]:
    """Whether the ledger answers and its schema is this release's."""
    schema.require_current(bench.ledger.engine)
    yield ok(f"the ledger at {bench.ledger_settings.place} answers, at revision {schema.head()}")


def keys(bench: Bench) -> Iterator[Finding]:
    """Whether the keys open what the ledger keeps: the oldest and the newest value of every table."""
    cipher = Cipher(bench.ledger_settings.encryption_keys)
    with translated(bench.ledger_settings.place), bench.ledger.engine.connect() as connected:
        tokens = [t for table, column in SECRETS for t in _samples(connected, table, table.c[column])]
    older = sum(cipher.renewed(token) is not None for token in tokens)
    if older:
        yield warn(
            f"{older} of {len(tokens)} values looked at are under an older key",
            "run: streak-netsuite ledger rotate-keys; then the older key can go",
        )
    else:
        yield ok(f"the keys open what is kept ({len(tokens)} values looked at)" if tokens else "a key is set")


def account(bench: Bench) -> Iterator[Finding]:
    """Whether the ledger is this NetSuite account's."""
    known = bench.ledger.get_snapshot(_ACCOUNT)
    if known is None:
        yield ok("the ledger is new, and will belong to the account it is first used with")
    elif known["account"] == bench.account:
        yield ok(f"the ledger belongs to account {bench.account}")
    else:
        yield fail(
            f"the ledger belongs to NetSuite account {known['account']}, and the connection leads to {bench.account}",
            "give each account a ledger of its own",
        )


def _samples(connected: Connection, table: Table, column: Column[bytes]) -> Sequence[bytes]:
    (key,) = table.primary_key
    found: set[bytes] = set()
    for order in (key.asc(), key.desc()):
        query = select(column).where(column.is_not(None)).order_by(order).limit(1)
        found |= {bytes(token) for token in connected.execute(query).scalars()}
    return sorted(found)
