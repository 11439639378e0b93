"""Putting right what a project is called: identity is no fact, so it is changed in place and the trail keeps both."""

from __future__ import annotations

import json

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.ledger.imprints import imprints_of_amended
from leaderboard.ledger.models import FormerProject, Project
from leaderboard.ledger.project_facts import keep_project_facts
from leaderboard.ledger.read import times_amended
from leaderboard.ledger.record import LedgerError
from leaderboard.words import gettext as _


class AmendedMeanwhile(LedgerError):
    """Somebody else has amended the project since it was looked at."""

    def __init__(self, code: str) -> None:
        super().__init__(_("项目 {code} 的资料刚刚由他人修改，请对照后再提交").format(code=code))


def amend_project(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    project: Project,
    *,
    name: str | None = None,
    name_en: str | None = None,
    investor: str | None = None,
    industry: str | None = None,
    is_public: bool | None = None,
    reason: str,
    seen: int | None = None,
    at: Millis | None = None,
) -> None:
    """Change what a project is called, by whom it is made, and whether its name is public; editions to come show it.

    None leaves a column as it is, an empty text takes away what may be missing. The project's code and its facts
    stay, and so does every edition published; what it was called until now is kept, so that those can be composed
    again. Raises LedgerError without a reason, without a name, or without a change; and AmendedMeanwhile where the
    project was amended more often than the `seen` times the person knew of.
    """
    if seen is not None and seen != times_amended(session, project.id):
        raise AmendedMeanwhile(project.code)
    if not reason.strip():
        raise LedgerError(_("修改项目资料须写明理由"))
    if name is not None and not name.strip():
        raise LedgerError(_("项目 {code} 的名称不能空白").format(code=project.code))
    texts = {"name": name, "name_en": name_en, "investor": investor, "industry": industry}
    wanted: dict[str, str | int | None] = {
        key: text.strip() or None for key, text in texts.items() if text is not None
    }
    if is_public is not None:
        wanted["is_public"] = int(is_public)
    new = {key: value for key, value in wanted.items() if value != (getattr(project, key) or _nothing(key))}
    if not new:
        raise LedgerError(_("项目 {code} 的资料没有变化").format(code=project.code))
    was = {key: getattr(project, key) for key in new}
    for key, value in new.items():
        setattr(project, key, value)
    former = _keep_former(session, project, was, now() if at is None else at)
    try:
        session.flush()
    except IntegrityError as error:
        # Two were at it in the same moment; only the first has put down what the project was called.
        raise AmendedMeanwhile(project.code) from error
    kept = imprints_of_amended(project, former)
    record_act(
        session, actor, "project.amend", project.code, was=was, now=new, why=reason.strip(), ledger=kept
    )
    keep_project_facts(session, [project.id])


def _keep_former(
    session: Session, project: Project, was: dict[str, str | int | None], until: Millis
) -> FormerProject:
    number = times_amended(session, project.id) + 1
    former = FormerProject(project_id=project.id, former_no=number, until_at=until, columns=json.dumps(was))
    session.add(former)
    return former


def _nothing(column: str) -> int | None:
    return 0 if column == "is_public" else None
