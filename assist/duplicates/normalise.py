"""Text as plain words: lower case, no accents, no punctuation; whole columns at a time.

A column is joined into one text and cleaned by a handful of passes in C, which is some ten times
faster than cleaning value by value.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates.lexicon import lexicon

Texts = list[str]
_PUNCTUATION = {code: " " for code in range(33, 128) if not chr(code).isalnum()} | {39: "", 96: ""}
_PUNCTUATION[ord("&")] = " and "
_LETTER_DOTS = re.compile(
    r"\.(?<=\b[^\W\d_]\.) ?(?=[^\W\d_]\b)"
)  # begins with the dot, which is quickly found
_MARKS = re.compile("[\u0300-\u036f]+")
_OTHER = re.compile(r"[^\w\n ]+|_+")
_SLASHED = {" a/s": " as", " s/a": " sa", " d/b/a ": " dba "}
_SPACES = re.compile(r" {2,}")
_EDGES = re.compile(r" ?\n ?")
_SPACE, _NEWLINE = 32, 10
_FEW = 1000  # values for which one call costs more than what it saves
_TABLE = bytes(
    code if (chr(code).isalnum() and code < 128) or code == _NEWLINE else _SPACE for code in range(256)
)
_NOT_DIGITS = bytes(code for code in range(256) if code != _NEWLINE and not 48 <= code <= 57)
_NOT_LETTERS = bytes(
    code for code in range(256) if (code != _NEWLINE and not chr(code).isalnum()) or code > 127
)
_HEARD, _WRITTEN = "ckqszxgjdtbpvfmn", "cccssscgttbbffnn"
_SOUNDS = bytes.maketrans(_HEARD.encode(), _WRITTEN.encode())
_DOUBLED = re.compile(r"([a-z])\1+")
_MISSING_WORDS = frozenset(
    spelt
    for word in ("nan", "none", "null", "n/a", "na", "-", "--", "<na>", "nat", "unknown", "?")
    for spelt in (word, word.upper(), word.title(), word.replace("na", "Na"), word.replace("nan", "NaN"))
) | {"NaT", "N/a", "<Na>"}


def texts(column: "pd.Series[Any]") -> Texts:
    """Return a column as strings on one line each; what is missing is the empty string."""
    if pd.api.types.is_float_dtype(column.dtype):
        return [_of_number(value) for value in column.to_numpy(float, na_value=np.nan).tolist()]
    values = column.astype(object).where(column.notna(), "").tolist()
    words = list(map(str, values))
    joined = "\n".join(words)
    if joined.count("\n") != len(words) - 1 or "\r" in joined:
        words = [" ".join(word.split()) for word in words]
    return ["" if word in _MISSING_WORDS else word for word in words]


def _of_number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def lowered(values: Sequence[str]) -> Texts:
    """Return the values in lower case and in Latin letters without accents."""
    text = "\n".join(values)
    if text.isascii():
        return text.lower().split("\n")
    found = text.split("\n")
    foreign = [at for at, value in enumerate(found) if not value.isascii()]
    others = [found[at] for at in foreign]
    for at in foreign:
        found[at] = ""
    found = "\n".join(found).lower().split("\n")  # letters of ASCII alone are lowered ten times as fast
    text = unicodedata.normalize("NFKD", "\n".join(others).lower().casefold())
    # Composed again: what NFKD takes apart beside accents are syllables and voiced signs, and half a letter is none.
    text = unicodedata.normalize("NFC", _MARKS.sub("", text)).translate(dict(lexicon().letters))
    for at, value in zip(foreign, text.split("\n"), strict=True):
        found[at] = value
    return found


def plain(values: Sequence[str]) -> Texts:
    """Return words only: lower case, without accents and punctuation, `L.L.C.` as `llc`."""
    if not len(values):
        return []
    found = lowered(values)
    text = "\n".join(found)
    if text.isascii():
        return _plain_ascii(text)
    foreign = [at for at, value in enumerate(found) if not value.isascii()]
    others = [found[at] for at in foreign]
    for at in foreign:
        found[at] = ""
    found = _plain_ascii("\n".join(found))
    for at, value in zip(foreign, _plain_foreign("\n".join(others)), strict=True):
        found[at] = value
    return found


def _plain_ascii(text: str) -> Texts:
    text = _abbreviated(text)
    letters = text.encode().replace(b"&", b" and ").translate(_TABLE, b"'`")
    return trimmed(letters)


def _abbreviated(text: str) -> str:
    """Return a text in which `s. a.` and `s.a.` are `sa`, and `a/s` is `as`."""
    if "." in text:
        text = _LETTER_DOTS.sub("", text)
    if "/" in text:
        for slashed, short in _SLASHED.items():
            text = text.replace(slashed, short)
    return text


def trimmed(letters: bytes) -> Texts:
    """Return the lines of a text in ASCII without needless blanks, found in one pass over its bytes."""
    code = np.frombuffer(letters, np.uint8)
    blank = code == _SPACE
    opening = np.concatenate(([True], blank[:-1] | (code[:-1] == _NEWLINE)))[: len(code)]
    kept = code[~(blank & opening)]
    ends = np.append(kept[1:], _NEWLINE) == _NEWLINE if len(kept) else np.zeros(0, bool)
    left: bytes = kept[~((kept == _SPACE) & ends)].tobytes()
    return left.decode().split("\n")


def _plain_foreign(text: str) -> Texts:
    text = _abbreviated(text).translate(_PUNCTUATION)
    return lines(_OTHER.sub(" ", text))


def lines(text: str) -> Texts:
    """Return the lines of a text without needless blanks."""
    if text.isascii():
        return trimmed(text.encode())
    return _EDGES.sub("\n", _SPACES.sub(" ", text)).strip(" ").split("\n")


def replaced(values: Sequence[str], words: Mapping[str, str]) -> Texts:
    """Return the values with whole words replaced."""
    tokens = "\n".join(values).replace("\n", " \n ").split(" ")
    return lines(" ".join(map(words.get, tokens, tokens)))


def digits(values: Sequence[str]) -> Texts:
    """Return the digits of each value."""
    text = "\n".join(values).encode("ascii", "ignore")
    return text.translate(None, _NOT_DIGITS).decode().split("\n") if len(values) else []


def letters(values: Sequence[str]) -> Texts:
    """Return the Latin letters and digits of each value, without blanks."""
    text = "\n".join(values).encode("ascii", "ignore")
    return text.translate(None, _NOT_LETTERS).decode().split("\n") if len(values) else []


def skeleton(values: Sequence[str]) -> Texts:
    """Return the consonants of each value, doubled ones once: what survives most misspellings."""
    text = "\n".join(values)
    if not text.isascii():
        return _skeleton_foreign(text)
    code = np.frombuffer(text.encode().translate(_SOUNDS, b"aeiouyhw "), np.uint8)
    same = np.concatenate(([False], code[1:] == code[:-1]))[: len(code)] & (code >= ord("a"))
    return code[~same].tobytes().decode().split("\n")


def _skeleton_foreign(text: str) -> Texts:
    text = text.translate(dict.fromkeys(map(ord, "aeiouyhw "), "")).translate(str.maketrans(_HEARD, _WRITTEN))
    return _DOUBLED.sub(r"\1", text).split("\n")


def by_value(function: Callable[[Sequence[str]], Texts], values: Sequence[str]) -> Texts:
    """Return what a function makes of each value, asked once for each different one."""
    if len(values) < _FEW:
        return function(values)
    code, different = pd.factorize(as_array(values))
    if len(different) > 0.5 * len(values):
        return function(values)
    made = as_array(function(list(different)))
    return list(made[code])


def sorted_words(values: Sequence[str]) -> Texts:
    """Return each value with its words in alphabetical order."""
    return [_with_sorted_words(value) if " " in value else value for value in values]


def _with_sorted_words(value: str) -> str:
    first, _, rest = value.partition(" ")
    if " " in rest:
        return " ".join(sorted(value.split(" ")))
    return value if first <= rest else f"{rest} {first}"


def as_array(values: Sequence[str]) -> NDArray[np.object_]:
    """Return strings as an array of objects."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def codes(values: Sequence[str] | NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a number for each text, the same in every run; 0 for the empty text."""
    array = values if isinstance(values, np.ndarray) else as_array(values)
    found: NDArray[np.uint64] = pd.util.hash_array(array, categorize=False)
    found = found.copy()
    found[array == ""] = 0
    return found


def numbered(columns: Sequence[Sequence[str]]) -> tuple[list[NDArray[np.object_]], list[NDArray[np.uint64]]]:
    """Return columns as arrays of objects, and a number for each text, as `codes` does."""
    arrays = list(map(as_array, columns))
    if sum(map(len, arrays)) > _FEW * 10:
        return arrays, list(map(codes, arrays))
    ends = np.cumsum(list(map(len, arrays)))
    together = codes(np.concatenate(arrays)) if arrays else np.zeros(0, np.uint64)
    return arrays, np.split(together, ends[:-1])
