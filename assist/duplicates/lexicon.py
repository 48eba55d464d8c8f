"""The word lists, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from streak_netsuite.model.free_mail import free_mail


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """What is known about words in names, addresses and mail domains."""

    legal_forms: frozenset[str]
    spelt_out: Sequence[str]
    glued_forms: Sequence[str]
    abbreviations: Mapping[str, str]
    streets: Mapping[str, str]
    branches: frozenset[str]
    companies: frozenset[str]
    roles: frozenset[str]
    free_mail: frozenset[str]
    letters: Mapping[int, str]


@cache
def lexicon() -> Lexicon:
    """Return the shipped word lists."""
    folder = resources.files("assist.duplicates") / "data"
    words = yaml.safe_load((folder / "words.yaml").read_text(encoding="utf-8"))
    letters = yaml.safe_load((folder / "letters.yaml").read_text(encoding="utf-8"))
    return Lexicon(
        legal_forms=frozenset(words["legal_forms"].split()),
        spelt_out=words["spelt_out"],
        glued_forms=words["glued_forms"].split(),
        abbreviations={str(short): str(long) for short, long in words["abbreviations"].items()},
        streets={str(short): str(long) for short, long in words["streets"].items()},
        branches=frozenset(words["branches"].split()),
        companies=frozenset(words["companies"].split()),
        roles=frozenset(words["roles"].split()),
        free_mail=free_mail(),
        letters={ord(letter): latin for group in letters.values() for letter, latin in group.items()},
    )
