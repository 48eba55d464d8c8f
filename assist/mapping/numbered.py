"""Fields that come several times, numbered or lettered: "Product 2" and "Quantity 2" beside "Product" and "Quantity"."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assist.mapping.catalogue import Field

_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
# A number behind, before or between the words; a letter stands behind, and on its own.
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<before>.*[^\W\d_])[\s_#(.-]*(?P<number>\d{1,2})\)?",
        r"#?(?P<number>\d{1,2})(?:st|nd|rd|th)?[\s.:_)-]+(?P<after>[^\W\d_].*)",
        r"(?P<before>[^\d]*[^\W\d_])[\s_#(-]*(?P<number>\d{1,2})[\s_):-]+(?P<after>[^\d]+)",
        rf"(?P<word>{'|'.join(_ORDINALS)})[\s_-]+(?P<after>.+)",
    )
)
_LETTERED: Final = re.compile(r"(?P<before>.*[^\W\d_])[\s_(-]+(?P<letter>[A-H])\)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A field of a group.

    Attributes:
        bare: the same field without its number, as it is compared with others.
        twin: the field of the same name that is the first of them.
    """

    field: Field
    bare: Field
    twin: Field


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The second, third, ... fields of their names.

    Attributes:
        number: 2 for the second.
    """

    number: int
    members: Sequence[Member]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    field: Field
    name: str
    lettered: bool
    number: int


def further_groups(fields: Iterable[Field]) -> Sequence[Group]:
    """Return the groups of fields after the first, in their order.

    A number alone says nothing ("Model 3"): a field counts when one of the same name is the first of them, unnumbered or
    numbered 1. Where two fields of a group have one name, both are left out.
    """
    listed = list(fields)
    firsts = {(one.record, _folded(one.title)): one for one in listed}
    read = [reading for one in listed if (reading := _reading(one)) is not None]
    numbered = {(one.field.record, one.name, one.lettered): one.field for one in read if one.number == 1}
    groups: dict[tuple[str, bool, int], list[Member]] = defaultdict(list)
    for one in read:
        twin = numbered.get((one.field.record, one.name, one.lettered))
        if twin is None and not one.lettered:
            twin = firsts.get((one.field.record, one.name))
        if one.number > 1 and twin is not None:
            bare = replace(one.field, id=one.name, label=one.name, aliases=())
            groups[one.field.record, one.lettered, one.number].append(
                Member(field=one.field, bare=bare, twin=twin)
            )
    return [Group(number=key[2], members=list(_single(groups[key]))) for key in sorted(groups)]


def _single(members: Sequence[Member]) -> Iterator[Member]:
    names = [one.bare.id for one in members]
    yield from (one for one in members if names.count(one.bare.id) == 1)


def _reading(field: Field) -> _Reading | None:
    title = field.title.strip()
    for form in _FORMS:
        if found := form.fullmatch(title):
            parts = found.groupdict()
            number = int(parts["number"]) if parts.get("number") else _ORDINALS[parts["word"].lower()]
            name = _folded(f"{parts.get('before') or ''} {parts.get('after') or ''}")
            return _Reading(field=field, name=name, lettered=False, number=number)
    if found := _LETTERED.fullmatch(title):
        number = ord(found["letter"]) - ord("A") + 1
        return _Reading(field=field, name=_folded(found["before"]), lettered=True, number=number)
    return None


def _folded(name: str) -> str:
    return " ".join(re.split(r"[\s_]+", name)).strip(" #(.-").lower()
