"""The lexicon read from its files, normalised once, and asked by records and words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from assist.mapping.catalogue import Place
from assist.text.identifiers import abbreviations, split, words

Words = tuple[str, ...]
_LONGEST_PHRASE: Final = 6
_LONGEST_CONTEXT: Final = 4
_MOST_READ: Final = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class StandardField:
    """What the lexicon knows of one standard field of one kind of record.

    Attributes:
        also: its other identifiers.
        phrases: what other systems call it, as words.
        usual: those of them that other fields answer to as well but that nearly always mean this one.
    """

    record: str
    id: str
    place: Place
    also: Sequence[str] = ()
    phrases: Sequence[Words] = ()
    usual: Sequence[Words] = ()


@dataclass(kw_only=True)
class Lexicon:
    """Words, phrases, contexts and standard fields."""

    vocabulary: frozenset[str]
    meanings: Mapping[str, Sequence[Words]]
    contexts: Mapping[Words, str]
    opposites: Mapping[Words, Words]
    negations: frozenset[str]
    weak: frozenset[str]
    endings: Sequence[Words]
    record_words: Mapping[str, Sequence[Words]]
    standard: Mapping[tuple[str, str], Sequence[StandardField]]
    _one_meaning: dict[Words, Words] = field(init=False, repr=False)
    _read: dict[str, Words] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        owners: dict[Words, set[str]] = defaultdict(set)
        for meaning, phrases in self.meanings.items():
            for phrase in phrases:
                owners[phrase].add(meaning)
        self._one_meaning = {
            phrase: self.meanings[next(iter(of))][0] for phrase, of in owners.items() if len(of) == 1
        }

    def words(self, name: str) -> Words:
        """Return a name's words, those written together taken apart."""
        found = self._read.get(name)
        if found is None:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            found = self._read[name] = words(name, self.vocabulary)
        return found

    def canonical(self, said: Words) -> Words:
        """Return words in which each phrase of one meaning is replaced by that meaning's own words.

        A single word that stands for several is only replaced when it is all that is said: "shipping" alone is
        its cost, in "shipping tax" it is not.
        """
        out: list[str] = []
        start = 0
        while start < len(said):
            for length in range(min(_LONGEST_PHRASE, len(said) - start), 0, -1):
                meant = self._one_meaning.get(said[start : start + length])
                if meant is not None and (length > 1 or len(meant) == 1 or len(said) == 1):
                    out += meant
                    start += length
                    break
            else:
                out.append(said[start])
                start += 1
        return tuple(out)

    def contexts_of(self, said: Words) -> frozenset[str]:
        """Return the contexts that words speak of: bill, ship, home, ..."""
        return frozenset(self.contexts[said[start:end]] for start, end in self._context_spans(said))

    def without_contexts(self, said: Words) -> Words:
        """Return words without those that only say a context."""
        spoken = {at for start, end in self._context_spans(said) for at in range(start, end)}
        return tuple(word for at, word in enumerate(said) if at not in spoken)

    def _context_spans(self, said: Words) -> list[tuple[int, int]]:
        return [
            (start, end)
            for start in range(len(said))
            for end in range(start + 1, min(start + _LONGEST_CONTEXT, len(said)) + 1)
            if said[start:end] in self.contexts
        ]

    def without_record(self, record: str, said: Words) -> Words:
        """Return words without a leading name of the record itself."""
        for phrase in self.record_words.get(record, ()):
            if said[: len(phrase)] == phrase and len(said) > len(phrase):
                return said[len(phrase) :]
        return said

    def without_ending(self, said: Words) -> Words:
        """Return words without an ending that only marks a reference to another record."""
        for ending in self.endings:
            if len(said) > len(ending) and said[-len(ending) :] == ending:
                return said[: -len(ending)]
        return said

    def find(self, record: str, *names: str) -> StandardField | None:
        """Return the standard field that a record's field id is, in whatever style it is written.

        A part of a record ("salesorder.item", "salesorder.address") is looked up as that part first.
        """
        base, _, part = record.lower().partition(".")
        wanted = _PARTS.get(part)
        for name in names:
            for holder in (base, *_STANDS_FOR.get(wanted or Place.BODY, ())):
                found = self.standard.get((holder, name.lower()))
                if found:
                    return min(found, key=lambda one: one.place is not wanted)
        return None


# The part of a record that follows the dot in `Field.record`.
_PARTS: Final = {
    "item": Place.LINE,
    "line": Place.LINE,
    "lines": Place.LINE,
    "items": Place.LINE,
    "address": Place.ADDRESS,
    "addressbook": Place.ADDRESS,
}
# An address has the same fields wherever it stands.
_STANDS_FOR: Final[Mapping[Place, Sequence[str]]] = {Place.ADDRESS: ("customer",)}


def part_of(record: str) -> Place | None:
    """Return which part of a record a name such as "salesorder.item" speaks of; None for the whole record."""
    return _PARTS.get(record.lower().partition(".")[2])


def read(name: str) -> Any:
    """Return the content of one of the lexicon's files."""
    text = resources.files("assist.mapping.lexicon").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes text of every scalar: `no`, `1`


@cache
def load() -> Lexicon:
    """Return the shipped lexicon."""
    meanings = {key: value for part in read("phrases.yaml") for key, value in part["meanings"].items()}
    contexts, standard = read("contexts.yaml"), read("netsuite.yaml")
    vocabulary = _vocabulary(meanings, contexts, standard)

    def said(phrases: Iterable[str]) -> list[Words]:
        return list(dict.fromkeys(w for phrase in phrases if (w := words(phrase, vocabulary))))

    by_meaning = {key: said([key, *phrases]) for key, phrases in meanings.items()}
    return Lexicon(
        vocabulary=vocabulary,
        meanings=by_meaning,
        contexts={phrase: key for key, values in contexts["contexts"].items() for phrase in said(values)},
        opposites=_opposites(contexts["opposites"], vocabulary),
        negations=frozenset(contexts["negations"]),
        weak=frozenset(word for phrase in said(contexts["weak"]) for word in phrase),
        endings=sorted(said(contexts["reference_endings"]), key=len, reverse=True),
        record_words={
            key: sorted(said(values), key=len, reverse=True) for key, values in contexts["records"].items()
        },
        standard=_standard(standard, by_meaning, vocabulary),
    )


def _vocabulary(meanings: Mapping[str, Sequence[str]], contexts: Any, standard: Any) -> frozenset[str]:
    """Return the words of two letters and more that identifiers may run together."""
    said = [*meanings, *(p for phrases in meanings.values() for p in phrases if " " in p or len(p) < 9)]
    said += [p for values in contexts["contexts"].values() for p in values]
    said += [p for values in contexts["records"].values() for p in values]
    said += [p for group in standard for one in group["fields"].values() for p in one.get("known_as", ())]
    plain = {part for phrase in said for part in split(phrase)} - _RUN_TOGETHER
    short = {word for word in abbreviations() if len(word) > 2 or word in _TWO_LETTERS}
    return frozenset(w for w in plain | short if w.isalpha() and (len(w) > 2 or w in _TWO_LETTERS))


_TWO_LETTERS: Final = frozenset("id no to at on in is po of by co qa".split())
# Compounds that are themselves written together in the lexicon, so that they are still taken apart.
_RUN_TOGETHER: Final = frozenset(
    "companyname phonenumber emailaddress postalcode firstname lastname givenname familyname addressline "
    "unitprice totalprice createdate closedate jobtitle dealname salestax stateprovince internalid "
    "currencycode modelno plan via good make part cap use one ort pos sex pan coo rep".split()
) - {"part", "make", "rep", "via"}


def _opposites(pairs: Sequence[Sequence[str]], vocabulary: frozenset[str]) -> Mapping[Words, Words]:
    both = [tuple(words(phrase, vocabulary) for phrase in pair) for pair in pairs]
    return {one: other for a, b in both for one, other in ((a, b), (b, a))}


def _standard(
    groups: Sequence[Any], meanings: Mapping[str, Sequence[Words]], vocabulary: frozenset[str]
) -> Mapping[tuple[str, str], Sequence[StandardField]]:
    found: dict[tuple[str, str], dict[Place, StandardField]] = defaultdict(dict)
    for group in groups:
        place = Place(group.get("place", "body"))
        for id_, told in group["fields"].items():
            phrases = [words(phrase, vocabulary) for phrase in told.get("known_as", ())]
            phrases += [phrase for meaning in told.get("means", ()) for phrase in meanings[meaning]]
            usual = [words(phrase, vocabulary) for phrase in told.get("usually", ())]
            for record in group["records"]:
                one = StandardField(
                    record=record,
                    id=id_,
                    place=place,
                    also=told.get("also", ()),
                    phrases=phrases,
                    usual=usual,
                )
                found[record, id_][place] = _joined(found[record, id_].get(place), one)
    for one in [one for places in found.values() for one in places.values()]:
        for name in one.also:
            found[one.record, name.lower()].setdefault(one.place, one)
    return {key: list(places.values()) for key, places in found.items()}


def _joined(old: StandardField | None, one: StandardField) -> StandardField:
    """Return what several groups of the file tell of one field."""
    before = old or replace(one, also=(), phrases=(), usual=())
    return replace(
        one,
        also=tuple(dict.fromkeys([*before.also, *one.also])),
        phrases=tuple(dict.fromkeys([*before.phrases, *one.phrases, *one.usual])),
        usual=tuple(dict.fromkeys([*before.usual, *one.usual])),
    )
