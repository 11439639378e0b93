"""What a unit is told where places are shared, not given or not contested, and while a board is held back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.drafts import open_window
from leaderboard.boards.prospects import foresee
from leaderboard.db import Database
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.seasons import plan
from leaderboard.seasons.holding import freeze_season, thaw_season
from tests.boards.lives import drafted
from tests.factories import OFFICE, VERIFIED, Race, race_of
from tests.kept import kept
from tests.people import enrol, signed_in
from tests.visiting import Visit, Visited
from tests.web.races import ENDS, SIGNED, STARTS, TODAY

pytestmark = pytest.mark.engines("sqlite")

SIGNED_BY = {"a": 3, "b": 2, "c": 2, "d": 2, "e": 2, "f": 0, "m": 1, "n": 1, "p": 1, "q": 1, "g": 1, "h": 1}
"""Of four each: 7.5 points a project. 甲组 has the rest, 乙组 p and q, 丙组 g alone, 丁组 h hors concours."""
DIVISION = {"p": "乙", "q": "乙", "g": "丙", "h": "丁"}
PAGES = ("/my/", "/my/why", "/my/lift", "/my/sure", "/my/projects")
Pages = Callable[..., Visited]


def enter_race(session: Session) -> None:
    """22.5 points, thrice 15, the bundle m and n 2 of 8, and f nothing; published once and reckoned through."""
    season = plan.open_season(session, "tester", slug="now", title="当年赛季", starts_on=STARTS, ends_on=ENDS)
    race = Race(session, season)
    for key, many in SIGNED_BY.items():
        race.unit(key, division=DIVISION.get(key, "甲"))
        for number in range(many):
            race.project(key, code=f"{key}-{number}", name=f"{key}项目{number}", signed=SIGNED)
    how: dict[str, dict[str, Any]] = {"e": {"competing": False}, "h": {"competing": False}}
    for key, more in (how | {"n": {"bundle": race.units["m"]}}).items():
        division, at = race.divisions[DIVISION.get(key, "甲")], season.planned_at
        plan.enter_unit(session, "tester", season, race.units[key], division, planned_at=at, **more)
    race.scheme()
    foresee(session, race.publish(TODAY)).store(session)


@pytest.fixture
def pages(app: Flask, database: Database, visit: Visit) -> Pages:
    """Opens a page of a unit by its key."""
    with database.session() as session:
        kept(session, "shared places", lambda: enter_race(session))
        session.commit()
        units = {key: unit.id for key, unit in race_of(session, "now").units.items()}
    clients: dict[str, FlaskClient] = {}

    def opened(key: str, path: str = "/my/") -> Visited:
        if key not in clients:
            enrol(database, f"of-{key}", REPORTER, units[key])
            clients[key] = signed_in(app, f"of-{key}")
        return visit(path, client=clients[key])

    return opened


def headline(page: Visited) -> str:
    return page.text(page.all("h1")[0])


def test_a_shared_place_is_told_as_shared(pages: Pages) -> None:
    place, lift = pages("b"), pages("b", "/my/lift")
    assert headline(place).startswith("b镇本期并列第 2：签约率贡献最大（15.00 分）。")
    assert place.text(place.all("div", class_="verdict")[0]) == (
        "2 15.00 分 与c镇、d镇并列距第 1 a镇差 7.50 分比第 5 m镇多 7.50 分"
    )
    behind = lift.text(lift.all("section", **{"aria-labelledby": "behind"})[0])
    assert "与c镇、d镇并列：并列的单位再进一点，就到本单位前面。" in behind
    assert "第 5 m镇：只要再开工 1 个项目，就到第 2。" in behind
    assert "与那一名得分相同、并列，也算到达。" in lift.text()


def test_a_shared_first_place_a_place_alone_and_the_last(pages: Pages) -> None:
    assert headline(pages("p", "/my/lift")) == "p镇已是本组并列第 1，看看谁可能追上。"
    shared = pages("p", "/my/lift").text()
    assert "后面没有别的单位。" in shared
    assert "追不上" not in shared
    assert "后面没有别的单位。" in pages("f", "/my/lift").text()
    assert headline(pages("g", "/my/lift")) == "g镇是本组唯一有名次的单位。"
    assert headline(pages("g", "/my/sure")) == "g镇是本组唯一有名次的单位，权重怎样变，名次都不变。"
    for path in ("/my/", "/my/lift", "/my/sure"):
        alone = pages("g", path).text()
        assert "追上" not in alone
        assert "浮动" not in alone


def test_own_numbers_that_only_draw_level_get_past_nobody(pages: Pages) -> None:
    """Unit c signs a third project: 22.5 points as a has; hors concours e stays without a place whatever it tries."""
    tried = pages("c", "/my/lift?try=1&above.signing.0=3")
    outcome = tried.text(tried.all("p", class_="outcome")[0])
    assert outcome == "按这些数，本单位为并列第 1，22.50 分。与a镇并列。"
    beyond = pages("c", "/my/lift?try=1&above.signing.0=4")
    assert beyond.text(beyond.all("p", class_="outcome")[0]) == "按这些数，本单位为第 1，30.00 分。超过a镇。"
    guest = pages("e", "/my/lift?try=1&above.signing.0=4")
    assert guest.text(guest.all("p", class_="outcome")[0]) == "按这些数，本单位仍没有名次，30.00 分。"


def test_a_unit_without_a_place_is_told_why_and_nothing_of_catching_up(pages: Pages) -> None:
    for key, path in product("eh", PAGES[:4]):
        page = pages(key, path)
        assert headline(page) == f"{key}镇本期没有名次：只展示，不参加排名。"
        assert "追上" not in page.text()


def test_each_member_of_a_bundle_is_told_of_the_others_and_sees_its_own_projects_alone(pages: Pages) -> None:
    for own, other in (("m", "n"), ("n", "m")):
        page = pages(own)
        assert page.text(page.all("p", class_="bundle")[0]) == f"与以下单位捆绑，合为一名：{other}镇"
        for path in PAGES:
            assert f"{other}项目0" not in pages(own, path).text(), path
    links = {a.get("href") or "" for a in pages("n", "/my/lift").all("a")}
    assert "/my/projects/m-0" not in links


def test_a_board_that_is_held_back_or_lies_open_changes_no_page_of_a_unit(
    pages: Pages, database: Database
) -> None:
    """Unit c breaks ground after the first edition; its board waits, frozen and then in its window."""

    def told() -> dict[tuple[str, str], str]:
        return {(key, path): pages(key, path).text() for key in "bc" for path in PAGES[:4]}

    before = told()
    with database.session() as session:
        race = race_of(session, "now")
        started = find_project(session, "c-0")
        assert started is not None
        add_stage_event(session, VERIFIED, started, stage="started", occurred_on=TODAY)
        freeze_season(session, "chen", race.season, reason="年终揭榜")
        draft = drafted(race, TODAY + timedelta(days=1))
        session.commit()
    assert told() == before
    with database.session() as session:
        thaw_season(session, "chen", race_of(session, "now").season, reason="揭榜")
        draft = session.merge(draft)
        open_window(session, "chen", draft, days=3, contact="0571", zone=OFFICE.zone)
        session.commit()
    for which, text in told().items():
        if which[1] == "/my/":
            notice = text.index("公示中：")
            end = text.index("看公示稿", notice) + len("看公示稿")
            assert text[:notice] + text[end:].lstrip() == before[which]
            continue
        assert text == before[which], which
