"""Searching records: basic, joined and advanced searches, and saved ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from streak_netsuite.sandbox.netsuite import (
    roles,
    saved_searches,
    search_columns,
    search_joins,
    search_rows,
    search_values,
)
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.saved_searches import SavedSearch
from streak_netsuite.sandbox.netsuite.search_columns import Columns
from streak_netsuite.sandbox.netsuite.search_rows import LINE_FIELDS, SUBJECTS, Row
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

Criterion = Callable[[Row], bool]
_FROM = frozenset({"after", "onOrAfter", "on", "within"})
_UNTIL = frozenset({"before", "onOrBefore", "on", "within"})
_CHANGES = ("lastModifiedDate", "lastModified")
_ABOVE = frozenset({"greaterThan", "greaterThanOrEqualTo", "equalTo", "between"})
_BELOW = frozenset({"lessThan", "lessThanOrEqualTo", "equalTo", "between"})
# Joins that lead from a line, not from the record.
_LINE_JOINS = frozenset({"itemJoin"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """A search, understood.

    Attributes:
        subject: "Customer", "Transaction", ...
        asked: the basic criteria as sent, saved ones first; each dict is one set that must hold.
        criteria: what a row must fulfil.
        joins: per join what one of the joined rows must fulfil.
        columns: what is shown of each row; None shows whole records.
        is_advanced: whether it came as an advanced search.
    """

    subject: str
    asked: tuple[Fields, ...]
    criteria: tuple[Criterion, ...]
    joins: Mapping[str, Criterion]
    columns: Columns | None
    is_advanced: bool

    @property
    def with_lines(self) -> bool:
        """Tell whether the lines of transactions are looked at."""
        if self.subject != "Transaction":
            return False
        if any(_is_main_only(asked) for asked in self.asked):
            return False
        if self.columns is not None:
            return True
        names = {name for asked in self.asked for name in asked}
        return bool(names & LINE_FIELDS) or bool(_LINE_JOINS & set(self.joins))


def _is_main_only(asked: Fields) -> bool:
    wish = asked.get("mainLine")
    return wish is not None and bool(wish.get("searchValue"))


def understand(store: Store, codec: Codec, sent: Fields, preferences: Preferences) -> Search:
    """Return what a search record means.

    Raises:
        RecordRefused: a field, an operator, a value or a saved search makes no sense.
    """
    is_advanced = sent["@xsi"].endswith("SearchAdvanced")
    saved = saved_searches.find(sent) if is_advanced else None
    criteria = _criteria_of(sent)
    basics = [saved.criteria] if saved is not None and saved.criteria else []
    subject = criteria["@xsi"].partition(":")[2].removesuffix("Search")
    basics += [criteria["basic"]] if "basic" in criteria else []
    joins = {name: _all_of(store, [fields]) for name, fields in criteria.items() if name.endswith("Join")}
    columns = _columns(store, codec, sent, saved, preferences) if is_advanced else None
    _require_permission(store, subject)
    return Search(
        subject=subject,
        asked=tuple(basics),
        criteria=tuple(c for fields in basics for c in _criteria(store, fields)),
        joins=joins,
        columns=columns,
        is_advanced=is_advanced,
    )


def _require_permission(store: Store, subject: str) -> None:
    """Refuse a search for records of which the role may see none."""
    kinds = SUBJECTS[subject]
    if not any(roles.may(store.settings, kind, "view") for kind in kinds):
        roles.require(store.settings, kinds[0], "get")


def _criteria_of(sent: Fields) -> Fields:
    """Return the joined search inside a basic, a joined or an advanced search."""
    type_ = sent["@xsi"]
    if type_.endswith("SearchBasic"):
        return {"@xsi": type_.removesuffix("Basic"), "basic": sent}
    if type_.endswith("SearchAdvanced"):
        found: Fields = sent.get("criteria", {"@xsi": type_.removesuffix("Advanced")})
        return found
    return sent


def _columns(
    store: Store,
    codec: Codec,
    sent: Fields,
    saved: SavedSearch | None,
    preferences: Preferences,
) -> Columns | None:
    """Return the columns of an advanced search: those sent, else the saved search's; None for records."""
    if not preferences.return_search_columns:
        return None
    if saved is not None and saved.is_summary:
        raise RecordRefused(
            "INVALID_SUMMARY_SRCH",
            f"The saved search {saved.script_id} has summary columns; they cannot be returned.",
        )
    wanted = sent.get("columns")
    if wanted is None and saved is not None:
        wanted = saved.columns
    return search_columns.read(store, codec, wanted) if wanted is not None else None


# --- criteria ---


def _criteria(store: Store, fields: Fields) -> Iterator[Criterion]:
    for name, sent in fields.items():
        if name == "customFieldList":
            for one in sent.get("customField", []):
                yield _custom_criterion(store, one)
        elif name != "@xsi":
            yield _criterion(store, name, sent)


def _all_of(store: Store, sets: list[Fields]) -> Criterion:
    inner = [c for fields in sets for c in _criteria(store, fields)]
    return lambda row: all(c(row) for c in inner)


def _criterion(store: Store, name: str, sent: Any) -> Criterion:
    if name == "recType":
        sent = _record_type(store, sent)
    test = search_values.test_of(name, sent)
    return lambda row: test(search_rows.value(store, row, name))


def _record_type(store: Store, ref: Ref) -> Ref:
    found = store.find(ref, "customRecordType") if ref else None
    if found is None:
        raise RecordRefused("INVALID_RCRD_TYPE", f"The custom record type {ref.key!r} does not exist.")
    return Ref(internal_id=found.internal_id)


def _custom_criterion(store: Store, sent: Fields) -> Criterion:
    script_id = search_rows.custom_field(store, sent).script_id
    test = search_values.test_of(script_id, sent)
    return lambda row: test(search_rows.custom_value(store, row, script_id))


# --- finding ---


def find(store: Store, search: Search) -> list[Row]:
    """Return the rows a search finds, by ascending internal id, then line.

    Without columns each record counts once, whichever of its rows fits.
    """
    found: list[Row] = []
    for record in _candidates(store, search):
        rows = search_rows.rows(record, with_lines=search.with_lines)
        fitting = (row for row in rows if _fits(store, search, row))
        if search.columns is None:
            first = next(fitting, None)
            found += [Row(record)] if first is not None else []
        else:
            found += fitting
    return found


def _fits(store: Store, search: Search, row: Row) -> bool:
    if not all(criterion(row) for criterion in search.criteria):
        return False
    return all(
        any(passes(other) for other in search_joins.joined(store, row, join))
        for join, passes in search.joins.items()
    )


def _candidates(store: Store, search: Search) -> Iterator[Record]:
    """Yield the records that may fit: by the narrowest window on ids or changes, if any was asked for."""
    kinds = [k for k in SUBJECTS[search.subject] if roles.may(store.settings, k, "view")]
    ids, changes = _id_window(search.asked), _change_window(search.asked)
    if changes != (None, None):
        return store.changed_between(*changes, *kinds)
    return store.numbered_between(*ids, *kinds)


def _id_window(asked: tuple[Fields, ...]) -> tuple[int | None, int | None]:
    low: int | None = None
    high: int | None = None
    for fields in asked:
        wish = fields.get("internalIdNumber", {})
        operator, first = wish.get("@operator"), wish.get("searchValue")
        if operator in _ABOVE and first is not None:
            low = first if low is None else max(low, first)
        last = wish.get("searchValue2") if operator == "between" else first
        if operator in _BELOW and last is not None:
            high = last if high is None else min(high, last)
    return low, high


def _change_window(asked: tuple[Fields, ...]) -> tuple[datetime | None, datetime | None]:
    low: datetime | None = None
    high: datetime | None = None
    for fields in asked:
        wish: Fields = next((fields[name] for name in _CHANGES if name in fields), {})
        operator, first = wish.get("@operator"), wish.get("searchValue")
        if operator in _FROM and first is not None:
            low = max(low or datetime.min.replace(tzinfo=UTC), first)
        last = wish.get("searchValue2") if operator == "within" else first
        if operator in _UNTIL and last is not None:
            high = min(high or datetime.max.replace(tzinfo=UTC), last)
    return low, high
