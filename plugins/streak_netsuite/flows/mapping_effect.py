"""What another mapping would make of deals: which records would differ, field by field, and which would be held or pass."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streak_netsuite.flows.source_rule import not_ours
from streak_netsuite.mapping.approval import approval_reason
from streak_netsuite.mapping.diff import FieldChange, diff
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.model.deal import Deal
from streak_netsuite.sync.ports import DealSource


class Effect(StrEnum):
    """What a mapping changes for a deal.

    SAME     nothing
    CHANGED  its records would have other values
    BREAKS   it would be held or passed over, and is not now
    MENDS    it is held or passed over now, and would not be
    HELD     it is held or passed over by both
    """

    SAME = "same"
    CHANGED = "changed"
    BREAKS = "breaks"
    MENDS = "mends"
    HELD = "held"


_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~-])")
_MEANING: Mapping[Effect, str] = {
    Effect.SAME: "as now",
    Effect.CHANGED: "other values",
    Effect.BREAKS: "would be held or passed over, and pass now",
    Effect.MENDS: "would pass, and are held or passed over now",
    Effect.HELD: "held or passed over by both",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DealEffect:
    """What becomes of one deal.

    Attributes:
        changes: fields of the customer and the order, with the value by the mapping now and by the other one.
        faults: what would hold it by the other mapping, or why it would be passed over.
    """

    key: str
    name: str
    effect: Effect
    changes: tuple[FieldChange, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MappingEffect:
    """Maps the same deals by two mappings. Reads only; nothing is kept.

    Attributes:
        now, then: build the engines for a batch of deals, with the live lookups they need.
    """

    deals: DealSource
    now: Callable[[Sequence[Deal]], Engine]
    then: Callable[[Sequence[Deal]], Engine]
    batch_size: int = 500

    def compare(self, box_keys: Sequence[str]) -> Iterator[DealEffect]:
        """Yield what becomes of each deal that can be read."""
        for start in range(0, len(box_keys), self.batch_size):
            found = self.deals.gather(box_keys[start : start + self.batch_size])
            deals = [deal for deal in found.values() if isinstance(deal, Deal)]
            if not deals:
                continue
            now, then = self.now(deals), self.then(deals)
            yield from (_effect(deal, _Treated.of(now, deal), _Treated.of(then, deal)) for deal in deals)


def effect_text(effects: Sequence[DealEffect]) -> str:
    """Return the effects for people: counts, then every deal that would be treated otherwise."""
    counts = {kind: sum(1 for one in effects if one.effect is kind) for kind in Effect}
    head = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "no deal"
    blocks = [_block(one) for one in effects if one.effect not in {Effect.SAME, Effect.HELD}]
    return "\n\n".join([f"{len(effects)} deals: {head}. Nothing was written.", *blocks])


def effect_markdown(effects: Sequence[DealEffect], *, values: bool = False) -> str:
    """Return the effects as a comment on a pull request: counts, fields by how many deals they change, then the deals.

    Args:
        values: show deals by name with their values; without it only keys and fields are shown, which are nobody's data.
    """
    counts = {kind: sum(1 for one in effects if one.effect is kind) for kind in Effect}
    rows = [f"| {kind.value} | {_MEANING[kind]} | {count} |" for kind, count in counts.items() if count]
    table = ["| | | deals |", "|---|---|---|", *rows] if rows else ["No deal was won in that time."]
    touched = Counter(change.field for one in effects for change in one.changes)
    fields = [f"| `{name}` | {count} |" for name, count in touched.most_common()]
    parts = [f"### What this mapping would change: {len(effects)} deals", "", *table]
    parts += ["", "| field | deals |", "|---|---|", *fields] if fields else []
    parts += [
        line for one in effects if one.effect not in {Effect.SAME, Effect.HELD} for line in _item(one, values)
    ]
    return "\n".join([*parts, "", "Nothing was written."])


def _item(one: DealEffect, values: bool) -> Iterator[str]:
    named = f"{html.escape(one.name)} ({one.key})" if values else one.key
    yield f"\n<details><summary>{one.effect.value}: {named}</summary>\n"
    for change in one.changes:
        told = (
            f": {_escaped(change.old or '(empty)')} → {_escaped(change.new or '(empty)')}" if values else ""
        )
        yield f"- `{change.field}`{told}"
    for fault in one.faults:
        yield f"- fault: {_escaped(fault if values else fault.split(':', maxsplit=1)[0])}"
    yield "\n</details>"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _MARKS.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Treated:
    """What a mapping makes of a deal, and what would keep it from being written."""

    mapped: MappedDeal
    faults: tuple[str, ...]

    @classmethod
    def of(cls, engine: Engine, deal: Deal) -> "_Treated":
        mapped = engine.map(deal)
        passed_over = not_ours(engine.spec, deal, zone=engine.zone)
        faults = [f"passed over: {passed_over}"] if passed_over else [str(one) for one in mapped.blocking]
        if not faults and mapped.order is not None:
            asked = approval_reason(engine.spec.approval, deal, mapped.order, zone=engine.zone)
            faults = [f"needs an approval: {asked}"] if asked else []
        return cls(mapped=mapped, faults=tuple(faults))

    @property
    def passes(self) -> bool:
        return self.mapped.customer is not None and self.mapped.order is not None and not self.faults


def _effect(deal: Deal, now: _Treated, then: _Treated) -> DealEffect:
    faults = then.faults
    was, will = now.passes, then.passes
    if was and will:
        changes = _changes(now.mapped, then.mapped)
        return DealEffect(
            key=deal.key, name=deal.name, effect=Effect.CHANGED if changes else Effect.SAME, changes=changes
        )
    effect = Effect.BREAKS if was else Effect.MENDS if will else Effect.HELD
    return DealEffect(key=deal.key, name=deal.name, effect=effect, faults=faults)


def _changes(now: MappedDeal, then: MappedDeal) -> tuple[FieldChange, ...]:
    changes: list[FieldChange] = []
    if then.customer is not None:
        changes += diff(now.customer, then.customer, then.rules)
    if then.order is not None:
        changes += diff(now.order, then.order, then.rules)
    return tuple(changes)


def _block(one: DealEffect) -> str:
    lines = [f"{one.effect.value.upper()} '{one.name}' ({one.key})"]
    lines += [f"  {change}   [{change.rule or 'default'}]" for change in one.changes]
    lines += [f"  fault: {fault}" for fault in one.faults]
    return "\n".join(lines)
