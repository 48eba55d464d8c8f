"""Deals read as somebody has corrected them, each value as long as the deal says what was corrected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.model.deal import Deal, FieldValue
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.decision import FIELD_PREFIX, Decision
from streak_netsuite.sync.ports import Memory

SAID = "said"
"""In the payload of a hold: what its deal says itself, for edits to be compared with later."""


def with_edits(memory: Memory, deals: Sequence[Deal], *, digest_of: Callable[[Deal], str]) -> list[Deal]:
    """Return the deals with the values that people gave them; an edit of a value that has changed since is void."""
    refs = [ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=deal.key) for deal in deals]
    made = memory.find_decisions(refs, question="deal") if refs else {}
    return [
        _edited(deal, made[ref], digest_of(deal)) if ref in made else deal
        for ref, deal in zip(refs, deals, strict=True)
    ]


def as_read(deal: Deal) -> Mapping[str, Any]:
    """Return what a deal says itself and can be edited, as plain values."""
    return deal.said or {"name": deal.name, "notes": deal.notes, "fields": to_plain(deal.fields)}


def in_force(deal: Deal) -> dict[str, Any]:
    """Return the values by name, plain, that a deal is read with in place of what it says itself."""
    if not deal.said:
        return {}
    fields = {f"{FIELD_PREFIX}{name}": value for name, value in to_plain(deal.fields).items()}
    return differing({"name": deal.name, "notes": deal.notes, **fields}, deal.said)


def differing(edits: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return those edits, as plain values, that say something else than the deal itself."""
    plain = {name: to_plain(_value(value)) for name, value in edits.items()}
    return {name: value for name, value in plain.items() if (value or None) != (_read(said, name) or None)}


def read_of(payload: Mapping[str, Any], edits: Iterable[str]) -> Mapping[str, Any]:
    """Return what the deal of a hold said in place of these edits; nothing when the hold is of an earlier version."""
    said = payload.get(SAID) or (payload if "pipeline" in payload else None)
    return {name: _read(said, name) for name in edits} if said is not None else {}


def _read(said: Mapping[str, Any], name: str) -> Any:
    """Return what a deal says in place of an edit; None for what it leaves empty."""
    if name.startswith(FIELD_PREFIX):
        return said.get("fields", {}).get(name.removeprefix(FIELD_PREFIX))
    return said.get(name) or None


def _edited(deal: Deal, made: Decision, digest: str) -> Deal:
    said = as_read(deal)
    edits = {
        name: value
        for name, value in made.edits.items()
        if (_read(said, name) == made.read[name] if name in made.read else digest == made.digest)
    }
    if not edits:
        return deal
    fields = dict(deal.fields)
    for name, value in edits.items():
        if name.startswith(FIELD_PREFIX):
            fields[name.removeprefix(FIELD_PREFIX)] = _value(value)
    return replace(
        deal,
        fields=fields,
        read_digest=digest,
        said=said,
        name=str(edits.get("name", deal.name)),
        notes=str(edits.get("notes", deal.notes)),
    )


def _value(value: Any) -> FieldValue:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value if isinstance(value, bool) else str(value)
