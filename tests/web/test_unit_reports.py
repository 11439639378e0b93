"""What a unit hands in: with photos and files, once however often it is sent, and counting for nothing until verified."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR, REPORTER
from leaderboard.boards.read import find_form
from leaderboard.db import Database
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.handed_in import unsettled
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    REVERSED,
    VERIFIED,
    CapitalArrival,
    Credit,
    Project,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import find_project, outcome_of
from leaderboard.ledger.record import Source, decide
from leaderboard.ledger.unit_facts import add_return
from tests.factories import Race
from tests.people import enrol, signed_in, token_in, visitor
from tests.visiting import Visit, Visited, parse
from tests.web.races import SIGNED, STARTS, TODAY, committed_race

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)
PAGE = "/my/projects/L-1"
STARTED = {"stage": "started", "occurred_on": str(TODAY)}
MONEY = {"occurred_on": str(TODAY), "amount": "300", "kind": "domestic", "evidence": "回单"}


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def fields_of(client: FlaskClient, path: str, form: str) -> dict[str, str]:
    """Everything that the form to this address holds when its page is opened."""
    page = Visited(200, "", parse(client.get(path).get_data(as_text=True)))
    (wanted,) = page.all("form", action=form)
    found = {field.get("name"): field.get("value", "") for field in wanted.iter("input")}
    for chosen in wanted.iter("select"):
        found[chosen.get("name")] = next(
            (o.get("value", "") for o in chosen.iter("option") if o.get("selected") is not None), ""
        )
    return {name: value for name, value in found.items() if name and name not in {"file", "keep_files"}}


def send(client: FlaskClient, form: str, fields: dict[str, str], *files: tuple[bytes, str]) -> TestResponse:
    data: dict[str, object] = {**fields, "file": [(BytesIO(content), title) for content, title in files]}
    return client.post(form, data=data)


def report(
    client: FlaskClient, what: str, page: str = PAGE, /, *files: tuple[bytes, str], **fields: str
) -> TestResponse:
    form = f"{page.partition('?')[0]}/{what}"
    return send(client, form, fields_of(client, page, form) | fields, *files)


Table = type[StageEvent] | type[CapitalArrival] | type[Credit] | type[UnitReturn]


def all_of(database: Database, table: Table) -> list[tuple[Any, str]]:
    """What the reporter recorded in a table, the oldest first, with what became of it."""
    with database.reading() as session:
        recorded = select(table).where(table.recorded_by == "li").order_by(table.recorded_at)
        found: Sequence[Any] = session.scalars(recorded).all()
        return [(fact, outcome_of(session, fact)) for fact in found]


def send_back(database: Database, table: Table, why: str) -> None:
    """Send back what the reporter recorded last in a table."""
    fact, _outcome = all_of(database, table)[-1]
    with database.session() as session:
        decide(session, "chen", session.merge(fact), RETURNED, why)
        session.commit()


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


def board(database: Database, race: Race, days: int) -> list[tuple[str, object, object, dict[str, str]]]:
    """Publish the next edition and read what the public sees: each unit's place, score and figures."""
    with database.session() as session:
        again = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        number = again.publish(TODAY + timedelta(days=days)).number
        session.commit()
        form = find_form(session, f"/boards/now/{number}.json", "")
    assert form is not None
    return [
        (row["unit"], row["place"], row["score"], {k: v["numerator"] for k, v in row["indicators"].items()})
        for row in json.loads(form.identity)["standings"]
    ]


def test_nothing_a_unit_enters_counts_before_it_is_verified(
    client: FlaskClient, database: Database, race: Race
) -> None:
    """柳溪 signed 4 and started none; its started project, money and new project change nothing until verified."""
    before = board(database, race, 0)
    report(client, "events", **STARTED, evidence="开工令")
    report(client, "arrivals", **MONEY)
    new = fields_of(client, "/my/projects/new", "/my/projects") | {"name": "新项目", "evidence": "协议"}
    page = send(client, "/my/projects", new).location or ""
    signing = {"stage": "signed", "occurred_on": str(TODAY), "total": "5000", "inward": "5000"}
    assert report(client, "events", page, **signing, evidence="合同").location == page
    assert board(database, race, 1) == before
    with database.session() as session:
        waiting = unsettled(session, race.units["liuxi"].id, AWAITING, {"li"}, 10)
        assert {each.kind for each in waiting} == {"event", "arrival", "credit"}
        for each in waiting:
            decide(session, "chen", each.fact, VERIFIED)
        session.commit()
    after = {unit: figures for unit, _place, _score, figures in board(database, race, 2)}
    # Five signed now, one of them started, 3 million arrived.
    assert after["liuxi"]["signing"] == "5"
    assert after["liuxi"]["groundbreaking"] == "1"
    assert after["liuxi"]["arrival"] == "3000000"


# Each engine refuses a key that is taken in its own way.
@pytest.mark.engines("sqlite", "postgresql")
def test_a_unit_enters_a_project_once_under_a_code_nobody_types(
    app: Flask, client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    form = "/my/projects"
    fields = fields_of(client, "/my/projects/new", form) | {
        "name": "柳溪二期",
        "investor": "某某集团",
        "evidence": "协议",
    }
    page = send(client, form, fields).location or ""
    assert page.startswith("/my/projects/liuxi-")
    assert send(client, form, fields).location == page
    assert "柳溪二期" in visit(page, client=client).text()
    again = fields_of(client, "/my/projects/new", form) | {"name": "柳溪 二期", "evidence": "协议"}
    assert "本单位已有同名项目" in send(client, form, again).get_data(as_text=True)
    # Another unit may have one of that name, and is not told of this one.
    other = visitor(app, database, REPORTER, "wang", race.units["qingshi"].id)
    theirs = fields_of(other, "/my/projects/new", form) | {"name": "柳溪二期", "evidence": "协议"}
    assert send(other, form, theirs).status_code == 302
    visit(page, 404, client=other)
    send_back(database, Credit, "名称与合同不符")
    listed = visit("/my/reports", client=client)
    (link,) = [a.get("href") or "" for a in listed.all("a") if listed.text(a).startswith("重新填报")]
    renamed = fields_of(client, link, form) | {"name": "柳溪产业园二期"}
    assert send(client, form, renamed).location == page
    assert send(client, form, renamed).location == page
    with database.reading() as session:
        assert session.scalar(select(func.count(Project.id)).where(Project.recorded_by == "li")) == 1
    assert "柳溪产业园二期" in visit(page, client=client).text()
    assert [outcome for _, outcome in all_of(database, Credit)] == [REVERSED, AWAITING]


@pytest.mark.engines("sqlite")
def test_an_office_may_enter_every_project_itself(settings: Settings, database: Database, race: Race) -> None:
    app = create_app(settings.model_copy(update={"units_register": False}), database)
    client = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    assert client.get("/my/projects/new").status_code == 404
    assert "登记新项目" not in client.get("/my/projects").get_data(as_text=True)
    token = token_in(client.get(PAGE).get_data(as_text=True))
    answer = client.post("/my/projects", data={"csrf_token": token, "name": "新项目", "evidence": "协议"})
    assert answer.status_code == 404


@pytest.fixture
def returning(
    client: FlaskClient, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """柳溪's reporter, whose season asks for a tax, of which 40 are reported for its first 30 days, and for jobs."""
    asked = {"tax": "税收", "jobs": "就业"}
    for module in ("returns", "reports"):
        monkeypatch.setattr(f"leaderboard.web.my.{module}.measure_names", lambda _scheme: asked)
    with database.session() as session:
        add_return(
            session,
            Source("chen", verified=True),
            unit_id=race.units["liuxi"].id,
            measure="tax",
            starts_on=STARTS,
            ends_on=STARTS + timedelta(days=29),
            quantity=40,
        )
        session.commit()
    return client


def test_a_return_goes_on_from_what_is_locked_and_is_kept_whole_or_not_at_all(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    path = "/my/returns"
    page = visit(path, client=returning)
    locked = [page.text(each) for each in page.all("p", class_="locked")]
    until, nxt = STARTS + timedelta(days=29), STARTS + timedelta(days=30)
    assert locked == [f"累计 40 （到 {until}，已锁定；上期 40）", "累计 0 （本赛季还没有报过）"]
    form = f"{path}?season=now"
    fields = fields_of(returning, path, form) | {"ends_on": str(until), "evidence": "台账"}
    wrong = send(returning, form, fields | {"quantity-tax": "25", "quantity-jobs": "许多"})
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert f"已报到 {until}" in text
    assert text.count('class="complaint"') == 2
    assert "请至少填一项" in send(returning, form, fields).get_data(as_text=True)
    assert all_of(database, UnitReturn) == []
    sent = fields | {"ends_on": str(TODAY), "quantity-tax": "25", "quantity-jobs": "0"}
    for _time in range(2):
        assert send(returning, form, sent).location == "/my/reports"
    with database.reading() as session:
        rows = session.scalars(select(UnitReturn).where(UnitReturn.recorded_by == "li")).all()
        found = {row.measure: (row.starts_on, row.occurred_on, row.quantity) for row in rows}
    assert found == {"tax": (nxt, TODAY, 25), "jobs": (STARTS, TODAY, 0)}
    assert "税收 25" in visit("/my/reports", client=returning).text()


def test_a_return_sent_back_comes_before_the_next_one(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    path, form = "/my/returns", "/my/returns?season=now"
    day = TODAY - timedelta(days=30)
    fields = fields_of(returning, path, form) | {
        "ends_on": str(day),
        "evidence": "台账",
        "quantity-tax": "25",
    }
    assert send(returning, form, fields).status_code == 302
    send_back(database, UnitReturn, "与税务口径不符")
    page = visit(path, client=returning)
    (link,) = [a.get("href") or "" for a in page.all("a") if "先重新填报" in page.text(a)]
    assert page.all("input", name="quantity-tax") == []
    again = fields_of(returning, link, form)
    assert (again["quantity-tax"], again["ends_on"]) == ("25", str(day))
    assert "累计 40" in visit(link, client=returning).text()
    assert send(returning, form, again | {"quantity-tax": "23"}).status_code == 302
    assert [(fact.quantity, outcome) for fact, outcome in all_of(database, UnitReturn)] == [
        (25, REVERSED),
        (23, AWAITING),
    ]


def two_periods(client: FlaskClient) -> tuple[str, str]:
    """25 to a month ago and 3 more to today, both waiting; the last days of both."""
    form, days = "/my/returns?season=now", (str(TODAY - timedelta(days=30)), str(TODAY))
    for day, quantity in zip(days, ("25", "3"), strict=True):
        sent = {"ends_on": day, "evidence": "台账", "quantity-tax": quantity}
        assert send(client, form, fields_of(client, "/my/returns", form) | sent).status_code == 302
    return days


@pytest.mark.engines("sqlite")
def test_a_return_that_another_stands_on_offers_nothing_that_would_be_refused(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    two_periods(returning)
    page = visit("/my/reports", client=returning)
    later, earlier = page.all("article")
    assert [
        page.text(link).split()[0] for link in later.iter("a") if "again" in (link.get("href") or "")
    ] == ["改"]
    assert (len(list(later.iter("form"))), len(list(earlier.iter("form")))) == (1, 0)
    assert [link for link in earlier.iter("a") if "again" in (link.get("href") or "")] == []
    assert "先撤回较晚的" in page.text(earlier)
    first, _second = (fact for fact, _ in all_of(database, UnitReturn))
    visit(f"/my/returns?again={first.fact_id}", 404, client=returning)
    token = token_in(page.source)
    returning.post(
        f"/my/reports/return/{first.unit_id}/{first.fact_id}/take-back", data={"csrf_token": token}
    )
    assert "请先撤回较晚的" in visit("/my/reports", client=returning).text()
    assert [outcome for _, outcome in all_of(database, UnitReturn)] == [AWAITING, AWAITING]


def test_a_return_sent_back_under_a_verified_one_takes_another_figure(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    day, _today = two_periods(returning)
    (first, _), (second, _) = all_of(database, UnitReturn)
    with database.session() as session:
        decide(session, "chen", session.merge(second), VERIFIED)
        decide(session, "chen", session.merge(first), RETURNED, "口径不符")
        session.commit()
    page = visit("/my/returns", client=returning)
    # What was sent back is not locked, and nothing is due on top of it.
    until = STARTS + timedelta(days=29)
    assert page.text(page.all("p", class_="locked")[0]) == f"累计 40 （到 {until}，已锁定；上期 40）"
    assert page.all("input", name="quantity-tax") == []
    (link,) = [a.get("href") or "" for a in page.all("a") if "先重新填报" in page.text(a)]
    form = "/my/returns?season=now"
    again = fields_of(returning, link, form) | {"quantity-tax": "23"}
    wrong = send(returning, form, again | {"ends_on": str(TODAY - timedelta(days=40))})
    assert f"截止日须仍为 {day}" in wrong.get_data(as_text=True)
    assert send(returning, form, again).status_code == 302
    assert [(fact.quantity, outcome) for fact, outcome in all_of(database, UnitReturn)] == [
        (25, REVERSED),
        (3, VERIFIED),
        (23, AWAITING),
    ]
    locked = visit("/my/returns", client=returning).all("p", class_="locked")[0]
    assert page.text(locked) == f"累计 66 （到 {TODAY}，已锁定；上期 3）"


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
