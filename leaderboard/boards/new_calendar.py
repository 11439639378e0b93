"""Taking in a year's notice while boards are aired by it: what is due stays due, and whose dates move is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.due import active_timetables, make_due
from leaderboard.boards.models import DueRun
from leaderboard.boards.timekeeping import MOST_OFF_MS
from leaderboard.instant import Millis, at_zone
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.timetable import Course, course_of
from leaderboard.words import gettext as _
from leaderboard.words import named

_MOST_PASSED = 5
"""How many instants that passed already are named one by one."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A running timetable that a notice gives other dates, among its next five or in the past."""

    season: str
    name: str
    course: Course
    """What it comes to by the new calendar."""
    gone: tuple[Millis, ...]
    """Instants to come by the old calendar alone."""
    new: tuple[Millis, ...]
    """Instants to come by the new calendar alone."""
    passed: tuple[Millis, ...]
    """Instants of the past by the new calendar alone: no board is aired for them."""
    following: Millis | None
    """The next instant at which a board will be due."""

    def told(self) -> str:
        """The change in words, with the next date."""
        words = _("{season} 时间表“{name}”: ").format(season=self.season, name=self.name)
        return words + "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        gone, new = self._listed(self.gone), self._listed(self.new)
        if gone and new:
            yield _("{gone} 改为 {new}").format(gone=gone, new=new)
        elif gone:
            yield _("{gone} 不再发布").format(gone=gone)
        elif new:
            yield _("增加 {new}").format(new=new)
        if self.passed:
            yield _("新日历上的 {passed} 已过, 不补发").format(passed=self._listed(self.passed))
        if self.following is None:
            yield _("此后没有一次会发布")
        else:
            yield _("下一期 {next}").format(next=self._listed([self.following]))

    def _listed(self, instants: Iterable[Millis]) -> str:
        off = _(" (已事先跳过)")
        return _("、").join(
            f"{at_zone(instant, self.course.zone):%Y-%m-%d %H:%M}{off if instant in self.course.skipped else ''}"
            for instant in instants
        )


def take_in_year(
    session: Session, actor: str, year: int, days: Iterable[NoticeDay], *, source: str, at: Millis
) -> list[Moved]:
    """Take in a year's notice from `at` on, and tell which running timetables it gives other dates.

    What has come due by the old calendar gets its run first; what lies in the past by the new one alone gets none. The
    caller's turn to write has come before `at`; a run that a node a little ahead of this one made since is of the old
    calendar too. Raises PlanError with every reason against the notice, ClockOff where this machine's clock may not say
    what is due.
    """
    make_due(session, at)
    before = _courses(session)
    made = select(func.max(DueRun.due_at)).where(
        DueRun.timetable_id.in_(before), DueRun.due_at <= at + MOST_OFF_MS
    )
    at = max(at, session.scalar(made) or 0)
    import_year(session, actor, year, days, source=source, at=at)
    return list(_moved(session, before, at))


def _courses(session: Session) -> Mapping[int, tuple[Timetable, Course]]:
    """The running timetables that go by working days."""
    found = {table.id: (table, course_of(session, table)) for table in active_timetables(session)}
    return {key: (table, course) for key, (table, course) in found.items() if course.rule.needs_calendar}


def _moved(session: Session, before: Mapping[int, tuple[Timetable, Course]], at: Millis) -> Iterator[Moved]:
    for timetable, old in before.values():
        new = course_of(session, timetable)
        until = max([*old.coming(at), *new.coming(at)], default=at)
        was, comes = set(old.between(at, until)), set(new.between(at, until))
        passed = _passed(session, timetable, replace(new, begins_at=old.begins_at), at)
        if was != comes or passed:
            season = session.get_one(Season, timetable.season_id)
            yield Moved(
                season=named(season.title, season.title_en),
                name=timetable.name,
                course=new,
                gone=tuple(sorted(was - comes)),
                new=tuple(sorted(comes - was)),
                passed=passed,
                following=new.first_after(at),
            )


def _passed(session: Session, timetable: Timetable, course: Course, at: Millis) -> tuple[Millis, ...]:
    """What would be made up for if the calendar had always been so: the instants after the newest run."""
    newest = session.scalar(select(func.max(DueRun.due_at)).where(DueRun.timetable_id == timetable.id))
    return tuple(islice(course.between(max(course.begins_at - 1, newest or 0), at), _MOST_PASSED))
