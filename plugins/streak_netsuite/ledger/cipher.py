"""What the ledger keeps secret: JSON under Fernet, and digests that only the key's owner can make."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.plain import to_plain

SETTING = "encryption_keys of the ledger ('encryption_secret' in the extra of its Airflow connection)"


class Cipher:
    """Encrypts and decrypts what the ledger keeps.

    The first key encrypts, all decrypt. To rotate, put a new key first everywhere, run
    `streak-netsuite ledger rotate-keys`, then drop the old one.
    """

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        """Take the keys.

        Raises:
            ConfigurationError: there is none, or one is no Fernet key.
        """
        if not keys:
            raise ConfigurationError(f"{SETTING} is empty; {_HOW_TO_MAKE_ONE}")
        fernets = [_fernet(key, place) for place, key in enumerate(keys, start=1)]
        self._first = fernets[0]
        self._all = MultiFernet(fernets)
        self._digest_keys = [_digest_key(key) for key in keys]

    def encrypt(self, value: Any) -> bytes:
        """Return a value as encrypted JSON. Decimals, dates, enums and dataclasses become plain as `to_plain` does."""
        return self._first.encrypt(json.dumps(to_plain(value), separators=(",", ":")).encode())

    def decrypt(self, token: bytes) -> Any:
        """Return the JSON value of an encrypted one.

        Raises:
            ConfigurationError: none of the keys opens it.
        """
        return json.loads(self._open(token))

    def renewed(self, token: bytes) -> bytes | None:
        """Return the value encrypted with the first key, or None when it already is.

        Raises:
            ConfigurationError: none of the keys opens it.
        """
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return self._first.encrypt(self._open(token))
        return None

    def digest(self, text: str) -> bytes:
        """Return the digest under which a text is stored: equal for equal texts, and telling nothing else."""
        return self.digests(text)[0]

    def digests(self, text: str) -> tuple[bytes, ...]:
        """Return the digests under which a text may have been stored, one for each key."""
        return tuple(hmac.digest(key, text.encode("utf-8", "replace"), "sha256") for key in self._digest_keys)

    def _open(self, token: bytes) -> bytes:
        try:
            return self._all.decrypt(token)
        except InvalidToken:
            raise ConfigurationError(
                f"{SETTING} does not open what the ledger keeps; add the key it was written with behind the first one"
            ) from None


_HOW_TO_MAKE_ONE = "make a key with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


def _fernet(key: SecretStr, place: int) -> Fernet:
    try:
        return Fernet(key.get_secret_value())
    except ValueError:
        raise ConfigurationError(f"{SETTING}: key {place} is no Fernet key; {_HOW_TO_MAKE_ONE}") from None


def _digest_key(key: SecretStr) -> bytes:
    """Derive a key for digests, so that one secret serves two purposes without one weakening the other."""
    return hmac.digest(key.get_secret_value().encode(), b"streak-netsuite ledger digest", hashlib.sha256)
