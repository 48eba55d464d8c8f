"""What many record types have in common: references, dates, addresses, custom fields."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord, SuiteValue
from streak_netsuite.mapping.country import country_code, suitetalk_country
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType, CustomValue
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.reference import Reference

CUSTOM_PRICE = RecordRef(internal_id="-1")  # price level "Custom": the line's rate is ours

Maybe = SuiteValue | Reference | Address | DiscountRate | None


def present(**values: Maybe) -> dict[str, SuiteValue]:
    """Return the values that are there: None and "" leave a field as it is."""
    return {name: _suite(value) for name, value in values.items() if value is not None and value != ""}


def custom(fields: Iterable[CustomField]) -> Mapping[str, CustomField]:
    """Return custom fields by script id."""
    return {field.script_id: field for field in fields}


def more(fields: Iterable[CustomField]) -> dict[str, SuiteValue]:
    """Return the values of standard fields by SuiteTalk's names."""
    return {field.script_id: _standard(field.value) for field in fields}


def more_fields(record: Fields, names: Collection[str], zone: ZoneInfo) -> tuple[CustomField, ...]:
    """Return the values of standard fields that are wanted, as far as the record has them."""
    found = ((name, _read(record.values[name], zone)) for name in sorted(names) if name in record.values)
    return tuple(
        CustomField(script_id=name, type=_READ_TYPES[type(value)], value=value)
        for name, value in found
        if value is not None
    )


def custom_fields(record: Fields) -> tuple[CustomField, ...]:
    """Return a record's custom fields."""
    return tuple(record.custom_fields.values())


def reference(record: Fields, name: str) -> Reference | None:
    """Return where a field leads, or None."""
    ref = record.ref(name)
    return ref.reference() if ref is not None else None


def required_reference(record: SuiteRecord, name: str) -> Reference:
    """Return where a field leads.

    Raises:
        ValueError: the record has none, and cannot be understood without.
    """
    found = reference(record, name)
    if found is None:
        raise ValueError(f"{record.type} {record.internal_id} has no {name}")
    return found


def day(record: Fields, name: str, zone: ZoneInfo) -> date | None:
    """Return the day of a date field, in the integration user's zone (section_1521451348)."""
    moment = record.moment(name)
    return None if moment is None else moment.astimezone(zone).date()


def required_day(record: SuiteRecord, name: str, zone: ZoneInfo) -> date:
    """Return the day of a date field.

    Raises:
        ValueError: the record has none.
    """
    found = day(record, name, zone)
    if found is None:
        raise ValueError(f"{record.type} {record.internal_id} has no {name}")
    return found


def whole(record: Fields, name: str) -> int | None:
    """Return a whole number, or None."""
    number = record.amount(name)
    return None if number is None else int(number)


def quantity(record: Fields, name: str = "quantity") -> Decimal:
    """Return a quantity; NetSuite leaves it out for lines that count nothing."""
    found = record.amount(name)
    return Decimal(0) if found is None else found


def rate(record: Fields) -> Decimal | None:
    """Return a line's rate; None for none and for a percentage, which is no price."""
    text = record.text("rate")
    return None if not text or text.endswith("%") else Decimal(text)


def discount_rate(record: Fields) -> DiscountRate | None:
    """Return what a transaction's discount takes off, or None for one that nobody can read."""
    try:
        return DiscountRate.parse(record.text("discountRate"))
    except ValueError:
        return None


def read_address(fields: Fields) -> Address | None:
    """Return an address, or None when nothing of it was sent."""
    if not fields.values:
        return None
    return Address(
        country=iso_country(fields.text("country")),
        addr1=fields.text("addr1"),
        addr2=fields.text("addr2"),
        addr3=fields.text("addr3"),
        city=fields.text("city"),
        state=fields.text("state"),
        zip=fields.text("zip"),
        attention=fields.text("attention"),
        addressee=fields.text("addressee"),
        phone=fields.text("addrPhone"),
    )


def write_address(address: Address) -> Fields:
    """Return an address as SuiteTalk keeps it."""
    return Fields(
        values=present(
            country=suitetalk_country(address.country) if address.country else None,
            attention=address.attention,
            addressee=address.addressee,
            addrPhone=address.phone,
            addr1=address.addr1,
            addr2=address.addr2,
            addr3=address.addr3,
            city=address.city,
            state=address.state,
            zip=address.zip,
        )
    )


def iso_country(name: str) -> str:
    """Return the ISO code; a country newer than our list stays as NetSuite says it."""
    try:
        return country_code(name) if name else ""
    except ValueError:
        return name


_READ_TYPES: Mapping[type, CustomFieldType] = {
    str: CustomFieldType.TEXT,
    bool: CustomFieldType.CHECKBOX,
    int: CustomFieldType.INTEGER,
    Decimal: CustomFieldType.DECIMAL,
    date: CustomFieldType.DATE,
    datetime: CustomFieldType.DATETIME,
    Reference: CustomFieldType.SELECT,
}


def _standard(value: CustomValue) -> SuiteValue:
    if isinstance(value, tuple):
        return tuple(RecordRef.of(one) for one in value)
    return RecordRef.of(value) if isinstance(value, Reference) else value


def _read(value: SuiteValue, zone: ZoneInfo) -> CustomValue | None:
    """Return a value as a mapping gives it: a moment that is a midnight is a day. None for a structure or a list."""
    if isinstance(value, RecordRef):
        return value.reference()
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.date() if local.time() == time() else value
    return None if isinstance(value, Fields | tuple) else value


def _suite(value: SuiteValue | Reference | Address | DiscountRate) -> SuiteValue:
    if isinstance(value, DiscountRate):
        return str(value)
    if isinstance(value, Reference):
        return RecordRef.of(value)
    return write_address(value) if isinstance(value, Address) else value
