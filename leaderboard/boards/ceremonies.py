"""Ceremonies 揭榜: a board revealed on screens step by step, led from the console or a telephone.

A step is taken from the step that the person saw, so that of two who press at once one moves on and the other is told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.ceremony_ends import FORGOTTEN_MS, end_forgotten
from leaderboard.boards.ceremony_models import Ceremony, CeremonyScreen
from leaderboard.boards.ceremony_steps import ONE_BY_ONE, steps_of
from leaderboard.boards.clock import CLOCK
from leaderboard.boards.drafts import list_drafts
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import DRAFT, PUBLISHED, WITHDRAWN, Draft, Edition, Screen
from leaderboard.boards.read import find_form
from leaderboard.boards.revisions import kept_board
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _

LONGEST_NOTE = 500
MOST_TOGETHER = 999


class CeremonyRefused(ValueError):
    """A ceremony that cannot begin or go on; `problems` lists every reason in the user's words."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Overtaken(CeremonyRefused):
    """Somebody else moved the ceremony since the person saw it."""


def begin(  # noqa: PLR0913 - what, where and how, all by name
    session: Session,
    actor: str,
    season: Season,
    *,
    screens: Sequence[Screen],
    draft: Draft | None = None,
    edition: Edition | None = None,
    division: str | None = None,
    together: int = ONE_BY_ONE,
    at: Millis | None = None,
) -> Ceremony:
    """Begin to reveal an edition, or a board that a freeze holds back, on screens of the season; at first its title.

    Raises CeremonyRefused with every reason: none or other screens, a board that may not be shown, a ceremony that is
    under way, or nothing to reveal.
    """
    held, at = present_season(session, season.id), now() if at is None else at
    end_forgotten(session, CLOCK, at)
    problems = [*_board_problems(held, draft, edition), *_screen_problems(held, screens)]
    if live_ceremony(session, held.id, at) is not None:
        problems.append(_("本赛季正在揭榜，请先结束它"))
    if not 1 <= together <= MOST_TOGETHER:
        problems.append(_("逐名揭晓的名次应为 1 到 {most}").format(most=MOST_TOGETHER))
    steps = [] if problems else steps_of(_board(session, held, draft, edition), division, together)
    if not problems and not steps:
        problems.append(_("这一期没有可以揭晓的名次"))
    if problems:
        raise CeremonyRefused(*problems)
    ceremony = Ceremony(
        season_id=held.id,
        edition_id=edition.id if edition else None,
        draft_id=draft.id if draft else None,
        division=division,
        together=together,
        steps=len(steps),
        began_at=at,
        began_by=actor,
        moved_at=at,
    )
    session.add(ceremony)
    session.flush()
    taking_part = [CeremonyScreen(ceremony_id=ceremony.id, screen_id=screen.id) for screen in screens]
    session.add_all(taking_part)
    session.flush()
    told: dict[str, Any] = {"screens": [screen.name for screen in screens], "division": division}
    told |= {"edition": edition.number} if edition else {"draft": draft.id if draft else None}
    record_act(session, actor, "ceremony.begin", held.slug, rows=[ceremony, *taking_part], **told)
    return ceremony


def _board_problems(season: Season, draft: Draft | None, edition: Edition | None) -> list[str]:
    problems = []
    if not season.is_public:
        problems.append(_("赛季 {season} 没有公开，不能上大屏").format(season=season.title))
    if (draft is None) == (edition is None):
        problems.append(_("请选择要揭晓的一期"))
    if edition is not None and (edition.season_id != season.id or edition.state != PUBLISHED):
        problems.append(_("只有公开的一期可以揭晓"))
    if draft is not None:
        if draft.season_id != season.id or draft.state != DRAFT or season.frozen_at is None:
            problems.append(_("只有封榜期间压下的一期可以揭晓"))
        if season.two_persons:
            # What a meeting sees is public: that takes the two persons whom the reveal itself takes.
            problems.append(_("本赛季须两人发布：请先会签揭榜，再为公开的一期办揭榜"))
    return problems


def _screen_problems(season: Season, screens: Sequence[Screen]) -> list[str]:
    if not screens:
        return [_("请至少选择一块大屏")]
    others = [screen.name for screen in screens if screen.season_id != season.id or screen.is_revoked]
    said = _("{screens} 不是本赛季在用的大屏")
    return [said.format(screens=_("、").join(others))] if others else []


def board_of(session: Session, ceremony: Ceremony) -> dict[str, Any]:
    """The whole board that a ceremony reveals, for the presenter; screens get `revealed` of it.

    Raises CeremonyRefused for an edition that was withdrawn meanwhile.
    """
    season = session.get_one(Season, ceremony.season_id)
    draft = session.get(Draft, ceremony.draft_id) if ceremony.draft_id else None
    edition = session.get(Edition, ceremony.edition_id) if ceremony.edition_id else None
    return _board(session, season, draft, edition)


def _board(session: Session, season: Season, draft: Draft | None, edition: Edition | None) -> dict[str, Any]:
    if draft is not None:
        kept: dict[str, Any] = kept_board(draft)["board"]
        return kept
    number = edition.number if edition else 0
    if edition is not None and edition.state == WITHDRAWN:
        raise CeremonyRefused(_("第 {number} 期已撤回，揭榜已结束，大屏已回到播放单").format(number=number))
    form = find_form(session, f"/boards/{season.slug}/{number}.json", "")
    if form is None:
        raise CeremonyRefused(_("这一期没有可以揭晓的名次"))
    board: dict[str, Any] = json.loads(form.identity)
    return board


def move(
    session: Session, actor: str, ceremony: Ceremony, *, seen: int, by: int, at: Millis | None = None
) -> None:
    """Go a step on (`by` 1) or back (-1) from the step that the person saw.

    Raises Overtaken where it stands at another step by now, CeremonyRefused where it ended or there is no such step.
    """
    at, step = now() if at is None else at, seen + by
    _check_live(ceremony, at)
    if not 0 <= step <= ceremony.steps:
        raise CeremonyRefused(_("已经到头了"))
    held = update(Ceremony).where(
        Ceremony.id == ceremony.id, Ceremony.step == seen, Ceremony.ended_at.is_(None)
    )
    if not rows_changed(session, held.values(step=step, moved_at=at)):
        session.refresh(ceremony)
        raise Overtaken(_("另一位操作员已经动过，现在是第 {step} 步").format(step=ceremony.step))
    session.refresh(ceremony)
    _record(session, actor, "ceremony.move", ceremony, was=seen, now=step)


def write_note(session: Session, actor: str, ceremony: Ceremony, *, step: int, text: str) -> None:
    """Keep what the presenter wants to say at a step; an empty text takes it away. Raises CeremonyRefused."""
    if not 0 <= step <= ceremony.steps:
        raise CeremonyRefused(_("没有这一步"))
    if len(text.strip()) > LONGEST_NOTE:
        raise CeremonyRefused(_("提词最多 {most} 字").format(most=LONGEST_NOTE))
    notes = {**notes_of(ceremony), step: text.strip()}
    ceremony.notes = json.dumps(
        {str(n): said for n, said in sorted(notes.items()) if said}, ensure_ascii=False
    )
    session.flush()
    _record(session, actor, "ceremony.note", ceremony, step=step)


def notes_of(ceremony: Ceremony) -> dict[int, str]:
    """Step -> what the presenter wrote to themselves."""
    return {int(step): said for step, said in json.loads(ceremony.notes).items()}


def _record(session: Session, actor: str, action: str, ceremony: Ceremony, **detail: Any) -> None:
    season = session.get_one(Season, ceremony.season_id)
    record_act(session, actor, action, season.slug, rows=[ceremony], **detail)


def _check_live(ceremony: Ceremony, at: Millis) -> None:
    if not is_live(ceremony, at):
        raise CeremonyRefused(_("这场揭榜已经结束"))


def is_live(ceremony: Ceremony, at: Millis) -> bool:
    """Whether a ceremony is under way: not ended, and moved within the last four hours."""
    return ceremony.ended_at is None and ceremony.moved_at > at - FORGOTTEN_MS


def live_ceremony(session: Session, season_id: int, at: Millis) -> Ceremony | None:
    """The ceremony of a season that is under way, if one is."""
    found = select(Ceremony).where(
        Ceremony.season_id == season_id, Ceremony.ended_at.is_(None), Ceremony.moved_at > at - FORGOTTEN_MS
    )
    return session.scalars(found.order_by(Ceremony.id.desc()).limit(1)).one_or_none()


def list_ceremonies(session: Session, limit: int = 20) -> Sequence[Ceremony]:
    """Ceremonies of every season, the last begun first."""
    return session.scalars(select(Ceremony).order_by(Ceremony.id.desc()).limit(limit)).all()


def screens_of(session: Session, ceremony: Ceremony) -> Sequence[Screen]:
    """The screens that take part in a ceremony."""
    found = select(Screen).join(CeremonyScreen, CeremonyScreen.screen_id == Screen.id)
    return session.scalars(found.where(CeremonyScreen.ceremony_id == ceremony.id).order_by(Screen.id)).all()


def held_boards(session: Session, season: Season) -> list[Draft]:
    """The boards that the freeze of a season holds back, the newest first."""
    if season.frozen_at is None:
        return []
    return [d for d in list_drafts(session, season.id, live_only=True) if d.state == DRAFT and d.run_id]
