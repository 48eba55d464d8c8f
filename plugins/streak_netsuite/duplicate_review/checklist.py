"""Answers the checklist's page: what there is to merge, the plan of one merge, and the confirmation that writes its values."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.duplicate_review.answers import answered
from streak_netsuite.duplicate_review.commands import MERGE_COMMANDS, Command, Fill, PlanMerge
from streak_netsuite.errors import StreakNetSuiteError
from streak_netsuite.flows.customer_merges import fill_key
from streak_netsuite.flows.merge_text import moves_text, other_address
from streak_netsuite.flows.queued import LEFT
from streak_netsuite.sync.customer_merge import FILLED, CustomerMerge, ListedMerge, Moved
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.intent import IntentState

_SHOWN = 100
_WAIT_SECONDS = 20.0  # for the one write that was confirmed
_CHANGED = (
    "what these customers hold has changed since you looked; nothing was written: look at the plan again"
)


class MergeChecklist:
    """The checklist of what people called one customer.

    Args:
        product: open for writing where values are to be written.
    """

    def __init__(self, product: Product) -> None:
        self._product = product
        self._merges = product.customer_merges()

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...}, or {"error": ...} for what cannot be done.

        A result is `{"merges": [...], "more": int, "disputed": [[id, ...], ...]}` for "merges", one merge for "plan_merge",
        and `{"told": str}` for "fill".

        Args:
            command: one of `commands.MERGE_COMMANDS`, with its payload.
            by: who asks; stands in the audit.
        """
        return answered(
            MERGE_COMMANDS, command, payload, lambda sound: self._do(sound, by), who="the checklist knows"
        )

    def _do(self, command: Command, by: str) -> Mapping[str, Any]:
        if isinstance(command, Fill):
            return self._fill(command, by)
        if isinstance(command, PlanMerge):
            return _shown(ListedMerge(merge=self._plan(command)))
        listed = self._merges.checklist()
        return {
            "merges": [_shown(one) for one in listed[:_SHOWN]],
            "more": max(len(listed) - _SHOWN, 0),
            "disputed": [sorted(some) for some in self._merges.disputed()],
        }

    def _plan(self, command: PlanMerge) -> CustomerMerge:
        return self._merges.plan_one(command.customer, chosen=command.chosen)

    def _fill(self, command: Fill, by: str) -> Mapping[str, Any]:
        merge = self._plan(command)
        if fill_key(merge) != command.key:
            return {"told": _CHANGED, "bad": True}
        self._merges.accept(merge, actor=by)
        # What stops the writing is told by the write itself, which stays due.
        with contextlib.suppress(StreakNetSuiteError):
            self._product.customer_fills().drain_some([command.key], most=1, seconds=_WAIT_SECONDS)
        return self._became(command.key, merge)

    def _became(self, key: str, merge: CustomerMerge) -> Mapping[str, Any]:
        """Return in a sentence what became of a write, as the ledger has it."""
        found = self._product.ledger.find_intents([key])[key]
        stays = merge.survivor.internal_id
        if found.state is IntentState.SUCCEEDED and LEFT in found.payload:
            return {"told": f"Nothing was written: {found.payload[LEFT]}.", "bad": True}
        if found.state is IntentState.SUCCEEDED:
            names = ", ".join(one.name.replace("_", " ") for one in merge.changes)
            return {"told": f"Customer {stays} has its {names} now.", "bad": False}
        if found.state is IntentState.REJECTED:
            return {"told": f"Nothing was written: {found.error}", "bad": True}
        return {
            "told": f"Customer {stays} is not written yet, and will be: the DAG follow_merges goes on with it. {found.error}",
            "bad": False,
        }


def _shown(listed: ListedMerge) -> dict[str, Any]:
    """Return a merge as it is shown."""
    merge = listed.merge
    stays = merge.survivor
    return {
        "state": listed.state.value,
        "key": fill_key(merge),
        "stays": _record(stays),
        "goes": [
            {
                **_record(one),
                "moves": moves_text(merge.moved.get(one.internal_id, Moved())),
                "address": other_address(stays, one),
            }
            for one in merge.others
        ],
        "fields": [_field(name, merge) for name in FILLED],
        "said": [{"pair": str(one.pair), "by": one.actor, "why": one.reason} for one in merge.said],
        "gone": [{"id": one, "name": name} for one, name in listed.gone.items()],
    }


def _record(one: CustomerRow) -> dict[str, Any]:
    return {
        "id": one.internal_id,
        "number": one.number if one.number != one.name else "",
        "name": one.name,
        "inactive": one.inactive,
        "money": [
            f"{what} {amount:,.2f}"
            for what, amount in (("open balance", one.balance), ("unbilled orders", one.orders))
            if amount
        ],
    }


def _field(name: str, merge: CustomerMerge) -> dict[str, Any]:
    """Return a field with what the record that stays has now, will have, and could have of which record."""
    now = str(getattr(merge.survivor, name))
    taken = next((one for one in merge.changes if one.name == name), None)
    records: Sequence[CustomerRow] = (merge.survivor, *merge.others)
    return {
        "name": name,
        "now": now,
        "new": taken.new if taken else now,
        "of": taken.source if taken else (merge.survivor.internal_id if now else ""),
        "choices": [
            {"id": one.internal_id, "value": str(getattr(one, name))} for one in records if getattr(one, name)
        ],
    }
