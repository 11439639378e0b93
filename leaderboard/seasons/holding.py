"""Holding a season's boards back: the objection window every board goes through, and the freeze until a reveal."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _

MOST_WINDOW_DAYS = 60


def set_window(
    session: Session, actor: str, season: Season, *, days: int, contact: str | None, reason: str
) -> None:
    """Let every board of the season lie open for objections for `days` working days before it is published.

    With 0 days boards are published at once; drafts already in their window keep it. Where the season wants two persons
    one alone may only lengthen the window: to shorten it would publish sooner than anybody agreed to. Raises PlanError
    with every reason against it.
    """
    held = present_season(session, season.id)
    contact = (contact or "").strip() or None
    problems = []
    if not 0 <= days <= MOST_WINDOW_DAYS:
        problems.append(_("公示期应为 0 到 {most} 个工作日").format(most=MOST_WINDOW_DAYS))
    if days > 0 and contact is None:
        problems.append(_("设公示期须写明异议联系方式"))
    if not reason.strip():
        problems.append(_("调整公示期须写明理由"))
    if held.two_persons and days < held.window_days:
        problems.append(_("本赛季须两人发布: 一人只能延长公示期; 要缩短, 请先提请会签改为一人即可发布"))
    if problems:
        raise PlanError(*problems)
    was = {"days": held.window_days, "contact": held.window_contact}
    held.window_days, held.window_contact = days, contact
    session.flush()
    new = {"days": days, "contact": contact}
    record_act(
        session, actor, "season.window", season.slug, was=was, now=new, why=reason.strip(), rows=[held]
    )


def freeze_season(
    session: Session, actor: str, season: Season, *, reason: str, at: Millis | None = None
) -> None:
    """Freeze a season's boards 封榜: the public keeps the last edition, and what is due meanwhile waits as a draft.

    Raises PlanError without a reason, or for a season that is frozen.
    """
    if not reason.strip():
        raise PlanError(_("封榜须写明理由"))
    held = present_season(session, season.id)
    if held.frozen_at is not None:
        raise PlanError(_("赛季 {season} 已经封榜").format(season=held.title))
    held.frozen_at = now() if at is None else at
    session.flush()
    record_act(session, actor, "season.freeze", season.slug, why=reason.strip(), rows=[held])


def thaw_season(session: Session, actor: str, season: Season, *, reason: str) -> None:
    """End a freeze 揭榜; what waits is marked for release by `boards.release.mark_held` in the same transaction.

    Raises PlanError without a reason, or for a season that is not frozen.
    """
    if not reason.strip():
        raise PlanError(_("揭榜须写明理由"))
    held = present_season(session, season.id)
    if held.frozen_at is None:
        raise PlanError(_("赛季 {season} 没有封榜").format(season=held.title))
    since, held.frozen_at = held.frozen_at, None
    session.flush()
    record_act(session, actor, "season.reveal", season.slug, since=since, why=reason.strip(), rows=[held])
