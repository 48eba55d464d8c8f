"""What can be sold, what it costs and whether it is there: from NetSuite into dropdown fields and boxes of Streak."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from streak_netsuite.errors import MappingError
from streak_netsuite.flows.batch import hold_of
from streak_netsuite.flows.report import RunReport
from streak_netsuite.mapping.items import box_values, is_offered, item_label
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.stocked_item import StockedItem
from streak_netsuite.sync.option_plan import OptionPlan, Retirement, plan_options
from streak_netsuite.sync.outcome import Action, Hold, Outcome

log = logging.getLogger(__name__)

FLOW = "items_to_streak"
_SNAPSHOT = "items"  # the name under which the ledger keeps which options are ours, by field


class ItemSource(Protocol):
    """Where items are sold from."""

    def items(self, *, with_stock: bool) -> Iterator[Sequence[StockedItem]]:
        """Yield every item that may stand on an order, inactive ones too, by pages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownBox:
    """What some fields of a box show.

    Attributes:
        shown: texts by field; several for a tag field. A field without a value is left out.
    """

    key: str
    name: str
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class OptionBook(Protocol):
    """Streak, as this flow uses it."""

    def pipeline_key(self, pipeline: str) -> str:
        """Return the key of a pipeline by name or key."""

    def field_options(self, pipeline: str, field: str) -> Sequence[str]:
        """Return the labels of a dropdown or tag field as they are now."""

    def change_options(
        self,
        pipeline: str,
        field: str,
        *,
        add: Sequence[str],
        remove: Sequence[str],
        rename: Mapping[str, str],
    ) -> None:
        """Rename, add and remove options; what nobody asked about stays as it is. A repeat does nothing more."""

    def boxes_in(
        self, pipeline: str, stages: Sequence[str], fields: Sequence[str]
    ) -> Iterator[Sequence[ShownBox]]:
        """Yield the boxes of some stages, or of all, with what these fields show, by pages."""

    def write_fields(self, box_key: str, pipeline_key: str, values: Mapping[str, str]) -> None:
        """Set box fields by name."""


class ItemMemory(Protocol):
    """The ledger, as this flow uses it."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept last."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep a snapshot in place of the one before."""

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes; a hold is opened, renewed, or closed by a good outcome."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxChange:
    """What a box is to show of its item.

    Attributes:
        old, new: texts by field; only those that differ.
    """

    key: str
    name: str
    item: str
    old: Mapping[str, str]
    new: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ItemsPlan:
    """What would be written.

    Attributes:
        fields: by name.
        faults: items whose expressions cannot be computed, by item name.
    """

    fields: Mapping[str, OptionPlan]
    boxes: tuple[BoxChange, ...]
    faults: Mapping[str, MappingError]

    def lines(self) -> list[str]:
        """Return the plan for people."""
        told: list[str] = []
        for name, plan in self.fields.items():
            told += [f"CREATE option '{label}' of {name} (rule items.label)" for label in plan.add]
            told += [
                f"UPDATE option of {name}: {old} -> {new} (rule items.label, or items.retire: its mark)"
                for old, new in plan.rename.items()
            ]
            told += [f"REMOVE option '{label}' of {name} (rule items.retire)" for label in plan.remove]
            told += [f"LEAVE OUT item {item}: another item has its label" for item in plan.doubles]
        for box in self.boxes:
            told += [
                f"UPDATE box '{box.name}': {name}: {box.old.get(name) or '(empty)'} -> {new or '(empty)'} "
                f"(item {box.item}, rule items.box_fields.{name})"
                for name, new in box.new.items()
            ]
        told += [f"HOLD item '{name}': {fault}" for name, fault in self.faults.items()]
        return told or ["nothing would be written"]


@dataclass(frozen=True, kw_only=True)
class ItemsToStreak:
    """Makes Streak offer what NetSuite sells. Off while the mapping's section `items` names no field.

    A repeat writes nothing: options are compared by label and boxes by what they show, right before each write. Which
    options are ours is kept before they are added, so that after a crash none of ours is taken for somebody else's.
    """

    items: ItemSource
    streak: OptionBook
    memory: ItemMemory
    spec: MappingSpec
    clock: Callable[[], datetime]
    run_id: str

    def plan(self) -> ItemsPlan:
        """Return what would be written. Writes nothing."""
        section = self.spec.items
        if not section.fields:
            return ItemsPlan(fields={}, boxes=(), faults={})
        offered: dict[str, str] = {}
        stocked: dict[str, StockedItem] = {}
        faults: dict[str, MappingError] = {}
        undecided: set[str] = set()
        for page in self.items.items(with_stock=bool(section.box_fields)):
            for one in page:
                try:
                    if is_offered(section, one):
                        offered[one.id] = item_label(section, one)
                        stocked[one.id] = one
                except MappingError as error:
                    faults[one.item.name] = error
                    undecided.add(one.id)
        fields = {name: self._field(name, offered, undecided) for name in section.fields}
        boxes = tuple(self._boxes(offered, stocked, faults)) if section.box_fields else ()
        return ItemsPlan(fields=fields, boxes=boxes, faults=faults)

    def run(self) -> RunReport:
        """Write what is planned, and return what was done.

        Raises:
            TransientError, PermanentError: Streak, NetSuite or the ledger stopped us; a later run goes on.
        """
        plan, pipeline = self.plan(), self.spec.source.pipeline
        outcomes = [
            _field_outcome(pipeline, name, one) for name, one in plan.fields.items() if not one.is_done
        ]
        try:
            for name, one in plan.fields.items():
                self._keep(name, {**self._ours(name), **one.ours})
                if not one.is_done:
                    self.streak.change_options(
                        pipeline, name, add=one.add, remove=one.remove, rename=one.rename
                    )
                self._keep(name, one.ours)
            key = self.streak.pipeline_key(pipeline) if plan.boxes else ""
            for box in plan.boxes:
                self.streak.write_fields(box.key, key, box.new)
                outcomes.append(_box_outcome(box))
        finally:
            outcomes += [_fault_outcome(name, fault) for name, fault in plan.faults.items()]
            self.memory.record_outcomes(outcomes, flow=FLOW, run_id=self.run_id, now=self.clock())
        for name, one in plan.fields.items():
            if one.doubles:
                log.warning(
                    "field '%s': items %s have a label that another item has", name, ", ".join(one.doubles)
                )
        return RunReport.of(outcomes)

    def _field(self, name: str, offered: Mapping[str, str], undecided: AbstractSet[str]) -> OptionPlan:
        section, ours = self.spec.items, self._ours(name)
        # An item about which the mapping cannot say anything keeps what it has.
        offered = {**offered, **{id_: label for id_, label in ours.items() if id_ in undecided}}
        retires = section.retire == "remove" and ours.keys() - offered.keys()
        retirement = Retirement(
            rule=section.retire,
            mark=section.mark,
            in_use=frozenset(self._in_use(name)) if retires else frozenset(),
        )
        there = self.streak.field_options(self.spec.source.pipeline, name)
        return plan_options(offered, there, ours, retirement)

    def _in_use(self, field_name: str) -> Iterator[str]:
        for page in self.streak.boxes_in(self.spec.source.pipeline, (), (field_name,)):
            for box in page:
                yield from box.shown.get(field_name, ())

    def _boxes(
        self, offered: Mapping[str, str], stocked: Mapping[str, StockedItem], faults: dict[str, MappingError]
    ) -> Iterator[BoxChange]:
        section = self.spec.items
        by_label = {label.casefold(): stocked[id_] for id_, label in reversed(list(offered.items()))}
        wanted: dict[str, Mapping[str, str]] = {}
        product, names = section.fields[0], (section.fields[0], *section.box_fields)
        for page in self.streak.boxes_in(self.spec.source.pipeline, section.stages, names):
            for box in page:
                shown = box.shown.get(product, ())
                item = by_label.get(shown[0].strip().casefold()) if len(shown) == 1 else None
                if item is None or item.item.name in faults:
                    continue
                try:
                    values = wanted[item.id] if item.id in wanted else box_values(section, item)
                except MappingError as error:
                    faults[item.item.name] = error
                    continue
                wanted[item.id] = values
                change = _difference(box, item, values)
                if change.new:
                    yield change

    def _ours(self, name: str) -> Mapping[str, str]:
        kept = self.memory.get_snapshot(self._name_of(name)) or {}
        return dict(kept.get("labels", {}))

    def _keep(self, name: str, labels: Mapping[str, str]) -> None:
        if labels != self._ours(name):
            self.memory.keep_snapshot(self._name_of(name), {"labels": dict(labels)}, now=self.clock())

    def _name_of(self, name: str) -> str:
        return f"{_SNAPSHOT}.{self.spec.source.pipeline}.{name}"


def _difference(box: ShownBox, item: StockedItem, values: Mapping[str, str]) -> BoxChange:
    old = {name: ", ".join(box.shown.get(name, ())) for name in values}
    new = {name: text for name, text in values.items() if old[name].split() != text.split()}
    return BoxChange(key=box.key, name=box.name, item=item.item.name, old=old, new=new)


def _field_outcome(pipeline: str, name: str, plan: OptionPlan) -> Outcome:
    told = [f"added {label}" for label in plan.add]
    told += [f"{old} is {new} now" for old, new in plan.rename.items()]
    told += [f"removed {label}" for label in plan.remove]
    record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.PIPELINE, id=f"{pipeline}/{name}")
    return Outcome(
        event_id=None, record=record, action=Action.UPDATED, rule="options", reason="; ".join(told)
    )


def _box_outcome(box: BoxChange) -> Outcome:
    record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box.key)
    reason = f"item {box.item}: {', '.join(box.new)}"
    return Outcome(event_id=None, record=record, action=Action.UPDATED, rule="item_fields", reason=reason)


def _fault_outcome(name: str, fault: MappingError) -> Outcome:
    hold: Hold = hold_of(fault, payload={})
    record = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.ITEM, id=name)
    return Outcome(
        event_id=None, record=record, action=Action.HELD, rule="items", reason=hold.reason, hold=hold
    )
