"""What someone who is signed in must do before anything else."""

from __future__ import annotations

from enum import StrEnum

from config import Settings
from leaderboard.accounts.policy import PasswordPolicy, needs_second_factor
from leaderboard.accounts.sessions import Held
from leaderboard.instant import Millis


class Duty(StrEnum):
    """Something to be done first."""

    CHOOSE = "choose a password instead of the one-time one"
    RENEW = "renew an old password"
    ENROL = "enrol a second factor"


def duty_of(held: Held, settings: Settings, at: Millis) -> Duty | None:
    """What must be done first, the most pressing; nothing in most cases."""
    if held.account.must_change:
        return Duty.CHOOSE
    if PasswordPolicy.of(settings).is_old(held.chosen_at, at):
        return Duty.RENEW
    if not held.has_factor and needs_second_factor(held.account.role, settings):
        return Duty.ENROL
    return None
