"""Whether rules were always kept blind: chosen without names in sight, as the trail says of each time they were saved."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import detail_of, record_act
from leaderboard.accounts.read import lines_about
from leaderboard.seasons.models import SchemeRevision, SchemeVersion
from leaderboard.seasons.schemes import version_label

DRAFTED, REVISED, NAMED = "scheme.draft", "scheme.revise", "scheme.named"


def kept_blind(session: Session, version: SchemeVersion) -> bool:
    """Whether whoever saved the rules of a version, in any draft of its season, had no names in sight.

    Rules that were saved where nobody can tell, from a file or a past version say, were not chosen blind.
    """
    same = session.execute(
        select(SchemeVersion, SchemeRevision.revision)
        .join(SchemeRevision, SchemeRevision.scheme_version_id == SchemeVersion.id)
        .where(SchemeVersion.season_id == version.season_id, SchemeRevision.document == version.document)
    )
    return all(_was_blind(session, one, revision) for one, revision in same)


def _was_blind(session: Session, version: SchemeVersion, revision: int) -> bool:
    """What the trail says of one saving; the first is a draft's beginning, whose line names no revision."""
    lines = lines_about(session, version_label(session, version), (DRAFTED, REVISED))
    told = (detail_of(line) for line in lines)
    return any(said.get("revision", 1) == revision and said.get("blind") is True for said in told)


def note_named(session: Session, actor: str, version: SchemeVersion) -> None:
    """Write down that somebody had the names shown over a draft that was kept blind: once for a person and a draft."""
    if not was_named(session, actor, version):
        label = version_label(session, version)
        record_act(session, actor, NAMED, label, revision=version.revision)


def was_named(session: Session, actor: str, version: SchemeVersion, revision: int | None = None) -> bool:
    """Whether this person had the names shown over a draft; with `revision`, as it was saved that time."""
    lines = lines_about(session, version_label(session, version), (NAMED,))
    return any(line.actor == actor and revision in {None, detail_of(line).get("revision")} for line in lines)
