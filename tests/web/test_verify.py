"""/verify: what is genuine is said to be, what was touched is not, and nothing handed in breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from config import Settings
from leaderboard import create_app
from leaderboard.boards.keys import rotate
from leaderboard.boards.package import digest, sealed
from leaderboard.boards.read import find_edition, sealed_package
from leaderboard.db import Database
from leaderboard.office import Office
from leaderboard.web.verify import Rebuilt, Unreadable, checked_file, sealed_file
from tests.factories import OFFICE, published_race
from tests.people import token_in
from tests.visiting import Visit, Visited, faults, parse

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

GENUINE = "属实：这就是本站公布的“测试赛季”第 2 期，一字未改。"
NOT_OURS = "文件自身完整，但不是本站公布的榜单。"
TOUCHED = "不可采信"
NOT_REBUILT = "没有重算：文件没有本站主办单位的有效签名。"
OTHER = Office("他县", "Asia/Shanghai", "http://other.example", b"\x02" * 32)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application of the very office that the factories publish for."""
    app.extensions["saima_office"] = OFFICE
    return app


@pytest.fixture
def package(database: Database) -> dict[str, Any]:
    """The sealed second edition of a race of two."""
    with database.session() as session:
        published_race(session, editions=2)
        session.commit()
        edition = find_edition(session, "race", 2)
        assert edition is not None
        return sealed_package(edition, OFFICE.public_key)


def hand_in(client: FlaskClient, data: bytes | None = None, lang: str = "zh", **fields: str) -> Visited:
    """Send the form and look at the page that comes as strictly as at any other."""
    form: dict[str, Any] = {"csrf_token": token_in(client.get("/verify").get_data(as_text=True)), **fields}
    if data is not None:
        form["package"] = (BytesIO(data), "race-2.package.json")
    answer: TestResponse = client.post(f"/verify?lang={lang}", data=form, content_type="multipart/form-data")
    source = answer.get_data(as_text=True)
    page = Visited(answer.status_code, source, parse(source))
    assert faults(page) == []
    return page


def as_bytes(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verdict(page: Visited) -> str:
    return page.text(page.all("h2", id="verdict")[0])


def failed(page: Visited) -> set[str]:
    """The names of the checks that did not hold."""
    rows = [row for row in page.all("tr") if row.find("td") is not None]
    return {page.text(row.find("th")) for row in rows if "✗" in page.text(row)}


def test_the_form_is_sound_in_both_languages_and_filled_from_the_address(
    visit: Visit, package: dict[str, Any]
):
    page = visit("/verify?season=race&number=2")
    assert page.all("input", name="number", value="2")
    english = visit("/verify?lang=en")
    words = english.text(english.all("main")[0]).replace("测试赛季", "")
    assert "Upload a sealed file" in words
    assert not re.search("[\u3400-\u9fff]", words)


def test_a_genuine_file_is_said_to_be(client: FlaskClient, package: dict[str, Any]):
    page = hand_in(client, as_bytes(package))
    assert (page.status, verdict(page), failed(page)) == (200, GENUINE, set())
    assert page.text().count("✓ ") == 8
    assert package["hash"] in page.text()
    assert page.all("a", href="/boards/race/2/")


def test_so_is_the_file_that_the_site_hands_out(client: FlaskClient, package: dict[str, Any]):
    assert verdict(hand_in(client, client.get("/boards/race/2.package.json").get_data())) == GENUINE


def test_an_edition_can_be_named_instead(client: FlaskClient, package: dict[str, Any]):
    for number in ("2", "２"):
        assert verdict(hand_in(client, season="race", number=number)) == GENUINE
    assert "第 1 期" in verdict(hand_in(client, season="race", number="1"))


def test_in_english_too(client: FlaskClient, package: dict[str, Any]):
    page = hand_in(client, as_bytes(package), lang="en")
    assert verdict(page) == "Genuine: this is edition 2 of “测试赛季” exactly as published here."
    assert page.text().count("✓ ") == 8


def swap_places(package: dict[str, Any]) -> None:
    package["package"]["result"]["standings"].reverse()


def raise_a_score(package: dict[str, Any]) -> None:
    package["package"]["result"]["standings"][0]["score"] = "99"


def drop_a_fact(package: dict[str, Any]) -> None:
    facts = package["package"]["facts"]
    name = next(name for name, found in facts.items() if isinstance(found, list) and found)
    facts[name].pop()


@pytest.mark.parametrize("touch", [swap_places, raise_a_score, drop_a_fact])
def test_a_file_that_was_touched_is_found_out(
    client: FlaskClient, package: dict[str, Any], touch: Callable[[dict[str, Any]], None]
):
    touch(package)
    page = hand_in(client, as_bytes(package))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"哈希", "签名", "与本站公布一致"}
    assert NOT_REBUILT in page.text()


def test_mending_the_hash_does_not_mend_the_signature(client: FlaskClient, package: dict[str, Any]):
    raise_a_score(package)
    package["hash"] = digest(package["package"])
    page = hand_in(client, as_bytes(package))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"签名", "与本站公布一致"}


def test_standings_that_do_not_follow_from_their_facts_are_found_out_even_under_our_own_signature(
    client: FlaskClient, package: dict[str, Any]
):
    raise_a_score(package)
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"名次重算", "与本站公布一致"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_this_office_did_not_sign_is_never_scored_again(
    client: FlaskClient, package: dict[str, Any], monkeypatch: pytest.MonkeyPatch, lang: str
):
    """Facts that a stranger made up may take hours to score; the page says that it left them."""

    def score(*_: object) -> None:
        raise AssertionError("a stranger's package was scored")

    monkeypatch.setattr("leaderboard.boards.package.score_race", score)
    unsigned = {**package, "signature": "0" * 128}
    claimed = sealed(package["package"], OTHER.sign(package["hash"]), OFFICE.public_key)
    foreign = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    other_hash = {**package, "hash": "0" * 64}
    for document in (unsigned, claimed, foreign, other_hash):
        page = hand_in(client, as_bytes(document), lang=lang)
        words = {"zh": NOT_REBUILT, "en": "Not recalculated"}[lang]
        assert words in page.text()
        assert "leaderboard verify" in page.text()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["hash", "signature", "public_key"])
def test_digits_in_capitals_are_not_the_way_a_file_is_written(
    client: FlaskClient, package: dict[str, Any], name: str
):
    package[name] = package[name].upper()
    assert "写法" in failed(hand_in(client, as_bytes(package)))


@pytest.mark.engines("sqlite")
def test_a_file_saved_anew_by_an_editor_is_told_from_the_one_handed_out(
    client: FlaskClient, package: dict[str, Any]
):
    for saved in (
        json.dumps(package).encode(),
        as_bytes(package) + b"\n",
        b"\xef\xbb\xbf" + as_bytes(package),
    ):
        page = hand_in(client, saved)
        assert (TOUCHED in verdict(page), failed(page)) == (True, {"写法"})


@pytest.mark.engines("sqlite")
def test_a_genuine_file_is_scored_once_however_often_it_is_handed_in(
    client: FlaskClient, package: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    scored: list[object] = []
    monkeypatch.setattr("leaderboard.web.verify.rebuilds", lambda file: scored.append(file) is None)
    monkeypatch.setattr("leaderboard.web.verify.rebuilt", Rebuilt(most=1))
    for _ in range(3):
        assert verdict(hand_in(client, as_bytes(package))) == GENUINE
    assert len(scored) == 1
    hand_in(client, season="race", number="1")
    hand_in(client, as_bytes(package))
    assert len(scored) == 3


def test_a_file_signed_with_a_former_key_of_the_office_is_still_ours(
    client: FlaskClient, app: Flask, database: Database, package: dict[str, Any]
):
    renewed = replace(OFFICE, seed=b"\x03" * 32)
    with database.session() as session:
        rotate(session, "li", OFFICE, renewed.public_key)
        session.commit()
    app.extensions["saima_office"] = renewed
    assert verdict(hand_in(client, as_bytes(package))) == GENUINE
    never = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    assert failed(hand_in(client, as_bytes(never))) == {"签名机构"}


def test_a_board_signed_by_someone_else_is_not_ours(client: FlaskClient, package: dict[str, Any]):
    forged = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    page = hand_in(client, as_bytes(forged))
    assert (verdict(page), failed(page)) == (NOT_OURS, {"签名机构"})


def test_a_board_signed_here_but_never_published_is_not_said_to_be(
    client: FlaskClient, package: dict[str, Any]
):
    """Even our own key does not make a fourth edition out of nothing."""
    package["package"]["number"] = 4
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert (verdict(page), failed(page)) == (NOT_OURS, {"与本站公布一致", "链接上一期"})


def test_a_broken_chain_is_named(client: FlaskClient, package: dict[str, Any]):
    package["package"]["previous_hash"] = "0" * 64
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert failed(page) == {"与本站公布一致", "链接上一期"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "第 1 行第 1 列"),
        (b'{"package": {', "不是完整的 JSON"),
        (b"\xff\xfe\x00", "读不出来"),
        (b'{"package": NaN}', "读不出来"),
        (b'{"package": {}, "package": {}}', "读不出来"),
        (b"[" * 100_000, "读不出来"),
        (b'{"package": ' + b"9" * 5000 + b"}", "读不出来"),
        (b"[]", "这不是封存文件"),
        (b'{"format": "saima-board/1"}', "这不是封存文件"),
        (b'"package"', "这不是封存文件"),
        (b'{"package": {"format": "saima-edition/1", "season": "\\ud800"}}', "读不出来"),
        (b'{"package": {"format": "saima-edition/1", "number": 1e999}}', "读不出来"),
    ],
)
def test_what_is_no_sealed_file_gets_a_clear_word(client: FlaskClient, data: bytes, words: str):
    page = hand_in(client, data)
    assert page.status == 422
    assert words in page.text(page.all("div", role="alert")[0])


@pytest.mark.engines("sqlite")
def test_a_file_over_the_limit_is_too_large(settings: Settings, database: Database):
    client = create_app(settings.model_copy(update={"upload_bytes": 1000}), database).test_client()
    assert "文件太大" not in hand_in(client, b" " * 1000).text()
    assert "文件太大：最多 1 MB" in hand_in(client, b" " * 1001).text()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("content", ["1", '{"format": "saima-edition/9"}', "null", "[]", "{}"])
def test_another_format_is_named(client: FlaskClient, content: str):
    page = hand_in(client, f'{{"package": {content}}}'.encode())
    assert TOUCHED in verdict(page)
    assert failed(page) == {"格式"}


@pytest.mark.parametrize(
    ("season", "number"),
    [
        ("race", "3"),
        ("race", ""),
        ("race", "x"),
        ("race", "-1"),
        ("race", "9" * 30),
        ("none", "1"),
        ("", ""),
        ("'--", "1"),
    ],
)
def test_an_edition_never_published_is_not_found(
    client: FlaskClient, package: dict[str, Any], season: str, number: str
):
    page = hand_in(client, season=season, number=number)
    assert page.status == 422
    assert "本站没有公布过这一期" in page.text()


@pytest.mark.engines("sqlite")
def test_hostile_titles_are_only_text(client: FlaskClient, package: dict[str, Any]):
    package["package"]["season_title"] = "<script>alert(1)</script>"
    package["package"]["season"] = "../../console/"
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert verdict(page) == NOT_OURS
    assert "<script>alert" not in page.source


def test_checking_needs_the_forms_token(client: FlaskClient):
    assert client.post("/verify", data={"season": "race", "number": "1"}).status_code == 400


def places_of(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a document."""
    yield path
    children = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, child in children:
        yield from places_of(child, (*path, key))


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["1/0", "-1/3", "9" * 40, "2026-02-30", {}, [], [[]], {"key": {}}]),
)


@pytest.mark.engines("sqlite")
def test_whatever_is_replaced_by_whatever_is_never_genuine_and_never_breaks(
    database: Database, package: dict[str, Any]
):
    places = list(places_of(package))[1:]

    @hypothesis_settings(suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(places), JUNK)
    def check(path: tuple[Any, ...], junk: Any) -> None:
        document = json.loads(json.dumps(package))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        same = holder[path[-1]] == junk and type(holder[path[-1]]) is type(junk)
        holder[path[-1]] = junk
        with database.reading() as session:
            try:
                found = checked_file(session, sealed_file(as_bytes(document), 5_000_000), OFFICE)
            except Unreadable:
                return
        assert found.is_ours is same

    check()
