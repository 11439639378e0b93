"""The tuning desk beside the weights themselves: past editions, sureness, names hidden, what the script is given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import AuditLine
from leaderboard.db import Database
from leaderboard.seasons.models import SchemeSubmission, Season
from leaderboard.web.console import scheme_trial
from leaderboard.web.console.blind import aliases
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visited, parse
from tests.web.races import TODAY, committed_race
from tests.web.test_console_scheme import DESK, SIGNING_FIRST, send

NAMES = ("柳溪", "青石", "南岸", "liuxi", "qingshi", "nanan", "Liuxi")
LETTERS = ["单位A", "单位B", "单位C"]


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def desk(client: FlaskClient, query: str = "") -> Visited:
    source = client.get(DESK + query).get_data(as_text=True)
    return Visited(200, source, parse(source))


def sheet_of(page: Visited) -> dict[str, Any]:
    sheet: dict[str, Any] = json.loads(page.all("div", id="sheet")[0].get("data-sheet") or "")
    return sheet


def called(page: Visited) -> list[str]:
    """Units as the board that is tried lists them."""
    return [page.text(cell) for cell in page.all("td", class_="name")][3:]


def test_the_script_is_given_every_share_and_the_board_in_force(client: FlaskClient) -> None:
    """柳溪 4 of 4 and none started; 青石 2 of 4, both started: 30 × 1/2 + 25 + 20; 南岸 has signed nothing."""
    sheet = sheet_of(desk(client))
    assert [(row["shares"], row["place"], row["score"]) for row in sheet["rows"]] == [
        (["1", "0", "0", "0"], "2", "30"),
        (["1/2", "1", "1", "0"], "1", "60"),
        (["0", "0", "0", "0"], "3", "0"),
    ]
    assert sheet["names"] == ["柳溪镇", "青石镇", "南岸街道"]


@pytest.mark.engines("sqlite")
def test_the_verdict_tells_of_the_last_edition_too(client: FlaskClient) -> None:
    _, page = send(client, "preview", **SIGNING_FIRST)
    assert page.text(page.all("p", id="other")[0]) == "上期（第 1 期）同样改动会使 2 家变化"
    _, page = send(client, "preview", at="1", **SIGNING_FIRST)
    assert page.text(page.all("p", id="other")[0]) == "同样改动使今天 2 家名次变化"
    answer = client.post(f"{DESK}/preview/other", data=_typed(client))
    assert answer.get_json() == {"sentence": "上期（第 1 期）同样改动不变名次"}


def _typed(client: FlaskClient) -> dict[str, str]:
    page = desk(client)
    return {field.get("name", ""): field.get("value") or "" for field in page.all("input")}


@pytest.mark.engines("sqlite")
def test_what_is_not_yet_known_in_a_past_edition_is_not_counted_there(
    client: FlaskClient, database: Database
) -> None:
    """A project signed and verified today counts for today, not for the edition of before."""
    with database.session() as session:
        from tests.factories import race_of

        race_of(session, "now").project("nanan", code="N-1", name="南岸项目", signed=TODAY)
        session.commit()
    assert sheet_of(desk(client))["rows"][2]["shares"][0] == "1/4"
    assert sheet_of(desk(client, "?at=1"))["rows"][2]["shares"][0] == "0"


@pytest.mark.engines("sqlite")
def test_how_sure_places_are_stands_beside_them_and_in_words(client: FlaskClient) -> None:
    """Signing w, the rest in proportion: 柳溪 leads where w > w/2 + 45/70 (100 - w), from 9000/160 = 56.25 on."""
    page = desk(client)
    outlook = page.text(page.all("div", id="outlook")[0])
    assert "签约率升到 56.25 以上时，柳溪镇超过青石镇成为第 1" in outlook
    assert [page.text(cell) for cell in page.all("td", class_="sure")] == ["1", "2", "3"]


def test_names_are_not_in_the_page_while_they_are_hidden(client: FlaskClient) -> None:
    before = desk(client)
    assert all(name in before.source for name in NAMES[:3])
    status, page = send(client, "blind", **SIGNING_FIRST)
    assert status == 200
    for shown in (page, desk(client), desk(client, "?at=1"), send(client, "preview", **SIGNING_FIRST)[1]):
        assert [name for name in NAMES if name in shown.source] == []
        assert sorted(called(shown)) == LETTERS
    # What was typed stays, and so do places and movement.
    assert page.all("input", name="weight..signing")[0].get("value") == "60"
    assert "3 家中 2 家名次变化：单位" in page.text()
    status, page = send(client, "blind", **SIGNING_FIRST)
    assert called(page) == ["柳溪镇", "青石镇", "南岸街道"]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"weight..signing": "60"}, "各项权重之和应等于满分 100，现在是 130"),
        ({"weight..signing": "多"}, "应为不小于 0 的数"),
        ({"cap.signing": "多"}, "应为百分数"),
    ],
)
def test_names_are_switched_over_what_is_wrong_and_the_boards_stay(
    client: FlaskClient, typed: dict[str, str], wrong: str
) -> None:
    """By weights as they stand 柳溪 has 30 points and 青石 60, whatever is typed amiss; the letters tell nobody."""
    status, page = send(client, "blind", **typed)
    assert (status, sorted(called(page))) == (200, LETTERS)
    assert [name for name in NAMES if name in page.source] == []
    assert "填写有误的地方按改动之前试算" in page.text()
    assert wrong in page.text()
    assert [page.all("input", name=name)[0].get("value") for name in typed] == list(typed.values())
    _, page = send(client, "blind", **typed)
    assert [row["name"] for row in _rows(page)] == ["青石镇", "柳溪镇", "南岸街道"]
    assert [row["score"] for row in _rows(page)] == ["60.00", "30.00", "0.00"]


def _rows(page: Visited) -> list[dict[str, str]]:
    """The board that is tried: each unit and its score."""
    rows = list(page.all("table", class_="after")[0].iter("tr"))[1:]
    return [{"name": page.text(row[1]), "score": page.text(row[3])} for row in rows]


@pytest.mark.engines("sqlite")
def test_rules_that_are_right_hold_beside_weights_that_do_not_add_up(client: FlaskClient) -> None:
    """A cap of 50 % on signing leaves 柳溪 15 of 30 points; the weights, which sum up to 130, are those in force."""
    _, page = send(client, "blind", **{"weight..signing": "60", "cap.signing": "50"})
    assert sorted(row["score"] for row in _rows(page)) == ["0.00", "15.00", "60.00"]


@pytest.mark.engines("sqlite")
def test_hidden_units_keep_their_letters_for_the_session_and_not_for_another(
    app: Flask, client: FlaskClient
) -> None:
    send(client, "blind")
    assert called(desk(client)) == called(desk(client))
    season = Season(slug="now")
    drawn = []
    for _session in range(20):
        with app.test_request_context():
            letters = aliases(season, ["liuxi", "qingshi", "nanan"], ["gone"])
            assert aliases(season, ["nanan", "qingshi", "liuxi"], ["gone"]) == letters
        assert list(letters.values()) == [*LETTERS, "单位D"]
        assert letters["gone"] == "单位D"
        drawn.append(tuple(letters))
    assert len(set(drawn)) > 1


@pytest.mark.engines("sqlite")
def test_a_submission_says_whether_its_weights_were_chosen_blind(
    client: FlaskClient, database: Database
) -> None:
    """Not where the person saw what they do to whom and hid the names only then."""
    fields = SIGNING_FIRST | {"reason": "县委决定", "effective_on": str(TODAY)}
    send(client, "preview", **SIGNING_FIRST)
    send(client, "blind", **SIGNING_FIRST)
    assert send(client, "submit", **fields)[0] == 302
    assert not newest_submission(database).is_blind
    blind = fields | {"weight..signing": "55", "weight..groundbreaking": "10"}
    # The script ranks by itself; the form tells that names were in sight then.
    for moved, is_blind in (("1", 0), ("", 1)):
        assert send(client, "submit", **blind, moved=moved)[0] == 302
        assert newest_submission(database).is_blind == is_blind
        assert send(client, "withdraw")[0] == 302
        blind |= {"weight..signing": "50", "weight..groundbreaking": "15"}


@pytest.mark.engines("sqlite")
def test_what_was_saved_with_names_in_sight_is_not_submitted_as_chosen_blind(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    """Not in another session either, where the names were hidden before anything was looked at."""
    send(client, "draft", **SIGNING_FIRST)
    fields = {"reason": "县委决定", "effective_on": str(TODAY)}
    source = client.get(DESK).get_data(as_text=True)
    again = signed_in(app)
    typed = {"csrf_token": token_in(again.get("/console/").get_data(as_text=True))}
    assert again.post(f"{DESK}/blind", data=typed).status_code == 200
    page = again.get(DESK).get_data(as_text=True)
    assert "柳溪" not in page
    assert 'value="60"' in source
    assert send(again, "submit", page, **fields)[0] == 302
    assert not newest_submission(database).is_blind


@pytest.mark.engines("sqlite")
def test_a_draft_saved_blind_is_submitted_as_chosen_blind(client: FlaskClient, database: Database) -> None:
    send(client, "blind")
    send(client, "draft", **SIGNING_FIRST)
    fields = {"reason": "县委决定", "effective_on": str(TODAY)}
    assert send(client, "submit", **fields)[0] == 302
    assert newest_submission(database).is_blind


@pytest.mark.engines("sqlite")
def test_who_has_names_shown_over_a_draft_that_was_kept_blind_is_told_once(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    """In a session of its own the desk hides them still; Li looks too, and Chen submits what was looked at."""
    send(client, "blind")
    send(client, "draft", **SIGNING_FIRST)
    enrol(database, "li")
    for name, others in (("chen", 0), ("li", 1)):
        again = signed_in(app, name)
        assert "会记入审计" in desk(again).text()
        assert "柳溪" not in desk(again).source
        assert [who for who, _detail in named(database)] == ["chen"] * others
        for _press in range(3):
            send(again, "blind")
        assert "柳溪" in desk(again).source
        assert "会记入审计" not in desk(again).text()
    assert named(database) == [("chen", 1), ("li", 1)]
    fresh = signed_in(app)
    send(fresh, "blind")
    fields = {"reason": "县委决定", "effective_on": str(TODAY)}
    assert send(fresh, "submit", **fields)[0] == 302
    assert not newest_submission(database).is_blind


def named(database: Database) -> list[tuple[str, int]]:
    """Who had names shown, and over which revision of the draft."""
    with database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "scheme.named"))
        return [(line.actor, json.loads(line.detail)["revision"]) for line in lines]


def newest_submission(database: Database) -> SchemeSubmission:
    with database.reading() as session:
        found = select(SchemeSubmission).order_by(SchemeSubmission.id.desc()).limit(1)
        return session.scalars(found).one()


@pytest.mark.engines("sqlite")
def test_with_many_units_the_first_page_does_not_wait_for_how_sure_places_are(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheme_trial, "MOST_AT_ONCE", 2)
    assert "成为第 1" not in desk(client).source
    assert "成为第 1" in send(client, "preview")[1].source
