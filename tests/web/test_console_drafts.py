"""The desk of what is not public: drafts and windows, objections, corrections, withdrawals, freezes, and who may."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from leaderboard.accounts.models import VIEWER
from leaderboard.boards.drafts import find_draft, list_drafts
from leaderboard.boards.keys import rotate
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.release import DIFFERING
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.objections.file import file_objection
from leaderboard.objections.models import Objection
from leaderboard.seasons.models import CalendarYear
from leaderboard.seasons.read import find_season
from tests.factories import OFFICE, VERIFIED, Race, small_race
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit, Visited
from tests.web.races import TODAY, committed_race

DESK = "/console/seasons/now/drafts"
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator, with the running race."""
    enrol(database)
    return signed_in(app)


def press(client: FlaskClient, path: str, form: str = DESK, **fields: str) -> int:
    """Send a form of the desk and return the status."""
    return submit(client, path, form, **fields).status_code


def newest(database: Database) -> Draft:
    with database.reading() as session:
        season = find_season(session, "now")
        assert season is not None
        return list_drafts(session, season.id)[0]


def started(database: Database, code: str = "L-0") -> None:
    """A groundbreaking of a project is verified today: 柳溪 then has 30 + 25/4 + 20/4 = 41.25."""
    with database.session() as session:
        project = find_project(session, code)
        assert project is not None
        add_stage_event(session, VERIFIED, project, stage="started", occurred_on=TODAY)
        session.commit()


def opened(client: FlaskClient, database: Database) -> Draft:
    """A draft of the next board, open for objections."""
    assert press(client, DESK) == 302
    made = newest(database)
    assert press(client, f"{DESK}/{made.id}/open", days="3", contact="0571-8888") == 302
    return made


def objected(database: Database, race: Race, draft_id: int) -> int:
    with database.session() as session:
        draft = find_draft(session, draft_id)
        assert draft is not None
        unit = race.units["liuxi"]
        made = file_objection(
            session, "li", draft, unit, about=unit, indicator="groundbreaking", text="漏计开工"
        )
        session.commit()
        return made.id


def objection(database: Database, objection_id: int) -> Objection:
    with database.reading() as session:
        return session.get_one(Objection, objection_id)


def notices(page: Visited) -> str:
    return " ".join(page.text(notice) for notice in page.all("p", class_="notice"))


def test_an_empty_desk_says_what_will_be_there(client: FlaskClient, visit: Visit) -> None:
    page = visit(DESK, client=client)
    for sentence in ("没有等待发布的公示稿", "没有异议。", "各期到期即发布，不公示。", "未封榜"):
        assert sentence in page.text()
    assert "第 1 期" in page.text(page.all("table")[0])
    assert "No objections." in visit(f"{DESK}?lang=en", client=client).text()


def test_an_end_counted_without_a_notice_says_so(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Beside the window of the draft, and on every page of the console, until the years are imported."""
    assert "放假安排" not in visit("/console/", client=client).text()
    draft = opened(client, database)
    assert (
        "年的放假安排尚未导入，工作日暂按周一至周五推算。"
        in visit(f"{DESK}/{draft.id}", client=client).text()
    )
    assert "公示期要用到" in visit("/console/", client=client).text()
    with database.session() as session:
        for year in (TODAY.year, TODAY.year + 1):
            session.add(CalendarYear(year=year, source="通知", imported_at=1, imported_by="li"))
        session.commit()
    for path in (f"{DESK}/{draft.id}", "/console/"):
        assert "放假安排" not in visit(path, client=client).text()


def test_a_draft_is_made_opened_extended_and_not_published_early(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    draft = opened(client, database)
    path = f"{DESK}/{draft.id}"
    page = visit(path, client=client)
    assert "不能提前发布" in page.text()
    assert "现在发布" not in page.text()
    assert [page.text(row.find("th")) for row in page.all("tr")][1:] == ["青石镇", "柳溪镇", "南岸街道"]
    assert page.all("section", class_="division")[0].get("data-mark") == "未公布"
    before = newest(database).closes_at
    press(client, f"{path}/extend", days="1")
    assert "只能延长" in notices(visit(path, client=client))
    press(client, f"{path}/extend", days="9")
    after = newest(database).closes_at
    assert before is not None
    assert after is not None
    assert after > before
    press(client, f"{path}/release")
    assert "期满之后才能发布" in notices(visit(path, client=client))
    assert "截至" in visit(DESK, client=client).text(visit(DESK, client=client).all("table")[0])


def test_a_window_needs_its_days_and_its_contact(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    press(client, DESK)
    draft = newest(database)
    for days, contact in (("0", "0571"), ("abc", "0571"), ("3", " ")):
        press(client, f"{DESK}/{draft.id}/open", days=days, contact=contact)
        assert "至少 1 个工作日" in notices(visit(f"{DESK}/{draft.id}", client=client))
    assert newest(database).state == "draft"


def test_a_draft_goes_out_without_a_window_is_composed_again_or_dropped(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    press(client, DESK)
    first = newest(database)
    press(client, f"{DESK}/{first.id}/revise", reason="补录后重出")
    second = newest(database)
    assert second.revises_id == first.id
    assert "看重出的一稿" in visit(f"{DESK}/{first.id}", client=client).text()
    press(client, f"{DESK}/{second.id}/release")
    page = visit(f"{DESK}/{second.id}", client=client)
    assert "第 2 期已发布" in notices(page)
    assert "/boards/now/2/" in page.source
    press(client, DESK)
    third = newest(database)
    press(client, f"{DESK}/{third.id}/drop", reason=" ")
    assert "须写明理由" in notices(visit(DESK, client=client))
    press(client, f"{DESK}/{third.id}/drop", reason="数据未齐")
    assert "数据未齐" in visit(DESK, client=client).text()


def test_a_key_that_may_no_longer_sign_is_told_where_a_board_is_released_by_hand(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """The clock kept such a run for later; the button failed."""
    assert press(client, DESK) == 302
    made = newest(database)
    with database.session() as session:
        rotate(session, "li", OFFICE, "ab" * 32)
        session.commit()
    assert press(client, f"{DESK}/{made.id}/release", f"{DESK}/{made.id}") == 302
    told = notices(visit(f"{DESK}/{made.id}", client=client))
    assert "abababab" in told
    assert newest(database).state == "draft"


def test_the_effect_is_seen_and_an_objection_upheld_by_it(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    path = f"/console/seasons/now/objections/{number}"
    assert "榜单没有任何变化" in visit(path, client=client).text()
    assert press(client, path, path, decision="revise", answer="属实") == 422
    started(database)
    page = visit(path, client=client)
    effect = page.text(page.all("table")[0])
    assert "柳溪镇" in effect
    assert "30.00 → 41.25" in effect
    known_at = page.all("input", name="known_at")[0].get("value") or ""
    wrong = client.post(path, data={"csrf_token": token_in(page.source), "answer": "经核属实"})
    assert wrong.status_code == 422
    assert "经核属实" in wrong.get_data(as_text=True)
    assert press(client, path, path, decision="revise", answer="经核属实", known_at=known_at) == 302
    answered = visit(path, client=client)
    assert "经核属实" in answered.text()
    assert not answered.all("textarea")
    found = objection(database, number)
    assert (found.state, found.answered_by) == ("upheld", "chen")
    revised = newest(database)
    assert (revised.id, revised.state, str(revised.known_at)) == (found.revision_id, "window", known_at)
    assert press(client, path, DESK, decision="dismiss", answer="再答") == 422
    assert objection(database, number).state == "upheld"


def test_an_objection_is_dismissed_and_said_in_english_too(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    path = f"/console/seasons/now/objections/{number}"
    assert "有 1 件异议待答复" in notices(visit("/console/", client=client))
    assert press(client, path, path, decision="dismiss", answer=" ") == 422
    assert press(client, path, path, decision="dismiss", answer="以施工许可证为准") == 302
    assert "Dismissed" in visit(f"{path}?lang=en", client=client).text()
    assert "异议待答复" not in notices(visit("/console/", client=client))


def test_a_window_that_is_over_waits_for_its_answers_and_everyone_is_told(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    objected(database, race, draft.id)
    with database.session() as session:
        session.execute(update(Draft).values(closes_at=now() - 1))
        session.commit()
    assert "公示期已满，还有 1 件异议待答复" in notices(visit("/console/", client=client))
    path = f"{DESK}/{draft.id}"
    assert "全部答复之前不发布" in visit(path, client=client).text()
    press(client, f"{path}/release")
    assert "还有异议没有答复" in notices(visit(path, client=client))


def test_an_edition_is_corrected_after_a_look_and_withdrawn_by_its_number(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    path = "/console/seasons/now/editions/1"
    assert "没有可更正之处" in visit(path, client=client).text()
    started(database)
    assert "30.00 → 41.25" in visit(path, client=client).text()
    assert press(client, f"{path}/correct", path, note=" ") == 422
    assert press(client, f"{path}/correct", path, note="补计柳溪镇开工") == 302
    draft = newest(database)
    page = visit(f"{DESK}/{draft.id}", client=client)
    assert "与第 1 期的差别" in page.text()
    assert "补计柳溪镇开工" in page.text()
    assert "更正稿正在办理" in visit(path, client=client).text()
    press(client, f"{DESK}/{draft.id}/release")
    assert "已更正" in visit(DESK, client=client).text()
    second = "/console/seasons/now/editions/2"
    assert press(client, f"{second}/withdraw", second, number="1", reason="来源有误") == 422
    assert press(client, f"{second}/withdraw", second, number="2", reason=" ") == 422
    assert press(client, f"{second}/withdraw", second, number="2", reason="来源有误") == 302
    with database.reading() as session:
        assert session.scalars(select(Edition.state).order_by(Edition.number)).all() == [
            "superseded",
            "withdrawn",
        ]
    assert "来源有误" in visit(DESK, client=client).text()
    visit(second, 404, client=client)


def test_a_freeze_is_seen_on_every_page_of_the_season_until_the_reveal(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    press(client, "/console/seasons/now/freeze", reason="")
    assert "须写明理由" in notices(visit(DESK, client=client))
    press(client, "/console/seasons/now/freeze", reason="年终揭榜")
    for path in (
        DESK,
        "/console/seasons/now/publish",
        "/console/seasons/now/scheme",
        "/console/seasons/now/units",
    ):
        assert "封榜中" in notices(visit(path, client=client)), path
    publish = "/console/seasons/now/publish"
    assert "存为公示稿" in visit(publish, client=client).text()
    answer = press(client, publish, publish, once_key="one")
    assert answer == 302
    assert "已存为公示稿" in notices(visit(DESK, client=client))
    assert "已出公示稿" in visit(publish, client=client).text()
    assert "揭榜时将发布 1 期" in visit(DESK, client=client).text()
    press(client, "/console/seasons/now/reveal", reason="大会")
    assert "发布第 2 期" in notices(visit(DESK, client=client))
    assert "封榜中" not in visit(DESK, client=client).text()


def test_the_window_of_the_season_is_set_with_a_reason(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    window = "/console/seasons/now/window"
    assert press(client, window, days="61", contact="0571", reason="试行") == 422
    assert press(client, window, days="3", contact="", reason="") == 422
    assert press(client, window, days="3", contact="0571-8888", reason="试行") == 302
    assert "各期发布前公示 3 个工作日，异议联系：0571-8888。" in visit(DESK, client=client).text()
    publish = "/console/seasons/now/publish"
    assert "先公示 3 个工作日" in visit(publish, client=client).text()
    press(client, publish, publish, once_key="one")
    assert newest(database).state == "window"


def test_viewers_read_and_change_nothing(
    app: Flask, client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    enrol(database, "kan", VIEWER)
    viewer = signed_in(app, "kan")
    for path in (
        DESK,
        f"{DESK}/{draft.id}",
        f"/console/seasons/now/objections/{number}",
        "/console/seasons/now/editions/1",
    ):
        page = visit(path, client=viewer)
        assert {form.get("action") for form in page.all("form")} == {"/sign-out"}, path
    token = token_in(viewer.get(DESK).get_data(as_text=True))
    for path in (
        DESK,
        *(f"{DESK}/{draft.id}/{act}" for act in ("open", "extend", "release", "revise", "drop")),
        f"/console/seasons/now/objections/{number}",
        *(f"/console/seasons/now/editions/1/{act}" for act in ("correct", "withdraw")),
        *(f"/console/seasons/now/{act}" for act in ("freeze", "reveal", "window")),
    ):
        assert viewer.post(path, data={"csrf_token": token}).status_code == 404, path
        assert client.post(path).status_code == 400, path


def test_what_is_of_another_season_is_an_unknown_address(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    with database.session() as session:
        small_race(session, "other")
        session.commit()
    visit(f"/console/seasons/other/drafts/{draft.id}", 404, client=client)
    visit(f"/console/seasons/other/objections/{number}", 404, client=client)
    visit("/console/seasons/other/editions/1", 404, client=client)
    visit(f"{DESK}/99", 404, client=client)
    assert press(client, f"/console/seasons/other/drafts/{draft.id}/drop", reason="无") == 404


def test_a_draft_the_clock_handed_over_is_told_on_every_page(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    draft = opened(client, database)
    with database.session() as session:
        session.execute(update(Draft).values(reason=DIFFERING.format(parts="result")))
        session.commit()
    assert "时钟未能发布" in notices(visit("/console/", client=client))
    assert "需处理" in visit(DESK, client=client).text()
    assert "不一致" in visit(f"{DESK}/{draft.id}", client=client).text()
    for path in ("/console/", f"{DESK}/{draft.id}"):
        english = notices(visit(f"{path}?lang=en", client=client))
        assert "no longer gives what the draft says" in english
        assert "不一致" not in english
