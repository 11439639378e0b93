"""Putting a published edition right: corrected by a later number, or withdrawn with a public reason; never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.again import due_of_correction
from leaderboard.boards.ceremony_ends import end_with_edition
from leaderboard.boards.countersign import WITHDRAW, check_agreed
from leaderboard.boards.difference import Effect, effect, without_later
from leaderboard.boards.drafts import LIVE, DraftRefused, store_draft
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import PUBLISHED, SUPERSEDED, WITHDRAWN, Countersign, Draft, Edition, Notice
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import score
from leaderboard.boards.read import latest_version
from leaderboard.boards.sketch import Sketch, sketch
from leaderboard.boards.timekeeping import check_clock
from leaderboard.instant import Millis, now
from leaderboard.office import Office
from leaderboard.outbox.post import EDITION_SUPERSEDED, EDITION_WITHDRAWN, post
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _


def begin_correction(
    session: Session,
    actor: str,
    edition: Edition,
    office: Office,
    *,
    note: str,
    at: Millis | None = None,
    before: Sketch | None = None,
) -> Draft:
    """Compose a published edition anew from the facts known now, as a draft that would take its place 更正稿.

    Cut-off, due instant, scheme and roster stay; `note` is told to the public. Its package will say which edition it
    corrects and all that differs. A sketch `before` is of the same instant. Raises DraftRefused without a note, for an
    edition that is no longer published, while another correction of it is under way, and where nothing differs; ClockOff
    where this machine's clock cannot say what is known now.
    """
    check_clock(session)
    session.refresh(edition)
    known_at = now() if at is None else at
    found = sketch_correction(session, edition, note=note, at=known_at, before=before)
    draft = store_draft(
        session, found.scored, office, actor, origin=found.origin(note.strip()), note=note.strip()
    )
    subject = f"{found.scored.season.slug} 第 {edition.number} 期"
    record_act(session, actor, "edition.correct", subject, draft=draft.id, note=note.strip())
    return draft


def sketch_correction(
    session: Session, edition: Edition, *, note: str, at: Millis, before: Sketch | None = None
) -> Sketch:
    """What a correction begun as known at an instant would be; raises DraftRefused as `begin_correction` does."""
    if not note.strip():
        raise DraftRefused(_("更正须写明对外说明"))
    if edition.state != PUBLISHED:
        raise DraftRefused(way_on(session, edition))
    if _under_way(session, edition):
        raise DraftRefused(_("第 {n} 期的更正稿还在办理中, 请先发布或作废那一份").format(n=edition.number))
    season = present_season(session, edition.season_id)
    found = sketch(session, season, due_of_correction(session, edition, at), edition, before)
    if not found.changes:
        raise DraftRefused(_("重新计算的结果与第 {n} 期完全相同, 没有可更正之处").format(n=edition.number))
    return found


def way_on(session: Session, edition: Edition) -> str:
    """Why an edition that is no longer published cannot be corrected, and what can be done instead, in words."""
    newest = latest_version(session, edition)
    if newest.state == PUBLISHED:
        return _("第 {n} 期已被更正, 不能再更正; 请更正现在公布的第 {newest} 期").format(
            n=edition.number, newest=newest.number
        )
    return _(
        "第 {newest} 期已撤回, 截至 {day} 的榜单不能再更正; 请在台账中改正, 由下一期计入。"
        "要马上公布, 请到“发布榜单”立即发布一期 (leaderboard publish)"
    ).format(newest=newest.number, day=newest.as_of)


def preview_correction(session: Session, edition: Edition, *, at: Millis | None = None) -> Effect:
    """What a correction begun now would differ in; stores nothing."""
    season = session.get_one(Season, edition.season_id)
    known_at = now() if at is None else at
    scored = score(session, season, due_of_correction(session, edition, known_at))
    return effect(without_later(unpacked(edition.package)), scored.told, known_at)


def _under_way(session: Session, edition: Edition) -> bool:
    found = select(Draft.id).where(Draft.corrects_id == edition.id, Draft.state.in_(LIVE))
    return session.scalar(found.limit(1)) is not None


def supersede(
    session: Session, actor: str, corrected: Edition, successor: Edition, *, reason: str, at: Millis
) -> None:
    """Mark an edition as superseded by its correction, in the transaction that announces it."""
    _take_state(session, corrected, (PUBLISHED,), SUPERSEDED)
    _notice(session, corrected, SUPERSEDED, actor, reason, at, successor)
    end_with_edition(session, actor, corrected)
    season = session.get_one(Season, corrected.season_id)
    record_act(
        session,
        actor,
        "edition.supersede",
        f"{season.slug} 第 {corrected.number} 期",
        hash=corrected.hash,
        why=reason,
        successor=successor.number,
        noticed_at=at,
    )
    body = {"hash": corrected.hash, "successor": successor.number}
    post(session, EDITION_SUPERSEDED, f"{season.slug}/{corrected.number}", **body)


def withdraw(
    session: Session,
    actor: str,
    edition: Edition,
    *,
    reason: str,
    agreed: Countersign | None = None,
    at: Millis | None = None,
) -> None:
    """Withdraw an edition 撤回: its addresses answer 410 with the reason, and nothing stored is changed or deleted.

    The public falls back to the last edition that is still published. Raises DraftRefused without a reason, for an
    edition that is withdrawn already, or where a second person has to agree first, ClockOff where this machine's clock
    cannot say when.
    """
    check_clock(session)
    if not reason.strip():
        raise DraftRefused(_("撤回须写明对外公布的理由"))
    season, at = present_season(session, edition.season_id), now() if at is None else at
    check_agreed(season, actor, WITHDRAW, agreed)
    _take_state(session, edition, (PUBLISHED, SUPERSEDED), WITHDRAWN)
    _notice(session, edition, WITHDRAWN, actor, reason.strip(), at)
    end_with_edition(session, actor, edition)
    record_act(
        session,
        actor,
        "edition.withdraw",
        f"{season.slug} 第 {edition.number} 期",
        hash=edition.hash,
        why=reason.strip(),
        noticed_at=at,
    )
    post(
        session,
        EDITION_WITHDRAWN,
        f"{season.slug}/{edition.number}",
        hash=edition.hash,
        reason=reason.strip(),
    )


def _take_state(session: Session, edition: Edition, expected: Sequence[str], state: str) -> None:
    """Change the state of an edition only from an expected one; raises DraftRefused when it is another by now."""
    held = update(Edition).where(Edition.id == edition.id, Edition.state.in_(expected)).values(state=state)
    if not rows_changed(session, held):
        raise DraftRefused(_("第 {n} 期已被更正或撤回").format(n=edition.number))
    session.refresh(edition)


def _notice(
    session: Session,
    edition: Edition,
    state: str,
    actor: str,
    reason: str,
    at: Millis,
    successor: Edition | None = None,
) -> None:
    session.add(
        Notice(
            edition_id=edition.id,
            state=state,
            at=at,
            by=actor,
            reason=reason,
            successor_id=successor.id if successor else None,
        )
    )
    session.flush()
