"""Identifiers and labels become plain words, however a system writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.text.identifiers import is_custom, is_key, segment, singular, split, without_custom_mark, words

KNOWN = frozenset("ship to zip address line bill item number amount".split())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("shipToAddress1", "ship to address 1"),
        ("SHIP_TO_ADDRESS", "ship to address"),
        ("custbody_po_nbr", "po number"),
        ("custentity3_acct_mgr", "account manager"),
        ("PO_Number__c", "po number"),
        ("Qty.", "quantity"),
        ("P.O. #", "po number"),
        ("Order No", "order number"),
        ("Amt", "amount"),
        ("Tel", "phone"),
        ("addr2", "address 2"),
        ("Straße", "strasse"),
        ("Prénom", "prenom"),
        ("Customer's name", "customer name"),
        ("HTTPServerURL", "http server url"),
        ("categories", "category"),
        ("tax-classes", "tax class"),
        ("address", "address"),
        ("status", "status"),
        ("x_studio_region", "region"),
    ],
)
def test_every_way_of_writing_a_name_gives_its_words(written: str, read: str) -> None:
    assert " ".join(words(written)) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("shiptozip", "ship to zip"),
        ("billtoaddress", "bill to address"),
        ("zip", "zip"),
        ("zipfel", "zipfel"),
    ],
)
def test_words_run_together_come_apart_only_when_all_of_them_are_known(written: str, read: str) -> None:
    assert segment(written, KNOWN) == tuple(read.split())


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("companies", "company"),
        ("boxes", "box"),
        ("terms", "terms"),
        ("addresses", "address"),
        ("series", "series"),
        ("is", "is"),
        ("orders", "order"),
    ],
)
def test_plurals_become_singular_and_words_of_one_number_stay(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_a_custom_fields_mark_is_recognised_and_taken_off() -> None:
    assert is_custom("custcol_grade")
    assert is_custom("Grade__c")
    assert not is_custom("customer")
    assert without_custom_mark("custcol_grade") == "grade"
    assert without_custom_mark("customer") == "customer"


@pytest.mark.parametrize("key", ["1001", "12-34", "dcf558aac1ae4e8c4f849ba5e668430d8df9be12", ""])
def test_an_identifier_that_says_nothing_is_a_key(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("name", ["name", "addr1", "facade", "decade", "x1"])
def test_an_identifier_with_words_is_no_key(name: str) -> None:
    assert not is_key(name)


@given(st.text(max_size=600))
def test_no_name_crashes_the_reading(name: str) -> None:
    assert all(word == word.lower() for word in split(name) if word.isascii())
    assert isinstance(words(name, KNOWN), tuple)
    assert isinstance(is_key(name), bool)
