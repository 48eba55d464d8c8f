"""Deals read as somebody has corrected them, as long as they are what was corrected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.model.deal import Deal, FieldValue
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.decision import FIELD_PREFIX
from streak_netsuite.sync.ports import Memory


def with_edits(memory: Memory, deals: Sequence[Deal], *, digest_of: Callable[[Deal], str]) -> list[Deal]:
    """Return the deals with the values that people gave them; an edit of a deal that has changed since is void."""
    refs = [ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=deal.key) for deal in deals]
    edits = memory.find_decisions(refs, question="deal") if refs else {}
    return [
        _edited(deal, edits[ref].edits, digest)
        if ref in edits and (digest := digest_of(deal)) == edits[ref].digest
        else deal
        for ref, deal in zip(refs, deals, strict=True)
    ]


def _edited(deal: Deal, edits: Mapping[str, Any], digest: str) -> Deal:
    fields = dict(deal.fields)
    for name, value in edits.items():
        if name.startswith(FIELD_PREFIX):
            fields[name.removeprefix(FIELD_PREFIX)] = _value(value)
    return replace(
        deal,
        fields=fields,
        read_digest=digest,
        name=str(edits.get("name", deal.name)),
        notes=str(edits.get("notes", deal.notes)),
    )


def _value(value: Any) -> FieldValue:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value if isinstance(value, bool) else str(value)
