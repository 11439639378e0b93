"""Proofs: a draft in each public form as it would be published, marked throughout, for the house alone."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.boards.drafts import list_drafts
from leaderboard.boards.release import prepare
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.read import find_season
from tests.factories import OFFICE, Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import committed_race

DESK = "/console/seasons/now/drafts"
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator with one draft."""
    enrol(database)
    client = signed_in(app)
    assert submit(client, DESK).status_code == 302
    return client


PROOF = f"{DESK}/1/proof"


def test_every_page_is_that_of_an_edition_and_says_that_it_is_none(client: FlaskClient, visit: Visit) -> None:
    for path, first in (
        ("/", "当年赛季"),
        ("/by/signing/", "签约率"),
        ("/units/liuxi/", "柳溪镇"),
        ("/?lang=en", "This year"),
    ):
        page = visit(f"{PROOF}{path}", client=client)
        assert first in page.text(page.all("h1")[0])
        assert page.text(page.all("p", class_="proof")[0]).startswith(
            ("清样 · 未公布", "Proof · not published")
        )
        assert page.all("div", class_="overprint")
        assert not page.all("span", class_="code")
        assert "0000·0000" not in page.text()
        assert "扫码核验" not in page.text()
    board = visit(f"{PROOF}/?lang=zh", client=client)
    assert "第 2 期" in board.text()
    inner = [link.get("href") or "" for link in board.all("a") if "/units/" in (link.get("href") or "")]
    assert inner
    assert all(link.startswith(f"{PROOF}/units/") for link in inner)
    assert client.get(f"{PROOF}/by/nothing/").status_code == 404
    assert client.get(f"{PROOF}/units/nobody/").status_code == 404
    assert client.get(f"{DESK}/9/proof/").status_code == 404


def test_a_units_page_goes_on_from_its_past(client: FlaskClient, visit: Visit) -> None:
    page = visit(f"{PROOF}/units/qingshi/", client=client).text()
    assert "60.00" in page


def test_the_screen_is_tried_out_without_asking_for_a_board(client: FlaskClient, visit: Visit) -> None:
    page = visit(f"{PROOF}/screen/", client=client)
    assert "柳溪镇" in page.text()
    assert [script.get("src") for script in page.all("script")] == []
    assert page.text(page.all("div", class_="overprint")[0]) == "未公布"
    assert not page.all("p", class_="code")


def test_the_files_hold_the_draft_and_no_signature(
    client: FlaskClient, database: Database, race: Race
) -> None:
    """All but what comes with publication is what the edition would say."""
    with database.reading() as session:
        season = find_season(session, "now")
        assert season is not None
        draft = list_drafts(session, season.id)[0]
        edition = prepare(session, draft, OFFICE, now())
    board = json.loads(client.get(f"{PROOF}.json").data)
    differing = {key for key in edition.board if board[key] != edition.board[key]}
    assert differing - {"published_at"} == {"hash", "public_key", "signature"}
    assert board["signature"] is None
    assert set(board["hash"]) == {"0"}
    package = json.loads(client.get(f"{PROOF}.package.json").data)
    assert "signature" not in package
    assert package["result"] == edition.package["result"]
    answer = client.get(f"{PROOF}.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["清样·未公布，请勿外传"]
    assert len(rows) == 2 + 3
    assert 'filename="unpublished-now-draft-1.csv"' in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{PROOF}.xlsx").data)).active
    assert sheet is not None
    assert sheet.max_row == 2 + 3
    assert sheet.title == sheet.cell(1, 1).value == "清样·未公布，请勿外传"
    assert (sheet.cell(2, 1).value, sheet.freeze_panes) == ("组别", "E3")
    assert board["proof"] == package["proof"] == "清样·未公布，请勿外传"
    assert client.get(f"{PROOF}.pdf").status_code == 404


def test_the_drafts_page_leads_to_every_form(client: FlaskClient, visit: Visit) -> None:
    page = visit(f"{DESK}/1", client=client)
    links = [link.get("href") or "" for link in page.all("p", class_="proofs")[0].iter("a")]
    assert len(links) == 6
    assert {client.get(link).status_code for link in links} == {200}
