"""How likely one name is a shortened form of another: dropped vowels, first letters, cut words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_VOWELS: Final = str.maketrans("", "", "aeiouy")
_SUBSEQUENCE_CREDIT: Final = 0.3


def without_vowels(word: str) -> str:
    """Return a word's consonants and digits."""
    return word.translate(_VOWELS)


def is_subsequence(short: str, long: str) -> bool:
    """Tell whether all letters of one word stand in another, in order."""
    rest = iter(long)
    return all(letter in rest for letter in short)


def shortening(short: str, words: Sequence[str]) -> float:
    """Return how well letters can be read as a shortened form of words: 1 for every word begun and nothing left over.

    Each word may give any number of its first letters. The score is lower when words are left out,
    and much lower when letters come from inside a word.

    Args:
        short: letters and digits only, lower case.
        words: lower-case words in order.
    """
    if not short or not words or len(short) > sum(map(len, words)):
        return 0.0
    if not is_subsequence(short, "".join(words)):
        return 0.0
    begun = _most_words_begun(short, tuple(words))
    if begun == 0:
        whole = "".join(words)
        return _SUBSEQUENCE_CREDIT + (0.6 if without_vowels(whole) == without_vowels(short) else 0)
    return begun / len(words)


@lru_cache(maxsize=100_000)
def _most_words_begun(short: str, words: tuple[str, ...]) -> int:
    """Return how many words are begun when the letters are first letters of words, in order; 0 when they cannot be."""
    if not short or not words:
        return 0
    best = _most_words_begun(short, words[1:])
    for length in range(1, min(len(short), len(words[0])) + 1):
        if short[:length] != words[0][:length]:
            break
        rest = short[length:]
        more = _most_words_begun(rest, words[1:])
        if not rest or more:
            best = max(best, 1 + more)
    return best
