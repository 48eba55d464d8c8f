"""What a value is read as before anything is compared."""

from collections.abc import Sequence

import pandas as pd
import pytest

from assist.duplicates import normalise
from assist.duplicates.kind import Kind
from assist.duplicates.normalise_fields import readings
from assist.duplicates.profile import column_kind, profile


def read(kind: Kind, value: str) -> list[str]:
    return [one.values[0] for one in readings(kind, [value])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Nordwind Logistik GmbH", "NORDWIND LOGISTIK", id="legal form, case"),
        pytest.param("Acme, Inc.", "The Acme Company", id="company forms, article"),
        pytest.param("Acme L.L.C.", "Acme LLC", id="dots"),
        pytest.param("Société Générale SA", "Societe Generale", id="accents"),
        pytest.param("Müller & Söhne KG", "Muller Sohne", id="umlauts and ampersand"),
        pytest.param("Газпром ОАО", "Gazprom OAO", id="Cyrillic"),
        pytest.param("Ελλάς Α.Ε.", "Ellas AE", id="Greek"),
        pytest.param("Blue Tech Svcs", "Blue Technologies Services", id="abbreviations"),
        pytest.param("Madden Health", "Health Madden", id="order of words"),
        pytest.param("Łódź Meble sp. z o.o.", "Lodz Meble sp zoo", id="Polish"),
    ],
)
def test_a_company_is_the_same_in_another_spelling(one: str, other: str) -> None:
    assert read(Kind.COMPANY, one)[0] == read(Kind.COMPANY, other)[0]


@pytest.mark.parametrize("name", ["Limited", "The Company", "GmbH"])
def test_a_company_named_by_its_legal_form_alone_keeps_a_name(name: str) -> None:
    assert read(Kind.COMPANY, name)[0]


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        pytest.param(
            Kind.EMAIL, "Ann+News@Acme.Example", ["ann@acme.example", "acme.example"], id="tag, case"
        ),
        pytest.param(Kind.EMAIL, "ann.b@gmail.com", ["ann.b@gmail.com", ""], id="free mail has no domain"),
        pytest.param(Kind.EMAIL, "no address", ["", ""], id="no e-mail at all"),
        pytest.param(Kind.PHONE, "+44 (0)20 7932-5980", ["079325980"], id="phone with country"),
        pytest.param(Kind.PHONE, "020 7932 5980", ["079325980"], id="phone without"),
        pytest.param(Kind.STREET, "12 Mill Ln", ["mill lane", "12"], id="house number before"),
        pytest.param(Kind.STREET, "Hauptstr. 5a", ["haupt street", "5a"], id="house number behind"),
        pytest.param(Kind.STREET, "Hauptstraße 5a", ["haupt street", "5a"], id="street in full"),
        pytest.param(Kind.DATE, "1984-03-07", ["19840307"], id="ISO date"),
        pytest.param(Kind.DATE, "7/3/1984", ["19840307"], id="day first"),
        pytest.param(Kind.DATE, "19840307", ["19840307"], id="digits"),
        pytest.param(Kind.IDENTIFIER, "GB 123-456", ["gb123456"], id="registration number"),
        pytest.param(Kind.POSTCODE, "ls1 2ab", ["ls12ab"], id="postcode"),
    ],
)
def test_a_value_is_read_as_what_it_means(kind: Kind, value: str, wanted: list[str]) -> None:
    assert read(kind, value) == wanted


def test_words_of_a_branch_are_read_apart() -> None:
    assert read(Kind.COMPANY, "Acme Berlin 2 GmbH")[1] == "2"


def test_what_stands_for_nothing_is_missing_and_lines_are_one() -> None:
    column = pd.Series(["N/A", None, "two\nlines", "-", "Acme", 12.0], dtype=object)
    assert normalise.texts(column) == ["", "", "two lines", "", "Acme", "12.0"]
    assert normalise.texts(pd.Series([12.0, None, float("inf")])) == ["12", "", ""]


def _column(values: Sequence[str]) -> "pd.Series[str]":
    return pd.Series(list(values))


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        pytest.param(
            "x", ["a@b.example", "c@d.example", "e@f.example"] * 3, Kind.EMAIL, id="e-mail by its form"
        ),
        pytest.param(
            "y", ["+44 20 79325980", "(020) 7932 1111", "020-7932-2222"] * 3, Kind.PHONE, id="phone"
        ),
        pytest.param("z", ["Acme Ltd", "Bolt GmbH", "Cord Inc", "Dale SARL"], Kind.COMPANY, id="legal forms"),
        pytest.param("Company name", ["a b", "c d", "e f"], Kind.COMPANY, id="by its name"),
        pytest.param("Zip", ["12345", "23456", "34567"], Kind.POSTCODE, id="postcode"),
        pytest.param("Internal ID", ["1", "2", "3"], Kind.IGNORED, id="row key"),
        pytest.param("same", ["x", "x", "x"], Kind.IGNORED, id="one value says nothing"),
        pytest.param("empty", ["", "", ""], Kind.IGNORED, id="nothing"),
        pytest.param("born", ["1984-03-07", "1990-11-23", "2001-01-01"], Kind.DATE, id="date"),
    ],
)
def test_a_column_is_known_by_its_values_and_its_name(name: str, values: list[str], kind: Kind) -> None:
    assert column_kind(name, _column(values)) is kind


def test_what_the_caller_says_of_a_column_is_believed() -> None:
    frame = pd.DataFrame({"x": ["a@b.example", "c@d.example"], "y": ["1", "2"]})
    assert profile(frame, {"x": Kind.TEXT})["x"] is Kind.TEXT
