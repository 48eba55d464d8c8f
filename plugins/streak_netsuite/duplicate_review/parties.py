"""Answers the page about organizations and contacts in Streak that people called one: the list, a plan, and its confirmation."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.duplicate_review.answers import answered
from streak_netsuite.duplicate_review.commands import PARTY_COMMANDS, Command, PlanRelink, Relink
from streak_netsuite.errors import RecordError, StreakNetSuiteError
from streak_netsuite.flows.merge_text import by_hand, links_text
from streak_netsuite.flows.party_merges import Most, Only
from streak_netsuite.flows.party_relinks import drafts_of
from streak_netsuite.flows.queued import LEFT
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.party_merge import PartyMerge

MOST_BOXES = 10_000
"""Boxes that are read for one plan: a hundred calls with pages of a hundred, some twenty seconds at five calls a second."""

MOST_PARTIES = 50_000
"""Contacts and organizations that are read for one plan: fifty calls with pages of a thousand."""
LOOK_SECONDS = 120.0
"""After that long a look at Streak is given up: the request holds a thread of the API server."""
AT_ONCE = 20
"""Writes that are made while somebody waits, two calls each and a few more; the DAG follow_merges makes the others."""
WAIT_SECONDS = 20.0
"""After that long no further writes are begun, for the same reason."""
LONGEST_SECONDS = 30.0
"""After that long one that is begun is given up, and made by the DAG: Streak may ask to be left alone for a minute, several times."""
SHOWN = 100

_BOXES_SHOWN = 10
_NAMES = (
    (RecordKind.BOX, "box", "boxes"),
    (RecordKind.CONTACT, "contact", "contacts"),
    (RecordKind.ORGANIZATION, "organization", "organizations"),
)
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
        with self._product.streak_client.within(LOOK_SECONDS):
            if isinstance(command, PlanRelink):
                return _plan(self._look(command))
            return {among.value: self._listed(among) for among in (Among.ORGANIZATIONS, Among.CONTACTS)}

    def _look(self, command: PlanRelink) -> PartyMerge:
        merges = self._product.party_merges(command.table)
        most = Most(boxes=MOST_BOXES, parties=MOST_PARTIES)
        return merges.plan_one(command.record, survivor=command.survivor, most=most)

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
        shown = Only(boxes=command.boxes, parties=command.parties)
        with self._product.streak_client.within(LOOK_SECONDS):
            merge = merges.plan_one(command.record, survivor=command.survivor, only=shown)
        if not merge.key or merge.key != command.key:
            return {"told": merge.blocked or CHANGED, "bad": True}
        try:
            merges.accept(merge, actor=by)
        except RecordError as error:  # somebody was faster
            return {"told": f"{error}; nothing was written: look at the plan again", "bad": True}
        keys = [one.operation_key for one in drafts_of(merge, wanted_at=self._product.clock())]
        # What stops the writing is told by the writes themselves, which stay due.
        with (
            contextlib.suppress(StreakNetSuiteError),
            self._product.streak_client.within(LONGEST_SECONDS),
        ):
            self._product.box_relinks().drain_some(keys, most=AT_ONCE, seconds=WAIT_SECONDS)
        return became(merge, list(self._product.ledger.find_intents(keys).values()))


def became(merge: PartyMerge, writes: Sequence[Intent]) -> Mapping[str, Any]:
    """Return in sentences what became of a plan's writes, as the ledger has them."""
    ended = [one for one in writes if one.state is IntentState.SUCCEEDED]
    left = [one for one in ended if LEFT in one.payload]
    done = [one for one in ended if LEFT not in one.payload]
    refused = [one for one in writes if one.state is IntentState.REJECTED]
    waiting = [one for one in writes if one.state not in {IntentState.SUCCEEDED, IntentState.REJECTED}]
    told = [
        f"{_counted(done)} written: '{merge.survivor.name}' stands there." if done else "",
        f"{_counted(left)} not changed: {left[0].payload[LEFT]}." if left else "",
        f"{_counted(refused)} held: {refused[0].error}" if refused else "",
        f"{_counted(waiting)} not written yet, and will be: the DAG follow_merges goes on."
        if waiting
        else "",
    ]
    return {"told": " ".join(filter(None, told)), "bad": bool(refused or left)}


def _counted(writes: Sequence[Intent]) -> str:
    """Return of how many boxes, contacts and organizations these writes are, with their verb."""
    kinds = Counter(one.kind for one in {write.subject for write in writes})
    parts = [
        f"{kinds[kind]:,} {one if kinds[kind] == 1 else many}" for kind, one, many in _NAMES if kinds[kind]
    ]
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"{listed} {'is' if sum(kinds.values()) == 1 else 'are'}"


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
        "contacts": _whose(merge, RecordKind.CONTACT),
        "organizations": _whose(merge, RecordKind.ORGANIZATION),
        "writes": len(merge.relinks) + len(merge.links),
        "at_once": AT_ONCE,
    }


def _links(merge: PartyMerge, goes: str) -> dict[str, Any]:
    linked: Sequence[Any] = [one.box for one in merge.relinks if one.old == goes]
    return {
        "count": len(linked),
        "linked": [box.name or box.key for box in linked[:_BOXES_SHOWN]],
        "more": max(len(linked) - _BOXES_SHOWN, 0),
        "links": links_text(merge, goes),
    }


def _whose(merge: PartyMerge, kind: RecordKind) -> list[str]:
    """Return the keys of the contacts or the organizations whose own links change."""
    return list(dict.fromkeys(one.record.id for one in merge.links if one.record.kind is kind))


def _record(one: CustomerRow) -> dict[str, Any]:
    return {"id": one.internal_id, "name": one.name, "reached": one.email or one.phone}
