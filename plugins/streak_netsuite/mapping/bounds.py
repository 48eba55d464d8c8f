"""How much a YAML text may ask of those who read it: a short one can stand for millions of values, or for no end of them."""

import re
from collections.abc import Iterator
from functools import lru_cache

import yaml

_DEEPEST = 30  # lists and objects inside each other; the deepest rule has about ten
_MOST_REPEATED = 10_000  # values that all aliases of a text together stand for
_LONGEST_NUMBER = 50  # characters; Python refuses to read a few thousand digits
_NUMBER = re.compile(r"[-+]?[0-9][0-9_.]*")
_PARSERS = (
    getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    yaml.SafeLoader,
)  # the quick one, where it is there


def beyond_bounds(text: str) -> tuple[int, str] | None:
    """Return the line of a text that asks too much, and what to do about it; None when all is well.

    A text that is no YAML has no bounds to keep to: whoever reads it says what is wrong.
    """
    for parser in _PARSERS:
        try:
            return _beyond_bounds(text, parser)
        except yaml.YAMLError:
            continue
    return None


@lru_cache(maxsize=8)  # a board reads the same draft several times for one answer
def _beyond_bounds(text: str, parser: type[yaml.SafeLoader]) -> tuple[int, str] | None:
    events = yaml.parse(text, Loader=parser)
    return next(_faults(events), None)


def _faults(events: Iterator[yaml.Event]) -> Iterator[tuple[int, str]]:
    sizes: dict[str | None, int] = {}  # of what has an anchor and is complete
    around: list[
        tuple[str | None, int]
    ] = []  # the lists and objects that are open: anchor, and values before
    count = repeated = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            around.append((event.anchor, count))
            if len(around) > _DEEPEST:
                yield line, f"more than {_DEEPEST} lists and objects stand inside each other"
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = around.pop()
            sizes[anchor] = count - before + 1
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in {anchor for anchor, _ in around}:
                yield line, f"'*{event.anchor}' stands inside what it repeats; write it out"
            repeated += sizes.get(event.anchor, 0)
            count += sizes.get(event.anchor, 0)
            if repeated > _MOST_REPEATED:
                yield (
                    line,
                    f"'*{event.anchor}' and those before repeat over {_MOST_REPEATED} values; write out fewer",
                )
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
            if len(event.value) > _LONGEST_NUMBER and event.implicit[0] and _NUMBER.fullmatch(event.value):
                yield line, f"a number has at most {_LONGEST_NUMBER} digits; quote it when it is a text"
        count += not isinstance(event, yaml.AliasEvent)
