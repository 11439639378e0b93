"""Rules for passwords and for the second factor, as the settings have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from config import Settings
from leaderboard.accounts.models import THREE_POWERS
from leaderboard.instant import Millis

DAY = 86_400_000
DJCP, ASVS = "djcp", "asvs"
ADMINISTRATORS, EVERYONE = "administrators", "everyone"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a password must be, and how long it may stay.

    Two rulebooks disagree: GB/T 22239-2019 (等保) demands kinds of character and periodic change, OWASP ASVS 5.0
    forbids both (6.2.5, 6.2.10) and demands that a password be hard to guess (6.2.4). The setting chooses one.
    """

    least_length: int
    kinds: int
    """Of capitals, small letters, digits and others so many must occur."""
    days: int
    """After so many days it must be replaced; 0 means never."""
    remembered: int
    """So many of the last ones are not taken again."""
    magnitude: int
    """It must take a clever guesser at least ten to this power guesses."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The policy that the settings choose."""
        if settings.password_policy == ASVS:
            # 10^8: beyond an attack over the network that nothing slows down, as zxcvbn puts it.
            return cls(settings.password_length, kinds=0, days=0, remembered=1, magnitude=8)
        # Guesses are slowed down by the lock, and the kinds make words longer: 10^5 keeps out Password123! alone.
        return cls(settings.password_length, kinds=3, days=90, remembered=5, magnitude=5)

    def is_old(self, chosen_at: Millis, at: Millis) -> bool:
        """Whether a password chosen then must be replaced by now."""
        return self.days > 0 and at - chosen_at >= self.days * DAY


def needs_second_factor(role: str, settings: Settings) -> bool:
    """Whether people of this role must have a second factor (GB/T 22239-2019 level 3 asks it of administrators)."""
    wanted = settings.second_factor
    return wanted == EVERYONE or (wanted == ADMINISTRATORS and role in THREE_POWERS)
