"""The second person: a draft is submitted with its reason and day, and approved or returned by another administrator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.seasons.models import (
    APPROVED,
    DRAFT,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    SchemeRevision,
    SchemeSubmission,
    SchemeVersion,
    Season,
)
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import scheme_in_force
from leaderboard.seasons.scheme_changes import scheme_changes
from leaderboard.seasons.schemes import store, unfit_day, unkept_facts, version_label
from leaderboard.words import gettext as _


def submit_scheme(
    session: Session,
    actor: str,
    version: SchemeVersion,
    *,
    effective_on: date,
    reason: str,
    today: date,
    is_blind: bool = False,
) -> SchemeSubmission:
    """Ask another administrator to put a draft in force from a day; until they decide it is locked.

    Raises PlanError for a version that is no draft, a missing reason, a day in the past (the season's first scheme
    may reach back: nothing was announced yet) or after the season, rules over facts the ledger does not keep, or the
    very rules that would be in force on that day anyway.
    """
    problems = []
    if version.state != DRAFT:
        problems.append(_("第 {version} 版不是草稿, 不能提交审批").format(version=version.version_no))
    if not reason.strip():
        problems.append(_("调整考核方案须写明理由"))
    problems += [*unfit_day(session, version, effective_on, today), *unkept_facts(version)]
    problems += _unchanged(session, version, effective_on)
    if problems:
        raise PlanError(*problems)
    version.state = SUBMITTED
    store(session)
    submission = SchemeSubmission(
        scheme_version_id=version.id,
        revision=version.revision,
        effective_on=effective_on,
        reason=reason.strip(),
        is_blind=int(is_blind),
        submitted_at=now(),
        submitted_by=actor,
    )
    session.add(submission)
    told = {"effective_on": str(effective_on), "why": submission.reason, "blind": is_blind}
    label = version_label(session, version)
    record_act(session, actor, "scheme.submit", label, rows=[version, submission], **told)
    return submission


def approve_scheme(
    session: Session,
    actor: str,
    version: SchemeVersion,
    *,
    today: date,
    effective_on: date | None = None,
    approved_at: int | None = None,
) -> SchemeVersion:
    """Put a submitted version in force from the day asked for, in the name of another person than its authors.

    Where that day has passed while the version waited, the approver names another, `effective_on`, today or later.
    The trail tells what changes from the version that would be in force on that day.
    Raises PlanError for a version that does not wait, for one of its authors, or for a day in the past.
    """
    submission = _waiting(session, version)
    day = effective_on or submission.effective_on
    problems = [*_own_work(session, actor, version, submission), *unkept_facts(version)]
    wrong_day = list(unfit_day(session, version, submission.effective_on, today))
    if not wrong_day and day != submission.effective_on:
        problems.append(_("提交的生效日 {day} 还没有过, 不能另定").format(day=submission.effective_on))
    elif wrong_day and effective_on is None:
        words = _("提交的生效日 {day} 已过, 请另定今天 {today} 或以后的一天")
        problems.append(words.format(day=submission.effective_on, today=today))
    else:
        problems += unfit_day(session, version, day, today)
    if problems:
        raise PlanError(*problems)
    before = scheme_in_force(session, version.season_id, day, now())
    version.state, version.effective_on, version.reason = APPROVED, day, submission.reason
    version.approved_by, version.approved_at = actor, approved_at or now()
    store(session)
    _decide(submission, actor, APPROVED, None)
    moved = {"proposed_on": str(submission.effective_on)} if day != submission.effective_on else {}
    changed = scheme_changes(before.document if before else None, version.document)
    told = {"effective_on": str(day), "why": submission.reason, **moved, **changed}
    label = version_label(session, version)
    record_act(session, actor, "scheme.approve", label, rows=[version, submission], **told)
    return version


def return_scheme(session: Session, actor: str, version: SchemeVersion, *, reason: str) -> SchemeVersion:
    """Give a submitted version back to its authors with the reason; raises PlanError as approving does."""
    submission = _waiting(session, version)
    problems = list(_own_work(session, actor, version, submission))
    if not reason.strip():
        problems.append(_("退回须写明理由"))
    if problems:
        raise PlanError(*problems)
    return _back_to_draft(session, actor, version, submission, RETURNED, reason.strip())


def withdraw_scheme(
    session: Session, actor: str, version: SchemeVersion, *, reason: str | None = None
) -> SchemeVersion:
    """Take a submitted version back before it is decided on: it is a draft again and can be changed."""
    return _back_to_draft(session, actor, version, _waiting(session, version), WITHDRAWN, reason)


def open_submission(session: Session, version: SchemeVersion) -> SchemeSubmission | None:
    """The submission that a version waits with, if it waits."""
    return session.scalars(
        select(SchemeSubmission).where(
            SchemeSubmission.scheme_version_id == version.id, SchemeSubmission.outcome.is_(None)
        )
    ).one_or_none()


def last_submission(session: Session, version: SchemeVersion) -> SchemeSubmission | None:
    """How a version was submitted last, whatever became of it."""
    return session.scalars(
        select(SchemeSubmission)
        .where(SchemeSubmission.scheme_version_id == version.id)
        .order_by(SchemeSubmission.id.desc())
        .limit(1)
    ).one_or_none()


def submissions_of(session: Session, season_id: int) -> Sequence[SchemeSubmission]:
    """Every submission of a season's versions, newest first."""
    ours = select(SchemeVersion.id).where(SchemeVersion.season_id == season_id)
    return session.scalars(
        select(SchemeSubmission)
        .where(SchemeSubmission.scheme_version_id.in_(ours))
        .order_by(SchemeSubmission.id.desc())
    ).all()


_AWAITING = (
    select(Season, SchemeVersion, SchemeSubmission)
    .select_from(SchemeSubmission)
    .join(SchemeVersion, SchemeVersion.id == SchemeSubmission.scheme_version_id)
    .join(Season, Season.id == SchemeVersion.season_id)
    .where(SchemeSubmission.outcome.is_(None))
    .order_by(SchemeSubmission.id)
)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def awaiting_approval(session: Session) -> Sequence[tuple[Season, SchemeVersion, SchemeSubmission]]:
    """Everything that waits for a second person, the longest wait first."""
    found = session.execute(_AWAITING)
    return [(season, version, submission) for season, version, submission in found]


def authors(session: Session, version: SchemeVersion, submission: SchemeSubmission | None = None) -> set[str]:
    """Who may not decide on a version: who drafted it first, who changed it last, who submitted it."""
    first = session.scalar(
        select(SchemeRevision.saved_by)
        .where(SchemeRevision.scheme_version_id == version.id)
        .order_by(SchemeRevision.revision)
        .limit(1)
    )
    waiting = submission or open_submission(session, version)
    found = {first, version.drafted_by, waiting.submitted_by if waiting else None}
    return {name for name in found if name is not None}


def _unchanged(session: Session, version: SchemeVersion, day: date) -> Iterator[str]:
    """That a version would change nothing on its day."""
    held = scheme_in_force(session, version.season_id, day, now())
    if held is not None and held.document == version.document:
        words = _("与 {day} 在行的第 {version} 版没有不同, 不必提交")
        yield words.format(day=day, version=held.version_no)


def _waiting(session: Session, version: SchemeVersion) -> SchemeSubmission:
    submission = open_submission(session, version) if version.state == SUBMITTED else None
    if submission is None:
        raise PlanError(_("第 {version} 版不在审批中").format(version=version.version_no))
    return submission


def _own_work(
    session: Session, actor: str, version: SchemeVersion, submission: SchemeSubmission
) -> Iterator[str]:
    if actor in authors(session, version, submission):
        yield _("起草、修改或提交方案的人不能自己审批, 请由另一位管理员审批")


def _back_to_draft(
    session: Session,
    actor: str,
    version: SchemeVersion,
    submission: SchemeSubmission,
    outcome: str,
    reason: str | None,
) -> SchemeVersion:
    version.state = DRAFT
    store(session)
    _decide(submission, actor, outcome, reason)
    label = version_label(session, version)
    record_act(
        session,
        actor,
        "scheme.return" if outcome == RETURNED else "scheme.withdraw",
        label,
        rows=[version, submission],
        why=reason,
    )
    return version


def _decide(submission: SchemeSubmission, actor: str, outcome: str, answer: str | None) -> None:
    submission.outcome, submission.answer = outcome, answer
    submission.decided_by, submission.decided_at = actor, now()
