"""Which options of a field are to be added, renamed and removed, so that it offers what is wanted. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionPlan:
    """What is to be done with one field.

    Attributes:
        rename: new labels by old ones; boxes keep their value.
        ours: what we answer for once it is done: labels by item.
        doubles: items whose label another item has already; they are left out.
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)
    doubles: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.add or self.remove or self.rename)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retirement:
    """What becomes of an option whose item is not offered any more.

    Attributes:
        rule: "keep", "mark" or "remove".
        in_use: labels that boxes have; they are not removed.
    """

    rule: str
    mark: str
    in_use: AbstractSet[str] = frozenset()


def plan_options(
    wanted: Mapping[str, str], there: Sequence[str], ours: Mapping[str, str], retirement: Retirement
) -> OptionPlan:
    """Return what makes a field offer what is wanted, without touching what is not ours.

    Args:
        wanted: labels by item, of all items that are offered.
        there: the labels of the field as it is.
        ours: labels by item, of the options we have answered for so far.
    """
    shown = {_folded(label): label for label in there}
    # What may be renamed: an option that another item is to have is not taken from it.
    free = {name: label for name, label in shown.items() if name not in set(map(_folded, wanted.values()))}
    add: list[str] = []
    rename: dict[str, str] = {}
    kept: dict[str, str] = {}
    doubles: list[str] = []
    taken: set[str] = set()
    for item, label in wanted.items():
        if _folded(label) in taken:
            doubles.append(item)
            continue
        taken.add(_folded(label))
        if _folded(label) in shown:
            # One that was there before us is not ours, and is not retired by us.
            kept |= {item: label} if item in ours else {}
            continue
        kept[item] = label
        before = _before(item, label, free, ours, retirement.mark)
        if before is None:
            add.append(label)
        else:
            rename[free.pop(before)] = label
    gone = {item: label for item, label in ours.items() if item not in wanted and _folded(label) not in taken}
    marked, removed, left = _retired(gone, free, retirement)
    return OptionPlan(
        add=tuple(add),
        remove=tuple(removed),
        rename=rename | marked,
        ours=kept | left,
        doubles=tuple(doubles),
    )


def _before(item: str, label: str, free: Mapping[str, str], ours: Mapping[str, str], mark: str) -> str | None:
    """Return the option of ours that the item has had under another label, folded."""
    if item not in ours:
        return None
    candidates = (label + mark, ours[item], ours[item] + mark)
    return next((_folded(one) for one in candidates if _folded(one) in free), None)


def _retired(
    gone: Mapping[str, str], free: dict[str, str], retirement: Retirement
) -> tuple[dict[str, str], list[str], dict[str, str]]:
    """Return what is marked, what is removed, and what we still answer for."""
    marked: dict[str, str] = {}
    removed: list[str] = []
    left: dict[str, str] = {}
    in_use = {_folded(label) for label in retirement.in_use}
    for item, label in gone.items():
        there = [_folded(one) for one in (label, label + retirement.mark) if _folded(one) in free]
        if not there:
            continue
        if retirement.rule == "remove" and not in_use & set(there):
            removed += [free.pop(one) for one in there]
            continue
        left[item] = label
        if retirement.rule == "mark" and _folded(label + retirement.mark) not in free:
            marked[free.pop(_folded(label))] = label + retirement.mark
    return marked, removed, left


def _folded(label: str) -> str:
    return label.strip().casefold()
