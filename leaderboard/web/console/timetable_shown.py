"""A timetable as the console shows it: its rule in words, the dates it comes to, and by what it is known again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Timetable
from leaderboard.seasons.timetable import Course, course_of
from leaderboard.web.console.timetable_form import rule_words
from leaderboard.web.meanwhile import mark_of
from leaderboard.web.requests import reading


@dataclass(frozen=True, slots=True)
class ShownDate:
    """An instant to come, up to when facts count in its edition, and why it was called off if it was."""

    due_at: Millis
    as_of: date
    known_at: Millis | None
    """When entry closes, where that is before publication."""
    called_off: str | None
    is_over: bool
    """Whether the season has ended by then."""


@dataclass(frozen=True, slots=True)
class ShownTimetable:
    """A timetable as people read it, with the next instants it comes to."""

    timetable: Timetable
    words: str
    dates: list[ShownDate]
    missing: list[int]
    """Years whose notice it needs and nobody imported."""
    seen: str
    """By which a form beside it tells which rule stood there."""


def shown_dates(course: Course) -> list[ShownDate]:
    """The next five instants from now on."""
    return [
        ShownDate(
            due_at=instant,
            as_of=course.as_of(instant),
            known_at=closing if (closing := course.known_at(instant)) < instant else None,
            called_off=course.skipped.get(instant),
            is_over=course.is_over(instant),
        )
        for instant in course.coming(now())
    ]


def shown_timetable(timetable: Timetable) -> ShownTimetable:
    """The timetable in words, with its next five instants while it runs."""
    course, seen = course_of(reading(), timetable), mark_of(present(timetable))
    if not timetable.is_active:
        return ShownTimetable(timetable, rule_words(course.rule), [], [], seen)
    return ShownTimetable(
        timetable, rule_words(course.rule), shown_dates(course), course.years_missing(now()), seen
    )


def present(timetable: Timetable) -> dict[str, str]:
    """What the forms of a timetable are filled in over."""
    return {"name": timetable.name, "rule": timetable.rule, "catch_up": timetable.catch_up}
