"""Checks of the NetSuite connection and of what the account says of itself."""

from collections.abc import Iterator
from datetime import timedelta

from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.settings import STANDARD_CONCURRENCY
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.account_watch import SKEW_TO_MEND
from streak_netsuite.flows.record_guard import LOOKED_AT
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.sync.endpoint import endpoint_life
from streak_netsuite.sync.same_records import compare

_SKEW_REFUSED = timedelta(
    minutes=5
)  # a signature older than that is refused (section_1534941088, read 2026-11)


def settings(bench: Bench) -> Iterator[Finding]:
    """Whether the connection is complete, fits the flow, and its account is of the kind that is wanted."""
    found = bench.netsuite_settings
    try:
        FlowSettings().leaving(found.commit_seconds)
    except ConfigurationError as error:
        yield fail(str(error))
    kind = "sandbox" if AccountId(found.account).is_sandbox else "production"
    if found.environment:
        yield ok(f"account {bench.account} is a {kind} account, as 'environment' says")
    else:
        yield warn(
            f"account {bench.account} is a {kind} account, and 'environment' does not say which kind is meant",
            f"set 'environment' of the NetSuite connection to {kind}; a connection of the other kind is refused then",
        )


def endpoint(bench: Bench) -> Iterator[Finding]:
    """Whether the endpoint lives on."""
    life = endpoint_life(bench.netsuite_settings.endpoint_version)
    if life.advice:
        yield warn(life.advice)
    else:
        yield ok(f"endpoint {life.version} is supported until NetSuite {life.unsupported_from}")


def login(bench: Bench) -> Iterator[Finding]:
    """Whether NetSuite takes our login, and whether the clocks agree."""
    began = bench.clock()
    theirs = bench.erp.server_time()
    now = bench.clock()
    yield ok(f"account {bench.account} lets us in")
    # NetSuite's clock is told in whole seconds, which the limit swallows.
    ahead = theirs - (began + (now - began) / 2)
    told = f"this machine's clock is {-ahead.total_seconds():+.0f} s off NetSuite's"
    if abs(ahead) > _SKEW_REFUSED:
        yield fail(f"{told}; signatures are refused from five minutes on", "set this machine's clock by NTP")
    elif abs(ahead) > SKEW_TO_MEND:
        yield warn(told, "set this machine's clock by NTP")
    else:
        yield ok("the clocks agree")


def records(bench: Bench) -> Iterator[Finding]:
    """Whether the ids that the ledger keeps still lead to the records that were written."""
    ties = bench.ledger.written_ties(limit=LOOKED_AT)
    found = compare(ties, bench.erp.keys_of([tie.binding.netsuite for tie in ties]) if ties else {})
    if found.is_replaced:
        yield fail(
            f"NetSuite holds other records under the ids that this ledger keeps: {found}",
            "after a refresh of the sandbox start with an empty ledger, or run: streak-netsuite netsuite rebind",
        )
    elif found.others:
        for one in found.others:
            yield warn(
                str(one),
                "see who has given it another key; an order is changed by its deal no more. On purpose: "
                f"streak-netsuite netsuite rebind --keep {one.tie.binding.streak.id}",
            )
    else:
        yield ok(str(found))


def concurrency(bench: Bench) -> Iterator[Finding]:
    """Whether we know how many calls the account takes at once, and leave some to others."""
    found, said = bench.netsuite_settings, bench.erp.concurrency()
    limit = found.knowing(said.calls if said else None).concurrency or STANDARD_CONCURRENCY
    if said is None:
        known = "'concurrency' of the connection" if found.concurrency else "that of a standard account"
        yield warn(
            f"the role may not read how many calls the account takes at once; {limit} are counted on, {known}",
            "set 'concurrency' of the NetSuite connection to what Setup, Integration, Integration Governance shows",
        )
    elif found.concurrency and found.concurrency > said.calls:
        yield warn(
            f"'concurrency' of the connection is {found.concurrency}, and NetSuite takes {said.calls} calls at once",
            "take 'concurrency' out of the connection: NetSuite's own number counts then",
        )
    else:
        yield ok(f"NetSuite takes {said.calls} calls at once (of the {said.source})")
    if found.reserve >= limit:
        yield fail(
            f"'reserve' leaves {found.reserve} of {limit} calls at once to others, and none to us",
            f"set 'reserve' of the NetSuite connection below {limit}",
        )
