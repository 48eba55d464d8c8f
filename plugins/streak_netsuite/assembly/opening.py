"""Opens the product, or the part of it that a command needs, for the length of a block."""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from streak_netsuite.assembly.account import (
    known_limit,
    list_gate,
    open_netsuite,
    require_same_account,
    watch_account,
)
from streak_netsuite.assembly.clock import utc_now
from streak_netsuite.assembly.product import Product
from streak_netsuite.assembly.settings import Settings
from streak_netsuite.connections import WebhookSettings
from streak_netsuite.connectors.netsuite.desk import NetSuiteDesk
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.streak.box_desk import BoxDesk
from streak_netsuite.connectors.streak.catalogue import Catalogue
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.registry import StreakWebhooks
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.account_watch import AccountWatch
from streak_netsuite.flows.activities import Activities
from streak_netsuite.flows.rebinding import Rebinding
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.webhooks import WebhookKeeper
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.sync.registration import ScopeKind, WebhookScope, receiver_prefix, wanted_webhooks

_NO_LEDGER = (
    "customers that would be created are compared with those that the ledger knows: name a ledger connection, or set "
    "check_duplicates=False"
)


@contextlib.contextmanager
def open_product(
    settings: Settings,
    *,
    run_id: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    read_only: bool = False,
) -> Iterator[Product]:
    """Open the product for the length of a block.

    Args:
        read_only: for dry runs; a write to a vendor is refused before it leaves.

    Raises:
        ConfigurationError: the mapping or a connection is wrong.
        RecordsReplaced: the ledger's ids lead to other records, as after a sandbox was refreshed.
    """
    spec = load_spec(settings.mapping)
    with contextlib.ExitStack() as stack:
        ledger = stack.enter_context(Ledger.connect(settings.ledger))
        streak = stack.enter_context(StreakClient(settings.streak, read_only=read_only))
        require_same_account(settings.netsuite, ledger, now=clock())
        settings = replace(settings, netsuite=known_limit(settings.netsuite, ledger))
        soap = stack.enter_context(open_netsuite(settings.netsuite, ledger, clock=clock, read_only=read_only))
        product = Product(
            settings=settings,
            spec=spec,
            streak=StreakGateway(streak, settings.streak),
            streak_client=streak,
            netsuite=NetSuiteGateway(soap, settings.netsuite),
            ledger=ledger,
            clock=clock,
            run_id=run_id or uuid.uuid4().hex,
        )
        product.record_guard().require()
        yield product


@contextlib.contextmanager
def open_boxes(settings: StreakSettings) -> Iterator[BoxDesk]:
    """Open Streak's boxes for the length of a block; no ledger and no NetSuite are needed."""
    with StreakClient(settings) as client:
        yield BoxDesk(client, settings)


@contextlib.contextmanager
def open_activities(
    streak: StreakSettings,
    ledger: LedgerSettings,
    *,
    run_id: str,
    flow: FlowSettings | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[Activities]:
    """Open the flow that writes activities to boxes for the length of a block; NetSuite is not needed."""
    with Ledger.connect(ledger) as opened, StreakClient(streak) as client:
        yield Activities(
            boxes=StreakGateway(client, streak),
            memory=opened,
            settings=flow or FlowSettings(),
            clock=clock,
            run_id=run_id,
        )


@contextlib.contextmanager
def open_webhooks(
    streak: StreakSettings, webhooks: WebhookSettings, *, former_urls: Sequence[str] = ()
) -> Iterator[WebhookKeeper]:
    """Open the keeper of Streak's webhooks for the length of a block.

    Args:
        former_urls: public addresses the product had before; webhooks that lead there are ours, too.

    Raises:
        ConfigurationError: a watched pipeline does not exist for this key.
    """
    token = webhooks.token.get_secret_value()
    with StreakClient(streak) as client:
        events = wanted_events(StreakGateway(client, streak).watched(), webhooks)
        yield WebhookKeeper(
            registry=StreakWebhooks(client),
            wanted=wanted_webhooks(events, public_url=webhooks.webhook_url, token=token),
            token=token,
            own_prefixes=[receiver_prefix(url) for url in (webhooks.webhook_url, *former_urls)],
        )


def wanted_events(watched: Sequence[Catalogue], webhooks: WebhookSettings) -> list[tuple[str, WebhookScope]]:
    """Return the events of the watched pipelines, and of their teams where contacts or organizations are read."""
    found = [
        (event, WebhookScope(kind=ScopeKind.PIPELINE, key=pipeline.key, name=pipeline.name))
        for pipeline in watched
        for event in webhooks.webhook_events
        if "boxes" in webhooks.kinds
    ]
    subjects = [
        s for s, plural in (("CONTACT", "contacts"), ("ORG", "organizations")) if plural in webhooks.kinds
    ]
    teams = dict.fromkeys(pipeline.team_key for pipeline in watched if pipeline.team_key)
    return found + [
        (f"{subject}_{what}", WebhookScope(kind=ScopeKind.TEAM, key=team))
        for team in teams
        for subject in subjects
        for what in ("CREATE", "UPDATE", "DELETE")
    ]


@contextlib.contextmanager
def open_rebinding(
    netsuite: NetSuiteSettings, ledger: LedgerSettings, *, clock: Callable[[], datetime] = utc_now
) -> Iterator[Rebinding]:
    """Open what puts a ledger's ties right for the length of a block; Streak is not needed, and NetSuite is only read."""
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(Ledger.connect(ledger))
        require_same_account(netsuite, opened, now=clock())
        client = stack.enter_context(open_netsuite(netsuite, opened, clock=clock, read_only=True))
        yield Rebinding(
            erp=NetSuiteGateway(client, netsuite),
            ties=opened.ties,
            directory=opened.directory,
            memory=opened,
            clock=clock,
            run_id=uuid.uuid4().hex,
        )


@contextlib.contextmanager
def open_account(
    netsuite: NetSuiteSettings, ledger: LedgerSettings, *, clock: Callable[[], datetime] = utc_now
) -> Iterator[AccountWatch]:
    """Open the watch over a NetSuite account for the length of a block; Streak is not needed."""
    with Ledger.connect(ledger) as opened, open_netsuite(netsuite, opened, clock=clock) as client:
        yield watch_account(NetSuiteGateway(client, netsuite), opened, netsuite, clock=clock)


@contextlib.contextmanager
def open_desk(
    netsuite: NetSuiteSettings, ledger: LedgerSettings | None, *, check_by: Path | None = None
) -> Iterator[NetSuiteDesk]:
    """Open a NetSuite account for single records; Streak is not needed.

    Args:
        ledger: where the account's concurrency is shared; None for a process on its own.
        check_by: the mapping that says how customers are compared before they are created; None to write what is given.

    Raises:
        ConfigurationError: customers are to be compared, and there is no ledger for that, or it is another account's.
        RecordsReplaced: they are, and the ledger's ids lead to other records.
    """
    with contextlib.ExitStack() as stack:
        if ledger is None:
            if check_by is not None:
                raise ConfigurationError(_NO_LEDGER)
            yield NetSuiteDesk(stack.enter_context(SoapClient(netsuite, clock=time.time)), netsuite)
            return
        opened = stack.enter_context(Ledger.connect(ledger))
        netsuite = known_limit(netsuite, opened)
        client = stack.enter_context(open_netsuite(netsuite, opened))
        gate = None if check_by is None else list_gate(client, opened, netsuite, load_spec(check_by).match)
        yield NetSuiteDesk(client, netsuite, gate=gate)
