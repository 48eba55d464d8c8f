"""What an account offers: a field's choices, its custom fields, its saved searches.

Source: SuiteTalk help "getSelectValue", "getCustomizationId", "getSavedSearch", read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.status import read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields
from streak_netsuite.connectors.netsuite.writer import RecordWriter


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectField:
    """A field whose choices are wanted.

    Attributes:
        record_type: "salesOrder", or "" together with `custom_record_type`.
        name: the field ("terms", or a custom field's script id).
        sublist: the sublist the field is a column of ("itemList"), or "".
        starts_with: only choices that begin so.
        given: values of the fields the choices depend on: a contact's depend on its company.
    """

    record_type: str
    name: str
    sublist: str = ""
    custom_record_type: RecordRef | None = None
    starts_with: str = ""
    given: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectPage:
    """One page of choices."""

    choices: tuple[RecordRef, ...]
    total: int
    pages: int


def get_select_value(wanted: SelectField, *, page: int = 1) -> SoapCall[SelectPage]:
    """Read a page of a field's choices."""
    return SoapCall(
        operation="getSelectValue",
        effect=Effect.READ,
        arguments=lambda writer: {"fieldDescription": _describe(writer, wanted), "pageIndex": page},
        read=_page,
    )


def get_customization_ids(kind: str, *, with_inactive: bool = False) -> SoapCall[tuple[RecordRef, ...]]:
    """Read which customizations of a kind there are.

    Args:
        kind: "entityCustomField", "transactionBodyCustomField", "customRecordType", "customList", ...
        with_inactive: retired ones, too.
    """
    return SoapCall(
        operation="getCustomizationId",
        effect=Effect.READ,
        arguments=lambda _writer: {
            "customizationType": {"getCustomizationType": kind},
            "includeInactives": with_inactive,
        },
        read=lambda body: _refs(body.part("getCustomizationIdResult"), "customizationRefList"),
    )


def get_saved_searches(search_type: str) -> SoapCall[tuple[RecordRef, ...]]:
    """Read which saved searches of a type ("transaction") the role may see."""
    return SoapCall(
        operation="getSavedSearch",
        effect=Effect.READ,
        arguments=lambda _writer: {"record": {"searchType": search_type}},
        read=lambda body: _refs(body.part("getSavedSearchResult"), "recordRefList"),
    )


def _describe(writer: RecordWriter, wanted: SelectField) -> Mapping[str, Any]:
    described: dict[str, Any] = {"field": wanted.name}
    if wanted.record_type:
        described["recordType"] = wanted.record_type
    if wanted.custom_record_type:
        described["customRecordType"] = writer.plain_ref(wanted.custom_record_type)
    if wanted.sublist:
        described["sublist"] = wanted.sublist
    if wanted.starts_with:
        described["filter"] = {"operator": "startsWith", "filterValue": wanted.starts_with}
    if wanted.given:
        values = [{"field": name, "internalId": value} for name, value in wanted.given.items()]
        described["filterByValueList"] = {"filterBy": values}
    return described


def _page(body: Fields) -> SelectPage:
    result = body.part("getSelectValueResult")
    read_status(result.part("status")).refuse_failed(name="NetSuite getSelectValue")
    found = result.many("baseRefList")
    return SelectPage(
        choices=tuple(found),
        total=int(result.amount("totalRecords") or len(found)),
        pages=int(result.amount("totalPages") or 1),
    )


def _refs(result: Fields, name: str) -> tuple[RecordRef, ...]:
    read_status(result.part("status")).refuse_failed(name="NetSuite customizations")
    return tuple(result.many(name))
