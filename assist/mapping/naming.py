"""What a field's names say: every reading of id and label as words, contexts, digits, sense and kind."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assist.mapping.catalogue import Catalogue, Field, FieldType, Place
from assist.mapping.kind import Kind, kinds
from assist.mapping.lexicon.book import Lexicon, StandardField, Words, part_of
from assist.text.identifiers import is_custom, is_key

# How much a reading counts when it leaves out something that was written.
WHOLE: Final = 1.0
_CANONICAL: Final = 0.98
_LEAF: Final = 0.96
_WITHOUT_RECORD: Final = 0.97
_WITHOUT_CONTEXT: Final = 0.9
_WITHOUT_ENDING: Final = 0.93
_ALIAS: Final = 0.97
_LEAST_SHARED: Final = 0.8
_FEWEST_FIELDS: Final = 5
_ADDRESSES: Final = frozenset({"bill", "ship"})
_PATH: Final = re.compile(r"\.|->|/|__(?!c$|r$|pc$)|:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """The names of one field, read in every way that may help to recognise it.

    Attributes:
        own: readings of id, label and aliases, each with how much it counts.
        known: what other systems call it, when it is a standard field.
        usual: those of them that nearly always mean it.
        words: all words of id and label.
        digits: numbers in the id ("2" of address2).
        wanted_place: the part of a record that the record's name speaks of.
        core: how much the lexicon knows of it, 0 for nothing.
        opaque: whether no word of the id is known, as in "ASTTY".
    """

    compact_id: str
    compact_label: str
    own: Mapping[Words, float]
    known: Sequence[Words]
    usual: Sequence[Words]
    words: frozenset[str]
    sequence: Words
    contexts: frozenset[str]
    digits: frozenset[str]
    negative: bool
    kinds: frozenset[Kind]
    type: FieldType
    place: Place | None
    wanted_place: Place | None
    core: int
    custom: bool
    opaque: bool
    required: bool


class Reader:
    """Reads the names of a catalogue's fields by a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def read(self, catalogue: Catalogue) -> Sequence[Naming]:
        """Return what each field's names say, in the catalogue's order."""
        shared = _shared_beginnings(catalogue)
        return [self._naming(one, shared.get(one.record, "")) for one in catalogue]

    def _naming(self, one: Field, shared: str) -> Naming:
        id_ = one.label if one.label and is_key(one.id) else one.id[len(shared) :] or one.id
        said, label = self._lexicon.words(id_), self._lexicon.words(one.label)
        known = self._lexicon.find(one.record, one.id, *one.aliases)
        own = self._readings(one, id_, said, label, familiar=known is None)
        everything = said + label
        negative = bool(self._lexicon.negations & set(everything))
        contexts = self._lexicon.contexts_of(said) | self._lexicon.contexts_of(label)
        held = kinds(self._lexicon.canonical(said), self._lexicon.canonical(label), one.type)
        place = known.place if known else (one.place if one.place is not Place.BODY else None)
        if part_of(one.record) is Place.ADDRESS and contexts & _ADDRESSES and Kind.FLAG not in held:
            place = (
                Place.BODY
            )  # the part itself is the bill-to or ship-to address; its own fields do not say so
        return Naming(
            compact_id="".join(said),
            compact_label="".join(label) or "".join(said),
            own=own,
            known=known.phrases if known else (),
            usual=known.usual if known and known.id == one.id.lower() else (),
            words=frozenset(everything) | frozenset(self._lexicon.canonical(said)),
            sequence=said,
            contexts=contexts,
            digits=frozenset(word for word in everything if word.isdigit()),
            negative=negative,
            kinds=held,
            type=one.type,
            place=place,
            wanted_place=part_of(one.record) or _place_of(self._lexicon.words(one.record)),
            core=_core(known, one.id),
            custom=is_custom(one.id),
            opaque=self._opaque(said),
            required=one.required,
        )

    def _readings(
        self, one: Field, id_: str, said: Words, label: Words, *, familiar: bool
    ) -> Mapping[Words, float]:
        """Return the readings; `familiar` fields may name their record in any of its usual words."""
        found: dict[Words, float] = {}

        def add(words: Words, weight: float) -> None:
            if words and found.get(words, 0) < weight:
                found[words] = weight

        record = one.record.lower().partition(".")[0]
        for words in self._paths(id_, said, label):
            for reading, weight in self._shorter(record, *words, familiar=familiar):
                add(reading, weight)
                add(self._lexicon.canonical(reading), weight * _CANONICAL)
        for alias in one.aliases:
            add(self._lexicon.words(alias), _ALIAS)
        return found

    def _paths(self, id_: str, said: Words, label: Words) -> Iterable[tuple[Words, float]]:
        yield said, WHOLE
        if label:
            yield label, WHOLE
        parts = [part for part in _PATH.split(id_) if part]
        if len(parts) > 1:
            yield self._lexicon.words(parts[-1]), _LEAF
            yield self._lexicon.words(" ".join(parts[-2:])), _LEAF

    def _shorter(
        self, record: str, words: Words, weight: float, *, familiar: bool
    ) -> Iterable[tuple[Words, float]]:
        yield words, weight
        bare = self._without_own_record(record, words, familiar=familiar)
        yield bare, weight * _WITHOUT_RECORD
        yield self._lexicon.without_ending(words), weight * _WITHOUT_ENDING
        yield self._lexicon.without_ending(bare), weight * _WITHOUT_RECORD * _WITHOUT_ENDING
        plain = self._lexicon.without_contexts(words)
        yield plain, weight * _WITHOUT_CONTEXT
        bare = self._without_own_record(record, plain, familiar=familiar)
        yield bare, weight * _WITHOUT_CONTEXT * _WITHOUT_RECORD

    def _without_own_record(self, record: str, words: Words, *, familiar: bool) -> Words:
        """Return words without the record's own name: `customerNumber` of "Customers" is its number."""
        said = self._lexicon.words(record)
        for key in (record, *said, "".join(said)) if familiar else ():
            bare = self._lexicon.without_record(key, words)
            if bare != words:
                return bare
        for word in said:
            if words[:1] == (word,) and len(words) > 1:
                return words[1:]
        return words

    def _opaque(self, said: Words) -> bool:
        letters = [word for word in said if not word.isdigit()]
        strange = sum(len(word) for word in letters if word not in self._lexicon.vocabulary)
        return strange * 2 > sum(map(len, letters))


def _core(known: StandardField | None, id_: str) -> int:
    """Return how much is known of a field; less under an id that is not its usual one."""
    if known is None:
        return 0
    return len(known.phrases) + 1 if known.id == id_.lower() else 1


def _place_of(record: Words) -> Place | None:
    if "line" in record:
        return Place.LINE
    return Place.ADDRESS if "address" in record else None


def _shared_beginnings(catalogue: Catalogue) -> Mapping[str, str]:
    """Return for each record the `prefix_` that most of its ids share, as database columns often do."""
    by_record: dict[str, list[str]] = {}
    for one in catalogue:
        by_record.setdefault(one.record, []).append(one.id)
    shared: dict[str, str] = {}
    for record, ids in by_record.items():
        starts = Counter(id_.split("_", 1)[0] + "_" for id_ in ids if "_" in id_.strip("_"))
        if starts and len(ids) >= _FEWEST_FIELDS:
            start, count = starts.most_common(1)[0]
            if count >= _LEAST_SHARED * len(ids):
                shared[record] = start
    return shared
