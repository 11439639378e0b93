"""Publishing at the console: the next board beforehand, one edition for any number of presses, and what went wrong."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards import clock
from leaderboard.boards.countersign import want_two
from leaderboard.boards.models import FAILED, Draft, DueRun, Edition, PublicForm
from leaderboard.boards.read import find_form
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.seasons import plan
from leaderboard.seasons.read import find_season, list_units
from leaderboard.seasons.rename import rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from leaderboard.seasons.timetable import add_timetable
from leaderboard.web import requests
from tests.factories import PENDING, VERIFIED
from tests.people import SEEN, enrol, signed_in, submit, token_in
from tests.visiting import Visit
from tests.web.races import ENDS, STARTS, TODAY, committed_race

PUBLISH = "/console/seasons/now/publish"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def count(database: Database, table: type[Edition]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def record(database: Database, code: str, *, verified: bool) -> None:
    """A groundbreaking of a project, today."""
    with database.session() as session:
        project = find_project(session, code)
        assert project is not None
        source = VERIFIED if verified else PENDING
        add_stage_event(session, source, project, stage="started", occurred_on=TODAY)
        session.commit()


def test_a_roster_that_changed_since_the_last_edition_is_told_with_who_and_when(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Moving a unit moves its rules: whoever publishes sees it before, though one person may do it."""
    assert "名单与分组同上一期" in visit(PUBLISH, client=client).text()
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        units = {unit.key: unit for unit in list_units(session)}
        other = plan.add_division(session, "chen", season, key="streets", name="街道组")
        place_unit(session, "chen", season, units["nanan"], other, competing=False, reason="改组")
        leave_season(session, "chen", season, units["qingshi"], reason="撤并")
        rename_unit(session, "chen", units["liuxi"], name="柳溪街道", reason="改设街道")
        session.commit()
    told = visit(PUBLISH, client=client).text()
    assert "2 家与上一期的名单或分组不同：青石镇：towns组 → 不在名单（chen同志，" in told
    assert "；南岸街道：towns组 → 街道组，只展示（chen同志，" in told
    assert "柳溪街道：" not in told


def test_the_next_edition_is_shown_before_it_is_published(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """One of 柳溪's four projects starts: 30 + 25/4 + 20/4 = 41.25, behind 青石's 60; another awaits verification."""
    record(database, "L-0", verified=True)
    record(database, "L-1", verified=False)
    page = visit(PUBLISH, client=client)
    board = page.all("table", class_="next-board")[0]
    rows = [[page.text(cell) for cell in row] for row in board.iter("tr")][1:]
    assert [(row[0], row[2], row[-1]) for row in rows] == [
        ("1", "青石镇", "60.00"),
        ("2", "柳溪镇", "41.25"),
        ("3", "南岸街道", "0.00"),
    ]
    assert "1 条记录待认定，本期不计" in page.text()
    assert "发布第 2 期" in page.text()


def test_a_double_press_publishes_once(client: FlaskClient, database: Database) -> None:
    record(database, "L-0", verified=True)
    page = client.get(PUBLISH).get_data(as_text=True)
    key = page.split('name="once_key" value="')[1].split('"')[0]
    fields = {"csrf_token": token_in(page), "once_key": key, "seen": SEEN.findall(page)[0][1]}
    with database.reading() as session:
        before = find_form(session, "/boards/now/1.json", "")
        assert before is not None
    answers = [client.post(PUBLISH, data=fields) for _ in range(3)]
    assert {answer.location for answer in answers} == {"/console/seasons/now/published/2"}
    assert count(database, Edition) == 2
    with database.reading() as session:
        after = find_form(session, "/boards/now/1.json", "")
        newest = session.scalars(select(Edition).order_by(Edition.number.desc())).first()
    assert after is not None
    assert after.identity == before.identity
    assert newest is not None
    assert newest.published_by == "chen"


@pytest.mark.engines("sqlite")
def test_what_was_not_looked_at_is_not_published(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """While the page stands open three of 柳溪's four start: 30 + 3 × 25/4 + 3 × 20/4 = 63.75 passes 青石's 60."""
    page = client.get(PUBLISH).get_data(as_text=True)
    seen, token = SEEN.findall(page)[0][1], token_in(page)
    for code in ("L-0", "L-1", "L-2"):
        record(database, code, verified=True)
    refused = client.post(PUBLISH, data={"csrf_token": token, "once_key": "one", "seen": seen})
    told = refused.get_data(as_text=True)
    assert (refused.status_code, count(database, Edition)) == (409, 1)
    assert "结果变了（名次：柳溪镇 2 → 1、青石镇 1 → 2），还没有发布" in told
    assert "63.75" in told
    record(database, "L-3", verified=True)
    again = {"csrf_token": token, "once_key": "two", "seen": SEEN.findall(told)[0][1]}
    assert "结果变了（名次没有变，数据有变）" in client.post(PUBLISH, data=again).get_data(as_text=True)
    assert submit(client, PUBLISH, once_key="two").location == "/console/seasons/now/published/2"


@pytest.mark.engines("sqlite", "postgresql")
def test_what_came_in_while_the_press_waited_for_its_turn_is_shown_first(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of 柳溪's four starts in between: 30 + 25/4 + 20/4 = 41.25."""
    page = client.get(PUBLISH).get_data(as_text=True)
    fields = {"csrf_token": token_in(page), "once_key": "one", "seen": SEEN.findall(page)[0][1]}

    def come_second() -> Session:
        requests.close_sessions(None)
        record(database, "L-0", verified=True)
        return requests.writing()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("leaderboard.web.console.publishing.writing", come_second)
        refused = client.post(PUBLISH, data=fields)
    told = refused.get_data(as_text=True)
    assert (refused.status_code, count(database, Edition)) == (409, 1)
    assert "结果变了（名次没有变，数据有变），还没有发布" in told
    assert "41.25" in told
    fields["seen"] = SEEN.findall(told)[0][1]
    assert client.post(PUBLISH, data=fields).location == "/console/seasons/now/published/2"


def form_of(client: FlaskClient, page: str | None = None) -> dict[str, str]:
    """What the button sends, as it stands on a page that was opened now or before."""
    page = client.get(PUBLISH).text if page is None else page
    key = page.split('name="once_key" value="')[1].split('"')[0]
    return {"csrf_token": token_in(page), "once_key": key, "seen": SEEN.findall(page)[0][1]}


@pytest.mark.engines("sqlite", "postgresql")
def test_two_who_press_for_one_edition_publish_one(
    client: FlaskClient, app: Flask, database: Database
) -> None:
    """Both look at the button of the second edition; whoever is later is told, and decides anew about a third."""
    enrol(database, "wang")
    wang = signed_in(app, "wang")
    first, second = form_of(client), form_of(wang)
    assert client.post(PUBLISH, data=first).location == "/console/seasons/now/published/2"
    refused = wang.post(PUBLISH, data=second)
    assert (refused.status_code, count(database, Edition)) == (409, 2)
    assert "打开本页之后第 2 期已经发布，这一次没有再发布" in refused.text
    assert "发布第 3 期" in refused.text
    assert client.post(PUBLISH, data=first).location == "/console/seasons/now/published/2"
    third = form_of(wang, refused.text)
    for _press in range(2):
        assert wang.post(PUBLISH, data=third).location == "/console/seasons/now/published/3"
    assert count(database, Edition) == 3


@pytest.mark.engines("sqlite", "postgresql")
def test_two_who_press_for_one_draft_keep_one(client: FlaskClient, app: Flask, database: Database) -> None:
    """Under two persons a press comes to a draft and no number rises: the run it was tells that it went ahead."""
    enrol(database, "wang")
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        want_two(session, "chen", season, reason="领导小组要求")
        session.commit()
    wang = signed_in(app, "wang")
    first, second = form_of(client), form_of(wang)
    assert client.post(PUBLISH, data=first).status_code == 302
    refused = wang.post(PUBLISH, data=second)
    assert refused.status_code == 409
    assert "打开本页之后已有一期在发布或已存为公示稿，这一次没有再发布" in refused.text
    with database.reading() as session:
        assert [draft.composed_by for draft in session.scalars(select(Draft))] == ["chen"]


@pytest.mark.engines("sqlite", "postgresql")
def test_what_another_asked_for_is_told_before_it_is_out(client: FlaskClient, database: Database) -> None:
    """The other's edition is still on its way: ours would be the third, which the button did not say."""
    mine = form_of(client)
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        clock.request_run(session, season, "wang/other", "wang", now())
        session.commit()
    refused = client.post(PUBLISH, data=mine)
    assert (refused.status_code, count(database, Edition)) == (409, 1)
    assert "打开本页之后已有一期在发布或已存为公示稿，这一次没有再发布" in refused.text
    assert "发布第 3 期" in refused.text
    answer = client.post(PUBLISH, data=form_of(client, refused.text))
    assert answer.location == "/console/seasons/now/published/3"


@pytest.mark.engines("sqlite", "postgresql")
def test_what_came_due_meanwhile_is_told_and_stays_due(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an hour later one is due of every half hour, though no clock has looked."""
    half_hourly, later = {"kind": "minutes", "every": 30}, now() + 31 * 60_000
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        add_timetable(session, "wang", season, name="实时", rule=half_hourly, zone="Asia/Shanghai")
        session.commit()
    mine = form_of(client)
    monkeypatch.setattr("leaderboard.web.console.publishing.now", lambda: later)
    assert client.post(PUBLISH, data=mine).status_code == 409
    refused = client.post(PUBLISH, data=mine)
    assert (refused.status_code, count(database, Edition)) == (409, 1)
    assert "已有一期在发布或已存为公示稿" in refused.text
    assert "发布第 3 期" in refused.text
    answer = client.post(PUBLISH, data=form_of(client, refused.text))
    assert answer.location == "/console/seasons/now/published/3"


@pytest.mark.engines("sqlite", "postgresql")
def test_what_failed_before_ours_keeps_nobody_from_pressing(client: FlaskClient, database: Database) -> None:
    """The page counted another's edition that never came out: ours is the second after all."""
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        run_id = clock.request_run(session, season, "wang/other", "wang", now()).id
        session.commit()
    mine = form_of(client)
    with database.session() as session:
        session.get_one(DueRun, run_id).state = FAILED
        session.commit()
    assert client.post(PUBLISH, data=mine).location == "/console/seasons/now/published/2"


@pytest.mark.engines("sqlite")
def test_an_edition_another_process_has_in_hand_is_being_published(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Two people press at once: whoever comes second sees no failure."""
    page = client.get(PUBLISH).get_data(as_text=True)
    key = page.split('name="once_key" value="')[1].split('"')[0]
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        run = clock.request_run(session, season, f"chen/{key}", "chen", now())
        clock.claim(session, run.id, run.epoch, "elsewhere", now(), 60_000)
        session.commit()
    client.post(PUBLISH, data={"csrf_token": token_in(page), "once_key": key})
    after = visit(PUBLISH, client=client)
    notice = after.all("p", role="status")[0]
    assert after.text(notice).startswith("正在发布：")
    assert notice.get("class") == "notice message"


def test_a_season_without_scheme_says_so_and_publishes_nothing(
    app: Flask, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        plan.open_season(session, "tester", slug="now", title="空", starts_on=STARTS, ends_on=ENDS)
        session.commit()
    enrol(database)
    client = signed_in(app)
    assert "没有生效的考核方案" in visit(PUBLISH, client=client).text()
    token = token_in(client.get(PUBLISH).get_data(as_text=True))
    client.post(PUBLISH, data={"csrf_token": token, "once_key": "one"})
    page = visit(PUBLISH, client=client)
    assert "没有发布：" in page.text()
    assert "失败" in page.text(page.all("span", class_="tag")[0])
    assert "有 1 期没有发布" in visit("/console/", client=client).text()
    assert count(database, Edition) == 0


@pytest.mark.engines("sqlite")
def test_a_failed_run_is_brought_back(app: Flask, database: Database) -> None:
    """It failed for want of a scheme; with one in force it publishes."""
    from tests.factories import FOUR_RATES, Race, put_in_force

    with database.session() as session:
        season = plan.open_season(session, "tester", slug="now", title="空", starts_on=STARTS, ends_on=ENDS)
        race = Race(session, season)
        race.unit("liuxi")
        session.commit()
    enrol(database)
    client = signed_in(app)
    token = token_in(client.get(PUBLISH).get_data(as_text=True))
    client.post(PUBLISH, data={"csrf_token": token, "once_key": "one"})
    with database.session() as session:
        put_in_force(session, session.merge(season), FOUR_RATES, STARTS, today=TODAY, approved_at=1)
        session.commit()
    page = client.get(PUBLISH).get_data(as_text=True)
    again = page.split('action="/console/seasons/now/runs/')[1].split('"')[0]
    answer = client.post(f"/console/seasons/now/runs/{again}", data={"csrf_token": token_in(page)})
    assert answer.location == "/console/seasons/now/published/1"


def test_public_forms_of_other_editions_stay(client: FlaskClient, database: Database) -> None:
    """Publishing edition 2 touches no form of edition 1."""

    def forms() -> dict[str, str]:
        with database.reading() as session:
            rows = session.execute(
                select(PublicForm.path, PublicForm.lang, PublicForm.etag).where(
                    PublicForm.path.like("/boards/now/1%")
                )
            )
            return {f"{path} {lang}": etag for path, lang, etag in rows}

    before = forms()
    submit(client, PUBLISH, once_key="one")
    assert len(before) > 2
    assert forms() == before
