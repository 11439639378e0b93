"""The door of accounts, for system administrators alone, and the words for what an account is.

It is apart from the console's door because whoever keeps the accounts does not read the race.
"""

from __future__ import annotations

from flask import Blueprint

from leaderboard.accounts.listing import CLOSED, OPEN, WAITING
from leaderboard.accounts.permissions import Action
from leaderboard.web.console.saved import note_saved
from leaderboard.web.guards import guard_action
from leaderboard.words import gettext as _

door = Blueprint("people", __name__, url_prefix="/console")
door.before_request(guard_action(Action.MANAGE_ACCOUNTS))
door.after_request(note_saved)


def state_words() -> dict[str, str]:
    """The states of an account in words."""
    return {OPEN: _("启用"), WAITING: _("待首次登录"), CLOSED: _("已停用")}
