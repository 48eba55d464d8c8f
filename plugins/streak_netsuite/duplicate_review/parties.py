"""Answers the page about organizations and contacts in Streak that people called one: the list, a plan, and its confirmation."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.duplicate_review.answers import answered
from streak_netsuite.duplicate_review.commands import PARTY_COMMANDS, Command, PlanRelink, Relink
from streak_netsuite.errors import RecordError, StreakNetSuiteError
from streak_netsuite.flows.merge_text import by_hand
from streak_netsuite.flows.party_merges import relink_draft
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.intent import IntentState
from streak_netsuite.sync.party_merge import PartyMerge

MOST_BOXES = 10_000
"""Boxes that are read for one plan: a hundred calls with pages of a hundred, some twenty seconds at five calls a second."""

AT_ONCE = 20
"""Boxes that are written while somebody waits, two calls each and a few more; the DAG follow_merges writes the others."""
WAIT_SECONDS = 20.0
"""After that long no further boxes are begun: the request holds a thread of the API server."""
SHOWN = 100

_BOXES_SHOWN = 10
CHANGED = "these boxes have changed since you looked; nothing was written: look at the plan again"


class PartyChecklist:
    """The checklist of what people called one organization or one contact.

    Args:
        product: open for writing where boxes are to be written.
    """

    def __init__(self, product: Product) -> None:
        self._product = product

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...}, or {"error": ...} for what cannot be done.

        A result is `{"organizations": {...}, "contacts": {...}}` for "parties", each with `sets`, `more` and `disputed`, and
        without a look at the boxes; one plan with its boxes for "plan_relink"; `{"told": str}` for "relink".

        Args:
            command: one of `commands.PARTY_COMMANDS`, with its payload.
            by: who asks; stands in the audit.
        """
        return answered(
            PARTY_COMMANDS, command, payload, lambda sound: self._do(sound, by), who="the checklist knows"
        )

    def _do(self, command: Command, by: str) -> Mapping[str, Any]:
        if isinstance(command, Relink):
            return self._relink(command, by)
        if isinstance(command, PlanRelink):
            merges = self._product.party_merges(command.table)
            return _plan(merges.plan_one(command.record, survivor=command.survivor, most=MOST_BOXES))
        return {among.value: self._listed(among) for among in (Among.ORGANIZATIONS, Among.CONTACTS)}

    def _listed(self, among: Among) -> Mapping[str, Any]:
        merges = self._product.party_merges(among)
        listed, more = merges.listed(most=SHOWN)
        return {
            "sets": [_listed(one) for one in listed],
            "more": more,
            "disputed": [sorted(some) for some in merges.disputed()],
        }

    def _relink(self, command: Relink, by: str) -> Mapping[str, Any]:
        merges = self._product.party_merges(command.table)
        merge = merges.plan_one(command.record, survivor=command.survivor, boxes=command.boxes)
        if not merge.key or merge.key != command.key:
            return {"told": merge.blocked or CHANGED, "bad": True}
        try:
            merges.accept(merge, actor=by)
        except RecordError as error:  # somebody was faster
            return {"told": f"{error}; nothing was written: look at the plan again", "bad": True}
        now = self._product.clock()
        keys = [relink_draft(merge.among, one, wanted_at=now).operation_key for one in merge.relinks]
        # What stops the writing is told by the writes themselves, which stay due.
        with contextlib.suppress(StreakNetSuiteError):
            self._product.box_relinks().drain_some(keys, most=AT_ONCE, seconds=WAIT_SECONDS)
        return self._became(merge, keys)

    def _became(self, merge: PartyMerge, keys: Sequence[str]) -> Mapping[str, Any]:
        """Return in a sentence what became of the writes, as the ledger has it."""
        found = self._product.ledger.find_intents(keys).values()
        states = Counter(one.state for one in found)
        done, refused = states[IntentState.SUCCEEDED], states[IntentState.REJECTED]
        told = [f"{_boxes(done)} written: '{merge.survivor.name}' stands there."] if done else []
        if refused:
            told.append(f"{_boxes(refused)} held: {next(one.error for one in found if one.error)}")
        if waiting := len(keys) - done - refused:
            told.append(f"{_boxes(waiting)} not written yet, and will be: the DAG follow_merges goes on.")
        return {"told": " ".join(told), "bad": bool(refused)}


def _boxes(number: int) -> str:
    return f"{number:,} box is" if number == 1 else f"{number:,} boxes are"


def _listed(merge: PartyMerge) -> dict[str, Any]:
    """Return what is known without a look at the boxes; who stays may depend on those."""
    return {
        "records": [_record(one) for one in (merge.survivor, *merge.others)],
        "said": [{"pair": str(one.pair), "by": one.actor, "why": one.reason} for one in merge.said],
        "blocked": merge.blocked,
    }


def _plan(merge: PartyMerge) -> dict[str, Any]:
    return {
        "among": merge.among.value,
        "key": merge.key,
        "blocked": merge.blocked,
        "stays": _record(merge.survivor),
        "goes": [
            _record(one) | _links(merge, one.internal_id) | {"steps": by_hand(merge, one.internal_id)}
            for one in merge.others
        ],
        "boxes": list(dict.fromkeys(one.box.key for one in merge.relinks)),
        "at_once": AT_ONCE,
    }


def _links(merge: PartyMerge, goes: str) -> dict[str, Any]:
    linked: Sequence[Any] = [one.box for one in merge.relinks if one.old == goes]
    return {
        "count": len(linked),
        "linked": [box.name or box.key for box in linked[:_BOXES_SHOWN]],
        "more": max(len(linked) - _BOXES_SHOWN, 0),
    }


def _record(one: CustomerRow) -> dict[str, Any]:
    return {"id": one.internal_id, "name": one.name, "reached": one.email or one.phone}
