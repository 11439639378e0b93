"""The files of the signing seeds: a new one made beside the present one, and put in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from config import Settings
from leaderboard.cli.context import refuse
from leaderboard.office import Office

NEXT = "signing-next.key"
SEED = re.compile("[0-9a-fA-F]{64}")


def seed_in(path: Path) -> bytes:
    """The seed in a file; ends the command where it holds none."""
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if not SEED.fullmatch(text):
        refuse(f"{path} 里应为 64 位十六进制数字")
    return bytes.fromhex(text)


@dataclass(frozen=True, slots=True)
class NewSeed:
    """A seed that waits beside the present one until the handover is kept in the database."""

    seed: bytes
    waiting: Path
    present: Path

    @classmethod
    def of(cls, settings: Settings) -> NewSeed | None:
        """The seed to change to, made once and kept however often a rotation is begun; None where seeds are given."""
        present = settings.signing_file()
        if present is None:
            return None
        settings.signing_seed()
        seed = bytes.fromhex(settings.kept_secret(NEXT))
        return cls(seed, present.with_name(NEXT), present)

    def office(self, office: Office) -> Office:
        """The office as it will sign."""
        return replace(office, seed=self.seed, seed_file=None)

    def take_over(self) -> None:
        """Put the new seed in the place of the present one, which is kept under its public key."""
        old = bytes.fromhex(self.present.read_text(encoding="ascii"))
        kept = self.present.with_name(f"signing-{Office('', 'UTC', '', old).public_key[:16]}.key")
        if not kept.exists():
            kept.hardlink_to(self.present)
        self.waiting.replace(self.present)
