"""Files of the pages: packed once, and kept by browsers under the mark of what they are."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from werkzeug.test import Client

from leaderboard.templating import asset
from leaderboard.web.static_files import FOLDER, StaticFiles

STYLE = Path(FOLDER / "css" / "site.css").read_bytes()
ADDRESS = f"/static/css/site.css?v={hashlib.sha256(STYLE).hexdigest()[:8]}"


def behind(_environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """What stands behind: something that says it was asked."""
    start_response("418 I'm a teapot", [("Content-Type", "text/plain")])
    return [b"asked"]


@pytest.fixture
def browser() -> Client:
    return Client(StaticFiles(behind, (("X-Always", "yes"),)))


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("", None, bytes),
    ],
)
def test_a_style_sheet_is_sent_as_the_browser_likes_it(
    browser: Client, accepted: str, encoding: str | None, unpack: Callable[[bytes], bytes]
) -> None:
    answer = browser.get(ADDRESS, headers={"Accept-Encoding": accepted})
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, encoding)
    assert unpack(answer.data) == STYLE
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert (answer.headers["Vary"], answer.headers["X-Always"]) == ("Accept-Encoding", "yes")
    assert len(answer.data) * 3 < len(STYLE) or encoding is None


def test_only_under_its_own_mark_is_a_file_kept_for_ever(browser: Client) -> None:
    kept = {
        query: browser.get(f"/static/css/site.css{query}").headers["Cache-Control"]
        for query in ("", "?v=00000000", "?x=1", ADDRESS[ADDRESS.index("?") :])
    }
    assert list(kept.values()) == ["no-cache"] * 3 + ["public, max-age=31536000, immutable"]
    assert asset("css/site.css") == ADDRESS


def test_what_a_browser_has_is_not_sent_again(browser: Client) -> None:
    tag = browser.get(ADDRESS).headers["ETag"]
    again = browser.get(ADDRESS, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    head = browser.head(ADDRESS)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(STYLE)))


def test_every_kind_of_file_says_what_it_is(browser: Client) -> None:
    kinds = {
        path: browser.get(f"/static/{path}").headers["Content-Type"]
        for path in ("css/site.css", "js/screen.js", "icon.svg")
    }
    assert kinds == {
        "css/site.css": "text/css; charset=utf-8",
        "js/screen.js": "text/javascript; charset=utf-8",
        "icon.svg": "image/svg+xml; charset=utf-8",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/static/none.css",
        "/static/../templating.py",
        "/static/css/../../words.py",
        "/static/css",
        "/static//etc/hosts",
        "/static/%2e%2e/words.py",
    ],
)
def test_what_is_no_file_of_the_pages_goes_on(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 418


def test_a_file_is_only_read(browser: Client) -> None:
    assert browser.post("/static/css/site.css").status_code == 418
