"""While the first board of a season waits as a draft, what else may be done to the season leaves it as it was scored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.countersign import want_two
from leaderboard.boards.models import Draft
from leaderboard.boards.period import move_period, why_fixed
from leaderboard.boards.release import prepare
from leaderboard.instant import now
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.unit_facts import add_adjustment
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.deadlines import Deadline, set_deadlines
from leaderboard.seasons.holding import freeze_season, set_window, thaw_season
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.order import order_divisions, order_units
from leaderboard.seasons.plan import PlanError, add_division, extend_stages, set_target, show_season
from leaderboard.seasons.rename import rename_division, rename_season, rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from leaderboard.seasons.timetable import add_timetable
from tests.boards.lives import drafted
from tests.factories import AS_OF, FOUR_RATES, OFFICE, VERIFIED, Race, put_in_force, small_race

Act = Callable[[Race], Any]


def heavier(race: Race) -> None:
    """Weights of 35, 25, 20 and 20."""
    document = {**FOUR_RATES, "indicators": [dict(i) for i in FOUR_RATES["indicators"]]}
    document["indicators"][0]["weight"], document["indicators"][3]["weight"] = "35", "20"
    put_in_force(race.session, race.season, document, AS_OF)


def targeted(race: Race) -> None:
    unit = race.units["liuxi"]
    set_target(race.session, "li", race.season, unit, indicator="signing", by="count", quantity=9)


def bundled(race: Race) -> None:
    one, into, towns = race.units["nanan"], race.units["qingshi"], race.divisions["towns"]
    place_unit(race.session, "li", race.season, one, towns, competing=True, into=into, reason="捆绑")


def moved(race: Race) -> None:
    parks = add_division(race.session, "li", race.season, key="parks", name="园区组")
    order_divisions(race.session, "li", race.season, [parks, race.divisions["towns"]])
    unit = race.units["nanan"]
    place_unit(race.session, "li", race.season, unit, parks, competing=False, reason="调组")


def praised(race: Race) -> None:
    add_adjustment(
        race.session,
        VERIFIED,
        unit_id=race.units["liuxi"].id,
        season_id=race.season.id,
        item="praised",
        occurred_on=date(2026, 6, 6),
        times=1,
        reason="表彰",
    )


def renamed_project(race: Race) -> None:
    project = race.project("liuxi", started=date(2026, 5, 5), registered=date(2026, 4, 1))
    amend_project(race.session, "li", project, reason="更名", name="另名", is_public=False)


def frozen(race: Race) -> None:
    freeze_season(race.session, "li", race.season, reason="年终")
    thaw_season(race.session, "li", race.season, reason="揭榜")


def planned(race: Race) -> None:
    off = [NoticeDay(date(2026, 10, 30), False, "本地")]
    import_year(race.session, "li", 2026, off, source="通知")
    rule = {"kind": "working_day", "time": "09:00"}
    add_timetable(race.session, "li", race.season, name="日报", rule=rule, zone=OFFICE.zone)


ACTS: dict[str, Act] = {
    "title": lambda race: rename_season(
        race.session, "li", race.season, title="新名称", source="统计局", authority="市委", reason="更名"
    ),
    "unit": lambda race: rename_unit(race.session, "li", race.units["liuxi"], name="新镇", reason="更名"),
    "division": lambda race: rename_division(
        race.session, "li", race.divisions["towns"], name="新组", reason="更名"
    ),
    "order": lambda race: order_units(race.session, "li", [race.units["nanan"], race.units["liuxi"]]),
    "moved": moved,
    "bundled": bundled,
    "left": lambda race: leave_season(race.session, "li", race.season, race.units["nanan"], reason="撤并"),
    "joined": lambda race: race.unit("beiwu", name="北坞镇"),
    "target": targeted,
    "scheme": heavier,
    "stages": lambda race: extend_stages(race.session, "li", race.season, [{"key": "land", "name": "供地"}]),
    "deadlines": lambda race: set_deadlines(
        race.session, "li", race.season, [Deadline("started", 90, "signed")], reason="办法"
    ),
    "window": lambda race: set_window(
        race.session, "li", race.season, days=3, contact="招商局", reason="办法"
    ),
    "hidden": lambda race: show_season(race.session, "li", race.season, is_public=False, reason="整理"),
    "two persons": lambda race: want_two(race.session, "li", race.season, reason="重要"),
    "frozen": frozen,
    "planned": planned,
    "praised": praised,
    "project": renamed_project,
}


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


@pytest.fixture
def draft(race: Race) -> Draft:
    made = drafted(race)
    while now() <= made.known_at:
        # What follows is entered after what the draft knows, as a turn to write sees to.
        pass
    race.season.planned_at = now()
    return made


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("act", ACTS)
def test_it_can_be_released_whatever_else_was_done(race: Race, draft: Draft, act: str) -> None:
    ACTS[act](race)
    race.session.flush()
    assert prepare(race.session, draft, OFFICE, now()).number == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_first_and_last_day_alone_are_kept_from_changing(race: Race, draft: Draft) -> None:
    season = race.season
    said = why_fixed(race.session, season)
    assert said is not None
    assert "公示稿（数据截至 2026-10-31）是按起止日期 2026-01-01 至 2026-12-31 算出的" in said
    for days in ((date(2026, 2, 1), season.ends_on), (season.starts_on, date(2026, 11, 30))):
        with pytest.raises(PlanError, match="请先将它作废"):
            move_period(race.session, "li", season, starts_on=days[0], ends_on=days[1], reason="改期")
    move_period(race.session, "li", season, starts_on=season.starts_on, ends_on=season.ends_on, reason="不改")
    assert prepare(race.session, draft, OFFICE, now()).number == 1
