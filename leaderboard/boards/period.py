"""The period of a season: it may change as long as no board rests on it.

Everything else that a board is scored from is read as it was known at the board's instant. First and last day are not:
what was scored by others could neither be released nor composed again.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from leaderboard.boards.drafts import list_drafts
from leaderboard.boards.read import last_numbered
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError, change_period
from leaderboard.words import gettext as _


def why_fixed(session: Session, season: Season) -> str | None:
    """Why the season's first and last day stay as they are, in words; None while they may be changed."""
    if last_numbered(session, season.id) is not None:
        period = {"starts": season.starts_on, "ends": season.ends_on}
        return _("已有发布的榜单，起止日期 {starts} 至 {ends} 不再改。").format(**period)
    live = list_drafts(session, season.id, live_only=True)
    if not live:
        return None
    words = _(
        "公示稿（数据截至 {days}）是按起止日期 {starts} 至 {ends} 算出的：要改起止日期，请先将它作废；发布之后不再能改。"
    )
    days = _("、").join(str(draft.as_of) for draft in live)
    return words.format(days=days, starts=season.starts_on, ends=season.ends_on)


def move_period(
    session: Session, actor: str, season: Season, *, starts_on: date, ends_on: date, reason: str
) -> None:
    """Give a season another first and last day; the present ones may be given again at any time.

    Raises PlanError where a board was announced or a live draft waits, without a reason, or for a period that ends early.
    """
    if (starts_on, ends_on) == (season.starts_on, season.ends_on):
        return
    if told := why_fixed(session, season):
        raise PlanError(told)
    change_period(session, actor, season, starts_on=starts_on, ends_on=ends_on, reason=reason)
