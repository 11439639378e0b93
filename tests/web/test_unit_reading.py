"""What a unit reads: its place, why, what would lift it and how sure it is; every number as the edition's package has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.prospects import foresee
from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from leaderboard.seasons.plan import add_division, enter_unit, open_season, show_season
from scoring.show import round_half_up, shown_rate
from tests.factories import Race, race_of
from tests.people import enrol, signed_in
from tests.visiting import Visit, Visited
from tests.web.races import TODAY, committed_race

PAGES = ("/my/", "/my/why", "/my/lift", "/my/lift?try=1", "/my/sure")


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed and reckoned through."""
    race = committed_race(database)
    change(database, reckon)
    return race


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def change(database: Database, act: Callable[[Race], object]) -> None:
    """Do something to the running race and commit it."""
    with database.session() as session:
        act(race_of(session, "now"))
        session.commit()


def reckon(race: Race) -> None:
    """Reckon the newest edition through."""
    foresee(race.session, newest(race)).store(race.session)


def newest(race: Race) -> Edition:
    edition = latest_edition(race.session, race.season.id)
    assert edition is not None
    return edition


def figures(page: Visited, table: str) -> dict[str, str]:
    """Head of each row of a table -> the words in its last cell."""
    rows = [row for found in page.all("table", class_=table) for row in found.iter("tr")]
    return {
        page.text(next(row.iter("th"))): page.text(list(row.iter("td"))[-1])
        for row in rows
        if list(row.iter("td"))
    }


def test_every_number_is_the_packages(client: FlaskClient, database: Database, visit: Visit) -> None:
    with database.reading() as session:
        package = unpacked(newest(race_of(session, "now")).package)
    decimals = package["scheme"].get("decimals") or {"rate": 1, "points": 2, "score": 2}
    own = next(s for s in package["result"]["standings"] if s["unit"] == "liuxi")
    names = {i["key"]: i["name"] for i in package["scheme"]["indicators"]}
    place, why, lift = (visit(path, client=client) for path in ("/my/", "/my/why", "/my/lift?try=1"))
    score = round_half_up(Fraction(own["score"]), decimals["score"])
    assert place.text(place.all("p", class_="big")[0]) == own["place"]
    assert place.text(place.all("p", class_="score")[0]) == f"{score} 分"
    points = {
        names[i["key"]]: round_half_up(Fraction(i["points"]), decimals["points"]) for i in own["indicators"]
    }
    assert figures(why, "contributions") == points | {"总分": score}
    tried = figures(lift, "moved")
    assert {name: tried[name] for name in points} == points
    assert f"第 {own['place']}，{score} 分" in lift.text(lift.all("p", class_="outcome")[0])
    done = figures(place, "own")
    for line in own["indicators"]:
        rate = Fraction(line["rate"]) if line["rate"] is not None else None
        shown = next(text for head, text in done.items() if head.startswith(names[line["key"]]))
        assert rate is None or shown.startswith(shown_rate(rate, decimals["rate"]))
    around = figures(place, "around")
    units = {unit["key"]: unit["name"] for unit in package["facts"]["units"]}
    assert around == {
        units[s["unit"]]: round_half_up(Fraction(s["score"]), decimals["score"])
        for s in package["result"]["standings"]
    }


def test_the_first_words_say_what_to_do(client: FlaskClient, visit: Visit) -> None:
    page = visit("/my/", client=client)
    assert page.text(page.all("h1")[0]).endswith("推动 3 个项目开工，预计可到第 1。")
    lift = visit("/my/lift", client=client)
    assert lift.text(lift.all("h1")[0]) == "推动 3 个项目开工，预计可到第 1。"
    first = lift.text(lift.all("li", class_="way")[0])
    assert first.startswith("推动 3 个项目开工 → 第 1最接近的：柳溪项目0 （已签约 100 天）、柳溪项目1")
    assert "不是承诺" in lift.text()
    assert "第 3 南岸街道：只要再签约 4 个项目，就到第 2。" in lift.text()


def test_own_numbers_are_tried_by_address_alone(client: FlaskClient, visit: Visit) -> None:
    """Three starts of four, which landed too: 30 + 18.75 + 15."""
    page = visit("/my/lift?try=1&above.groundbreaking.0=３&above.landing.0=3", client=client)
    assert page.text(page.all("p", class_="outcome")[0]) == "按这些数，本单位为第 1，63.75 分。超过青石镇。"
    assert "公布为 0" in page.text()


@pytest.mark.parametrize("typed", ["-1", "三", "1e9", "9" * 40, "<b>"])
def test_what_is_no_number_is_said_beside_its_field(client: FlaskClient, visit: Visit, typed: str) -> None:
    page = visit(f"/my/lift?try=1&above.groundbreaking.0={typed}", client=client)
    field = next(e for e in page.all("input") if e.get("name") == "above.groundbreaking.0")
    assert (field.get("aria-invalid"), field.get("value")) == ("true", typed)
    assert "应为不小于 0 的数" in page.text()
    assert page.all("p", class_="outcome") == []


@pytest.mark.parametrize("unit", ["qingshi", "nanan"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_and_the_last_read_all_their_pages(
    app: Flask, database: Database, race: Race, visit: Visit, unit: str, lang: str
) -> None:
    enrol(database, "wang", REPORTER, race.units[unit].id)
    client = signed_in(app, "wang")
    for path in PAGES:
        page = visit(f"{path}{'&' if '?' in path else '?'}lang={lang}", client=client)
        if lang == "en":
            assert not re.search(r"[\u4e00-\u9fff]", page.text(page.all("h1")[0]).replace("青石镇", ""))
    if (unit, lang) == ("qingshi", "zh"):
        assert "已是本组第 1" in visit("/my/lift", client=client).text()


def test_what_moved_it_adds_up(client: FlaskClient, database: Database, visit: Visit) -> None:
    assert "这是第一期" in visit("/my/why", client=client).text()
    change(database, lambda race: race.publish(TODAY + timedelta(days=1)))
    assert "正在测算" in visit("/my/why", client=client).text()
    assert "正在测算" in visit("/my/lift", client=client).text()
    change(database, reckon)
    page = visit("/my/why", client=client)
    rows = figures(page, "moved")
    assert rows == dict.fromkeys(
        ("本单位自己的变化", "其他单位的变化", "考核方案和时序的变化", "参赛名单的变化", "合计"), "0"
    )


def test_after_a_withdrawal_the_edition_before_is_told(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    change(database, lambda race: race.publish(TODAY + timedelta(days=1)))
    assert "第 1 期" in visit("/my/", client=client).text()
    change(database, lambda race: withdraw(race.session, "li", newest(race), reason="有误"))
    text = visit("/my/", client=client).text()
    assert "第 1 期" in text
    assert "第 2 期" not in text


def test_while_the_season_is_hidden_nothing_is_told(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    change(
        database, lambda race: show_season(race.session, "li", race.season, is_public=False, reason="内部")
    )
    for path in PAGES:
        text = visit(path, client=client).text()
        assert "目前没有公开的榜单。" in text
        assert "第一期发布后" not in text


def test_next_years_season_hides_no_board_of_this_one(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """It is set up before this one ends."""

    def set_up(race: Race) -> None:
        begins, ends = TODAY + timedelta(days=30), TODAY + timedelta(days=395)
        coming = open_season(
            race.session,
            "li",
            slug="coming",
            title="来年赛季",
            starts_on=begins,
            ends_on=ends,
            is_public=False,
        )
        towns = add_division(race.session, "li", coming, key="towns", name="乡镇组")
        enter_unit(race.session, "li", coming, race.units["liuxi"], towns)

    change(database, set_up)
    for path in PAGES:
        text = visit(path, client=client).text()
        assert "目前没有公开的榜单。" not in text
    assert "第 1 期" in visit("/my/", client=client).text()


def test_a_season_of_others_is_an_unknown_address(client: FlaskClient) -> None:
    assert {client.get(f"{path.partition('?')[0]}?season=nowhere").status_code for path in PAGES} == {404}


@pytest.mark.engines("sqlite")
def test_pages_take_as_many_queries_whatever_there_is(client: FlaskClient, database: Database) -> None:
    def taken() -> list[int]:
        found = []
        for path in PAGES:
            client.get(path)
            count.clear()
            client.get(path)
            found.append(len(count))
        return found

    count: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        count.append(statement)

    before = taken()

    def grow(race: Race) -> None:
        for number in range(5):
            race.unit(f"more{number}")
            race.project("liuxi", f"more{number}", code=f"M-{number}", signed=TODAY)
        for day in range(1, 4):
            race.publish(TODAY + timedelta(days=day))
        reckon(race)

    change(database, grow)
    assert taken() == before
