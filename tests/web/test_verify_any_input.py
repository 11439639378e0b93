"""/verify takes whatever is handed in: what is no sealed file of ours gets a clear word, and nothing breaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config import Settings
from leaderboard import create_app
from leaderboard.boards.package import digest, sealed
from leaderboard.db import Database
from leaderboard.web.verify import Unreadable, checked_file, sealed_file
from tests.factories import OFFICE
from tests.web.verifying import NOT_OURS, TOUCHED, as_bytes, failed, hand_in, sealed_second, verdict

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application of the very office that the factories publish for."""
    app.extensions["saima_office"] = OFFICE
    return app


@pytest.fixture
def package(database: Database) -> dict[str, Any]:
    """The sealed second edition of a race of two."""
    return sealed_second(database)


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
