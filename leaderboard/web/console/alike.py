"""Projects that look alike, on the console: saying of two that they are not the same, with the reason."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.ledger.distinct import set_apart
from leaderboard.ledger.duplicates import SAME_DEAL, SAME_NAME, SAME_UNIT, SIGNED_TWICE, TWO_UNITS
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import LedgerError
from leaderboard.web.console.door import door
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


def alike_words() -> dict[str, str]:
    """What two projects have in common."""
    return {
        SAME_NAME: _("名称相同"),
        SAME_DEAL: _("投资方与金额相同"),
        SAME_UNIT: _("同一单位"),
        TWO_UNITS: _("由不同单位申报"),
        SIGNED_TWICE: _("各签约一次"),
    }


@door.post("/projects/<code>/distinct")
@guarded(guard_action(Action.REPORT_FACTS))
def tell_apart(code: str) -> ResponseReturnValue:
    """Note that the project is not the other one it looks like."""
    session, typed = writing(), Typed.of_request()
    found = find_project(session, code) or abort(404)
    other = find_project(session, typed.worded.get("other", "")) or abort(404)
    try:
        set_apart(session, person().name, found, other, typed.worded.get("reason", "")[:500])
        session.commit()
        flash(_("已记下：与 {code} 不是重复").format(code=other.code))
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    return redirect(url_for("console.project", code=code) + "#alike")
