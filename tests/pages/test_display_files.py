"""Files of a board and how they are answered: tables, JSON, packages, copies that are still good."""

from __future__ import annotations

import csv
import io
from itertools import product

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session
from werkzeug.test import Client

from config import Settings
from leaderboard.boards.package import check_sealed
from leaderboard.boards.read import find_form
from leaderboard.boards.sheets import csv_file, xlsx_file
from leaderboard.db import Database
from leaderboard.web.fast_lane import FastLane
from tests.factories import OFFICE, Race, published_race, start_race


@pytest.fixture
def race(session: Session) -> Race:
    race = published_race(session)
    session.commit()
    return race


def test_the_table_has_what_is_printed_and_the_exact_numbers(race: Race, client: FlaskClient) -> None:
    answer = client.get("/boards/race/latest.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["名次"], row["单位"], row["总分"]) for row in rows] == [
        ("1", "柳溪镇", "53.75"),
        ("2", "青石镇", "41.25"),
        ("3", "南岸街道", "3.75"),
    ]
    assert [rows[1][name] for name in ("开工率", "开工率分子", "开工率分母")] == ["66.7%", "1", "1.5"]
    exact = ("开工率分母(p)", "开工率分母(q)", "开工率(p)", "开工率(q)", "开工率得分(p)", "开工率得分(q)")
    assert [rows[1][name] for name in exact] == ["3", "2", "2", "3", "50", "3"]
    assert (rows[0]["截至"], rows[0]["期"]) == ("2026-10-31", "1")


def test_the_workbook_holds_numbers_and_no_formula(race: Race, client: FlaskClient) -> None:
    sheet = load_workbook(io.BytesIO(client.get("/boards/race/1.xlsx").data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["单位"], first["总分"], first["签约率"]) == ("柳溪镇", 53.75, 0.5)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_a_name_that_looks_like_a_formula_stays_a_name(session: Session, client: FlaskClient) -> None:
    race = start_race(session)
    race.unit("east", name='=HYPERLINK("http://x")')
    race.scheme()
    race.publish()
    session.commit()
    text = client.get("/boards/race/1.csv").data.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["单位"].startswith("'=")
    sheet = load_workbook(io.BytesIO(client.get("/boards/race/1.xlsx").data)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink] == []


def test_equal_boards_give_equal_files(race: Race, client: FlaskClient) -> None:
    board = client.get("/boards/race/1.json").get_json()
    assert csv_file(board) == client.get("/boards/race/1.csv").data
    assert xlsx_file(board) == client.get("/boards/race/1.xlsx").data


def test_the_package_checks_out(race: Race, client: FlaskClient) -> None:
    findings = check_sealed(client.get("/boards/race/1.package.json").get_json(), OFFICE.public_key)
    assert {finding.check for finding in findings if not finding.holds} == set()


PATHS = (
    "/boards/race/",
    "/boards/race/1/",
    "/boards/race/latest.json",
    "/boards/race/1.csv",
    "/boards/race/1.xlsx",
)
HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "Content-Disposition",
    "ETag",
    "Cache-Control",
    "Content-Security-Policy",
)


def test_flask_answers_what_the_fast_lane_answers(
    race: Race, client: FlaskClient, database: Database, settings: Settings
) -> None:
    """An edition too old for memory comes with the same bytes and headers as a new one."""
    lane = FastLane(client.application, database, settings)
    lane.start()
    try:
        for path, encoding in product(PATHS, ("br", "gzip", "identity")):
            asked = {"Accept-Encoding": encoding}
            quick, slow = Client(lane).get(path, headers=asked), client.get(path, headers=asked)
            assert quick.data == slow.data, path
            assert {name: quick.headers.get(name) for name in HEADERS} == {
                name: slow.headers.get(name) for name in HEADERS
            }, path
    finally:
        lane.close()


def test_a_copy_that_is_still_good_costs_nothing(race: Race, client: FlaskClient) -> None:
    for path in (*PATHS, "/", "/boards/race/1/units/liuxi/", "/boards/race/1/units/liuxi.json"):
        tag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), path
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200, path


def test_public_pages_set_no_cookie(race: Race, client: FlaskClient) -> None:
    for path in (*PATHS, "/", "/boards/race/1/units/liuxi/"):
        assert "Set-Cookie" not in client.get(path).headers, path


def test_an_edition_keeps_its_bytes_when_the_next_appears(race: Race, session: Session) -> None:
    before = [bytes(found.identity) for path in PATHS[1::2] if (found := find_form(session, path, "zh"))]
    race.publish()
    session.commit()
    after = [bytes(found.identity) for path in PATHS[1::2] if (found := find_form(session, path, "zh"))]
    assert before == after
    assert len(before) == 2


def test_a_language_nobody_speaks_here_is_answered_in_chinese(race: Race, client: FlaskClient) -> None:
    for path in (*PATHS, "/", "/boards/race/1/by/signing/", "/boards/race/1/units/liuxi/"):
        chinese = client.get(path).data
        for lang in ("fr", "", "ZH", "zh'--"):
            answer = client.get(path, query_string={"lang": lang})
            assert (answer.status_code, answer.data) == (200, chinese), (path, lang)
