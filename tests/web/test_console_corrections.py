"""What becomes of a published edition, and of a season's publishing: corrected, withdrawn, frozen, revealed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import VIEWER
from leaderboard.boards.models import Draft, Edition
from leaderboard.db import Database
from tests.factories import Race, small_race
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit, Visited
from tests.web.drafting import DESK, newest, notices, objected, opened, press, started
from tests.web.races import committed_race


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator, with the running race."""
    enrol(database)
    return signed_in(app)


def test_an_edition_is_corrected_after_a_look_and_withdrawn_by_its_number(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    path = "/console/seasons/now/editions/1"
    assert "没有可更正之处" in visit(path, client=client).text()
    started(database)
    assert "30.00 → 41.25" in visit(path, client=client).text()
    assert press(client, f"{path}/correct", path, note=" ") == 422
    assert press(client, f"{path}/correct", path, note="补计柳溪镇开工") == 302
    draft = newest(database)
    page = visit(f"{DESK}/{draft.id}", client=client)
    assert "与第 1 期的差别" in page.text()
    assert "补计柳溪镇开工" in page.text()
    assert "更正稿正在办理" in visit(path, client=client).text()
    press(client, f"{DESK}/{draft.id}/release")
    assert "已更正" in visit(DESK, client=client).text()
    second = "/console/seasons/now/editions/2"
    assert press(client, f"{second}/withdraw", second, number="1", reason="来源有误") == 422
    assert press(client, f"{second}/withdraw", second, number="2", reason=" ") == 422
    assert press(client, f"{second}/withdraw", second, number="2", reason="来源有误") == 302
    with database.reading() as session:
        assert session.scalars(select(Edition.state).order_by(Edition.number)).all() == [
            "superseded",
            "withdrawn",
        ]
    assert "来源有误" in visit(DESK, client=client).text()
    visit(second, 404, client=client)


def test_a_freeze_is_seen_on_every_page_of_the_season_until_the_reveal(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    press(client, "/console/seasons/now/freeze", reason="")
    assert "须写明理由" in notices(visit(DESK, client=client))
    press(client, "/console/seasons/now/freeze", reason="年终揭榜")
    for path in (
        DESK,
        "/console/seasons/now/publish",
        "/console/seasons/now/scheme",
        "/console/seasons/now/units",
    ):
        assert "封榜中" in notices(visit(path, client=client)), path
    publish = "/console/seasons/now/publish"
    assert "存为公示稿" in visit(publish, client=client).text()
    answer = press(client, publish, publish, once_key="one")
    assert answer == 302
    assert "已存为公示稿" in notices(visit(DESK, client=client))
    assert "已出公示稿" in visit(publish, client=client).text()
    assert "揭榜时将发布 1 期" in visit(DESK, client=client).text()
    press(client, "/console/seasons/now/reveal", reason="大会")
    assert "发布第 2 期" in notices(visit(DESK, client=client))
    assert "封榜中" not in visit(DESK, client=client).text()


def test_the_window_of_the_season_is_set_with_a_reason(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    window = "/console/seasons/now/window"
    assert press(client, window, days="61", contact="0571", reason="试行") == 422
    assert press(client, window, days="3", contact="", reason="") == 422
    assert press(client, window, days="3", contact="0571-8888", reason="试行") == 302
    assert "各期发布前公示 3 个工作日，异议联系：0571-8888。" in visit(DESK, client=client).text()
    publish = "/console/seasons/now/publish"
    assert "先公示 3 个工作日" in visit(publish, client=client).text()
    press(client, publish, publish, once_key="one")
    assert newest(database).state == "window"


def shown_moves(page: Visited) -> dict[str, str]:
    """Unit -> what the board on a page says of its movement."""
    rows = [row for row in page.all("tr") if len(row) > 3 and row[2].tag == "th" and row[0].tag == "td"]
    return {page.text(row[2]): page.text(row[1]) for row in rows}


@pytest.mark.engines("sqlite")
def test_a_correction_of_the_first_edition_is_set_beside_it(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """All four of 柳溪 start: 30 + 25 + 20 = 75 against the 60 of 青石, which led edition 1. 南岸 stays third."""
    for number in range(4):
        started(database, f"L-{number}")
    path = "/console/seasons/now/editions/1"
    press(client, f"{path}/correct", path, note="补计柳溪镇开工")
    page = visit(f"{DESK}/{newest(database).id}", client=client)
    assert "与第 1 期比" in page.text()
    assert shown_moves(page) == {"柳溪镇": "↑ 升 1", "青石镇": "↓ 降 1", "南岸街道": "— 持平"}
    assert "From edition 1" in visit(f"{DESK}/{newest(database).id}?lang=en", client=client).text()


@pytest.mark.engines("sqlite")
def test_before_the_first_edition_nobody_is_called_new(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        small_race(session, "other")
        session.commit()
    made = "/console/seasons/other/drafts"
    press(client, made, made)
    with database.reading() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    for path in ("/console/seasons/other/publish", f"{made}/{draft_id}"):
        assert set(shown_moves(visit(path, client=client)).values()) == {"首期"}, path


def test_viewers_read_and_change_nothing(
    app: Flask, client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    enrol(database, "kan", VIEWER)
    viewer = signed_in(app, "kan")
    for path in (
        DESK,
        f"{DESK}/{draft.id}",
        f"/console/seasons/now/objections/{number}",
        "/console/seasons/now/editions/1",
    ):
        page = visit(path, client=viewer)
        assert {form.get("action") for form in page.all("form")} == {"/sign-out"}, path
    token = token_in(viewer.get(DESK).get_data(as_text=True))
    for path in (
        DESK,
        *(f"{DESK}/{draft.id}/{act}" for act in ("open", "extend", "release", "revise", "drop")),
        f"/console/seasons/now/objections/{number}",
        *(f"/console/seasons/now/editions/1/{act}" for act in ("correct", "withdraw")),
        *(f"/console/seasons/now/{act}" for act in ("freeze", "reveal", "window")),
    ):
        assert viewer.post(path, data={"csrf_token": token}).status_code == 404, path
        assert client.post(path).status_code == 400, path


def test_what_is_of_another_season_is_an_unknown_address(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    with database.session() as session:
        small_race(session, "other")
        session.commit()
    visit(f"/console/seasons/other/drafts/{draft.id}", 404, client=client)
    visit(f"/console/seasons/other/objections/{number}", 404, client=client)
    visit("/console/seasons/other/editions/1", 404, client=client)
    visit(f"{DESK}/99", 404, client=client)
    assert press(client, f"/console/seasons/other/drafts/{draft.id}/drop", reason="无") == 404
