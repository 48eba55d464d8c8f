import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.mapping.number import DecimalMark, parse_number
from streak_netsuite.mapping.unfit import Unfit

AUTO = [
    ("12,500.00", "12500.00"),
    ("12.500,00", "12500.00"),
    ("1 200,5", "1200.5"),
    ("1\u202f200,5", "1200.5"),
    ("1\u00a0234\u00a0567", "1234567"),
    ("$1,234", "1234"),
    ("(45.10)", "-45.10"),
    ("($45.10)", "-45.10"),
    ("12,5", "12.5"),
    ("0.125", "0.125"),
    ("1234.567", "1234.567"),
    ("1.234.567", "1234567"),
    ("1'234.50", "1234.50"),
    ("1’234.50", "1234.50"),
    ("€ 1.234,50", "1234.50"),
    ("1,234.56-", "-1234.56"),
    ("−7", "-7"),
    ("-$5", "-5"),
    ("$-5", "-5"),
    ("USD 12", "12"),
    ("12 EUR", "12"),
    ("US$ 12.5", "12.5"),
    ("kr 500", "500"),
    ("12,34,567.00", "1234567.00"),
    (".5", "0.5"),
    ("１２", "12"),
    ("007", "7"),
    ("usd12", "12"),
    ("A$ 12", "12"),
    ("12 kr.", "12"),
    ("Rs. 500", "500"),
    ("R 1 250,00", "1250.00"),
    ("CHF -7.50", "-7.50"),
    ("12 zł", "12"),
]


@pytest.mark.parametrize(("text", "number"), AUTO, ids=[text for text, _ in AUTO])
def test_numbers_as_people_type_them_are_read_exactly(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)
    assert str(parse_number(text)) == str(Decimal(number))


NOT_NUMBERS = [
    "",
    " ",
    "abc",
    "5.",
    "1.2.3",
    "12 34",
    "12k",
    "1e5",
    "--1",
    "-",
    "12 %",
    "½",
    "1,23,4",
    "NaN",
    "1-2",
    "9" * 80,
    "5 Mio",
    "2 Mrd",
    "5 mil",
    "max 500",
    "Q3 500",
    "K5",
    "K$5",
    "2 doz",
    "2 pcs",
    "10²",
    "10 ①",
    "5 m",
    "EUR",
]


@pytest.mark.parametrize("text", NOT_NUMBERS, ids=[repr(text)[:20] for text in NOT_NUMBERS])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unfit, match="is not a number"):
        parse_number(text)


def test_a_single_point_before_three_digits_is_refused_because_it_could_be_either() -> None:
    with pytest.raises(Unfit, match=r"could mean 1234 or 1 and a fraction.*decimal: comma"):
        parse_number("1.234")


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.234", "comma", "1234"),
        ("1.234", "point", "1.234"),
        ("1,234", "comma", "1.234"),
        ("1,234", "point", "1234"),
        ("1.234,5", "comma", "1234.5"),
        ("1,234.5", "point", "1234.5"),
    ],
)
def test_the_mapping_decides_which_mark_is_decimal(text: str, mark: str, number: str) -> None:
    assert parse_number(text, DecimalMark(mark)) == Decimal(number)


@pytest.mark.parametrize(("text", "mark"), [("12,5", "point"), ("12.5", "comma")])
def test_a_number_of_the_other_convention_is_refused_instead_of_read_wrongly(text: str, mark: str) -> None:
    with pytest.raises(Unfit):
        parse_number(text, DecimalMark(mark))


canonical = st.decimals(
    min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=4
)


@given(canonical)
def test_canonical_decimals_survive_a_round_trip(number: Decimal) -> None:
    assert parse_number(format(number, "f"), DecimalMark.POINT) == number


@given(canonical)
def test_grouped_numbers_of_both_conventions_mean_the_same(number: Decimal) -> None:
    american = format(number, ",.4f")
    german = american.translate(str.maketrans(",.", ".,"))
    assert parse_number(american) == parse_number(german) == number


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(Unfit):
        assert parse_number(text).is_finite()
