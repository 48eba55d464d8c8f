"""The lexicon brings what systems call a thing to one set of words."""

import pytest

from assist.mapping.catalogue import Place
from assist.mapping.lexicon.book import load, part_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Postal Code", "ZIP"),
        ("Surname", "Last name"),
        ("PO #", "Purchase Order Number"),
        ("VAT ID", "Tax Number"),
        ("PLZ", "zipcode"),
        ("mobile", "Cell phone"),
        ("Telefon", "Phone Number"),
    ],
)
def test_two_ways_to_say_one_thing_become_the_same_words(one: str, other: str) -> None:
    lexicon = load()
    assert lexicon.canonical(lexicon.words(one)) == lexicon.canonical(lexicon.words(other))


def test_active_and_inactive_stay_apart() -> None:
    lexicon = load()
    assert lexicon.canonical(lexicon.words("is active")) != lexicon.canonical(lexicon.words("inactive"))


@pytest.mark.parametrize(
    ("name", "context"), [("Bill To City", "bill"), ("shippingStreet", "ship"), ("Home Phone", "home")]
)
def test_a_name_tells_whose_address_or_phone_it_is(name: str, context: str) -> None:
    lexicon = load()
    assert context in lexicon.contexts_of(lexicon.words(name))
    assert context not in lexicon.contexts_of(lexicon.without_contexts(lexicon.words(name)))


def test_a_standard_field_is_found_on_its_own_record_only() -> None:
    lexicon = load()
    found = lexicon.find("salesorder", "otherRefNum")
    assert found is not None
    assert found.id == "otherrefnum"
    assert lexicon.find("contact", "otherRefNum") is None
    assert lexicon.find("salesorder", "no such field") is None


def test_a_part_of_a_record_is_asked_first() -> None:
    lexicon = load()
    line, body = lexicon.find("salesorder.item", "department"), lexicon.find("salesorder", "department")
    assert line is not None
    assert body is not None
    assert (line.place, body.place) == (Place.LINE, Place.BODY)
    assert part_of("salesorder.address") is Place.ADDRESS
    assert part_of("salesorder") is None


def test_every_name_in_the_lexicon_has_words() -> None:
    for fields in load().standard.values():
        for one in fields:
            assert all(one.phrases), one.id
