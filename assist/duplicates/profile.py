"""What each column is, decided by its values and its name."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from assist.duplicates import normalise
from assist.duplicates.kind import Kind
from assist.duplicates.lexicon import lexicon

_SAMPLE = 2000
_NAMES: Sequence[tuple[str, Kind]] = (
    (r"e ?mail", Kind.EMAIL),
    (r"website|domain|homepage|url", Kind.DOMAIN),
    (r"phone|mobile|\btel\b|telefon|\bfax\b", Kind.PHONE),
    (r"post ?code|postal|\bzip\b|\bplz\b", Kind.POSTCODE),
    (r"(street|house|haus) ?(number|no|nr|nummer)\b", Kind.HOUSE_NUMBER),
    (r"birth ?place|place of|city|town|suburb|locality|\bort\b|municipality|village", Kind.CITY),
    (r"date|\bdob\b|birth|\bborn\b|\byear\b", Kind.DATE),
    (r"street|address|\baddr|road|strasse", Kind.STREET),
    (r"country|state|province|region|county|gender|\bsex\b|currency|category|type|venue", Kind.CATEGORY),
    (r"occupation|profession|job|role|position|industry", Kind.CATEGORY),
    (
        r"company|organi[sz]ation|business|firm|vendor|supplier|employer|customer ?name|account ?name",
        Kind.COMPANY,
    ),
    (r"price|amount|cost|total|balance|salary|revenue", Kind.NUMBER),
    (r"description|notes?\b|comment|abstract|review", Kind.TEXT),
    (r"title|product|authors?|artist|album|song", Kind.TITLE),
    (
        r"given|first|last|sur ?name|surname|family|full ?name|middle|contact|person|maiden|forename",
        Kind.PERSON,
    ),
    (
        r"\b(soc|ssn|sec|vat|tax|registration|reg|duns|ein|id|number|no|isbn|sku|code|model)\b",
        Kind.IDENTIFIER,
    ),
)
_ROW_KEY = re.compile(
    r"^(id|unique id|rec id|record id|row id|index|key|internal ?id|external ?id|uuid|guid)$"
)
_DATE = re.compile(r"^(\d{4}\D\d{1,2}\D\d{1,2}|\d{1,2}\D\d{1,2}\D\d{4}|(18|19|20)\d{6})")
_FEW = 60


def profile(frame: pd.DataFrame, known: Mapping[str, Kind] | None = None) -> dict[str, Kind]:
    """Return the kind of every column; what the caller says about a column is believed."""
    told = dict(known or {})
    return {str(name): told.get(str(name)) or column_kind(str(name), frame[name]) for name in frame.columns}


def column_kind(name: str, column: "pd.Series[Any]") -> Kind:
    """Return what a column holds."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", " ", name).strip().lower()
    present = column.dropna()
    values = normalise.texts(present.sample(min(_SAMPLE, len(present)), random_state=0))
    values = [value.strip() for value in values if value.strip()]
    if not values or _ROW_KEY.match(words) or len(set(values)) == 1:
        return Kind.IGNORED
    by_form = _by_form(values)
    if by_form in {Kind.EMAIL, Kind.DATE}:
        return by_form
    named = next((kind for pattern, kind in _NAMES if re.search(pattern, words)), None)
    return _checked(named, values) if named else by_form or _by_words(values)


def _checked(named: Kind, values: Sequence[str]) -> Kind:
    wordy = float(np.mean([len(value.split()) for value in values]))
    if named is Kind.EMAIL:
        return Kind.IDENTIFIER
    if named is Kind.CATEGORY and len(set(values)) > len(values) // 2:
        return Kind.TITLE if wordy > 2 else Kind.CITY
    if named is Kind.TITLE and wordy < 1.5:
        return Kind.PERSON
    if named is Kind.NUMBER and _share(values, r"\d") < 0.5:
        return _by_words(values)
    return named


def _share(values: Sequence[str], pattern: str) -> float:
    seen = re.compile(pattern)
    return sum(1 for value in values if seen.search(value)) / len(values)


def _by_form(values: Sequence[str]) -> Kind | None:
    half = 0.6
    if _share(values, r"\S@\S+\.\w") > half:
        return Kind.EMAIL
    if _share(values, _DATE.pattern) > half:
        return Kind.DATE
    if _share(values, r"^[+()\d][\d\s().+/-]{6,}$") > half:
        return Kind.PHONE if _share(values, r"[\s()+-]") > 0.3 else Kind.IDENTIFIER
    if _share(values, r"^(https?://|www\.)") > half:
        return Kind.DOMAIN
    return None


def _by_words(values: Sequence[str]) -> Kind:
    plain = normalise.plain(values)
    wordy = float(np.mean([value.count(" ") + 1 for value in plain]))
    if len(set(plain)) < min(_FEW, len(plain) / 4):
        return Kind.CATEGORY
    if _share(plain, r"^[\d ]+$") > 0.8:
        return Kind.NUMBER if _share(values, r"\d[.,]\d") > 0.3 else Kind.IDENTIFIER
    legal = lexicon().legal_forms
    if sum(1 for value in plain if legal.intersection(value.split()[-2:])) > 0.15 * len(plain):
        return Kind.COMPANY
    if _share(plain, r"^\d+[a-z]? \D+|\D+ \d+[a-z]?$") > 0.6:
        return Kind.STREET
    if _share(plain, r"\d") > 0.7:
        return Kind.IDENTIFIER if wordy < 2 else Kind.TITLE
    if wordy > 12:
        return Kind.TEXT
    return Kind.TITLE if wordy > 2.6 else Kind.PERSON
