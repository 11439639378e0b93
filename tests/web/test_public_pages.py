"""Pages made on request from published boards: sorted, framed, shared, kept, packed, and of public seasons only."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import create_app
from leaderboard.db import Database
from tests.factories import Race
from tests.visiting import Visit
from tests.web.public_boards import body, two_editions

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
    return two_editions(session)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The queries of the requests inside."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


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
