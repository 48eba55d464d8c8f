"""Keys that make the same thing the same everywhere."""

import hashlib
import re
import unicodedata

_DIGEST_LENGTH = 32  # hex digits: 128 bits, no accidental collision at any volume we will see

# Legal forms that say nothing about which company is meant. Written without dots, lower case.
_LEGAL_FORMS = frozenset(
    "ab ag as asa bv bvba co company corp corporation cv doo eg eirl gmbh gbr inc incorporated kft kg "
    "kgaa kk limited llc llp lp ltd ltda mbh nv ohg oo oy oyj plc pte pty pvt sa sarl sas sasu se sl slu "
    "sp spa sro srl ug ulc unlimited zoo".split()
)
_FILLERS = frozenset({"the", "and", "und", "et", "y"})


def external_id(prefix: str, *parts: str) -> str:
    """Build the operation key that a NetSuite record carries as its external id.

    NetSuite folds case and shares the name space across a record group (all entities, all
    transactions), and Streak keys differ by case alone: hence a type prefix and a lower-case digest.
    Source: SuiteTalk "External IDs Overview".
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{prefix}-{digest[:_DIGEST_LENGTH]}"


def fold(text: str) -> str:
    """Lower-case text without accents, with runs of white space as single blanks."""
    if text.isascii():  # nothing to decompose; most text is
        return " ".join(text.lower().split())
    # Decomposed on both sides of folding: a styled letter (𝕬) becomes a plain capital only by the first.
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded).casefold()
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.replace("ø", "o").replace("ł", "l").replace("đ", "d").split())


def company_key(name: str) -> str:
    """What is left of a company's name when case, accents, punctuation and legal form are gone.

    Two names with equal keys are one company unless other evidence speaks against it. A name made
    of legal forms alone ("Company Co") keeps them, so that the key is empty only for empty names.
    """
    words = re.sub(
        r"[^\w\s]|_", " ", re.sub(r"(?<=\w)[.'’](?=\w|\s|$)", "", fold(name)).replace("&", " and ")
    ).split()
    kept = [word for word in words if word not in _FILLERS]
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    return " ".join(kept or words)


def email_key(email: str) -> str:
    """Return an e-mail address in the form that is compared: trimmed and lower case."""
    return email.strip().casefold()
