"""Test data with sensible defaults, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.instant import now
from leaderboard.ledger import record
from leaderboard.ledger.models import Project
from leaderboard.office import Office
from leaderboard.seasons import plan
from leaderboard.seasons.approval import approve_scheme, submit_scheme
from leaderboard.seasons.models import Division, Entry, SchemeVersion, Season, Unit
from leaderboard.seasons.schemes import draft_scheme
from tests.kept import kept

OFFICE = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)
STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
AS_OF = date(2026, 10, 31)
VERIFIED = record.Source("tester", verified=True)
PENDING = record.Source("tester")

FOUR_RATES: dict[str, Any] = {
    "format": "saima-scheme/1",
    "name": "四率考核方案",
    "full_mark": "100",
    "indicators": [
        {
            "key": "signing",
            "name": "签约率",
            "name_en": "Signing rate",
            "weight": "30",
            "measure": {"preset": "signing", "by": "count"},
            "cap": "1.2",
        },
        {
            "key": "groundbreaking",
            "name": "开工率",
            "name_en": "Groundbreaking rate",
            "weight": "25",
            "measure": {"preset": "groundbreaking"},
        },
        {
            "key": "landing",
            "name": "落地率",
            "name_en": "Landing rate",
            "weight": "20",
            "measure": {"preset": "landing"},
        },
        {
            "key": "arrival",
            "name": "资金到位率",
            "name_en": "Capital arrival rate",
            "weight": "25",
            "measure": {"preset": "arrival"},
            "cap": "1",
        },
    ],
}


@dataclass
class Race:
    """A season under way: build it up by naming what the test is about."""

    session: Session
    season: Season
    divisions: dict[str, Division] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    projects: int = 0

    def unit(self, key: str, *, division: str = "towns", target: int = 4, **more: Any) -> Unit:
        """A competing unit with a signing target by count."""
        if division not in self.divisions:
            self.divisions[division] = plan.add_division(
                self.session, "tester", self.season, key=division, name=f"{division}组"
            )
        order = len(self.units) + 1
        unit = plan.add_unit(
            self.session, "tester", key=key, name=more.pop("name", f"{key}镇"), sort_no=order, **more
        )
        plan.enter_unit(
            self.session,
            "tester",
            self.season,
            unit,
            self.divisions[division],
            planned_at=self.season.planned_at,
        )
        plan.set_target(
            self.session,
            "tester",
            self.season,
            unit,
            indicator="signing",
            by="count",
            quantity=target,
            planned_at=self.season.planned_at,
        )
        self.units[key] = unit
        return unit

    def project(
        self, *units: str, signed: date | None = date(2026, 3, 1), yuan: int = 100_000_000, **more: Any
    ) -> Project:
        """A project shared equally by the units, signed unless told otherwise; `started`, `registered`, `arrived`."""
        self.projects += 1
        code = more.pop("code", f"P-{self.projects:03}")
        source = more.pop("source", VERIFIED)
        started, registered = more.pop("started", None), more.pop("registered", None)
        arrived = more.pop("arrived", 0)
        more.setdefault("name", f"项目{self.projects}")
        project = record.add_project(self.session, source, code=code, **more)
        share = Fraction(1, len(units))
        shares = [(self.units[key].id, share) for key in units]
        record.add_credits(self.session, source, project, shares=shares, occurred_on=signed or STARTS)
        if signed:
            record.add_stage_event(
                self.session,
                source,
                project,
                stage="signed",
                occurred_on=signed,
                total_yuan=yuan,
                inward_yuan=yuan,
            )
        for stage, day in (("registered", registered), ("started", started)):
            if day:
                record.add_stage_event(self.session, source, project, stage=stage, occurred_on=day)
        if arrived:
            record.add_arrival(
                self.session, source, project, occurred_on=date(2026, 5, 1), amount_yuan=arrived
            )
        return project

    def scheme(self, document: Mapping[str, Any] = FOUR_RATES, effective_on: date = STARTS) -> None:
        """Put a scheme in force."""
        put_in_force(self.session, self.season, document, effective_on)

    def publish(self, as_of: date = AS_OF, **due: Any) -> Edition:
        """Publish the next edition with everything known now."""
        at = now()
        plan_of = Due(as_of, due.get("known_at", at), due.get("due_at", at), due.get("next_due_at"))
        return announce(
            self.session, compose(self.session, self.season, plan_of, OFFICE), "tester", due.get("run_id")
        )


def put_in_force(
    session: Session,
    season: Season,
    document: Mapping[str, Any],
    effective_on: date,
    *,
    by: str = "tester",
    today: date | None = None,
    approved_at: int | None = None,
) -> SchemeVersion:
    """A scheme drafted and submitted by one person and approved by another, in force from a day."""
    version = draft_scheme(session, by, season, document)
    day = today or effective_on
    submit_scheme(session, by, version, effective_on=effective_on, reason="测试", today=day)
    return approve_scheme(session, "approver", version, today=day, approved_at=approved_at)


def start_race(session: Session, slug: str = "race", **more: Any) -> Race:
    """A season of the year 2026 with nobody in it yet."""
    more.setdefault("title", "测试赛季")
    season = plan.open_season(session, "tester", slug=slug, starts_on=STARTS, ends_on=ENDS, **more)
    return Race(session, season)


TOWNS = {"liuxi": "柳溪镇", "qingshi": "青石镇", "nanan": "南岸街道"}


def race_of(session: Session, slug: str) -> Race:
    """The race in the database, to build on."""
    season = session.scalars(select(Season).where(Season.slug == slug)).one()
    divisions = session.scalars(select(Division).where(Division.season_id == season.id).order_by(Division.id))
    entered = select(Entry.unit_id).where(Entry.season_id == season.id)
    units = session.scalars(select(Unit).where(Unit.id.in_(entered)).order_by(Unit.sort_no))
    return Race(
        session,
        season,
        {division.key: division for division in divisions},
        {unit.key: unit for unit in units},
        session.scalar(select(func.count(Project.id))) or 0,
    )


def small_race(session: Session, slug: str = "race") -> Race:
    """Three towns, 柳溪 first: four projects among them, one of them shared, two started, one with money."""
    kept(session, f"small {slug}", lambda: _enter_small_race(session, slug))
    return race_of(session, slug)


def published_race(session: Session, slug: str = "race", editions: int = 1) -> Race:
    """The small race with so many editions, one right after the other, as old as the first of its kind in this run."""

    def publish() -> None:
        race = small_race(session, slug)
        for _ in range(editions):
            race.publish()

    kept(session, f"published {slug} {editions}", publish)
    return race_of(session, slug)


def _enter_small_race(session: Session, slug: str) -> None:
    race = start_race(session, slug)
    mark = "" if slug == "race" else f"{slug}-"
    for key, name in TOWNS.items():
        race.unit(f"{mark}{key}", name=f"{mark}{name}")
    first, second, third = race.units
    race.project(
        first,
        code=f"{slug}-1",
        started=date(2026, 4, 1),
        registered=date(2026, 3, 10),
        arrived=50_000_000,
    )
    race.project(first, code=f"{slug}-2", registered=date(2026, 3, 12))
    race.project(second, code=f"{slug}-3", started=date(2026, 6, 1), registered=date(2026, 3, 20))
    race.project(second, third, code=f"{slug}-4")
    race.scheme()
