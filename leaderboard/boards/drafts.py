"""The life of a board before it is announced: kept as a draft, opened for objections, revised, or dropped.

Every operation takes the state it expects in a conditional update, so that of two at the same moment one succeeds and
the other is told. Locks are taken in one order: the season, the draft, the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.read import find_account
from leaderboard.boards.again import due_of_draft
from leaderboard.boards.ceremony_ends import end_with_draft
from leaderboard.boards.clock import CLOCK
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import DRAFT, DROPPED, PUBLISHED, REPLACED, WINDOW, Draft, Edition
from leaderboard.boards.package import packed
from leaderboard.boards.publish import Due, Origin, Scored, confirm, due_times, shown
from leaderboard.boards.read import compared_line, predecessor
from leaderboard.boards.sketch import Sketch, sketch
from leaderboard.boards.timekeeping import check_clock
from leaderboard.boards.window_years import window_end
from leaderboard.instant import Millis, local_date, now
from leaderboard.office import Office
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _

LIVE = (DRAFT, WINDOW)
"""States of a draft that may still become an edition."""


class DraftRefused(ValueError):
    """What cannot be done with a draft, in the words of the person who asked."""


def dealt_with() -> DraftRefused:
    """What whoever comes second to a draft is told."""
    return DraftRefused(_("这份公示稿已被处理, 请刷新后再看"))


def is_held(season: Season, asked_by: str | None = None) -> bool:
    """Whether a board of the season becomes a draft instead of an edition: one that falls due, or one asked for."""
    by_one = bool(season.two_persons) and asked_by is not None
    return season.frozen_at is not None or season.window_days > 0 or by_one


def check_account(session: Session, season: Season, actor: str) -> None:
    """Raise DraftRefused where the season wants two persons and the actor is no account: a shell may be anybody's."""
    if season.two_persons and actor != CLOCK and find_account(session, actor) is None:
        raise DraftRefused(_("本赛季须两人发布: 请用账号在控制台办理"))


def check_second(session: Session, season: Season, draft: Draft, actor: str) -> None:
    """Raise DraftRefused where the season wants two persons and the actor composed the draft; the clock is nobody."""
    check_account(session, season, actor)
    if season.two_persons and actor == draft.composed_by != CLOCK:
        raise DraftRefused(_("本赛季须两人发布: 这份公示稿由您出稿, 请由另一位管理员公示或发布"))


def store_draft(  # noqa: PLR0913 - what, from where, and in whose name
    session: Session,
    scored: Scored,
    office: Office,
    actor: str,
    *,
    run_id: int | None = None,
    origin: Origin | None = None,
    revises_id: int | None = None,
    note: str | None = None,
) -> Draft:
    """Keep a scored board as a draft. It has neither number nor hash; nothing public is rendered of it.

    Raises DraftRefused where the season wants two persons and the actor is no account.
    """
    check_account(session, scored.season, actor)
    said = dict(origin.said) if origin else {}
    times = due_times(scored.due, office)
    board, lines = shown(session, scored, office, {"number": None, **times, **said}, origin)
    draft = Draft(
        season_id=scored.season.id,
        as_of=scored.due.as_of,
        known_at=scored.due.known_at,
        due_at=scored.due.due_at,
        next_due_at=scored.due.next_due_at,
        run_id=run_id,
        revises_id=revises_id,
        corrects_id=origin.corrects.id if origin and origin.corrects else None,
        scheme_version_id=scored.gathered.version.id,
        content=packed({**scored.told, **times, **said}),
        board=packed({"board": board, "lines": list(lines)}),
        note=note,
        composed_at=now(),
        composed_by=actor,
    )
    session.add(draft)
    session.flush()
    record_act(
        session, actor, "draft.make", subject_of(draft, scored.season), as_of=str(draft.as_of), rows=[draft]
    )
    return draft


def hold(session: Session, scored: Scored, office: Office, actor: str, run_id: int | None = None) -> Draft:
    """Keep what a due run of a held season came to: in its window where the season has one and is not frozen.

    Raises Overtaken where facts known by its instant came in while it was scored.
    """
    season = present_season(session, scored.season.id)
    draft = store_draft(session, scored, office, actor, run_id=run_id)
    confirm(session, scored)
    by_one = bool(season.two_persons) and actor != CLOCK
    if season.frozen_at is None and season.window_days and not by_one:
        open_window(
            session,
            actor,
            draft,
            days=season.window_days,
            contact=season.window_contact or "",
            zone=office.zone,
        )
    return draft


def due_by_hand(season: Season, day: date, at: Millis) -> Due:
    """What a draft made by hand is a board of: due and as known at an instant, up to this day or the season's last."""
    return Due(min(day, season.ends_on), at, at)


def make_draft(
    session: Session, actor: str, season: Season, office: Office, due: Due, before: Sketch | None = None
) -> Draft:
    """Compose a board by hand as a draft that nobody but the house sees, from its sketch where there is one.

    Raises NothingInForce, ClockOff.
    """
    check_clock(session)
    season = present_season(session, season.id)
    return store_draft(session, sketch(session, season, due, before=before).scored, office, actor)


def open_window(
    session: Session,
    actor: str,
    draft: Draft,
    *,
    days: int,
    contact: str,
    zone: str,
    at: Millis | None = None,
) -> Draft:
    """Open a draft for objections 公示 until the end of the `days`-th working day after today in the office's zone.

    The units of the season may see it from now on, and the clock releases it when the window is over. Raises
    DraftRefused for a draft that is not merely a draft, no days, no contact, want of a second person, or where what it
    corrects is published no more; ClockOff where this machine's clock cannot say which day it is.
    """
    check_clock(session)
    if days < 1 or not contact.strip():
        raise DraftRefused(_("公示须有至少 1 个工作日的期限和异议联系方式"))
    # As it is now: a freeze may have begun since this session first looked.
    season = present_season(session, draft.season_id)
    check_second(session, season, draft, actor)
    if season.frozen_at is not None:
        raise DraftRefused(_("赛季正在封榜, 揭榜之前不公示"))
    _still_corrected(session, draft)
    opens_at = now() if at is None else at
    closes_at = window_end(session, opens_at, days, zone)
    window = {"opens_at": opens_at, "closes_at": closes_at, "contact": contact.strip()}
    change_draft(session, draft, (DRAFT,), state=WINDOW, reason=None, **window)
    last_day = str(local_date(closes_at, zone))
    record_act(
        session,
        actor,
        "draft.open",
        subject_of(draft, season),
        until=last_day,
        contact=contact.strip(),
        rows=[draft],
    )
    return draft


def sketch_revision(
    session: Session, draft: Draft, *, reason: str, at: Millis, before: Sketch | None = None
) -> Sketch:
    """What a live draft would be if it were revised as known at an instant; raises DraftRefused as `revise` does."""
    if not reason.strip():
        raise DraftRefused(_("重出公示稿须写明理由"))
    corrected = _still_corrected(session, draft)
    if draft.state not in LIVE:
        raise dealt_with()
    season = present_season(session, draft.season_id)
    return sketch(session, season, due_of_draft(session, draft, at), corrected, before)


def revise(
    session: Session,
    actor: str,
    draft: Draft,
    office: Office,
    *,
    reason: str,
    at: Millis | None = None,
    before: Sketch | None = None,
) -> Draft:
    """Compose a live draft anew from what is known now, in the place of the old one, which is kept as replaced.

    Cut-off and due instant stay; the new one waits as a draft, and whoever revised it opens or releases it. A sketch
    `before` is of the same instant. Raises DraftRefused without a reason, for a draft that is no longer live, or where
    what it corrects is published no more, ClockOff where this machine's clock cannot say what is known now.
    """
    check_clock(session)
    run_id, known_at = draft.run_id, now() if at is None else at
    found = sketch_revision(session, draft, reason=reason, at=known_at, before=before)
    # The run goes with the draft that will be announced, as it may belong to one alone.
    change_draft(
        session, draft, LIVE, state=REPLACED, run_id=None, reason=reason.strip(), **settled(actor, known_at)
    )
    end_with_draft(session, actor, draft)
    revised = store_draft(
        session,
        found.scored,
        office,
        actor,
        run_id=run_id,
        origin=found.origin(draft.note),
        revises_id=draft.id,
        note=draft.note,
    )
    record_act(
        session,
        actor,
        "draft.revise",
        subject_of(draft, found.scored.season),
        draft=revised.id,
        why=reason.strip(),
        rows=[draft],
    )
    return revised


def _still_corrected(session: Session, draft: Draft) -> Edition | None:
    """What a draft corrects, if anything; raises DraftRefused where that was corrected or withdrawn meanwhile."""
    if draft.corrects_id is None:
        return None
    corrected = session.get_one(Edition, draft.corrects_id, populate_existing=True)
    if corrected.state != PUBLISHED:
        raise DraftRefused(
            _("第 {n} 期已被更正或撤回, 这份更正稿已不能发布; 请将它作废").format(n=corrected.number)
        )
    return corrected


def drop(session: Session, actor: str, draft: Draft, *, reason: str) -> None:
    """Put a live draft aside for good; it is kept and never shown in public. Raises DraftRefused without a reason."""
    if not reason.strip():
        raise DraftRefused(_("作废公示稿须写明理由"))
    change_draft(session, draft, LIVE, state=DROPPED, reason=reason.strip(), **settled(actor, now()))
    end_with_draft(session, actor, draft)
    season = session.get_one(Season, draft.season_id)
    record_act(session, actor, "draft.drop", subject_of(draft, season), why=reason.strip(), rows=[draft])


def subject_of(draft: Draft, season: Season) -> str:
    """How the audit trail names a draft."""
    return f"{season.slug} 稿 {draft.id}"


def change_draft(session: Session, draft: Draft, expected: Sequence[str], **values: Any) -> None:
    """Change a draft only while it is in one of the expected states; raises DraftRefused, and nothing has changed."""
    held = update(Draft).where(Draft.id == draft.id, Draft.state.in_(expected)).values(**values)
    if not rows_changed(session, held):
        raise dealt_with()
    session.refresh(draft)


def settled(actor: str, at: Millis) -> dict[str, Any]:
    """The columns that say who ended a draft, and when."""
    return {"settled_at": at, "settled_by": actor}


def list_drafts(session: Session, season_id: int, *, live_only: bool = False) -> Sequence[Draft]:
    """Drafts of a season, newest due first; with `live_only` those that may still become an edition."""
    found = select(Draft).where(Draft.season_id == season_id)
    found = found.where(Draft.state.in_(LIVE)) if live_only else found
    return session.scalars(found.order_by(Draft.due_at.desc(), Draft.id.desc())).all()


def find_draft(session: Session, draft_id: int) -> Draft | None:
    """The draft of this number, whatever has become of it."""
    return session.get(Draft, draft_id)


def line_before_draft(session: Session, draft: Draft, line: dict[str, Any]) -> dict[str, Any] | None:
    """A unit's line in the published edition with which a draft's places are compared."""
    corrected = None if draft.corrects_id is None else session.get(Edition, draft.corrects_id)
    before = predecessor(session, draft.season_id, draft.due_at, corrected)
    return None if before is None else compared_line(session, before.id, line)
