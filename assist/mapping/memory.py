"""What people accepted and rejected before, in a local file; it lifts or lowers later suggestions."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from assist.mapping.catalogue import Field
from assist.mapping.lexicon.book import load

# One decision about the very same pair turns it; one about a like-named field elsewhere only leans.
_SAME_PAIR: Final = 4.0
_LIKE_NAME: Final = 1.2
_MOST: Final = 5.0
_Key = tuple[str, ...]


class Decision(BaseModel):
    """A person's word on one pair of fields.

    Attributes:
        accepted: None takes back what was said before.
        by: who decided.
        probability: what the suggester had said, to judge it later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_record: str
    source_field: str
    target_record: str
    target_field: str
    accepted: bool | None
    by: str = ""
    at: AwareDatetime | None = None
    probability: float | None = None


def decide(
    source: Field,
    target: Field,
    *,
    accepted: bool | None,
    by: str,
    at: datetime,
    probability: float | None = None,
) -> Decision:
    """Return the decision on a pair; `accepted` None takes an earlier one back."""
    return Decision(
        source_record=source.record,
        source_field=source.id,
        target_record=target.record,
        target_field=target.id,
        accepted=accepted,
        by=by,
        at=at,
        probability=probability,
    )


@dataclass(frozen=True)
class Memory:
    """Decisions in the order they were made; a later one on the same pair replaces an earlier one."""

    decisions: Sequence[Decision] = ()

    def with_decisions(self, more: Iterable[Decision]) -> "Memory":
        """Return a memory that also holds these."""
        return Memory((*self.decisions, *more))

    def lifts(self, sources: Sequence[Field], targets: Sequence[Field]) -> dict[tuple[int, int], float]:
        """Return what to add to the log-odds of pairs, by their positions; pairs it knows nothing of are left out."""
        same, like = self._learned()
        by_target: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, one in enumerate(targets):
            by_target[one.record.lower(), one.id.lower()].append(at)
        found: dict[tuple[int, int], float] = {}
        for row, one in enumerate(sources):
            for table, key in ((like, _words(one.id)), (same, _place(one.record, one.id))):
                for target, lift in table.get(key, {}).items():
                    for column in by_target.get(target, ()):
                        total = found.get((row, column), 0.0) + lift
                        found[row, column] = math.copysign(min(abs(total), _MOST), total)
        return found

    def _learned(self) -> "tuple[_Table, _Table]":
        latest = {
            (one.source_record, one.source_field, one.target_record, one.target_field): one
            for one in self.decisions
        }
        same: _Table = defaultdict(lambda: defaultdict(float))
        like: _Table = defaultdict(lambda: defaultdict(float))
        for one in latest.values():
            if one.accepted is None:
                continue
            sign = 1 if one.accepted else -1
            target = one.target_record.lower(), one.target_field.lower()
            same[_place(one.source_record, one.source_field)][target] = sign * _SAME_PAIR
            like[_words(one.source_field)][target] += sign * _LIKE_NAME
        return same, like


_Table = dict[_Key, dict[tuple[str, str], float]]


def _words(name: str) -> _Key:
    return ("like", *load().words(name))


def _place(record: str, name: str) -> _Key:
    return ("same", record.lower(), name.lower())


def read(path: Path) -> Memory:
    """Return the memory kept in a file; an empty one when there is no file yet.

    Raises:
        ValueError: the file is not one that `write` made; the message names the file and the first fault.
    """
    if not path.exists():
        return Memory()
    try:
        written: Any = json.loads(path.read_text(encoding="utf-8"))
        return Memory(tuple(Decision.model_validate(one) for one in written["decisions"]))
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"{path} is not a file of mapping decisions: {error}; move it away or mend it"
        ) from error


def write(memory: Memory, path: Path) -> None:
    """Keep a memory in a file, replacing it in one step."""
    content = {"version": 1, "decisions": [one.model_dump(mode="json") for one in memory.decisions]}
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)
