"""A race under way today, for the pages that only make sense while a season runs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from leaderboard.db import Database
from leaderboard.instant import local_date, now
from leaderboard.seasons import plan
from tests.factories import FOUR_RATES, OFFICE, Race, race_of
from tests.kept import kept

TODAY = local_date(now(), OFFICE.zone)
SIGNED = TODAY - timedelta(days=100)
STARTS, ENDS = TODAY - timedelta(days=200), TODAY + timedelta(days=100)


def running_race(session: Session, slug: str = "now") -> Race:
    """Three towns of four signing targets each, published once.

    柳溪 signed 4 of 4 and started none: 30 points. 青石 signed 2 of 4 and started both, which therefore also landed:
    15 + 25 + 20 = 60 points. 南岸 has nothing: 0 points.
    """
    kept(session, f"running {slug}", lambda: _enter_running_race(session, slug))
    return race_of(session, slug)


def unruled_race(session: Session, slug: str = "now") -> Race:
    """The same towns before they have any scheme.

    Under the four rates of 25 points each 青石 has 12.5 + 25 + 25 = 62.5, 柳溪 25 and 南岸 0.
    """
    kept(session, f"unruled {slug}", lambda: _enter_towns(session, slug))
    return race_of(session, slug)


def _enter_running_race(session: Session, slug: str) -> None:
    race = _enter_towns(session, slug)
    race.scheme(FOUR_RATES, STARTS)
    race.publish(TODAY)


def _enter_towns(session: Session, slug: str) -> Race:
    season = plan.open_season(
        session, "tester", slug=slug, title="当年赛季", title_en="This year", starts_on=STARTS, ends_on=ENDS
    )
    race = Race(session, season)
    for key, name in {"liuxi": "柳溪镇", "qingshi": "青石镇", "nanan": "南岸街道"}.items():
        race.unit(key, name=name, name_en=key.title())
    for number in range(4):
        race.project("liuxi", code=f"L-{number}", name=f"柳溪项目{number}", signed=SIGNED)
    for number in range(2):
        race.project(
            "qingshi",
            code=f"Q-{number}",
            name=f"青石项目{number}",
            signed=SIGNED,
            started=TODAY - timedelta(days=20),
        )
    return race


def committed_race(database: Database) -> Race:
    """The running race, committed; its objects may be read and not changed."""
    with database.session() as session:
        race = running_race(session)
        session.commit()
    return race
