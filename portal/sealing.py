"""Secrets that the portal has to read again, kept so that whoever only reads the database does not: AES-256-GCM, with keys
derived from the portal's secret keys (HKDF-SHA-256, RFC 5869). What is sealed for one place opens in no other."""

import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM = "aes1:"  # what a sealed text begins with
_NONCE = 12  # bytes


class Safe:
    """Seals with the first of the portal's secret keys, and opens what any of them sealed."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [AESGCM(_derived(key)) for key in keys]

    def seal(self, text: str, place: str) -> str:
        """The text as it may lie in the database; `place` says what it is and whose, such as `totp 7`."""
        nonce = os.urandom(_NONCE)
        return _FORM + base64.urlsafe_b64encode(nonce + self._keys[0].encrypt(nonce, text.encode(), place.encode())).decode()

    def open(self, sealed: str, place: str) -> str | None:
        """The text; None where none of the keys fits, or where it was sealed for another place."""
        for key in self._keys:
            if (text := _opened(key, sealed, place)) is not None:
                return text
        return None

    def is_newest(self, sealed: str, place: str) -> bool:
        """Whether it is sealed with the first key, so that it opens when the others are gone."""
        return _opened(self._keys[0], sealed, place) is not None


def _derived(key: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"clerestory sealing 1").derive(key.encode())


def _opened(key: AESGCM, sealed: str, place: str) -> str | None:
    if not sealed.startswith(_FORM):
        return None
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(_FORM))
        return key.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None
