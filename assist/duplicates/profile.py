"""What each column is, decided by its values and its heading."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from assist.duplicates import normalise
from assist.duplicates.headings import is_bookkeeping, is_register_number, kind_said, words_of
from assist.duplicates.kind import Kind
from assist.duplicates.lexicon import lexicon

_SAMPLE = 2000
_FEW = 60
_MOSTLY = 0.6
_DATE = re.compile(
    r"^(\d{4}\D\d{1,2}\D\d{1,2}|\d{1,2}\D\d{1,2}\D\d{4}|(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\b)"
)
_EMAIL = re.compile(r"\S@\S+\.\w")
_PHONE = re.compile(r"^[+()\d][\d\s().+/-]{6,}$")
_SITE = re.compile(r"^((https?://|www\.)|([a-z\d-]+\.)+[a-z]{2,}(/\S*)?$)", re.IGNORECASE)
_ZIP = re.compile(r"^\d{5}(-\d{4})?$")
_POSTCODE = re.compile(
    r"^(\d{4} ?[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})$", re.IGNORECASE
)
_VAT = re.compile(
    r"^(AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)[ -]?\w?(\d[ .-]?){7,12}\w{0,3}$"
)
_KEY = re.compile(r"^(?=.*\d)\S+$")
_PARTED = re.compile(r"[\s()+-]")
_ALL_DIGITS, _DECIMAL = re.compile(r"^[\d ]+$"), re.compile(r"\d[.,]\d")
_HOUSE_AND_STREET = re.compile(r"^\d+[a-z]? \D+|\D+ \d+[a-z]?$")
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_WORDED = {Kind.PERSON, Kind.COMPANY, Kind.CITY, Kind.STREET, Kind.TITLE, Kind.TEXT}
_DIGITS_IN: Mapping[Kind, float] = {
    Kind.NUMBER: 0.5,
    Kind.PHONE: 0.5,
    Kind.DATE: 0.5,
    Kind.POSTCODE: 0.1,
    Kind.HOUSE_NUMBER: 0.1,
}
"""So large a part of the values has a digit, at least, if the heading is right."""


def profile(frame: pd.DataFrame, known: Mapping[str, Kind] | None = None) -> dict[str, Kind]:
    """Return the kind of every column; what the caller says about a column is believed."""
    told = dict(known or {})
    return {str(name): told.get(str(name)) or column_kind(str(name), frame[name]) for name in frame.columns}


def column_kind(name: str, column: "pd.Series[Any]") -> Kind:
    """Return what a column holds; what says nothing of who somebody is, is ignored."""
    words = words_of(name)
    present = column.dropna()
    values = normalise.texts(present.sample(min(_SAMPLE, len(present)), random_state=0))
    values = [value.strip() for value in values if value.strip()]
    if is_bookkeeping(words) or len(set(values)) < 2:
        return Kind.IGNORED
    kind = _kind(words, values)
    registered = is_register_number(words) or _share(values, _VAT) > _MOSTLY
    if kind is Kind.IDENTIFIER and not registered and _never_repeats(present):
        return Kind.IGNORED  # a key of this table: two records of one customer have two
    return kind


def _kind(words: str, values: Sequence[str]) -> Kind:
    by_form = _by_form(values)
    if by_form in {Kind.EMAIL, Kind.DATE}:
        return by_form
    named = kind_said(words) or (Kind.IDENTIFIER if is_register_number(words) else None)
    return _checked(named, by_form, values) if named else by_form or _by_words(values)


def _never_repeats(column: "pd.Series[Any]") -> bool:
    if not column.is_unique:
        return False
    squeezed = [value.replace(" ", "") for value in normalise.plain(normalise.texts(column))]
    there = [value for value in squeezed if value]
    return len(set(there)) == len(there)


def _checked(named: Kind, by_form: Kind | None, values: Sequence[str]) -> Kind:
    """Return what the heading says unless the values are nothing of the kind."""
    wordy = float(np.mean([len(value.split()) for value in values]))
    if named is Kind.EMAIL:
        return Kind.IDENTIFIER
    if named is Kind.CATEGORY and len(set(values)) > len(values) // 2:
        return Kind.TITLE if wordy > 2 else Kind.CITY
    if named in _WORDED and (by_form or _share(values, _LETTER) < 0.5):
        return by_form or _by_words(values)
    if named in {Kind.COMPANY, Kind.PERSON} and _share(values, _KEY) > 0.8:
        return Kind.IDENTIFIER
    if named is Kind.TITLE and wordy < 1.5:
        return _by_words(values)  # a job's, as a rule, or that of a person
    digits = _share(values, _DIGIT)
    if digits < _DIGITS_IN.get(named, 0) or (named is Kind.IDENTIFIER and digits < 0.5 and wordy > 1.5):
        return _by_words(values)
    return named


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for value in values if pattern.search(value)) / len(values)


def _by_form(values: Sequence[str]) -> Kind | None:
    """Return what most values have the form of, if that is one that hardly anything else has."""
    if _share(values, _EMAIL) > _MOSTLY:
        return Kind.EMAIL
    if _share(values, _DATE) > _MOSTLY:
        return Kind.DATE
    if _share(values, _POSTCODE) > _MOSTLY:
        return Kind.POSTCODE
    if _share(values, _ZIP) > _MOSTLY and len(set(values)) < len(values):
        return Kind.POSTCODE
    if _share(values, _PHONE) > _MOSTLY:
        return Kind.PHONE if _share(values, _PARTED) > 0.3 else Kind.IDENTIFIER
    return Kind.DOMAIN if _share(values, _SITE) > _MOSTLY else None


def _by_words(values: Sequence[str]) -> Kind:
    plain = normalise.plain(values)
    wordy = float(np.mean([value.count(" ") + 1 for value in plain]))
    if len(set(plain)) < min(_FEW, len(plain) / 4):
        return Kind.CATEGORY
    if _share(plain, _ALL_DIGITS) > 0.8:
        return Kind.NUMBER if _share(values, _DECIMAL) > 0.3 else Kind.IDENTIFIER
    if _share(values, _KEY) > 0.8:
        return Kind.IDENTIFIER
    legal = lexicon().legal_forms
    if sum(1 for value in plain if legal.intersection(value.split()[-2:])) > 0.15 * len(plain):
        return Kind.COMPANY
    if _share(plain, _HOUSE_AND_STREET) > _MOSTLY:
        return Kind.STREET
    if _share(plain, _DIGIT) > 0.7:
        return Kind.IDENTIFIER if wordy < 2 else Kind.TITLE
    if wordy > 12:
        return Kind.TEXT
    return Kind.TITLE if wordy > 2.6 else Kind.PERSON
