"""What a value is read as before anything is compared."""

import random
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
        pytest.param(
            "Maquinaria Sol, S. DE R.L. DE C.V.", "Maquinaria Sol S de RL de CV", id="Mexican, limited"
        ),
        pytest.param("Maquinaria Sol S. A. de C. V.", "Maquinaria Sol", id="Mexican, dots apart"),
        pytest.param("Nordlys A/S", "Nordlys AS", id="Danish"),
        pytest.param("Kranbau Gesellschaft mit beschränkter Haftung", "Kranbau GmbH", id="form in words"),
        pytest.param(
            "Общество с ограниченной ответственностью «Ромашка»", "ООО Ромашка", id="Russian, in words"
        ),
        pytest.param("ООО «Ромашка»", "OOO Romashka", id="Russian, transliterated"),
        pytest.param("株式会社山田製作所", "山田製作所 (株)", id="Japanese, form grown on"),
        pytest.param("㈱ガスト", "ガスト株式会社", id="Japanese, form in one sign"),
        pytest.param("口井青近实业有限责任公司", "口井青近实业有限公司", id="Chinese"),
        pytest.param("주식회사 한빛", "한빛(주)", id="Korean"),
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
        pytest.param(Kind.DOMAIN, "https://www.Acme.example/contact?a=1", ["acme.example"], id="site"),
        pytest.param(Kind.DOMAIN, "acme.example", ["acme.example"], id="domain"),
        pytest.param(Kind.DATE, "1984-03-07", ["19840307"], id="ISO date"),
        pytest.param(Kind.DATE, "7/3/1984", ["19840307"], id="day first"),
        pytest.param(Kind.DATE, "19840307", ["19840307"], id="digits"),
        pytest.param(Kind.IDENTIFIER, "GB 123-456", ["gb123456"], id="registration number"),
        pytest.param(Kind.POSTCODE, "ls1 2ab", ["ls12ab"], id="postcode"),
    ],
)
def test_a_value_is_read_as_what_it_means(kind: Kind, value: str, wanted: list[str]) -> None:
    assert read(kind, value) == wanted


def test_letters_of_other_scripts_stay_whole() -> None:
    assert read(Kind.COMPANY, "ガス会社") == ["ガス会社", ""]
    assert read(Kind.CITY, "부산") == ["부산"]


def test_whom_an_address_is_in_care_of_is_no_part_of_it() -> None:
    assert read(Kind.STREET, "c/o Holm Partners, 12 Mill Ln") == ["mill lane", "12"]


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


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        pytest.param(
            "Handelsregister", [f"HRB {n}" for n in (4711, 4712, 815, 4711)], Kind.IDENTIFIER, id="register"
        ),
        pytest.param("Account", ["Holm Optics", "Lund Dental", "Holm Optics"], Kind.COMPANY, id="account"),
        pytest.param("Title", ["CEO", "Buyer", "CEO", "Owner"] * 20, Kind.CATEGORY, id="a job's title"),
        pytest.param("Umsatz", ["10000", "25000", "31000", "10000"], Kind.NUMBER, id="German money"),
    ],
)
def test_a_heading_says_what_values_alone_do_not(name: str, values: list[str], kind: Kind) -> None:
    assert column_kind(name, pd.Series(values)) is kind


def test_what_the_caller_says_of_a_column_is_believed() -> None:
    frame = pd.DataFrame({"x": ["a@b.example", "c@d.example"], "y": ["1", "2"]})
    assert profile(frame, {"x": Kind.TEXT})["x"] is Kind.TEXT


ROWS = 240
TREES = "Aster Birch Cedar Dahlia Elm Fern Ginkgo Hazel Iris Juniper Kauri Larch Maple Nettle Olive Pine Rowan".split()


def drawn(form: str) -> list[str]:
    """Return values of a form: `T` is a tree, `9` a digit, `i` the number of the row."""
    rng = random.Random(form)
    fill = {"T": lambda: rng.choice(TREES), "9": lambda: rng.choice("0123456789")}
    return [
        "".join(fill[one]() if one in fill else str(row) if one == "i" else one for one in form)
        for row in range(ROWS)
    ]


def of_few(*words: str) -> list[str]:
    """Return values that come again and again."""
    return [words[row % len(words)] for row in range(ROWS)]


NAME, STREET, TOWN = drawn("T T T"), drawn("99 T Road"), drawn("Tton T")


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(
            {
                "vendor_id": (drawn("V-i"), Kind.IGNORED),
                "vendor": (NAME, Kind.COMPANY),
                "vendor_city": (TOWN, Kind.CITY),
                "vendor zip": (drawn("999 99"), Kind.POSTCODE),
                "vendor type": (of_few("A", "B"), Kind.CATEGORY),
                "Unnamed: 0": (drawn("i"), Kind.IGNORED),
            },
            id="vendors",
        ),
        pytest.param(
            {
                "CompanyName": (NAME, Kind.COMPANY),
                "CompanyNumber": (drawn("0i9999"), Kind.IDENTIFIER),
                "CompanyStatus": (of_few("Active", "Dissolved", "Liquidation"), Kind.CATEGORY),
                "CompanyCategory": (of_few("Private", "Public"), Kind.CATEGORY),
                "RegAddress.AddressLine1": (STREET, Kind.STREET),
                "RegAddress.PostTown": (TOWN, Kind.CITY),
                "RegAddress.County": (of_few("Kent", "Devon"), Kind.CATEGORY),
                "RegAddress.PostCode": (drawn("LS9 9AB"), Kind.POSTCODE),
                "URI": (drawn("http://business.example/id/i"), Kind.DOMAIN),
                "IncorporationDate": (drawn("19/09/2009"), Kind.DATE),
            },
            id="a register of companies",
        ),
        pytest.param(
            {
                "Firma": (NAME, Kind.COMPANY),
                "Straße": (drawn("Tweg 9"), Kind.STREET),
                "PLZ": (drawn("99999"), Kind.POSTCODE),
                "Ort": (TOWN, Kind.CITY),
                "Telefon": (drawn("089 / 99999"), Kind.PHONE),
                "Ansprechpartner": (drawn("T T"), Kind.PERSON),
                "USt-IdNr.": (drawn("DE999999999"), Kind.IDENTIFIER),
                "Kunden-Nr.": (drawn("1i"), Kind.IGNORED),
                "Land": (of_few("DE", "AT"), Kind.CATEGORY),
            },
            id="customers in German",
        ),
        pytest.param(
            {
                "legal_name": (NAME, Kind.COMPANY),
                "doing_business_as": (NAME, Kind.COMPANY),
                "business_description": (of_few(*drawn("T T and T")), Kind.TEXT),
                "business phone": (drawn("(999) 999-9999"), Kind.PHONE),
                "company_email": (drawn("T@T99.example"), Kind.EMAIL),
                "supplier code": (drawn("S9i"), Kind.IGNORED),
                "contact_id": (drawn("Ci"), Kind.IGNORED),
                "capacity": (of_few("1", "2", "3"), Kind.CATEGORY),
                "created_at": (drawn("2024-01-19T09:09:09"), Kind.IGNORED),
                "Email ID": (drawn("T@Ti.example"), Kind.EMAIL),
                "country code": (of_few("GB", "DE"), Kind.CATEGORY),
                "postal address": (STREET, Kind.STREET),
            },
            id="suppliers",
        ),
        pytest.param(
            {
                "a": (drawn("T T T T"), Kind.TITLE),
                "b": (STREET, Kind.STREET),
                "c": (drawn("10999"), Kind.POSTCODE),
                "d": (drawn("(999) 999-9999"), Kind.PHONE),
                "e": (drawn("CUST-9i"), Kind.IGNORED),
                "f": (drawn("0a9f999b-1c9d-4999-8999-99999999000i"), Kind.IGNORED),
                "g": (drawn("www.T99.example"), Kind.DOMAIN),
                "h": (drawn("Ti.example.com"), Kind.DOMAIN),
                "i": (drawn("GB999999999"), Kind.IDENTIFIER),
                "j": (of_few("x"), Kind.IGNORED),
                "k": ([*of_few("p1q", "p2q", "p3q")[:-1], "p4q"], Kind.CATEGORY),
            },
            id="headings that say nothing",
        ),
        pytest.param(
            {
                "vendor": (drawn("V-9i"), Kind.IGNORED),
                "contact": (drawn("(999) 999-9999"), Kind.PHONE),
                "company": (drawn("www.T99.example"), Kind.DOMAIN),
                "birth name": (NAME, Kind.TITLE),
                "phone type": (of_few("home", "mobile"), Kind.CATEGORY),
                "title": (NAME, Kind.TITLE),
            },
            id="headings that are wrong",
        ),
    ],
)
def test_tables_of_anybody_are_read_as_people_read_them(
    columns: dict[str, tuple[list[str], Kind]],
) -> None:
    frame = pd.DataFrame({name: values for name, (values, _) in columns.items()})
    assert profile(frame) == {name: kind for name, (_, kind) in columns.items()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("vendor_id", Kind.IGNORED), ("vat number", Kind.IDENTIFIER), ("company number", Kind.IDENTIFIER)],
)
def test_a_number_that_never_comes_twice_tells_somebody_only_where_a_register_gives_it(
    name: str, kind: Kind
) -> None:
    values = [f"{number:07}" for number in range(3000, 3300)]
    assert column_kind(name, _column(values)) is kind
    assert column_kind(name, _column([*values[:-1], f" {values[0]}"])) is Kind.IDENTIFIER
