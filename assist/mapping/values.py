"""Value suggestions: which entry of a NetSuite list a stage, an option, a country or a term belongs to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

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
_CODE_AND_MORE: Final = 0.75
_CODE_ALONE: Final = 0.7
_OTHER_NUMBER: Final = 0.3
_ONE_RATE: Final = 0.6
_ONE_TAX: Final = 0.88
_ONE_PLACE_MORE: Final = 0.03
_KIND_ON_ONE_SIDE: Final = 0.35
_ONE_LEAF: Final = 0.92
_ONLY_ONE_WITH_ITS_WORDS: Final = 0.75
# What only a person can decide, however alike it looks: a part of a longer name, another parent, two that fit alike.
_AT_MOST: Final = 0.8
_FITS_SEVERAL: Final = 0.6
_EQUAL: Final = 1e-6
_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
# NetSuite's enumerations begin with an underscore: `_unitedStates`.
_ENUMERATION: Final = re.compile(r"^_(?=[a-z])")
_NET_DAYS: Final = re.compile(r"(?:^|\D)(\d{1,3})\s*(?:d(?:ay|ays|ías)?|tage|jours|dias)?\b", re.IGNORECASE)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")
# A part number: letters and digits in one, whatever stands between them. "AX-200" and "ax200" are one.
_CODE: Final = re.compile(
    r"(?<!\w)(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?!\w)|(?<![\w.,])\d{4,}(?![\w%])"
)
# What many things have in common, and names none of them: a size, a duration, an ordinal number, a year.
_UNITS: Final = (
    "h|hrs?|hours?|min|sec|s|d|days?|wks?|weeks?|mo|mths?|months?|y|yrs?|years?|[kmgt]i?b|[kmg]bit|[kmg]bps|bit|"
    "[mcd]?l|[km]?g|t|lbs?|oz|gal|[mckd]?m[23]?|sqm|sqft|in|inch|ft|yd|k?wh?|mwh?|m?v|kv|kva|m?ah?|[kmg]?hz|n?m|nm|bar|"
    "px|dpi|mp|pcs?|pk|packs?|ct|x|st|nd|rd|th|c|f|k|deg"
)
_NUMBER: Final = r"\d+(?:[.,x]\d+)*"
_NO_CODE: Final = re.compile(
    rf"(?:{_NUMBER}(?:{_UNITS})?[-_/])*{_NUMBER}(?:{_UNITS})|\d+(?:x\d+)+|(?:19|20)\d\d", re.IGNORECASE
)
# A country's code, and a tax code's letter ("S-GB"), as they stand in a longer value.
_CAPITALS: Final = re.compile(r"(?<![^\W_])[A-Z]{1,3}(?![^\W_])")
# Names of taxes: those of VAT are one in all languages, and GST is not PST.
_TAX_NAMES: Final = dict.fromkeys("vat mwst ust tva iva btw moms".split(), "vat") | {
    name: name for name in "gst hst pst qst".split()
}
_TAXES: Final = frozenset({"tax", *_TAX_NAMES})
_SAYS_NOTHING: Final = frozenset(
    "sales use rate rated code from of for on at the to in with and only".split()
)
_RATES_DO_NOT_TELL: Final = frozenset({"exempt", "reverse charge", "out of scope"})
_NEGATIONS: Final = frozenset("not no non without former never un de ex".split())
_DENIALS: Final = frozenset("not no non without".split())
_LONGEST: Final = 5  # words of a phrase inside a value
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
    codes: frozenset[str]
    beside_codes: frozenset[str]
    numbers: frozenset[str]
    parent: Words
    leaf: Words
    tax: "_Tax | None"


@dataclass(frozen=True, kw_only=True)
class _Tax:
    """A value that may name a tax, read.

    Attributes:
        rate: in percent.
        kinds: exempt, zero rated, ...: what a rate does not tell.
        places: countries.
        names: of taxes, such as VAT.
        named: a tax is named, by the value or by the field.
        rest: all other words.
    """

    rate: Decimal | None
    kinds: frozenset[str]
    places: frozenset[str]
    names: frozenset[str]
    named: bool
    rest: frozenset[str]


def suggest_values(
    sources: Sequence[str],
    targets: Sequence[str],
    settings: SuggesterSettings | None = None,
    *,
    about: str = "",
) -> list[ValueSuggestion]:
    """Return for each source value the entry it belongs to; several may belong to one.

    Args:
        about: the name of the field that has the list. "Low", "General" and "E" are kinds of tax in a tax's list alone.
    """
    limits = settings or SuggesterSettings()
    of_tax = not _TAXES.isdisjoint(words(re.sub(r"(?i)tax", " tax ", about)))
    mine, theirs = ([_read(value, of_tax=of_tax) for value in of] for of in (sources, targets))
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
    several = int((chances[row] >= likelihood - _EQUAL).sum()) > 1
    if several:
        likelihood = min(likelihood, _FITS_SEVERAL)
    told = band(likelihood, limits)
    kept = None if best is None or told is Band.ABSTAIN else theirs[best]
    return ValueSuggestion(
        source=mine[row].text,
        target=kept.text if kept else None,
        likelihood=likelihood,
        band=told,
        seen=_told(mine[row], kept, several=several),
    )


def _told(one: _Meant, kept: _Meant | None, *, several: bool) -> str:
    if kept is None:
        return "nothing in the list is like it"
    return f"{_seen(one, kept)}; another entry fits as well" if several else _seen(one, kept)


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
    known = _by_kind(one, other)
    if known is not None:
        return known
    if one.codes and other.codes:
        return _by_code(one, other, spelled)
    if one.meanings & other.meanings:
        return max(_ONE_MEANING, spelled)
    if one.meanings and other.meanings:
        return spelled * _OTHER_MEANING
    return _by_spelling(one, other, spelled)


def _by_kind(one: _Meant, other: _Meant) -> float | None:
    """Return how likely two values are one by what both are, however they are spelled; None when that does not tell."""
    if one.text == other.text:
        return 1.0
    if one.words and one.words == other.words:
        return _SAME
    for mine, theirs, sure in (
        (one.country, other.country, _ONE_COUNTRY),
        (one.days, other.days, _ONE_TERM),
    ):
        if mine is not None and theirs is not None:
            return sure if mine == theirs else 0.0
    known = _by_tax(one.tax, other.tax) if one.tax and other.tax else None
    if known is None and _is_one_leaf(one, other):
        return _ONE_LEAF
    return known


def _by_spelling(one: _Meant, other: _Meant, spelled: float) -> float:
    """Return how likely two values are one by their words: hardly with another number, never surely by a part."""
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        return spelled * _OTHER_NUMBER
    mine, theirs = set(one.words), set(other.words)
    other_parent = one.parent and other.parent and one.parent != other.parent
    return min(spelled, _AT_MOST) if other_parent or mine < theirs or theirs < mine else spelled


def _by_code(one: _Meant, other: _Meant, spelled: float) -> float:
    """Return how likely two values with part numbers are one: surely when nothing else tells them apart."""
    if not one.codes & other.codes or (one.codes - other.codes and other.codes - one.codes):
        return spelled * _OTHER_NUMBER
    mine, theirs = one.beside_codes, other.beside_codes
    if mine == theirs and one.codes == other.codes:
        return max(_ONE_CODE, spelled)
    if not mine or not theirs:
        return max(_CODE_ALONE, min(spelled, _AT_MOST))
    if mine - theirs and theirs - mine:
        return min(_by_spelling(one, other, spelled), _AT_MOST)
    return max(_CODE_AND_MORE, min(spelled, _AT_MOST))


def _is_one_leaf(one: _Meant, other: _Meant) -> bool:
    """Tell whether two items have one name below parents that do not differ: one has none, or its own end."""
    shorter, longer = sorted((one.parent, other.parent), key=len)
    named = any(word.isalpha() for word in one.leaf)
    return named and one.leaf == other.leaf and longer[len(longer) - len(shorter) :] == shorter


def _by_tax(one: _Tax, other: _Tax) -> float | None:
    """Return how likely two values are one tax; None when only their words can tell.

    What is exempt is not zero rated, though both are at 0 %; no country has another's tax, and GST is not PST.
    """
    both_rates = one.rate is not None and other.rate is not None
    if (
        (both_rates and one.rate != other.rate)
        or _differ(one.places, other.places)
        or _differ(one.kinds, other.kinds)
        or _differ(one.names, other.names)
    ):
        return 0.0
    kinds, places = one.kinds & other.kinds, one.places & other.places
    if not kinds and not both_rates:
        return None
    if not kinds and (one.kinds | other.kinds) & _RATES_DO_NOT_TELL:
        return _KIND_ON_ONE_SIDE
    shared = one.rest & other.rest
    if not (shared or kinds or places or (one.named and other.named)):
        return None
    more, less = one.rest - other.rest, other.rest - one.rest
    unsure = more or less or (one.rate == 0 and not kinds)
    return _ONE_RATE if unsure else _ONE_TAX + (_ONE_PLACE_MORE if places else 0)


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other and not one & other)


def _is_within(one: _Meant, other: _Meant) -> bool:
    """Tell whether all words of one value, two at least, are half of another, and none says the opposite."""
    mine, theirs = (
        (one.words, other.words) if len(one.words) <= len(other.words) else (other.words, one.words)
    )
    more = set(theirs) - set(mine)
    letters = [word for word in mine if word.isalpha()]
    return (
        len(letters) > 1
        and sum(map(len, letters)) > 3
        and set(mine) <= set(theirs)
        and len(more) <= len(set(mine))
        and not more & _NEGATIONS
    )


def _seen(one: _Meant, other: _Meant) -> str:
    if one.words == other.words:
        return "the same words"
    if one.country is not None and one.country == other.country:
        return f"both are the country {one.country}"
    if one.days is not None and one.days == other.days:
        return f"both are due after {one.days} days"
    if one.tax and other.tax:
        return _seen_of_tax(one.tax, other.tax)
    if _is_one_leaf(one, other):
        return "the same words after what it belongs to"
    if shared_codes := sorted(one.codes & other.codes):
        return f"both have the code {shared_codes[0]}"
    shared = sorted(one.meanings & other.meanings)
    return f"both mean '{shared[0]}'" if shared else "spelled alike"


def _seen_of_tax(one: _Tax, other: _Tax) -> str:
    told = [f"both are {kind}" for kind in sorted(one.kinds & other.kinds)]
    told += [f"both are of {place}" for place in sorted(one.places & other.places)]
    if one.rate is not None and one.rate == other.rate:
        told.append(f"both are at {one.rate:f} %")
    return ", ".join(told) or "spelled alike"


def _read(value: str, *, of_tax: bool) -> _Meant:
    plain = _ENUMERATION.sub("", value)
    said = words(plain)
    meanings = _meanings().get(said, frozenset())
    above, _, below = plain.rpartition(":")
    codes = [code for code in _CODE.findall(plain) if not _NO_CODE.fullmatch(code)]
    return _Meant(
        text=value,
        words=said,
        meanings=meanings,
        country=_country(plain, said),
        days=_days(plain, said, meanings),
        codes=frozenset(re.sub(r"[^A-Z0-9]", "", code.upper()) for code in codes),
        beside_codes=frozenset(
            words(_CODE.sub(lambda found: " " if found[0] in codes else found[0], plain)) if codes else said
        ),
        numbers=frozenset(word for word in said if word.isdigit()),
        parent=words(above),
        leaf=words(below),
        tax=_tax(plain, said, of_tax=of_tax),
    )


def _tax(value: str, said: Words, *, of_tax: bool) -> _Tax | None:
    """Return what a value says of a tax; None for one that does not speak of any, in a list of something else."""
    percents = _PERCENT.findall(value)
    named = of_tax or not _TAXES.isdisjoint(said)
    if not named and len(percents) != 1 and said not in _tax_phrases(only_there=False):
        return None
    left = words(_PERCENT.sub(" ", value))
    capitals = set(_CAPITALS.findall(value))
    kinds, left = _taken(left, _tax_phrases(only_there=True), capitals)
    places, left = _taken(left, _places(), capitals)
    codes = {code for code in capitals if code in _codes() and code.lower() in left}
    return _Tax(
        rate=Decimal(percents[0].replace(",", ".")).normalize() if len(percents) == 1 else None,
        kinds=kinds,
        places=places | {_codes()[code] for code in codes},
        names=frozenset(_TAX_NAMES[word] for word in said if word in _TAX_NAMES),
        named=named,
        rest=frozenset(left) - {code.lower() for code in codes} - _TAXES - _SAYS_NOTHING,
    )


def _taken(
    said: Words, phrases: Mapping[Words, frozenset[str]], capitals: AbstractSet[str]
) -> tuple[frozenset[str], Words]:
    """Return what the phrases inside a value mean, the longest first, and the words that are left.

    A single letter counts as a capital that stands alone, and nothing counts that is denied.
    """
    found: set[str] = set()
    left: list[str] = []
    at = 0
    while at < len(said):
        for size in range(min(_LONGEST, len(said) - at), 0, -1):
            phrase = said[at : at + size]
            meant = phrases.get(phrase)
            denied = at > 0 and said[at - 1] in _DENIALS
            alone = phrase != (phrase[0][:1],) or phrase[0].upper() in capitals
            if meant and alone and not denied:
                found |= meant
                at += size
                break
        else:
            left.append(said[at])
            at += 1
    return frozenset(found), tuple(left)


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
    return _phrases(part for part in read("values.yaml") if not part.get("only_for"))


@cache
def _tax_phrases(*, only_there: bool) -> Mapping[Words, frozenset[str]]:
    """Return the phrases that mean a kind of tax: those that do so anywhere, or also those that do in a tax's list."""
    return _phrases(
        part
        for part in read("values.yaml")
        if part.get("about") == "tax" and (only_there or not part.get("only_for"))
    )


def _phrases(parts: Iterable[Mapping[str, Any]]) -> Mapping[Words, frozenset[str]]:
    found: dict[Words, set[str]] = {}
    for part in parts:
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
def _places() -> Mapping[Words, frozenset[str]]:
    return {name: frozenset({code}) for name, code in _countries().items()}


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
