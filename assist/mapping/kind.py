"""What a field holds, guessed from its words and type, and which kinds fit together."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.mapping.catalogue import FieldType
from assist.mapping.lexicon.book import Words


class Kind(IntEnum):
    """A coarse sort of content."""

    TEXT = 0
    EMAIL = 1
    PHONE = 2
    URL = 3
    DATE = 4
    MONEY = 5
    NUMBER = 6
    FLAG = 7
    CHOICE = 8
    CODE = 9
    ADDRESS = 10
    IMAGE = 11
    PERCENT = 12


_OF_TYPE: Final[Mapping[FieldType, Kind]] = {
    FieldType.LONG_TEXT: Kind.TEXT,
    FieldType.EMAIL: Kind.EMAIL,
    FieldType.PHONE: Kind.PHONE,
    FieldType.URL: Kind.URL,
    FieldType.INTEGER: Kind.NUMBER,
    FieldType.DECIMAL: Kind.NUMBER,
    FieldType.MONEY: Kind.MONEY,
    FieldType.PERCENT: Kind.PERCENT,
    FieldType.DATE: Kind.DATE,
    FieldType.DATETIME: Kind.DATE,
    FieldType.CHECKBOX: Kind.FLAG,
    FieldType.SELECT: Kind.CHOICE,
    FieldType.MULTI_SELECT: Kind.CHOICE,
    FieldType.ADDRESS: Kind.ADDRESS,
    FieldType.IMAGE: Kind.IMAGE,
}
_LAST_WORD: Final[Mapping[str, Kind]] = {
    **dict.fromkeys("date time at on timestamp".split(), Kind.DATE),
    **dict.fromkeys(
        "amount total price cost subtotal balance fee revenue budget paid rate due".split(), Kind.MONEY
    ),
    **dict.fromkeys(
        "quantity count days weight probability height width depth length level".split(), Kind.NUMBER
    ),
    **dict.fromkeys("percent percentage".split(), Kind.PERCENT),
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "fax": Kind.PHONE,
    "website": Kind.URL,
    "url": Kind.URL,
    "image": Kind.IMAGE,
    "address": Kind.ADDRESS,
    **dict.fromkeys(
        "currency country state status category class department location subsidiary terms type method "
        "representative customer item language territory source carrier unit".split(),
        Kind.CHOICE,
    ),
    **dict.fromkeys("number code identifier sku zip reference".split(), Kind.CODE),
    **dict.fromkeys("name description note memo title city company message comment".split(), Kind.TEXT),
}
_FIRST_WORD: Final = frozenset("is has allow can use enable show hide accept require".split())
_FLAG_WORDS: Final = frozenset("active inactive taxable online subscribed exempt".split())


def kinds(id_words: Words, label_words: Words, type_: FieldType) -> frozenset[Kind]:
    """Return what a field may hold; empty when neither type nor words tell."""
    sure = _OF_TYPE.get(type_)
    if sure is not None and sure is not Kind.CHOICE:
        return frozenset({sure})
    found = {kind for words in (id_words, label_words) if (kind := _by_words(words)) is not None}
    return frozenset(found | ({sure} if sure is not None else set()))


def _by_words(words: Words) -> Kind | None:
    if not words:
        return None
    if words[0] in _FIRST_WORD or words[-1] in _FLAG_WORDS:
        return Kind.FLAG
    last = next((word for word in reversed(words) if not word.isdigit()), words[-1])
    return _LAST_WORD.get(last)


def _compatibility() -> NDArray[np.float32]:
    """Return how well a source kind (row) goes into a target kind (column), from -1 to 1."""
    size = len(Kind)
    fit = np.full((size, size), -1.0, dtype=np.float32)
    fit[Kind.TEXT, :] = -0.3
    fit[:, Kind.TEXT] = -0.1
    np.fill_diagonal(fit, 1.0)
    for one, other, value in _NEAR:
        fit[one, other] = fit[other, one] = value
    return fit


_NEAR: Final = (
    (Kind.TEXT, Kind.CODE, 0.2),
    (Kind.TEXT, Kind.CHOICE, 0.2),
    (Kind.CODE, Kind.CHOICE, 0.3),
    (Kind.CODE, Kind.NUMBER, 0.0),
    (Kind.MONEY, Kind.NUMBER, 0.5),
    (Kind.MONEY, Kind.PERCENT, -0.2),
    (Kind.NUMBER, Kind.PERCENT, 0.5),
    (Kind.URL, Kind.IMAGE, 0.4),
    (Kind.IMAGE, Kind.CHOICE, 0.2),
    (Kind.FLAG, Kind.CHOICE, 0.0),
    (Kind.ADDRESS, Kind.TEXT, 0.2),
)
COMPATIBILITY: Final = _compatibility()
