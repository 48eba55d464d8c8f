"""Columns that repeat others: a full name beside its first name and surname says the same thing twice."""

from collections.abc import Mapping, Sequence

from assist.duplicates import normalise
from assist.duplicates.kind import Kind

_MOSTLY = 0.9
_NAMES = {Kind.PERSON, Kind.TITLE, Kind.COMPANY}
Columns = Mapping[str, Sequence[str]]
Repeats = Mapping[str, Sequence[str]]


def repeats_of(columns: Columns, kinds: Mapping[str, Kind]) -> Repeats:
    """Return, for each column that is made of others, the others; a sample of the rows will do."""
    named = [name for name in columns if kinds[name] in _NAMES]
    if len(named) < 3:
        return {}
    words = {name: _words(columns[name]) for name in named}
    size = {name: sum(map(len, words[name])) for name in named}
    found: dict[str, list[str]] = {}
    for whole in sorted(named, key=size.__getitem__):
        parts = [
            part
            for part in named
            if 0 < size[part] < size[whole] and part not in found and _holds(words, whole, part)
        ]
        if len(parts) > 1:
            found[whole] = parts
    return found


def without_repeats(
    columns: Columns, kinds: Mapping[str, Kind], repeats: Repeats
) -> tuple[dict[str, Sequence[str]], dict[str, Kind]]:
    """Return columns and kinds in which a column made of others is cut to what it adds to them."""
    kept, kept_kinds = dict(columns), dict(kinds)
    for whole, parts in repeats.items():
        del kept[whole], kept_kinds[whole]
        name = f"{whole} (rest)"
        kept[name], kept_kinds[name] = _rest(columns[whole], [columns[one] for one in parts]), Kind.PERSON
    return kept, kept_kinds


def _words(values: Sequence[str]) -> list[set[str]]:
    return [set(value.split()) for value in normalise.plain(values)]


def _holds(words: Mapping[str, Sequence[set[str]]], whole: str, part: str) -> bool:
    both = [b <= a for a, b in zip(words[whole], words[part], strict=True) if a and b]
    return bool(both) and sum(both) > _MOSTLY * len(both)


def _rest(whole: Sequence[str], parts: Sequence[Sequence[str]]) -> list[str]:
    cleaned = [normalise.plain(part) for part in parts]
    said = [" ".join(row).split() for row in zip(*cleaned, strict=True)]
    return [
        " ".join(word for word in value.split() if word not in known)
        for value, known in zip(normalise.plain(whole), said, strict=True)
    ]
