"""What the account holds: records, their external ids, custom fields, choices and numbers."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from streak_netsuite.sandbox.netsuite.codec import PACIFIC
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, KINDS
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.values import Record, Ref

FIRST_CUSTOMER_ID = 1001
FIRST_ORDER_ID = 8006
FIRST_ORDER_NUMBER = 1006
FIRST_ADDRESS_ID = 3001
FIRST_LINE_KEY = 50001


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField:
    """A custom field's definition. `list_id` is the custom list behind a select."""

    script_id: str
    internal_id: str
    kind: str
    list_id: str = ""
    max_length: int = 300


class Store:
    """The account's data. Only the event loop touches it, so it needs no locks."""

    def __init__(self, *, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self._externals: dict[tuple[str, str], Record] = {}
        self._customer_names: dict[str, set[str]] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.choices: dict[str, dict[str, str]] = {}
        self._counters = {
            "customer": itertools.count(FIRST_CUSTOMER_ID),
            "salesOrder": itertools.count(FIRST_ORDER_ID),
            "order number": itertools.count(FIRST_ORDER_NUMBER),
            "address": itertools.count(FIRST_ADDRESS_ID),
            "line": itertools.count(FIRST_LINE_KEY),
        }

    def next_number(self, what: str) -> int:
        """Return the next free number of a series: a record type, "order number", "address", "line"."""
        return next(self._counters[what])

    def now(self) -> datetime:
        """Return the server's time, in whole seconds as NetSuite keeps it."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    # --- records ---

    def all(self, *kinds: str) -> Iterator[Record]:
        """Yield the records of these types, by ascending internal id."""
        found = [r for kind in kinds for r in self._records[kind].values()]
        yield from sorted(found, key=lambda r: int(r.internal_id))

    def find(self, ref: Ref, *kinds: str) -> Record | None:
        """Return the record a reference means, when it is of one of these types."""
        if ref.internal_id:
            return next((r for k in kinds if (r := self._records[k].get(ref.internal_id))), None)
        found = self.by_external_id(ref.external_id, KINDS[kinds[0]].group) if ref.external_id else None
        return found if found is not None and found.kind in kinds else None

    def by_external_id(self, external_id: str, group: str) -> Record | None:
        """Return the record with this external id among all types of a group; case does not count."""
        return self._externals.get((group, external_id.casefold()))

    def put(self, record: Record) -> None:
        """Keep a record, new or changed."""
        self._unlink(record)
        self._records[record.kind][record.internal_id] = record
        if record.external_id:
            self._externals[KINDS[record.kind].group, record.external_id.casefold()] = record
        for name in customer_names(record):
            self._customer_names.setdefault(name, set()).add(record.internal_id)

    def remove(self, record: Record) -> None:
        """Drop a record."""
        self._unlink(record)
        del self._records[record.kind][record.internal_id]

    def _unlink(self, record: Record) -> None:
        old = self._records[record.kind].get(record.internal_id)
        if old is None:
            return
        if old.external_id:
            self._externals.pop((KINDS[old.kind].group, old.external_id.casefold()), None)
        for name in customer_names(old):
            self._customer_names[name].discard(old.internal_id)

    def customers_named_like(self, customer: Record) -> set[str]:
        """Return the internal ids of the other customers that have one of this one's names."""
        found: set[str] = set()
        for name in customer_names(customer):
            found |= self._customer_names.get(name, set())
        return found - {customer.internal_id}

    def find_item(self, ref: Ref) -> Record | None:
        """Return the item a reference means, whatever its type."""
        return self.find(ref, *ITEM_KINDS)

    def list_values(self, list_id: str) -> dict[str, str]:
        """Return a custom list's values by id."""
        custom_list = self._records["customList"][list_id]
        return {str(v["valueId"]): v["value"] for v in custom_list.sublists["customValueList"]}

    # --- days ---

    def day(self, moment: datetime) -> date:
        """Return the day a date field keeps: the date part in the user's zone (section_1521451348)."""
        return moment.astimezone(self.settings.user_zone).date()

    def show_day(self, day: date) -> datetime:
        """Return a kept day as it is sent: the user's midnight, shown in Pacific."""
        return datetime.combine(day, time(), self.settings.user_zone).astimezone(PACIFIC)


def customer_names(record: Record) -> set[str]:
    """Return the names a customer is known by, case folded; nothing for other records."""
    if record.kind != "customer":
        return set()
    names = (record.fields.get("entityId"), record.fields.get("companyName"))
    return {str(n).strip().casefold() for n in names if n}
