"""The trained matcher: what was learned from the shipped data, as numbers in git, and how to learn it again."""

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from assist.mapping.matcher import FieldMatcher
from assist.mapping.training_set import kept_aside, training_set

LEARNED: Final = "learned.json"


@cache
def matcher() -> FieldMatcher:
    """Return the matcher that was trained on the shipped data."""
    text = resources.files("assist.mapping.training").joinpath(LEARNED).read_text(encoding="utf-8")
    return FieldMatcher.from_dict(json.loads(text))


def train(leave_out: frozenset[str] = frozenset()) -> FieldMatcher:
    """Return a matcher trained anew on the shipped data, without the pairs of some systems."""
    rows, aside = training_set(leave_out), kept_aside(leave_out)
    learned = FieldMatcher().fit(
        rows.features, rows.labels, queries=rows.queries, groups=rows.groups, calibrate_on=rows.as_met
    )
    return learned.bend(aside.features, aside.labels, queries=aside.queries)


def write(learned: FieldMatcher, path: Path) -> None:
    """Keep what a matcher learned in a file."""
    path.write_text(json.dumps(learned.to_dict(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(train(), Path(__file__).parent / "training" / LEARNED)
