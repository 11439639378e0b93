"""The office that runs the races: its name, zone, public address and the key it signs with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config import Settings


@dataclass(frozen=True)
class Office:
    """The authority 主办单位 on whose behalf editions are published."""

    name: str
    zone: str
    public_url: str
    seed: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Office:
        """The office described by the settings."""
        return cls(
            settings.office, settings.timezone, settings.resolved_public_url(), settings.signing_seed()
        )

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> str:
        """The public half of the signing key, 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, digest: str) -> str:
        """Ed25519 signature (RFC 8032) over the ASCII hex digest, 128 hex digits."""
        return self._key.sign(digest.encode("ascii")).hex()


def signature_holds(public_key: str, digest: str, signature: str) -> bool:
    """Whether the signature over the hex digest was made with the private half of this public key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), digest.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True
