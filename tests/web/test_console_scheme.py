"""The tuning desk: what other weights would change, one draft at a time, in force with a reason and never backwards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.seasons import plan
from leaderboard.seasons.models import APPROVED, DISCARDED, DRAFT, SUBMITTED, SchemeVersion
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visited, parse
from tests.web.races import ENDS, STARTS, TODAY, committed_race

DESK = "/console/seasons/now/scheme"
SIGNING_FIRST = {
    "weight..signing": "60",
    "weight..groundbreaking": "5",
    "weight..landing": "10",
    "weight..arrival": "25",
}


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def send(client: FlaskClient, act: str, page: str | None = None, **fields: str) -> tuple[int, Visited]:
    """Fill in the desk as it stands (or as it stood on `page`) and press one of its buttons."""
    source = page or client.get(DESK).get_data(as_text=True)
    tree = Visited(200, source, parse(source))
    form = next(form for form in tree.all("form") if form.get("id") == "desk")
    typed = {field.get("name", ""): field.get("value") or "" for field in form.iter("input")}
    typed["ties"] = "competition"
    typed |= {name.replace("__", ".."): value for name, value in fields.items()} | {
        "csrf_token": token_in(source)
    }
    answer = client.post(f"{DESK}/{act}", data=typed)
    body = answer.get_data(as_text=True)
    return answer.status_code, Visited(answer.status_code, body, parse(body) if "<h1" in body else tree.tree)


def versions(database: Database) -> list[SchemeVersion]:
    with database.reading() as session:
        return list(session.scalars(select(SchemeVersion).order_by(SchemeVersion.version_no)))


def test_preview_says_who_moves_and_keeps_nothing(client: FlaskClient, database: Database) -> None:
    """Signing 60, starting 5, landing 10: 柳溪 60, 青石 30 + 5 + 10 = 45, so the two change places."""
    status, page = send(client, "preview", **SIGNING_FIRST)
    assert status == 200
    verdict = page.text(page.all("div", id="verdict")[0])
    assert "3 家中 2 家名次变化：柳溪镇由第 2 升到第 1" in verdict
    assert "青石镇由第 1 降到第 2" in verdict
    after = page.all("table", class_="after")[0]
    rows = [page.text(row) for row in after.iter("tr")][1:]
    assert rows[0] == "1柳溪镇↑ 升 1 60.00+30.00 1"
    assert rows[1] == "2青石镇↓ 降 1 45.00-15.00 2"
    assert [version.state for version in versions(database)] == [APPROVED]


@pytest.mark.engines("sqlite")
def test_the_sum_must_be_the_full_mark_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    status, page = send(client, "preview", **{"weight..signing": "55.5"})
    assert status == 422
    assert "合计 125.5 与满分差 +25.5" in page.text()
    assert "各项权重之和应等于满分 100，现在是 125.5" in page.text()
    assert page.all("input", name="weight..signing")[0].get("value") == "55.5"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("act", ["preview", "draft", "submit"])
def test_what_does_not_add_up_leaves_the_boards_on_the_desk(client: FlaskClient, act: str) -> None:
    """青石 leads with the rules in force, and the weights as they were are tried instead of the wrong ones."""
    status, page = send(client, act, **{"weight..signing": "55.5"}, reason="县委决定")
    assert status == 422
    for board in ("before", "after"):
        rows = [page.text(row) for row in page.all("table", class_=board)[0].iter("tr")][1:]
        assert [row.startswith(unit) for row, unit in zip(rows, ("1青石镇", "2柳溪镇"), strict=False)] == [
            True,
            True,
        ]
    assert "3 家名次都不变" in page.text(page.all("div", id="verdict")[0])
    assert "填写有误的地方按改动之前试算" in page.text()


@pytest.mark.engines("sqlite")
def test_without_a_reason_the_weights_are_tried_as_they_are(client: FlaskClient) -> None:
    status, page = send(client, "submit", **SIGNING_FIRST, reason="", effective_on=str(TODAY))
    assert status == 422
    assert "3 家中 2 家名次变化" in page.text(page.all("div", id="verdict")[0])
    assert "填写有误的地方按改动之前试算" not in page.text()


@pytest.mark.engines("sqlite")
def test_a_script_that_asks_about_what_does_not_add_up_is_refused(client: FlaskClient) -> None:
    page = client.get(DESK).text
    status, _page = send(client, "preview", page, **{"weight..signing": "55.5"}, quick="1")
    assert status == 422


@pytest.mark.engines("sqlite")
def test_caps_and_floors_are_told_in_the_percentages_they_are_typed_in(client: FlaskClient) -> None:
    fields = {"cap.landing": "80", "floor.landing": "90.5"}
    status, page = send(client, "draft", **fields)
    assert status == 422
    assert "封顶 80% 不能低于保底 90.5%" in page.text()
    client.get(f"{DESK}?lang=en")
    _, page = send(client, "draft", **fields, **{"weight..signing": "55.5"})
    assert "The cap of 80% cannot be below the floor of 90.5%" in page.text()
    assert "The weights should sum to the full mark of 100; they sum to 125.5" in page.text()


@pytest.mark.engines("sqlite")
def test_what_is_said_once_waits_for_the_page_someone_sees(client: FlaskClient) -> None:
    """The desk's script may ask once more between the saving and the page after it."""
    page = client.get(DESK).get_data(as_text=True)
    send(client, "draft", page, kept="saima.desk", **SIGNING_FIRST)
    asked = {"csrf_token": token_in(page), "quick": "1"}
    answer = client.post(f"{DESK}/preview", data=asked, headers={"Sec-Fetch-Dest": "empty"})
    assert "草稿第 2 版已保存" not in answer.get_data(as_text=True)
    # Had it been asked before the saving and answered after it, it would take the notice away.
    assert not any(said.startswith("saima=") for said in answer.headers.getlist("Set-Cookie"))
    seen = client.get(DESK).get_data(as_text=True)
    assert "草稿第 2 版已保存" in seen
    assert 'data-saved="saima.desk"' in seen


@pytest.mark.engines("sqlite")
def test_who_drafted_is_told_by_name(client: FlaskClient) -> None:
    send(client, "draft", **SIGNING_FIRST)
    assert "草稿第 2 版，chen同志" in client.get(DESK).get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_what_is_no_number_is_named_beside_its_field(client: FlaskClient) -> None:
    status, page = send(client, "draft", **{"weight..signing": "三十", "cap.arrival": "-5"})
    assert status == 422
    assert {page.text(span) for span in page.all("span", class_="complaint")} == {
        "应为不小于 0 的数，如 25 或 12.5",
        "应为百分数，如 120；留空表示没有",
    }
    assert page.all("input", name="weight..signing")[0].get("value") == "三十"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("typed", ["3,0", "٣٠"])
def test_a_weight_is_never_read_as_another(client: FlaskClient, database: Database, typed: str) -> None:
    """3,0 may be 3.0 and was once read as 30, the weight that makes the sum right."""
    status, page = send(client, "draft", **{"weight..signing": typed})
    assert status == 422
    assert [page.text(span) for span in page.all("span", class_="complaint")] == [
        "应为不小于 0 的数，如 25 或 12.5"
    ]
    assert len(versions(database)) == 1


@pytest.mark.engines("sqlite")
def test_full_width_digits_and_fractions_are_numbers(client: FlaskClient, database: Database) -> None:
    thirds = {f"weight..{key}": "１００／３" for key in ("signing", "groundbreaking", "landing")}
    status, _ = send(client, "draft", **thirds, **{"weight..arrival": "0"})
    assert status == 302
    weights = [row["weight"] for row in json.loads(versions(database)[-1].document)["indicators"]]
    assert weights == ["100/3", "100/3", "100/3", "0"]


def test_a_draft_is_saved_changed_and_discarded(client: FlaskClient, database: Database) -> None:
    assert send(client, "draft", **SIGNING_FIRST)[0] == 302
    assert send(client, "draft", **{"weight..signing": "50", "weight..groundbreaking": "15"})[0] == 302
    drafts = [version for version in versions(database) if version.state == DRAFT]
    assert [(draft.version_no, draft.revision, draft.drafted_by) for draft in drafts] == [(2, 2, "chen")]
    page = client.get(DESK).get_data(as_text=True)
    client.post(f"{DESK}/discard", data={"csrf_token": token_in(page), "seen": "2.2"})
    assert [version.state for version in versions(database)] == [APPROVED, DISCARDED]


def test_the_second_of_two_people_is_told_and_sees_both_values(
    client: FlaskClient, database: Database
) -> None:
    send(client, "draft", **SIGNING_FIRST)
    stale = client.get(DESK).get_data(as_text=True)
    send(client, "draft", **{"weight..signing": "50", "weight..groundbreaking": "15"})
    status, page = send(client, "draft", stale, **{"weight..signing": "45", "weight..groundbreaking": "20"})
    assert status == 409
    assert "草稿已被他人改动" in page.text()
    assert page.all("input", name="weight..signing")[0].get("value") == "45"
    assert {"他人：50", "他人：15"} <= {page.text(span) for span in page.all("span", class_="theirs")}
    # Having seen both, saving again is a decision.
    status, _ = send(
        client, "draft", page.source, **{"weight..signing": "45", "weight..groundbreaking": "20"}
    )
    assert status == 302
    rows = json.loads(versions(database)[-1].document)["indicators"]
    assert [row["weight"] for row in rows[:2]] == ["45", "20"]


@pytest.mark.engines("sqlite")
def test_a_preview_in_between_hides_nobodys_change(client: FlaskClient) -> None:
    """Looking at the effect is not looking at what the other person saved."""
    stale = client.get(DESK).get_data(as_text=True)
    send(client, "draft", **SIGNING_FIRST)
    _, looked = send(client, "preview", stale, **SIGNING_FIRST)
    status, _ = send(client, "draft", looked.source, **SIGNING_FIRST)
    assert status == 409


def test_a_first_draft_is_not_passed_by_another(client: FlaskClient) -> None:
    """Two people who both start from the scheme in force: the second is told."""
    stale = client.get(DESK).get_data(as_text=True)
    send(client, "draft", **SIGNING_FIRST)
    assert send(client, "draft", stale, **SIGNING_FIRST)[0] == 409


def test_submitting_needs_a_reason_and_a_day_to_come(client: FlaskClient, database: Database) -> None:
    yesterday = str(TODAY - timedelta(days=1))
    status, page = send(client, "submit", **SIGNING_FIRST, reason="", effective_on=yesterday)
    assert status == 422
    assert "请填写" in page.text()
    status, page = send(client, "submit", **SIGNING_FIRST, reason="县委决定", effective_on=yesterday)
    assert status == 422
    assert "不能追溯" in page.text()
    status, page = send(
        client, "submit", **SIGNING_FIRST, reason="县委决定", effective_on=str(ENDS + timedelta(days=1))
    )
    assert (status, len(versions(database))) == (422, 1)
    assert page.all("input", name="weight..signing")[0].get("value") == "60"
    status, page = send(client, "submit", **SIGNING_FIRST, reason="县委决定", effective_on=str(TODAY))
    assert status == 302
    assert [version.state for version in versions(database)] == [APPROVED, SUBMITTED]


@pytest.mark.engines("sqlite")
def test_a_version_is_downloaded_as_its_document(client: FlaskClient) -> None:
    answer = client.get(f"{DESK}/1.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scheme-now-1.json"'
    assert answer.get_json()["full_mark"] == "100"
    assert client.get(f"{DESK}/7.json").status_code == 404


@pytest.mark.engines("sqlite")
def test_saving_over_a_submission_says_that_it_was_withdrawn(client: FlaskClient) -> None:
    send(client, "submit", **SIGNING_FIRST, reason="县委决定", effective_on=str(TODAY))
    send(client, "draft", **SIGNING_FIRST)
    assert "没有改动，第 2 版仍在等待审批" in client.get(DESK).get_data(as_text=True)
    send(client, "draft", **SIGNING_FIRST, ties="dense")
    assert "原来的提交已撤回，改好后须重新提交审批" in client.get(DESK).get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_a_first_scheme_begins_with_its_season(client: FlaskClient, database: Database) -> None:
    """The race under way today began earlier; a season without a scheme is offered its own first day."""
    with database.session() as session:
        opened = {"slug": "bare", "title": "新赛季", "starts_on": STARTS, "ends_on": ENDS}
        plan.open_season(session, "tester", **opened)
        session.commit()
    source = client.get("/console/seasons/bare/scheme").get_data(as_text=True)
    [day] = Visited(200, source, parse(source)).all("input", id="effective_on")
    assert (day.get("value"), day.get("min")) == (str(STARTS), None)
    assert "首个方案，可自赛季开始日起" in source
    source = client.get(DESK).get_data(as_text=True)
    [day] = Visited(200, source, parse(source)).all("input", id="effective_on")
    assert (day.get("value"), day.get("min")) == (str(TODAY), str(TODAY))


@pytest.mark.engines("sqlite")
def test_the_reason_and_the_day_stay_typed_until_they_are_submitted(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    """Without a script every button sends the whole page anew."""
    day = str(TODAY + timedelta(days=3))

    def typed() -> tuple[str, str | None]:
        page = parse(client.get(DESK).get_data(as_text=True))
        named = {element.get("id"): element for element in page.iter()}
        return "".join(named["reason"].itertext()).strip(), named["effective_on"].get("value")

    fields = {"reason": "县委（决定）：<调整>", "effective_on": day}
    send(client, "draft", **SIGNING_FIRST, **fields)
    assert typed() == (fields["reason"], day)
    _, page = send(client, "preview", **fields)
    assert fields["reason"] in page.text()
    enrol(database, "li")
    assert fields["reason"] not in signed_in(app, "li").get(DESK).get_data(as_text=True)
    assert send(client, "submit", **fields)[0] == 302
    assert client.get_cookie("saima-request", path="/console") is None
