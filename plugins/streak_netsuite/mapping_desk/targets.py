"""What a mapping can fill in NetSuite, as a catalogue the assistant reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field, FieldType, Place
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.model.custom_field import CustomFieldType

FieldKey = tuple[str, str]

# The mapping's keys and the ids under which NetSuite's searches know the same fields.
_CUSTOMER = {
    "company_name": "companyname",
    "first_name": "firstname",
    "last_name": "lastname",
    "entity_id": "entityid",
    "email": "email",
    "phone": "phone",
    "subsidiary": "subsidiary",
    "currency": "currency",
    "terms": "terms",
}
_ORDER = {
    "transaction_date": "trandate",
    "memo": "memo",
    "purchase_order_number": "otherrefnum",
    "currency": "currency",
    "subsidiary": "subsidiary",
    "department": "department",
    "class": "class",
    "location": "location",
    "terms": "terms",
    "sales_rep": "salesrep",
    "ship_date": "shipdate",
    "ship_method": "shipmethod",
    "start_date": "startdate",
    "end_date": "enddate",
    "discount_item": "discountitem",
    "discount_rate": "discountrate",
    "shipping_address": "shipaddress",
    "billing_address": "billaddress",
}
_LINE = {
    "item": "item",
    "quantity": "quantity",
    "rate": "rate",
    "description": "description",
    "tax_code": "taxcode",
    "location": "location",
    "department": "department",
    "class": "class",
    "units": "units",
    "price_level": "price",
}
_REQUIRED = frozenset({"companyname", "trandate", "item", "quantity"})
_SELECTS = frozenset(
    "subsidiary currency department class location terms salesrep item taxcode shipmethod discountitem units price".split()
)  # what a mapping fills by a lookup or an id
_TYPES: Mapping[CustomFieldType, FieldType] = {
    CustomFieldType.TEXT: FieldType.TEXT,
    CustomFieldType.INTEGER: FieldType.INTEGER,
    CustomFieldType.DECIMAL: FieldType.DECIMAL,
    CustomFieldType.CHECKBOX: FieldType.CHECKBOX,
    CustomFieldType.DATE: FieldType.DATE,
    CustomFieldType.DATETIME: FieldType.DATETIME,
    CustomFieldType.SELECT: FieldType.SELECT,
    CustomFieldType.MULTI_SELECT: FieldType.MULTI_SELECT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetPlace:
    """Where custom fields of one place are filled.

    Attributes:
        applies: how a definition says that it stands there.
        section: of the mapping.
        record: as the assistant names it.
    """

    place: str
    applies: str
    section: str
    record: str


_PLACES = (
    TargetPlace(place="entity", applies="Customer", section="customer", record="customer"),
    TargetPlace(place="transaction", applies="bodySale", section="sales_order", record="salesorder"),
    TargetPlace(
        place="transaction line", applies="colSale", section="sales_order.lines[0]", record="salesorder.item"
    ),
)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What can be filled.

    Attributes:
        catalogue: the fields.
        paths: where the mapping file fills each ("sales_order.fields.memo").
        custom: definitions of the custom fields among them.
    """

    catalogue: Catalogue
    paths: Mapping[FieldKey, str]
    custom: Mapping[FieldKey, CustomFieldDefinition]

    def is_select(self, field: Field) -> bool:
        """Whether a value has to be looked up."""
        if field.key in self.custom:
            return field.type in {FieldType.SELECT, FieldType.MULTI_SELECT}
        return field.id in _SELECTS


def targets_of(custom_fields: Sequence[CustomFieldDefinition]) -> Targets:
    """Return the standard fields that a mapping can fill, and an account's custom fields."""
    paths: dict[FieldKey, str] = {}
    fields: list[Field] = []
    for section, record, known in (
        ("customer.fields", "customer", _CUSTOMER),
        ("sales_order.fields", "salesorder", _ORDER),
        ("sales_order.lines[0]", "salesorder.item", _LINE),
    ):
        packaged = standard.target(record)
        for key, id_ in known.items():
            found = packaged.find(record, id_) or Field(record=record, id=id_, type=FieldType.TEXT)
            place = Place.LINE if record.endswith(".item") else Place.BODY
            field = replace(found, id=id_, required=id_ in _REQUIRED, place=place)
            fields.append(field)
            paths[field.key] = f"{section}.{key}"
    custom = dict(_custom(custom_fields))
    fields += [_field(key, definition) for key, (definition, _) in custom.items()]
    paths |= {key: f"{section}.custom_fields.{key[1]}" for key, (_, section) in custom.items()}
    return Targets(
        catalogue=Catalogue(system="NetSuite", fields=fields),
        paths=paths,
        custom={key: definition for key, (definition, _) in custom.items()},
    )


def _custom(
    definitions: Sequence[CustomFieldDefinition],
) -> Iterator[tuple[FieldKey, tuple[CustomFieldDefinition, str]]]:
    for one in definitions:
        for place in _PLACES:
            stands = one.place == place.place and (not one.applies_to or place.applies in one.applies_to)
            if stands and one.type is not None and one.stored:
                yield (place.record, one.script_id), (one, place.section)


def _field(key: FieldKey, definition: CustomFieldDefinition) -> Field:
    record, id_ = key
    kind = _TYPES[definition.type] if definition.type is not None else FieldType.UNKNOWN
    return Field(
        record=record,
        id=id_,
        label=definition.label,
        type=kind,
        place=Place.LINE if record.endswith(".item") else Place.BODY,
        required=definition.mandatory,
    )
