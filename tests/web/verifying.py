"""/verify as a visitor uses it: a file to hand in, the form that takes it, and what the page says of it."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leaderboard.boards.read import find_edition, sealed_package
from leaderboard.db import Database
from tests.factories import OFFICE, published_race
from tests.people import token_in
from tests.visiting import Visited, faults, parse

GENUINE = "属实：这就是本站公布的“测试赛季”第 2 期，一字未改。"
NOT_OURS = "文件自身完整，但不是本站公布的榜单。"
TOUCHED = "不可采信"


def sealed_second(database: Database) -> dict[str, Any]:
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
