"""Filing objections: a unit of the season objects to a line of a board in its window, or takes its objection back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.drafts import subject_of
from leaderboard.boards.models import WINDOW, Draft
from leaderboard.boards.revisions import kept_board
from leaderboard.boards.timekeeping import check_clock
from leaderboard.instant import Millis, now
from leaderboard.objections.models import OPEN, TAKEN_BACK, Objection
from leaderboard.objections.read import objections_against
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import present_season, roster
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import visible

MOST_TEXT = 1000


class ObjectionRefused(ValueError):
    """What cannot be done with an objection; `problems` lists every reason in the words of the person who asked."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def file_objection(  # noqa: PLR0913 - who, against what, and why
    session: Session,
    actor: str,
    draft: Draft,
    unit: Unit,
    *,
    about: Unit,
    indicator: str | None,
    text: str,
    at: Millis | None = None,
) -> Objection:
    """Object in a unit's name to a line of a draft in its window, as a whole or in one indicator.

    It holds the board back until it is answered or taken back. Raises ObjectionRefused with every reason against it:
    a window that is not open, a unit that does not take part, a line or an indicator that the board does not have, no
    text, or an open objection of the same unit to the same; ClockOff where this machine's clock cannot say whether the
    window is open.
    """
    check_clock(session)
    instant = now() if at is None else at
    # Both as they are now: the board may have been announced since this session first looked.
    season = present_season(session, draft.season_id)
    session.refresh(draft)
    if draft.state != WINDOW or not _within(draft, instant):
        raise ObjectionRefused(_("这份公示稿不在公示期内, 不能提出异议"))
    indicator, text = indicator or None, visible(text).strip()
    problems = [*_strangers(session, season, draft, unit, about, indicator, instant), *_wording(text)]
    if _is_doubled(session, draft, unit, about, indicator):
        problems.append(_("对这一行的这一项已提出异议, 请等候答复, 或撤回后重新提出"))
    if problems:
        raise ObjectionRefused(*problems)
    objection = Objection(
        draft_id=draft.id,
        unit_id=unit.id,
        about_id=about.id,
        indicator=indicator,
        text=text,
        filed_at=instant,
        filed_by=actor,
    )
    session.add(objection)
    session.flush()
    told = {"objection": objection.id, "unit": unit.key, "about": about.key, "indicator": indicator}
    record_act(session, actor, "objection.file", subject_of(draft, season), rows=[objection], **told)
    return objection


def take_back(session: Session, actor: str, objection: Objection, *, at: Millis | None = None) -> None:
    """Take an open objection back; it stays on record. Raises ObjectionRefused once it is settled, ClockOff."""
    draft, season = held(session, objection)
    objection.state, objection.answered_at = TAKEN_BACK, now() if at is None else at
    objection.answered_by = actor
    session.flush()
    record_act(
        session,
        actor,
        "objection.take_back",
        subject_of(draft, season),
        objection=objection.id,
        rows=[objection],
    )


def held(session: Session, objection: Objection) -> tuple[Draft, Season]:
    """The draft of an open objection about to be settled, and the season as it is now.

    Raises ObjectionRefused once it is settled, ClockOff where this machine's clock cannot say when that is done.
    """
    check_clock(session)
    draft = session.get_one(Draft, objection.draft_id)
    season = present_season(session, draft.season_id)
    session.refresh(objection)
    if objection.state != OPEN:
        raise ObjectionRefused(_("这件异议已经办结, 请刷新后再看"))
    return draft, season


def _within(draft: Draft, at: Millis) -> bool:
    return (
        draft.opens_at is not None and draft.closes_at is not None and draft.opens_at <= at <= draft.closes_at
    )


def _strangers(
    session: Session, season: Season, draft: Draft, unit: Unit, about: Unit, indicator: str | None, at: Millis
) -> Iterator[str]:
    """What the season or its board does not know."""
    board = kept_board(draft)["board"]
    if unit.id not in {line.unit_id for line in roster(session, season.id, at)}:
        yield _("{unit} 没有参加这个赛季, 不能提出异议").format(unit=named(unit.name, unit.name_en))
    if about.key not in {row["unit"] for row in board["standings"]}:
        yield _("榜上没有 {unit} 这一行").format(unit=named(about.name, about.name_en))
    if indicator and indicator not in {known["key"] for known in board["scheme"]["indicators"]}:
        yield _("榜上没有 {indicator} 这一项").format(indicator=indicator)


def _wording(text: str) -> Iterator[str]:
    if not text:
        yield _("请写明异议的内容和依据")
    if len(text) > MOST_TEXT:
        yield _("异议最多 {most} 字, 现为 {length} 字").format(most=MOST_TEXT, length=len(text))


def _is_doubled(session: Session, draft: Draft, unit: Unit, about: Unit, indicator: str | None) -> bool:
    return any(
        filed.objection.state == OPEN
        and (filed.unit.id, filed.about.id) == (unit.id, about.id)
        and filed.objection.indicator == indicator
        for filed in objections_against(session, draft.id)
    )
