"""The readings of a value: what is compared, and what finds candidates."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assist.duplicates import normalise
from assist.duplicates.kind import Kind
from assist.duplicates.lexicon import lexicon
from assist.duplicates.normalise import Texts

_NUMBER_IN_STREET = re.compile(r"^(?:(\d+[a-z]?) +(.*)|(.*?) +(\d+[a-z]?))$")
# Both begin with letters and look back afterwards: letters are searched for much faster than places are tried.
_GLUED = re.compile(r"str(?<=[a-z]{3}str)(?:asse|eet)?\b")
_PHRASES = re.compile(
    r" s(?<=\w s)(?:p(?:olka)? z oo| p a| r l| a r l| de rl(?: de cv)?|(?: a|a|ab|api) de cv)\b"
)
_CARE_OF = re.compile(r"\bc/o [^,;\n]*[,;] *", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_EIGHT = re.compile(r"^\d{8}$")
_ISO = re.compile(r"^(\d{4})\D(\d{1,2})\D(\d{1,2})")
_DAY_FIRST = re.compile(r"^(\d{1,2})\D(\d{1,2})\D(\d{4})")
_SITE = re.compile(r"^(?:[a-z]+://)?(?:www\d?\.)?([^/?#:\s]*)")
_LAST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One comparable reading of a column, and coarser forms of it that block.

    Attributes:
        blocks: coarser values by name; two records sharing one may be the same.
    """

    part: str
    kind: Kind
    values: Texts
    blocks: dict[str, Texts] = field(default_factory=dict)


def readings(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    """Return what a column of a kind is compared by."""
    return _READERS.get(kind, _words)(kind, raw)


def _words(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = normalise.by_value(normalise.plain, raw)
    blocks = {"sound": normalise.by_value(normalise.skeleton, values)} if kind is Kind.CITY else {}
    return [Reading(part="", kind=kind, values=values, blocks=blocks)]


def _person(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = normalise.by_value(lambda some: normalise.sorted_words(normalise.plain(some)), raw)
    return [Reading(part="", kind=kind, values=values, blocks={"sound": normalise.skeleton(values)})]


def _company(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    words = normalise.plain(raw)
    words = _without_phrases("\n".join(words)).split("\n") if len(raw) else words
    drop = dict.fromkeys(lexicon().legal_forms | {"and", "the"}, "")
    core = normalise.replaced(words, dict(lexicon().abbreviations) | drop)
    core = [some or all_ for some, all_ in zip(core, words, strict=True)]
    core = normalise.sorted_words(core)
    blocks = {"sound": normalise.skeleton(core), "prefix": [value.replace(" ", "")[:6] for value in core]}
    return [
        Reading(part="", kind=kind, values=core, blocks=blocks),
        Reading(part="branch", kind=Kind.MARKS, values=_marks(core)),
    ]


def _without_phrases(text: str) -> str:
    """Return names without the legal forms that are several words, or a part of one."""
    text = _PHRASES.sub("", text)
    for phrase in lexicon().spelt_out:
        if phrase in text:
            text = f"\n{text}".replace(f" {phrase}", "").replace(f"\n{phrase}", "\n")[1:]
    if not text.isascii():
        for form in lexicon().glued_forms:
            text = text.replace(form, " ")
    return text


def _marks(names: Sequence[str]) -> Texts:
    words = lexicon().branches
    found = [""] * len(names)
    tokens = "\n".join(names).replace("\n", " \n ").split(" ")
    marks = {word for word in set(tokens) if word.isdigit() or word in words}
    if marks:
        ends = [at for at, word in enumerate(tokens) if word == "\n"]
        for at in [at for at, word in enumerate(tokens) if word in marks]:
            row = bisect_left(ends, at)
            found[row] = f"{found[row]} {tokens[at]}" if found[row] else tokens[at]
    return found


def _street(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = normalise.replaced(normalise.plain(_without_care_of(raw)), lexicon().streets)
    values = _GLUED.sub(" street", "\n".join(values)).split("\n") if len(raw) else []
    parted = list(map(_house_apart, values))
    house, street = [one for one, _ in parted], [other for _, other in parted]
    blocks = {"sound": normalise.skeleton(street)}
    whole = [f"{a} {b}" if a and b else "" for a, b in zip(house, blocks["sound"], strict=True)]
    return [
        Reading(part="street", kind=kind, values=street, blocks=blocks),
        Reading(part="house number", kind=Kind.HOUSE_NUMBER, values=house, blocks={"whole": whole}),
    ]


def _without_care_of(raw: Sequence[str]) -> Sequence[str]:
    """Return addresses without whom they are in care of."""
    text = "\n".join(raw)
    return _CARE_OF.sub("", text).split("\n") if _CARE_OF.search(text) else raw


def _house_apart(value: str) -> tuple[str, str]:
    """Return a house number that stands before or after the street, and the street."""
    first, _, rest = value.partition(" ")
    if rest and first.isdecimal():
        return first, rest
    if not _DIGIT.search(value):
        return "", value
    hit = _NUMBER_IN_STREET.match(value)
    return (hit[1] or hit[4], hit[2] or hit[3] or "") if hit else ("", value)


def _squeezed(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = normalise.by_value(_joined, raw)
    blocks = {"start": [value[:3] for value in values]} if kind is Kind.POSTCODE else {}
    return [Reading(part="", kind=kind, values=values, blocks=blocks)]


def _joined(raw: Sequence[str]) -> Texts:
    return [value.replace(" ", "") for value in normalise.plain(raw)]


def _phone(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = [value[-_LAST_DIGITS:] for value in normalise.digits(raw)]
    return [Reading(part="", kind=kind, values=values, blocks={"end": [value[-6:] for value in values]})]


def _email(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = [value.strip() for value in normalise.lowered(raw)] if len(raw) else []
    split = [value.rpartition("@") for value in values]
    local = [one[0].partition("+")[0] if one[1] else "" for one in split]
    free = lexicon().free_mail
    domain = [one[2] if one[1] and one[2] not in free else "" for one in split]
    whole = [f"{a}@{one[2]}" if a else "" for a, one in zip(local, split, strict=True)]
    return [
        Reading(part="", kind=kind, values=whole, blocks={"local": normalise.letters(local)}),
        Reading(part="domain", kind=Kind.DOMAIN, values=domain),
    ]


def _domain(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    """Read `https://www.acme.example/contact` as `acme.example`."""
    return [Reading(part="", kind=kind, values=normalise.by_value(_hosts, raw))]


def _hosts(raw: Sequence[str]) -> Texts:
    lowered = normalise.lowered(raw) if len(raw) else []
    return [hit[1] if (hit := _SITE.match(value.strip())) else "" for value in lowered]


def _date(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    values = list(map(_day, raw))
    blocks = {"year and month": [one[:6] for one in values], "month and day": [one[4:] for one in values]}
    return [Reading(part="", kind=kind, values=values, blocks=blocks)]


def _day(value: str) -> str:
    value = value.strip()
    if hit := _ISO.match(value):
        return f"{hit[1]}{hit[2]:0>2}{hit[3]:0>2}"
    if hit := _DAY_FIRST.match(value):
        return f"{hit[3]}{hit[2]:0>2}{hit[1]:0>2}"
    return value if _EIGHT.match(value) else re.sub(r"\D", "", value)


def _number(kind: Kind, raw: Sequence[str]) -> list[Reading]:
    kept = [re.sub(r"[^\d.]", "", value.replace(",", "")).strip(".") for value in raw]
    return [Reading(part="", kind=kind, values=kept)]


_READERS: dict[Kind, Callable[[Kind, Sequence[str]], list[Reading]]] = {
    Kind.PERSON: _person,
    Kind.COMPANY: _company,
    Kind.STREET: _street,
    Kind.HOUSE_NUMBER: _squeezed,
    Kind.POSTCODE: _squeezed,
    Kind.IDENTIFIER: _squeezed,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.DOMAIN: _domain,
    Kind.DATE: _date,
    Kind.NUMBER: _number,
}
