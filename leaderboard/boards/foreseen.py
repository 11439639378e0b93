"""What was foreseen of editions, stored with a line in the audit trail by which it is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Edition
from leaderboard.boards.prospect_models import DivisionField, Prospect
from leaderboard.boards.prospects import Foreseen
from leaderboard.damage import to_the_end
from leaderboard.seasons.models import Season

FORESEE = "edition.foresee"


def keep_foreseen(session: Session, actor: str, found: Foreseen) -> None:
    """Store what was foreseen of an edition in the place of what was reckoned before, and say so in the trail."""
    found.store(session)
    subject = _subjects(session)[found.edition_id]
    imprint = imprint_of(session, found.edition_id)
    record_act(session, actor, FORESEE, subject, units=len(found.units), imprint=imprint)


def imprint_of(session: Session, edition_id: int) -> str:
    """SHA-256 of all that is stored for an edition: of each unit its text, of each division its measures, in order."""
    hashed = hashlib.sha256()
    told = select(Prospect.unit_id, Prospect.told).where(Prospect.edition_id == edition_id)
    for unit_id, text in session.execute(told.order_by(Prospect.unit_id)):
        hashed.update(json.dumps([unit_id, text], ensure_ascii=False).encode())
    fields = select(DivisionField.division, DivisionField.measured).where(
        DivisionField.edition_id == edition_id
    )
    for division, measured in session.execute(fields.order_by(DivisionField.division)):
        hashed.update(json.dumps([division, hashlib.sha256(measured).hexdigest()]).encode())
    return hashed.hexdigest()


def wrong_foreseen(session: Session) -> Iterator[str]:
    """Editions whose prospects are not as they were reckoned, by season and number."""
    acts = select(AuditLine.subject, AuditLine.detail).where(AuditLine.action == FORESEE)
    told = {line.subject: line.detail for line in session.execute(acts.order_by(AuditLine.seq_no))}
    nothing = imprint_of(session, 0)
    for edition_id, subject in _subjects(session).items():
        kept = told.get(subject)
        yield from to_the_end(subject, _differing(session, edition_id, subject, kept, nothing))


def _differing(
    session: Session, edition_id: int, subject: str, detail: str | None, nothing: str
) -> Iterator[str]:
    if imprint_of(session, edition_id) != (nothing if detail is None else json.loads(detail)["imprint"]):
        yield subject


def _subjects(session: Session) -> dict[int, str]:
    """Every edition as the trail calls it, by its id."""
    rows = select(Edition.id, Edition.number, Season.slug).join(Season, Season.id == Edition.season_id)
    return {row.id: f"{row.slug} 第 {row.number} 期" for row in session.execute(rows)}
