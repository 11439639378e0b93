"""Changing the draft of a scheme: one draft at a time, never overwriting what a second person changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.seasons.models import DRAFT, SchemeVersion, Season
from leaderboard.seasons.plan import PlanError, draft_scheme
from leaderboard.words import gettext as _
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document

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


class DraftChanged(ValueError):
    """Someone else saved, approved or discarded the draft meanwhile; look at theirs before saving yours."""


def current_draft(session: Session, season_id: int) -> SchemeVersion | None:
    """The draft being worked on: the newest one, if there is any."""
    return session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.season_id == season_id, SchemeVersion.state == DRAFT)
        .order_by(SchemeVersion.version_no.desc())
        .limit(1)
    ).one_or_none()


def save_draft(
    session: Session, actor: str, season: Season, document: Mapping[str, Any], seen: tuple[int, int] | None
) -> SchemeVersion:
    """Save the season's draft; `seen` is the (version, revision) the change was made on, None for no draft.

    Raises DraftChanged where the draft is another by now, PlanError for a document with mistakes.
    """
    # The season's row is held so that two first drafts cannot pass each other.
    session.scalars(select(Season.id).where(Season.id == season.id).with_for_update()).one()
    draft = current_draft(session, season.id)
    if seen != ((draft.version_no, draft.revision) if draft else None):
        raise DraftChanged(_("保存之前, 草稿已被他人改动"))
    if draft is None:
        return draft_scheme(session, actor, season, document)
    try:
        canonical = json.dumps(scheme_document(parse_scheme(document)), ensure_ascii=False, sort_keys=True)
    except SchemeError as error:
        raise PlanError(*[f"{problem.path}: {problem.message}" for problem in error.problems]) from error
    if canonical == draft.document:
        return draft
    draft.document, draft.drafted_by, draft.drafted_at = canonical, actor, now()
    try:
        session.flush()
    except StaleDataError as error:
        raise DraftChanged(_("保存之前, 草稿已被他人改动")) from error
    record_act(
        session,
        actor,
        "scheme.revise",
        f"{season.slug} v{draft.version_no}",
        revision=draft.revision,
        rows=[draft],
    )
    return draft
