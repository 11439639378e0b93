"""Releasing a draft: composed again from the ledger, compared with what was kept, and announced in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.again import due_of_draft
from leaderboard.boards.ceremony_ends import end_with_draft
from leaderboard.boards.clock import CLOCK
from leaderboard.boards.correct import supersede
from leaderboard.boards.drafts import (
    LIVE,
    DraftRefused,
    change_draft,
    check_second,
    dealt_with,
    drop,
    list_drafts,
    settled,
    subject_of,
)
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import DRAFT, PUBLISHED, RELEASED, WINDOW, Draft, Edition
from leaderboard.boards.origins import released
from leaderboard.boards.package import canonical, unpacked
from leaderboard.boards.publish import Composed, announce, numbered, score
from leaderboard.instant import Millis, at_zone
from leaderboard.objections.read import has_open
from leaderboard.office import Office
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.words import gettext as _

DIFFERING = "由台账重新计算的结果与公示稿不一致 ({parts}), 不能发布; 请重出公示稿"
OUTRUN = "第 {n} 期已被更正或撤回, 这份更正稿不能再发布"
NEWEST_ONLY = "揭榜时只公布最近一期"
"""What is kept with a draft, in Chinese: `run_log.run_words` tells it in the reader's language."""


FAILED_TRY = "draft.fail"
"""The act by which the clock notes that a draft could not be released; the tries are counted in the trail."""


class DraftStuck(DraftRefused):
    """A draft that cannot be released as it is, however long one waits: it has to be revised or dropped."""


def prepare(session: Session, draft: Draft, office: Office, at: Millis) -> Composed:
    """Compose a draft again as an edition; changes nothing and needs no write transaction.

    Raises DraftRefused while it may not be released, DraftStuck where the ledger as of the draft's cut-off and as
    known at its instant gives anything else than the draft, or what it corrects is published no more.
    """
    season = session.get_one(Season, draft.season_id)
    _check(session, draft, season, office.zone, at)
    scored = score(session, season, due_of_draft(session, draft))
    kept = unpacked(draft.content)
    differing = [
        key for key, value in scored.told.items() if canonical({key: value}) != canonical({key: kept[key]})
    ]
    if differing:
        raise DraftStuck(_(DIFFERING).format(parts=", ".join(differing)))
    return numbered(session, scored, office, origin=released(session, _lineage(session, draft), office))


def _lineage(session: Session, draft: Draft) -> list[Draft]:
    """A draft with those it replaced, oldest first."""
    found = [draft]
    while found[0].revises_id is not None:
        found.insert(0, session.get_one(Draft, found[0].revises_id))
    return found


def release(
    session: Session, draft: Draft, composed: Composed, actor: str, office: Office, at: Millis
) -> Edition:
    """Announce a prepared draft; a correction supersedes what it corrects in the same transaction.

    Raises Overtaken where another edition came between, DraftRefused where the draft was dealt with meanwhile.
    """
    season = present_season(session, draft.season_id)
    session.refresh(draft)
    _check(session, draft, season, office.zone, at)
    check_second(session, season, draft, actor)
    change_draft(session, draft, LIVE, state=RELEASED, reason=None, **settled(actor, at))
    edition = announce(session, composed, actor, draft.run_id)
    change_draft(session, draft, (RELEASED,), edition_id=edition.id)
    end_with_draft(session, actor, draft)
    subject = subject_of(draft, season)
    record_act(session, actor, "draft.release", subject, edition=edition.number, rows=[draft])
    if draft.corrects_id is not None:
        corrected = session.get_one(Edition, draft.corrects_id)
        supersede(session, actor, corrected, edition, reason=draft.note or "", at=at)
    return edition


def _check(session: Session, draft: Draft, season: Season, zone: str, at: Millis) -> None:
    """Raise DraftRefused unless the draft may be announced at the instant."""
    if draft.state not in LIVE:
        raise dealt_with()
    if season.frozen_at is not None:
        raise DraftRefused(_("赛季正在封榜, 揭榜之前不发布"))
    if draft.state == WINDOW and draft.closes_at is not None and at < draft.closes_at:
        until = at_zone(draft.closes_at, zone).strftime("%Y-%m-%d %H:%M")
        raise DraftRefused(_("公示期到 {until} 为止, 期满之后才能发布").format(until=until))
    if has_open(session, draft.id):
        raise DraftRefused(_("还有异议没有答复, 答复之后才能发布"))
    if draft.corrects_id is not None:
        corrected = session.get_one(Edition, draft.corrects_id)
        if corrected.state != PUBLISHED:
            raise DraftStuck(_(OUTRUN).format(n=corrected.number))


_RELEASABLE = (
    select(Draft)
    .join(Season, Season.id == Draft.season_id)
    .where(Draft.state.in_(LIVE), Draft.closes_at <= bindparam("at"))
    .where(Draft.reason.is_(None), Season.frozen_at.is_(None))
    .order_by(Draft.due_at, Draft.id)
)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def releasable(session: Session, at: Millis) -> list[Draft]:
    """The drafts whose time has come, in due order: their window is over or they were revealed, and nothing holds them.

    One on which the clock has failed waits for a person: it has a `reason`.
    """
    found = session.scalars(_RELEASABLE, {"at": at})
    return [draft for draft in found if not has_open(session, draft.id)]


def hand_over(session: Session, draft: Draft, actor: str, message: str) -> None:
    """Keep why the clock could not release a draft; from then on it waits for a person."""
    waiting = update(Draft).where(Draft.id == draft.id, Draft.state.in_(LIVE), Draft.reason.is_(None))
    if rows_changed(session, waiting.values(reason=message)):
        season = session.get_one(Season, draft.season_id)
        session.refresh(draft)
        record_act(session, actor, "draft.stop", subject_of(draft, season), why=message, rows=[draft])


def count_failure(
    session: Session, draft: Draft, actor: str, message: str, *, since: int, attempts: int
) -> None:
    """Note in the audit trail that releasing a draft failed; the last of `attempts` tries hands it over.

    Tries count from the last act of another kind: whoever reveals a draft or extends its window begins anew. Of several
    nodes that failed in the same moment one alone counts: `since` is the trail's last line before the try.
    """
    season = present_season(session, draft.season_id)
    session.refresh(draft)
    subject = subject_of(draft, season)
    acts = select(AuditLine.seq_no, AuditLine.action).where(AuditLine.subject == subject)
    newest = session.execute(acts.order_by(AuditLine.seq_no.desc()).limit(attempts)).all()
    failed = list(takewhile(lambda line: line.action == FAILED_TRY, newest))
    if draft.state not in LIVE or draft.reason is not None or (failed and failed[0].seq_no > since):
        return
    record_act(session, actor, FAILED_TRY, subject, why=message)
    if len(failed) + 1 >= attempts:
        hand_over(session, draft, actor, message)


def mark_held(
    session: Session,
    actor: str,
    season: Season,
    *,
    newest_only: bool,
    at: Millis,
    asked_at: Millis | None = None,
    shown: int | None = None,
) -> Sequence[Draft]:
    """Let the drafts that due runs left during a freeze be released from now on; returns them in due order.

    With `newest_only` the last due alone, and the others are dropped. What a person composed after `asked_at`, when
    another asked for the reveal, is not part of it and goes on waiting. Where a meeting was `shown` a draft, it must be
    the newest: DraftRefused otherwise. Called in the transaction that ends the freeze
    (`seasons.holding.thaw_season`), so that a node that dies in between leaves the rest to the clock.
    """
    held = [
        d
        for d in list_drafts(session, season.id, live_only=True)
        if d.state == DRAFT
        and d.run_id is not None
        and (asked_at is None or d.composed_by == CLOCK or d.composed_at <= asked_at)
    ]
    if shown is not None and [draft.id for draft in held[:1]] != [shown]:
        raise DraftRefused(_("封榜期间已压下更新的一期，台上这一期不能单独公布，请到公示稿页揭榜"))
    chosen = held[:1] if newest_only else held
    for draft in held:
        if draft in chosen:
            change_draft(session, draft, (DRAFT,), closes_at=at, reason=None)
            record_act(session, actor, "draft.reveal", subject_of(draft, season), rows=[draft])
        else:
            drop(session, actor, draft, reason=NEWEST_ONLY)
    return chosen[::-1]
