"""Which custom fields an account has, and what they take.

Source: SuiteTalk help "getCustomizationId" (which there are) and the customization schema (what they are),
read 2026-11.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.selection import get_customization_ids
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.custom_field import CustomFieldType

# Where a field may stand, by the kind of its definition.
PLACES: Mapping[str, str] = {
    "entityCustomField": "entity",
    "transactionBodyCustomField": "transaction",
    "transactionColumnCustomField": "transaction line",
    "itemCustomField": "item",
    "customRecordCustomField": "custom record",
}
# CustomizationFieldType of the schema; what is not listed (an image, a help text) holds no value to sync.
_TYPES: Mapping[str, CustomFieldType] = {
    "_freeFormText": CustomFieldType.TEXT,
    "_textArea": CustomFieldType.TEXT,
    "_longText": CustomFieldType.TEXT,
    "_richText": CustomFieldType.TEXT,
    "_eMailAddress": CustomFieldType.TEXT,
    "_phoneNumber": CustomFieldType.TEXT,
    "_hyperlink": CustomFieldType.TEXT,
    "_password": CustomFieldType.TEXT,
    "_timeOfDay": CustomFieldType.TEXT,
    "_integerNumber": CustomFieldType.INTEGER,
    "_decimalNumber": CustomFieldType.DECIMAL,
    "_currency": CustomFieldType.DECIMAL,
    "_percent": CustomFieldType.DECIMAL,
    "_checkBox": CustomFieldType.CHECKBOX,
    "_date": CustomFieldType.DATE,
    "_datetime": CustomFieldType.DATETIME,
    "_listRecord": CustomFieldType.SELECT,
    "_document": CustomFieldType.SELECT,
    "_image": CustomFieldType.SELECT,
    "_multipleSelect": CustomFieldType.MULTI_SELECT,
}
_APPLIES = "appliesTo"


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomFieldDefinition:
    """What an account says of one custom field.

    Attributes:
        type: None for a kind of field that holds no value to sync.
        place: what it stands on: "entity", "transaction", "transaction line", "item", "custom record".
        applies_to: which of these ("Customer", "Sale"); empty when the definition does not say.
        choices: the list or record type a select leads to.
        max_length: of a text; None for none.
        segment: whether it is a custom segment's field.
        record_type: the custom record type that it stands on, as the definition names it: by internal id or script id,
            which of both is not established; "" elsewhere.
    """

    script_id: str
    internal_id: str
    label: str
    place: str
    type: CustomFieldType | None
    mandatory: bool = False
    stored: bool = True
    applies_to: tuple[str, ...] = ()
    choices: RecordRef | None = None
    max_length: int | None = None
    segment: bool = False
    record_type: str = ""


class FieldCatalogue:
    """Reads an account's custom fields."""

    def __init__(self, client: SoapClient) -> None:
        self._client = client

    def read(self) -> Sequence[CustomFieldDefinition]:
        """Return every custom field of entities, transactions, items and custom records, by script id.

        Raises:
            RejectedByVendor: the role may see none of them.
        """
        refused: list[RejectedByVendor] = []
        found: list[CustomFieldDefinition] = []
        for kind, place in PLACES.items():
            try:
                found += self._read_kind(kind, place)
            except RejectedByVendor as error:
                refused.append(error)
        if refused and not found:
            raise refused[0]
        return sorted(found, key=lambda field: field.script_id)

    def _read_kind(self, kind: str, place: str) -> Iterator[CustomFieldDefinition]:
        refs = [
            RecordRef(type=kind, internal_id=ref.internal_id, script_id=ref.script_id)
            for ref in self._client.send(get_customization_ids(kind))
        ]
        for start in range(0, len(refs), GET_LIST_MAX):
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX])):
                record = answer.record_or_none(name=f"NetSuite {kind}")
                if record is not None:
                    yield read_definition(record, place)


def read_definition(record: SuiteRecord, place: str) -> CustomFieldDefinition:
    """Return a custom field's definition."""
    length = record.amount("maxLength")
    applies = [
        name.removeprefix(_APPLIES) for name in record.values if name.startswith((_APPLIES, "body", "col"))
    ]
    set_ = [name for name in applies if record.flag(name) or record.flag(_APPLIES + name)]
    return CustomFieldDefinition(
        script_id=record.text("scriptId").lower(),
        internal_id=record.internal_id,
        label=record.text("label"),
        place=place,
        type=_TYPES.get(record.text("fieldType")),
        mandatory=record.flag("isMandatory"),
        stored=record.flag("storeValue") or "storeValue" not in record.values,
        applies_to=tuple(set_),
        choices=record.ref("selectRecordType"),
        max_length=int(length) if length else None,
        segment=record.ref("customSegment") is not None,
        record_type=record.text("recType").lower(),
    )
