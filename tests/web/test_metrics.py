"""Monitoring: figures for this machine or for the bearer of the token, and for nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import create_app
from leaderboard.boards import timekeeping
from leaderboard.boards.clock import request_run
from leaderboard.boards.models import FAILED
from leaderboard.boards.screen_states import Report, keep_reports
from leaderboard.boards.screens import add_screen, revoke_screen
from leaderboard.db import Database
from leaderboard.instant import now
from tests.factories import small_race
from tests.undelivered import stuck_message

FAR_AWAY = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def guarded_client(settings: Settings, database: Database) -> FlaskClient:
    told = settings.model_copy(update={"metrics_token": SecretStr("watch-me")})
    return create_app(told, database).test_client()


def figures(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"^(saima_\w+) (\S+)$", text, re.MULTILINE)}


def test_nothing_is_given_as_zero_that_does_not_exist_yet(client: FlaskClient):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    found = figures(answer.text)
    assert abs(found.pop("saima_clock_offset_seconds")) < 5
    assert found == {
        "saima_failed_runs": 0,
        "saima_stale_boards": 0,
        "saima_overdue_messages": 0,
        "saima_screens": 0,
        "saima_screens_connected": 0,
        "saima_screens_behind": 0,
    }


def test_the_figures_are_those_of_the_boards_and_the_clock(client: FlaskClient, session: Session):
    race = small_race(session)
    race.publish()
    request_run(session, race.season, "waiting", "tester", now() - 90_000)
    session.commit()
    found = figures(client.get("/metrics").text)
    assert 0 <= found["saima_newest_edition_age_seconds"] < 60
    assert 90 <= found["saima_oldest_due_age_seconds"] < 150


def test_screens_are_counted_and_those_behind_among_them(client: FlaskClient, session: Session):
    """Of five: one shows the newest edition, one the one before, one was heard of an hour ago, one never, one is revoked."""
    race, at = small_race(session), now()
    for number in (1, 2):
        race.publish(due_at=at - 200_000 + number).published_at = at - 120_000
    for number, seen_at in ((2, at), (1, at - 100_000), (1, at - 3_600_000), (None, None), (1, at)):
        screen, _ = add_screen(session, "li", name=f"屏{seen_at}{number}", season=race.season, secret="s")
        if seen_at:
            keep_reports(session, {screen.id: Report(seen_at, number, "table", 1920, 1080, "", 0)})
    revoke_screen(session, "li", screen)
    session.commit()
    told = client.get("/healthz").get_json()
    assert (told["screens"], told["screens_connected"], told["screens_behind"]) == (4, 2, 1)
    assert figures(client.get("/metrics").text)["saima_screens_behind"] == 1


def test_a_board_that_failed_to_follow_and_a_wrong_clock_are_told(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
):
    race = small_race(session)
    run = request_run(session, race.season, "failed", "tester", now())
    run.state = FAILED
    session.commit()
    assert figures(client.get("/metrics").text)["saima_stale_boards"] == 1
    monkeypatch.setattr(timekeeping, "now", lambda: now() - 60_000)
    assert figures(client.get("/metrics").text)["saima_clock_offset_seconds"] < -50
    told = client.get("/healthz").get_json()
    assert (told["stale_boards"], told["clock_refuses"]) == (1, True)


def test_what_did_not_get_through_is_told(client: FlaskClient, session: Session):
    """A race was shown ten minutes ago, and the folder of public files took the news of it not once in eight tries."""
    stuck_message(session)
    session.commit()
    assert client.get("/healthz").get_json()["overdue_messages"] == 1
    assert figures(client.get("/metrics").text)["saima_overdue_messages"] == 1


@pytest.mark.engines("sqlite")
def test_strangers_are_told_there_is_no_such_page(app: Flask):
    client = app.test_client()
    assert client.get("/metrics", environ_base=FAR_AWAY).status_code == 404
    # A proxy on the same machine brings in the whole world.
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer watch-you", "Basic watch-me", "Bearer é"])
def test_with_a_token_nobody_reads_without_it(guarded_client: FlaskClient, header: str):
    assert guarded_client.get("/metrics", headers={"Authorization": header}).status_code == 404


@pytest.mark.engines("sqlite")
def test_the_token_opens_from_anywhere(guarded_client: FlaskClient):
    answer = guarded_client.get(
        "/metrics", headers={"Authorization": "Bearer watch-me"}, environ_base=FAR_AWAY
    )
    assert answer.status_code == 200
