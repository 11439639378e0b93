"""The second person: sees what was submitted and what it would change, approves or returns it; nobody decides alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import VIEWER, AuditLine
from leaderboard.db import Database
from leaderboard.seasons.approval import submit_scheme
from leaderboard.seasons.drafts import FOUR_RATES as PLAIN
from leaderboard.seasons.drafts import current_draft, save_draft
from leaderboard.seasons.models import APPROVED, DRAFT, SUBMITTED, SchemeSubmission, SchemeVersion
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import find_season
from leaderboard.seasons.schemes import draft_scheme
from tests.factories import put_in_force
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

DESK = "/console/seasons/now/scheme"
PAGE = f"{DESK}/approval"


@pytest.fixture
def approver(app: Flask, database: Database) -> FlaskClient:
    """Li, an administrator beside Chen, with a race whose second scheme Chen submitted."""
    committed_race(database)
    enrol(database)
    enrol(database, "li")
    submitted(database, TODAY)
    return signed_in(app, "li")


def submitted(database: Database, effective_on: date, asked_on: date = TODAY) -> None:
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        version = draft_scheme(session, "chen", season, PLAIN)
        submit_scheme(
            session,
            "chen",
            version,
            effective_on=effective_on,
            reason="县委决定",
            today=asked_on,
            is_blind=True,
        )
        session.commit()


def newest(database: Database) -> SchemeVersion:
    with database.reading() as session:
        found = session.scalars(select(SchemeVersion).order_by(SchemeVersion.version_no.desc())).first()
    assert found is not None
    return found


def press(client: FlaskClient, act: str, page: str | None = None, **fields: str) -> tuple[int, str]:
    """Press a button of the approval page as it stands, or as it stood."""
    source = page or client.get(PAGE).get_data(as_text=True)
    seen = source.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in source else ""
    answer = client.post(f"{DESK}/{act}", data={"csrf_token": token_in(source), "seen": seen, **fields})
    return answer.status_code, answer.get_data(as_text=True)


def test_the_approver_sees_the_request_and_its_effect_and_approves(
    approver: FlaskClient, database: Database, visit: Visit
) -> None:
    """All weights 25: 柳溪 25 × 1 = 25 (was 30), 青石 12.5 + 25 + 25 = 62.5 (was 60); nobody changes place."""
    assert "当年赛季 第 2 版方案" in visit("/console/", client=approver).text()
    page = visit(PAGE, client=approver)
    text = page.text()
    assert "chen同志" in text
    assert "县委决定" in text
    assert "调权重时未看单位名称" in text
    assert "3 家名次都不变" in text
    assert "62.50" in text
    assert press(approver, "approve")[0] == 302
    version = newest(database)
    assert (version.state, version.effective_on, version.approved_by) == (APPROVED, TODAY, "li")
    assert "没有待审批的方案" in visit(PAGE, client=approver).text()


@pytest.mark.engines("sqlite")
def test_the_approver_sees_past_editions_and_how_sure_places_are(
    approver: FlaskClient, database: Database, visit: Visit
) -> None:
    """Signing alone: 柳溪 100 and 青石 50 change places, as they would have in edition 1, which stays as it is."""
    alone = {"signing": "100"}
    rows = [row | {"weight": alone.get(row["key"], "0")} for row in PLAIN["indicators"]]
    press(approver, "return", answer="再议")
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        draft = current_draft(session, season.id)
        assert draft is not None
        divisions = {
            "towns": {"weights": dict.fromkeys(("groundbreaking", "landing", "arrival"), "0") | alone}
        }
        seen = (draft.version_no, draft.revision)
        draft = save_draft(
            session, "chen", season, dict(PLAIN) | {"indicators": rows, "divisions": divisions}, seen
        )
        submit_scheme(session, "chen", draft, effective_on=TODAY, reason="只看签约", today=TODAY)
        session.commit()
    page = visit(PAGE, client=approver)
    outcome = page.text(page.all("div", id="verdict")[0])
    assert f"第 1 期（截至 {TODAY}）：2 家名次变化，柳溪镇由第 2 升到第 1" in outcome
    assert "已发布的第 1 期和以前各期不会改动" in outcome
    assert page.all("div", id="outlook")
    assert "区间" in page.text(page.all("section", id="effect")[0])
    changed = page.text(page.all("table", class_="differing")[0])
    assert "分组权重 · towns组—权重 资金到位率 0、开工率 0、落地率 0、签约率 100" in changed


def test_who_submitted_cannot_approve_even_by_hand(
    app: Flask, approver: FlaskClient, database: Database, visit: Visit
) -> None:
    chen = signed_in(app)
    assert "须由另一位管理员审批" in visit(PAGE, client=chen).text()
    assert "待您审批" not in visit("/console/", client=chen).text()
    status, page = press(chen, "approve")
    assert (status, newest(database).state) == (422, SUBMITTED)
    assert "不能自己审批" in page


@pytest.mark.engines("sqlite")
def test_a_return_needs_a_reason_which_its_author_reads(
    app: Flask, approver: FlaskClient, database: Database, visit: Visit
) -> None:
    status, page = press(approver, "return", answer=" ")
    assert status == 422
    assert "请填写" in page
    assert press(approver, "return", answer="先报县政府")[0] == 302
    assert newest(database).state == DRAFT
    assert "先报县政府" in visit(PAGE, client=signed_in(app)).text()
    assert "先报县政府" in visit(DESK, client=signed_in(app)).text()


@pytest.mark.engines("sqlite")
def test_what_was_taken_back_meanwhile_is_not_approved(
    app: Flask, approver: FlaskClient, database: Database
) -> None:
    stale = approver.get(PAGE).get_data(as_text=True)
    chen = signed_in(app)
    assert press(chen, "withdraw")[0] == 302
    status, page = press(approver, "approve", stale)
    assert (status, newest(database).state) == (409, DRAFT)
    assert "请看过再决定" in page


@pytest.mark.engines("sqlite")
def test_a_day_that_has_passed_is_moved_visibly(app: Flask, database: Database, visit: Visit) -> None:
    committed_race(database)
    enrol(database, "li")
    yesterday = TODAY - timedelta(days=1)
    submitted(database, yesterday, yesterday)
    client = signed_in(app, "li")
    assert "方案不能追溯" in visit(PAGE, client=client).text()
    status, page = press(client, "approve")
    assert status == 422
    assert "请另定" in page
    assert press(client, "approve", effective_on=str(TODAY))[0] == 302
    assert newest(database).effective_on == TODAY
    with database.reading() as session:
        assert (
            session.scalars(select(SchemeSubmission).order_by(SchemeSubmission.id.desc())).first() is not None
        )


def test_what_takes_over_soon_is_told_before_and_after_approving(
    approver: FlaskClient, database: Database, visit: Visit
) -> None:
    soon = TODAY + timedelta(days=9)
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        put_in_force(session, season, PLAIN, soon, approved_at=1)
        session.commit()
    told = f"第 3 版已批准自 {soon} 起生效，届时取代本版；要一并取代它，请把生效日定在 {soon} 或以后"
    assert told in visit(PAGE, client=approver).text()
    press(approver, "approve")
    assert told in visit(DESK, client=approver).text()


@pytest.mark.engines("sqlite")
def test_a_viewer_looks_and_decides_nothing(app: Flask, approver: FlaskClient, database: Database) -> None:
    enrol(database, "guest", VIEWER)
    guest = signed_in(app, "guest")
    page = guest.get(PAGE).get_data(as_text=True)
    assert "由管理员审批" in page
    assert press(guest, "approve", approver.get(PAGE).get_data(as_text=True))[0] in {400, 404}
    assert newest(database).state == SUBMITTED


@pytest.mark.engines("sqlite")
def test_a_past_version_is_taken_up_again_as_a_new_draft(
    approver: FlaskClient, database: Database, visit: Visit
) -> None:
    press(approver, "approve")
    token = token_in(approver.get(DESK).get_data(as_text=True))
    assert approver.post(f"{DESK}/1/restore", data={"csrf_token": token}).status_code == 302
    draft = newest(database)
    with database.reading() as session:
        first = session.scalars(select(SchemeVersion).where(SchemeVersion.version_no == 1)).one()
    assert (draft.version_no, draft.state, draft.document) == (3, DRAFT, first.document)
    assert approver.post(f"{DESK}/9/restore", data={"csrf_token": token}).status_code == 404
    page = visit(f"{DESK}/versions", client=approver)
    assert "已照第 1 版起草第 3 版，尚未生效。第 2 版的改动都不在其中；只想撤销其中一项" in page.text()
    approver.post(f"{DESK}/1/restore", data={"csrf_token": token})
    assert "已有草稿, 请先作废或生效后再恢复第 1 版" in visit(DESK, client=approver).text()


SIGNING_ALONE: dict[str, Any] = dict(PLAIN) | {
    "indicators": [row | {"weight": "100" if row["key"] == "signing" else "0"} for row in PLAIN["indicators"]]
}
SOON = TODAY + timedelta(days=2)
ONE_LANDING = {"weight..landing": "1"}


@pytest.fixture
def undoing(app: Flask, database: Database) -> FlaskClient:
    """Li; version 2, signing alone, is approved for the day after tomorrow, and Chen took version 1 up again as 3."""
    committed_race(database)
    enrol(database)
    enrol(database, "li")
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        put_in_force(session, season, SIGNING_ALONE, SOON, today=TODAY)
        session.commit()
    chen = signed_in(app)
    token = token_in(chen.get(DESK).get_data(as_text=True))
    assert chen.post(f"{DESK}/1/restore", data={"csrf_token": token}).status_code == 302
    return signed_in(app, "li")


@pytest.mark.engines("sqlite")
def test_a_new_draft_starts_from_the_version_that_holds_last(
    undoing: FlaskClient, database: Database, visit: Visit
) -> None:
    """Version 2, signing alone, waits for its day: what is drafted now starts from it and says so."""
    page = visit(DESK, client=undoing)
    seen = str(page.all("input", name="seen")[0].get("value"))
    undoing.post(f"{DESK}/discard", data={"csrf_token": token_in(page.source), "seen": seen})
    for place in (DESK, f"{DESK}/document"):
        assert f"以已批准、{SOON} 起生效的第 2 版为底本" in visit(place, client=undoing).text()
    page = visit(DESK, client=undoing)
    assert page.all("input", name="weight..signing")[0].get("value") == "100"
    typed = {str(box.get("name")): str(box.get("value")) for box in page.all("input") if box.get("name")}
    undoing.post(f"{DESK}/draft", data=typed | {"ties": "competition", "weight..signing": "99"} | ONE_LANDING)
    assert "起草之后" not in visit(DESK, client=undoing).text()
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        put_in_force(session, season, PLAIN, SOON + timedelta(days=1), today=TODAY)
        session.commit()
    told = visit(DESK, client=undoing).text()
    assert "草稿第 4 版起草之后，第 5 版已获批准；草稿以更早的方案为底本" in told


def submit_on(database: Database, day: date) -> None:
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        draft = current_draft(session, season.id)
        assert draft is not None
        submit_scheme(session, "chen", draft, effective_on=day, reason="县委决定", today=TODAY)
        session.commit()


def test_a_version_that_waits_for_its_day_is_what_an_undoing_is_compared_with(
    undoing: FlaskClient, database: Database, visit: Visit
) -> None:
    """Signing alone 柳溪 100 and 青石 50; under version 1 again 30 and 60: two change places, none from today's."""
    assert f"第 2 版已批准，自 {SOON} 起生效；这里的“现行”还不是它" in visit(DESK, client=undoing).text()
    later = SOON + timedelta(days=1)
    submit_on(database, later)
    page = visit(PAGE, client=undoing)
    told = page.text(page.all("p", id="due")[0])
    assert f"到 {later}，在行的将是已批准的第 2 版（自 {SOON} 起生效）；批准本版即取代它" in told
    assert "与现行第 1 版相比，名次都不变" in told
    assert "3 家中 2 家名次变化" in page.text(page.all("div", id="verdict")[0])
    assert "与届时在行的第 2 版相比改了什么" in page.text()
    assert "签约率 · 权重10030" in page.text(page.all("table", class_="differing")[0])
    english = visit(f"{PAGE}?lang=en", client=undoing).text()
    assert "the approved version 2 will be in force" in english
    assert press(undoing, "approve")[0] == 302
    with database.reading() as session:
        last = select(AuditLine.detail).where(AuditLine.action == "scheme.approve")
        detail = json.loads(session.scalars(last.order_by(AuditLine.seq_no.desc())).first() or "")
    assert (detail["was"]["signing"], detail["now"]["signing"]) == ("100", "30")


@pytest.mark.engines("sqlite")
def test_what_would_change_nothing_on_its_day_is_not_submitted(
    undoing: FlaskClient, app: Flask, database: Database
) -> None:
    """Version 1 again is what holds until version 2, and no longer from its day on."""
    with pytest.raises(PlanError, match=f"与 {TODAY} 在行的第 1 版没有不同"):
        submit_on(database, TODAY)
    submit_on(database, SOON)
    assert newest(database).state == SUBMITTED


@pytest.mark.engines("sqlite")
def test_the_author_hears_what_the_submitted_version_will_replace(
    undoing: FlaskClient, app: Flask, database: Database
) -> None:
    page = (chen := signed_in(app)).get(DESK).get_data(as_text=True)
    press(chen, "submit", page, reason="县委决定", effective_on=str(SOON))
    assert "届时在行的将是第 2 版，批准本版即取代它" in chen.get(DESK).get_data(as_text=True)
