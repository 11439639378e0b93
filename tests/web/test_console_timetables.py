"""Timetables and the calendar on the console: looked at before they are kept, changed, paused, and called off for a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.boards.clock import request_run
from leaderboard.boards.countersign import want_two
from leaderboard.boards.models import FAILED
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.calendar import working_days
from leaderboard.seasons.models import Season, Timetable, TimetableSkip
from leaderboard.seasons.timetable import add_timetable
from tests.people import SEEN, enrol, signed_in, submit, token_in, visitor
from tests.undelivered import TROUBLE, stuck_message
from tests.visiting import Visit
from tests.web.races import committed_race
from tests.web.timetabling import NEW, PUBLISH, TABLE, kept, only, seal

NOTICE = Path(__file__).parents[2] / "docs" / "calendar" / "2026.csv"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, while a race is under way."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def test_a_timetable_is_looked_at_then_added_then_paused(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    fields = {"name": "每周一", "kind": "weekly", "on_mon": "1", "time": "09:00", "catch_up": "latest"}
    looked = submit(client, TABLE, NEW, **fields)
    assert looked.status_code == 200
    assert looked.get_data(as_text=True).count("09:00</span>") == 5
    with database.reading() as session:
        assert session.scalars(select(Timetable)).all() == []
    assert submit(client, TABLE, NEW, **fields, confirmed=seal(looked)).status_code == 302
    assert "每周一 09:00" in visit(PUBLISH, client=client).text()
    held = only(database)
    for change, active in (("pause", 0), ("resume", 1)):
        submit(client, f"{TABLE}/{held.id}/{change}", PUBLISH)
        assert only(database).is_active == active


def wanted_by_two(app: Flask, database: Database) -> FlaskClient:
    """A season of two persons with a daily timetable that wang planned; returns wang's browser."""
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        want_two(session, "chen", season, reason="领导小组要求")
        session.commit()
    wang = visitor(app, database, ADMINISTRATOR, "wang")
    daily = {"name": "通报", "kind": "daily", "time": "09:00", "catch_up": "latest"}
    looked = submit(wang, TABLE, NEW, **daily)
    assert submit(wang, TABLE, NEW, **daily, confirmed=seal(looked)).status_code == 302
    return wang


@pytest.mark.engines("sqlite", "postgresql")
def test_only_the_timetable_that_was_seen_is_resumed(
    client: FlaskClient, app: Flask, database: Database
) -> None:
    """While the other's page stands open the planner makes another rule of it: the old press lets nothing run."""
    wang = wanted_by_two(app, database)
    path = f"{TABLE}/{only(database).id}"
    page = client.get(PUBLISH).text
    form = page.partition(f' action="{path}/resume"')[2].partition("</form>")[0]
    mine = {"csrf_token": token_in(page), **dict(SEEN.findall(form))}
    assert "seen" in mine
    once = {"name": "通报", "kind": "once", "at": "2099-11-05T09:00", "catch_up": "latest"}
    looked = submit(wang, path, f"{path}/edit", **once)
    assert submit(wang, path, f"{path}/edit", **once, confirmed=seal(looked)).status_code == 302
    for pressed in (mine, {"csrf_token": mine["csrf_token"]}):
        client.post(f"{path}/resume", data=pressed)
        told = client.get(PUBLISH).text
        assert "没有恢复：只恢复您看过的时间表。“通报”现为“只一次，2099" in told
        assert only(database).is_active == 0
    submit(client, f"{path}/resume", PUBLISH)
    assert only(database).is_active == 1


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("planner", "told"), [("命令行 root", "须由两个账号在控制台安排和启用"), ("chen", "请由另一位管理员启用")]
)
def test_a_timetable_that_may_not_run_yet_says_why(
    client: FlaskClient, database: Database, planner: str, told: str
) -> None:
    """Under two persons a shell's timetable is run by nobody, and one's own not by oneself: in words, not as a fault."""
    daily = {"kind": "daily", "time": "09:00"}
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        want_two(session, "chen", season, reason="领导小组要求")
        add_timetable(session, planner, season, name="通报", rule=daily, zone="Asia/Shanghai")
        session.commit()
    table = only(database)
    answer = submit(client, f"{TABLE}/{table.id}/resume", PUBLISH)
    assert (answer.status_code, answer.location) == (302, f"{PUBLISH}#timetables")
    assert told in client.get(PUBLISH).get_data(as_text=True)
    assert only(database).is_active == 0


def test_a_timetable_is_changed_after_a_look(client: FlaskClient, database: Database, visit: Visit) -> None:
    held = kept(database, {"kind": "daily", "time": "09:00"})
    fields = {"name": "日报", "kind": "daily", "time": "10:00", "catch_up": "latest"}
    edit = f"{TABLE}/{held.id}/edit"
    looked = submit(client, f"{TABLE}/{held.id}", edit, **fields)
    assert looked.status_code == 200
    assert only(database).name == "通报"
    assert submit(client, f"{TABLE}/{held.id}", edit, **fields, confirmed=seal(looked)).status_code == 302
    assert (only(database).name, only(database).starts_at > held.starts_at) == ("日报", True)
    assert "每天 10:00" in visit(PUBLISH, client=client).text()


@pytest.mark.engines("sqlite")
def test_dates_that_nobody_saw_are_not_kept(client: FlaskClient, database: Database) -> None:
    """After the look the hour is changed and the button under the old dates is pressed."""
    held = kept(database, {"kind": "daily", "time": "09:00"})
    changing = f"{TABLE}/{held.id}"
    fields = {"name": "日报", "kind": "daily", "time": "10:00", "catch_up": "latest"}
    for target, page in ((TABLE, NEW), (changing, f"{changing}/edit")):
        looked = submit(client, target, page, **fields)
        answer = submit(client, target, page, **(fields | {"time": "11:00"}), confirmed=seal(looked))
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert "每天 11:00" in text
        assert "尚未保存" in text
        assert only(database).name == "通报"
        assert seal(answer) != seal(looked)
        assert submit(client, target, page, **fields, confirmed="1").status_code == 200


def test_a_timetable_that_is_finished_can_be_renamed_and_not_begun(
    client: FlaskClient, database: Database
) -> None:
    """Its only date lies in the past: nothing is aired any more, and the name is mended all the same."""
    held = kept(database, {"kind": "once", "at": "2020-11-05T09:00"})
    edit = f"{TABLE}/{held.id}/edit"
    fields = {"name": "首报", "kind": "once", "at": "2020-11-05T09:00", "catch_up": "latest"}
    looked = submit(client, f"{TABLE}/{held.id}", edit, **fields)
    assert "名称仍可改" in looked.get_data(as_text=True)
    assert submit(client, f"{TABLE}/{held.id}", edit, **fields, confirmed=seal(looked)).status_code == 302
    found = only(database)
    assert (found.name, found.rule, found.starts_at) == ("首报", held.rule, held.starts_at)
    for target, page, typed in (
        (TABLE, NEW, fields),
        (f"{TABLE}/{held.id}", edit, fields | {"at": "2020-12-05T09:00"}),
    ):
        refused = submit(client, target, page, **typed).get_data(as_text=True)
        assert ("请核对时间" in refused, 'name="confirmed"' in refused) == (True, False)


def test_one_date_is_called_off_and_stands_again(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    held = kept(database, {"kind": "daily", "time": "09:00"})
    [choice] = [s for s in visit(PUBLISH, client=client).all("select") if s.get("name") == "due_at"]
    due_at = choice[1].get("value") or ""
    answer = submit(client, f"{TABLE}/{held.id}/skip", PUBLISH, due_at=due_at, reason="")
    assert "请写明跳过的理由" in client.get(answer.location or "").get_data(as_text=True)
    submit(client, f"{TABLE}/{held.id}/skip", PUBLISH, due_at=due_at, reason="县里开会")
    with database.reading() as session:
        assert session.scalars(select(TimetableSkip.due_at)).all() == [int(due_at)]
    assert "县里开会" in visit(PUBLISH, client=client).text()
    submit(client, f"{TABLE}/{held.id}/unskip", PUBLISH, due_at=due_at)
    with database.reading() as session:
        assert session.scalars(select(TimetableSkip)).all() == []


def test_a_notice_is_pasted_and_every_slip_in_it_is_named(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    path, notice = "/console/calendar", NOTICE.read_text(encoding="utf-8")
    for source in ("通知", ""):
        # What is wrong in the notice is told whether or not its title is missing.
        wrong = submit(client, path, year="2026", source=source, notice="2026-02-30 休\n昨天 休")
        assert wrong.status_code == 422
        assert all(f"第 {line} 行" in wrong.get_data(as_text=True) for line in (1, 2))
    assert submit(client, path, year="2026", source="", notice=notice).status_code == 422
    assert submit(client, path, year="2026", source="国办通知", notice=notice).status_code == 302
    text = visit(path, client=client).text()
    assert "02-14 春节" in text
    assert "国办通知" in text
    with database.reading() as session:
        assert working_days(session).is_working(date(2026, 2, 14))


@pytest.mark.engines("sqlite")
def test_a_recommendation_in_a_notice_is_told_as_such(client: FlaskClient) -> None:
    notice = "二、春节：2月10日至17日放假调休，共8天。鼓励各单位安排职工在除夕（2月9日）休息。"
    answer = submit(client, "/console/calendar", year="2024", source="国办发明电〔2023〕7号", notice=notice)
    told = client.get(answer.location or "").get_data(as_text=True)
    assert "“鼓励各单位安排职工在除夕（2月9日）休息”是建议，不作为放假日" in told


@pytest.mark.engines("sqlite")
def test_a_missing_notice_is_told_on_every_page_and_before_saving(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    assert "放假安排" not in visit("/console/", client=client).text()
    fields = {"name": "日报", "kind": "working_day", "time": "09:00", "catch_up": "latest"}
    assert "放假安排尚未导入" in submit(client, TABLE, NEW, **fields).get_data(as_text=True)
    kept(database, {"kind": "working_day", "time": "09:00"})
    for path in ("/console/", "/console/projects"):
        assert "放假安排" in visit(path, client=client).text()


@pytest.mark.engines("sqlite")
def test_a_board_that_was_not_published_is_told_on_every_page(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        failed_run(session, season)
        session.commit()
    for path in ("/console/", "/console/projects", PUBLISH):
        [alarm] = visit(path, client=client).all("p", role="alert")
        assert "算不出来" in "".join(alarm.itertext())


def test_public_files_that_are_not_up_to_date_are_told_on_every_page(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        stuck_message(session)
        session.commit()
    for path in ("/console/", "/console/projects"):
        [alarm] = visit(path, client=client).all("p", role="alert")
        assert TROUBLE in "".join(alarm.itertext())


def failed_run(session: Session, season: Season) -> None:
    run = request_run(session, season, "key", "li", now())
    run.state, run.message, run.finished_at = FAILED, "算不出来", now()
