"""Suggestions for addresses that stand in several fields: "Billing street", "Billing city", put together by one rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon.book import load
from assist.mapping.memory import Memory
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Candidate, Reason, Suggestion, band

FieldKey = tuple[str, str]

_STREET, _CITY, _STATE, _ZIP, _COUNTRY = "street", "city", "state", "zip", "country"
# The parts of an address in the order in which it is written, each with the ids that NetSuite's searches have for it.
_ORDER: Final = (_STREET, "line 2", "line 3", _CITY, _STATE, _ZIP, _COUNTRY)
_IDS: Final[Mapping[str, Sequence[str]]] = {
    "customer": "address1 address2 address3 city state zipcode country".split(),
    "bill": "billaddress1 billaddress2 billaddress3 billcity billstate billzip billcountry".split(),
    "ship": "shipaddress1 shipaddress2 shipaddress3 shipcity shipstate shipzip shipcountry".split(),
}
_RECORDS: Final = {"customer": "customer", "bill": "salesorder", "ship": "salesorder"}
_PART_OF: Final[Mapping[FieldKey, str]] = {
    (_RECORDS[whose], id_): part for whose, ids in _IDS.items() for part, id_ in zip(_ORDER, ids, strict=True)
}
# The address that fields are parts of, by the context that their names speak of; the customer's when they speak of none.
_ADDRESSES: Final[Mapping[str, FieldKey]] = {
    "customer": ("customer", "defaultaddress"),
    "bill": ("salesorder", "billaddress"),
    "ship": ("salesorder", "shipaddress"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A field that is a part of an address.

    Attributes:
        probability: that it is this part, of whichever address: which one it is, its name says.
    """

    suggestion: Suggestion
    probability: float


Parts = Mapping[str, _Part]
"""The fields that are the parts of one address."""


@dataclass(frozen=True, kw_only=True)
class AddressParts:
    """Finds fields that are parts of one address.

    Attributes:
        sources: the fields that may be suggested.
        targets: the fields of NetSuite that nothing fills.
    """

    suggester: Suggester
    sources: Catalogue
    targets: Catalogue
    memory: Memory

    def suggestions(self) -> list[Suggestion]:
        """Return a suggestion for each address that has a street and a city or postal code.

        Of a lone part nothing is said: no rule of a mapping could write it.
        """
        open_ = {one.key: one for one in self.targets if one.key in _ADDRESSES.values()}
        return [
            _together(open_[key], parts)
            for key, parts in self._found().items()
            if key in open_
            and _is_whole(parts)
            and not self._turned_down(parts[_STREET].suggestion.source, open_[key])
        ]

    def _found(self) -> Mapping[FieldKey, Parts]:
        """Return the parts of each address: a field is one when nothing else of NetSuite's is likelier."""
        parts = [field for record, id_ in _PART_OF if (field := standard.target(record).find(record, id_))]
        everything = Catalogue(system=self.targets.system, fields=[*self.targets, *parts])
        found: dict[FieldKey, dict[str, _Part]] = {}
        for one in self.suggester.suggest(self.sources, everything, memory=self.memory):
            name, probability = _likeliest_part(one)
            if name:
                part = _Part(suggestion=one, probability=probability)
                of = found.setdefault(_ADDRESSES[_context(one.source)], {})
                of[name] = max(of.get(name, part), part, key=lambda each: each.probability)
        return found

    def _turned_down(self, source: Field, target: Field) -> bool:
        return any(
            one.accepted is False
            and (one.source_record, one.source_field) == source.key
            and (one.target_record, one.target_field) == target.key
            for one in self.memory.decisions
        )


def _likeliest_part(one: Suggestion) -> tuple[str, float]:
    """Return the part of an address that a field is, and how likely; "" when something else is likelier.

    The same part of three addresses is one answer here: a name that fits all of them is no weaker for that.
    """
    chances: dict[str, float] = {"": SuggesterSettings().review_from}
    for candidate in one.candidates:
        part, before = _PART_OF.get(candidate.target.key), chances[""]
        if part is None:
            chances[""] = max(before, candidate.probability)
        else:
            chances[part] = chances.get(part, 0.0) + candidate.probability
    likeliest = max(chances, key=lambda name: chances[name])
    return likeliest, min(chances[likeliest], 1.0)


def _context(source: Field) -> str:
    lexicon = load()
    spoken = {"bill", "ship"} & lexicon.contexts_of(lexicon.words(source.title))
    return next(iter(spoken)) if len(spoken) == 1 else "customer"


def _is_whole(parts: Parts) -> bool:
    return _STREET in parts and (_CITY in parts or _ZIP in parts)


def _together(target: Field, parts: Parts) -> Suggestion:
    ordered = [parts[part] for part in _ORDER if part in parts]
    probability = min(one.probability for one in ordered)  # all of them have to be right
    names = ", ".join(f"'{one.suggestion.source.title}'" for one in ordered)
    untold = "no field names the country; the form of the address has to tell it"
    chosen = Candidate(
        target=target,
        probability=probability,
        reasons=(Reason(compared="parts", seen=f"{names} are the parts of one address", weight=0.0),),
        warnings=() if _COUNTRY in parts else (untold,),
    )
    return replace(
        parts[_STREET].suggestion,
        chosen=chosen,
        candidates=(chosen,),  # what the street alone could be is no place that a mapping fills
        band=band(probability, SuggesterSettings()),
        parts=tuple(one.suggestion.source for one in ordered),
    )
