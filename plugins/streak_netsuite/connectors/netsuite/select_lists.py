"""The lists that select fields offer: terms, departments, tax codes, custom lists."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from streak_netsuite.connectors.netsuite.calls.selection import SelectField, get_select_value
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.model.identity import fold
from streak_netsuite.model.reference import Reference

_PAGES = 3  # of a thousand; of a longer list the names that are meant are asked for
_FRESH_SECONDS = 300.0  # how long an entry that finance has added may be unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class _List:
    """A list as it was read.

    Attributes:
        whole: whether it has no entries but these.
    """

    entries: tuple[RecordRef, ...]
    whole: bool
    read_at: float


@dataclass(kw_only=True)
class SelectLists:
    """Finds entries of lists by name. Each list is read once in a while; case, accents and blanks do not count.

    NetSuite offers what may be chosen: inactive entries are not among them.
    """

    client: SoapClient
    timer: Callable[[], float] = time.monotonic
    _kept: dict[SelectField, _List] = field(default_factory=dict)

    def entries(self, wanted: SelectField) -> Sequence[RecordRef]:
        """Return the entries of the first pages.

        Raises:
            RejectedByVendor: the account has no such field, or the role may not see its list.
        """
        return self._read(wanted).entries

    def find(self, path: str, names: Sequence[str]) -> Mapping[str, Sequence[Reference]]:
        """Return for each name the entries that are called so, of the list that a field offers.

        Args:
            path: the field: `salesOrder.terms`, or `salesOrder.itemList.taxCode` for a column of a sublist.

        Raises:
            RejectedByVendor: as `entries`.
        """
        wanted = _field(path)
        known = self._read(wanted)
        found = {name: _called(name, known.entries) for name in names}
        if not known.whole:
            found |= {name: self._ask(wanted, name) for name, entries in found.items() if not entries}
        return found

    def names(self, path: str) -> Sequence[str]:
        """Return the names of the entries that were read, to suggest from."""
        return [one.name for one in self._read(_field(path)).entries if one.name]

    def _read(self, wanted: SelectField) -> _List:
        known = self._kept.get(wanted)
        now = self.timer()
        if known is None or now - known.read_at > _FRESH_SECONDS:
            entries: list[RecordRef] = []
            whole = False
            for page, is_last in self._pages(wanted):
                entries += page
                whole = is_last
            known = self._kept[wanted] = _List(entries=tuple(entries), whole=whole, read_at=now)
        return known

    def _pages(self, wanted: SelectField) -> Iterator[tuple[Sequence[RecordRef], bool]]:
        for number in range(1, _PAGES + 1):
            page = self.client.send(get_select_value(wanted, page=number))
            is_last = number >= page.pages
            yield page.choices, is_last
            if is_last:
                return

    def _ask(self, wanted: SelectField, name: str) -> Sequence[Reference]:
        """Ask for the entries that begin with a name."""
        page = self.client.send(get_select_value(replace(wanted, starts_with=name)))
        return _called(name, page.choices)


def _called(name: str, entries: Sequence[RecordRef]) -> Sequence[Reference]:
    key = fold(name)
    return [
        Reference(internal_id=one.internal_id, name=one.name or "")
        for one in entries
        if one.name and fold(one.name) == key
    ]


def _field(path: str) -> SelectField:
    record, *between, name = path.split(".")
    return SelectField(record_type=record, name=name, sublist=between[0] if between else "")
