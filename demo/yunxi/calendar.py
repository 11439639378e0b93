"""Yunxi's dates, all relative to the instant of the first run: the season, and when facts were written down."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from leaderboard.instant import Millis, at_zone, from_local, local_date
from leaderboard.ledger.chronicle import Decision, Told
from leaderboard.ledger.models import VERIFIED

MONTHS_BEFORE = 10
"""Finished months a season has behind it at the first run, so that it is alive in January as well."""
OFFICE = "admin"
"""Who verifies what the units report."""
MINUTE = 60_000


def season_period(today: date) -> tuple[date, date]:
    """Twelve months, from the first day of the month ten months before today's."""
    months = today.year * 12 + today.month - 1 - MONTHS_BEFORE
    first = date(months // 12, months % 12 + 1, 1)
    last_month = months + 11
    year, month = last_month // 12, last_month % 12 + 1
    return first, date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True)
class Desk:
    """The reporting desk of the county at the instant `at`: nothing is written down later than that."""

    rng: Random
    zone: str
    at: Millis

    @property
    def today(self) -> date:
        """The day of the first run; facts occur before it."""
        return local_date(self.at, self.zone)

    @property
    def starts_on(self) -> date:
        """The season's first day."""
        return season_period(self.today)[0]

    def told(self, on: date, by: str, evidence: str | None = None) -> Told:
        """A fact of that day, reported some days later and verified after that, unless the first run comes sooner."""
        recorded = self._recorded(on)
        decided = self._office_hours(
            self._day(recorded) + timedelta(days=self.rng.choice((0, 0, 1, 1, 2, 4)))
        )
        decided = max(decided, recorded + 20 * MINUTE)
        decisions = (Decision(VERIFIED, decided, OFFICE),) if decided <= self.at else ()
        return Told(recorded, by, evidence, decisions)

    def later(self, instant: Millis, days: int) -> Millis | None:
        """An office hour some days after an instant, or None where the first run comes sooner."""
        found = self._office_hours(self._day(instant) + timedelta(days=days))
        return found if found <= self.at else None

    def _recorded(self, on: date) -> Millis:
        late = self.rng.random() < 0.06
        lag = self.rng.randint(15, 45) if late else self.rng.randint(1, 5)
        recorded = self._office_hours(on + timedelta(days=lag))
        if recorded >= self.at:
            # What would be written down only after the first run is hurried.
            recorded = self._office_hours(on + timedelta(days=1))
        if recorded >= self.at:
            evening = from_local(datetime.combine(on, time(18)), self.zone)
            recorded = max(min(evening, self.at - MINUTE), self.at - self.rng.randint(5, 300) * MINUTE)
        return recorded

    def _office_hours(self, day: date) -> Millis:
        while day.weekday() >= 5:
            day += timedelta(days=1)
        minute = self.rng.randint(8 * 60 + 40, 17 * 60 + 20)
        return from_local(datetime.combine(day, time(minute // 60, minute % 60)), self.zone)

    def _day(self, instant: Millis) -> date:
        return at_zone(instant, self.zone).date()
