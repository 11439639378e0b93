"""Files that prove the unit's own facts: handed out to be saved, and added as long as the fact is not verified."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import people_of_unit
from leaderboard.ledger.evidence import attach, find_evidence
from leaderboard.ledger.handed_in import find_handed_in
from leaderboard.ledger.lines import UNSETTLED
from leaderboard.ledger.read import outcome_of
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.waiting import Key
from leaderboard.web.forms import local_path
from leaderboard.web.guards import person, require
from leaderboard.web.my.door import door, own_unit
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.saved_files import handed_out
from leaderboard.words import gettext as _


@door.get("/evidence/<fact:file_id>")
def evidence_file(file_id: int) -> ResponseReturnValue:
    """A file that proves one of the unit's own facts; any other is an unknown address."""
    session = reading()
    unit, file = own_unit(session), find_evidence(session, file_id) or abort(404)
    key = Key(file.kind, file.holder_id, file.fact_id)
    if not find_handed_in(session, unit.id, key, people_of_unit(session, unit.id)):
        abort(404)
    return handed_out(session, file)


@door.post("/evidence/<kind>/<int:holder_id>/<fact:fact_id>")
def add_evidence(kind: str, holder_id: int, fact_id: int) -> ResponseReturnValue:
    """Keep another file as evidence of one of the unit's own facts, and go back to where it is told."""
    session = writing()
    unit, key = own_unit(session), Key(kind, holder_id, fact_id)
    require(Action.REPORT_FACTS, unit.id)
    fact = find_handed_in(session, unit.id, key, people_of_unit(session, unit.id)) or abort(404)
    given = request.files.get("file")
    content, title = (given.read(), given.filename or "") if given else (b"", "")
    if outcome_of(session, fact) not in UNSETTLED:
        flash(_("这条记录已经认定或撤回，不能再附文件"), "failure")
        return redirect(url_for("units.reports"))
    try:
        most = settings().upload_bytes
        file = attach(session, person().name, key, title=title, content=content, most=most)
        session.commit()
        flash(_("已附上 {title}").format(title=file.title))
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    return redirect(local_path(request.form.get("back")) or url_for("units.reports"))
