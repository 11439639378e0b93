"""Evidence files at the console: added to a fact, and handed out to whoever reads the console, to be saved."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.ledger.evidence import attach, find_evidence
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.waiting import Key
from leaderboard.web.console.door import door
from leaderboard.web.forms import local_path
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.saved_files import handed_out
from leaderboard.words import gettext as _


@door.post("/evidence/<kind>/<int:holder_id>/<fact:fact_id>")
@guarded(guard_action(Action.REPORT_FACTS))
def add_evidence(kind: str, holder_id: int, fact_id: int) -> ResponseReturnValue:
    """Keep a file as evidence of a fact, and go back to where the fact is told."""
    given, session = request.files.get("file"), writing()
    content, title = (given.read(), given.filename or "") if given else (b"", "")
    try:
        file = attach(
            session,
            person().name,
            Key(kind, holder_id, fact_id),
            title=title,
            content=content,
            most=settings().upload_bytes,
        )
        session.commit()
        flash(_("已附上 {title}").format(title=file.title))
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    back = local_path(request.form.get("back")) or url_for("console.awaiting")
    return redirect(f"{back}#fact-{fact_id}")


@door.get("/evidence/<fact:file_id>")
def evidence_file(file_id: int) -> ResponseReturnValue:
    """A file as it was given, to be saved and never to be shown by the browser as a page of ours."""
    session = reading()
    file = find_evidence(session, file_id) or abort(404)
    return handed_out(session, file)
