"""Lines without an item: nothing that was typed for one may vanish with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streak_netsuite.mapping.rule import Reading, Rule, is_empty
from streak_netsuite.mapping.source import SourcePath
from streak_netsuite.mapping.unfit import shown


def check_entry(item: Rule, each: SourcePath | None, reading: Reading, target: str) -> None:
    """Add a fault for a row that gives no item, and a warning for an entry of a list.

    A label of a list, or a row for which a function gave no item, is left out on purpose more often than not.
    """
    row = isinstance(reading.each, Mapping)
    cells = list(reading.each.values()) if row else [reading.each]
    if each is None or all(is_empty(cell) for cell in cells) or not item.counts(reading):
        return
    what = f"{'the row' if row else 'the entry'} {shown(' | '.join(map(str, cells)))}"
    if row and not item.is_function:
        reading.add_fault(
            target,
            f"{each.label}: {what} gives no item",
            "name one in it, or take it out",
            rule_at=item.place,
        )
    else:
        reading.warnings.append(f"{target}: {each.label}: {what} gives no item, and was left out")


def check_fields(item: Rule, own: Sequence[str], reading: Reading) -> None:
    """Add a fault when fields are filled that only this line reads, which has no item.

    Args:
        own: their names.
    """
    typed = "; ".join(f"{name} is {shown(value)}" for name, value in _telling(own, reading))
    if not typed or not item.counts(reading):
        return
    fix = f"choose {item.label} in Streak, or empty what else the line has"
    reading.add_fault(item.target, f"{item.label} is empty, and {typed}", fix, rule_at=item.place)


def _telling(names: Sequence[str], reading: Reading) -> Iterator[tuple[str, Any]]:
    """Yield the fields somebody filled: an empty box, no and zero are what a line that is not meant has."""
    fields = reading.view["box"]["fields"]
    for name in names:
        value = fields.get(name)
        blank = isinstance(value, str) and not value.strip(" 0.,")
        if not blank and not is_empty(value) and value != 0:
            yield name, value
