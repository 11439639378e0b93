"""The desk of what is not public: drafts and their windows, objections, and what is told of them on every page."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from leaderboard.boards.keys import rotate
from leaderboard.boards.models import Draft
from leaderboard.boards.release import DIFFERING
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.models import CalendarYear
from tests.factories import OFFICE, Race
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit
from tests.web.drafting import DESK, newest, notices, objected, objection, opened, press, started
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator, with the running race."""
    enrol(database)
    return signed_in(app)


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


def test_an_older_board_says_that_a_newer_one_is_out(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    press(client, DESK)
    older = newest(database)
    press(client, DESK)
    page = visit(f"{DESK}/{older.id}", client=client)
    assert "已经公布" not in page.text()
    press(client, f"{DESK}/{newest(database).id}/release")
    page = visit(f"{DESK}/{older.id}", client=client)
    assert "第 2 期比这份稿应发得晚，已经公布" in notices(page)


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


@pytest.mark.engines("sqlite", "postgresql")
def test_an_effect_that_an_import_overtook_is_shown_anew_before_it_is_decided(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    """A second start, dated before the look and committed after it: 柳溪 has 30 + 2 × 25/4 + 2 × 20/4 = 52.50."""
    draft = opened(client, database)
    path = f"/console/seasons/now/objections/{objected(database, race, draft.id)}"
    started(database)
    page = visit(path, client=client)
    fields = {"decision": "revise", "answer": "经核属实", "csrf_token": token_in(page.source)}

    def carried(source: str) -> dict[str, str]:
        found = re.findall(r'name="(known_at|seen)" value="([^"]+)"', source)
        assert len(found) == 2
        return dict(found)

    looked = carried(page.source)
    started(database, "L-1", recorded_at=int(looked["known_at"]))
    told = client.post(path, data=fields | looked)
    assert (told.status_code, newest(database).id) == (409, draft.id)
    for words in ("请看过此刻的影响再答复", "经核属实", "52.50"):
        assert words in told.text
    started(database, "L-2")
    assert client.post(path, data=fields | carried(told.text)).status_code == 302
    revised = newest(database)
    assert (revised.revises_id, revised.state) == (draft.id, "window")
    assert "52.50" in visit(f"{DESK}/{revised.id}", client=client).text()


def test_an_objection_to_a_board_that_was_dropped_may_be_upheld(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    assert press(client, f"{DESK}/{draft.id}/drop", reason="数据未齐") == 302
    path = f"/console/seasons/now/objections/{number}"
    page = visit(path, client=client)
    assert "异议成立的，仍可采纳" in page.text()
    assert 'value="revise">' in page.source
    assert press(client, path, path, decision="revise", answer="属实") == 302
    assert "请在台账中更正，再出新稿或起草更正" in notices(visit(path, client=client))
    found = objection(database, number)
    assert (found.state, found.revision_id) == ("upheld", None)


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
