"""Tables made up to teach what equal columns look like: two systems' copies of one table, names and values changed.

What is known of real tables goes in as kinds of columns and kinds of change, never as data of anybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon.book import load
from assist.mapping.training_pairs import Group
from assist.text.shortening import without_vowels

Rng = np.random.Generator
_RECORD: Final = "table"
_ROWS: Final = 160
_FEWEST_COLUMNS, _MOST_COLUMNS = 6, 24


@dataclass(frozen=True, kw_only=True)
class _Column:
    words: Sequence[str]
    values: Sequence[str]


def tables(count: int, seed: int = 0) -> Iterator[Group]:
    """Yield pairs of tables that share some columns and some rows."""
    rng = np.random.default_rng(seed)
    words = sorted(word for word in load().vocabulary if len(word) > 3)
    for at in range(count):
        yield _pair(rng, words, f"made up {at % 10}", bare=at % 5 == 0)


def _pair(rng: Rng, words: Sequence[str], system: str, *, bare: bool) -> Group:
    """Return two copies; `bare` ones have names only."""
    columns = _columns(rng, words)
    shared_rows = rng.choice([0, 0, 30, 60, 80])
    rows = (range(80), range(80 - shared_rows, 160 - shared_rows))
    mine, theirs = _split(rng, len(columns))
    rename = _RENAMES[int(rng.integers(len(_RENAMES) - bare))]
    prefix = f"{rng.choice(words)}_" if rng.random() < 0.5 else ""
    noisy = rng.random() < 0.4
    names = _distinct([prefix + rename(rng, columns[at].words) for at in theirs])
    sources = [
        _field("_".join(columns[at].words), [columns[at].values[row] for row in rows[0]]) for at in mine
    ]
    targets = [
        _field(name, [_changed(rng, columns[at].values[row], noisy=noisy) for row in rows[1]])
        for name, at in zip(names, theirs, strict=True)
    ]
    if bare:
        sources, targets = ([replace(one, samples=()) for one in of] for of in (sources, targets))
    position = {at: place for place, at in enumerate(theirs)}
    return Group(
        system=system,
        sources=Catalogue(system="one", fields=sources),
        targets=Catalogue(system="other", fields=targets),
        truth=[{position[at]} if at in position else set() for at in mine],
    )


def _field(name: str, values: Sequence[str]) -> Field:
    return Field(record=_RECORD, id=name, samples=tuple(values))


def _split(rng: Rng, count: int) -> tuple[list[int], list[int]]:
    """Return which columns each side has: all, or a shared part and some of its own."""
    order = [int(at) for at in rng.permutation(count)]
    if rng.random() < 0.5:
        return order, [int(at) for at in rng.permutation(count)]
    shared = max(1, int(count * rng.uniform(0.1, 0.8)))
    rest = order[shared:]
    theirs = order[:shared] + rest[len(rest) // 2 :]
    return order[:shared] + rest[: len(rest) // 2], [theirs[at] for at in rng.permutation(len(theirs))]


def _columns(rng: Rng, words: Sequence[str]) -> list[_Column]:
    """Return a table's columns; a few words come back in many names, as they do in real ones."""
    topic = [str(word) for word in rng.choice(words, size=4, replace=False)]
    found: dict[tuple[str, ...], _Column] = {}
    while len(found) < rng.integers(_FEWEST_COLUMNS, _MOST_COLUMNS):
        kind = str(rng.choice(list(_VALUES)))
        said = [str(w) for w in rng.choice(words, size=rng.integers(1, 3), replace=False)]
        if rng.random() < 0.6:
            said.insert(0, topic[rng.integers(4)])
        if rng.random() < 0.3:
            said.append(str(rng.choice(["id", "type", "name", "date", "code"])))
        found[tuple(said)] = _Column(words=said, values=_VALUES[kind](rng, words))
    return list(found.values())


def _distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return out


def _changed(rng: Rng, value: str, *, noisy: bool) -> str:
    """Return a value, with a slip of the pen now and then."""
    if not noisy or len(value) < 3 or rng.random() < 0.6:
        return value
    at = int(rng.integers(len(value)))
    return value[:at] + (chr(97 + int(rng.integers(26))) if value[at].isalpha() else "") + value[at + 1 :]


def _kept(_rng: Rng, words: Sequence[str]) -> str:
    return "_".join(words)


def _no_vowels(_rng: Rng, words: Sequence[str]) -> str:
    return "_".join(without_vowels(word) or word for word in words)


def _cut(rng: Rng, words: Sequence[str]) -> str:
    return "".join(word[: rng.integers(1, 5)] for word in words).upper()


def _initials(rng: Rng, words: Sequence[str]) -> str:
    return "".join(word[: rng.integers(1, 3)] for word in words).upper()


def _camel(_rng: Rng, words: Sequence[str]) -> str:
    return words[0] + "".join(word.title() for word in words[1:])


def _fewer(rng: Rng, words: Sequence[str]) -> str:
    return "_".join(words[int(rng.integers(len(words))) :])


def _nameless(rng: Rng, _words: Sequence[str]) -> str:
    return f"c{rng.integers(1000)}"


_RENAMES: Final[Sequence[Callable[[Rng, Sequence[str]], str]]] = (
    _kept, _kept, _no_vowels, _no_vowels, _cut, _cut, _initials, _camel, _fewer, _nameless,
)  # fmt: skip


def _sparse(rng: Rng, values: Sequence[str]) -> Sequence[str]:
    """Return values of which some are missing, sometimes nearly all."""
    missing = rng.choice([0, 0, 0, 0.3, 0.9])
    return ["" if rng.random() < missing else value for value in values]


def _serial(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    start, step = rng.integers(1, 100_000), rng.integers(1, 50)
    return [str(start + row * step) for row in range(_ROWS)]


def _drawn(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    return [str(v) for v in rng.integers(0, int(10 ** rng.uniform(1, 6)), size=_ROWS)]


def _code(rng: Rng, words: Sequence[str]) -> Sequence[str]:
    start = str(rng.choice(words))[: rng.integers(1, 6)].upper()
    return [f"{start}{v}" for v in rng.integers(100, int(10 ** rng.uniform(4, 8)), size=_ROWS)]


def _category(rng: Rng, words: Sequence[str]) -> Sequence[str]:
    few = rng.choice(words, size=rng.integers(1, 9), replace=False)
    share = rng.dirichlet(np.full(len(few), 0.6))
    return _sparse(rng, [str(v).title() for v in rng.choice(few, size=_ROWS, p=share)])


def _letter(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    few = [chr(65 + int(v)) for v in rng.choice(26, size=rng.integers(1, 5), replace=False)]
    return [str(v) for v in rng.choice(few, size=_ROWS, p=rng.dirichlet(np.full(len(few), 0.6)))]


def _flag(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    no, yes = [("0", "1"), ("false", "true"), ("N", "Y")][rng.integers(3)]
    likely = rng.random()
    return [yes if rng.random() < likely else no for _ in range(_ROWS)]


def _measure(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    return _sparse(
        rng, [f"{v:.2f}" for v in rng.lognormal(rng.uniform(0, 8), rng.uniform(0.1, 1.5), size=_ROWS)]
    )


def _date(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    year = int(rng.integers(1990, 2024))
    return [
        f"{year + int(rng.integers(3))}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
        for _ in range(_ROWS)
    ]


def _phrase(rng: Rng, words: Sequence[str]) -> Sequence[str]:
    some = rng.choice(words, size=40, replace=False)
    return _sparse(rng, [" ".join(rng.choice(some, size=rng.integers(1, 4))).title() for _ in range(_ROWS)])


def _sentence(rng: Rng, words: Sequence[str]) -> Sequence[str]:
    some = [words[at] for at in rng.integers(len(words), size=120)]
    lengths = rng.integers(6, 25, size=_ROWS)
    return [" ".join(some[at] for at in rng.integers(120, size=n)).capitalize() for n in lengths]


def _email(rng: Rng, words: Sequence[str]) -> Sequence[str]:
    return [f"{rng.choice(words)}@{rng.choice(words)}.com" for _ in range(_ROWS)]


def _phone(rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    return [
        f"+{rng.integers(1, 99)} {rng.integers(100, 999)} {rng.integers(100_000, 999_999)}"
        for _ in range(_ROWS)
    ]


def _empty(_rng: Rng, _words: Sequence[str]) -> Sequence[str]:
    return [""] * _ROWS


_VALUES: Final[Mapping[str, Callable[[Rng, Sequence[str]], Sequence[str]]]] = {
    "serial": _serial, "drawn": _drawn, "code": _code, "category": _category, "second category": _category,
    "letter": _letter, "flag": _flag, "measure": _measure, "date": _date, "phrase": _phrase,
    "sentence": _sentence, "email": _email, "phone": _phone, "empty": _empty,
}  # fmt: skip
