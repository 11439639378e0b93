"""The rule of two persons 会签: what one administrator asks for, another agrees to, where a season wants it so.

Under the rule a board that someone composed is opened or published by someone else (`drafts.check_second`), and a
withdrawal, a reveal and the end of the rule itself are asked for here first.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.drafts import DraftRefused
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import Countersign, Edition
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import show_season
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _

WITHDRAW, REVEAL, ALONE, SHOW, HIDE = ACTS = ("withdraw", "reveal", "alone", "show", "hide")
AGREED, REFUSED, TAKEN_BACK = OUTCOMES = ("agreed", "refused", "taken_back")


def act_words() -> dict[str, str]:
    """What each act is called."""
    return {
        WITHDRAW: _("撤回一期"),
        REVEAL: _("揭榜"),
        ALONE: _("改为一人即可发布"),
        SHOW: _("公开赛季"),
        HIDE: _("停止公开赛季"),
    }


def want_two(session: Session, actor: str, season: Season, *, reason: str) -> None:
    """Let the season's boards be published by two persons from now on; raises DraftRefused without a reason."""
    held = present_season(session, season.id)
    if not reason.strip():
        raise DraftRefused(_("请写明理由"))
    if held.two_persons:
        raise DraftRefused(_("本赛季已须两人发布"))
    held.two_persons = 1
    session.flush()
    told = {"was": False, "now": True, "why": reason.strip()}
    record_act(session, actor, "season.two_persons", season.slug, rows=[held], **told)


def ask(
    session: Session,
    actor: str,
    season: Season,
    act: str,
    *,
    reason: str,
    edition: Edition | None = None,
    newest_only: bool = False,
) -> Countersign:
    """Ask another administrator to agree to an act; raises DraftRefused without a reason or where it is asked already."""
    if not reason.strip():
        raise DraftRefused(_("请写明理由"))
    edition_id = edition.id if edition else None
    if any((c.act, c.edition_id) == (act, edition_id) for c in open_countersigns(session, season.id)):
        raise DraftRefused(_("已有人提出, 正待另一位管理员会签"))
    asked = Countersign(
        season_id=season.id,
        act=act,
        edition_id=edition_id,
        newest_only=int(newest_only),
        reason=reason.strip(),
        asked_at=now(),
        asked_by=actor,
    )
    session.add(asked)
    session.flush()
    subject = f"{season.slug}/{act}" if edition is None else f"{season.slug} 第 {edition.number} 期"
    record_act(session, actor, "countersign.ask", subject, why=asked.reason, rows=[asked])
    return asked


def agree(session: Session, actor: str, asked: Countersign) -> Countersign:
    """Agree to what another asked for: seasons are shown, hidden or let go here, the rest is done by whoever calls.

    Raises DraftRefused for one's own asking, or for one that is settled.
    """
    if actor == asked.asked_by:
        raise DraftRefused(_("不能会签自己提出的事项, 请由另一位管理员会签"))
    season = present_season(session, asked.season_id)
    _settle(session, actor, asked, AGREED, None)
    if asked.act in {SHOW, HIDE}:
        show_season(session, actor, season, is_public=asked.act == SHOW, reason=asked.reason, agreed=True)
    if asked.act == ALONE:
        season.two_persons = 0
        session.flush()
        told = {"was": True, "now": False, "why": asked.reason}
        record_act(session, actor, "season.two_persons", season.slug, rows=[season], **told)
    return asked


def refuse(session: Session, actor: str, asked: Countersign, *, answer: str) -> None:
    """Refuse what another asked for, with the reason, or take one's own asking back; raises DraftRefused."""
    own = actor == asked.asked_by
    if not own and not answer.strip():
        raise DraftRefused(_("不同意须写明理由"))
    _settle(session, actor, asked, TAKEN_BACK if own else REFUSED, answer.strip() or None)


def _settle(session: Session, actor: str, asked: Countersign, outcome: str, answer: str | None) -> None:
    held = update(Countersign).where(Countersign.id == asked.id, Countersign.outcome.is_(None))
    settled = {"outcome": outcome, "answer": answer, "settled_at": now(), "settled_by": actor}
    if not rows_changed(session, held.values(**settled)):
        raise DraftRefused(_("这件事已有结果, 请刷新后再看"))
    session.refresh(asked)
    season = session.get_one(Season, asked.season_id)
    record_act(
        session,
        actor,
        "countersign.agree" if outcome == AGREED else "countersign.refuse",
        f"{season.slug}/{asked.act}",
        why=answer or asked.reason,
        rows=[asked],
    )


def check_agreed(season: Season, actor: str, act: str, agreed: Countersign | None) -> None:
    """Raise DraftRefused unless the season lets one person do it, or this very act was agreed to by the actor."""
    if not season.two_persons:
        return
    if agreed is None or (agreed.act, agreed.outcome, agreed.settled_by) != (act, AGREED, actor):
        raise DraftRefused(_("本赛季须两人发布: 请先在控制台提出, 由另一位管理员会签"))


_OPEN = select(Countersign).where(Countersign.outcome.is_(None)).order_by(Countersign.id)


def open_countersigns(session: Session, season_id: int | None = None) -> Sequence[Countersign]:
    """What waits for another administrator, of one season or of all, the oldest first."""
    found = _OPEN if season_id is None else _OPEN.where(Countersign.season_id == season_id)
    return session.scalars(found).all()


def find_countersign(session: Session, season_id: int, countersign_id: int) -> Countersign | None:
    """One asking of a season, settled or not."""
    found = session.get(Countersign, countersign_id)
    return found if found is not None and found.season_id == season_id else None
