"""The office that runs the races: its name, zone, public address and the key it signs with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

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
    seed_file: Path | None = None
    """Where the seed is kept if it was not given in the settings: another one may lie there after a rotation."""
    witness: Path | None = None
    """Where announced editions are written down outside the database; None where nothing is."""

    @classmethod
    def of(cls, settings: Settings) -> Office:
        """The office described by the settings."""
        seed = settings.signing_seed()
        address = settings.resolved_public_url()
        witness = settings.witness_file()
        return cls(settings.office, settings.timezone, address, seed, settings.signing_file(), witness)

    def up_to_date(self) -> Office:
        """The same office with the key it has now: a process that started before a rotation signs with the new one."""
        if self.seed_file is None:
            return self
        seed = bytes.fromhex(self.seed_file.read_text(encoding="ascii"))
        return self if seed == self.seed else replace(self, seed=seed)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> str:
        """The public half of the signing key, 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, text: str) -> str:
        """Ed25519 signature (RFC 8032) over the ASCII text, an edition's hex digest for one; 128 hex digits."""
        return self._key.sign(text.encode("ascii")).hex()


def signature_holds(public_key: str, text: str, signature: str) -> bool:
    """Whether the signature over the ASCII text was made with the private half of this public key.

    Both are lower-case hex digits and nothing else: written in another way they would be other bytes of a file.
    """
    try:
        key, raw = bytes.fromhex(public_key), bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, text.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return (key.hex(), raw.hex()) == (public_key, signature)
