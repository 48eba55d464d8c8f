"""Value suggestions: which entry of a NetSuite list a stage, an option, a country or a term belongs to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np
from babel import Locale
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping.lexicon.book import Words, read
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggestion import Band, band
from assist.text.identifiers import words

# How sure each way of being alike is. Set by hand: there are too few labelled lists to learn them from.
_SAME: Final = 0.99
_ONE_COUNTRY: Final = 0.98
_ONE_TERM: Final = 0.96
_ONE_MEANING: Final = 0.86
_SPELLED: Final = 0.9
_OTHER_MEANING: Final = 0.4
_ONE_CODE: Final = 0.93
_OTHER_CODE: Final = 0.3
_ONE_RATE: Final = 0.6
_ONE_RATE_AND_WORD: Final = 0.88
_ONE_LEAF: Final = 0.92
_ONLY_ONE_WITH_ITS_WORDS: Final = 0.75
_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
# NetSuite's enumerations begin with an underscore: `_unitedStates`.
_ENUMERATION: Final = re.compile(r"^_(?=[a-z])")
_NET_DAYS: Final = re.compile(r"(?:^|\D)(\d{1,3})\s*(?:d(?:ay|ays|ías)?|tage|jours|dias)?\b", re.IGNORECASE)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")
# A part number or size: letters and digits in one, whatever stands between them. "AX-200" and "ax200" are one.
_CODE: Final = re.compile(
    r"(?<!\w)(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?!\w)|(?<![\w.,])\d{4,}(?![\w%])"
)
_TAX_WORDS: Final = frozenset("vat gst hst pst tax sales use rate rated code mwst ust tva iva btw".split())
_NEGATIONS: Final = frozenset("not no non without former never un de ex".split())
_TERM_WORDS: Final = frozenset("net day due payment term terms invoice netto tage jours dias within".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueSuggestion:
    """What one value of the source may be in the target's list.

    Attributes:
        target: the entry, or None when the suggester abstains.
        seen: why, in words.
    """

    source: str
    target: str | None
    likelihood: float
    band: Band
    seen: str


@dataclass(frozen=True, kw_only=True)
class _Meant:
    """One value, read."""

    text: str
    words: Words
    meanings: frozenset[str]
    country: str | None
    days: int | None
    rate: Decimal | None
    codes: frozenset[str]
    leaf: Words


def suggest_values(
    sources: Sequence[str], targets: Sequence[str], settings: SuggesterSettings | None = None
) -> list[ValueSuggestion]:
    """Return for each source value the entry it belongs to; several may belong to one."""
    limits = settings or SuggesterSettings()
    mine, theirs = ([_read(value) for value in of] for of in (sources, targets))
    chances = _chances(mine, theirs)
    preferred = _one_to_one(chances)
    return [_suggestion(mine, theirs, chances, row, preferred.get(row), limits) for row in range(len(mine))]


def _suggestion(
    mine: Sequence[_Meant],
    theirs: Sequence[_Meant],
    chances: NDArray[np.float64],
    row: int,
    preferred: int | None,
    limits: SuggesterSettings,
) -> ValueSuggestion:
    best = int(chances[row].argmax()) if len(theirs) else None
    if best is not None and preferred is not None and chances[row, preferred] >= chances[row, best]:
        best = preferred
    likelihood = 0.0 if best is None else float(chances[row, best])
    told = band(likelihood, limits)
    kept = None if best is None or told is Band.ABSTAIN else theirs[best]
    return ValueSuggestion(
        source=mine[row].text,
        target=kept.text if kept else None,
        likelihood=likelihood,
        band=told,
        seen=_seen(mine[row], kept) if kept else "nothing in the list is like it",
    )


def _one_to_one(chances: NDArray[np.float64]) -> Mapping[int, int]:
    """Return the pairs that fit best when every entry is used once; they break ties."""
    rows, columns = linear_sum_assignment(chances, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True)}


def _chances(mine: Sequence[_Meant], theirs: Sequence[_Meant]) -> NDArray[np.float64]:
    spelled = process.cdist(
        [" ".join(one.words) for one in mine],
        [" ".join(one.words) for one in theirs],
        scorer=fuzz.token_sort_ratio,
        dtype=np.float32,
    )
    found = np.asarray(spelled, dtype=np.float64) / 100
    found = found**2 * _SPELLED
    for row, one in enumerate(mine):
        inside = [column for column, other in enumerate(theirs) if _is_within(one, other)]
        if len(inside) == 1:
            found[row, inside] = np.maximum(found[row, inside], _ONLY_ONE_WITH_ITS_WORDS)
        for column, other in enumerate(theirs):
            found[row, column] = _chance(one, other, float(found[row, column]))
    return np.asarray(found.reshape(len(mine), len(theirs)))


def _chance(one: _Meant, other: _Meant, spelled: float) -> float:
    """Return how likely two values are one; what is known of both overrules how they are spelled."""
    if one.words and one.words == other.words:
        return _SAME
    for mine, theirs, sure in (
        (one.country, other.country, _ONE_COUNTRY),
        (one.days, other.days, _ONE_TERM),
    ):
        if mine is not None and theirs is not None:
            return sure if mine == theirs else 0.0
    if one.rate is not None and other.rate is not None:
        return _by_rate(one, other, spelled)
    if one.codes and other.codes:
        return max(_ONE_CODE, spelled) if one.codes & other.codes else spelled * _OTHER_CODE
    if len(one.leaf) > 0 and one.leaf == other.leaf:
        return _ONE_LEAF
    if one.meanings & other.meanings:
        return max(_ONE_MEANING, spelled)
    if one.meanings and other.meanings:
        return spelled * _OTHER_MEANING
    return spelled


def _by_rate(one: _Meant, other: _Meant, spelled: float) -> float:
    """Return how likely two values with a rate are one: never at another rate, and hardly by the rate alone."""
    if one.rate != other.rate:
        return 0.0
    shared = {word for word in set(one.words) & set(other.words) if not word.isdigit()}
    return max(_ONE_RATE_AND_WORD if shared or one.meanings & other.meanings else _ONE_RATE, spelled)


def _is_within(one: _Meant, other: _Meant) -> bool:
    """Tell whether all words of one value stand in another, and none that says the opposite."""
    mine, theirs = (
        (one.words, other.words) if len(one.words) <= len(other.words) else (other.words, one.words)
    )
    more = set(theirs) - set(mine)
    letters = [word for word in mine if word.isalpha()]
    return sum(map(len, letters)) > 3 and set(mine) <= set(theirs) and not more & _NEGATIONS


def _seen(one: _Meant, other: _Meant) -> str:
    if one.words == other.words:
        return "the same words"
    if one.country is not None and one.country == other.country:
        return f"both are the country {one.country}"
    if one.days is not None and one.days == other.days:
        return f"both are due after {one.days} days"
    if one.rate is not None and one.rate == other.rate:
        return f"both are at {one.rate:f} %"
    if shared_codes := sorted(one.codes & other.codes):
        return f"both have the code {shared_codes[0]}"
    if one.leaf and one.leaf == other.leaf:
        return "the same words after what it belongs to"
    shared = sorted(one.meanings & other.meanings)
    return f"both mean '{shared[0]}'" if shared else "spelled alike"


def _read(value: str) -> _Meant:
    plain = _ENUMERATION.sub("", value)
    said = words(plain)
    bare = tuple(word for word in said if word not in _TAX_WORDS)
    meanings = _meanings().get(said, frozenset()) | _meanings().get(bare, frozenset())
    percents = _PERCENT.findall(plain)
    return _Meant(
        text=value,
        words=said,
        meanings=meanings,
        country=_country(plain, said),
        days=_days(plain, said, meanings),
        rate=Decimal(percents[0].replace(",", ".")).normalize() if len(percents) == 1 else None,
        codes=frozenset(re.sub(r"[^A-Z0-9]", "", code.upper()) for code in _CODE.findall(plain)),
        leaf=words(plain.rpartition(":")[2]),
    )


def _days(value: str, said: Words, meanings: frozenset[str]) -> int | None:
    """Return after how many days a payment term is due, or None for what is no plain term."""
    if "due on receipt" in meanings:
        return 0
    found = _NET_DAYS.findall(value)
    letters = {word for word in said if not word.isdigit()}
    plain = len(found) == 1 and letters and letters <= _TERM_WORDS
    return int(found[0]) if plain else None


def _country(value: str, said: Words) -> str | None:
    code = value.strip()
    if code.isupper() and code in _codes():
        return _codes()[code]
    return _countries().get(said)


@cache
def _meanings() -> Mapping[Words, frozenset[str]]:
    found: dict[Words, set[str]] = {}
    for part in read("values.yaml"):
        for meaning, phrases in part["meanings"].items():
            for phrase in (meaning, *phrases):
                found.setdefault(words(phrase), set()).add(meaning)
    return {phrase: frozenset(of) for phrase, of in found.items()}


@cache
def _countries() -> Mapping[Words, str]:
    """Return the countries' names in the languages we know, from the CLDR data in Babel, with their ISO codes."""
    found: dict[Words, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(words(name), code)
    return found | {words(name): code for name, code in _ALSO.items()}


@cache
def _codes() -> Mapping[str, str]:
    two = {code: code for code in _countries().values()}
    return two | {
        "USA": "US",
        "GBR": "GB",
        "UK": "GB",
        "DEU": "DE",
        "FRA": "FR",
        "ESP": "ES",
        "ITA": "IT",
        "CAN": "CA",
    }


_ALSO: Final = {
    "United States of America": "US",
    "U.S.A.": "US",
    "U.S.": "US",
    "America": "US",
    "Great Britain": "GB",
    "England": "GB",
    "Holland": "NL",
    "Czech Republic": "CZ",
    "Viet Nam": "VN",
    "Korea, Republic of": "KR",
    "Russian Federation": "RU",
}
