"""Who holds a season stands at the head of its pages, and who runs this installation under its figures."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from leaderboard.boards.correct import withdraw
from leaderboard.boards.screens import add_screen
from tests.factories import small_race, start_race
from tests.visiting import Visit, Visited

PAGES = (
    "/boards/race/",
    "/boards/race/1/by/signing/",
    "/boards/race/1/units/liuxi/",
    "/boards/race/editions/",
)


def head_of(page: Visited) -> str:
    """What the head of a page says, with its title."""
    return " ".join(page.text(element) for element in (*page.all("title"), *page.all("header")))


@pytest.mark.parametrize("authority", ["六安市", None])
def test_the_head_names_the_authority_that_holds_the_season(
    session: Session, visit: Visit, client: FlaskClient, authority: str | None
) -> None:
    """The office of these tests is 云溪县; a season that names no other is its own."""
    race = small_race(session)
    race.season.authority, race.season.source = authority, "公示"
    race.publish()
    _, token = add_screen(session, "li", name="大厅", season=race.season, secret="一")
    session.commit()
    for path in PAGES:
        head = head_of(visit(path))
        assert ("六安市" in head, "云溪县" in head) == (authority is not None, authority is None), path
    assert ("六安市" in visit(f"/screens/{token}").source) is (authority is not None)
    board = json.loads(client.get("/boards/race/1.json").data)
    assert (board["authority"], board["office"]) == (authority or "云溪县", "云溪县")
    assert "发布系统：云溪县" in visit("/boards/race/").text()


def test_a_withdrawn_edition_and_a_season_without_any_name_it_too(session: Session, visit: Visit) -> None:
    race, empty = small_race(session), start_race(session, "empty")
    race.season.authority = empty.season.authority = "六安市"
    withdraw(session, "li", race.publish(), reason="有误")
    session.commit()
    assert "六安市" in head_of(visit("/boards/race/1/", 410))
    assert "六安市" in head_of(visit("/boards/empty/"))
    assert "云溪县" in head_of(visit("/"))
