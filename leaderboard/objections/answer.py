"""Answering objections: the effect before it is decided, upheld with a revised board, or dismissed with a reason."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.difference import Effect
from leaderboard.boards.drafts import LIVE, open_window, revise, sketch_revision, subject_of
from leaderboard.boards.models import Draft
from leaderboard.boards.revisions import extend_window, keep_window, preview_revision
from leaderboard.boards.sketch import Sketch
from leaderboard.instant import Millis, now
from leaderboard.objections.file import MOST_TEXT, ObjectionRefused, held
from leaderboard.objections.models import DISMISSED, OPEN, UPHELD, Objection
from leaderboard.objections.read import present_draft
from leaderboard.office import Office
from leaderboard.words import gettext as _


class EffectChanged(ObjectionRefused):
    """The board comes to something else than was looked at, though it is of the same instant."""


def foresee(session: Session, objection: Objection, *, at: Millis | None = None) -> Effect | None:
    """What upholding an objection now would change on the board that lies open; None where none waits any more."""
    draft = present_draft(session, session.get_one(Draft, objection.draft_id))
    return preview_revision(session, draft, at=at) if draft.state in LIVE else None


def sketch_upheld(session: Session, objection: Objection, *, answer: str, at: Millis) -> Sketch | None:
    """The board that upholding an objection would lead to, as known at an instant; None where none waits for that.

    Raises ObjectionRefused and DraftRefused as `uphold` does.
    """
    _worded(answer)
    draft = present_draft(session, session.get_one(Draft, objection.draft_id))
    if objection.state != OPEN or draft.state not in LIVE or at < draft.known_at:
        return None
    return sketch_revision(session, draft, reason=_reason(objection), at=at)


def dismiss(
    session: Session, actor: str, objection: Objection, *, answer: str, at: Millis | None = None
) -> None:
    """Answer an objection with the reason why nothing changes.

    Raises ObjectionRefused without one, or once settled, ClockOff where this machine's clock is not to be trusted.
    """
    draft, season = held(session, objection)
    _settle(objection, actor, DISMISSED, _worded(answer), now() if at is None else at)
    session.flush()
    said = {"objection": objection.id, "why": objection.answer}
    record_act(session, actor, "objection.dismiss", subject_of(draft, season), rows=[objection], **said)


def uphold(  # noqa: PLR0913 - what is decided, and for how long the revised board lies open
    session: Session,
    actor: str,
    objection: Objection,
    office: Office,
    *,
    answer: str,
    days: int | None = None,
    textual: bool = False,
    known_at: Millis | None = None,
    seen: str | None = None,
    at: Millis | None = None,
    before: Sketch | None = None,
) -> Draft | None:
    """Grant an objection: the board is composed anew from the ledger and lies open in the place of the old one.

    The revised board is as known at `known_at`, the instant of the effect that was looked at, or now; `seen` is the mark
    of that effect, for what was entered before it may have been committed since; `before` is a sketch of it. It lies open to
    the end of the present window, or with `days` to the end of that working day after today, which may only be later;
    where the window is over, `days` is needed; in a season that wants two persons it waits for another to open it. With
    `textual` the board stays, as only words were meant; a board that was dropped is not composed again, and what was
    granted goes into the next one. None is returned for either. Raises ObjectionRefused without an answer, once
    settled, and where the ledger gives the very same board, EffectChanged where it gives another than was seen, ClockOff
    where this machine's clock is not to be trusted.
    """
    instant = now() if at is None else at
    draft, season = held(session, objection)
    answer, revised = _worded(answer), None
    if not textual and (present := _live(session, objection)):
        known_at, reason = known_at or instant, _reason(objection)
        if not present.known_at <= known_at <= instant:
            raise ObjectionRefused(_("公示稿已另行重出, 请重新查看影响后再答复"))
        found = sketch_revision(session, present, reason=reason, at=known_at, before=before)
        _check_effect(present, found, seen)
        revised = revise(session, actor, present, office, reason=reason, at=known_at, before=found)
    # Where two persons are wanted, another than who upholds opens what they composed.
    if revised is not None and not season.two_persons:
        _lie_open(session, actor, revised, office, days, instant, draft.contact or "")
        objection.revision_id = revised.id
    _settle(objection, actor, UPHELD, answer, instant)
    session.flush()
    said = {"objection": objection.id, "why": answer, "draft": objection.revision_id}
    record_act(session, actor, "objection.uphold", subject_of(draft, season), rows=[objection], **said)
    return revised


def _worded(answer: str) -> str:
    """The answer, which must say why; raises ObjectionRefused."""
    answer = answer.strip()
    if not answer:
        raise ObjectionRefused(_("答复异议须写明理由"))
    if len(answer) > MOST_TEXT:
        raise ObjectionRefused(
            _("答复最多 {most} 字, 现为 {length} 字").format(most=MOST_TEXT, length=len(answer))
        )
    return answer


def _settle(objection: Objection, actor: str, state: str, answer: str, at: Millis) -> None:
    objection.state, objection.answer = state, answer
    objection.answered_at, objection.answered_by = at, actor


def _live(session: Session, objection: Objection) -> Draft | None:
    """The board objected to, as it is live by now; None where it was dropped."""
    draft = present_draft(session, session.get_one(Draft, objection.draft_id))
    # It may have been read before the turn to write had come.
    session.refresh(draft)
    return draft if draft.state in LIVE else None


def _reason(objection: Objection) -> str:
    """Why a board is composed anew, as it is kept with the one it replaces."""
    return _("采纳异议 {number}").format(number=objection.id)


def _check_effect(draft: Draft, found: Sketch, seen: str | None) -> None:
    """Raise ObjectionRefused where the ledger gives the very same board, EffectChanged where another than was seen."""
    if not found.differs_from(draft):
        raise ObjectionRefused(
            _("按现有台账重新计算, 榜单没有任何变化。请先在台账中更正再采纳; 只涉及文字的, 请选“只涉及文字”")
        )
    if seen not in (None, found.mark):
        raise EffectChanged(_("看过影响之后, 重出的结果又变了, 还没有答复; 请看过此刻的影响再答复"))


def _lie_open(
    session: Session,
    actor: str,
    revised: Draft,
    office: Office,
    days: int | None,
    at: Millis,
    contact: str,
) -> None:
    """Open a revised draft at least as long as the one it replaces would have been open."""
    former = session.get_one(Draft, revised.revises_id)
    if former.closes_at is not None and former.closes_at > at:
        keep_window(session, actor, revised, former, zone=office.zone, at=at)
        if days:
            extend_window(session, actor, revised, days=days, zone=office.zone, at=at)
    elif days:
        open_window(session, actor, revised, days=days, contact=contact, zone=office.zone, at=at)
    else:
        raise ObjectionRefused(_("原公示期已满, 重出的公示稿须再公示至少 1 个工作日"))
