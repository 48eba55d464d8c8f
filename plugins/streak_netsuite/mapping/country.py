"""Countries: ISO codes, SuiteTalk's enumeration, and the names people write."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from babel.languages import get_official_languages
from babel.localedata import load as load_locale

from streak_netsuite.model.identity import fold

# SuiteTalk derives its names from an older English list; where Unicode's names lead elsewhere, this
# table leads. Source: platform.commonTypes.xsd, simple type Country, endpoint 2023.2.
_SUITETALK_EXCEPTIONS: Mapping[str, str] = {
    "BO": "_boliviaPlurinationalStateOf",
    "BQ": "_bonaireSintEustatiusAndSaba",
    "BN": "_bruneiDarussalam",
    "CV": "_caboVerde",
    "CC": "_cocosKeelingIslands",
    "CG": "_congo",
    "CD": "_congoTheDemocraticRepublicOfThe",
    "FK": "_falklandIslandsMalvinas",
    "HK": "_hongKong",
    "IR": "_iranIslamicRepublicOf",
    "KP": "_koreaTheDemocraticPeoplesRepublicOf",
    "KR": "_koreaTheRepublicOf",
    "LA": "_laoPeoplesDemocraticRepublic",
    "MO": "_macao",
    "GS": "_southGeorgiaAndTheSouthSandwichIslands",
    "HM": "_heardIslandAndMcdonaldIslands",
    "VC": "_saintVincentAndTheGrenadines",
    "FM": "_micronesiaFederatedStatesOf",
    "MD": "_moldovaTheRepublicOf",
    "MM": "_myanmar",
    "PS": "_palestineStateOf",
    "PN": "_pitcairn",
    "RU": "_russianFederation",
    "SH": "_saintHelenaAscensionAndTristanDaCunha",
    "MF": "_saintMartinFrenchPart",
    "SX": "_sintMaartenDutchPart",
    "SY": "_syrianArabRepublic",
    "TZ": "_tanzaniaTheUnitedRepublicOf",
    "UM": "_unitedStatesMinorOutlyingIslands",
    "VA": "_holySee",
    "VE": "_venezuelaBolivarianRepublicOf",
    "VN": "_vietNam",
    "VG": "_virginIslandsBritish",
    "VI": "_virginIslandsUS",
    "WF": "_wallisAndFutunaIslands",
}
# Unicode lists these too; SuiteTalk has no value for them. XK, IC and EA are user-assigned codes it does have.
_NOT_IN_SUITETALK = frozenset("AC CP CQ DG TA EU EZ UN QO XA XB ZZ".split())

# What people write besides the names Unicode lists. Folded: lower case, no accents, no dots.
_ALIASES: Mapping[str, str] = {
    "usa": "US",
    "us of a": "US",
    "united states of america": "US",
    "the united states": "US",
    "estados unidos de america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "republic of ireland": "IE",
    "eire": "IE",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "ceska republika": "CZ",
    "south korea": "KR",
    "korea": "KR",
    "republic of korea": "KR",
    "north korea": "KP",
    "uae": "AE",
    "prc": "CN",
    "pr china": "CN",
    "mainland china": "CN",
    "hong kong": "HK",
    "macau": "MO",
    "taiwan roc": "TW",
    "russia": "RU",
    "vietnam": "VN",
    "turkey": "TR",
    "turkiye": "TR",
    "brasil": "BR",
    "deutschland": "DE",
    "schweiz": "CH",
    "suisse": "CH",
    "svizzera": "CH",
    "ivory coast": "CI",
    "macedonia": "MK",
    "burma": "MM",
    "cape verde": "CV",
    "swaziland": "SZ",
    "east timor": "TL",
    "vatican": "VA",
}
_THREE_LETTERS: Mapping[str, str] = {
    "aus": "AU",
    "aut": "AT",
    "bel": "BE",
    "bra": "BR",
    "can": "CA",
    "che": "CH",
    "chn": "CN",
    "deu": "DE",
    "dnk": "DK",
    "esp": "ES",
    "fin": "FI",
    "fra": "FR",
    "gbr": "GB",
    "ind": "IN",
    "irl": "IE",
    "ita": "IT",
    "jpn": "JP",
    "mex": "MX",
    "nld": "NL",
    "nor": "NO",
    "nzl": "NZ",
    "pol": "PL",
    "prt": "PT",
    "sgp": "SG",
    "swe": "SE",
}
# Every country is known by its name in the first languages, and by its own name in the others.
_WIDE_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_MARKS = re.compile(r"[.,;()]")
_REMEMBERED = 4096  # words of addresses: countries and cities come again and again
_OWN_LANGUAGES = tuple(
    "ar bg bn cs da el et fi he hi hr hu hy id is ja ka kk ko lt lv mk ms nb no pl ro ru sk sl sq sr sv th tr uk ur vi zh".split()
)


def suitetalk_country(code: str) -> str:
    """Return SuiteTalk's name of a country: "US" is "_unitedStates".

    Raises:
        ValueError: the code is no country that SuiteTalk knows.
    """
    try:
        return _names_by_code()[code.upper()]
    except KeyError:
        raise ValueError(f"'{code}' is not an ISO 3166-1 country code that NetSuite knows") from None


def country_code(suitetalk_name: str) -> str:
    """Return the ISO code of one of SuiteTalk's countries: "_unitedStates" is "US".

    Raises:
        ValueError: SuiteTalk has no such value.
    """
    try:
        return _codes_by_name()[suitetalk_name]
    except KeyError:
        raise ValueError(f"'{suitetalk_name}' is not a value of SuiteTalk's Country enumeration") from None


@lru_cache(maxsize=_REMEMBERED)
def find_country(text: str) -> str | None:
    """Return the ISO code of a country named in any of its own or a major language, or by its code."""
    key = _key(text)
    if not key:
        return None
    if len(key) == 2 and key.upper() in _names_by_code():
        return "GB" if key == "uk" else key.upper()
    return _known_names().get(key)


@cache
def _names_by_code() -> Mapping[str, str]:
    english: dict[str, str] = load_locale("en", merge_inherited=False)["territories"]
    codes = [c for c in english if len(c) == 2 and c.isalpha() and c not in _NOT_IN_SUITETALK]
    return {code: _SUITETALK_EXCEPTIONS.get(code) or _suitetalk_name(english[code]) for code in codes}


@cache
def _codes_by_name() -> Mapping[str, str]:
    return {name: code for code, name in _names_by_code().items()}


def _suitetalk_name(english: str) -> str:
    plain = english.replace("St.", "Saint").replace("&", "and").replace("ô", "o").replace("’I", "I")
    words = re.findall(r"\w+", re.sub(r"\(.*?\)|\bSAR\b.*|['’.]", "", _fold_keeping_case(plain)))
    first, *rest = [str(word) for word in words] or [""]
    return "_" + first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in rest)


def _fold_keeping_case(text: str) -> str:
    """Return text without accents; case is kept."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    return "".join(f.upper() if c.isupper() else f for c, f in zip(text, folded, strict=True))


@cache
def _known_names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for language in (*_WIDE_LANGUAGES, *_OWN_LANGUAGES):
        for code, name in load_locale(language, merge_inherited=False)["territories"].items():
            if code in _names_by_code() and (language in _WIDE_LANGUAGES or language in _official(code)):
                names.setdefault(_key(name), code)
    return {**names, **_THREE_LETTERS, **_ALIASES}


def _official(code: str) -> set[str]:
    return {language.split("_")[0] for language in get_official_languages(code, de_facto=True)}


def _key(text: str) -> str:
    return " ".join(_MARKS.sub("", fold(text)).replace("&", "and").replace("’", "'").split())
