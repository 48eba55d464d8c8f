"""What a mapping can fill in NetSuite, as a catalogue the assistant reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field, FieldType, Place
from streak_netsuite.connectors.netsuite.calls.selection import SelectField
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.mapping_desk.target_values import TargetValues
from streak_netsuite.model.custom_field import CustomFieldType

FieldKey = tuple[str, str]

# The mapping's keys, and the names that SuiteTalk has for the same fields.
_CUSTOMER = {
    "company_name": "companyName",
    "first_name": "firstName",
    "last_name": "lastName",
    "entity_id": "entityId",
    "email": "email",
    "phone": "phone",
    "subsidiary": "subsidiary",
    "currency": "currency",
    "terms": "terms",
}
_ORDER = {
    "transaction_date": "tranDate",
    "memo": "memo",
    "purchase_order_number": "otherRefNum",
    "currency": "currency",
    "subsidiary": "subsidiary",
    "department": "department",
    "class": "class",
    "location": "location",
    "terms": "terms",
    "sales_rep": "salesRep",
    "ship_date": "shipDate",
    "ship_method": "shipMethod",
    "start_date": "startDate",
    "end_date": "endDate",
    "discount_item": "discountItem",
    "discount_rate": "discountRate",
    "shipping_address": "shipAddress",
    "billing_address": "billAddress",
}
_LINE = {
    "item": "item",
    "quantity": "quantity",
    "rate": "rate",
    "description": "description",
    "tax_code": "taxCode",
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
# Lists of people and of companies: their names are compared, and shown to nobody.
_PRIVATE = frozenset({"salesrep"})
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
    """Where the fields of one part of a record are filled.

    Attributes:
        place: of its custom fields, as FieldCatalogue names it.
        applies: how a definition says that it stands there.
        section: of the mapping.
        fields: where its standard fields stand in the mapping.
        record: as the assistant names it.
        record_type: as SuiteTalk names it, `sublist` with it.
        known: SuiteTalk's names by the mapping's keys.
    """

    place: str
    applies: str
    section: str
    fields: str
    record: str
    record_type: str
    sublist: str = ""
    known: Mapping[str, str]

    def named(self, name: str) -> SelectField:
        """Return a field of this place as SuiteTalk is asked for it."""
        return SelectField(record_type=self.record_type, name=name, sublist=self.sublist)

    @property
    def stands(self) -> Place:
        """Where on a record that is, as the assistant sees it."""
        return Place.LINE if self.sublist else Place.BODY


_PLACES = (
    TargetPlace(
        place="entity",
        applies="Customer",
        section="customer",
        fields="customer.fields",
        record="customer",
        record_type="customer",
        known=_CUSTOMER,
    ),
    TargetPlace(
        place="transaction",
        applies="bodySale",
        section="sales_order",
        fields="sales_order.fields",
        record="salesorder",
        record_type="salesOrder",
        known=_ORDER,
    ),
    TargetPlace(
        place="transaction line",
        applies="colSale",
        section="sales_order.lines[0]",
        fields="sales_order.lines[0]",
        record="salesorder.item",
        record_type="salesOrder",
        sublist="itemList",
        known=_LINE,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What can be filled.

    Attributes:
        catalogue: the fields.
        paths: where the mapping file fills each ("sales_order.fields.memo").
        named: each as SuiteTalk is asked for it.
        custom: definitions of the custom fields among them.
    """

    catalogue: Catalogue
    paths: Mapping[FieldKey, str]
    named: Mapping[FieldKey, SelectField]
    custom: Mapping[FieldKey, CustomFieldDefinition]

    def is_select(self, field: Field) -> bool:
        """Whether a value has to be looked up."""
        if field.key in self.custom:
            return field.type in {FieldType.SELECT, FieldType.MULTI_SELECT}
        return field.id in _SELECTS

    @property
    def selects(self) -> Sequence[SelectField]:
        """The fields that offer lists."""
        return [self.named[one.key] for one in self.catalogue if self.is_select(one)]

    def with_values(self, values: TargetValues) -> "Targets":
        """Return these targets with what their fields hold.

        The entries of a list of people or companies become samples, which are compared and shown nowhere.
        """
        fields = [self._with_values(one, values) for one in self.catalogue]
        return replace(self, catalogue=Catalogue(system=self.catalogue.system, fields=fields))

    def _with_values(self, field: Field, values: TargetValues) -> Field:
        named = self.named[field.key]
        offered = values.options.get(named, ())
        if offered and not self._is_private(field):
            return replace(field, options=offered)
        return replace(field, samples=offered or values.samples.get(named, ()))

    def _is_private(self, field: Field) -> bool:
        """Whether a list leads to NetSuite's own records (their ids are below zero), such as employees and customers."""
        definition = self.custom.get(field.key)
        if definition is None:
            return field.id in _PRIVATE
        return definition.choices is not None and definition.choices.internal_id.startswith("-")


def targets_of(custom_fields: Sequence[CustomFieldDefinition]) -> Targets:
    """Return the standard fields that a mapping can fill, and an account's custom fields."""
    fields: list[Field] = []
    paths: dict[FieldKey, str] = {}
    named: dict[FieldKey, SelectField] = {}
    custom: dict[FieldKey, CustomFieldDefinition] = {}
    for place in _PLACES:
        for key, name in place.known.items():
            field = _standard(place, name)
            fields.append(field)
            paths[field.key] = f"{place.fields}.{key}"
            named[field.key] = place.named(name)
    for place in _PLACES:
        for definition in _custom(custom_fields, place):
            field = _field(place, definition)
            fields.append(field)
            paths[field.key] = f"{place.section}.custom_fields.{definition.script_id}"
            named[field.key] = place.named(definition.script_id)
            custom[field.key] = definition
    return Targets(
        catalogue=Catalogue(system="NetSuite", fields=fields), paths=paths, named=named, custom=custom
    )


def _standard(place: TargetPlace, name: str) -> Field:
    id_ = name.lower()
    found = standard.target(place.record).find(place.record, id_)
    known = found or Field(record=place.record, id=id_, type=FieldType.TEXT)
    return replace(known, id=id_, required=id_ in _REQUIRED, place=place.stands)


def _custom(
    definitions: Sequence[CustomFieldDefinition], place: TargetPlace
) -> Iterator[CustomFieldDefinition]:
    for one in definitions:
        stands = one.place == place.place and (not one.applies_to or place.applies in one.applies_to)
        if stands and one.type is not None and one.stored:
            yield one


def _field(place: TargetPlace, definition: CustomFieldDefinition) -> Field:
    kind = _TYPES[definition.type] if definition.type is not None else FieldType.UNKNOWN
    return Field(
        record=place.record,
        id=definition.script_id,
        label=definition.label,
        type=kind,
        place=place.stands,
        required=definition.mandatory,
    )
