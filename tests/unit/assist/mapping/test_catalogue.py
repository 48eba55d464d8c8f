"""Catalogues hold each field once and find it under every name it has."""

import pytest

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field, FieldType, Place, field_type


def a_field(id_: str, **more: object) -> Field:
    return Field(record="customer", id=id_, **more)  # type: ignore[arg-type]


def test_a_field_is_found_by_its_id_and_any_alias_whatever_the_case() -> None:
    zip_ = a_field("zipcode", aliases=("zip", "zipCode"))
    catalogue = Catalogue(system="NetSuite", fields=[zip_])
    assert catalogue.find("customer", "ZIPCODE") is zip_
    assert catalogue.find("customer", "zip") is zip_
    assert catalogue.find("vendor", "zip") is None


def test_a_field_listed_twice_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="field 'email' of 'customer' is listed twice"):
        Catalogue(system="NetSuite", fields=[a_field("email"), a_field("email")])


def test_an_accounts_own_word_replaces_the_packaged_field() -> None:
    packaged = Catalogue(system="NetSuite", fields=[a_field("zipcode", aliases=("zip",)), a_field("email")])
    told = packaged.with_fields([a_field("zip", label="Postcode", required=True)])
    assert [one.id for one in told] == ["email", "zip"]


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("CURRENCY2", FieldType.MONEY),
        ("DROPDOWN", FieldType.SELECT),
        ("date-time", FieldType.DATETIME),
        ("long text", FieldType.LONG_TEXT),
        ("", FieldType.UNKNOWN),
        ("holograph", FieldType.UNKNOWN),
    ],
)
def test_vendors_words_for_types_are_understood(written: str, type_: FieldType) -> None:
    assert field_type(written) is type_


@pytest.mark.parametrize(
    "record",
    "customer contact vendor salesorder invoice creditmemo customerpayment itemfulfillment opportunity estimate item".split(),
)
def test_the_packaged_list_knows_the_records_we_use(record: str) -> None:
    fields = standard.target(record)
    assert len(fields) > 80
    assert all(one.record == record for one in fields)


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ("customer", ["zipcode", "zip", "zipCode"]),
        ("customer", ["address1", "addr1"]),
        ("customer", ["entityid", "entityId"]),
        ("salesorder", ["trandate", "tranDate"]),
        ("salesorder", ["otherrefnum", "otherRefNum"]),
        ("salesorder.item", ["unit", "units"]),
    ],
)
def test_ids_of_every_style_are_one_field(record: str, names: list[str]) -> None:
    catalogue = standard.target(record)
    assert len({catalogue.find(record, name) for name in names}) == 1
    assert catalogue.find(record, names[0]) is not None


def test_lines_and_addresses_stand_in_their_place() -> None:
    line = standard.target("salesorder.item").find("salesorder.item", "quantity")
    address = standard.target("salesorder.address").find("salesorder.address", "zip")
    assert line is not None
    assert line.place is Place.LINE
    assert address is not None
    assert address.place is Place.ADDRESS


def test_streaks_standard_fields_say_what_cannot_be_written() -> None:
    key = standard.streak().find("box", "key")
    name = standard.streak().find("box", "name")
    assert key is not None
    assert not key.writable
    assert name is not None
    assert name.writable
