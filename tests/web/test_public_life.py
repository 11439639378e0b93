"""What the public is told of editions that were corrected or withdrawn: the same in front of Flask and behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from config import Settings
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition, PublicForm
from leaderboard.db import Database
from leaderboard.ledger import record
from leaderboard.seasons.rename import rename_unit
from leaderboard.web.fast_lane import FastLane
from tests.boards.lives import corrected, reverse_starts
from tests.factories import Race, race_of, small_race
from tests.kept import kept
from tests.visiting import Visit

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

FORMS = (".json", ".csv", ".xlsx", ".package.json", "/", "/by/signing/", "/units/liuxi/", "/units/liuxi.json")
REASON = "数据来源有误"


@pytest.fixture
def race(session: Session) -> Race:
    """Three editions: 1, which 2 corrects, and 3, withdrawn."""
    kept(session, "public life", lambda: _live(session))
    session.commit()
    return race_of(session, "race")


def _live(session: Session) -> None:
    race = small_race(session)
    first = race.publish()
    reverse_starts(race)
    corrected(race, first)
    withdraw(session, "li", race.publish(), reason=REASON)


@pytest.fixture
def lane(race: Race, app: Flask, database: Database, settings: Settings) -> Iterator[Client]:
    lane = FastLane(app, database, settings)
    lane.start()
    yield Client(lane)
    lane.close()


def stored(session: Session, path: str, lang: str = "") -> bytes:
    form = select(PublicForm.identity).where(PublicForm.path == path, PublicForm.lang == lang)
    return session.scalars(form).one()


def test_a_corrected_edition_keeps_its_bytes_and_its_pages_say_so(
    session: Session, race: Race, lane: Client, visit: Visit
) -> None:
    for ending in (".json", ".csv", ".xlsx", ".package.json"):
        assert lane.get(f"/boards/race/1{ending}").data == stored(session, f"/boards/race/1{ending}")
    for path in ("/boards/race/1/", "/boards/race/1/by/signing/", "/boards/race/1/units/qingshi/"):
        page = visit(path)
        assert "本期已被第 2 期更正。" in page.text()
        assert "青石镇一个项目开工误报" in page.text()
        assert "This edition was corrected by edition 2." in visit(f"{path}?lang=en").text()
    assert "本期已被" not in visit("/boards/race/2/").text()
    assert b"<!--notice-->" in stored(session, "/boards/race/1/", "zh")


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br"])
def test_both_lanes_answer_alike(race: Race, lane: Client, app: Flask, accepted: str) -> None:
    headers = {"Accept-Encoding": accepted}
    paths = ["/boards/race/", "/boards/race/latest.json", "/boards/race/by/signing/"]
    paths += [f"/boards/race/{number}{ending}" for number in (1, 2, 3) for ending in FORMS]
    for path in paths:
        fast, slow = lane.get(path, headers=headers), app.test_client().get(path, headers=headers)
        assert (fast.status, fast.data, fast.headers.get("ETag")) == (
            slow.status,
            slow.data,
            slow.headers.get("ETag"),
        ), path


def test_a_withdrawn_edition_answers_410_in_every_form_with_reason_and_hash(
    session: Session, race: Race, lane: Client, visit: Visit
) -> None:
    page = visit("/boards/race/3/", 410).text()
    assert REASON in page
    assert "第 3 期已撤回" in page
    for ending in FORMS:
        answer = lane.get(f"/boards/race/3{ending}")
        assert (answer.status_code, REASON in answer.get_data(as_text=True)) == (410, True), ending
    told = lane.get("/boards/race/3.json").get_json()
    assert (told["number"], told["state"], told["reason"]) == (3, "withdrawn", REASON)
    before = lane.get("/boards/race/2.json").get_json()
    assert told["previous_hash"] == before["hash"]
    assert len(told["hash"]) == 64
    # Who did it is an account of the house; the public is told whose house.
    assert "li" not in {str(value) for value in told.values()}
    assert lane.get("/api/v1/seasons/race/editions/3").status_code == 410
    assert lane.get("/boards/race/4.json").status_code == 404


def test_the_latest_is_the_last_still_published(race: Race, lane: Client) -> None:
    assert lane.get("/boards/race/latest.json").get_json()["number"] == 2
    assert lane.get("/api/v1/seasons/race/editions/latest").get_json()["number"] == 2
    listed = lane.get("/api/v1/seasons/race").get_json()
    assert listed["latest"] == 2


def test_every_number_is_listed_with_what_became_of_it(race: Race, lane: Client, visit: Visit) -> None:
    answer = lane.get("/boards/race/editions.json").get_json()
    lines = answer["editions"]
    assert [(line["number"], line["state"], line["successor"]) for line in lines] == [
        (3, "withdrawn", None),
        (2, "published", None),
        (1, "superseded", 2),
    ]
    assert [line["previous_hash"] for line in lines[:2]] == [line["hash"] for line in lines[1:]]
    page = visit("/boards/race/editions/").text()
    assert REASON in page
    assert "青石镇一个项目开工误报" in page


def test_a_correction_says_on_its_page_who_moved_and_why(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/2/").text()
    # 青石 had 41.25 with the project that was said to have started, 295/12 without.
    for told in ("本期更正第 1 期", "青石镇", "41.25", "24.58", "剔除：青石镇 race-3 开工 2026-06-01"):
        assert told in page
    # What it did not start is 25×1/(3/2) points less, and nobody else had a part in it.
    assert "得分变化的由来：本单位的事实 -16.67" in page.replace("−", "-")
    assert "This edition corrects edition 1" in visit("/boards/race/2/?lang=en").text()


def test_a_correction_of_a_name_alone_says_so_on_its_page(session: Session, visit: Visit) -> None:
    race = small_race(session)
    first = race.publish()
    rename_unit(session, "li", race.units["qingshi"], name="青石街道", reason="撤镇设街道")
    corrected(race, first, "青石镇已改称青石街道")
    session.commit()
    page = visit("/boards/race/2/").text()
    assert "名次和得分没有变化。" in page
    assert "名称变化：单位 青石镇 → 青石街道" in page


def test_a_correction_of_the_first_edition_has_nothing_to_compare_with(race: Race, visit: Visit) -> None:
    assert race.season.slug == "race"
    page = visit("/boards/race/2/").text()
    assert "首期" in page
    assert "新上榜" not in page


def test_the_lane_takes_a_withdrawal_over_at_its_next_look(
    session: Session, race: Race, lane: Client, app: Flask
) -> None:
    fast: FastLane = lane.application  # type: ignore[assignment]
    withdraw(session, "li", session.scalars(select(Edition).where(Edition.number == 2)).one(), reason=REASON)
    session.commit()
    fast.look()
    assert lane.get("/boards/race/2.json").status_code == 410
    # Nothing is published any more: 1 was corrected, 2 and 3 are withdrawn.
    assert lane.get("/boards/race/latest.json").status_code == 404
    assert lane.get("/boards/race/").status_code == 200
    assert lane.get("/boards/race/1.json").status_code == 200


def test_what_arrived_late_is_said_by_the_next_edition(
    session: Session, database: Database, app: Flask, visit: Visit
) -> None:
    race = small_race(session, "other")
    first = race.publish()
    late = record.Source("tester", verified=True, recorded_at=first.known_at + 60_000)
    race.project("other-nanan", code="late-1", name="晚报项目", is_public=True, source=late)
    race.project("other-nanan", code="new-1", signed=None, source=late)
    race.publish(known_at=first.known_at + 120_000)
    session.commit()
    board = app.test_client().get("/boards/other/2.json").get_json()
    [line] = board["late"]
    assert (line["kind"], line["what"], line["units"]) == ("stage", "signed", ["other-nanan"])
    assert (line["project"], line["project_name"], line["occurred"]) == ("late-1", "晚报项目", "2026-03-01")
    assert line["entered"].startswith("20")
    page = visit("/boards/other/2/").text()
    assert "晚报事实" in page
    assert "晚报项目" in page
    assert "Facts that arrived late" in visit("/boards/other/2/?lang=en").text()
    assert app.test_client().get("/boards/other/1.json").get_json()["late"] == []
