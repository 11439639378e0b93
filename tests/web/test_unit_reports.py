"""What a unit hands in of its projects: with photos and files, once however often it is sent, taken back while it waits."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import ADMINISTRATOR, REPORTER
from leaderboard.db import Database
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    REVERSED,
    VERIFIED,
    CapitalArrival,
    StageEvent,
)
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import decide
from leaderboard.web.my import project
from tests.factories import Race
from tests.people import enrol, signed_in, token_in, visitor
from tests.visiting import Visit, Visited, parse
from tests.web.races import SIGNED, TODAY, committed_race
from tests.web.reporting import MONEY, PAGE, PHOTO, STARTED, all_of, fields_of, report, send, send_back


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def test_a_photo_is_proof_enough_and_opens_for_the_unit_and_the_console_alone(
    app: Flask, client: FlaskClient, database: Database, race: Race
) -> None:
    assert report(client, "events", PAGE, (PHOTO, "开工.png"), **STARTED).location == PAGE
    ((started, outcome),) = all_of(database, StageEvent)
    assert isinstance(started, StageEvent)
    assert (started.evidence, outcome) == (None, AWAITING)
    with database.reading() as session:
        ((file,),) = evidence_of(session, [started.fact_id]).values()
    answer = client.get(f"/my/evidence/{file.file_id}")
    assert (answer.data, answer.mimetype) == (PHOTO, "image/png")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    other = visitor(app, database, REPORTER, "wang", race.units["qingshi"].id)
    assert other.get(f"/my/evidence/{file.file_id}").status_code == 404
    assert visitor(app, database, ADMINISTRATOR).get(f"/console/evidence/{file.file_id}").data == PHOTO


@pytest.mark.engines("sqlite")
def test_everything_wrong_is_said_at_once_and_nothing_is_kept(
    client: FlaskClient, database: Database
) -> None:
    wrong = {"stage": "", "occurred_on": "昨天", "total": "三百"}
    answer = report(client, "events", PAGE, (b"MZ\x90\x00", "照片.jpg"), (b"", "空.png"), **wrong)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert text.count('class="complaint"') == 4
    assert "照片.jpg：只收 PDF" in text
    assert "空.png：文件是空的" in text
    assert 'value="昨天"' in text
    # Without words or a file there is no proof.
    assert "请填写依据，或附照片、文件" in report(client, "events", **STARTED).get_data(as_text=True)
    assert all_of(database, StageEvent) == []


@pytest.mark.parametrize(("form", "typed"), [("events", STARTED), ("arrivals", MONEY)])
def test_a_form_sent_twice_in_one_moment_was_received(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, form: str, typed: dict[str, str]
) -> None:
    """The second looked for the first before that was recorded, and comes upon it only when it records its own."""
    address = f"{PAGE}/{form}"
    fields = fields_of(client, PAGE, address) | typed | {"evidence": "开工令"}
    assert send(client, address, fields).location == PAGE
    client.get(PAGE)
    found, looked = project.find_project_fact, []

    def looking(*asked: Any) -> Any:
        looked.append(asked)
        return None if len(looked) == 1 else found(*asked)

    monkeypatch.setattr(project, "find_project_fact", looking)
    assert send(client, address, fields).location == PAGE
    assert "这张表已经收到，没有重复记录。" in client.get(PAGE).get_data(as_text=True)
    assert len(all_of(database, StageEvent if form == "events" else CapitalArrival)) == 1


# Each engine refuses a key that is taken in its own way.
@pytest.mark.engines("sqlite", "postgresql")
def test_a_form_sent_again_is_recorded_once_and_with_other_figures_asks_first(
    client: FlaskClient, database: Database
) -> None:
    form = f"{PAGE}/arrivals"
    fields = fields_of(client, PAGE, form) | MONEY
    for _time in range(3):
        assert send(client, form, fields, (PHOTO, "回单.png")).location == PAGE
    assert "没有重复记录" in client.get(PAGE).get_data(as_text=True)
    ((first, _outcome),) = all_of(database, CapitalArrival)
    assert isinstance(first, CapitalArrival)
    with database.reading() as session:
        assert len(evidence_of(session, [first.fact_id])[first.fact_id]) == 1
    answer = send(client, form, fields | {"amount": "301"})
    assert answer.status_code == 409
    assert "先前已经收到" in answer.get_data(as_text=True)
    assert len(all_of(database, CapitalArrival)) == 1
    fresh = Visited(409, "", parse(answer.get_data(as_text=True)))
    (back,) = fresh.all("form", action=form)
    (token,) = [field.get("value", "") for field in back.iter("input") if field.get("name") == "token"]
    assert send(client, form, fields | {"amount": "301", "token": token}).status_code == 302
    assert [fact.yuan for fact, _ in all_of(database, CapitalArrival)] == [3_000_000, 3_010_000]


@pytest.mark.engines("sqlite")
def test_a_token_of_ones_own_making_names_no_record(client: FlaskClient, database: Database) -> None:
    """Tokens that are none are as good as none, and the ids of two forms are never alike."""
    form = f"{PAGE}/arrivals"
    for token in ("", "x", "../../etc/passwd"):
        assert (
            send(
                client,
                form,
                fields_of(client, PAGE, form) | MONEY | {"evidence": f"回单 {token}"} | {"token": token},
            ).status_code
            == 302
        )
    assert len({fact.fact_id for fact, _ in all_of(database, CapitalArrival)}) == 3


@pytest.mark.engines("sqlite")
def test_a_script_is_told_where_to_go_on(client: FlaskClient) -> None:
    form = f"{PAGE}/arrivals"
    fields = fields_of(client, PAGE, form) | MONEY
    answer = client.post(form, data=fields, headers={"X-Saima-Form": "1"})
    assert (answer.status_code, answer.get_json()) == (200, {"next": PAGE})
    assert "待认定，认定后计分" in client.get(PAGE).get_data(as_text=True)


def test_what_was_sent_back_stands_on_top_and_is_handed_in_anew(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    report(client, "events", PAGE, (PHOTO, "开工.png"), **STARTED, evidence="开工令 3 号")
    report(client, "arrivals", **MONEY)
    send_back(database, StageEvent, "照片看不清，请重拍")
    page = visit("/my/reports", client=client)
    assert page.text(page.all("h1")[0]) == "有 1 条被退回，请看理由后重新填报。"
    first, second = (page.text(each) for each in page.all("article"))
    assert "柳溪项目1 已退回" in first
    assert "退回理由：照片看不清，请重拍" in first
    assert "到位 300 万元" in second
    visit("/my/reports?lang=en", client=client)
    (again,) = [link.get("href") or "" for link in page.all("a") if page.text(link).startswith("重新填报")]
    form = f"{PAGE}/events"
    fields = fields_of(client, again, form)
    assert (fields["stage"], fields["occurred_on"], fields["evidence"]) == (
        "started",
        str(TODAY),
        "开工令 3 号",
    )
    earlier = TODAY - timedelta(days=2)
    sent = fields | {"occurred_on": str(earlier), "keep_files": "1"}
    assert send(client, form, sent, (PHOTO + b"2", "重拍.png")).location == PAGE
    (_was, then), (new, now) = all_of(database, StageEvent)
    assert isinstance(new, StageEvent)
    assert (then, now, new.occurred_on) == (REVERSED, AWAITING, earlier)
    with database.reading() as session:
        titles = {file.title for file in evidence_of(session, [new.fact_id])[new.fact_id]}
    assert titles == {"开工.png", "重拍.png"}
    # Sent once more, as after a lost answer, it changes nothing; opened once more, it is gone.
    assert send(client, form, sent).location == PAGE
    assert len(all_of(database, StageEvent)) == 2
    visit(again.partition("#")[0], 404, client=client)


def test_what_waits_is_taken_back_and_what_is_verified_is_not(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    report(client, "arrivals", **MONEY)
    (form,) = [
        each.get("action") or ""
        for each in visit("/my/reports", client=client).all("form", method="post")
        if "take-back" in (each.get("action") or "")
    ]
    with database.session() as session:
        arrival = session.scalars(select(CapitalArrival)).one()
        decide(session, "chen", arrival, VERIFIED)
        session.commit()
    token = token_in(client.get("/my/reports").get_data(as_text=True))
    assert client.post(form, data={"csrf_token": token}).location == "/my/reports"
    assert "只能撤回" in visit("/my/reports", client=client).text()
    with database.session() as session:
        decide(session, "chen", session.scalars(select(CapitalArrival)).one(), RETURNED, "重核")
        session.commit()
    assert client.post(form, data={"csrf_token": token}).location == "/my/reports"
    assert "单位撤回" in visit("/my/reports", client=client).text()
    assert [outcome for _, outcome in all_of(database, CapitalArrival)] == [REVERSED]


@pytest.mark.engines("sqlite")
def test_an_arrival_before_the_signing_and_one_like_another_are_asked_about_once(
    client: FlaskClient, database: Database
) -> None:
    """L-1 was signed 100 days ago; the season began 100 days before that."""
    form, early = f"{PAGE}/arrivals", MONEY | {"occurred_on": str(SIGNED - timedelta(days=1))}
    asked = send(client, form, fields_of(client, PAGE, form) | early)
    assert asked.status_code == 422
    assert f"到位早于签约（{SIGNED}）" in asked.get_data(as_text=True)
    sure = early | {"sure_day": early["occurred_on"]}
    assert send(client, form, fields_of(client, PAGE, form) | sure).status_code == 302
    twice = send(client, form, fields_of(client, PAGE, form) | sure)
    assert (twice.status_code, "可能重复" in twice.get_data(as_text=True)) == (422, True)
    another = sure | {"sure_another": f"1-{early['occurred_on']}"}
    assert send(client, form, fields_of(client, PAGE, form) | another).status_code == 302
    assert len(all_of(database, CapitalArrival)) == 2


@pytest.mark.engines("sqlite")
def test_a_stage_on_record_says_what_a_unit_can_do(client: FlaskClient, database: Database) -> None:
    signed = report(client, "events", PAGE, **STARTED | {"stage": "signed"}, evidence="合同")
    assert "如有不符，请联系主办单位" in signed.get_data(as_text=True)
    assert report(client, "events", PAGE, **STARTED, evidence="开工令").status_code == 302
    text = report(client, "events", PAGE, **STARTED, evidence="开工令").get_data(as_text=True)
    assert "改、重新填报或撤回那一条" in text
    assert "冲销" not in text
    assert len(all_of(database, StageEvent)) == 1


@pytest.mark.engines("sqlite")
def test_a_form_whose_session_is_gone_leads_to_signing_in_and_back(app: Flask, client: FlaskClient) -> None:
    form = f"{PAGE}/events"
    fields = fields_of(client, PAGE, form) | STARTED
    stranger = app.test_client()
    answer = stranger.post(form, data=fields, headers={"Referer": f"http://localhost{PAGE}"})
    assert answer.location == f"/sign-in?next={PAGE}&expired=1"
    assert "填写的内容留在这台电脑的浏览器里" in stranger.get(answer.location).get_data(as_text=True)
    # Whoever is signed in is told that the form is stale, and a public page that it is.
    assert client.post(form, data=STARTED).status_code == 400
    assert stranger.post("/sign-in", data={"name": "li"}).status_code == 400


@pytest.mark.engines("sqlite")
def test_more_proof_is_added_until_the_fact_is_verified(client: FlaskClient, database: Database) -> None:
    report(client, "arrivals", **MONEY)
    ((arrival, _),) = all_of(database, CapitalArrival)
    assert isinstance(arrival, CapitalArrival)
    form = f"/my/evidence/arrival/{arrival.project_id}/{arrival.fact_id}"

    def add(content: bytes) -> str:
        token = token_in(client.get(PAGE).get_data(as_text=True))
        data = {"csrf_token": token, "back": PAGE, "file": (BytesIO(content), "回单.png")}
        assert client.post(form, data=data).status_code == 302
        return client.get(PAGE).get_data(as_text=True)

    assert "已附上 回单.png" in add(PHOTO)
    assert "只收 PDF" in add(b"<script>")
    with database.session() as session:
        decide(
            session, "chen", session.get_one(CapitalArrival, (arrival.project_id, arrival.fact_id)), VERIFIED
        )
        session.commit()
    add(PHOTO)
    with database.reading() as session:
        assert find_project(session, "L-1") is not None
        assert len(evidence_of(session, [arrival.fact_id])[arrival.fact_id]) == 1
