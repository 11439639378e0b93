"""Pages that refuse, or only show what would be: nobody's turn to write waits until they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, before_render_template, g, request_finished
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.invitations import invite
from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, SYSTEM, VIEWER, Account, AuditLine
from leaderboard.accounts.people import deactivate
from leaderboard.accounts.read import find_account
from leaderboard.boards.models import Draft
from leaderboard.boards.screens import add_screen
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.read import list_timetables
from leaderboard.web import errors, requests
from tests.factories import Race
from tests.people import enrol, submit, token_in, visitor
from tests.web.drafting import opened
from tests.web.races import committed_race
from tests.web.reporting import MONEY, fields_of

pytestmark = pytest.mark.engines("sqlite", "postgresql")
SEASON = "/console/seasons/now"


@pytest.fixture
def held(app: Flask) -> Iterator[list[str]]:
    """Where others were kept from writing: when a page began to be drawn, and when the answer was ready."""
    found: list[str] = []

    def look(_app: Flask, **told: object) -> None:
        session = g.get("writing")
        if session is not None and session.in_transaction():
            found.append("page" if "template" in told else "answer")

    with before_render_template.connected_to(look, app), request_finished.connected_to(look, app):
        yield found


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For each error page drawn whether others were kept from writing."""
    found: list[str] = []
    render = errors.render

    def noting(*args: Any, **told: Any) -> bytes:
        found.append("held" if g.get("writing") is not None else "free")
        return render(*args, **told)

    monkeypatch.setattr(errors, "render", noting)
    return found


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def chief(app: Flask, database: Database, race: Race) -> FlaskClient:
    return visitor(app, database, ADMINISTRATOR, "chen")


FORMS: dict[str, tuple[str, str, int, dict[str, str]]] = {
    "card overtaken": ("card", "card", 409, {"title": "赛季", "reason": "更名", "seen": "another"}),
    "card wrong": ("card", "card", 422, {"title": ""}),
    "deadlines wrong": ("deadlines", "deadlines", 422, {"days-landed": "x", "since-landed": "signed"}),
    "deadlines overtaken": ("deadlines", "deadlines", 409, {"days-landed": "9", "seen": "another"}),
    "name overtaken": ("divisions", "divisions/towns/name", 409, {"name": "镇", "seen": "another"}),
    "name wrong": ("divisions", "divisions/towns/name", 422, {"name": ""}),
    "window overtaken": ("drafts", "window", 409, {"days": "3", "seen": "another"}),
    "window wrong": ("drafts", "window", 422, {"days": "x"}),
    "order overtaken": ("units", "units/order", 409, {"no.liuxi": "9", "seen": "another"}),
    "order wrong": ("units", "units/order", 422, {"no.liuxi": "x"}),
    "targets wrong": ("targets", "targets", 422, {"t.liuxi.signing.count.basic": "x"}),
    "return wrong": ("card", "returns", 422, {"unit": "nobody"}),
    "adjustment wrong": ("card", "adjustments", 422, {"unit": "nobody"}),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_form_of_the_season_that_is_refused_keeps_nobody_waiting(
    chief: FlaskClient, held: list[str], case: str
) -> None:
    page, path, status, fields = FORMS[case]
    assert (submit(chief, f"{SEASON}/{path}", f"{SEASON}/{page}", **fields).status_code, held) == (status, [])


def test_a_years_notice_is_compared_and_refused(chief: FlaskClient, held: list[str]) -> None:
    page = "/console/calendar"
    year = {"year": "2031", "source": "甲号通知", "notice": "2031-01-01 休 元旦"}
    assert submit(chief, page, **year).status_code == 302
    assert submit(chief, page, **year | {"source": "乙号通知"}).status_code == 409
    assert submit(chief, page, **year | {"year": "x"}).status_code == 422
    assert held == []


def test_a_look_at_the_dates_of_a_timetable_waits_for_nobody(
    chief: FlaskClient, database: Database, race: Race, held: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = {"name": "日报", "kind": "daily", "time": "09:00", "catch_up": "latest"}
    page = f"{SEASON}/timetables"
    looked = submit(chief, page, f"{page}/new", **daily)
    seal = looked.text.partition('name="confirmed" value="')[2].partition('"')[0]
    assert submit(chief, page, f"{page}/new", **daily, confirmed=seal).status_code == 302
    with database.reading() as session:
        path = f"{page}/{list_timetables(session, race.season.id)[0].id}"
    assert submit(chief, path, f"{path}/edit", **daily | {"time": "x"}).status_code == 422
    assert submit(chief, path, f"{path}/edit", **daily, seen="another", confirmed="x").status_code == 200
    assert (
        submit(chief, path, f"{path}/edit", **daily | {"time": "10:00", "confirmed": seal}).status_code == 200
    )
    with monkeypatch.context() as watched:
        watched.setattr("leaderboard.web.console.timetables.writing", None)
        assert submit(chief, path, f"{path}/edit", **daily | {"time": "10:00"}).status_code == 200
    overtaken = daily | {"time": "10:00", "seen": "another"}
    assert submit(chief, path, f"{path}/edit", **overtaken, confirmed=seal).status_code == 409
    assert held == []


def test_a_ceremony_without_screens_is_refused(chief: FlaskClient, held: list[str]) -> None:
    page = "/console/ceremonies"
    fields = {"csrf_token": token_in(chief.get("/console/").text), "shows": "x"}
    assert (chief.post(page, data=fields).status_code, held) == (422, [])


def test_a_screens_form_is_compared_and_refused(
    chief: FlaskClient, database: Database, race: Race, held: list[str]
) -> None:
    with database.session() as session:
        season = session.merge(race.season)
        number = add_screen(session, "li", name="一楼大厅", season=season, secret="s" * 32)[0].id
        session.commit()
    page = f"/console/screens/{number}"
    token = token_in(chief.get(page).text)

    def answered(form: str, **fields: str) -> int:
        return chief.post(f"{page}/{form}", data={"csrf_token": token, **fields}).status_code

    seen = chief.get(page).text.partition('name="what" value="name"')[2].partition('name="seen" value="')[2]
    assert answered("settings", what="name", name="", seen=seen.partition('"')[0]) == 422
    assert answered("settings", what="name", name="二楼", seen="another") == 409
    assert answered("playlist", seen="another") == 409
    playlist = chief.get(page).text.partition(f'action="{page}/playlist"')[2]
    seen = playlist.partition('name="seen" value="')[2].partition('"')[0]
    assert answered("playlist", seen=seen) == 422
    assert held == []


def test_a_link_is_answered(app: Flask, database: Database, held: list[str]) -> None:
    enrol(database, "zhao", VIEWER)
    with database.session() as session:
        account = session.scalars(select(Account).where(Account.name == "zhao")).one()
        link = f"/welcome/{invite(session, 'li', account, 24, now())}"
        session.commit()
    client = app.test_client()
    refused = submit(client, link, new="a", again="b")
    assert (refused.status_code, "两次输入的新密码不一样" in refused.text) == (422, True)
    gone = client.post("/welcome/never", data={"csrf_token": token_in(refused.text)})
    assert (gone.status_code, held) == (404, [])


def test_an_account_is_left_as_it_was(app: Flask, database: Database, held: list[str]) -> None:
    enrol(database, "wang", VIEWER)
    system, page = visitor(app, database, SYSTEM, "zhang"), "/console/people/wang"
    assert submit(system, f"{page}/assign", page, role="king", reason="无").status_code == 422
    assert submit(system, f"{page}/assign", page, role=ADMINISTRATOR, seen="another").status_code == 409
    assert submit(system, f"{page}/close", page, reason="").status_code == 302
    with database.session() as session:
        wang = find_account(session, "wang")
        assert wang is not None
        deactivate(session, "zhang", wang, "离任")
        session.commit()
    assert submit(system, f"{page}/invite", page).location == page
    assert held == []


def test_a_units_report_is_told_apart_and_refused(
    app: Flask, database: Database, race: Race, held: list[str]
) -> None:
    client = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    page = "/my/projects/L-1"
    form = f"{page}/arrivals"
    fields = fields_of(client, page, form) | MONEY
    assert client.post(form, data=fields | {"amount": "x"}).status_code == 422
    assert client.post(form, data=fields).status_code == 302
    assert client.post(form, data=fields | {"amount": "301"}).status_code == 409
    assert held == []


def test_an_objection_is_refused(
    app: Flask, chief: FlaskClient, database: Database, race: Race, held: list[str]
) -> None:
    draft: Draft = opened(chief, database)
    client = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    page = f"/my/windows/{draft.id}"
    for about, text in (("nowhere", "漏计"), ("liuxi", " ")):
        assert submit(client, f"{page}/objections", page, about=about, text=text).status_code == 422
    assert held == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("editions/99/withdraw", {"number": "99", "reason": "有误"}),
        ("drafts/99/open", {"days": "3", "contact": "招商局"}),
        ("drafts/99/drop", {"reason": "数据未齐"}),
    ],
)
def test_what_turns_out_unknown_when_the_turn_has_come_keeps_nobody_waiting(
    chief: FlaskClient, held: list[str], turns: list[str], path: str, fields: dict[str, str]
) -> None:
    assert submit(chief, f"{SEASON}/{path}", f"{SEASON}/drafts", **fields).status_code == 404
    assert (held, turns) == ([], ["free"])


@pytest.mark.parametrize(("error", "status"), [(ClockOff("慢 45 秒"), 503), (ArithmeticError(), 500)])
def test_what_breaks_off_in_the_turn_keeps_nobody_waiting_and_nothing_of_it(
    app: Flask, database: Database, held: list[str], turns: list[str], error: Exception, status: int
) -> None:
    def broken() -> str:
        record_act(requests.writing(), "li", "test", "half done")
        raise error

    app.add_url_rule("/broken", "screens.broken", broken)
    assert (app.test_client().get("/broken").status_code, held, turns) == (status, [], ["free"])
    with database.reading() as session:
        assert session.scalars(select(AuditLine).where(AuditLine.action == "test")).all() == []


def test_a_code_that_nobody_awaits_is_refused(app: Flask, database: Database, held: list[str]) -> None:
    client = app.test_client()
    token = token_in(client.get("/sign-in").text)
    assert client.post("/sign-in/code", data={"csrf_token": token, "code": "1"}).status_code == 401
    assert held == []


def test_who_guesses_too_often_at_their_own_password_is_refused(chief: FlaskClient, held: list[str]) -> None:
    guesses = [submit(chief, "/password", old="no", new="a", again="a").status_code for _ in range(7)]
    assert guesses[0] == 422
    assert guesses[-1] == 429
    assert submit(chief, "/password", old="", new="a", again="a").status_code == 422
    assert held == []
