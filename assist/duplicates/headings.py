"""What the heading of a column says about what it holds.

The last word of an English heading is what the thing is: a vendor id is an id, and a company type is a type. So patterns for the
end of a heading come before those for a word anywhere in it. Common words of other languages are known, too.
"""

import re
from collections.abc import Sequence

from assist.duplicates import normalise
from assist.duplicates.kind import Kind

_WORDS_APART = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SAYS: Sequence[tuple[str, Kind]] = (
    (r"e ?mail(?!ing)|courriel|correo electronico", Kind.EMAIL),
    (r"web ?site|\bweb\b|domain|homepage|\burl\b", Kind.DOMAIN),
    (
        r"phone|(?<!auto)mobile|\bmobil\b|\bmovil\b|\btel\b|telefon|\bcell\b|fax\b|contact (no|nr|number)$",
        Kind.PHONE,
    ),
    (
        r"post ?code|postal(?! address)|\bzip\b|zip ?code|zip$|\bplz\b|postleitzahl|pin ?code|codigo postal|^(cp|cap|cep)$",
        Kind.POSTCODE,
    ),
    (r"(street|house|haus|building) ?(number|no|nr|nummer)\b", Kind.HOUSE_NUMBER),
    (
        r"(country|\bstate|province|region|county|currency|language|industry|category|type|class|\bsic|\bnaics|\bnace) (code|id|no|number|key)$",
        Kind.CATEGORY,
    ),
    (
        r"\b(ids?|identifier|number|no|nr|num|nbr|nummer|numero|code|key|ref|reference)$",
        Kind.IDENTIFIER,
    ),
    (
        (
            r"birth ?place|place of|(?<![aio])city\b|\bcity|\btown|town\b|suburb|locality|\b(wohn)?ort\b|municipality|village"
            r"|\bville\b|\bstadt\b|ciudad|citta\b|comune\b|\bplaats\b|poblacion|localidad|cidade"
        ),
        Kind.CITY,
    ),
    (
        r"\bdate|(?<!candi)(?<!man)(?<!up)date\b|\bdob\b|birth|\bborn\b|\byear\b|\b(founded|established)\b|datum\b|fecha",
        Kind.DATE,
    ),
    (
        r"country|\bstate(?!ment)|(?<!e)state\b|province|provincia|\bregion|county|bundesland|nationality|\bland$|^(pays|pais|paese)$",
        Kind.CATEGORY,
    ),
    (
        (
            r"street|(?<!ip )(?<!mac )address|\baddr|\broad\b|strasse|adresse|anschrift|\brue\b|\bcalle\b|indirizzo|direccion"
            r"|domicilio|straat\b|ulica"
        ),
        Kind.STREET,
    ),
    (
        (
            r"gender|\bsex\b|currency|category|\btype|type\b|\bvenue|occupation|profession|\bjob\b|\brole\b|position|industry|\bsector\b"
            r"|segment|\bstatus|status\b|\bclass\b|\b(size|kind|level|rating|flag)$|legal ?form|rechtsform|salutation|anrede"
        ),
        Kind.CATEGORY,
    ),
    (
        r"\bprice|price\b|amount|\bcosts?\b|total|balance|salary|revenue|turnover|employees|headcount|\bumsatz|\bbetrag|\bsaldo\b",
        Kind.NUMBER,
    ),
    (r"description|notes?\b|comment|abstract|review|remarks?\b|bemerkung", Kind.TEXT),
    (r"\b(contact|owner|director|officer|manager|person|ansprechpartner)( ?name)?$", Kind.PERSON),
    (
        (
            r"company|organi[sz]ation|business|\bfirm|\bvendor|supplier|employer|merchant|manufacturer|\bbrand\b|corporat"
            r"|(customer|account|legal|entity|trad(e|ing)) ?name|^account$|trading as|\bdba\b|unternehmen|lieferant|empresa"
            r"|raison sociale|razon social|ragione sociale|denominazione|denominacion"
        ),
        Kind.COMPANY,
    ),
    (r"title|product|authors?|artist|album|song", Kind.TITLE),
    (
        (
            r"given|first|\blast|last ?name|sur ?name|family|full ?name|middle|contact|person|maiden|forename|vorname|nachname|prenom|\b[fl]name\b"
            r"|apellido|cognome"
        ),
        Kind.PERSON,
    ),
    (
        (
            r"\b(soc|ssn|sec|vat|u ?st|tva|iva|gst|gstin|tax|duns|ein|tin|lei|cik|siren|siret|nif|cif|nit|rfc|cnpj|kvk|nip|regon|hrb|abn"
            r"|acn|crn|uei|registration|reg|licen[cs]e|permit|id|number|no|isbn|isin|iban|sku|code|model)\b"
        ),
        Kind.IDENTIFIER,
    ),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _SAYS)
_ROW_KEY = re.compile(
    r"^((unique|rec|record|row|line|internal|external|object|entry) ?(id|key|number|no|nr)"
    r"|id|index|key|row|line|pk|uuid|guid|hash|seq|sequence|serial|s ?no|lfd ?nr|unnamed \d+|level \d+)$"
)
_STAMP = re.compile(
    r"\b(created|modified|updated|inserted|imported|changed)( (at|on|by|date|time|datetime))?$|time ?stamp"
    r"|\b(creation|modification) (date|time)$|\blast (login|activity|seen|update|change)\b"
)
_REGISTER = re.compile(
    r"\b(soc|ssn|vat|u ?st|tva|iva|gst|gstin|tax|steuer\w*|duns|ein|tin|lei|cik|siren|siret|nif|cif|nit|rfc|cnpj|kvk|nip|regon|hrb"
    r"|abn|acn|crn|uei|registration|registry|register|handelsregister\w*|reg)\b"
    r"|\b(company|organi[sz]ation|org|corporat(e|ion)) (number|no|nr|nummer)\b|\bbusiness (number|id)\b|organi[sz]ation(s?nummer|snr)|\borgnr\b"
)


def words_of(heading: str) -> str:
    """Return a heading in plain words: `RegAddress.PostTown` as `reg address post town`."""
    return normalise.plain([" ".join(_WORDS_APART.sub(" ", heading).split())])[0]


def kind_said(words: str) -> Kind | None:
    """Return what a heading in plain words says that its column holds; None when it says nothing."""
    return next((kind for pattern, kind in _PATTERNS if pattern.search(words)), None)


def is_bookkeeping(words: str) -> bool:
    """Return whether a column numbers the rows of its table, or tells when somebody wrote them."""
    return bool(_ROW_KEY.search(words) or _STAMP.search(words))


def is_register_number(words: str) -> bool:
    """Return whether a column holds numbers that a state or a register gives, so that two numbers are two."""
    return bool(_REGISTER.search(words))
