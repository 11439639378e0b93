"""The office's working days: Monday to Friday, corrected by the yearly notice 放假安排通知 once it is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import CalendarDay, CalendarYear
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.plan import PlanError
from leaderboard.words import gettext as _

_DAY = timedelta(days=1)
_MOST_STRAYS = 3
"""Days of another year that are named one by one; a file of the wrong year is one mistake."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are worked: those from Monday to Friday, but for the days a notice names."""

    years: frozenset[int] = frozenset()
    """The years whose notice was imported; any other is nothing but Monday to Friday."""
    named: Mapping[date, bool] = field(default_factory=dict)
    """Day -> whether it is worked, where it differs from its weekday."""
    noticed_at: Millis = 0
    """When the last notice was taken in; of before that they tell nothing."""

    def is_working(self, day: date) -> bool:
        """Whether the office works on this day."""
        return self.named.get(day, day.weekday() < 5)

    def next_from(self, day: date) -> date:
        """The day itself if it is worked, else the first worked day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def previous_from(self, day: date) -> date:
        """The day itself if it is worked, else the last worked day before it."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def nth_after(self, day: date, number: int) -> date:
        """The `number`-th worked day after a day, which does not count itself; with 0 the day itself."""
        for _worked in range(number):
            day = self.next_from(day + _DAY)
        return day

    def nth_of_month(self, day: date, number: int) -> date | None:
        """The `number`-th worked day of the day's month, from the end where negative, at most the last there is."""
        first = day.replace(day=1)
        month = [d for d in (first + _DAY * ahead for ahead in range(31)) if d.month == day.month]
        worked = [d for d in month if self.is_working(d)]
        if not worked:
            return None
        return worked[min(number, len(worked)) - 1] if number > 0 else worked[max(number, -len(worked))]


MONDAY_TO_FRIDAY = WorkingDays()


def working_days(session: Session) -> WorkingDays:
    """The calendar as imported so far."""
    years = session.execute(select(CalendarYear.year, CalendarYear.imported_at)).all()
    return WorkingDays(
        frozenset(year for year, _at in years),
        {day: bool(works) for day, works in session.execute(select(CalendarDay.day, CalendarDay.is_working))},
        max((at for _year, at in years), default=0),
    )


def list_years(session: Session) -> Sequence[CalendarYear]:
    """The years imported, newest first."""
    return session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())).all()


def days_of_year(session: Session, year: int) -> Sequence[CalendarDay]:
    """The days of a year that differ from their weekday, in order."""
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return session.scalars(select(CalendarDay).where(within).order_by(CalendarDay.day)).all()


def import_year(
    session: Session,
    actor: str,
    year: int,
    days: Iterable[NoticeDay],
    *,
    source: str,
    at: Millis | None = None,
) -> CalendarYear:
    """Take in a year's notice, in place of an earlier one of that year; raises PlanError with every reason against it.

    Timetables go by it after `at`, which is now unless said otherwise: `boards.new_calendar` sees to what is due by then.
    Kept are the days that differ from their weekday. A notice may name days of the December before (2018-12-31 was
    off by the notice for 2019), and of no other year.
    """
    named = list(days)
    problems = _problems(year, named, source)
    different = {d.day: d for d in named if d.is_working != MONDAY_TO_FRIDAY.is_working(d.day)}
    if not different:
        problems.append(_("没有一天与平日的周一至周五不同, 请核对内容"))
    if problems:
        raise PlanError(*problems)
    of_year = days_of_year(session, year)
    before = {(d.day, d.is_working) for d in of_year}
    gone = [d for d in of_year if d.day not in different]
    for each in gone:
        session.delete(each)
    # A day of the December before may be named by two notices; the later one holds.
    written = [
        session.merge(CalendarDay(day=d.day, is_working=int(d.is_working), name=d.name))
        for d in different.values()
    ]
    kept = session.get(CalendarYear, year) or CalendarYear(year=year)
    kept.source, kept.imported_at, kept.imported_by = source.strip(), now() if at is None else at, actor
    session.add(kept)
    session.flush()
    after = {(d.day, int(d.is_working)) for d in different.values()}
    record_act(
        session,
        actor,
        "calendar.import",
        str(year),
        source=kept.source,
        added=_written(after - before),
        removed=_written(before - after),
        rows=[kept, *gone, *written],
    )
    return kept


def _problems(year: int, days: Sequence[NoticeDay], source: str) -> list[str]:
    problems = []
    if not source.strip():
        problems.append(_("请写明依据的通知, 如“国务院办公厅关于2026年部分节假日安排的通知”"))
    if not 2000 <= year <= 2100:
        problems.append(_("年份 {year} 应在 2000 至 2100 之间").format(year=year))
    strays = [d.day for d in days if d.day.year != year and (d.day.year, d.day.month) != (year - 1, 12)]
    if strays:
        said = _("{days}不属于 {year} 年, 请核对年份")
        shown = "、".join(map(str, strays[:_MOST_STRAYS]))
        more = _(" 等 {n} 天").format(n=len(strays)) if len(strays) > _MOST_STRAYS else ""
        problems.append(said.format(days=shown + more, year=year))
    seen: dict[date, bool] = {}
    for found in days:
        if seen.setdefault(found.day, found.is_working) != found.is_working:
            problems.append(_("{day} 既写了放假又写了上班").format(day=found.day))
        if len(found.name) > 120:
            problems.append(_("{day} 的名称超过 120 字").format(day=found.day))
    return problems


def _written(days: Iterable[tuple[date, int]]) -> list[str]:
    return [f"{day} {'班' if works else '休'}" for day, works in sorted(days)]
