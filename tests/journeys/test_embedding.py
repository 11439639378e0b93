"""The small board inside pages of other sites: shown by the site that is named, refused to every other one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import Settings
from leaderboard.db import Database
from tests.browser import OpenPage
from tests.factories import OFFICE
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine


@contextmanager
def a_site() -> Iterator[ThreadingHTTPServer]:
    """A site at an origin of its own whose only page frames the address that was last written on it."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!DOCTYPE html><title>.</title><iframe src="{server.framing}"></iframe>'.encode()  # type: ignore[attr-defined]
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told: object) -> None:
            """Nobody listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sites() -> Iterator[tuple[ThreadingHTTPServer, ThreadingHTTPServer]]:
    """The site that the settings name, and another."""
    with a_site() as named, a_site() as other:
        yield named, other


@pytest.fixture
def settings(
    sites: tuple[ThreadingHTTPServer, ThreadingHTTPServer], database_url: str, tmp_path: Path
) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        signing_key=OFFICE.seed.hex(),
        embed_sites=f"http://127.0.0.1:{sites[0].server_port}",
    )


def test_a_named_site_shows_the_board_and_another_is_refused(
    sites: tuple[ThreadingHTTPServer, ThreadingHTTPServer],
    database: Database,
    live_server: str,
    open_page: OpenPage,
    complaints: list[str],
) -> None:
    committed_race(database)
    page = open_page()
    shown = []
    for site in sites:
        for path in ("/boards/now/embed/", "/boards/now/"):
            site.framing = f"{live_server}{path}"  # type: ignore[attr-defined]
            page.goto(f"http://127.0.0.1:{site.server_port}/")
            shown.append("柳溪镇" in page.frames[1].content())
    while len(complaints) < 3:
        page.wait_for_timeout(20)
    page.goto("about:blank")
    assert shown == [True, False, False, False]
    refused = [said for said in complaints if "frame-ancestors" in said]
    assert len(refused) == len(complaints) == 3
    complaints.clear()
