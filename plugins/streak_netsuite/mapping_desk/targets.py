"""What a mapping can fill in NetSuite, as a catalogue the assistant reads."""

import contextlib
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field, FieldType, Place
from streak_netsuite.connectors.netsuite.calls.selection import SelectField
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.mapping.standard_fields import StandardPlace, place_of
from streak_netsuite.mapping_desk.target_values import TargetValues
from streak_netsuite.model.custom_field import CustomFieldType

FieldKey = tuple[str, str]

# NetSuite's searches, and so the assistant, know these by other names than SuiteTalk.
_IDS = {"shippingAddress": "shipaddress", "billingAddress": "billaddress"}
_LINE = re.compile(r"sales_order\.lines\[(\d+)\]")
_REQUIRED = frozenset({"companyname", "trandate", "item", "quantity"})
_SELECTS = frozenset(
    "subsidiary currency department class location terms salesrep item taxcode shipmethod discountitem units price".split()
)  # what a mapping fills by a lookup or an id
# Lists of people and of companies: their names are compared, and shown to nobody.
_PRIVATE = frozenset("salesrep partner parent job povendor opportunity salesgroup image".split())
# NetSuite numbers these itself; a customer without a number of its own is called by its name there, as another field is.
_NUMBERED = frozenset({"entityid", "tranid"})
_ADDRESS = "defaultAddress"  # the first of the address book
_SUBSIDIARY = ("customer", "subsidiary")
_CAPITAL = re.compile(r"(?<=[a-z])[A-Z]")
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
        applies: how a definition says that it stands there; "" for all of the place.
        record: as the assistant names it.
        standard: its standard fields.
        custom_type: the custom record type, when the records are of one.
    """

    place: str
    applies: str
    record: str
    standard: StandardPlace
    custom_type: RecordRef | None = None

    def named(self, name: str) -> SelectField:
        """Return a field of this place as SuiteTalk is asked for it."""
        if self.custom_type is not None:
            return SelectField(record_type="", name=name, custom_record_type=self.custom_type)
        return SelectField(record_type=self.standard.record_type, name=name, sublist=self.standard.sublist)

    @property
    def stands(self) -> Place:
        """Where on a record that is, as the assistant sees it."""
        return Place.LINE if self.standard.sublist else Place.BODY


_PLACES = (
    TargetPlace(place="entity", applies="Customer", record="customer", standard=place_of("customer")),
    TargetPlace(
        place="transaction", applies="bodySale", record="salesorder", standard=place_of("sales_order")
    ),
    TargetPlace(
        place="transaction line",
        applies="colSale",
        record="salesorder.item",
        standard=place_of("sales_order.lines[0]"),
    ),
)


def in_line(path: str, line: int) -> str:
    """Return the same target of another order line; any other target as it is."""
    return _LINE.sub(f"sales_order.lines[{line}]", path)


def line_of(path: str) -> int | None:
    """Return which order line a target is of, None when it is of none."""
    found = _LINE.match(path)
    return int(found[1]) if found else None


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What can be filled.

    Attributes:
        catalogue: the fields.
        paths: where the mapping file fills each ("sales_order.fields.memo").
        named: each as SuiteTalk is asked for it.
        custom: definitions of the custom fields among them.
        types: of those whose rules have to say it: custom ones, and standard ones by SuiteTalk's names.
    """

    catalogue: Catalogue
    paths: Mapping[FieldKey, str]
    named: Mapping[FieldKey, SelectField]
    custom: Mapping[FieldKey, CustomFieldDefinition]
    types: Mapping[FieldKey, CustomFieldType]

    def path(self, field: Field, *, line: int = 0) -> str:
        """Return where the mapping file fills a field, of one of several order lines."""
        return in_line(self.paths[field.key], line)

    def is_select(self, field: Field) -> bool:
        """Whether a value has to be looked up."""
        if field.key in self.types:
            return self.types[field.key] in {CustomFieldType.SELECT, CustomFieldType.MULTI_SELECT}
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
        # An account with subsidiaries (OneWorld) makes no customer without one.
        field = replace(field, required=field.required or (field.key == _SUBSIDIARY and bool(offered)))
        if offered and not self.is_private(field):
            return replace(field, options=offered)
        if field.id in _NUMBERED:
            return field
        return replace(field, samples=offered or values.samples.get(named, ()))

    def is_private(self, field: Field) -> bool:
        """Whether a list leads to NetSuite's own records (their ids are below zero), such as employees and customers."""
        definition = self.custom.get(field.key)
        if definition is None:
            return field.id in _PRIVATE
        return definition.choices is not None and definition.choices.internal_id.startswith("-")


StandardFields = Mapping[tuple[str, str], Mapping[str, CustomFieldType]]
"""What an account's schema has for a record type and sublist: types by SuiteTalk's names."""


def standard_of(ask: Callable[..., Mapping[str, CustomFieldType]]) -> StandardFields:
    """Return what the account's schema has for all that a mapping fills."""
    keys = [(place.standard.record_type, place.standard.sublist) for place in _PLACES]
    return {(record_type, sublist): ask(record_type, sublist=sublist) for record_type, sublist in keys}


def targets_of(
    custom_fields: Sequence[CustomFieldDefinition], standard_fields: StandardFields | None = None
) -> Targets:
    """Return what a mapping can fill: the fields it has keys for, an account's custom fields, and all other standard ones.

    Args:
        standard_fields: of the account's schema; without them there are no others.
    """
    made = _Made()
    for place in _PLACES:
        for key, name in place.standard.own.items():
            made.add(place, _standard(place, name), name, f"{place.standard.fields}.{key}")
    customer = _PLACES[0]
    made.add(customer, _standard(customer, _ADDRESS), _ADDRESS, "customer.addresses[0]")
    for place in _PLACES:
        for one in _custom(custom_fields, place):
            path = f"{place.standard.section}.custom_fields.{one.script_id}"
            field = _field(place, one)
            made.add(place, field, one.script_id, path, type_=one.type)
            made.custom[field.key] = one
    for place in _PLACES:
        for name, type_ in _more(place, standard_fields or {}):
            field = replace(_standard(place, name), type=_TYPES[type_])
            if (place.record, field.id) not in made.paths:
                made.add(place, field, name, f"{place.standard.section}.more_fields.{name}", type_=type_)
    return made.done()


def targets_of_record(
    place: TargetPlace,
    custom_fields: Sequence[CustomFieldDefinition],
    standard_fields: Mapping[str, CustomFieldType],
    *,
    required: Container[str],
    at: Callable[[str], str],
) -> Targets:
    """Return what the file of a record type can fill.

    Args:
        standard_fields: that may be filled, by SuiteTalk's names.
        required: SuiteTalk's names of those that NetSuite demands.
        at: where the file fills a field.
    """
    made = _Made()
    for name, type_ in standard_fields.items():
        known = replace(_standard(place, name), required=name in required)
        field = known if known.type in _FINER.get(type_, ()) else replace(known, type=_TYPES[type_])
        if (place.record, field.id) not in made.paths:
            made.add(place, field, name, at(name), type_=type_)
    for one in _custom(custom_fields, place):
        field = _field(place, one)
        made.add(place, field, one.script_id, at(one.script_id), type_=one.type)
        made.custom[field.key] = one
    return made.done()


# What the packaged list knows better than a schema, which has texts where people see addresses.
_FINER: Mapping[CustomFieldType, frozenset[FieldType]] = {
    CustomFieldType.TEXT: frozenset(
        {FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.LONG_TEXT, FieldType.TEXT}
    )
}


@dataclass
class _Made:
    """Targets in the making."""

    fields: list[Field] = field(default_factory=list)
    paths: dict[FieldKey, str] = field(default_factory=dict)
    named: dict[FieldKey, SelectField] = field(default_factory=dict)
    custom: dict[FieldKey, CustomFieldDefinition] = field(default_factory=dict)
    types: dict[FieldKey, CustomFieldType] = field(default_factory=dict)

    def add(
        self,
        place: TargetPlace,
        field: Field,
        name: str,
        path: str,
        *,
        type_: CustomFieldType | None = None,
    ) -> None:
        self.fields.append(field)
        self.paths[field.key] = path
        self.named[field.key] = place.named(name)
        if type_ is not None:
            self.types[field.key] = type_

    def done(self) -> Targets:
        return Targets(
            catalogue=Catalogue(system="NetSuite", fields=self.fields),
            paths=self.paths,
            named=self.named,
            custom=self.custom,
            types=self.types,
        )


def _standard(place: TargetPlace, name: str) -> Field:
    id_ = _IDS.get(name, name.lower())
    found = standard.target(place.record).find(place.record, id_)
    known = found or Field(record=place.record, id=id_, label=_label(name), type=FieldType.TEXT)
    return replace(known, id=id_, required=id_ in _REQUIRED, place=place.stands, writable=True)


def _label(name: str) -> str:
    """Return SuiteTalk's name in words: creditLimit is "Credit limit"."""
    return _CAPITAL.sub(lambda found: f" {found[0].lower()}", name).capitalize()


def _more(place: TargetPlace, known: StandardFields) -> Iterator[tuple[str, CustomFieldType]]:
    """Yield the standard fields that may be filled by SuiteTalk's names."""
    for name, type_ in known.get((place.standard.record_type, place.standard.sublist), {}).items():
        with contextlib.suppress(ValueError):
            place.standard.check(name)
            yield name, type_


def _custom(
    definitions: Sequence[CustomFieldDefinition], place: TargetPlace
) -> Iterator[CustomFieldDefinition]:
    owner = place.custom_type
    names = {owner.internal_id, owner.script_id.lower()} if owner is not None else set()
    for one in definitions:
        applies = not place.applies or not one.applies_to or place.applies in one.applies_to
        stands = one.place == place.place and applies and (not names or one.record_type in names)
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
