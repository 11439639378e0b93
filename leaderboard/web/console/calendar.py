"""The working-day calendar on the console: which days differ from their weekday, and taking in a year's notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.seasons.calendar import days_of_year, import_year, list_years
from leaderboard.seasons.models import CalendarDay, CalendarYear
from leaderboard.seasons.notice import NoticeDay, parse_notice, passed_over
from leaderboard.seasons.plan import PlanError
from leaderboard.web.console.door import door, show, today
from leaderboard.web.guards import guard_action, guarded, person
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
    """Take in a year's notice; one that stands there already is replaced only where it was seen and that is confirmed."""
    typed = Typed.of_request()
    year = typed.whole("year", least=2000, most=2100)
    source = typed.text("source", most=200)
    session, notice = writing(), typed.worded.get("notice", "")
    days = _days(typed, notice, year)
    earlier = next((known for known in list_years(session) if known.year == year), None)
    if typed.ok and earlier and not typed.confirmed("confirmed", [year, earlier.imported_at]):
        # Nobody waits for the page; unlike a rollback this leaves what was read as it was.
        session.close()
        return _page(typed, 409, earlier)
    if typed.ok:
        try:
            import_year(session, person().name, year, days, source=source)
            session.commit()
        except PlanError as error:
            session.rollback()
            typed.complain("", "; ".join(error.problems))
    if not typed.ok:
        session.rollback()
        return _page(typed, 422)
    flash(_("{year} 年的工作日历已导入").format(year=year))
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


def _page(typed: Typed, status: int = 200, earlier: CalendarYear | None = None) -> ResponseReturnValue:
    session = reading()
    years = []
    for year in list_years(session):
        days = days_of_year(session, year.year)
        off, worked = [d for d in days if not d.is_working], [d for d in days if d.is_working]
        years.append(ShownYear(year, off, worked))
    return show("calendar", status, here="calendar", typed=typed, years=years, earlier=earlier)
