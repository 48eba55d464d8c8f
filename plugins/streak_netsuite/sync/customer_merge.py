"""Customers that people called one, as something to be done: who stays, what it takes over, what moves, what is seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from streak_netsuite.errors import RecordError
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import PairDecision, PairName, Sameness

FILLED = ("email", "phone", "registration_number")
"""Fields that the record that stays can be given before the merge. An address is added in NetSuite, by a person."""
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueChange:
    """A value that the record that stays takes over.

    Attributes:
        source: the record whose value it is.
        rule: "empty" when it had none itself, "person" when somebody has chosen.
    """

    name: str
    old: str
    new: str
    source: str
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What hangs on a record that goes.

    Attributes:
        documents: how many transactions, by NetSuite's type.
        ties: Streak records that are tied to it.
    """

    documents: Mapping[str, int] = field(default_factory=dict)
    ties: Sequence[ExternalRef] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerMerge:
    """Records that are one customer, as people said.

    Attributes:
        others: those that go, in the order in which they would have stayed.
        changes: what is written to the record that stays, once a person says so.
        moved: by the id of each that goes.
        said: the decisions it rests on.
    """

    survivor: CustomerRow
    others: Sequence[CustomerRow]
    changes: Sequence[ValueChange]
    moved: Mapping[str, Moved]
    said: Sequence[PairDecision]


class MergeState(StrEnum):
    """How far a merge has come.

    OPEN    the record that stays lacks values that the others have
    FILLED  it lacks nothing: they are merged in NetSuite, by a person
    SEEN    all but one are gone
    """

    OPEN = "open"
    FILLED = "filled"
    SEEN = "seen"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMerge:
    """A merge as a checklist shows it.

    Attributes:
        merge: what there is to do; it has no `others` once the merge is seen.
        gone: by id, names of records that do not exist any more, as they were when somebody decided; "" when unknown.
    """

    merge: CustomerMerge
    gone: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> MergeState:
        """How far it has come."""
        if not self.merge.others:
            return MergeState.SEEN
        return MergeState.OPEN if self.merge.changes else MergeState.FILLED


@dataclass(frozen=True, kw_only=True, slots=True)
class Sames:
    """What people called one customer.

    Attributes:
        sets: ids that are one.
        disputed: ids that would be one, but somebody has told two of them apart.
    """

    sets: Sequence[frozenset[str]]
    disputed: Sequence[frozenset[str]] = ()

    def hold(self, pair: PairName) -> bool:
        """Tell whether two records are one, undisputed."""
        return any({pair.left, pair.right} <= some for some in self.sets)


def sames(said: Iterable[PairDecision]) -> Sames:
    """Return the sets of records that decisions make one customer; one with a contradiction in it is disputed."""
    decisions = list(said)
    root: dict[str, str] = {}

    def of(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for decision in decisions:
        if decision.said is Sameness.SAME:
            root[of(decision.pair.left)] = of(decision.pair.right)
    found: dict[str, set[str]] = {}
    for one in root:
        found.setdefault(of(one), set()).add(one)
    apart = {
        of(decision.pair.left)
        for decision in decisions
        if decision.said is Sameness.DIFFERENT
        and {decision.pair.left, decision.pair.right} <= root.keys()
        and of(decision.pair.left) == of(decision.pair.right)
    }
    sets = {name: frozenset(members) for name, members in found.items()}
    return Sames(
        sets=sorted((some for name, some in sets.items() if name not in apart), key=sorted),
        disputed=sorted((sets[name] for name in apart), key=sorted),
    )


def no_more_one(pairs: Iterable[PairName], said: Iterable[PairDecision]) -> Sequence[PairName]:
    """Return those pairs that decisions do not make one."""
    one = sames(said)
    return [pair for pair in pairs if not one.hold(pair)]


def parted_text(
    pair: PairName, said: Iterable[PairDecision], taken_back_by: Callable[[Sequence[str]], str]
) -> str:
    """Return who ended that two records were called one, and how.

    Args:
        said: everything that people say now.
        taken_back_by: tells who took a decision about one of these records back last; "" for nobody.
    """
    decisions = list(said)
    around = next(
        (some for some in sames(decisions).disputed if {pair.left, pair.right} <= some), frozenset()
    )
    against = [
        one
        for one in decisions
        if (one.pair == pair and one.said is not Sameness.SAME)
        or (one.said is Sameness.DIFFERENT and {one.pair.left, one.pair.right} <= around)
    ]
    if against:
        last = max(against, key=lambda one: one.decided_at)
        return f"{last.actor} called {last.pair} {last.said} since"
    if actor := taken_back_by([pair.left, pair.right]):
        return f"{actor} took back since that they are one"
    return "nobody calls them one any more"


def plan_merge(
    records: Sequence[CustomerRow],
    *,
    said: Sequence[PairDecision] = (),
    moved: Mapping[str, Moved] | None = None,
    survivor: str = "",
    chosen: Mapping[str, str] | None = None,
) -> CustomerMerge:
    """Return what there is to do about records that are one customer.

    The one in use, with the most money on it, the most filled fields and the longest life stays, in this order, unless
    a person names another. What it lacks, it takes from the next one that has it.

    Args:
        records: two and more; of one, nothing is planned.
        chosen: by field, the record whose value is wanted.

    Raises:
        RecordError: a field or a record is named that there is not, or a record without a value is chosen for it.
    """
    ranked = sorted(records, key=_rank)
    by_id = {one.internal_id: one for one in ranked}
    first = _named(by_id, survivor) if survivor else ranked[0]
    others = [one for one in ranked if one is not first]
    wishes = chosen or {}
    for name in wishes:
        if name not in FILLED:
            raise RecordError(
                f"'{name}' is not taken over here", code="BAD_FIELD", fix=f"name one of: {', '.join(FILLED)}"
            )
    changes = [_change(name, first, others, by_id, wishes.get(name, "")) for name in FILLED]
    return CustomerMerge(
        survivor=first,
        others=others,
        changes=[one for one in changes if one is not None],
        moved=moved or {},
        said=[one for one in said if {one.pair.left, one.pair.right} <= by_id.keys()],
    )


def list_merge(
    ids: Iterable[str],
    rows: Mapping[str, CustomerRow],
    *,
    said: Sequence[PairDecision],
    moved: Mapping[str, Moved],
) -> ListedMerge | None:
    """Return a set of records that are one customer as a checklist shows it; None when none of them is left.

    Args:
        rows: those that exist, by id.
    """
    here = [rows[one] for one in sorted(ids) if one in rows]
    if not here:
        return None
    names = {one: "" for one in sorted(ids) if one not in rows}
    about = [one for one in said if {one.pair.left, one.pair.right} <= set(ids)]
    for decision in about:
        known = decision.body.get("records", {})
        names |= {one: known[one].get("name", "") for one in names if one in known}
    return ListedMerge(merge=replace(plan_merge(here, moved=moved), said=about), gone=names)


def _rank(one: CustomerRow) -> tuple[object, ...]:
    money = abs(one.balance) + abs(one.orders)
    texts = (one.name, one.email, one.phone, one.street, one.city, one.postcode, one.registration_number)
    age = one.created or _LAST
    return one.inactive, -money, -sum(map(bool, texts)), age, len(one.internal_id), one.internal_id


def _named(by_id: Mapping[str, CustomerRow], wanted: str) -> CustomerRow:
    if wanted not in by_id:
        raise RecordError(
            f"{wanted} is not one of these records", code="BAD_RECORD", fix=f"name one of: {', '.join(by_id)}"
        )
    return by_id[wanted]


def _change(
    name: str,
    first: CustomerRow,
    others: Sequence[CustomerRow],
    by_id: Mapping[str, CustomerRow],
    wish: str,
) -> ValueChange | None:
    old = str(getattr(first, name))
    if wish:
        source = _named(by_id, wish)
        new = str(getattr(source, name))
        if not new:
            raise RecordError(
                f"{wish} has no {name}",
                code="BAD_FIELD",
                fix="name a record that has one, or leave the field out",
            )
        rule = "person"
    else:
        found = next((one for one in others if getattr(one, name)), None)
        if old or found is None:
            return None
        source, new, rule = found, str(getattr(found, name)), "empty"
    if new == old:
        return None
    return ValueChange(name=name, old=old, new=new, source=source.internal_id, rule=rule)
