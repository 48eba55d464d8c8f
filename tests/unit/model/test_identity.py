"""Keys that make the same thing the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.model.identity import company_key, email_key, external_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Acme, Inc.", "ACME  Inc", id="case, punctuation, blanks"),
        pytest.param("Éclair Pâtisserie SARL", "Eclair Patisserie", id="accents and legal form"),
        pytest.param("Müller GmbH & Co. KG", "Muller", id="German compound form"),
        pytest.param("The Acme Co., Ltd.", "acme", id="article and several forms"),
        pytest.param("Acme S.A.", "Acme SA", id="dotted legal form"),
        pytest.param("Smith & Sons", "Smith and Sons", id="ampersand"),
        pytest.param("Straße AG", "STRASSE", id="sharp s"),
    ],
)
def test_spellings_of_one_company_have_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Acme Robotics", "Acme Logistics", id="another word"),
        pytest.param("Delta Foods", "Delta Food Service", id="longer name"),
        pytest.param("Co", "", id="a legal form alone is a name"),
        pytest.param("株式会社トヨタ", "株式会社ホンダ", id="no Latin letters"),
    ],
)
def test_different_companies_have_different_keys(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@given(st.text(max_size=80))
def test_a_key_is_its_own_key(name: str) -> None:
    assert company_key(company_key(name)) == company_key(name)


def test_keys_that_differ_by_case_alone_have_different_external_ids() -> None:
    one, other = external_id("streak-so", "agxABC"), external_id("streak-so", "agxabc")
    assert one.lower() != other.lower()


def test_an_external_id_survives_netsuites_case_folding_and_alphabet() -> None:
    key = external_id("streak-so", "agxzfm1haWxmb29nZWFy|/+=")
    assert key == key.lower()
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(key) == len("streak-so-") + 32


def test_parts_are_not_glued_together() -> None:
    assert external_id("p", "ab", "c") != external_id("p", "a", "bc")


def test_addresses_are_compared_without_case_and_blanks() -> None:
    assert email_key(" Ap@Acme.example ") == "ap@acme.example"
