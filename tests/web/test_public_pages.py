"""Pages made on request from published boards: graph and comparisons, what they say and to whom."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import create_app
from leaderboard.boards import course
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition
from leaderboard.db import Database
from tests.boards.lives import corrected, reverse_starts
from tests.factories import Race, published_race, race_of, small_race, start_race
from tests.kept import kept
from tests.visiting import Visit, Visited

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

PAGES = (
    "graph/",
    "compare/",
    "compare/?from=1&to=2",
    "1/compare/",
    "1/compare/?a=liuxi&b=qingshi",
    "embed/",
    "1/preview.png",
)


@pytest.fixture
def race(session: Session) -> Race:
    """Two editions; in the second 南岸, third before, leads: 33.75 + 22.22 + 17.78 + 22.22 = 95.97."""
    kept(session, "public pages", lambda: _two_editions(session))
    session.commit()
    return race_of(session, "race")


def _two_editions(session: Session) -> None:
    race = published_race(session)
    for number in range(4):
        race.project(
            "nanan",
            code=f"N-{number}",
            started=date(2026, 7, 1),
            registered=date(2026, 6, 1),
            arrived=100_000_000,
        )
    race.publish(date(2026, 11, 30))


def body(page: Visited, table: int = 0) -> list[list[str]]:
    """The words in each cell of a table's body."""
    rows = next(page.all("table")[table].iter("tbody"))
    return [[page.text(cell) for cell in row] for row in rows]


def said(page: Visited, kind: str = "lede") -> str:
    return page.text(page.all("p", class_=kind)[0])


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The queries of the requests inside."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_graph_is_a_table_too(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/graph/")
    assert said(page) == "第 1 期至第 2 期，共 2 期，截至 2026-11-30。"
    assert body(page) == [["南岸街道", "1", "3"], ["柳溪镇", "2", "1"], ["青石镇", "3", "2"]]
    assert [page.text(name) for name in page.all("li") if name.get("data-unit")] == [
        "1 南岸街道", "2 柳溪镇", "3 青石镇",
    ]  # fmt: skip
    scores = visit("/boards/race/graph/?what=score")
    assert body(scores)[0] == ["南岸街道", "95.97", "3.75"]
    assert body(visit("/boards/race/graph/?what=signing&lang=en"))[0][1:] == ["112.5%", "12.5%"]


def test_editions_of_one_day_all_stand_and_a_correction_stands_where_what_it_corrects_stood(
    race: Race, session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = session.scalars(select(Edition).where(Edition.number == 2)).one()
    race.publish(second.as_of)
    reverse_starts(race)
    corrected(race, second)
    session.commit()
    page = visit("/boards/race/graph/")
    assert said(page) == "第 1 期至第 4 期，共 3 期，截至 2026-11-30。"
    heads = [page.text(head) for head in page.all("th", class_="number")]
    assert heads == ["第 3 期11-30", "第 4 期11-30", "第 1 期10-31"]
    assert "第 2 期已由第 4 期更正，图中为更正后的数" in page.text()
    monkeypatch.setattr(course, "MOST_COLUMNS", 2)
    monkeypatch.setattr(course, "MOST_ON_PAPER", 1)
    narrow = visit("/boards/race/graph/")
    assert [len(row) for row in body(narrow)] == [3, 3, 3]
    assert "线画出全部 3 期；表列最近 2 期。" in narrow.text()
    assert [narrow.text(head) for head in narrow.all("th", class_="old")] == ["第 4 期11-30"]
    assert "纸上的表只列最近 1 期" in narrow.text()


def test_a_unit_stands_out_by_address_and_is_let_go_by_the_same_link(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/graph/?what=score&units=liuxi,nobody")
    (chosen,) = [link for link in page.all("a") if link.get("aria-current") == "true"]
    assert page.text(chosen) == "柳溪镇"
    assert chosen.get("href") == "/boards/race/graph/?what=score&units=nobody#d-towns"
    assert [page.text(name) for name in page.all("li", class_="mark")] == ["53.75 柳溪镇"]


def test_corrected_and_withdrawn_editions_are_told_and_not_drawn(session: Session, visit: Visit) -> None:
    race = small_race(session)
    first = race.publish()
    reverse_starts(race)
    corrected(race, first)
    withdraw(session, "li", race.publish(date(2026, 11, 30)), reason="数据来源有误")
    session.commit()
    page = visit("/boards/race/graph/")
    assert "第 2 期是第一期；从第二期起，这里画出走势。" in page.text()
    assert "第 3 期已撤回，图中没有：数据来源有误" in page.text()
    assert "第 1 期已由第 2 期更正，图中为更正后的数" in page.text()
    compared = visit("/boards/race/compare/?from=1&to=3")
    assert said(compared, "notice") == "第 3 期已撤回，不能比较：数据来源有误"
    assert "第 1 期已由第 2 期更正" in visit("/boards/race/compare/?from=1&to=2").text()
    assert visit("/boards/race/3/compare/", status=410).status == 410


def test_two_units_differ_by_what_their_indicators_differ(race: Race, visit: Visit) -> None:
    """柳溪 15 + 12.5 + 20 + 6.25, 青石 11.25 + 16.67 + 13.33 + 0: +3.75 −4.17 +6.67 +6.25 is +12.50."""
    page = visit("/boards/race/1/compare/?a=liuxi&b=qingshi")
    assert said(page) == "柳溪镇比青石镇高 12.50 分。"
    assert [row[-1] for row in body(page)] == ["", "+3.75", "−4.17", "+6.67", "+6.25"]
    assert body(page)[1] == ["签约率", "50.0% 2/4 15.00 分", "37.5% 1.5/4 11.25 分", "+3.75"]
    assert said(visit("/boards/race/1/compare/?a=qingshi&b=liuxi&lang=en")).endswith("points behind 柳溪镇.")


def test_two_editions_say_who_moved_and_why(race: Race, visit: Visit) -> None:
    """南岸 gained 95.97 − 3.75: its signing from 3.75 to 33.75 gave most of it."""
    page = visit("/boards/race/compare/?from=2&to=1")
    rows = body(page)
    assert [row[:3] for row in rows] == [
        ["南岸街道", "3 → 1", "↑ 升 2"],
        ["柳溪镇", "1 → 2", "↓ 降 1"],
        ["青石镇", "2 → 3", "↓ 降 1"],
    ]
    assert rows[0][3:6] == ["3.75 → 95.97", "+92.22", "+30.00"]
    assert rows[0][-1] == "签约率多得 30.00 分"
    assert rows[1][-1] == "别的单位进步更快"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("1/compare/?a=liuxi&b=liuxi", "两边是同一家单位"),
        ("1/compare/?a=liuxi&b=nobody", "没有所选的单位"),
        ("1/compare/?a=nobody", "没有所选的单位"),
        ("1/compare/?a=liuxi", "还没有选“单位二”，请再选一家。"),
        ("1/compare/?b=liuxi", "还没有选“单位一”，请再选一家。"),
        ("1/compare/", "选两家单位，看每一项"),
        ("compare/?from=1&to=1", "两边是同一期"),
        ("compare/?from=1&to=9", "没有所选的期号"),
        ("compare/?from=1&to=x", "没有所选的期号"),
        ("compare/?from=1&to=²", "没有所选的期号"),
        ("compare/?from=1", "还没有选“到”哪一期"),
        ("compare/?to=2", "还没有选“从”哪一期"),
        ("compare/?to=9", "没有所选的期号"),
        ("compare/", "选两期，看谁升谁降"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(race: Race, visit: Visit, path: str, words: str) -> None:
    assert words in visit(f"/boards/race/{path}").text()


def test_with_one_edition_of_one_unit_there_is_nothing_to_compare(session: Session, visit: Visit) -> None:
    race = start_race(session)
    race.unit("east")
    race.scheme()
    race.publish()
    session.commit()
    for asked in ("", "?from=1"):
        page = visit(f"/boards/race/compare/{asked}")
        assert said(page) == "能看的只有第 1 期，还没有另一期可以比较；下一期发布后再来看。"
        assert page.all("form", class_="compare") == []
    for asked in ("", "?b=east"):
        page = visit(f"/boards/race/1/compare/{asked}")
        assert said(page) == "这一期榜单上只有一家单位，没有另一家可以比较。"
        assert page.all("form", class_="compare") == []


def test_before_the_first_edition_there_is_nothing_to_draw(session: Session, visit: Visit) -> None:
    small_race(session)
    session.commit()
    for path in ("graph/", "compare/"):
        assert "首期榜单尚未发布。" in visit(f"/boards/race/{path}").text()


def test_what_is_not_public_answers_as_what_does_not_exist(
    race: Race, client: FlaskClient, session: Session
) -> None:
    race.season.is_public = 0
    session.commit()
    missing = client.get("/boards/nothing/")
    for path in PAGES:
        answer = client.get(f"/boards/race/{path}")
        assert (answer.status_code, answer.data) == (404, missing.data), path


def test_answers_may_be_kept_and_set_no_cookie(race: Race, client: FlaskClient) -> None:
    for path in PAGES:
        answer = client.get(f"/boards/race/{path}")
        assert "Set-Cookie" not in answer.headers, path
        again = client.get(f"/boards/race/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path


def test_questions_to_the_database_do_not_grow_with_units_or_editions(
    race: Race, client: FlaskClient, database: Database
) -> None:
    most = {"embed/": 3, "graph/": 5, "compare/?from=1&to=2": 5, "1/compare/?a=liuxi&b=qingshi": 3}
    for path, queries in most.items():
        with counting(database) as seen:
            assert client.get(f"/boards/race/{path}").status_code == 200
        asked = [text for text in seen if text.startswith("SELECT")]
        assert len(asked) <= queries, (path, asked)


def test_a_board_is_sorted_by_address_and_keeps_its_places(race: Race, visit: Visit) -> None:
    """Starts in the first edition: 青石 2/3, 柳溪 1/2, 南岸 0."""
    page = visit("/boards/race/1/?order=groundbreaking")
    assert [row[:3] for row in body(page)] == [
        ["2", "首期", "青石镇"], ["1", "首期", "柳溪镇"], ["3", "首期", "南岸街道"],
    ]  # fmt: skip
    (head,) = [head for head in page.all("th") if head.get("aria-sort")]
    assert (page.text(head), head.get("aria-sort")) == ("开工率", "descending")
    links = {page.text(link): link.get("href") for link in page.all("a", class_="sort")}
    assert links["开工率"] == "?order=-groundbreaking#d-towns"
    assert links["恢复官方顺序"] == "./#d-towns"
    turned = visit("/boards/race/1/?order=-groundbreaking&lang=en")
    assert [row[0] for row in body(turned)] == ["3", "1", "2"]
    assert {link.get("href") for link in turned.all("a", class_="sort")} >= {"./?lang=en#d-towns"}


def test_the_stored_board_offers_every_column(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/")
    assert [link.get("data-column") for link in page.all("a", class_="sort")][1:] == [
        "place", "move", "unit", "signing", "groundbreaking", "landing", "arrival", "score",
    ]  # fmt: skip
    assert body(visit("/boards/race/?order=nothing")) == body(page)
    assert body(visit("/boards/race/?order=unit"))[0][2] == "柳溪镇"


def test_only_named_sites_may_frame_the_small_board(
    race: Race, database: Database, settings: Settings, visit: Visit
) -> None:
    sites = "https://www.example.gov.cn, https://news.example.cn:8443"
    named = settings.model_copy(update={"embed_sites": sites})
    client = create_app(named, database).test_client()
    answer = client.get("/boards/race/embed/")
    assert answer.headers["Content-Security-Policy"].endswith(
        "frame-ancestors https://www.example.gov.cn https://news.example.cn:8443"
    )
    assert "X-Frame-Options" not in answer.headers
    for other in ("/boards/race/", "/boards/race/graph/", "/sign-in", "/boards/nothing/embed/"):
        answer = client.get(other)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], other
        assert answer.headers["X-Frame-Options"] == "DENY", other
    alone = visit("/boards/race/embed/", client=create_app(settings, database).test_client())
    assert [link.get("target") for link in alone.all("a")] == ["_blank"]


def test_by_default_nobody_may_frame_it(race: Race, client: FlaskClient) -> None:
    answer = client.get("/boards/race/embed/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_the_small_board_shows_places_movements_and_scores(race: Race, visit: Visit) -> None:
    assert body(visit("/boards/race/embed/?division=towns")) == [
        ["1", "↑ 升 2", "南岸街道", "95.97"], ["2", "↓ 降 1", "柳溪镇", "53.75"], ["3", "↓ 降 1", "青石镇", "41.25"],
    ]  # fmt: skip
    assert len(visit("/boards/race/embed/?division=nobody&lang=en").all("table")) == 1


def test_a_shared_link_shows_the_edition(race: Race, visit: Visit, client: FlaskClient) -> None:
    """The addresses are whole, since whoever fetches them is elsewhere."""
    page = visit("/boards/race/1/")
    told = {meta.get("property"): meta.get("content") for meta in page.all("meta") if meta.get("property")}
    assert told["og:title"] == "测试赛季 · 第 1 期"
    assert told["og:description"] == "柳溪镇领先，53.75 分。"
    assert told["og:url"] == "http://saima.example/boards/race/1/"
    assert told["og:image"] == "http://saima.example/boards/race/1/preview.png"
    answer = client.get("/boards/race/1/preview.png")
    assert (answer.mimetype, answer.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/boards/race/1/preview.png?lang=en").data != answer.data
    assert client.get("/boards/race/9/preview.png").status_code == 404


SITE = "http://127.0.0.1:8000"
"""Where an application that was told nothing of its address says it is."""


@pytest.mark.parametrize(
    ("path", "heading", "number"),
    [
        ("graph/", "历期走势", 2),
        ("graph/?what=score&units=liuxi%2Cqingshi", "历期走势", 2),
        ("compare/", "比较两期榜单", 2),
        ("compare/?from=1&to=2", "比较两期榜单", 2),
        ("1/compare/?a=liuxi&b=qingshi", "比较两家单位", 1),
    ],
)
def test_a_shared_graph_or_comparison_shows_the_newest_edition_in_it(
    race: Race, visit: Visit, path: str, heading: str, number: int
) -> None:
    """The address shared is the one whose graph or comparison was looked at."""
    page = visit(f"/boards/race/{path}")
    told = {meta.get("property"): meta.get("content") for meta in page.all("meta") if meta.get("property")}
    assert told["og:title"] == f"{heading} · 测试赛季"
    assert str(told["og:description"]).startswith(f"第 {number} 期 · 截至 2026-")
    assert told["og:image"] == f"{SITE}/boards/race/{number}/preview.png"
    assert told["og:url"] == f"{SITE}/boards/race/{path}"


def test_a_picture_is_drawn_once(
    race: Race, client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/boards/race/2/preview.png").data
    monkeypatch.setattr("leaderboard.web.public.picture.picture", lambda *_, **__: b"drawn again")
    with counting(database) as seen:
        assert client.get("/boards/race/2/preview.png").data == first
    assert len([text for text in seen if text.startswith("SELECT")]) == 1


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_are_packed_as_the_reader_takes_them(
    race: Race, client: FlaskClient, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    for path in ("graph/", "1/?order=score"):
        plain = client.get(f"/boards/race/{path}")
        packed = client.get(f"/boards/race/{path}", headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert unpack(packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 2
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert "Accept-Encoding" in plain.headers["Vary"]
