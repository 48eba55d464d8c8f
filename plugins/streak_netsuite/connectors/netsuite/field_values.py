"""What an account's fields hold: the entries of lists, and a few values of existing records. To compare, not to show."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.call import SearchPreferences
from streak_netsuite.connectors.netsuite.calls.search import search
from streak_netsuite.connectors.netsuite.calls.selection import SelectField, get_select_value
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import SearchRequest, any_of, checked, on_or_after
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.errors import PermanentError, RejectedByVendor
from streak_netsuite.model.reference import Reference

log = logging.getLogger(__name__)

Values = Mapping[SelectField, tuple[str, ...]]
_RECORDS = 50  # of each kind; a whole record may take NetSuite a second
_MOST = 200  # values of a field: an order has many lines
_LONGEST = 200  # characters of a value
_LINES = "itemList"


class FieldValues:
    """Reads an account's values. What the role may not see has none."""

    def __init__(self, client: SoapClient, *, zone: ZoneInfo, slots: int) -> None:
        self._client = client
        self._zone = zone
        self._slots = slots

    def options(self, fields: Sequence[SelectField]) -> Values:
        """Return the entries that select fields offer, of the first page of each; a field without a list is left out."""
        calls = [partial(self._options, field) for field in fields]
        return {field: found for field, found in zip(fields, self._parallel(calls), strict=True) if found}

    def samples(self, since: datetime) -> Values:
        """Return what some customers and sales orders hold, by field: those changed since, or any when none was."""
        kinds = (
            partial(self._records, "Customer", {}, since, body_only=True),
            partial(
                self._records,
                "Transaction",
                {"type": any_of("_salesOrder"), "mainLine": checked(value=True)},
                since,
                body_only=False,
            ),
        )
        found: dict[SelectField, list[str]] = {}
        for records in self._parallel(kinds):
            for field, text in self._texts(records):
                kept = found.setdefault(field, [])
                if len(kept) < _MOST:
                    kept.append(text)
        return {field: tuple(texts) for field, texts in found.items()}

    def _options(self, field: SelectField) -> tuple[str, ...]:
        try:
            page = self._client.send(get_select_value(field))
        except (RejectedByVendor, PermanentError) as error:
            log.info("the list of %s cannot be read: %s", field.name, error)
            return ()
        return tuple(one.name for one in page.choices if one.name)

    def _records(
        self, subject: str, criteria: Mapping[str, Any], since: datetime, *, body_only: bool
    ) -> Sequence[SuiteRecord]:
        preferences = SearchPreferences(page_size=_RECORDS, body_only=body_only)
        for more in ({"lastModifiedDate": on_or_after(since)}, {}):
            request = SearchRequest(subject=subject, criteria={**criteria, **more})
            try:
                records = self._client.send(search(request, preferences)).records
            except (RejectedByVendor, PermanentError) as error:
                log.info("no values of a %s can be read: %s", subject, error)
                return ()
            if records:
                return records[:_RECORDS]
        return ()

    def _texts(self, records: Sequence[SuiteRecord]) -> Iterator[tuple[SelectField, str]]:
        for record in records:
            yield from self._row(record, record.type, "")
            for row in record.rows(_LINES):
                yield from self._row(row, record.type, _LINES)

    def _row(self, row: Fields, record_type: str, sublist: str) -> Iterator[tuple[SelectField, str]]:
        values: dict[str, Any] = {**row.values, **{n: one.value for n, one in row.custom_fields.items()}}
        for name, value in values.items():
            if text := self._text(value)[:_LONGEST].strip():
                yield SelectField(record_type=record_type, name=name, sublist=sublist), text

    def _text(self, value: Any) -> str:
        if isinstance(value, RecordRef | Reference):
            return value.name or ""
        if isinstance(value, tuple):
            return " ".join(self._text(one) for one in value)
        if isinstance(value, datetime):
            local = value.astimezone(self._zone)
            return str(local if local.time() != datetime.min.time() else local.date())
        if isinstance(value, Decimal):
            return format(value, "f")
        return str(value) if isinstance(value, str | bool | int | date) else ""

    def _parallel(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        if not calls:
            return []
        with ThreadPoolExecutor(max_workers=min(self._slots, len(calls))) as pool:
            return list(pool.map(lambda call: call(), calls))
