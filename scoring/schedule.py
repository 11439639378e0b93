"""How much of a season is due by a date 时序进度."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction


def schedule_share(starts_on: date, ends_on: date, as_of: date) -> Fraction:
    """Completed months / months of the season, from 0 to 1; a month counts when its last day in the season is
    reached.

    Raises ValueError when the season ends before it starts.
    """
    if ends_on < starts_on:
        raise ValueError("a season cannot end before it starts")
    last_days = [min(day, ends_on) for day in _month_ends(starts_on, ends_on)]
    return Fraction(sum(day <= as_of for day in last_days), len(last_days))


def _month_ends(first: date, last: date) -> list[date]:
    """Last days of the calendar months that the period touches."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    years_and_months = [(month // 12, month % 12 + 1) for month in months]
    return [date(year, month, monthrange(year, month)[1]) for year, month in years_and_months]


def due_share(
    starts_on: date, ends_on: date, as_of: date, curve: tuple[tuple[date, Fraction], ...] = ()
) -> Fraction:
    """The share due by a date: of the latest day of the curve reached (0 before the first), else linear."""
    if not curve:
        return schedule_share(starts_on, ends_on, as_of)
    return max((share for day, share in curve if day <= as_of), default=Fraction(0))
