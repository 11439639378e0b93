"""Changing the draft of a scheme: one draft at a time, never overwriting what a second person changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.seasons.approval import withdraw_scheme
from leaderboard.seasons.models import APPROVED, DRAFT, SUBMITTED, SchemeRevision, SchemeVersion, Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.scheme_changes import scheme_changes
from leaderboard.seasons.schemes import DraftChanged, canonical_text, draft_scheme, keep_revision, store
from leaderboard.words import gettext as _

FOUR_RATES: Mapping[str, Any] = {
    "format": "saima-scheme/1",
    "name": "四率考核方案",
    "full_mark": "100",
    "indicators": [
        {
            "key": "signing",
            "name": "签约率",
            "name_en": "Signing",
            "weight": "25",
            "cap": "1.2",
            "measure": {"preset": "signing", "by": "count"},
        },
        {
            "key": "groundbreaking",
            "name": "开工率",
            "name_en": "Groundbreaking",
            "weight": "25",
            "measure": {"preset": "groundbreaking"},
        },
        {
            "key": "landing",
            "name": "落地率",
            "name_en": "Landing",
            "weight": "25",
            "measure": {"preset": "landing"},
        },
        {
            "key": "arrival",
            "name": "资金到位率",
            "name_en": "Capital arrival",
            "weight": "25",
            "cap": "1.2",
            "measure": {"preset": "arrival", "over": "contract"},
        },
    ],
}
"""What a season without any scheme may start from: the four rates, weighed alike."""


def current_draft(session: Session, season_id: int) -> SchemeVersion | None:
    """The draft being worked on or waiting for approval: the newest one, if there is any."""
    return session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.season_id == season_id, SchemeVersion.state.in_([DRAFT, SUBMITTED]))
        .order_by(SchemeVersion.version_no.desc())
        .limit(1)
    ).one_or_none()


def approved_since(session: Session, draft: SchemeVersion) -> list[SchemeVersion]:
    """The versions that were approved after a draft was begun, first to last."""
    begun = select(func.min(SchemeRevision.saved_at)).where(SchemeRevision.scheme_version_id == draft.id)
    return list(
        session.scalars(
            select(SchemeVersion)
            .where(SchemeVersion.season_id == draft.season_id, SchemeVersion.state == APPROVED)
            .where(SchemeVersion.approved_at > begun.scalar_subquery())
            .order_by(SchemeVersion.approved_at, SchemeVersion.version_no)
        )
    )


def save_draft(
    session: Session,
    actor: str,
    season: Season,
    document: Mapping[str, Any],
    seen: tuple[int, int] | None,
    *,
    is_blind: bool | None = None,
) -> SchemeVersion:
    """Save the season's draft; `seen` is the (version, revision) the change was made on, None for no draft.

    `is_blind` tells the trail whether the weights were chosen without names in sight, where that is known. A draft that
    waits for approval is taken back by a change: nobody approves what they did not see. Raises
    DraftChanged where the draft is another by now, PlanError for a document with mistakes.
    """
    draft = _seen_draft(session, season, seen)
    blind = {} if is_blind is None else {"blind": is_blind}
    if draft is None:
        return draft_scheme(session, actor, season, document, **blind)
    text = canonical_text(document)
    if text == draft.document:
        return draft
    if draft.state == SUBMITTED:
        withdraw_scheme(session, actor, draft, reason=_("方案已修改"))
    told = blind | scheme_changes(draft.document, text)
    draft.document, draft.drafted_by, draft.drafted_at = text, actor, now()
    store(session)
    kept = keep_revision(session, draft)
    label = f"{season.slug} v{draft.version_no}"
    record_act(session, actor, "scheme.revise", label, revision=draft.revision, rows=[draft, kept], **told)
    return draft


def restore_version(session: Session, actor: str, season: Season, version: SchemeVersion) -> SchemeVersion:
    """Take a past version up again: the season's draft becomes a copy of it, to be approved like any other.

    Raises PlanError where a draft is being worked on or waits for approval: it would be overwritten.
    """
    draft = current_draft(session, season.id)
    if draft is not None and draft.state == SUBMITTED:
        words = _("第 {draft} 版正在审批, 请先撤回并作废, 或待它批准, 再恢复第 {version} 版")
        raise PlanError(words.format(draft=draft.version_no, version=version.version_no))
    if draft is not None:
        raise PlanError(
            _("已有草稿, 请先作废或生效后再恢复第 {version} 版").format(version=version.version_no)
        )
    return draft_scheme(session, actor, season, json.loads(version.document), source=f"v{version.version_no}")


def _seen_draft(session: Session, season: Season, seen: tuple[int, int] | None) -> SchemeVersion | None:
    """The draft that was seen, if any."""
    draft = current_draft(session, season.id)
    if seen != ((draft.version_no, draft.revision) if draft else None):
        raise DraftChanged(_("保存之前, 草稿已被他人改动"))
    return draft
