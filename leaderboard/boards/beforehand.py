"""Scoring a board shortly before it is due, so that at its instant it is only numbered, drawn and announced.

What is scored stays in the memory of the node that will announce it: nothing is stored, and no page or screen has it. It
is as known at the due instant, which is still to come, so it is used only where nothing was written in between.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy.orm import Session

from leaderboard.boards import clock, due
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.models import DueRun
from leaderboard.boards.publish import Due, Scored, is_untouched, score
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season
from leaderboard.words import CHINESE, speaking

log = logging.getLogger(__name__)

AHEAD_MS: Millis = 5_000
"""So long before its due instant a board is scored."""


def planned(session: Session, run: DueRun, season: Season, zone: str) -> Due:
    """By what a run's edition is composed: cut-off, instant of knowledge, due instant and the one after it.

    With an objection window no board is public at a due instant, so that the edition promises none.
    """
    return Due(
        as_of=due.cut_off(session, run, season, zone),
        known_at=due.entry_closed(session, run),
        due_at=run.due_at,
        next_due_at=None if season.window_days else clock.next_due(session, season.id, run.due_at),
    )


class Beforehand:
    """What one node has scored of the boards that are due next; used by the thread of its clock alone."""

    def __init__(self) -> None:
        self._scored: dict[int, Scored] = {}

    def look_ahead(self, session: Session, zone: str, at: Millis) -> Millis | None:
        """Score the boards due within five seconds of `at`; gives the instant at which to look again, if any is due.

        That is five seconds before the first due instant, then that instant itself. A board that cannot be scored is
        left to its run, which says why.
        """
        coming = _coming(session, at)
        soon = [run for run in coming if run.due_at - at <= AHEAD_MS]
        seasons = {run.season_id for run in soon}
        self._scored = {of: scored for of, scored in self._scored.items() if of in seasons}
        for run in soon:
            # Whatever is due by now is not kept waiting for what is due with it.
            if now() < run.due_at:
                self._keep(session, run, zone)
        if not coming:
            return None
        return coming[0].due_at if soon else coming[0].due_at - AHEAD_MS

    def take(self, session: Session, season: Season, wanted: Due) -> Scored | None:
        """What was scored of this very board, once, unless anything was written since."""
        found = self._scored.pop(season.id, None)
        if found is None or found.due != wanted or not is_untouched(session, found.seen):
            return None
        return replace(found, season=season)

    def _keep(self, session: Session, run: DueRun, zone: str) -> None:
        try:
            season = session.get_one(Season, run.season_id)
            wanted, kept = planned(session, run, season, zone), self._scored.get(season.id)
            if kept is None or kept.due != wanted or not is_untouched(session, kept.seen):
                with speaking(CHINESE):
                    self._scored[season.id] = score(session, season, wanted)
        except NothingInForce:
            log.debug("season %s has nothing in force for its next board", run.season_id)
        except Exception:  # the run tries it again, counts its tries and keeps the reason
            log.exception("the next board of season %s cannot be scored beforehand", run.season_id)


def _coming(session: Session, at: Millis) -> list[DueRun]:
    """The next run of each season as its timetables stand now, the first due first; none of them is stored."""
    first: dict[int, DueRun] = {}
    for timetable, due_at in clock.upcoming(session, None, at):
        run = DueRun(season_id=timetable.season_id, timetable_id=timetable.id, due_at=due_at)
        if run.season_id not in first or due_at < first[run.season_id].due_at:
            first[run.season_id] = run
    return sorted(first.values(), key=lambda run: run.due_at)
