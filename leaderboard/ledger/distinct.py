"""Saying that two projects that look alike are two, with the reason; the finding is kept and the mark taken away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.ledger.duplicates import lookalikes, mark_suspects
from leaderboard.ledger.list_models import KeptLine, NotDuplicate
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import LedgerError
from leaderboard.words import gettext as _


def set_apart(
    session: Session, actor: str, one: Project, other: Project, reason: str, at: Millis | None = None
) -> None:
    """Note that two projects that look alike are two 不是重复.

    Raises LedgerError without a reason, or where the two do not look alike.
    """
    if not reason.strip():
        raise LedgerError(_("请写明为什么不是重复"))
    if all(found.project_id != other.id for found in lookalikes(session, [one.id]).get(one.id, ())):
        raise LedgerError(_("这两个项目现在没有被标为疑似重复"))
    first, second = sorted((one, other), key=lambda project: project.id)
    pair = NotDuplicate(
        first_id=first.id,
        second_id=second.id,
        reason=reason.strip(),
        recorded_at=now() if at is None else at,
        recorded_by=actor,
    )
    session.add(pair)
    record_act(
        session, actor, "project.distinct", first.code, rows=[pair], other=second.code, why=pair.reason
    )
    both = [first.id, second.id]
    mark_suspects(session, KeptLine.project_id.in_(both), both)
