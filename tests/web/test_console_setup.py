"""Setting up a season on the console: its steps, its card, and a new one from blank or like an earlier one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, SYSTEM
from leaderboard.db import Database
from leaderboard.seasons.deadlines import Deadline, deadlines_of
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import add_division, add_unit, open_season
from leaderboard.seasons.read import list_divisions, roster
from leaderboard.seasons.taking_part import NewUnit, add_units, place_unit
from tests.people import submit, token_in, visitor
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race, running_race

LATER = 9_000_000_000_000


NEW = {"title": "2027 年赛马", "slug": "r27", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    return visitor(app, database, ADMINISTRATOR, "chen")


def opened(chief: FlaskClient, **more: str) -> None:
    answer = submit(chief, "/console/seasons", "/console/seasons/new", **{**NEW, **more})
    assert answer.location == "/console/seasons/r27/setup", answer.get_data(as_text=True)


def season(database: Database, slug: str = "r27") -> Season:
    with database.reading() as session:
        return session.scalars(select(Season).where(Season.slug == slug)).one()


def test_a_blank_season_is_proposed_opened_hidden_and_shown_step_by_step(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    page = visit("/console/seasons/new", client=chief)
    assert page.all("input", name="slug")[0].get("value", "").startswith("race-")
    opened(chief)
    assert season(database).is_public == 0
    steps = visit("/console/seasons/r27/setup", client=chief)
    assert "下一步：组别与单位。还没有参赛单位" in steps.text()
    assert len(steps.all("li", class_="done")) == 1
    assert "还没有参赛单位" in visit("/console/", client=chief).text()


def test_everything_wrong_with_a_new_season_is_told_at_once(chief: FlaskClient, visit: Visit) -> None:
    opened(chief)
    answer = submit(
        chief, "/console/seasons", "/console/seasons/new", **{**NEW, "title": "", "ends_on": "2026-12-31"}
    )
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said.count('class="complaint"') == 3
    assert "这个地址已被使用" in said


def test_a_season_like_the_last_one_has_its_units_and_a_draft(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    page = visit("/console/seasons/new?from=now", client=chief)
    assert "考核方案抄成草稿" in page.text()
    opened(chief, **{"from": "now", "with_targets": "1"})
    steps = visit("/console/seasons/r27/setup", client=chief).text()
    assert "第 1 版是草稿" in steps
    assert "3 家的 1 项任务都有了" in steps


def test_the_card_is_changed_with_a_reason_and_the_second_person_sees_both(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    opened(chief)
    path = "/console/seasons/r27/card"
    seen = visit(path, client=chief).all("input", name="seen")[0].get("value", "")
    first = {**NEW, "title": "新名称", "reason": "统一叫法", "seen": seen}
    assert submit(chief, path, **first).location == "/console/seasons/r27/setup"
    second = submit(chief, path, **{**first, "title": "另一个名称"})
    assert second.status_code == 409
    assert "现为“新名称”" in second.get_data(as_text=True)
    assert 'value="另一个名称"' in second.get_data(as_text=True)
    answer = submit(chief, "/console/seasons/r27/public", path, is_public="1", reason="首期将发")
    assert answer.status_code == 302
    assert season(database).is_public == 1


def test_units_are_pasted_looked_at_and_entered_in_their_order(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    opened(chief)
    path = "/console/seasons/r27/units/add"
    names = "张家镇\n安平镇\tanping\r\n\n重庆路街道"
    looked = submit(chief, path, names=names, new_division="乡镇组")
    said = looked.get_data(as_text=True)
    assert looked.status_code == 200
    assert [f'value="{key}"' in said for key in ("u01", "anping", "u02")] == [True, True, True]
    token = said.split('name="csrf_token" value="')[1].split('"')[0]
    rows = {"name": ["张家镇", "安平镇", "重庆路街道"], "key": ["zhang jia", "anping", "anping"]}
    form = {"csrf_token": token, "confirmed": "1", "new_division": "乡镇组"}
    refused = chief.post(path, data={**form, **rows})
    assert refused.status_code == 422
    assert "第 1 行编码 zhang jia" in refused.get_data(as_text=True)
    assert "第 3 行编码 anping 重复" in refused.get_data(as_text=True)
    with database.reading() as session:
        assert not list_divisions(session, season(database).id)
    refused = chief.post(path, data={**form, "name": ["镇" * 121], "key": ["long"]})
    assert "第 1 行名称最多 120 字" in refused.get_data(as_text=True)
    rows["key"] = ["zhangjia", "anping", "u02"]
    assert chief.post(path, data={**form, **rows}).status_code == 302
    with database.reading() as session:
        lines = roster(session, season(database).id, LATER)
    assert [line.name for line in lines] == rows["name"]
    page = visit("/console/seasons/r27/units", client=chief)
    assert [field.get("value") for field in page.all("input", class_="no")] == ["1", "2", "3"]


def test_a_pasted_list_says_who_is_not_entered_and_why(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    """柳溪镇 races already and 新镇 comes twice: 新镇 alone is entered, once."""
    committed_race(database)
    path = "/console/seasons/now/units/add"
    refused = submit(chief, path, names="柳溪镇\n柳溪镇", division="towns")
    assert refused.status_code == 422
    assert "没有可编入的单位：柳溪镇 已在本赛季" in refused.get_data(as_text=True)
    unseen = submit(chief, path, names="新镇\n\n石\u200b桥\ufeff镇\n河\xa0镇", division="towns")
    assert unseen.status_code == 422
    told = unseen.get_data(as_text=True)
    assert (
        "第 3 行 石桥镇 含不可见字符 U+200B U+FEFF，请删去后再粘贴；第 4 行 河镇 含不可见字符 U+00A0" in told
    )
    assert 'name="confirmed"' not in told
    looked = submit(chief, path, names="柳溪镇\n\n新镇\n新镇", division="towns").get_data(as_text=True)
    assert "柳溪镇: 已在本赛季" in looked
    assert "新镇: 上面已有，只编入一次" in looked
    assert looked.count('name="name" value=') == 1
    token = looked.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "confirmed": "1", "division": "towns", "name": "新镇", "key": "u01"}
    assert chief.post(path, data=form).status_code == 302
    assert "1 家单位已编入towns组：新镇" in visit("/console/seasons/now/units", client=chief).text()
    assert keys(database) == ["liuxi", "qingshi", "nanan", "u01"]


def test_a_pasted_list_says_where_units_stand_that_are_known_already(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    """Every season lists units in one order: 老镇 stays first, the new ones follow at the end as pasted."""
    committed_race(database)
    with database.session() as session:
        add_unit(session, "chen", key="old", name="老镇", sort_no=-1)
        session.commit()
    path = "/console/seasons/now/units/add"
    looked = submit(chief, path, names="新乙镇\n老镇\n新甲镇", division="towns").get_data(as_text=True)
    assert "已有的 老镇 保持原来的位置，新单位按此顺序排在最后" in looked
    assert "按此顺序编入" not in looked
    names, codes = ["新乙镇", "老镇", "新甲镇"], ["u01", "old", "u02"]
    form = {
        "csrf_token": token_in(looked),
        "confirmed": "1",
        "division": "towns",
        "name": names,
        "key": codes,
    }
    assert chief.post(path, data=form).status_code == 302
    assert keys(database) == ["old", "liuxi", "qingshi", "nanan", "u01", "u02"]
    assert "单位的顺序所有赛季共用" in visit("/console/seasons/now/units", client=chief).text()


def test_units_to_choose_from_come_season_by_season(
    app: Flask, chief: FlaskClient, database: Database, visit: Visit
) -> None:
    """The season that ends last comes first; 老镇, first in the office's list but in no season, comes last."""
    committed_race(database)
    with database.session() as session:
        add_unit(session, "chen", key="old", name="老镇", sort_no=-1)
        later = TODAY + timedelta(days=400)
        r27 = open_season(session, "chen", slug="r27", title="明年", starts_on=TODAY, ends_on=later)
        towns = add_division(session, "chen", r27, key="towns", name="乡镇组")
        add_units(session, "chen", r27, towns, [NewUnit("u01", "新镇")])
        session.commit()
    system = visitor(app, database, SYSTEM, "zhang")
    pages = {"/console/projects": chief, "/console/awaiting": chief, "/console/people": system}
    for path, client in pages.items():
        [choice] = visit(path, client=client).all("select", name="unit")
        values = [option.get("value") for option in choice.iter("option")]
        assert [value for value in values if value] == ["u01", "liuxi", "qingshi", "nanan", "old"], path


def keys(database: Database, slug: str = "now") -> list[str]:
    with database.reading() as session:
        return [line.key for line in roster(session, season(database, slug).id, LATER)]


def test_units_are_put_in_order_by_arrows_and_by_numbers(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    units, order = "/console/seasons/now/units", "/console/seasons/now/units/order"
    submit(chief, order, units, down="liuxi")
    assert keys(database) == ["qingshi", "liuxi", "nanan"]
    submit(chief, order, units, **{"no.qingshi": "1", "no.liuxi": "2", "no.nanan": "1"})
    assert keys(database) == ["nanan", "qingshi", "liuxi"]
    told = submit(chief, order, units, **{"no.qingshi": "x", "no.liuxi": "7", "no.nanan": "1"})
    said = told.get_data(as_text=True)
    assert (told.status_code, "青石镇 的顺序应为整数" in said) == (422, True)
    assert ('name="no.qingshi" value="x"' in said, 'name="no.liuxi" value="7"' in said) == (True, True)


def test_a_unit_is_bundled_renamed_and_leaves_each_with_its_reason(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    path = "/console/seasons/now/units/liuxi"
    place = {"division": "towns", "into": "qingshi"}
    refused = submit(chief, f"{path}/place", path, **place)
    assert refused.status_code == 422
    assert submit(chief, f"{path}/place", path, **place, reason="片区合并").status_code == 302
    assert "捆绑于青石镇" in visit("/console/seasons/now/units", client=chief).text()
    assert "成绩并入它的有：柳溪镇" in visit("/console/seasons/now/units/qingshi", client=chief).text()
    leaving = submit(chief, "/console/seasons/now/units/qingshi/leave", path, reason="撤并")
    assert leaving.status_code == 422
    assert "请先解开" in leaving.get_data(as_text=True)
    named = submit(chief, f"{path}/name", path, name="柳溪新镇", name_en="", reason="更名")
    assert named.status_code == 302
    assert submit(chief, f"{path}/leave", path, reason="撤并").status_code == 302
    assert keys(database) == ["qingshi", "nanan"]


def test_divisions_are_added_renamed_and_moved(chief: FlaskClient, database: Database, visit: Visit) -> None:
    committed_race(database)
    path = "/console/seasons/now/divisions"
    assert submit(chief, path, name="街道组", name_en="", key="d 1").status_code == 422
    assert submit(chief, path, name="街道组", name_en="", key="streets").status_code == 302
    submit(chief, f"{path}/order", path, up="streets")
    taken = submit(chief, f"{path}/streets/name", path, name="towns组", reason="统一叫法")
    assert (taken.status_code, "组别名称 towns组 已被使用" in taken.get_data(as_text=True)) == (422, True)
    submit(chief, f"{path}/streets/name", path, name="城区组", reason="统一叫法")
    with database.reading() as session:
        found = [division.name for division in list_divisions(session, season(database, "now").id)]
    assert found == ["城区组", "towns组"]
    assert visit(path, client=chief).status == 200


def test_the_public_sees_who_is_bundled_and_a_member_finds_its_place(
    app: Flask, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        race = running_race(session)
        town, head = race.units["liuxi"], race.units["qingshi"]
        place_unit(
            session, "t", race.season, town, race.divisions["towns"], competing=True, into=head, reason="合并"
        )
        race.publish(TODAY)
        session.commit()
    assert "与以下单位捆绑，合为一名：柳溪镇" in visit("/boards/now/2/units/qingshi/").text()
    board = app.test_client().get("/boards/now/2.json").get_json()
    assert [row["unit"] for row in board["standings"]] == ["qingshi", "nanan"]
    assert [member["unit"] for member in board["standings"][0]["members"]] == ["liuxi"]
    reporter = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    assert "本期第 1" in visit("/my/", client=reporter).text()


def test_a_timetable_is_proposed_with_its_dates_and_kept_as_it_is(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    opened(chief)
    page = visit("/console/seasons/r27/timetables/new", client=chief)
    assert len(page.all("ol", class_="coming")[0].findall("li")) == 5
    form = {field.get("name", ""): field.get("value") or "" for field in page.all("input")}
    form |= {"confirmed": page.all("button", name="confirmed")[0].get("value", "")}
    for choice in page.all("select"):
        chosen = [
            option.get("value") or ""
            for option in choice.iter("option")
            if option.get("selected") is not None
        ]
        form[choice.get("name", "")] = chosen[0]
    form = {name: value for name, value in form.items() if name and not name.startswith("on_")}
    assert chief.post("/console/seasons/r27/timetables", data=form).status_code == 302
    assert "下期" in visit("/console/seasons/r27/setup", client=chief).text()


def test_deadlines_are_filled_in_stage_by_stage_and_said_among_the_steps(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    path = "/console/seasons/now/deadlines"
    page = visit(path, client=chief)
    # Every stage but the first has a line, and is counted from one before it, mostly from the signing.
    assert [page.text(legend) for legend in page.all("legend")] == [
        "签约",
        "注册",
        "落地",
        "开工",
        "入库",
        "投产",
    ]
    wrong = submit(chief, path, **{"days-started": "很快", "since-started": "signed"})
    assert wrong.status_code == 422
    assert wrong.get_data(as_text=True).count('class="complaint"') == 2
    filled = {"days-started": "180", "since-started": "signed", "reason": "考核办法第六条"}
    assert submit(chief, path, **filled).location == "/console/seasons/now/setup"
    assert deadlines_of(season(database, "now")) == (Deadline("started", 180, "signed"),)
    assert "签约后 180 天内开工。" in visit("/console/seasons/now/setup", client=chief).text()
    assert visit(path, client=chief).all("input", name="days-started")[0].get("value") == "180"
    submit(chief, path, reason="改由另文规定")
    assert deadlines_of(season(database, "now")) == ()
