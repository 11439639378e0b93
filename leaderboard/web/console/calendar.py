"""The working-day calendar on the console: which days differ from their weekday, and taking in a year's notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.new_calendar import Moved, take_in_year
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.instant import now
from leaderboard.seasons.calendar import days_of_year, list_years
from leaderboard.seasons.models import CalendarDay, CalendarYear
from leaderboard.seasons.notice import NoticeDay, parse_notice, passed_over
from leaderboard.seasons.plan import PlanError
from leaderboard.web.console.door import door, show, today
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import mark_of
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@dataclass(frozen=True, slots=True)
class ShownYear:
    """A year as imported: days off from Monday to Friday, and weekend days that are worked."""

    year: CalendarYear
    off: Sequence[CalendarDay]
    worked: Sequence[CalendarDay]


@door.get("/calendar")
def calendar() -> ResponseReturnValue:
    """The years imported, and the form for another one."""
    return _page(Typed({"year": str(today().year)}))


@door.post("/calendar")
@guarded(guard_action(Action.PLAN_TIMETABLE))
def import_calendar() -> ResponseReturnValue:
    """Take in a year's notice; where one stands there already or dates move, only once that was seen and is confirmed."""
    typed = Typed.of_request()
    year = typed.whole("year", least=2000, most=2100)
    source = typed.text("source", most=200)
    session, notice = writing(), typed.worded.get("notice", "")
    days = _days(typed, notice, year)
    replaces = next((known.imported_at for known in list_years(session) if known.year == year), None)
    moved = _taken_in(session, typed, year, days, source)
    if not typed.ok:
        session.rollback()
        return _page(typed, 422)
    if (replaces or moved) and not typed.confirmed("confirmed", [year, replaces, _mark(moved)]):
        session.rollback()
        return _page(typed, 409, moved, replacing=year)
    session.commit()
    flash(_("{year} 年的工作日历已导入").format(year=year))
    if not moved:
        flash(_("运行中的各时间表近五期的日期不变"))
    for advice in passed_over(notice):
        flash(_("“{advice}”是建议，不作为放假日").format(advice=advice), "warning")
    return redirect(url_for("console.calendar"))


def _days(typed: Typed, notice: str, year: int) -> list[NoticeDay]:
    """What the notice arranges; what is wrong in it is told beside what is wrong around it."""
    if "year" in typed.problems:
        return []
    try:
        return parse_notice(notice, year)
    except PlanError as error:
        typed.complain("", "; ".join(error.problems))
        return []


def _taken_in(
    session: Session, typed: Typed, year: int, days: Sequence[NoticeDay], source: str
) -> Sequence[Moved]:
    """The timetables that the notice gives other dates once it is kept; what is wrong with it is told as typed."""
    if not typed.ok:
        return []
    try:
        return take_in_year(session, person().name, year, days, source=source, at=now())
    except (PlanError, ClockOff) as error:
        typed.complain("", str(error))
        return []


def _mark(moved: Sequence[Moved]) -> str:
    """By which the dates that were looked at are known again."""
    return mark_of({str(place): table.told() for place, table in enumerate(moved)})


def _page(
    typed: Typed, status: int = 200, moved: Sequence[Moved] = (), replacing: int | None = None
) -> ResponseReturnValue:
    session = reading()
    years = []
    for year in list_years(session):
        days = days_of_year(session, year.year)
        off, worked = [d for d in days if not d.is_working], [d for d in days if d.is_working]
        years.append(ShownYear(year, off, worked))
    earlier = next((known.year for known in years if known.year.year == replacing), None)
    return show("calendar", status, here="calendar", typed=typed, years=years, earlier=earlier, moved=moved)
