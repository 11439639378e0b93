"""Tells a year of Yunxi: the same story for the same seed and instant, plausible down to each receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain
from random import Random

from demo.yunxi.calendar import Desk, season_period
from demo.yunxi.facts import Draft, written
from demo.yunxi.mishaps import with_mishaps
from demo.yunxi.money import MILLION, arrived_shares, contract
from demo.yunxi.names import namings
from demo.yunxi.stages import (
    LANDED,
    PRODUCING,
    SIGNED_ONLY,
    SOONEST_LANDED,
    SOONEST_PRODUCING,
    SOONEST_STARTED,
    STARTED,
)
from demo.yunxi.tale import Notice, Story, Task
from demo.yunxi.units import ALONE, EARLY, EVEN, LATE, PARTNERS, TOWNS, UNITS, YunxiUnit
from leaderboard.instant import Millis, local_date

SEED = 20
CARRIED_OVER, IN_TALKS, ARRIVALS = 45, 126, 1500
"""Projects signed before the season, projects not signed yet, and about how often money arrived."""
SHARED_PER_CENT = 17
USUAL_CONTRACT = 190 * MILLION
"""Inward yuan the county expects of one contract when it sets its targets."""
RHYTHMS = {EARLY: (1.0, 1.7), EVEN: (1.2, 1.2), LATE: (1.7, 1.0)}
SPLITS = ((5, 5), (5, 5), (7, 3), (3, 7))


def tell(at: Millis, zone: str, *, seed: int = SEED, scale: Fraction = Fraction(1)) -> Story:
    """The story until the instant of the first run; `scale` below 1 tells a smaller one."""
    desk = Desk(Random(f"{seed}/{local_date(at, zone)}"), zone, at)
    drafts = _Drafts(desk, scale)
    names = namings(desk.rng)
    ordered = sorted(drafts.all(), key=lambda draft: (draft.begins_on, draft.lead.key))
    paying = sum(draft.paying_days(desk.today) for draft in ordered)
    pace = max(Fraction(1), Fraction(paying) / (ARRIVALS * scale))
    year = season_period(desk.today)[1].year
    projects = [
        written(desk, draft, f"YX{year}-{number:03d}", next(names), pace)
        for number, draft in enumerate(ordered, 1)
    ]
    starts_on, ends_on = season_period(desk.today)
    return Story(
        starts_on=starts_on,
        ends_on=ends_on,
        tasks=tuple(_task(unit, scale) for unit in UNITS),
        projects=tuple(with_mishaps(desk, projects)),
        notices=tuple(_notices(desk)),
    )


def _scaled(number: int, scale: Fraction) -> int:
    return max(1, round(number * scale))


def _task(unit: YunxiUnit, scale: Fraction) -> Task:
    contracts = _scaled(unit.fortune.target, scale)
    yuan = contracts * USUAL_CONTRACT
    return Task(unit.key, contracts, yuan, yuan * 45 // 100)


@dataclass(frozen=True)
class _Drafts:
    """Decides for every unit which projects it has, how far each came, and what was paid."""

    desk: Desk
    scale: Fraction

    def all(self) -> Iterator[Draft]:
        """Drafts of every unit's projects, signed in the season, carried over, and in talks."""
        leading = [unit for unit in UNITS if unit.key != PARTNERS[1]]
        busy = [unit for unit in leading if unit.key not in ALONE]
        signed = chain.from_iterable(self._signed(unit) for unit in leading)
        return chain(signed, self._carried_over(busy), self._in_talks(busy))

    def _signed(self, unit: YunxiUnit) -> Iterator[Draft]:
        """The unit's contracts of the season, with its rates where its fortune has them."""
        fortune, rng = unit.fortune, self.desk.rng
        joint = 2 if unit.key in PARTNERS else 1
        number = round(joint * _scaled(fortune.target, self.scale) * Fraction(fortune.signed, 100)) or 1
        days = sorted(self._signing_day(fortune.rhythm) for _ in range(number))
        levels = self._levels(days, fortune.landed, fortune.started)
        large = rng.sample(range(number), min(fortune.big, number))
        contracts = [contract(rng, big=i in large) for i in range(number)]
        shares = arrived_shares(rng, levels, [c.inward_yuan for c in contracts], fortune.arrived)
        for day, level, signed, share in zip(days, levels, contracts, shares, strict=True):
            yield Draft(self._credits(unit), day, level, signed, int(share * signed.inward_yuan))

    def _carried_over(self, units: list[YunxiUnit]) -> Iterator[Draft]:
        rng = self.desk.rng
        for unit in self._weighed(units, _scaled(CARRIED_OVER, self.scale)):
            day = self.desk.starts_on - timedelta(days=rng.randint(15, 190))
            level = rng.choices((SIGNED_ONLY, LANDED, STARTED, PRODUCING), (8, 17, 45, 30))[0]
            signed = contract(rng)
            (share,) = arrived_shares(rng, [level], [signed.inward_yuan], unit.fortune.arrived)
            yield Draft(self._credits(unit), day, level, signed, int(share * signed.inward_yuan))

    def _in_talks(self, units: list[YunxiUnit]) -> Iterator[Draft]:
        for unit in self._weighed(units, _scaled(IN_TALKS, self.scale)):
            season = (self.desk.today - self.desk.starts_on).days
            since = self.desk.today - timedelta(days=self.desk.rng.randint(3, season + 30))
            yield Draft(((unit, Fraction(1)),), since)

    def _weighed(self, units: list[YunxiUnit], number: int) -> list[YunxiUnit]:
        return self.desk.rng.choices(units, [unit.fortune.target for unit in units], k=number)

    def _signing_day(self, rhythm: str) -> date:
        span = (self.desk.today - self.desk.starts_on).days - 2
        part = self.desk.rng.betavariate(*RHYTHMS[rhythm])
        return self.desk.starts_on + timedelta(days=int(part * span))

    def _levels(self, days: list[date], landed: int, started: int) -> list[int]:
        """How far each contract came: the oldest tend to be furthest, and nobody outruns the calendar."""
        ages = [(self.desk.today - day).days for day in days]
        ripe = sorted(range(len(days)), key=lambda i: -ages[i] * self.desk.rng.uniform(0.35, 1.65))
        levels = [SIGNED_ONLY] * len(days)
        begun = [i for i in ripe if ages[i] > SOONEST_STARTED][: round(len(days) * started / 100)]
        for i in begun:
            producing = ages[i] > SOONEST_PRODUCING and self.desk.rng.random() < 0.4
            levels[i] = PRODUCING if producing else STARTED
        others = [i for i in ripe if levels[i] == SIGNED_ONLY and ages[i] > SOONEST_LANDED]
        for i in others[: round(len(days) * landed / 100) - len(begun)]:
            levels[i] = LANDED
        return levels

    def _credits(self, unit: YunxiUnit) -> tuple[tuple[YunxiUnit, Fraction], ...]:
        """Whose project it is: mostly one unit's; some are shared by a town and whoever brought them in."""
        rng = self.desk.rng
        if unit.key in PARTNERS:
            return tuple((member, Fraction(1, 2)) for member in UNITS if member.key in PARTNERS)
        if unit.key in ALONE or rng.randrange(100) >= SHARED_PER_CENT:
            return ((unit, Fraction(1)),)
        in_town = unit.division == TOWNS
        others = [u for u in UNITS if (u.division == TOWNS) != in_town and u.key not in ALONE]
        own, other = rng.choice(SPLITS)
        return (unit, Fraction(own, 10)), (rng.choice(others), Fraction(other, 10))


def _notices(desk: Desk) -> Iterator[Notice]:
    """Five notices of criticism; the newest still waits to be confirmed."""
    reasons = (
        ("yunmen", "签约项目逾期未开工，被县招商办通报"),
        ("nanan", "报送数据不及时，被通报批评"),
        ("ziran", "用地保障推进缓慢，被督办通报"),
        ("jiaoyu", "一季度外出招商次数未达要求，被通报"),
        ("fengqiao", "项目佐证材料不完整，被通报批评"),
    )
    season = (desk.today - desk.starts_on).days
    for number, (unit, reason) in enumerate(reasons):
        on = desk.starts_on + timedelta(days=season * (number + 3) // 8)
        newest = number == len(reasons) - 1
        on = desk.today - timedelta(days=1) if newest else on
        told = desk.told(on, unit)
        yield Notice(unit, on, told.recorded_at, reason, verified=not newest)
