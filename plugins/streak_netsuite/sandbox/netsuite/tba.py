"""Token-based authentication: who may call, checked as NetSuite does.

Rules: Oracle help section_4395630653, section_4395625838, section_1534941088.
"""

import base64
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from streak_netsuite.sandbox.netsuite import soap_faults

MAX_CLOCK_SKEW_SECONDS = 300
_ALGORITHMS = frozenset({"HMAC-SHA256", "HMAC_SHA256"})
_NONCE = re.compile(r"[A-Za-z0-9]{6,64}")
_KEPT_LOGINS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Passport:
    """The tokenPassport header, as text."""

    account: str
    consumer_key: str
    token: str
    nonce: str
    timestamp: str
    signature: str = field(repr=False)
    algorithm: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What the account's one integration and token are."""

    account: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """One line of the login audit trail. `detail` is "" for a success, else NetSuite's word for why."""

    at: datetime
    detail: str


def _another(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _encode(text: str) -> str:
    return quote(text, safe="~")


def sign(passport: Passport, *, consumer_secret: str, token_secret: str) -> str:
    """Return the signature a passport should carry."""
    parts = (passport.account, passport.consumer_key, passport.token, passport.nonce, passport.timestamp)
    base = "&".join(_encode(p) for p in parts)
    key = f"{_encode(consumer_secret)}&{_encode(token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Gatekeeper:
    """Lets in requests with exactly one good passport and keeps the login audit trail."""

    def __init__(self, credentials: Credentials, clock: Callable[[], datetime]) -> None:
        self._first = self._credentials = credentials
        self._clock = clock
        self._seen: dict[tuple[str, str], float] = {}
        self.trail: deque[Login] = deque(maxlen=_KEPT_LOGINS)

    def clear(self) -> None:
        """Forget nonces, logins and every token but the first."""
        self._credentials = self._first
        self._seen.clear()
        self.trail.clear()

    def renew_token(self) -> Credentials:
        """Forget the token, and return the credentials with another one."""
        known = self._credentials
        self._credentials = replace(
            known, token_id=_another(known.token_id), token_secret=_another(known.token_secret)
        )
        return self._credentials

    def let_in(
        self,
        passports: tuple[Passport, ...],
        *,
        other_credentials: bool,
        check_signature: bool = True,
        revoked: str = "",
    ) -> None:
        """Return when the caller may pass; raise the fault NetSuite answers with when not.

        `revoked` is the audit trail's word for a token that is not valid any more.
        """
        if len(passports) > 1 or (passports and other_credentials):
            self._note("AmbiguousAuthentication")
            raise soap_faults.ambiguous_authentication()
        detail = self._judge(passports[0], check_signature) or revoked if passports else "NoPassport"
        self._note(detail)
        if detail:
            raise soap_faults.invalid_login()

    def _note(self, detail: str) -> None:
        self.trail.append(Login(at=self._clock(), detail=detail))

    def _judge(self, passport: Passport, check_signature: bool) -> str:
        """Return NetSuite's word for what is wrong, or ""."""
        known = self._credentials
        # The account is compared letter by letter: 1234567_sb1 is an invalid login.
        checks = (
            ("InvalidAccount", passport.account == known.account),
            ("ConsumerKeyUnknown", passport.consumer_key == known.consumer_key),
            ("TokenUnknown", passport.token == known.token_id),
            ("SignatureMethodRejected", passport.algorithm in _ALGORITHMS),
            ("NonceRejected", _NONCE.fullmatch(passport.nonce) is not None),
            ("InvalidTimestamp", self._is_timely(passport.timestamp)),
            ("InvalidSignature", not check_signature or self._is_signed(passport)),
        )
        failed = next((name for name, good in checks if not good), "")
        return failed or self._spend(passport)

    def _is_timely(self, timestamp: str) -> bool:
        if not timestamp.isdigit():
            return False
        return abs(self._clock().timestamp() - int(timestamp)) <= MAX_CLOCK_SKEW_SECONDS

    def _is_signed(self, passport: Passport) -> bool:
        known = self._credentials
        right = sign(passport, consumer_secret=known.consumer_secret, token_secret=known.token_secret)
        return hmac.compare_digest(right.encode(), passport.signature.encode())

    def _spend(self, passport: Passport) -> str:
        now = self._clock().timestamp()
        pair = (passport.nonce, passport.timestamp)
        if pair in self._seen:
            return "NonceUsed"
        self._seen[pair] = now
        # A pair older than twice the allowed skew is refused by its timestamp already.
        if len(self._seen) > _KEPT_LOGINS:
            oldest = now - 2 * MAX_CLOCK_SKEW_SECONDS
            self._seen = {p: t for p, t in self._seen.items() if t >= oldest}
        return ""
