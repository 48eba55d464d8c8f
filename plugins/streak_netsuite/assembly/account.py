"""The NetSuite account of a ledger: one for both, and its concurrency shared with every other worker."""

import hashlib
import time
import uuid
from collections.abc import Callable
from datetime import datetime

from streak_netsuite.assembly.clock import utc_now
from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.governor import Governor
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.account_watch import AccountWatch
from streak_netsuite.flows.customer_lists import CustomerListGate
from streak_netsuite.flows.record_guard import RecordGuard
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.mapping.schema import MatchPolicy

_ACCOUNT = "netsuite.account"  # the snapshot that names the ledger's account


def require_same_account(netsuite: NetSuiteSettings, ledger: Ledger, *, now: datetime) -> None:
    """Make sure that the ledger's ids are of this account, and note the account when the ledger is new.

    Internal ids change when a sandbox is refreshed, and are others in each account: a ledger of another account
    would tie deals to strangers.

    Raises:
        ConfigurationError: the ledger belongs to another account.
    """
    account = AccountId(netsuite.account).realm
    known = ledger.get_snapshot(_ACCOUNT)
    if known is None:
        ledger.keep_snapshot(_ACCOUNT, {"account": account}, now=now)
    elif known["account"] != account:
        raise ConfigurationError(
            f"this ledger belongs to NetSuite account {known['account']}, and the connection leads to {account}; "
            "give each account a ledger of its own"
        )


def known_limit(netsuite: NetSuiteSettings, ledger: Ledger) -> NetSuiteSettings:
    """Return the settings with the concurrency that the account has said of itself."""
    said = ledger.calls.find_limit(AccountId(netsuite.account).realm)
    return netsuite.knowing(said.concurrency if said is not None else None)


def open_netsuite(
    netsuite: NetSuiteSettings,
    ledger: Ledger,
    *,
    clock: Callable[[], datetime] = utc_now,
    read_only: bool = False,
) -> SoapClient:
    """Return a client that shares the account's concurrency with every other worker; close it after use."""
    account = AccountId(netsuite.account).realm
    share = ledger.calls.share(account, limit=netsuite.slots, holder=uuid.uuid4().hex, clock=clock)
    governor = Governor(netsuite.slots, share=share)
    return SoapClient(netsuite, clock=time.time, governor=governor, read_only=read_only)


def watch_account(
    erp: NetSuiteGateway, ledger: Ledger, netsuite: NetSuiteSettings, *, clock: Callable[[], datetime]
) -> AccountWatch:
    """Return the watch over what a NetSuite account allows."""
    return AccountWatch(
        erp=erp,
        calls=ledger.calls,
        account=AccountId(netsuite.account).realm,
        endpoint_version=netsuite.endpoint_version,
        clock=clock,
    )


def list_gate(
    client: SoapClient, ledger: Ledger, netsuite: NetSuiteSettings, policy: MatchPolicy
) -> CustomerListGate:
    """Return what asks, before lists of records are written, which of their customers exist already.

    Raises:
        ConfigurationError: the ledger belongs to another account.
        RecordsReplaced: its ids lead to other records.
    """
    require_same_account(netsuite, ledger, now=utc_now())
    erp = NetSuiteGateway(client, netsuite)
    guard_records(erp, ledger, netsuite, clock=utc_now).require()
    return CustomerListGate(memory=ledger, erp=erp, policy=policy, settings=FlowSettings(), clock=utc_now)


def guard_records(
    erp: NetSuiteGateway, ledger: Ledger, netsuite: NetSuiteSettings, *, clock: Callable[[], datetime]
) -> RecordGuard:
    """Return what stops work when a ledger's ids lead to other records of a NetSuite account."""
    login = [AccountId(netsuite.account).realm]
    login += [one.get_secret_value() for one in (netsuite.consumer_key, netsuite.token_id)]
    digest = hashlib.sha256("\n".join(login).encode()).hexdigest()
    return RecordGuard(erp=erp, memory=ledger, login=digest, clock=clock)
