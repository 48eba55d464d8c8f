"""A timeline in words, for people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streak_netsuite.flows.deal_history import DealMatch
from streak_netsuite.flows.masking import Mask
from streak_netsuite.flows.timeline import Timeline, TimelineEntry

MASKED = "Personal data is hidden; --unmasked shows it."
UNMASKED = "PERSONAL DATA IS SHOWN (--unmasked): do not pass this on."


def timeline_text(timeline: Timeline) -> str:
    """Return the timeline line by line, oldest first, and at the end where the deal is."""
    due = timeline.due
    past = timeline.entries[: len(timeline.entries) - len(due)]
    head = f"{timeline.record}: {len(past)} entries. {MASKED if timeline.is_masked else UNMASKED}"
    lines = [head, ""]
    for entry in past:
        lines += _lines(entry)
    lines += ["", "Where it is now"]
    lines += [line for entry in due for line in _lines(entry)] or ["nothing is due, and nothing waits"]
    return "\n".join(lines)


def matches_text(wanted: str, matches: Sequence[DealMatch]) -> str:
    """Return the deals that a text may mean, one on a line; or what to look for when there is none."""
    if not matches:
        return (
            f"nothing is known of a deal '{wanted}'; name a box key, an order's internal id or number, "
            "or a part of a hold's reason (streak-netsuite holds list --all)"
        )
    lines = [f"{match.deal.id}  {Mask().text(match.why)}" for match in matches]
    return "\n".join([f"{len(matches)} deals match '{wanted}'; name one by its key:", *lines])


def _lines(entry: TimelineEntry) -> Iterator[str]:
    state = f"  [{entry.state}]" if entry.state else ""
    yield f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.kind:<8}  {_one_line(entry.title)}{state}"
    small = {name: value for name, value in entry.details.items() if not isinstance(value, Mapping | list)}
    if small:
        yield _indented(", ".join(f"{name} {_one_line(str(value))}" for name, value in small.items()))
    for name, value in entry.details.items():
        if isinstance(value, list):
            yield from (_indented(f"{name}: {_one_line(_value_text(one))}") for one in value)
        elif isinstance(value, Mapping):
            yield _indented(f"{name}: {_value_text(value)}")


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _indented(text: str) -> str:
    return f"{'':<31}{text}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
