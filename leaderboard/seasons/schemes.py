"""Versions of a season's scheme: drafting one, keeping what was saved, putting one aside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.seasons.models import (
    APPROVED,
    DISCARDED,
    DRAFT,
    SUBMITTED,
    SchemeRevision,
    SchemeVersion,
    Season,
)
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.scheme_changes import rules_before, scheme_changes
from leaderboard.words import gettext as _
from leaderboard.words import told
from scoring.needs import seldom_kept
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document


class DraftChanged(ValueError):
    """Someone else saved, submitted, decided on or discarded the draft meanwhile; look at theirs first."""


def canonical_text(document: Mapping[str, Any]) -> str:
    """A document as it is stored; raises PlanError naming every mistake in it."""
    try:
        canonical = scheme_document(parse_scheme(document))
    except SchemeError as error:
        raise PlanError(
            *[f"{problem.path}: {told(problem.message)}" for problem in error.problems]
        ) from error
    return json.dumps(canonical, ensure_ascii=False, sort_keys=True)


def version_label(session: Session, version: SchemeVersion) -> str:
    """How the trail names a version: r26 v3."""
    return f"{session.get_one(Season, version.season_id).slug} v{version.version_no}"


def draft_scheme(
    session: Session, actor: str, season: Season, document: Mapping[str, Any], **told: Any
) -> SchemeVersion:
    """Keep a new draft of the season's scheme; a document with mistakes raises PlanError naming every one.

    `told` goes into the trail as well: where the draft was taken from.
    """
    text = canonical_text(document)
    latest = session.scalar(
        select(func.max(SchemeVersion.version_no)).where(SchemeVersion.season_id == season.id)
    )
    version = SchemeVersion(
        season_id=season.id,
        version_no=(latest or 0) + 1,
        document=text,
        state=DRAFT,
        drafted_at=now(),
        drafted_by=actor,
    )
    session.add(version)
    session.flush()
    kept = keep_revision(session, version)
    subject = f"{season.slug} v{version.version_no}"
    changed = scheme_changes(rules_before(session, version), text)
    record_act(session, actor, "scheme.draft", subject, rows=[version, kept], **told, **changed)
    return version


def keep_revision(session: Session, version: SchemeVersion) -> SchemeRevision:
    """Keep the draft as it was saved just now, beside what was saved before."""
    kept = SchemeRevision(
        scheme_version_id=version.id,
        revision=version.revision,
        document=version.document,
        saved_at=version.drafted_at,
        saved_by=version.drafted_by,
    )
    session.add(kept)
    session.flush()
    return kept


def store(session: Session) -> None:
    """Write a changed version; raises DraftChanged where somebody else wrote it meanwhile."""
    try:
        session.flush()
    except StaleDataError as error:
        raise DraftChanged(_("保存之前, 草稿已被他人改动")) from error


def discard_scheme(session: Session, actor: str, version: SchemeVersion) -> None:
    """Put a draft aside; one that waits for approval must be withdrawn first."""
    if version.state == SUBMITTED:
        raise PlanError(_("第 {version} 版正在审批, 请先撤回").format(version=version.version_no))
    if version.state != DRAFT:
        raise PlanError(_("第 {version} 版不是草稿, 不能作废").format(version=version.version_no))
    version.state = DISCARDED
    store(session)
    record_act(session, actor, "scheme.discard", version_label(session, version), rows=[version])


def found_scheme(
    session: Session,
    actor: str,
    season: Season,
    document: Mapping[str, Any],
    *,
    reason: str,
    approved_at: int | None = None,
) -> SchemeVersion:
    """Put a season's first scheme in force from its first day, by one person: only for a demonstration.

    Nothing can have been announced before there is a scheme, so nobody's place is changed by it. Raises PlanError
    where the season has a scheme already, or for rules over facts that the ledger does not keep.
    """
    if has_scheme(session, season.id):
        raise PlanError(_("赛季已有生效的方案, 调整须经另一位管理员批准"))
    version = draft_scheme(session, actor, season, document)
    if problems := list(unkept_facts(version)):
        raise PlanError(*problems)
    version.state, version.effective_on, version.reason = APPROVED, season.starts_on, reason
    version.approved_by, version.approved_at = actor, approved_at or now()
    store(session)
    label = version_label(session, version)
    told = {"effective_on": str(season.starts_on), "why": reason, "founding": True}
    told |= scheme_changes(None, version.document)
    record_act(session, actor, "scheme.approve", label, rows=[version], **told)
    return version


def has_scheme(session: Session, season_id: int) -> bool:
    """Whether any version was ever approved."""
    approved = select(SchemeVersion.id).where(
        SchemeVersion.season_id == season_id, SchemeVersion.state == APPROVED
    )
    return session.scalar(approved.limit(1)) is not None


def unfit_day(session: Session, version: SchemeVersion, day: date, today: date) -> Iterator[str]:
    """Why a version cannot be in force from a day; only the first of a season may reach back before `today`."""
    season = session.get_one(Season, version.season_id)
    if day < today and has_scheme(session, season.id):
        words = _("新方案不能追溯: 生效日 {day} 应不早于今天 {today}")
        yield words.format(day=day, today=today)
    if day > season.ends_on:
        yield _("赛季已于 {day} 结束, 新方案不会再用到").format(day=season.ends_on)


def unkept_facts(version: SchemeVersion) -> Iterator[str]:
    """Facts that the rules ask for and the ledger does not keep: scored without them every unit would be wrong."""
    for name in seldom_kept(parse_scheme(json.loads(version.document))):
        yield _("方案用到{facts}, 台账里没有, 不能生效").format(facts=_fact_names()[name])


def _fact_names() -> dict[str, str]:
    """What scoring can be told and this ledger does not keep."""
    return {
        "plans": _("计划节点日期"),
        "figures": _("项目自有数值"),
        "seasons_counted": _("以前计过的年度数"),
        "samples": _("抽查结果"),
    }
