"""Two persons at the console: one asks or composes, another agrees or publishes."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.boards.countersign import open_countersigns
from leaderboard.boards.drafts import list_drafts
from leaderboard.boards.read import last_numbered
from leaderboard.db import Database
from leaderboard.seasons.models import Season
from tests.factories import Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import committed_race

SEASON = "/console/seasons/now"
DESK = f"{SEASON}/drafts"
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def people(app: Flask, database: Database, race: Race) -> tuple[FlaskClient, FlaskClient]:
    """Two administrators of a season that wants two persons."""
    enrol(database, "zhao")
    enrol(database, "qian")
    first, second = signed_in(app, "zhao"), signed_in(app, "qian")
    assert submit(first, f"{SEASON}/two-persons", DESK, reason="领导小组要求").status_code == 302
    return first, second


def test_a_button_pressed_over_another_rule_does_nothing(
    people: tuple[FlaskClient, FlaskClient], visit: Visit
) -> None:
    """Two press 改为须两人发布: the second one does not thereby ask that one person be enough."""
    _first, second = people
    submit(second, f"{SEASON}/two-persons", DESK, seen="0", reason="领导小组要求")
    page = visit(DESK, client=second).text()
    assert "须几人发布已由他人改过" in page
    assert "提请会签" in page, "nothing was asked: the form is there still"


def numbers(database: Database, race: Race) -> tuple[int, int]:
    """The last number, and how many drafts there are."""
    with database.reading() as session:
        last = last_numbered(session, race.season.id)
        assert last is not None
        return last.number, len(list_drafts(session, race.season.id))


def test_the_button_makes_a_draft_that_another_publishes(
    people: tuple[FlaskClient, FlaskClient], database: Database, race: Race, visit: Visit
) -> None:
    first, second = people
    page = visit(f"{SEASON}/publish", client=first)
    assert "先存为公示稿，由另一位管理员公示或发布" in page.text()
    assert submit(first, f"{SEASON}/publish", once_key="k").status_code == 302
    assert numbers(database, race) == (1, 1)
    own = visit(f"{DESK}/1", client=first)
    assert "这份公示稿由您出稿" in own.text()
    assert submit(first, f"{DESK}/1/release", f"{DESK}/1").status_code == 302
    assert numbers(database, race) == (1, 1)
    submit(second, f"{DESK}/1/release", f"{DESK}/1")
    assert numbers(database, race)[0] == 2


def test_a_withdrawal_waits_for_the_second_person(
    people: tuple[FlaskClient, FlaskClient], database: Database, race: Race, visit: Visit
) -> None:
    first, second = people
    edition = f"{SEASON}/editions/1"
    submit(first, f"{edition}/withdraw", edition, reason="口径有误", number="1")
    assert first.get("/boards/now/1/").status_code == 200
    mine = visit(DESK, client=first).text()
    assert "待会签 1" in mine
    assert "须由另一位管理员会签" in mine
    assert "撤回一期待另一位管理员会签" in visit("/console/", client=second).text()
    assert submit(first, f"{SEASON}/countersigns/1/agree", DESK).status_code == 302
    assert first.get("/boards/now/1/").status_code == 200
    submit(second, f"{SEASON}/countersigns/1/agree", DESK)
    assert first.get("/boards/now/1/").status_code == 410
    assert first.get(f"{SEASON}/countersigns/9/agree").status_code == 405
    assert submit(second, f"{SEASON}/countersigns/9/agree", DESK).status_code == 404


def test_a_reveal_waits_for_the_second_person(
    people: tuple[FlaskClient, FlaskClient], database: Database, race: Race
) -> None:
    """What the asking person composed during the freeze goes out with it: two have agreed."""
    first, second = people
    submit(first, f"{SEASON}/freeze", DESK, reason="年终会议")
    submit(first, f"{SEASON}/publish", once_key="k")
    assert numbers(database, race) == (1, 1)
    submit(first, f"{SEASON}/reveal", DESK, reason="会议结束")
    assert numbers(database, race) == (1, 1)
    submit(second, f"{SEASON}/countersigns/1/agree", DESK)
    assert numbers(database, race) == (2, 1)


def test_refusing_needs_a_reason_and_ends_it(
    people: tuple[FlaskClient, FlaskClient], database: Database, race: Race
) -> None:
    first, second = people
    submit(first, f"{SEASON}/two-persons", DESK, reason="人手不足")
    submit(second, f"{SEASON}/countersigns/1/refuse", DESK, answer="")
    with database.reading() as session:
        assert len(open_countersigns(session)) == 1
    submit(second, f"{SEASON}/countersigns/1/refuse", DESK, answer="仍须两人")
    with database.reading() as session:
        assert open_countersigns(session) == []
        assert session.get_one(Season, race.season.id).two_persons


@pytest.mark.engines("sqlite")
def test_who_composed_a_board_is_told_that_another_publishes_it(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    """No window and no freeze: what the draft waits for is the second person, who alone is offered to open it."""
    first, _second = people
    submit(first, f"{SEASON}/publish", once_key="k")
    assert "由另一位管理员核对后发布" in first.get(f"{SEASON}/publish").get_data(as_text=True)
    own, other = (one.get(f"{DESK}/1").get_data(as_text=True) for one in people)
    assert (f"{DESK}/1/open" in own, f"{DESK}/1/open" in other) == (False, True)
