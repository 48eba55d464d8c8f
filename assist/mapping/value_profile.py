"""What a field's sample values look like: formats, lengths, numbers, patterns, and the values themselves."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MOST_SAMPLES: Final = 300
_LONGEST: Final = 400
_FORMATS: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE),
    "url": re.compile(
        r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|de|fr|co|eu|uk)(?:/\S*)?",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\d{4}-\d\d?-\d\d?(?:[T ].*)?|\d\d?[/.-]\d\d?[/.-]\d{2,4}(?: .*)?|\d\d?-[A-Za-z]{3}-\d{2,4}|"
        r"[A-Z][a-z]{2,8} \d\d? ?, \d{4}"
    ),
    "flag": re.compile(r"true|false|yes|no|t|f|y|n", re.IGNORECASE),
    "number": re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE),
    "money": re.compile(r"(?:[$€£¥]|[A-Z]{3} ) ?[-+]?[\d.,]+|[-+]?[\d.,]+ ?(?:[$€£¥]|[A-Z]{3})"),
    "percent": re.compile(r"[-+]?\d+(?:[.,]\d+)? ?%"),
    "phone": re.compile(r"(?=(?:\D*\d){7})\+?[\d(][\d\s()./-]{6,20}(?: ?(?:x|ext\.?) ?\d+)?"),
    "code": re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._/-]*"),
    "word": re.compile(r"[^\W\d_]+", re.UNICODE),
}
_TOKEN: Final = re.compile(r"\w+")
_PATTERNS: Final = ((re.compile(r"[^\W\d_]+"), "a"), (re.compile(r"\d+"), "9"), (re.compile(r"\s+"), " "))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The look of a column of values.

    Attributes:
        values: the distinct values, case and space aside, each with its share.
        tokens: words of the values, each with its share.
        patterns: shapes of the values ("a 9" for "Unit 5"), each with its share.
        formats: share of values of each known format.
        shape: lengths and shares of sorts of characters.
        numbers: the numeric values in order, when most are numbers.
    """

    values: Mapping[str, float]
    tokens: Mapping[str, float]
    patterns: Mapping[str, float]
    formats: NDArray[np.float32]
    shape: NDArray[np.float32]
    numbers: NDArray[np.float64]
    distinct: float
    count: int


def profile(samples: Sequence[str]) -> Profile | None:
    """Return the look of some values, or None when there is none that is not empty."""
    texts = [text for one in samples[:_MOST_SAMPLES] if (text := " ".join(one[:_LONGEST].split()))]
    if not texts:
        return None
    values = Counter(text.casefold() for text in texts)
    tokens = Counter(token for text in texts for token in set(_TOKEN.findall(text.casefold())))
    return Profile(
        values=_shares(values),
        tokens=_shares(tokens),
        patterns=_shares(Counter(map(_pattern, texts))),
        formats=np.array(_formats(texts), dtype=np.float32),
        shape=np.array(_shape(texts), dtype=np.float32),
        numbers=_numbers(texts),
        distinct=len(values) / len(texts),
        count=len(texts),
    )


def _shares(counts: Counter[str]) -> Mapping[str, float]:
    total = sum(counts.values())
    return {key: count / total for key, count in counts.items()}


def _pattern(text: str) -> str:
    for expression, sign in _PATTERNS:
        text = expression.sub(sign, text)
    return text[:24]


def _formats(texts: Sequence[str]) -> list[float]:
    return [sum(bool(of.fullmatch(text)) for text in texts) / len(texts) for of in _FORMATS.values()]


def _shape(texts: Sequence[str]) -> list[float]:
    lengths = np.array([len(text) for text in texts], dtype=np.float64)
    whole = "".join(texts)
    size = max(len(whole), 1)
    return [
        float(np.log1p(lengths).mean()),
        float(np.log1p(lengths).std()),
        2 * sum(map(str.isdigit, whole)) / size,
        2 * sum(map(str.isupper, whole)) / size,
        2 * whole.count(" ") / size,
        2 * sum(not c.isalnum() and c != " " for c in whole) / size,
    ]


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    found = [text.replace(",", "") for text in texts if _FORMATS["number"].fullmatch(text)]
    if len(found) < 0.7 * len(texts):
        return np.empty(0)
    numbers = np.array([float(text) for text in found])
    return np.sort(numbers[np.isfinite(numbers)])


def format_names() -> Sequence[str]:
    """Return the names of the known formats, in the order of `Profile.formats`."""
    return tuple(_FORMATS)
