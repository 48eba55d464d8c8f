"""Tells a person that Streak and the mapping have moved apart, before records fail for it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import StaticLookups
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.names import Misfit, NameCatalogue, NameUse, Snapshot
from streak_netsuite.sync.outcome import Action, Hold, Outcome

log = logging.getLogger(__name__)

FLOW = "drift"
_SNAPSHOT = "streak.names"


class DriftMemory(Protocol):
    """The ledger, as the watch uses it."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept last."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep a snapshot in place of the one before."""

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes; a hold is opened, renewed, or closed by a good outcome."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftReport:
    """What was found.

    Attributes:
        changes: everything that changed since the last look, for people.
        misfits: what the mapping trips over.
    """

    changes: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    def lines(self) -> list[str]:
        """Return one line of text for each finding, the worst first."""
        return [
            *(f"needs you: {m.message}; {m.fix}" for m in self.misfits),
            *(f"changed: {c}" for c in self.changes),
        ]


@dataclass(frozen=True, kw_only=True)
class DriftWatch:
    """Compares Streak's names with those the mapping uses, and with what they were."""

    names: NameCatalogue
    memory: DriftMemory
    spec: MappingSpec
    engine: Engine
    clock: Callable[[], datetime]
    run_id: str

    def look(self) -> DriftReport:
        """Return what is different. Keeps nothing."""
        return self._compare(self.names.snapshot(), self.memory.get_snapshot(_SNAPSHOT) or {})

    def run(self) -> DriftReport:
        """Look, keep what was seen, and hold the pipeline's mapping while something is amiss.

        The hold closes by itself once everything fits again.
        """
        now = self.names.snapshot()
        kept = self.memory.get_snapshot(_SNAPSHOT) or {}
        report = self._compare(now, kept)
        was_amiss = bool(kept) and kept.get("fitted") != kept.get("last")
        if report.misfits or report.changes or was_amiss:
            # Under the key it has had: a pipeline that was renamed is not found by its name any more.
            self._record(self.names.key_of(kept.get("fitted") or now, self.spec.source.pipeline), report)
        # What fitted last is kept beside what was seen last: it knows the names as the mapping has them.
        fitted = kept.get("fitted") if report.misfits else now
        self.memory.keep_snapshot(_SNAPSHOT, {"last": now, "fitted": fitted}, now=self.clock())
        return report

    def _compare(self, now: Snapshot, kept: Mapping[str, Any]) -> DriftReport:
        before = kept.get("last")
        changes = self.names.changes(before, now) if before else ()
        misfits = [*self.names.misfits(self._uses(), now, kept.get("fitted")), *self._unmapped(now)]
        return DriftReport(changes=tuple(changes), misfits=tuple(misfits))

    def _uses(self) -> list[NameUse]:
        source = self.spec.source
        items = self.spec.items
        fields = [
            *sorted(self.engine.box_fields),
            *self.spec.write_back.fields,
            *self.spec.status.fields,
            *items.fields,
            *items.box_fields,
        ]
        return [
            NameUse(pipeline=source.pipeline),
            *(
                NameUse(pipeline=source.pipeline, stage=stage)
                for stage in (*source.stages, *source.lost_stages, *items.stages)
            ),
            *(NameUse(pipeline=source.pipeline, field=field) for field in dict.fromkeys(fields)),
        ]

    def _unmapped(self, now: Snapshot) -> list[Misfit]:
        """Return the options people can choose in Streak for which the mapping has no entry."""
        lookups = StaticLookups(self.spec)
        found: list[Misfit] = []
        for field, table in sorted(self.engine.looked_up_fields):
            if not lookups.options(table):
                continue  # looked up in NetSuite, live
            labels = self.names.options(now, self.spec.source.pipeline, field)
            found += [_without_entry(x, field, table) for x in labels if lookups.resolve(table, x) is None]
        return found

    def _record(self, key: str, report: DriftReport) -> None:
        record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.PIPELINE, id=key)
        reason = "; ".join([*(m.message for m in report.misfits), *report.changes]) or "everything fits again"
        hold = None
        if report.misfits:
            hold = Hold(
                code="DRIFT",
                reason="; ".join(m.message for m in report.misfits),
                fix="; ".join(dict.fromkeys(m.fix for m in report.misfits)),
                faults=tuple(m.message for m in report.misfits),
            )
        outcome = Outcome(
            event_id=None,
            record=record,
            action=Action.HELD if hold else Action.SKIPPED,
            rule="drift",
            reason=reason,
            hold=hold,
        )
        self.memory.record_outcomes([outcome], flow=FLOW, run_id=self.run_id, now=self.clock())


def _without_entry(label: str, field: str, table: str) -> Misfit:
    return Misfit(
        message=f"option '{label}' of field '{field}' has no entry in the lookup '{table}'",
        fix=f"add '{label}' to the lookup '{table}', or remove the option in Streak",
    )
