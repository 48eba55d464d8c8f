"""Merges as a list of what to do, in words."""

from collections.abc import Mapping, Sequence

from streak_netsuite.sync.customer_merge import CustomerMerge, ListedMerge, MergeState, Moved
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import Among, PairDecision
from streak_netsuite.sync.party_merge import PartyMerge

_BOXES_SHOWN = 10


def listed_text(listed: ListedMerge) -> str:
    """Return a merge of the checklist as lines; one that was seen as one line."""
    if listed.state is not MergeState.SEEN:
        return merge_text(listed.merge)
    gone = ", ".join(f"{one} '{name}'" if name else one for one, name in listed.gone.items())
    return f"[x] merged: customer {gone} into {_name(listed.merge.survivor)}"


def merge_text(merge: CustomerMerge) -> str:
    """Return a merge as lines: who stays, what it takes over, and the steps in NetSuite with what each moves."""
    stays = merge.survivor
    lines = [f"{_name(stays)} stays{_money(stays)}"]
    lines += [
        f"  takes over {one.name}: {one.old or 'nothing'} -> {one.new} (of {one.source}"
        f"{', chosen' if one.rule == 'person' else ''})"
        for one in merge.changes
    ]
    if merge.changes:
        lines.append(f"    write it: streak-netsuite duplicates fill {stays.internal_id} --yes")
    for other in merge.others:
        lines.append(f"  [ ] merge {_name(other)}{_money(other)} into it")
        lines += [f"      moves {one}" for one in moves_text(merge.moved.get(other.internal_id, Moved()))]
        if place := other_address(stays, other):
            lines.append(
                f"      its address is another: {place}; keep it in the address book if it is in use"
            )
    lines.append(f"  said to be one: {_said(merge.said)}")
    return "\n".join(lines)


def party_text(merge: PartyMerge) -> str:
    """Return organizations or contacts that are one as lines: which stays, which boxes it takes over, and what is left to a person."""
    stays, one = merge.survivor, merge.among.one
    lines = [f"{one} {stays.internal_id} '{stays.name}' stays"]
    for other in merge.others:
        boxes = [one.box for one in merge.relinks if one.old == other.internal_id]
        lines.append(
            f"  in the place of {other.internal_id} '{other.name}', in {len(boxes)} box{'' if len(boxes) == 1 else 'es'}"
        )
        lines += [f"    {box.key} '{box.name}'" for box in boxes[:_BOXES_SHOWN]]
        if len(boxes) > _BOXES_SHOWN:
            lines.append(f"    and {len(boxes) - _BOXES_SHOWN} more")
        lines += [f"    {one}" for one in links_text(merge, other.internal_id)]
        lines += [f"    [ ] {step}" for step in by_hand(merge, other.internal_id)]
    lines.append(f"  said to be one: {_said(merge.said)}")
    if merge.blocked:
        lines.append(f"  not yet: {merge.blocked}")
    elif merge.has_writes:
        lines.append(
            f"  write it: streak-netsuite duplicates relink {stays.internal_id} --yes"
            f"{'' if merge.among is Among.ORGANIZATIONS else f' --among {merge.among}'}"
        )
    return "\n".join(lines)


def links_text(merge: PartyMerge, goes: str) -> list[str]:
    """Return the links between contacts and organizations that the one that stays takes over from one that goes."""
    ours = [one for one in merge.links if one.old == goes]
    told = [
        f"links to {one.listed.one} {one.adds}, and so will the one that stays"
        if one.adds
        else f"{one.record.kind} {one.record.id} '{one.name}' links to it"
        for one in ours[:_BOXES_SHOWN]
    ]
    return told + ([f"and {len(ours) - _BOXES_SHOWN} more links"] if len(ours) > _BOXES_SHOWN else [])


def by_hand(merge: PartyMerge, goes: str) -> list[str]:
    """Return what is to be done by a person in Streak about one that goes: its API has no merge."""
    one, lacking = merge.among.one, merge.lacking.get(goes, ())
    steps = [f"in Streak, give the {one} that stays: {', '.join(lacking)}"] if lacking else []
    return [
        *steps,
        "once nothing links to it, delete it in Streak"
        if merge.is_linked(goes)
        else "nothing links to it; delete it in Streak",
    ]


def disputed_text(disputed: Sequence[frozenset[str]]) -> str:
    """Return what people contradict each other in."""
    return "\n".join(
        f"{', '.join(sorted(some))}: called one, and two of them told apart; decide again"
        for some in disputed
    )


def other_address(stays: CustomerRow, other: CustomerRow) -> str:
    """Return the address of one that goes, when it is another than that of the one that stays; "" else."""
    if not other.street or other.street == stays.street:
        return ""
    return ", ".join(part for part in (other.street, other.postcode, other.city) if part)


def moves_text(moved: Moved) -> list[str]:
    """Return what hangs on a record that goes, one kind an entry."""
    found = [_documents(moved.documents)] if moved.documents else []
    if moved.ties:
        found.append(
            f"in Streak: {', '.join(f'{tie.kind} {tie.id}' for tie in moved.ties)}, when the merge is seen"
        )
    return found or ["nothing"]


def _said(said: Sequence[PairDecision]) -> str:
    return "; ".join(f"{one.pair} ({one.actor}: {one.reason or 'no reason given'})" for one in said)


def _name(one: CustomerRow) -> str:
    number = f" {one.number}" if one.number and one.number != one.name else ""
    return f"customer {one.internal_id}{number} '{one.name}'{' (inactive)' if one.inactive else ''}"


def _money(one: CustomerRow) -> str:
    parts = [f"open balance {one.balance:,.2f}"] if one.balance else []
    parts += [f"unbilled orders {one.orders:,.2f}"] if one.orders else []
    return f", {', '.join(parts)}" if parts else ""


def _documents(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
