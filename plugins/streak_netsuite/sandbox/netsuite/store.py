"""What the account holds: records, their external ids, custom fields, choices and numbers."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from streak_netsuite.sandbox.netsuite.codec import PACIFIC
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, KINDS
from streak_netsuite.sandbox.netsuite.links import Link, links
from streak_netsuite.sandbox.netsuite.record_index import RecordIndex
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.values import Record, Ref

# Where the series of internal ids begin; all transactions share one, all items another.
_FIRST_IDS = {
    "customer": 1001,
    "contact": 5001,
    "transaction": 8006,
    "item": 1101,
    "customRecord": 9001,
    "customerSubsidiaryRelationship": 4001,
    "address": 3001,
    "line": 50001,
}
_FIRST_NUMBERS = {"SO": 1006, "CUST": 1001}  # the seeded orders have those before


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField:
    """A custom field's definition.

    Attributes:
        kind: first word of the type its values have on the wire: String, Select, ...
        list_id: the custom list or custom segment behind a select.
        record_kinds: the record types behind a select on records.
        places: where it stands: custentity, custbody, custcol, custitem, custrecord.
        record_type: the custom record type it belongs to, for a field of a custom record.
        label: as a form shows it.
    """

    script_id: str
    internal_id: str
    kind: str
    list_id: str = ""
    record_kinds: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()
    record_type: str = ""
    label: str = ""
    max_length: int = 300
    is_inactive: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """A record that is gone; NetSuite remembers it for ever (Oracle help, getDeleted).

    `type_id` is the custom record's type, for a custom record.
    """

    kind: str
    internal_id: str
    external_id: str
    name: str
    deleted_at: datetime
    type_id: str = ""


class Store:
    """The account's data. Only the event loop touches it, so it needs no locks."""

    def __init__(self, *, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self._indexes = {kind: RecordIndex() for kind in KINDS}
        self.changes = 0
        self.attachments: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
        self._externals: dict[tuple[str, str], Record] = {}
        self._names: dict[tuple[str, str], set[str]] = {}
        self._links: dict[Link, dict[tuple[str, str], Record]] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.choices: dict[str, dict[str, str]] = {}
        self.deletions: list[Deletion] = []
        self.seed_time: datetime | None = None
        self._ids = {what: itertools.count(first) for what, first in _FIRST_IDS.items()}
        self._numbers: dict[str, itertools.count[int]] = {}

    def next_number(self, what: str) -> int:
        """Return the next free internal id of a series: a record type, "address" or "line"."""
        kind = KINDS.get(what)
        series = kind.group if kind is not None and kind.group in self._ids else what
        return next(self._ids[series])

    def next_document(self, prefix: str) -> str:
        """Return the next free document number: "SO1006", "INV1001"."""
        numbers = self._numbers.setdefault(prefix, itertools.count(_FIRST_NUMBERS.get(prefix, 1001)))
        return f"{prefix}{next(numbers)}"

    def now(self) -> datetime:
        """Return the server's time, in whole seconds as NetSuite keeps it; while seeding, the past's."""
        return (self.seed_time or self.clock()).astimezone(UTC).replace(microsecond=0)

    @property
    def is_seeding(self) -> bool:
        """Tell whether the account is being filled, when its books are not closed yet."""
        return self.seed_time is not None

    # --- records ---

    def all(self, *kinds: str) -> Iterator[Record]:
        """Yield the records of these types, by ascending internal id."""
        yield from self.numbered_between(None, None, *kinds)

    def numbered_between(self, low: int | None, high: int | None, *kinds: str) -> Iterator[Record]:
        """Yield the records of these types with ids from low to high, by ascending internal id."""
        yield from self._in_order({kind: self._indexes[kind].ids(low, high) for kind in kinds})

    def changed_between(self, low: datetime | None, high: datetime | None, *kinds: str) -> Iterator[Record]:
        """Yield the records of these types last changed from low to high, by ascending internal id."""
        yield from self._in_order({kind: self._indexes[kind].changed(low, high) for kind in kinds})

    def _in_order(self, numbers: dict[str, list[int]]) -> Iterator[Record]:
        found = [(number, kind) for kind, mine in numbers.items() for number in mine]
        if len(numbers) > 1:
            found.sort()
        for number, kind in found:
            record = self._records[kind].get(str(number))
            if record is not None:  # it may be gone while the caller walks
                yield record

    def find(self, ref: Ref, *kinds: str) -> Record | None:
        """Return the record a reference means, when it is of one of these types."""
        if ref.internal_id:
            return next((r for k in kinds if (r := self._records[k].get(ref.internal_id))), None)
        if not ref.external_id:
            return None
        group = f"{kinds[0]}:{ref.type_id}" if ref.type_id else KINDS[kinds[0]].group
        found = self.by_external_id(ref.external_id, group)
        return found if found is not None and found.kind in kinds else None

    def linked(self, how: str, internal_id: str, *kinds: str) -> list[Record]:
        """Return the records that lead to this one by a link (`links.links`), by ascending internal id."""
        found = self._links.get((how, internal_id), {}).values()
        wanted = [r for r in found if not kinds or r.kind in kinds]
        return sorted(wanted, key=lambda r: int(r.internal_id))

    def by_external_id(self, external_id: str, group: str) -> Record | None:
        """Return the record with this external id among all types of a group; case does not count."""
        return self._externals.get((group, external_id.casefold()))

    def put(self, record: Record) -> None:
        """Keep a record, new or changed."""
        old = self._records[record.kind].get(record.internal_id)
        record.version = old.version + 1 if old is not None else 1
        self._unlink(record)
        self.changes += 1
        self._records[record.kind][record.internal_id] = record
        self._indexes[record.kind].add(record)
        if record.external_id:
            self._externals[external_group(record), record.external_id.casefold()] = record
        for name in names(record):
            self._names.setdefault(name, set()).add(record.internal_id)
        for link in links(record):
            self._links.setdefault(link, {})[record.kind, record.internal_id] = record

    def remove(self, record: Record) -> None:
        """Drop a record and remember that it was there."""
        self._unlink(record)
        self.changes += 1
        self._indexes[record.kind].drop(record)
        del self._records[record.kind][record.internal_id]
        self.deletions.append(
            Deletion(
                kind=record.kind,
                internal_id=record.internal_id,
                external_id=record.external_id,
                name=record.name,
                deleted_at=self.now(),
                type_id=record.fields["recType"].internal_id if record.kind == "customRecord" else "",
            )
        )

    def forget(self, record: Record) -> None:
        """Drop a record as if it had never been there."""
        self.remove(record)
        self.deletions.pop()

    def renumber(self, numbers: Mapping[tuple[str, str], str], rewrite: Callable[[Record], None]) -> None:
        """Give records other internal ids, by record type and old id.

        Args:
            rewrite: lets what a record refers to lead to the new ids.
        """
        records = [record for kind in KINDS for record in self.all(kind)]
        self._records = {kind: {} for kind in KINDS}
        self._indexes = {kind: RecordIndex() for kind in KINDS}
        self._externals, self._names, self._links = {}, {}, {}
        self.attachments = {
            _renumbered(one, numbers): {_renumbered(other, numbers): role for other, role in many.items()}
            for one, many in self.attachments.items()
        }
        for record in records:
            rewrite(record)
            record.internal_id = numbers.get((record.kind, record.internal_id), record.internal_id)
            self.put(record)

    def _unlink(self, record: Record) -> None:
        old = self._records[record.kind].get(record.internal_id)
        if old is None:
            return
        if old.external_id:
            self._externals.pop((external_group(old), old.external_id.casefold()), None)
        for name in names(old):
            self._names[name].discard(old.internal_id)
        for link in links(old):
            self._links.get(link, {}).pop((old.kind, old.internal_id), None)

    def named_like(self, record: Record, *, by_entity_id: bool = False) -> list[Record]:
        """Return the other records of a namesake's kind that have one of this one's names.

        Customers are compared with customers, contacts with contacts, items with items of every type. With
        `by_entity_id` only the entityId counts, on both sides.
        """
        own = {own_name(record)} if by_entity_id else names(record)
        found = {id_ for name in own for id_ in self._names.get(name, ())} - {record.internal_id}
        kinds = ITEM_KINDS if KINDS[record.kind].group == "item" else (record.kind,)
        others = [r for id_ in sorted(found, key=int) if (r := self.find(Ref(internal_id=id_), *kinds))]
        return [r for r in others if own_name(r) in own] if by_entity_id else others

    def find_item(self, ref: Ref) -> Record | None:
        """Return the item a reference means, whatever its type."""
        return self.find(ref, *ITEM_KINDS)

    def attached(self, record: Record, kind: str) -> list[Record]:
        """Return the records of a type that are attached to this one."""
        held = self.attachments.get((record.kind, record.internal_id), {})
        found = [self._records[k].get(internal_id) for k, internal_id in held if k == kind]
        return [r for r in found if r is not None]

    def list_values(self, list_id: str) -> dict[str, str]:
        """Return the values of a custom list or custom segment by id, without those no longer used."""
        segment = self._records["customSegment"].get(list_id)
        if segment is not None:
            return self.choices[segment.fields["scriptId"]]
        values = self._records["customList"][list_id].sublists["customValueList"]
        return {str(v["valueId"]): v["value"] for v in values if not v.get("isInactive")}

    # --- days ---

    def day(self, moment: datetime) -> date:
        """Return the day a date field keeps: the date part in the user's zone (section_1521451348)."""
        return moment.astimezone(self.settings.user_zone).date()

    def show_day(self, day: date) -> datetime:
        """Return a kept day as it is sent: the user's midnight, shown in Pacific."""
        return datetime.combine(day, time(), self.settings.user_zone).astimezone(PACIFIC)


def _renumbered(key: tuple[str, str], numbers: Mapping[tuple[str, str], str]) -> tuple[str, str]:
    return key[0], numbers.get(key, key[1])


def external_group(record: Record) -> str:
    """Return the space a record's external id must be unique in; each custom record type has its own."""
    if record.kind == "customRecord":
        return f"customRecord:{record.fields['recType'].internal_id}"
    return KINDS[record.kind].group


def names(record: Record) -> set[tuple[str, str]]:
    """Return the names that must be unique, case folded; nothing for records that need none."""
    fields = record.fields
    found: tuple[object, ...] = ()
    if record.kind == "customer":
        found = (fields.get("entityId"), fields.get("companyName"))
    elif record.kind == "contact":
        found = (fields.get("entityId"),)
    elif record.kind in ITEM_KINDS:
        found = (fields.get("itemId"),)
    return {(_space(record), str(name).strip().casefold()) for name in found if name}


def own_name(record: Record) -> tuple[str, str]:
    """Return the name a record itself goes by, as `names` returns it."""
    return _space(record), record.name.strip().casefold()


def _space(record: Record) -> str:
    return record.kind if record.kind in {"customer", "contact"} else KINDS[record.kind].group
