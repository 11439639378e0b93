"""Renaming: what is shown from now on, and what was shown until an instant, for seasons, divisions and units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.read import former_projects
from leaderboard.seasons.models import FormerName
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import divisions_at, roster, season_at
from leaderboard.seasons.rename import rename_division, rename_season, rename_unit
from tests.factories import Race, start_race

FIRST, SECOND = 10_000, 20_000


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session, planned_at=1_000)
    race.unit("liuxi", name="柳溪镇")
    race.unit("qingshi", name="青石镇")
    return race


def test_a_unit_is_called_at_each_instant_what_it_was_called_then(session: Session, race: Race) -> None:
    unit = race.units["liuxi"]
    rename_unit(session, "chen", unit, name="柳溪街道", reason="撤镇设街道", at=FIRST)
    rename_unit(session, "chen", unit, name="柳溪新区", sort_no=9, reason="并区", at=SECOND)
    names = {
        at: [line.name for line in roster(session, race.season.id, at)] for at in (5_000, 15_000, 25_000)
    }
    assert names == {
        5_000: ["柳溪镇", "青石镇"],
        15_000: ["柳溪街道", "青石镇"],
        # Listed last since it was given the number 9.
        25_000: ["青石镇", "柳溪新区"],
    }
    assert [line.sort_no for line in roster(session, race.season.id, 15_000)] == [1, 2]


def test_seasons_and_divisions_keep_what_they_were_called(session: Session, race: Race) -> None:
    rename_season(session, "chen", race.season, title="招商赛马", source="县招商局", reason="定名", at=FIRST)
    rename_season(session, "chen", race.season, authority="六安市", reason="改由市里主办", at=FIRST + 9)
    assert [season_at(session, race.season, FIRST + n).authority for n in (8, 9)] == [None, "六安市"]
    rename_division(session, "chen", race.divisions["towns"], name="乡镇组", reason="定名", at=FIRST)
    before, after = (season_at(session, race.season, at) for at in (FIRST - 1, FIRST))
    assert (before.title, before.source, after.title, after.source) == (
        "测试赛季",
        None,
        "招商赛马",
        "县招商局",
    )
    called = [[d.name for d in divisions_at(session, race.season.id, at)] for at in (FIRST - 1, FIRST)]
    assert called == [["towns组"], ["乡镇组"]]


def test_a_division_nobody_was_in_is_none_of_that_instant(session: Session, race: Race) -> None:
    race.unit("park", division="parks")
    assert [d.key for d in divisions_at(session, race.season.id, 5_000)] == ["towns", "parks"]
    assert divisions_at(session, race.season.id, 500) == []


def test_a_project_is_known_by_what_it_was_called_then(session: Session, race: Race) -> None:
    project = race.project("liuxi", name="一号项目")
    amend_project(session, "chen", project, is_public=True, reason="公开", at=FIRST)
    amend_project(session, "chen", project, name="柳溪食品", reason="定名", at=SECOND)
    assert former_projects(session, 5_000) == {project.id: {"is_public": 0, "name": "一号项目"}}
    assert former_projects(session, 15_000) == {project.id: {"name": "一号项目"}}
    assert former_projects(session, SECOND) == {}


def test_a_rename_is_in_the_trail_with_both_names_and_the_reason(session: Session, race: Race) -> None:
    rename_unit(session, "chen", race.units["liuxi"], name="柳溪街道", reason=" 撤镇设街道 ")
    line = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc())).first()
    assert line is not None
    assert (line.actor, line.action, line.subject) == ("chen", "unit.rename", "liuxi")
    assert all(word in line.detail for word in ("柳溪镇", "柳溪街道", '"撤镇设街道"'))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"name": "青石镇", "reason": "更名"}, "已被使用"),
        ({"name": " ", "reason": "更名"}, "不能空白"),
        ({"name": "柳溪镇", "reason": "更名"}, "没有变化"),
        ({"name": "柳溪街道", "reason": " "}, "理由"),
    ],
)
def test_a_rename_that_cannot_be_is_refused_and_nothing_kept(
    session: Session, race: Race, columns: dict[str, Any], told: str
) -> None:
    rename: Callable[..., None] = rename_unit
    with pytest.raises(PlanError, match=told):
        rename(session, "chen", race.units["liuxi"], **columns)
    assert race.units["liuxi"].name == "柳溪镇"
    assert session.scalars(select(FormerName)).all() == []
