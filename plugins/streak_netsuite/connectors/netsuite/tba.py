"""Token-based authentication for SOAP: a signature for each request.

Source: SuiteTalk help "Token-Based Authentication and Web Services" and "The Signature for Web
Services and RESTlets" (section_4395630653), read 2026-11. Only HMAC-SHA256 is accepted since 2023.1.
"""

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

NONCE_LENGTH = 20  # 6 to 64 are allowed, Oracle recommends 20
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenCredentials:
    """The integration's and the token's halves. Never shown: its repr has no secrets."""

    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str

    def __repr__(self) -> str:
        return "TokenCredentials(***)"


def new_nonce() -> str:
    """Return a nonce that was never used before, for all practical purposes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(NONCE_LENGTH))


def sign(credentials: TokenCredentials, *, realm: str, nonce: str, timestamp: int) -> str:
    """Return the base64 HMAC-SHA256 signature of a tokenPassport."""
    parts = (realm, credentials.consumer_key, credentials.token_id, nonce, str(timestamp))
    base = "&".join(_encode(part) for part in parts)
    key = f"{_encode(credentials.consumer_secret)}&{_encode(credentials.token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class PassportSigner:
    """Makes a fresh tokenPassport at the moment of sending.

    Attributes:
        clock: Unix seconds, as NetSuite sees them (skew corrected by the caller if there is any).
    """

    credentials: TokenCredentials
    realm: str
    clock: Callable[[], float]
    nonce: Callable[[], str] = new_nonce

    def passport(self) -> dict[str, Any]:
        """Return the SOAP header value; each call has its own nonce, as every retry must."""
        nonce, timestamp = self.nonce(), int(self.clock())
        signature = sign(self.credentials, realm=self.realm, nonce=nonce, timestamp=timestamp)
        return {
            "account": self.realm,
            "consumerKey": self.credentials.consumer_key,
            "token": self.credentials.token_id,
            "nonce": nonce,
            "timestamp": timestamp,
            "signature": {"_value_1": signature, "algorithm": "HMAC-SHA256"},
        }


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
