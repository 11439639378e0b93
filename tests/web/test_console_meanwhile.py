"""Two people at one form of the console: the second sees both versions, and nothing is overwritten unseen."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, SYSTEM, VIEWER
from leaderboard.db import Database
from leaderboard.web.meanwhile import mark_of, overtaken
from leaderboard.web.typed import Typed
from tests.people import token_in, visitor
from tests.web.races import committed_race

SEASON = "/console/seasons/now"
PLACE = {"division": "towns", "into": "", "hors_concours": ""}
DAILY = {"name": "日报", "kind": "daily", "time": "09:00", "catch_up": "latest"}


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    committed_race(database)
    return visitor(app, database, ADMINISTRATOR, "chen")


def opened(client: FlaskClient, page: str, action: str) -> dict[str, str]:
    """What the form to this address carries unseen, as it was when the page was opened."""
    source = client.get(page).get_data(as_text=True)
    form = source.partition(f' action="{action}"')[2].partition("</form>")[0]
    seen = re.findall(r'name="seen" value="([^"]+)"', form)
    return {"csrf_token": token_in(source), "seen": seen[0]}


def both_versions(
    client: FlaskClient, page: str, action: str, first: dict[str, str], second: dict[str, str]
) -> str:
    """Two open the form, one saves, then the other: what the other is told; saved again, it holds."""
    mine = opened(client, page, action)
    assert client.post(action, data=opened(client, page, action) | first).status_code == 302
    told = client.post(action, data=mine | second)
    assert told.status_code == 409
    source = told.get_data(as_text=True)
    again = source.partition(f' action="{action}"')[2]
    seen = re.findall(r'name="seen" value="([^"]+)"', again)[0]
    assert client.post(action, data=mine | second | {"seen": seen}).status_code == 302
    return source


def test_a_division_renamed_by_two_shows_both_names(chief: FlaskClient) -> None:
    page = f"{SEASON}/divisions"
    first = {"name": "城区组", "name_en": "", "reason": "统一叫法"}
    told = both_versions(chief, page, f"{page}/towns/name", first, {**first, "name": "街道组"})
    assert "现为“城区组”，您填的是“街道组”" in told
    assert 'value="街道组"' in told


def test_a_unit_renamed_in_english_by_another_is_not_renamed_unseen(chief: FlaskClient) -> None:
    page = f"{SEASON}/units/liuxi"
    first = {"name": "柳溪镇", "name_en": "Willow Town", "reason": "加英文名"}
    told = both_versions(chief, page, f"{page}/name", first, {**first, "name_en": "Willow Creek"})
    assert "英文名: 现为“Willow Town”，您填的是“Willow Creek”" in told


def test_a_unit_placed_by_two_shows_both_places(chief: FlaskClient) -> None:
    page = f"{SEASON}/units/liuxi"
    first = {**PLACE, "into": "qingshi", "reason": "片区合并"}
    second = {**PLACE, "hors_concours": "1", "reason": "只展示"}
    told = both_versions(chief, page, f"{page}/place", first, second)
    assert "捆绑到: 现为“青石镇”，您填的是“不捆绑，单独排名”" in told
    assert "排名: 现为“参加排名”，您填的是“只展示，不参加排名”" in told


def test_numbers_typed_over_another_order_are_shown_beside_it(chief: FlaskClient) -> None:
    page = f"{SEASON}/units"
    first = {"no.liuxi": "3", "no.qingshi": "1", "no.nanan": "2"}
    second = {"no.liuxi": "1", "no.qingshi": "3", "no.nanan": "2"}
    told = both_versions(chief, page, f"{page}/order", first, second)
    assert "柳溪镇: 现为“3”，您填的是“1”" in told
    assert "南岸街道: " not in told


def test_a_window_set_by_two_shows_both_lengths(chief: FlaskClient) -> None:
    action = f"{SEASON}/window"
    first = {"days": "3", "contact": "0571-8888", "reason": "按办法"}
    told = both_versions(chief, f"{SEASON}/drafts", action, first, {**first, "days": "5"})
    assert "工作日数（0 为不公示）: 现为“3”，您填的是“5”" in told


def test_deadlines_set_by_two_show_both_of_each_stage(chief: FlaskClient) -> None:
    page = f"{SEASON}/deadlines"
    first = {"days-landed": "91", "since-landed": "signed", "days-started": "111", "since-started": "signed"}
    second = {"days-landed": "61", "since-landed": "signed", "days-started": "", "since-started": "signed"}
    why = {"reason": "考核办法"}
    told = both_versions(chief, page, page, first | why, second | why)
    assert "落地: 现为“签约后 91 天内”，您填的是“签约后 61 天内”" in told
    assert "开工: 现为“签约后 111 天内”，您填的是“—”" in told


def test_a_role_given_by_two_shows_both_roles(app: Flask, database: Database) -> None:
    system = visitor(app, database, SYSTEM, "zhang")
    visitor(app, database, VIEWER, "wang")
    page = "/console/people/wang"
    first = {"role": "verifier", "unit": "", "reason": "分工调整"}
    told = both_versions(system, page, f"{page}/assign", first, {**first, "role": AUDITOR})
    assert "角色: 现为“认定员”，您填的是“审计管理员”" in told


def test_a_timetable_changed_by_two_shows_both_rules(chief: FlaskClient) -> None:
    table = f"{SEASON}/timetables"
    looked = chief.post(table, data=DAILY | {"csrf_token": token_in(chief.get(f"{table}/new").text)})
    seal = re.findall(r'name="confirmed" value="([^"]+)"', looked.text)[0]
    kept = DAILY | {"csrf_token": token_in(looked.text), "confirmed": seal}
    assert chief.post(table, data=kept).status_code == 302
    edit = re.findall(rf'href="({table}/\d+)/edit"', chief.get(f"{SEASON}/publish").text)[0]
    mine = opened(chief, f"{edit}/edit", edit)
    theirs = DAILY | {"time": "10:00"} | mine
    seal = re.findall(r'name="confirmed" value="([^"]+)"', chief.post(edit, data=theirs).text)[0]
    assert chief.post(edit, data=theirs | {"confirmed": seal}).status_code == 302
    told = chief.post(edit, data=DAILY | {"time": "11:00"} | mine)
    assert told.status_code == 409
    assert "周期: 现为“每天 10:00”，您填的是“每天 11:00”" in told.text


def test_a_year_that_another_imported_is_replaced_only_after_a_look(chief: FlaskClient) -> None:
    page = "/console/calendar"
    mine = {"csrf_token": token_in(chief.get(page).text), "year": "2031"}
    first = mine | {"source": "甲号通知", "notice": "2031-01-01 休 元旦"}
    second = mine | {"source": "乙号通知", "notice": "2031-01-02 休 元旦"}
    assert chief.post(page, data=first).status_code == 302
    told = chief.post(page, data=second)
    assert (told.status_code, "甲号通知" in told.text, "2031-01-02 休 元旦" in told.text) == (409, True, True)
    assert "乙号通知 ·" not in chief.get(page).text
    seal = re.findall(r'name="confirmed" value="([^"]+)"', told.text)[0]
    assert chief.post(page, data=second | {"confirmed": seal}).status_code == 302
    assert "乙号通知 ·" in chief.get(page).text


def test_a_form_keeps_the_full_width_marks_of_a_name(chief: FlaskClient) -> None:
    """Opened and saved, a name is what it was: a form does not narrow its marks."""
    page = f"{SEASON}/divisions"
    renamed = {"name": "乡镇组（山区）", "name_en": "", "reason": "统一叫法"}
    action = f"{page}/towns/name"
    assert chief.post(action, data=opened(chief, page, action) | renamed).status_code == 302
    assert 'name="name" type="text" value="乡镇组（山区）"' in chief.get(page).text


def test_who_typed_the_same_as_the_other_is_not_held_up() -> None:
    """The form was filled in over 甲; it says 乙 now, and 乙 was typed."""
    typed = Typed({"name": "乙", "seen": mark_of({"name": "甲"})})
    assert not overtaken(typed, mark_of({"name": "乙"}), [("名称", "乙", "乙")])
    assert overtaken(typed := Typed({"name": "丙"}), mark_of({"name": "乙"}), [("名称", "乙", "丙")])
    assert typed.theirs == [("名称", "乙", "丙")]
