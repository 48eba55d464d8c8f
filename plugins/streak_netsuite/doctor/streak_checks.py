"""Checks of Streak: the key, the names a mapping uses, the webhooks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from streak_netsuite import connections
from streak_netsuite.assembly import wanted_events
from streak_netsuite.connectors.streak.calls import pipelines
from streak_netsuite.connectors.streak.catalogue import Catalogue
from streak_netsuite.connectors.streak.name_catalogue import StreakNames
from streak_netsuite.connectors.streak.registry import StreakWebhooks
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.drift import DriftWatch
from streak_netsuite.flows.webhooks import WebhookKeeper
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_desk.sources import sources_of
from streak_netsuite.sync.names import NameUse
from streak_netsuite.sync.outcome import Outcome
from streak_netsuite.sync.registration import receiver_prefix, wanted_webhooks

_COMPUTED = "FORMULA"  # the type of fields that Streak fills itself


class _NothingKept:
    """The memory of a watch that looks for the first time."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept: nothing."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep nothing."""

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep nothing."""


def key(bench: Bench) -> Iterator[Finding]:
    """Whether the key opens Streak."""
    seen = bench.streak.send(pipelines.every())
    yield ok(f"the key works, and sees {len(seen)} pipelines")


def watched(bench: Bench) -> Iterator[Finding]:
    """Whether the watched pipelines exist, and the mapping's is one of them."""
    found, wanted = bench.boxes.watched(), bench.spec.source.pipeline
    names = ", ".join(f"'{one.name}'" for one in found)
    if _pipeline(found, wanted) is None:
        yield fail(
            f"the mapping is for pipeline '{wanted}', and the connection watches {names or 'none'}",
            f"add '{wanted}' to 'pipelines' of the Streak connection, or correct source.pipeline of the mapping",
        )
    else:
        yield ok(f"watched: {names}")


def names(bench: Bench) -> Iterator[Finding]:
    """Whether the stages, fields and options that the mapping uses exist, those it writes to included."""
    streak = StreakNames(bench.streak)
    watch = DriftWatch(
        names=streak,
        memory=_NothingKept(),
        spec=bench.spec,
        engine=bench.engine,
        clock=bench.clock,
        run_id="doctor",
    )
    uses = [
        NameUse(pipeline=bench.spec.source.pipeline, stage=stage)
        for stage in dict.fromkeys(bench.spec.status.stages.values())
    ]
    misfits = [*watch.look().misfits, *streak.misfits(uses, streak.snapshot(), None)]
    yield from (fail(m.message, m.fix) for m in dict.fromkeys(misfits))
    if not misfits:
        yield ok("every stage, field and option that the mapping uses exists")


def conditions(bench: Bench) -> Iterator[Finding]:
    """Whether the conditions of rules ask of Streak's fields what these can answer."""
    pipeline = _pipeline(bench.boxes.watched(), bench.spec.source.pipeline)
    if pipeline is None:
        return  # `watched` tells it
    sources = sources_of(pipeline, (), party_fields=bench.boxes.party_fields(pipeline))
    try:
        load_spec(bench.mapping_file, held=sources.held)
    except ConfigurationError as error:
        _, *faults = str(error).splitlines()
        yield from (
            fail(f"{bench.mapping_file.name} {fault.strip()}", "correct the condition in the mapping")
            for fault in faults
        )
    else:
        yield ok("every condition of the mapping fits the field that it asks")


def written_fields(bench: Bench) -> Iterator[Finding]:
    """Whether the fields that boxes are told things in can be written."""
    told = dict.fromkeys((*bench.spec.write_back.fields, *bench.spec.status.fields))
    pipeline = _pipeline(bench.boxes.watched(), bench.spec.source.pipeline)
    known = {name for name in told if pipeline is not None and name in pipeline.field_names}
    computed = [n for n in known if pipeline is not None and pipeline.field(n).type == _COMPUTED]
    yield from (
        fail(
            f"field '{name}' is a formula, and cannot be written",
            f"make another field in Streak, and name it in the mapping instead of '{name}'",
        )
        for name in sorted(computed)
    )
    if not computed:
        yield ok(f"{len(known)} fields take what boxes are told")


def webhooks(bench: Bench) -> Iterator[Finding]:
    """Whether the webhooks are registered as wanted."""
    parts = bench.streak_parts
    if not parts.extra.get("webhook_url"):
        yield ok("no 'webhook_url' is set: the sweep alone finds changes, every five minutes")
        return
    settings = connections.webhook_settings(parts)
    connections.receiver_settings(parts)  # the same tokens as the receiver takes them
    token = settings.token.get_secret_value()
    plan = WebhookKeeper(
        registry=StreakWebhooks(bench.streak),
        wanted=wanted_webhooks(
            wanted_events(bench.boxes.watched(), settings), public_url=settings.webhook_url, token=token
        ),
        token=token,
        own_prefixes=[receiver_prefix(settings.webhook_url)],
    ).plan()
    if plan.is_done:
        yield ok(f"{len(plan.keep)} webhooks are registered as wanted")
        return
    counts = {"missing": plan.create, "out of date": plan.change, "too many": plan.remove}
    told = ", ".join(f"{len(found)} {what}" for what, found in counts.items() if found)
    yield warn(
        f"webhooks: {told}; until then the sweep alone finds changes, every five minutes",
        "run: streak-netsuite webhooks sync",
    )


def _pipeline(found: Sequence[Catalogue], wanted: str) -> Catalogue | None:
    folded = wanted.strip().casefold()
    return next((p for p in found if wanted == p.key or p.name.strip().casefold() == folded), None)
