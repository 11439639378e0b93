"""Who joined, left, or takes part otherwise since an edition: to be seen before the next one is published."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.again import planned_when
from leaderboard.boards.models import Edition
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, roster

ACTS = ("unit.enter", "unit.leave")


@dataclass(frozen=True, slots=True)
class RosterChange:
    """A unit that takes part otherwise than in the last edition; None where it takes no part."""

    unit: RosterLine
    """As it is called now, or was when it still took part."""
    was: RosterLine | None
    now: RosterLine | None
    by: str
    """Who last changed it, and when; "" where the trail has no line of it."""
    at: Millis | None


def roster_changes(session: Session, season: Season, edition: Edition, at: Millis) -> list[RosterChange]:
    """Every unit whose division, bundle or standing in the contest differs from the edition's, in the office's order.

    What a unit is called and where it is listed is no such change.
    """
    before = {line.unit_id: line for line in roster(session, season.id, planned_when(session, edition))}
    after = {line.unit_id: line for line in roster(session, season.id, at)}
    changed = [
        (line, was, now)
        for unit_id, line in sorted((before | after).items(), key=lambda found: (found[1].sort_no, found[0]))
        if _part(was := before.get(unit_id)) != _part(now := after.get(unit_id))
    ]
    acts = _last_acts(session, [_subject(season, line) for line, _was, _now in changed])
    return [
        RosterChange(line, was, now, *acts.get(_subject(season, line), ("", None)))
        for line, was, now in changed
    ]


def _part(line: RosterLine | None) -> tuple[str, bool, str | None] | None:
    return None if line is None else (line.division, line.competing, line.bundle)


def _subject(season: Season, line: RosterLine) -> str:
    return f"{season.slug}/{line.key}"


def _last_acts(session: Session, subjects: list[str]) -> dict[str, tuple[str, Millis | None]]:
    """Who last entered each unit or took it out, and when."""
    found = select(AuditLine.subject, AuditLine.actor, AuditLine.at).where(
        AuditLine.subject.in_(subjects), AuditLine.action.in_(ACTS)
    )
    rows = session.execute(found.order_by(AuditLine.seq_no))
    return {subject: (actor, at) for subject, actor, at in rows}
