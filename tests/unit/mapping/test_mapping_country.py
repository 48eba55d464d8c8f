import os
import re
from pathlib import Path

import pytest

from streak_netsuite.mapping.country import country_code, find_country, suitetalk_country

_BESIDE_REPOSITORY = Path(__file__).parents[4] / "shared" / "netsuite-wsdl"


@pytest.fixture
def suitetalk_countries() -> list[str]:
    """Every value of the Country enumeration in Oracle's schema."""
    root = Path(os.environ.get("STREAK_NETSUITE_WSDL") or _BESIDE_REPOSITORY)
    schema = next(root.rglob("platform.commonTypes.xsd"), None)
    if schema is None:
        pytest.skip(
            f"no platform.commonTypes.xsd under {root}; set STREAK_NETSUITE_WSDL to Oracle's WSDL folder"
        )
    body = re.search(r'<simpleType name="Country">(.*?)</simpleType>', schema.read_text(), re.DOTALL)
    assert body is not None
    return re.findall(r'value="([^"]+)"', body[1])


@pytest.mark.wsdl
def test_every_country_of_suitetalk_has_a_code_and_comes_back(suitetalk_countries: list[str]) -> None:
    codes = [country_code(name) for name in suitetalk_countries]
    assert len(set(codes)) == len(suitetalk_countries) > 240
    assert [suitetalk_country(code) for code in codes] == suitetalk_countries


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("US", "_unitedStates"),
        ("gb", "_unitedKingdom"),
        ("CI", "_coteDIvoire"),
        ("KR", "_koreaTheRepublicOf"),
        ("TR", "_turkiye"),
    ],
)
def test_codes_become_suitetalk_names(code: str, name: str) -> None:
    assert suitetalk_country(code) == name


@pytest.mark.parametrize("code", ["", "XX", "USA", "EU", "ZZ"])
def test_what_is_no_country_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 3166-1 country code"):
        suitetalk_country(code)


def test_an_unknown_suitetalk_name_is_refused() -> None:
    with pytest.raises(ValueError, match="_atlantis"):
        country_code("_atlantis")


NAMES = {
    "USA": "US", "U.S.A.": "US", "United States of America": "US", "UK": "GB", "U.K.": "GB", "England": "GB",
    "Deutschland": "DE", "Allemagne": "DE", "Österreich": "AT", "Schweiz": "CH", "Suisse": "CH", "España": "ES",
    "ESPAÑA": "ES", "Polska": "PL", "Česká republika": "CZ", "Česko": "CZ", "Magyarország": "HU", "Ελλάδα": "GR",
    "Россия": "RU", "日本": "JP", "中国": "CN", "대한민국": "KR", "भारत": "IN", "Norge": "NO", "Sverige": "SE",
    "The Netherlands": "NL", "Holland": "NL", "Côte d'Ivoire": "CI", "Cote d’Ivoire": "CI", "Türkiye": "TR", "Turkey": "TR",
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), NAMES.items(), ids=NAMES)
def test_countries_are_known_by_english_names_their_own_and_common_short_ones(name: str, code: str) -> None:
    assert find_country(name) == code


@pytest.mark.parametrize("text", ["", "Atlantis", "CA 94607", "Main Street", "XX", "."])
def test_other_words_are_no_country(text: str) -> None:
    assert find_country(text) is None
