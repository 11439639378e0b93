"""Texts sealed with the key of the installation, so that a copy of the database alone tells nothing of them."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


def seal(text: str, key: str, purpose: str) -> str:
    """The text under AES-256-GCM, with a key for this purpose alone that comes from the installation's by HKDF."""
    nonce = os.urandom(NONCE)
    return urlsafe_b64encode(nonce + _cipher(key, purpose).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str, key: str, purpose: str) -> str | None:
    """The text; None where it was sealed with another key, for another purpose, or was changed since."""
    try:
        data = urlsafe_b64decode(sealed.encode())
        return _cipher(key, purpose).decrypt(data[:NONCE], data[NONCE:], None).decode()
    except (NoBase64, InvalidTag, ValueError):
        return None


def _cipher(key: str, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode()))
