"""A unit's door to boards in their window: seen by the units of the season alone, objected to, and what became of it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from leaderboard.accounts.models import REPORTER, VIEWER
from leaderboard.airing import Node, tick
from leaderboard.boards import timekeeping
from leaderboard.boards.drafts import open_window
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.read import find_form, latest_edition
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.objections.answer import dismiss, uphold
from leaderboard.objections.models import Objection
from tests.boards.lives import drafted
from tests.factories import OFFICE, VERIFIED, Race, small_race
from tests.people import enrol, signed_in, token_in, visitor
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")
TEXT = "柳溪项目0 已于今日开工"


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def draft_id(database: Database, race: Race) -> int:
    """The next board, open for objections for three working days."""
    with database.session() as session:
        again = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        made = drafted(again, TODAY)
        open_window(session, "chen", made, days=3, contact="0571-8888", zone=OFFICE.zone)
        session.commit()
        return made.id


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def press(client: FlaskClient, path: str, form: str = "/my/windows/", **fields: str) -> int:
    token = token_in(client.get(form).get_data(as_text=True))
    return client.post(path, data={"csrf_token": token, **fields}).status_code


def objected(client: FlaskClient, draft_id: int, text: str = TEXT, about: str = "liuxi") -> int:
    path = f"/my/windows/{draft_id}"
    return press(client, f"{path}/objections", path, about=about, indicator="groundbreaking", text=text)


def only_objection(database: Database) -> Objection:
    with database.reading() as session:
        return session.scalars(select(Objection)).one()


def test_a_unit_sees_the_board_its_own_line_and_until_when(
    client: FlaskClient, draft_id: int, visit: Visit
) -> None:
    """柳溪 is second with 30 points for its four signings; the whole board stands below."""
    page = visit(f"/my/windows/{draft_id}", client=client)
    assert page.text(page.all("h1")[0]).startswith("柳溪镇本期第 2")
    assert "公示稿，未公布" in page.text()
    assert "前可提异议。" in page.text()
    assert "异议联系：0571-8888。" in page.text()
    board = page.all("div", class_="unpublished")[0]
    assert [page.text(row.find("th")) for row in board.iter("tr")][1:] == ["青石镇", "柳溪镇", "南岸街道"]
    assert "公示中" in visit("/my/", client=client).text()
    assert "0571-8888" in visit("/my/windows/", client=client).text()
    english = visit(f"/my/windows/{draft_id}?lang=en", client=client).text()
    assert "Draft, not public" in english


def test_an_objection_is_filed_seen_and_taken_back(
    client: FlaskClient, database: Database, draft_id: int, visit: Visit
) -> None:
    assert objected(client, draft_id) == 302
    found = only_objection(database)
    assert (found.state, found.indicator, found.text, found.filed_by) == (
        "open",
        "groundbreaking",
        TEXT,
        "li",
    )
    for path in (f"/my/windows/{draft_id}", "/my/windows/"):
        page = visit(path, client=client)
        assert TEXT in page.text()
        assert "柳溪镇 · 开工率 待答复" in page.text(page.all("article")[0])
    assert press(client, "/my/windows/objections/1/take-back") == 302
    assert only_objection(database).state == "taken_back"
    assert press(client, "/my/windows/objections/1/take-back") == 302
    assert "已撤回" in visit("/my/windows/", client=client).text()


def test_signs_that_nobody_sees_are_no_part_of_an_objection(
    client: FlaskClient, database: Database, draft_id: int
) -> None:
    assert objected(client, draft_id, text="柳溪\u200b项目0\u202e 已于\ufeff今日开工\r\n见附件") == 302
    assert only_objection(database).text == f"{TEXT}\n见附件"


def test_the_number_of_an_objection_tells_nothing_of_others(
    app: Flask, client: FlaskClient, database: Database, race: Race, draft_id: int, visit: Visit
) -> None:
    """The third that is filed is the unit's second."""
    assert objected(client, draft_id) == 302
    neighbour = visitor(app, database, REPORTER, "qing", race.units["qingshi"].id)
    assert objected(neighbour, draft_id, about="qingshi") == 302
    assert objected(client, draft_id, about="qingshi") == 302
    for path in (f"/my/windows/{draft_id}", "/my/windows/"):
        forms = [form.get("action") or "" for form in visit(path, client=client).all("form", method="post")]
        own = [address for address in forms if address.endswith("take-back")]
        assert own == [f"/my/windows/objections/{number}/take-back" for number in (2, 1)]
    assert press(client, "/my/windows/objections/2/take-back") == 302
    assert press(client, "/my/windows/objections/3/take-back") == 404
    with database.reading() as session:
        states = session.execute(select(Objection.unit_id, Objection.state).order_by(Objection.id)).all()
    ours, theirs = race.units["liuxi"].id, race.units["qingshi"].id
    assert states == [(ours, "open"), (theirs, "open"), (ours, "taken_back")]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, database: Database, draft_id: int, visit: Visit
) -> None:
    assert objected(client, draft_id, text=" ") == 422
    assert objected(client, draft_id, about="nowhere") == 422
    long = {"csrf_token": token_in(client.get(f"/my/windows/{draft_id}").get_data(as_text=True))}
    long |= {"about": "liuxi", "text": "长" * 5000}
    answer = client.post(f"/my/windows/{draft_id}/objections", data=long)
    assert "现为 5000 字" in answer.get_data(as_text=True)
    assert objected(client, draft_id) == 302
    path = f"/my/windows/{draft_id}"
    token = token_in(client.get(path).get_data(as_text=True))
    fields = {"csrf_token": token, "about": "liuxi", "indicator": "groundbreaking", "text": "再提一次"}
    answer = client.post(f"{path}/objections", data=fields)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "已提出异议" in page, "再提一次" in page) == (422, True, True)
    assert only_objection(database).text == TEXT
    assert client.post(f"{path}/objections", data=fields | {"csrf_token": ""}).status_code == 400


def test_a_unit_is_told_that_the_machines_clock_is_off(
    client: FlaskClient, database: Database, draft_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edition is newer than its clock: nothing that bears a date is written."""
    assert objected(client, draft_id) == 302
    with database.reading() as session:
        published_at = session.scalars(select(Edition.published_at)).first() or now()
    monkeypatch.setattr(timekeeping, "now", lambda: published_at - 45_000)
    assert objected(client, draft_id, text="再提一次") == 503
    assert press(client, "/my/windows/objections/1/take-back") == 503
    assert only_objection(database).state == "open"


def test_no_other_unit_reads_it_and_no_other_seasons_unit_sees_the_board(
    app: Flask, client: FlaskClient, database: Database, race: Race, draft_id: int, visit: Visit
) -> None:
    objected(client, draft_id)
    with database.session() as session:
        stranger = small_race(session, "other").units["other-liuxi"].id
        session.commit()
    enrol(database, "qing", REPORTER, race.units["qingshi"].id)
    enrol(database, "far", REPORTER, stranger)
    enrol(database, "kan", VIEWER)
    neighbour, far, viewer = (signed_in(app, name) for name in ("qing", "far", "kan"))
    for path in (f"/my/windows/{draft_id}", "/my/windows/", "/my/"):
        assert TEXT not in visit(path, client=neighbour).source
    assert press(neighbour, "/my/windows/objections/1/take-back") == 404
    visit(f"/my/windows/{draft_id}", 404, client=far)
    assert "0571-8888" not in visit("/my/windows/", client=far).source
    assert press(far, f"/my/windows/{draft_id}/objections", about="liuxi", text="越权") == 404
    visit(f"/my/windows/{draft_id}", 404, client=viewer)
    assert app.test_client().get(f"/my/windows/{draft_id}").status_code == 302
    assert only_objection(database).state == "open"


@pytest.mark.parametrize("state", ["draft", "released", "dropped"])
def test_a_board_that_does_not_lie_open_is_an_unknown_address(
    client: FlaskClient, database: Database, draft_id: int, visit: Visit, state: str
) -> None:
    with database.session() as session:
        session.execute(update(Draft).values(state=state))
        session.commit()
    visit(f"/my/windows/{draft_id}", 404, client=client)
    assert press(client, f"/my/windows/{draft_id}/objections", about="liuxi", text=TEXT) == 404
    assert press(client, "/my/windows/99/objections", about="liuxi", text=TEXT) == 404
    assert "现在没有公示中的榜单" in visit("/my/windows/", client=client).text()


def test_when_the_window_is_over_the_form_is_gone(
    client: FlaskClient, database: Database, draft_id: int, visit: Visit
) -> None:
    with database.session() as session:
        session.execute(update(Draft).values(closes_at=now() - 1))
        session.commit()
    page = visit(f"/my/windows/{draft_id}", client=client)
    assert "公示期已满，不能再提异议" in page.text()
    assert not page.all("textarea")
    path = f"/my/windows/{draft_id}/objections"
    assert press(client, path, about="liuxi", indicator="", text="迟了") == 422


def test_the_answer_is_read_by_who_asked_and_the_number_by_everyone(
    app: Flask, client: FlaskClient, database: Database, race: Race, draft_id: int, visit: Visit
) -> None:
    """Window, three objections: upheld, dismissed, taken back; the revised board, the clock, the public page."""
    objected(client, draft_id)
    assert objected(client, draft_id, text="看错了", about="qingshi") == 302
    assert press(client, "/my/windows/objections/2/take-back") == 302
    enrol(database, "qing", REPORTER, race.units["qingshi"].id)
    neighbour = signed_in(app, "qing")
    assert objected(neighbour, draft_id, text="柳溪镇签约重复", about="liuxi") == 302
    with database.session() as session:
        project = find_project(session, "L-0")
        assert project is not None
        add_stage_event(session, VERIFIED, project, stage="started", occurred_on=TODAY)
        first, _taken_back, second = session.scalars(select(Objection).order_by(Objection.id)).all()
        revised = uphold(session, "chen", first, OFFICE, answer="经核属实，已补计")
        assert revised is not None
        session.commit()
    with database.session() as session:
        session.execute(update(Draft).where(Draft.id == revised.id).values(closes_at=now() - 1))
        session.commit()
    node = Node("here", OFFICE, 30_000, 3)
    tick(database, node)
    with database.reading() as session:
        assert latest_edition(session, race.season.id).number == 1  # type: ignore[union-attr] # published by the race
    # The neighbour follows the address it knows to the board that took its place.
    moved = neighbour.get(f"/my/windows/{draft_id}")
    assert (moved.status_code, moved.location) == (302, f"/my/windows/{revised.id}")
    with database.session() as session:
        dismiss(session, "chen", session.get_one(Objection, second.id), answer="四个项目各有合同")
        session.commit()
    tick(database, node)
    with database.reading() as session:
        form = find_form(session, "/boards/now/2/", "zh")
    assert form is not None
    board = form.identity.decode()
    assert "收到异议 3 件，成立 1 件，撤回 1 件。" in board
    assert TEXT not in board
    assert "四个项目各有合同" not in board
    mine, theirs = (visit("/my/windows/", client=each).text() for each in (client, neighbour))
    assert "经核属实，已补计" in mine
    assert "这份榜单已发布为第 2 期。" in mine
    assert "四个项目各有合同" in theirs
    assert "经核属实" not in theirs
