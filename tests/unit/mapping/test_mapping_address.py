import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streak_netsuite.mapping.address import ParsedAddress, parse_address

# text, country, addr1, addr2, addr3, city, state, zip
ADDRESSES = [
    (
        "450 Harbor Blvd, Suite 200, Oakland, CA 94607, USA",
        "US",
        "450 Harbor Blvd",
        "Suite 200",
        "",
        "Oakland",
        "CA",
        "94607",
    ),
    ("450 Harbor Blvd Oakland CA 94607", "US", "450 Harbor Blvd", "", "", "Oakland", "CA", "94607"),
    ("350 Fifth Ave, New York, NY 10118", "US", "350 Fifth Ave", "", "", "New York", "NY", "10118"),
    (
        "350 Fifth Ave, New York 10118, United States",
        "US",
        "350 Fifth Ave",
        "",
        "",
        "New York",
        "NY",
        "10118",
    ),
    (
        "1600 Pennsylvania Avenue NW, Washington, DC 20500, USA",
        "US",
        "1600 Pennsylvania Avenue NW",
        "",
        "",
        "Washington",
        "DC",
        "20500",
    ),
    (
        "100 Old Santa Fe Trail, Santa Fe, New Mexico 87501",
        "US",
        "100 Old Santa Fe Trail",
        "",
        "",
        "Santa Fe",
        "NM",
        "87501",
    ),
    ("Peachtree St 1, Atlanta, Georgia 30303", "US", "Peachtree St 1", "", "", "Atlanta", "GA", "30303"),
    (
        "290 Bremner Blvd, Toronto, ON M5V 3L9, Canada",
        "CA",
        "290 Bremner Blvd",
        "",
        "",
        "Toronto",
        "ON",
        "M5V 3L9",
    ),
    ("10 Downing Street, London SW1A 2AA, UK", "GB", "10 Downing Street", "", "", "London", "", "SW1A 2AA"),
    (
        "Unit 4, Park Road, Reading, Berkshire, RG1 2AB, United Kingdom",
        "GB",
        "Unit 4",
        "Park Road",
        "",
        "Reading",
        "Berkshire",
        "RG1 2AB",
    ),
    ("221B Baker Street, London, NW1 6XE", "GB", "221B Baker Street", "", "", "London", "", "NW1 6XE"),
    ("Hauptstraße 5, 10115 Berlin, Germany", "DE", "Hauptstraße 5", "", "", "Berlin", "", "10115"),
    ("Hauptstr. 5 10115 Berlin Deutschland", "DE", "Hauptstr. 5", "", "", "Berlin", "", "10115"),
    ("Friedrichstr. 12, D-10117 Berlin", "DE", "Friedrichstr. 12", "", "", "Berlin", "", "10117"),
    ("12 Rue de Rivoli, 75001 Paris, France", "FR", "12 Rue de Rivoli", "", "", "Paris", "", "75001"),
    (
        "Keizersgracht 100, 1015 AA Amsterdam, Netherlands",
        "NL",
        "Keizersgracht 100",
        "",
        "",
        "Amsterdam",
        "",
        "1015 AA",
    ),
    ("Bahnhofstrasse 1, 8001 Zürich, Switzerland", "CH", "Bahnhofstrasse 1", "", "", "Zürich", "", "8001"),
    ("Bahnhofstrasse 1, CH-8001 Zürich", "CH", "Bahnhofstrasse 1", "", "", "Zürich", "", "8001"),
    ("1 Macquarie St, Sydney NSW 2000, Australia", "AU", "1 Macquarie St", "", "", "Sydney", "NSW", "2000"),
    (
        "1-1 Chiyoda, Chiyoda-ku, Tokyo 100-8111, Japan",
        "JP",
        "1-1 Chiyoda",
        "",
        "",
        "Chiyoda-ku",
        "Tokyo",
        "100-8111",
    ),
    ("〒100-0001 東京都千代田区千代田1-1", "JP", "千代田1-1", "", "", "千代田区", "東京都", "100-0001"),
    (
        "Calle de Alcalá 1, 28014 Madrid, Spain",
        "ES",
        "Calle de Alcalá 1",
        "",
        "",
        "Madrid",
        "Madrid",
        "28014",
    ),
    ("Via Roma 1, 20121 Milano MI, Italy", "IT", "Via Roma 1", "", "", "Milano", "MI", "20121"),
    (
        "Av. Paulista 1000, São Paulo - SP, 01310-100, Brazil",
        "BR",
        "Av. Paulista 1000",
        "",
        "",
        "São Paulo",
        "SP",
        "01310-100",
    ),
    (
        "Paseo de la Reforma 222, 06600 Ciudad de México, CDMX, Mexico",
        "MX",
        "Paseo de la Reforma 222",
        "",
        "",
        "Ciudad de México",
        "CDMX",
        "06600",
    ),
    (
        "12 MG Road, Bengaluru, Karnataka 560001, India",
        "IN",
        "12 MG Road",
        "",
        "",
        "Bengaluru",
        "Karnataka",
        "560001",
    ),
    (
        "1 Raffles Place, #20-01, Singapore 048616",
        "SG",
        "1 Raffles Place",
        "#20-01",
        "",
        "Singapore",
        "",
        "048616",
    ),
    ("8 Finance Street, Central, Hong Kong", "HK", "8 Finance Street", "", "", "Central", "", ""),
    (
        "O'Connell Street 1, Dublin 1, D01 F5P2, Ireland",
        "IE",
        "O'Connell Street 1",
        "",
        "",
        "Dublin 1",
        "",
        "D01 F5P2",
    ),
    ("Sveavägen 1, 111 57 Stockholm, Sweden", "SE", "Sveavägen 1", "", "", "Stockholm", "", "111 57"),
    (
        "ul. Marszałkowska 1, 00-624 Warszawa, Polska",
        "PL",
        "ul. Marszałkowska 1",
        "",
        "",
        "Warszawa",
        "",
        "00-624",
    ),
    ("10115 Berlin, DE", "DE", "", "", "", "Berlin", "", "10115"),
    (
        "Attn: Jo Smith, 5 High Street, Oxford, OX1 4AB, UK",
        "GB",
        "5 High Street",
        "",
        "",
        "Oxford",
        "",
        "OX1 4AB",
    ),
    ("PO Box 12, Dubai, UAE", "AE", "PO Box 12", "", "", "Dubai", "", ""),
    ("5 Queen Street, Auckland 1010, New Zealand", "NZ", "5 Queen Street", "", "", "Auckland", "", "1010"),
    (
        "100 Century Avenue, Pudong, Shanghai 200120, China",
        "CN",
        "100 Century Avenue",
        "Pudong",
        "",
        "Shanghai",
        "",
        "200120",
    ),
    (
        "152 Sejong-daero, Jongno-gu, Seoul 03172, South Korea",
        "KR",
        "152 Sejong-daero",
        "",
        "",
        "Jongno-gu",
        "Seoul",
        "03172",
    ),
    ("Peachtree St 1, Atlanta, Georgia 30303, USA", "US", "Peachtree St 1", "", "", "Atlanta", "GA", "30303"),
    (
        "12 MG Road, Bengaluru, KA 560001, India",
        "IN",
        "12 MG Road",
        "",
        "",
        "Bengaluru",
        "Karnataka",
        "560001",
    ),
    (
        "500 Terry Francois Blvd, 6th Floor, San Francisco, California, 94158",
        "US",
        "500 Terry Francois Blvd",
        "6th Floor",
        "",
        "San Francisco",
        "CA",
        "94158",
    ),
    ("PO Box 99, Boise ID 83702", "US", "PO Box 99", "", "", "Boise", "ID", "83702"),
    (
        "123 Main Street, Apt 4B, Portland, OR 97201-1234, U.S.A.",
        "US",
        "123 Main Street",
        "Apt 4B",
        "",
        "Portland",
        "OR",
        "97201-1234",
    ),
    (
        "1000 Rue De La Gauchetière Ouest, Montréal (Québec) H3B 4W5, Canada",
        "CA",
        "1000 Rue De La Gauchetière Ouest",
        "",
        "",
        "Montréal",
        "QC",
        "H3B 4W5",
    ),
    ("1 Place d'Armes, Québec, QC, G1R 4P3", "CA", "1 Place d'Armes", "", "", "Québec", "QC", "G1R 4P3"),
    ("Stephansplatz 1, 1010 Wien, Österreich", "AT", "Stephansplatz 1", "", "", "Wien", "", "1010"),
    ("Rue de la Loi 16, 1000 Bruxelles, Belgique", "BE", "Rue de la Loi 16", "", "", "Bruxelles", "", "1000"),
    (
        "Rådhuspladsen 1, 1550 København V, Denmark",
        "DK",
        "Rådhuspladsen 1",
        "",
        "",
        "København V",
        "",
        "1550",
    ),
    ("Karl Johans gate 1, 0154 Oslo, Norway", "NO", "Karl Johans gate 1", "", "", "Oslo", "", "0154"),
    (
        "Mannerheimintie 1, 00100 Helsinki, Finland",
        "FI",
        "Mannerheimintie 1",
        "",
        "",
        "Helsinki",
        "",
        "00100",
    ),
    (
        "Praça do Comércio 1, 1100-148 Lisboa, Portugal",
        "PT",
        "Praça do Comércio 1",
        "",
        "",
        "Lisboa",
        "",
        "1100-148",
    ),
    (
        "Václavské náměstí 1, 110 00 Praha 1, Czech Republic",
        "CZ",
        "Václavské náměstí 1",
        "",
        "",
        "Praha 1",
        "",
        "110 00",
    ),
    ("Andrássy út 1, 1061 Budapest, Hungary", "HU", "Andrássy út 1", "", "", "Budapest", "", "1061"),
    (
        "Strada Lipscani 1, 030031 București, Romania",
        "RO",
        "Strada Lipscani 1",
        "",
        "",
        "București",
        "",
        "030031",
    ),
    ("Ermou 1, 105 63 Athens, Greece", "GR", "Ermou 1", "", "", "Athens", "", "105 63"),
    (
        "İstiklal Caddesi 1, 34430 İstanbul, Türkiye",
        "TR",
        "İstiklal Caddesi 1",
        "",
        "",
        "İstanbul",
        "İstanbul",
        "34430",
    ),
    (
        "Rothschild Blvd 1, Tel Aviv 6688101, Israel",
        "IL",
        "Rothschild Blvd 1",
        "",
        "",
        "Tel Aviv",
        "",
        "6688101",
    ),
    (
        "12 Nelson Mandela Square, Sandton, 2196, South Africa",
        "ZA",
        "12 Nelson Mandela Square",
        "",
        "",
        "Sandton",
        "",
        "2196",
    ),
    (
        "Av. Corrientes 1234, C1043 Buenos Aires, Argentina",
        "AR",
        "Av. Corrientes 1234",
        "",
        "",
        "Buenos Aires",
        "Buenos Aires",
        "C1043",
    ),
    ("200 George St, Sydney, NSW, 2000", "AU", "200 George St", "", "", "Sydney", "NSW", "2000"),
    (
        "2-11-3 Meguro, Meguro-ku, Tokyo, 153-0063, JAPAN",
        "JP",
        "2-11-3 Meguro",
        "",
        "",
        "Meguro-ku",
        "Tokyo",
        "153-0063",
    ),
    (
        "大阪府大阪市北区梅田3-1-3, 530-0001, Japan",
        "JP",
        "北区梅田3-1-3",
        "",
        "",
        "大阪市",
        "大阪府",
        "530-0001",
    ),
    (
        "Level 3, 12 Collins Street, Melbourne VIC 3000, AUSTRALIA",
        "AU",
        "Level 3",
        "12 Collins Street",
        "",
        "Melbourne",
        "VIC",
        "3000",
    ),
    (
        "Flat 2, 14 Castle Street, Edinburgh EH2 3AT, Scotland",
        "GB",
        "Flat 2",
        "14 Castle Street",
        "",
        "Edinburgh",
        "",
        "EH2 3AT",
    ),
    (
        "1 Grand Canal Square, Dublin 2, Co. Dublin, Ireland",
        "IE",
        "1 Grand Canal Square",
        "",
        "",
        "Dublin 2",
        "Co. Dublin",
        "",
    ),
    ("Marina Bay, 018956, Singapore", "SG", "Marina Bay", "", "", "Singapore", "", "018956"),
    (
        "Nathan Road 1, Tsim Sha Tsui, Kowloon, Hong Kong",
        "HK",
        "Nathan Road 1",
        "",
        "",
        "Tsim Sha Tsui",
        "Kowloon",
        "",
    ),
    ("Königsallee 1, 40212 Düsseldorf, Allemagne", "DE", "Königsallee 1", "", "", "Düsseldorf", "", "40212"),
    ("Via Nassa 5, 6900 Lugano TI, Svizzera", "CH", "Via Nassa 5", "", "", "Lugano", "TI", "6900"),
    (
        "C/ Gran Vía 28, 3º, 28013 Madrid (Madrid), España",
        "ES",
        "C/ Gran Vía 28",
        "3º",
        "",
        "Madrid",
        "Madrid",
        "28013",
    ),
    (
        "Corso Buenos Aires 12, 20124 Milano (MI), Italia",
        "IT",
        "Corso Buenos Aires 12",
        "",
        "",
        "Milano",
        "MI",
        "20124",
    ),
    ("Kerkstraat 1, 2000 Antwerpen, België", "BE", "Kerkstraat 1", "", "", "Antwerpen", "", "2000"),
    (
        "12 Avenue Habib Bourguiba, 1000 Tunis, Tunisia",
        "TN",
        "12 Avenue Habib Bourguiba",
        "",
        "",
        "Tunis",
        "",
        "1000",
    ),
    ("Sheikh Zayed Road, Dubai, United Arab Emirates", "AE", "Sheikh Zayed Road", "", "", "Dubai", "", ""),
    (
        "Rua Augusta 100 - Consolação, São Paulo - SP, 01305-000, Brasil",
        "BR",
        "Rua Augusta 100 - Consolação",
        "",
        "",
        "São Paulo",
        "SP",
        "01305-000",
    ),
    (
        "1 Infinite Loop; Cupertino; CA 95014; United States of America",
        "US",
        "1 Infinite Loop",
        "",
        "",
        "Cupertino",
        "CA",
        "95014",
    ),
    ("12 Main St\nSpringfield, IL 62701\nUSA", "US", "12 Main St", "", "", "Springfield", "IL", "62701"),
    (
        "Blue Harbor Logistics, 450 Harbor Blvd, Suite 200, Oakland, CA 94607, USA",
        "US",
        "Blue Harbor Logistics",
        "450 Harbor Blvd",
        "Suite 200",
        "Oakland",
        "CA",
        "94607",
    ),
    (
        "77 Massachusetts Avenue, Cambridge, Massachusetts 02139, United States",
        "US",
        "77 Massachusetts Avenue",
        "",
        "",
        "Cambridge",
        "MA",
        "02139",
    ),
    ("1 Microsoft Way, Redmond, WA, 98052, US", "US", "1 Microsoft Way", "", "", "Redmond", "WA", "98052"),
    ("Cra. 15 #88-64, Bogotá, Colombia", "CO", "Cra. 15 #88-64", "", "", "Bogotá", "", ""),
    ("Nowogrodzka 50, 00-695 Warszawa, Poland", "PL", "Nowogrodzka 50", "", "", "Warszawa", "", "00-695"),
    ("Torstraße 140, 10119 Berlin, DE", "DE", "Torstraße 140", "", "", "Berlin", "", "10119"),
    (
        "Am Neuen Wall 10, 20354 Hamburg, Deutschland",
        "DE",
        "Am Neuen Wall 10",
        "",
        "",
        "Hamburg",
        "",
        "20354",
    ),
    ("15 Place Vendôme, 75001 Paris, FR", "FR", "15 Place Vendôme", "", "", "Paris", "", "75001"),
    (
        "Prinsengracht 263, 1016GV Amsterdam, The Netherlands",
        "NL",
        "Prinsengracht 263",
        "",
        "",
        "Amsterdam",
        "",
        "1016 GV",
    ),
    ("Sundkaj 125, 2150 Nordhavn, Danmark", "DK", "Sundkaj 125", "", "", "Nordhavn", "", "2150"),
    (
        "3 Chome-1-1 Marunouchi, Chiyoda City, Tokyo 100-0005, Japan",
        "JP",
        "3 Chome-1-1 Marunouchi",
        "",
        "",
        "Chiyoda City",
        "Tokyo",
        "100-0005",
    ),
    (
        "Shop 4, 10 Queen St, Brisbane, Queensland 4000, Australia",
        "AU",
        "Shop 4",
        "10 Queen St",
        "",
        "Brisbane",
        "QLD",
        "4000",
    ),
    ("88 Queens Road, Bristol, BS8 1RT, England", "GB", "88 Queens Road", "", "", "Bristol", "", "BS8 1RT"),
    ("Industriestrasse 20, 6300 Zug ZG, Schweiz", "CH", "Industriestrasse 20", "", "", "Zug", "ZG", "6300"),
    ("Getreidegasse 9, A-5020 Salzburg", "AT", "Getreidegasse 9", "", "", "Salzburg", "", "5020"),
    ("Strøget 1, 1160 København K, DK", "DK", "Strøget 1", "", "", "København K", "", "1160"),
    ("55 Water Street, Vancouver BC V6B 1A1", "CA", "55 Water Street", "", "", "Vancouver", "BC", "V6B 1A1"),
    ("Pier 3, San Juan, PR 00901, USA", "US", "Pier 3", "", "", "San Juan", "PR", "00901"),
    ("12 Main St\nSpringfield, IL 62701\nUSA", "US", "12 Main St", "", "", "Springfield", "IL", "62701"),
]


@pytest.mark.parametrize("row", ADDRESSES, ids=[row[0].replace("\n", " / ") for row in ADDRESSES])
def test_one_line_addresses_of_many_countries_are_taken_apart(row: tuple[str, ...]) -> None:
    parsed = parse_address(row[0])
    address = parsed.address
    parts = (address.addr1, address.addr2, address.addr3, address.city, address.state, address.zip)
    assert (address.country, *parts) == row[1:]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Somewhere 12, Atlantis", "names no country"),
        ("12 Main St, Springfield", "names no country"),
        ("Unter den Linden 1, Berlin", "names no country"),
        ("12 High Street, Georgia", "names no country"),
        ("", "names no country"),
        ("12 Main St, Springfield, ZZ 99999, USA", "'ZZ' is no state of United States"),
        ("12 Main St, Springfield, USA", "names no state of United States"),
        ("12 King Street, Toronto, Canada", "names no state of Canada"),
    ],
)
def test_an_address_without_a_valid_country_or_state_says_so(text: str, problem: str) -> None:
    assert parse_address(text).problems == (problem,)


def test_the_default_country_serves_addresses_that_name_none() -> None:
    parsed = parse_address("Unter den Linden 1, 10117 Berlin", default_country="DE")
    assert (parsed.address.country, parsed.address.city, parsed.address.zip) == ("DE", "Berlin", "10117")
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("10 Downing Street, London SW1A 2AA", "GB"),
        ("55 Water Street, Vancouver BC V6B 1A1", "CA"),
        ("Getreidegasse 9, A-5020 Salzburg", "AT"),
        ("Hauptstraße 5, 10115 Berlin, Germany", "DE"),
    ],
)
def test_what_an_address_says_itself_counts_more_than_the_default(text: str, country: str) -> None:
    assert parse_address(text, default_country="US").address.country == country


def test_a_state_that_shares_its_name_with_a_country_is_a_state_at_home() -> None:
    parsed = parse_address("1 Peachtree St, Atlanta, Georgia", default_country="US")
    assert (parsed.address.country, parsed.address.state) == ("US", "GA")


def test_attention_lines_go_where_netsuite_keeps_them() -> None:
    address = parse_address("Attn: Jo Smith, 5 High Street, Oxford, OX1 4AB, UK").address
    assert (address.attention, address.addr1, address.city) == ("Attn: Jo Smith", "5 High Street", "Oxford")


words = st.sampled_from(
    "12 Main St. Harbor Suite 4B CA 94607 10115 Berlin D-10115 USA Germany UK SW1A 1AA Paris 75001 Tokyo "
    "東京都千代田区 〒100-0001 New York NY Georgia Québec (QC) H3B 4W5 Co. Dublin São - Singapore 048616 c/o PO Box é".split()
)
lines = st.lists(st.tuples(words, st.sampled_from([" ", ", ", "\n", "; "])), max_size=14).map(
    lambda pairs: "".join(word + separator for word, separator in pairs)
)


def _letters(text: str) -> list[str]:
    return sorted(re.sub(r"[\W_]", "", text.casefold()))


def _all_parts(parsed: ParsedAddress) -> str:
    a = parsed.address
    return f"{a.attention}{a.addr1}{a.addr2}{a.addr3}{a.city}{parsed.state_text}{parsed.zip_text}{parsed.country_text}"


@given(lines)
@example("10 Downing Street London SW1A 2AA")
def test_no_word_of_an_address_is_lost(text: str) -> None:
    parsed = parse_address(text)
    kept = _letters(_all_parts(parsed))
    for letter in set(_letters(text)):
        assert kept.count(letter) >= _letters(text).count(letter), (text, parsed)


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed = parse_address(text)
    assert parsed.address.country or parsed.problems


def test_a_letter_in_the_address_field_takes_no_time() -> None:
    assert parse_address("word " * 100_000 + "USA").problems
