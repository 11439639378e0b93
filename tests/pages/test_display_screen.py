"""Displays without a browser: their addresses, their scenes, what is written down; and the probe of operators."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import DUE, FAILED, DueRun, Screen
from leaderboard.boards.scene_pages import pages
from leaderboard.boards.screens import ScreenError, add_screen, find_screen, list_screens, revoke_screen
from leaderboard.db import Database
from leaderboard.instant import now
from tests.factories import Race, small_race, start_race
from tests.visiting import Visit

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")


TABLES = '[{"scene": "table", "seconds": 12, "from": null, "to": null}]'


@pytest.fixture
def race(session: Session) -> Race:
    # Published now: how long ago the newest edition was is told to a probe.
    race = small_race(session)
    race.publish()
    session.commit()
    return race


def new_screen(race: Race, **more: str) -> tuple[Screen, str]:
    made = add_screen(race.session, "admin", name="一楼大厅", season=race.season, secret="s", **more)
    race.session.commit()
    return made


def test_a_screen_shows_the_newest_board(race: Race, visit: Visit) -> None:
    _, token = new_screen(race)
    page = visit(f"/screens/{token}")
    rows = [page.text(row) for row in page.all("div", class_="row") if row.get("data-unit")]
    assert rows[0].split() == [
        "1",
        "柳溪镇",
        "50.0%",
        "2/4",
        "50.0%",
        "1/2",
        "100.0%",
        "2/2",
        "25.0%",
        "53.75",
    ]
    assert page.all("body")[0].get("data-board") == "/boards/race/latest.json"
    assert (page.tree.get("data-theme"), page.tree.get("data-palette")) == ("dark", None)


def test_a_first_edition_has_no_column_for_movements(race: Race, visit: Visit) -> None:
    _, token = new_screen(race)
    first = visit(f"/screens/{token}")
    assert (len(first.all("div", class_="first")), len(first.all("span", class_="c-move"))) == (1, 0)
    race.publish(date(2026, 11, 30))
    race.session.commit()
    second = visit(f"/screens/{token}")
    # One heading and three towns.
    assert (len(second.all("div", class_="first")), len(second.all("span", class_="c-move"))) == (0, 4)


def test_a_screen_speaks_its_own_language_in_its_own_colours(race: Race, visit: Visit) -> None:
    _, token = new_screen(race, lang="en", theme="light-safe")
    page = visit(f"/screens/{token}")
    assert (page.tree.get("lang"), page.tree.get("data-theme"), page.tree.get("data-palette")) == (
        "en",
        "light",
        "safe",
    )
    assert "Edition 1" in page.text()


def test_a_screen_of_one_division_shows_no_other(session: Session, visit: Visit) -> None:
    race = start_race(session)
    race.unit("east")
    race.unit("office", division="offices")
    race.scheme()
    race.publish()
    screen, token = new_screen(race, division="offices")
    screen.playlist = TABLES
    session.commit()
    page = visit(f"/screens/{token}")
    assert [section.get("data-key") for section in page.all("section")] == ["offices"]
    assert "east镇" not in page.text()


def test_a_screen_before_the_first_edition_waits(session: Session, visit: Visit) -> None:
    race = start_race(session)
    _, token = new_screen(race)
    assert "首期榜单尚未发布" in visit(f"/screens/{token}").text()


def test_only_the_hash_of_an_address_is_kept(race: Race) -> None:
    screen, token = new_screen(race)
    assert screen.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) == 40
    trail = race.session.scalars(select(AuditLine).where(AuditLine.action == "screen.add")).one()
    assert token not in trail.detail + trail.subject


def test_an_address_that_was_revoked_answers_as_one_that_never_was(race: Race, client: FlaskClient) -> None:
    screen, token = new_screen(race)
    revoke_screen(race.session, "admin", screen)
    revoke_screen(race.session, "admin", screen)
    race.session.commit()
    revoked, unknown = client.get(f"/screens/{token}"), client.get("/screens/unknown")
    assert (revoked.status_code, revoked.data) == (404, unknown.data)
    acts = race.session.scalars(select(AuditLine.action).where(AuditLine.action.like("screen.%"))).all()
    assert acts == ["screen.add", "screen.revoke"]
    assert [listed.id for listed in list_screens(race.session)] == [screen.id]


def test_a_season_that_is_closed_to_the_public_leaves_its_screens(race: Race, client: FlaskClient) -> None:
    _, token = new_screen(race)
    race.season.is_public = 0
    race.session.commit()
    assert client.get(f"/screens/{token}").status_code == 404
    assert find_screen(race.session, token) is None


def test_a_screen_that_cannot_be_says_everything_at_once(race: Race) -> None:
    race.season.is_public = 0
    with pytest.raises(ScreenError) as error:
        new_screen(race, division="nowhere", lang="fr", theme="pink")
    assert len(error.value.problems) == 4


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (3, [3]),
        (10, [10]),
        (11, [8, 6]),  # 1-8, then 1-3 and 9-11
        (13, [8, 8]),
        (20, [8, 8, 8, 5]),  # each later scene has the top three and five more
        (60, [10, 10, 10, 10, 10, 10, 10, 10, 4]),  # ten, then seven at a time, and one is left
    ],
)
def test_every_unit_comes_up_under_the_top_three(size: int, expected: list[int]) -> None:
    units = [f"u{n}" for n in range(1, size + 1)]
    found = pages(units)
    assert [len(page) for page in found] == expected
    assert list(dict.fromkeys(unit for page in found for unit in page)) == units
    assert all(list(page[:3]) == ["u1", "u2", "u3"] for page in found)


def test_without_a_script_the_scenes_follow_each_other(session: Session, visit: Visit) -> None:
    """Twelve units are two scenes; the page leads from each to the next, and back."""
    race = start_race(session)
    for number in range(12):
        race.unit(f"u{number}")
    race.scheme()
    race.publish()
    screen, token = new_screen(race)
    screen.playlist = TABLES
    session.commit()
    shown = []
    for scene, following in ((1, 2), (2, 1), (3, 2)):
        page = visit(f"/screens/{token}?scene={scene}")
        assert f'content="60;url=?scene={following}"' in page.source
        shown.append(len([row for row in page.all("div", class_="row") if row.get("hidden") is None]) - 1)
    assert shown == [8, 7, 8]


def test_the_probe_tells_how_clock_and_boards_are_doing(
    race: Race, client: FlaskClient, session: Session
) -> None:
    at = now()
    for number, (state, due_at) in enumerate([(DUE, at - 90_000), (FAILED, at - 500_000)]):
        session.add(DueRun(season_id=race.season.id, once_key=f"k{number}", due_at=due_at, state=state))
    session.commit()
    found = client.get("/healthz").get_json()
    assert (found["database"], found["failed_runs"], found["last_run_age"]) == ("ok", 1, None)
    assert 90 <= found["oldest_due_age"] < 100
    assert 0 <= found["newest_edition_age"] < 60


@pytest.mark.engines("sqlite")
def test_the_probe_says_when_the_database_is_gone(app: Flask, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE due_run")
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (503, {"database": "unreachable"})


def test_the_day_of_the_cut_off_stands_on_the_glass(race: Race, visit: Visit) -> None:
    race.publish(date(2026, 11, 30))
    _, token = new_screen(race)
    assert "截至 2026-11-30" in visit(f"/screens/{token}").text()
