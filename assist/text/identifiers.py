"""Identifiers and labels as lists of plain words: `custbody_shipToAddr1` becomes ship, to, address, 1."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import yaml

# NetSuite script ids say where a custom field stands; Salesforce marks custom fields by an ending,
# Odoo Studio, Zoho and others by a beginning. None of it is part of the name.
# Sources: SuiteAnswers "Custom Field IDs"; Salesforce Object Reference "Custom Fields"; read 2026-11.
_CUSTOM_BEGINNING: Final = re.compile(
    r"^(?:cust(?:body|entity|item|col|record|event|list|page|tmp|itemnumber)\d*_+|custom[_ ]?fields?[._ ]+|"
    r"custom_attributes?[._ ]+|cf[_.]|x_studio_|x_|udf_|ud_|c_(?=[a-z]{3}))",
    re.IGNORECASE,
)
_CUSTOM_ENDING: Final = re.compile(r"__(?:c|pc|r)$", re.IGNORECASE)
# Streak numbers a pipeline's fields; Pipedrive names a custom field by a hash.
_KEY: Final = re.compile(r"[\W\d_]*|(?=.*\d)[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W_]+|#")
_SHORT_FORM: Final = re.compile(r"\b([A-Za-z])\.\s?([A-Za-z])\.(?:\s?([A-Za-z])\.)?")
_LONGEST: Final = 60
_TOO_LONG: Final = 400
_STAYS: Final = frozenset(
    "address status class business access process gross less terms tax is has was as ups fedex series news sms "
    "gps analysis basis bonus campus cross loss pass plus previous us usps various dhl bus gas address vies os"
    " sales goods this its yes cvs avs ios".split()
)


@cache
def abbreviations() -> MappingProxyType[str, tuple[str, ...]]:
    """Return the short forms we know, each with the words it stands for."""
    text = resources.files("assist.text").joinpath("abbreviations.yaml").read_text(encoding="utf-8")
    read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes text of every scalar, `no` included
    return MappingProxyType({short: tuple(long.split()) for short, long in read.items()})


def is_custom(name: str) -> bool:
    """Tell whether an identifier carries a vendor's mark of a custom field."""
    return bool(_CUSTOM_BEGINNING.match(name) or _CUSTOM_ENDING.search(name))


def is_key(name: str) -> bool:
    """Tell whether an identifier is a bare key that says nothing: a number, or a hash ("1001", "dcf558aac1ae4e8c")."""
    return bool(_KEY.fullmatch(name))


def without_custom_mark(name: str) -> str:
    """Return an identifier without a vendor's mark of a custom field."""
    bare = _CUSTOM_ENDING.sub("", _CUSTOM_BEGINNING.sub("", name))
    return bare or name


def split(name: str) -> tuple[str, ...]:
    """Return the lower-case words of an identifier or label, accents removed, as they are written."""
    plain = unicodedata.normalize("NFKD", name[:_TOO_LONG])
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = _SHORT_FORM.sub(lambda m: "".join(part or "" for part in m.groups()) + " ", plain)
    plain = plain.replace("'s ", " ").replace("\u2019s ", " ")
    spaced = _DIGITS.sub(" ", _CAMEL.sub(" ", plain.replace("ß", "ss")))
    return tuple(word.lower() for word in _WORD.findall(spaced))


def singular(word: str) -> str:
    """Return an English word's singular by the regular rules; names of one number stay."""
    if len(word) < 4 or word in _STAYS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def segment(word: str, vocabulary: AbstractSet[str]) -> tuple[str, ...]:
    """Return the words that were written together, or the word itself when it is not wholly made of known ones.

    The fewest and longest words win, by dynamic programming over the places where a word may end.
    """
    if len(word) < 4 or len(word) > _LONGEST or word in vocabulary or not word.isalpha():
        return (word,)
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before = best[start]
            part = word[start:end]
            if before is None or part not in vocabulary:
                continue
            cost = before[0] + 1 + 2.5 / len(part) ** 2
            current = best[end]
            if current is None or cost < current[0]:
                best[end] = (cost, (*before[1], part))
    found = best[-1]
    if found is None or any(len(part) == 1 for part in found[1]):
        return (word,)
    return found[1] if found[0] <= max(3.2, len(word) / 2) else (word,)


def words(name: str, vocabulary: AbstractSet[str] = frozenset()) -> tuple[str, ...]:
    """Return a name's words in one form: marks of custom fields gone, short forms spelled out, singular.

    Args:
        vocabulary: words that may be written together in identifiers ("shiptozip").
    """
    out: list[str] = []
    short = abbreviations()
    for written in split(without_custom_mark(name)):
        for part in segment(written, vocabulary):
            out += short.get(part, (singular(part),))
    return tuple(out)
