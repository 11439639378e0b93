"""The rule of a timetable as it is typed on the console: told in words, and what is wrong beside its field."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.seasons.models import Season, Timetable
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import committed_race
from tests.web.timetabling import NEW, PUBLISH, TABLE, kept, only, seal


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, while a race is under way."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


@pytest.mark.engines("sqlite", "postgresql")
def test_the_rule_of_another_timetable_is_refused_in_the_form(
    client: FlaskClient, database: Database
) -> None:
    kept(database, {"kind": "daily", "time": "09:00"})
    monthly = {"name": "月报", "kind": "monthly", "day": "5", "time": "09:00", "catch_up": "ask"}
    looked = submit(client, TABLE, NEW, **monthly)
    assert submit(client, TABLE, NEW, **monthly, confirmed=seal(looked)).status_code == 302
    with database.reading() as session:
        other = session.scalars(select(Timetable).where(Timetable.name == "月报")).one()
    same = {"name": "又一份", "kind": "daily", "time": "09:00", "catch_up": "ask"}
    own = f"{TABLE}/{other.id}"
    for action, form in ((TABLE, NEW), (own, f"{own}/edit")):
        looked = submit(client, action, form, **same)
        told = submit(client, action, form, **same, confirmed=seal(looked))
        assert told.status_code == 422
        assert "时间表“通报”已按同一规则发布" in told.text
        assert 'value="又一份"' in told.text
    with database.reading() as session:
        assert sorted(session.scalars(select(Timetable.name))) == ["月报", "通报"]


def test_every_part_of_a_rule_can_be_typed(client: FlaskClient, database: Database, visit: Visit) -> None:
    fields = {
        "name": "月报",
        "kind": "monthly",
        "day": "5",
        "time": "09:00",
        "if_closed": "next",
        "cut_off": "month_end",
        "days_before": "1",
        "closing": "18:00",
        "catch_up": "ask",
    }
    looked = submit(client, TABLE, NEW, **fields)
    words = "每月 5 日 09:00 · 遇非工作日顺延到下一工作日 · 数据截至上月末，发布前 1 日 18:00 停止录入"
    assert words in looked.get_data(as_text=True)
    submit(client, TABLE, NEW, **fields, confirmed=seal(looked))
    held = only(database)
    page = visit(f"{TABLE}/{held.id}/edit", client=client)
    values = {field.get("name"): field.get("value") for field in page.all("input")}
    chosen = {
        choice.get("name"): option.get("value")
        for choice in page.all("select")
        for option in choice
        if option.get("selected") is not None
    }
    typed = {name: values.get(name) or chosen.get(name) for name in fields}
    assert typed == fields


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "working_day"}, "每个工作日 09:00"),
        ({"kind": "nth_working_day", "nth": "-1"}, "每月倒数第 1 个工作日 09:00"),
        ({"kind": "weekly", "on_fri": "1", "weeks": "2", "from": "2026-01-05"}, "每 2 周的周五 09:00"),
        ({"kind": "monthly", "day": "last", "if_closed": "skip"}, "每月最后一日 09:00 · 遇非工作日不发布"),
        ({"kind": "quarter_end", "cut_off": "days_before", "days_before": "3"}, "数据截至发布前 3 日"),
    ],
)
def test_a_rule_is_told_in_words(client: FlaskClient, fields: dict[str, str], words: str) -> None:
    both = {"name": "通报", "time": "09:00", "catch_up": "latest", **fields}
    answer = submit(client, TABLE, NEW, **both)
    assert answer.status_code == 200
    assert words in answer.get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_a_timetable_that_makes_no_sense_is_named(client: FlaskClient) -> None:
    answer = submit(client, TABLE, NEW, name="", kind="weekly", time="25:00", catch_up="latest")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填写二十四小时制的时刻，如 09:00" in text
    assert "请至少选一天" in text
    assert all(word not in text for word in ("time 应", "days 应", "现为", "mon、"))


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kind": "once", "at": ""}, "at", "请填写日期和时刻，如 2026-11-05 09:00"),
        ({"kind": "minutes", "every": "30", "until": "明天"}, "until", "请填写日期和时刻"),
        ({"kind": "weekly", "on_mon": "1", "weeks": "2"}, "from", "应为日期，如 2026-10-31"),
        ({"kind": "daily", "closing": "六点"}, "closing", "请填写二十四小时制的时刻"),
        ({"kind": "daily", "days_before": "2"}, "closing", "提前停止录入，请写明时刻"),
        ({"kind": "fortnightly"}, "kind", "请从列表中选择"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_in_plain_words(
    client: FlaskClient, fields: dict[str, str], field: str, words: str
) -> None:
    both = {"name": "通报", "time": "09:00", "catch_up": "latest", **fields}
    answer = submit(client, TABLE, NEW, **both)
    assert answer.status_code == 422
    assert f'id="{field}-problem">{words}' in answer.get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_dates_after_the_seasons_end_say_so_and_count_no_further(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """The race is over long before 2099."""
    fields = {"name": "月报", "kind": "once", "at": "2099-11-05T09:00", "catch_up": "latest"}
    looked = submit(client, TABLE, NEW, **fields).get_data(as_text=True)
    with database.reading() as session:
        ends_on = session.scalars(select(Season.ends_on).where(Season.slug == "now")).one()
    kept(database, {"kind": "once", "at": "2099-11-05T09:00"})
    for text in (looked, visit(PUBLISH, client=client).text()):
        assert f"截至 {ends_on}" in text
        assert "截至 2099" not in text
        assert "赛季已结束" in text
        assert f"赛季到 {ends_on} 结束" in text


@pytest.mark.engines("sqlite")
def test_a_day_of_reporting_keeps_its_end_when_it_is_renamed(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    held = kept(database, {"kind": "minutes", "every": 30, "until": "2099-11-05T18:00"})
    edit = f"{TABLE}/{held.id}/edit"
    page = visit(edit, client=client)
    [until] = [field.get("value") for field in page.all("input") if field.get("name") == "until"]
    fields = {"name": "日报", "kind": "minutes", "every": "30", "until": until or "", "catch_up": "latest"}
    looked = submit(client, f"{TABLE}/{held.id}", edit, **fields)
    assert "每 30 分钟，到 2099-11-05 18:00 为止" in looked.get_data(as_text=True)
    submit(client, f"{TABLE}/{held.id}", edit, **fields, confirmed=seal(looked))
    assert (only(database).name, only(database).rule) == ("日报", held.rule)
