"""The public board: what it says, in both languages, of races whose figures were worked out by hand."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from leaderboard.instant import from_local
from leaderboard.seasons import plan
from leaderboard.seasons.timetable import add_timetable
from tests.factories import FOUR_RATES, OFFICE, PENDING, Race, published_race, small_race, start_race
from tests.visiting import Visit, Visited

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

CHINESE = re.compile(r"[\u3400-\u9fff]")


def cells(page: Visited, row: int, table: int = 0) -> list[str]:
    """The words in each cell of one row of a table's body."""
    body = next(page.all("table")[table].iter("tbody"))
    return [page.text(cell) for cell in list(body)[row]]


def overtaken(race: Race) -> None:
    """南岸 signs four projects of its own, all started and paid in full: from third to first."""
    for number in range(4):
        race.project(
            "nanan",
            code=f"N-{number}",
            started=date(2026, 7, 1),
            registered=date(2026, 6, 1),
            arrived=100_000_000,
        )


@pytest.fixture
def race(session: Session) -> Race:
    """柳溪 15 + 12.5 + 20 + 6.25 = 53.75; 青石 11.25 + 16.67 + 13.33 + 0 = 41.25; 南岸 3.75."""
    race = published_race(session)
    session.commit()
    return race


def test_the_board_says_who_leads_and_shows_every_number(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/")
    assert page.text(page.all("p", class_="lede")[0]) == "柳溪镇领先，53.75 分。"
    assert cells(page, 0) == [
        "1", "首期", "柳溪镇", "50.0% 2/4 · 15.00 分", "50.0% 1/2 · 12.50 分", "100.0% 2/2 · 20.00 分",
        "25.0% 6.25 分", "53.75",
    ]  # fmt: skip
    assert cells(page, 1)[2:] == [
        "青石镇", "37.5% 1.5/4 · 11.25 分", "66.7% 1/1.5 · 16.67 分", "66.7% 1/1.5 · 13.33 分", "0.0% 0.00 分", "41.25",
    ]  # fmt: skip


def test_headline_figures_are_totals_of_the_race(race: Race, visit: Visit) -> None:
    """Four projects of 1 亿 signed against twelve: 2 of 4 started, 3 of 4 landed, 5000 万 of 4 亿 arrived."""
    page = visit("/boards/race/")
    shown = [page.text(cell) for cell in page.all("dl", class_="headlines")[0].iter("dd")]
    assert shown == ["4 个 · 4 亿元", "33.3% 4/12", "50.0% 2/4", "75.0% 3/4", "12.5% 0.5/4 亿元"]
    assert "时序 83.3%" in page.text()


def test_the_next_edition_shows_who_rose_and_fell(race: Race, visit: Visit, session: Session) -> None:
    """南岸 33.75 + 22.22 + 17.78 + 22.22 = 95.97 takes the lead; the first edition stays as it was."""
    first = visit("/boards/race/1/").source
    overtaken(race)
    race.publish()
    session.commit()
    page = visit("/boards/race/")
    assert page.text(page.all("p", class_="lede")[0]) == (
        "南岸街道领先，95.97 分。南岸街道 ↑ 升 2 位，为本期最大升幅。"
    )
    assert [cells(page, row)[:3] for row in range(3)] == [
        ["1", "↑ 升 2", "南岸街道"],
        ["2", "↓ 降 1", "柳溪镇"],
        ["3", "↓ 降 1", "青石镇"],
    ]
    assert [link.get("href") for link in page.all("a", rel="prev")] == ["/boards/race/1/"]
    assert visit("/boards/race/1/").source == first


def test_the_english_board_is_english(session: Session, visit: Visit) -> None:
    race = start_race(session, title_en="Test race")
    race.unit("liuxi", name_en="Liuxi")
    race.unit("qingshi", name_en="Qingshi")
    race.divisions["towns"].name_en = "Towns"
    race.project("liuxi", registered=date(2026, 3, 5))
    race.scheme({**FOUR_RATES, "name": "Four rates"})
    race.publish()
    session.commit()
    for path in ("/boards/race/1/", "/boards/race/1/by/landing/", "/boards/race/1/units/liuxi/", "/"):
        page = visit(f"{path}?lang=en")
        assert page.tree.get("lang") == "en"
        # The office's own name and the way to the other language stay Chinese.
        assert CHINESE.sub("", page.text()) == page.text().replace("云溪县", "").replace("中文", ""), path
        links = [link.get("href") or "" for link in page.all("a") if link.get("hreflang") is None]
        pages = [link for link in links if link.endswith("/") or "?" in link]
        assert pages
        assert [link for link in pages if "lang=en" not in link] == [], path


def test_equal_units_share_their_place(session: Session, visit: Visit) -> None:
    race = start_race(session)
    for key in ("east", "west", "north"):
        race.unit(key)
    for key in ("east", "west"):
        race.project(key)
    race.scheme()
    race.publish()
    session.commit()
    page = visit("/boards/race/")
    assert [cells(page, row)[0] for row in range(3)] == ["1 并列", "1 并列", "3"]
    assert page.text(page.all("p", class_="lede")[0]).startswith("east镇、west镇并列第一，7.50 分。")
    single = visit("/boards/race/1/by/signing/")
    assert [cells(single, row)[0] for row in range(3)] == ["1 并列", "1 并列", "3"]


def test_a_missing_number_is_said_in_words(session: Session, visit: Visit) -> None:
    """No project at all is no base; one awaiting verification is under verification; who only shows has no place."""
    race = start_race(session)
    for key in ("none", "waiting", "guest"):
        race.unit(key)
    race.project("waiting", source=PENDING)
    race.project("guest")
    race.scheme()
    guest = race.units["guest"]
    plan.enter_unit(session, "tester", race.season, guest, race.divisions["towns"], competing=False)
    race.publish()
    session.commit()
    page = visit("/boards/race/")
    rows = {cells(page, row)[2]: cells(page, row) for row in range(3)}
    assert rows["none镇"][4] == "无基数 0.00 分"
    assert rows["guest镇 只展示，不参加排名"][:2] == ["—", "首期"]
    assert rows["guest镇 只展示，不参加排名"][-1] == "7.50"


NOTICE: dict[str, Any] = {
    "format": "saima-scheme/1",
    "name": "公示",
    "composite": False,
    "lead": "starts",
    "indicators": [
        {"key": "many", "name": "签约数", "measure": {"quantity": "signed"}},
        {
            "key": "starts",
            "name": "开工率",
            "measure": {"ratio": {"numerator": "started", "denominator": "signed"}},
        },
    ],
}


@pytest.fixture
def notice(session: Session) -> Race:
    """Without a total: 东 45 of 52 is 86.5 %, 西 34 of 39 is 87.2 %, 北 reported nothing."""
    from leaderboard.ledger import unit_facts
    from tests.factories import VERIFIED

    race = start_race(session)
    for key, figures in {"east": (52, 45), "west": (39, 34), "north": ()}.items():
        unit = race.unit(key)
        for measure, figure in zip(("signed", "started"), figures, strict=False):
            unit_facts.add_return(
                session,
                VERIFIED,
                unit_id=unit.id,
                measure=measure,
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 9, 30),
                quantity=figure,
            )
    race.scheme(NOTICE)
    race.publish()
    session.commit()
    return race


def test_a_board_without_total_has_one_list_for_each_indicator(notice: Race, visit: Visit) -> None:
    page = visit("/boards/race/")
    assert page.text(page.all("p", class_="lede")[0]) == "west镇居首，开工率 87.2%。"
    assert [page.text(heading) for heading in page.all("h3")] == ["开工率", "签约数"]
    assert [cells(page, row) for row in range(3)] == [
        ["1", "west镇", "34/39", "87.2%"],
        ["2", "east镇", "45/52", "86.5%"],
        ["3", "north镇", "—", "未报"],
    ]
    assert [cells(page, row, 1)[::2] for row in range(2)] == [["1", "52"], ["2", "39"]]
    assert "总分" not in page.text(page.all("main")[0]).replace("不计总分", "")


def test_a_rate_that_everyone_misses_leaves_the_board_whole(session: Session, visit: Visit) -> None:
    race = start_race(session)
    race.unit("east")
    race.scheme()
    race.publish()
    session.commit()
    page = visit("/boards/race/")
    assert cells(page, 0)[4:7] == ["无基数 0.00 分"] * 3
    strip = page.all("dl", class_="headlines")[0]
    assert (page.text(strip).count("无基数"), "无数据" in page.text()) == (3, False)
    visit("/boards/race/1/by/arrival/")
    visit("/boards/race/1/units/east/")


def test_an_indicator_has_a_board_of_its_own(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/1/by/groundbreaking/")
    assert [cells(page, row) for row in range(3)] == [
        ["1", "青石镇", "1/1.5", "66.7%"],
        ["2", "柳溪镇", "1/2", "50.0%"],
        ["3", "南岸街道", "0/0.5", "0.0%"],
    ]
    assert visit("/boards/race/by/groundbreaking/").source == page.source


def test_what_is_not_public_answers_as_what_does_not_exist(
    race: Race, client: FlaskClient, session: Session
) -> None:
    race.season.is_public = 0
    session.commit()
    missing = client.get("/boards/nothing/")
    for path in (
        "",
        "1/",
        "1.json",
        "latest.json",
        "1.csv",
        "1/by/landing/",
        "1/units/liuxi/",
        "units/liuxi/",
    ):
        answer = client.get(f"/boards/race/{path}", headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
        assert path.endswith("json") or answer.data == missing.data, path
    assert "测试赛季" not in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    ["2/", "0/", "2.json", "1/by/nothing/", "1/units/nobody/", "1/units/nobody.json", "latest.exe", "-1/"],
)
def test_there_is_nothing_where_nothing_was_published(race: Race, client: FlaskClient, path: str) -> None:
    assert client.get(f"/boards/race/{path}").status_code == 404


def test_the_list_of_boards(race: Race, visit: Visit, client: FlaskClient) -> None:
    page = visit("/")
    assert [link.get("href") for link in page.all("a") if "/boards/" in (link.get("href") or "")] == [
        "/boards/race/"
    ]
    assert "第 1 期" in page.text()
    assert client.get("/boards/").headers["Location"] == "/"


def test_an_office_without_boards_says_so(visit: Visit) -> None:
    assert "还没有公开的榜单" in visit("/").text()


def test_a_season_before_its_first_edition_says_when_it_is_due(session: Session, visit: Visit) -> None:
    """A timetable that airs at nine every day has its next edition at nine o'clock."""
    race = start_race(session)
    session.commit()
    assert (
        visit("/boards/race/").text(visit("/boards/race/").all("p", class_="lede")[0]) == "首期榜单尚未发布。"
    )
    add_timetable(
        session, "tester", race.season, name="每日", rule={"kind": "daily", "time": "09:00"}, zone=OFFICE.zone
    )
    session.commit()
    assert re.search(r"将于 \d{4}-\d\d-\d\d 09:00 发布。", visit("/boards/race/").text())


def test_the_three_times_are_told_apart(session: Session, visit: Visit) -> None:
    from datetime import datetime

    race = small_race(session)
    edition = race.publish(next_due_at=from_local(datetime(2027, 12, 1, 9), OFFICE.zone))  # noqa: DTZ001
    session.commit()
    words = visit("/boards/race/").text(visit("/boards/race/").all("dl", class_="times")[0])
    assert "截至2026-10-31" in words
    assert "下期2027-12-01 09:00" in words
    assert f"核验码{edition.hash[:4]}·{edition.hash[4:8]}" in words


def test_all_editions_are_listed_with_what_became_of_them(
    race: Race, visit: Visit, client: FlaskClient, session: Session
) -> None:
    first = race.publish(date(2026, 11, 30))
    race.publish(date(2026, 12, 31))
    first.state = "withdrawn"
    session.commit()
    page = visit("/boards/race/editions/")
    rows = [[page.text(cell) for cell in row][:2] for row in next(page.all("table")[0].iter("tbody"))]
    assert rows == [
        ["第 3 期", "2026-12-31"],
        ["第 2 期 已撤回", "2026-11-30"],
        ["第 1 期", "2026-10-31"],
    ]
    links = [link.get("href") for link in page.all("a")]
    assert ("/boards/race/3/" in links, "/boards/race/2/" in links) == (True, False)
    assert "/boards/race/editions/" in [link.get("href") for link in visit("/boards/race/").all("a")]
    race.season.is_public = 0
    session.commit()
    assert client.get("/boards/race/editions/").data == client.get("/boards/nothing/editions/").data


def test_a_season_without_editions_lists_none(session: Session, visit: Visit) -> None:
    start_race(session)
    session.commit()
    assert "首期榜单尚未发布。" in visit("/boards/race/editions/").text()


def test_whose_figures_they_are_is_said_before_any_of_them(session: Session, visit: Visit) -> None:
    """An office may show what another one published: every page names the source and whose system shows it."""
    race = small_race(session)
    race.season.source = "六安市2022年1-9月份全市招商引资工作成效公示"
    race.publish()
    session.commit()
    said = "数据来源：六安市2022年1-9月份全市招商引资工作成效公示 · 发布系统：云溪县"
    for path in ("/boards/race/", "/boards/race/by/signing/", "/boards/race/1/units/liuxi/"):
        page = visit(path).text()
        assert 0 < page.index(said) < page.index("柳溪镇")
        assert page.count(said) == 1
    english = visit("/boards/race/?lang=en")
    assert '<span lang="zh">云溪县</span>' in english.source
    assert "Published on the system of" in english.text()
