"""Fields that come several times are found by their numbers; a number alone says nothing."""

import pytest

from assist.mapping.catalogue import Field
from assist.mapping.numbered import further_groups


def groups(*names: str) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """Groups of fields of these names: name, name without number, and name of the first one."""
    found = further_groups([Field(record="box", id=one, label=one) for one in names])
    return [(g.number, [(m.field.id, m.bare.id, m.twin.id) for m in g.members]) for g in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Product", "Product 2"),
        ("Product 1", "Product 2"),
        ("product_1", "product_2"),
        ("Product #1", "Product #2"),
        ("Product (1)", "Product (2)"),
        ("1. Product", "2. Product"),
        ("1st product", "2nd product"),
        ("Product", "Second product"),
        ("Product A", "Product B"),
        ("Produkt", "Produkt 2"),
    ],
)
def test_the_second_of_a_name_is_found_beside_the_first(first: str, second: str) -> None:
    ((number, [(field, bare, twin)]),) = groups(first, second)
    assert (number, field, twin) == (2, second, first)
    assert bare in {"product", "produkt"}


def test_fields_of_one_number_are_one_group() -> None:
    assert groups("Product 1", "Quantity 1", "Product 3 price", "Product 2", "Quantity 2", "Product price") == [
        (2, [("Product 2", "product", "Product 1"), ("Quantity 2", "quantity", "Quantity 1")]),
        (3, [("Product 3 price", "product price", "Product price")]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [("Model 3",), ("Plan B", "Plan"), ("Product", "Product 2", "2nd product"), ("2026", "Q1 2026"), ("Product", "Setup fee")],
    ids=["alone", "a letter without its first", "two of one name", "years", "another name"],
)  # fmt: skip
def test_what_is_not_sure_is_no_group(names: tuple[str, ...]) -> None:
    assert all(not members for _, members in groups(*names))


def test_fields_of_several_records_are_no_group() -> None:
    fields = [Field(record="contact", id="Product", label="Product"), Field(record="box", id="Product 2", label="Product 2")]  # fmt: skip
    assert further_groups(fields) == []
