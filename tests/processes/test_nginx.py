"""The nginx configuration of docs/nginx in a real nginx: the same answers as Saima's, and boards while Saima is off."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition
from leaderboard.db import Database
from leaderboard.public_files import sync
from leaderboard.web.headers import public_headers
from tests.factories import published_race
from tests.serving import serving

DOCS = Path(__file__).parents[2] / "docs" / "nginx"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

pytestmark = pytest.mark.engines("sqlite")  # nginx reads files and knows no database


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Nginx:
    """A running nginx in front of a port where Saima may listen."""

    port: int
    behind: int

    def get(self, path: str, **headers: str) -> Answer:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            connection.request("GET", path, headers=named)
            found: HTTPResponse = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def configuration(folder: Path, public: Path, port: int, behind: int) -> str:
    """The file of docs/nginx with its three lines changed, inside the least that nginx needs around it."""
    text = (DOCS / "saima.conf").read_text(encoding="utf-8")
    for old, new in (
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{behind};"),
        (r"listen 80;", f"listen 127.0.0.1:{port};"),
        (r"root /srv/saima/public;", f"root {public};"),
    ):
        text, count = re.subn(rf"{old}(\s+# CHANGE)", rf"{new}\1", text)
        assert count == 1, old
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
    return f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {kept} {text} }}"


@pytest.fixture
def nginx(session: Session, app: Flask, database: Database, tmp_path: Path) -> Iterator[Nginx]:
    assert NGINX, "nginx is missing: sudo apt-get install --no-install-recommends nginx-light"
    published_race(session, editions=2)
    session.commit()
    public, folder = tmp_path / "public", tmp_path / "nginx"
    sync(app, database, public)
    folder.mkdir()
    shutil.copy(DOCS / "saima-headers.conf", folder)
    found = Nginx(free_port(), free_port())
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, public, found.port, found.behind), encoding="utf-8")
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(file)], stderr=subprocess.PIPE)
    try:
        wait_for(found.port, process)
        yield found
    finally:
        process.terminate()
        process.communicate(timeout=10)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, process.communicate()[1].decode()
        with closing(socket.socket()) as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")


PAGES = (
    "/",
    "/?lang=en",
    "/boards/race/",
    "/boards/race/?lang=en",
    "/boards/race/1/",
    "/boards/race/2/by/signing/?lang=en",
    "/boards/race/1/units/liuxi/",
    "/boards/race/1/units/liuxi.json",
    "/boards/race/latest.json",
    "/boards/race/1.json",
    "/boards/race/2.csv",
    "/boards/race/2.xlsx",
    "/boards/race/1.package.json",
)


def test_with_saima_off_the_boards_are_as_saima_would_answer(
    nginx: Nginx, client: FlaskClient, settings: Settings
) -> None:
    for path in PAGES:
        found, own = nginx.get(path), client.get(path)
        assert (found.status, found.body) == (200, own.data), path
        assert found.headers["content-type"] == own.headers["Content-Type"], path
        for name, text in public_headers(settings).items():
            assert found.headers[name.lower()] == text, (path, name)


def test_what_is_kept_and_for_how_long(nginx: Nginx) -> None:
    kept = {
        path: nginx.get(path).headers["cache-control"] for path in ("/boards/race/1.json", "/boards/race/")
    }
    assert kept == {"/boards/race/1.json": "public, max-age=300", "/boards/race/": "no-cache"}
    style = re.search(rb'href="(/static/[^"]+\.css\?v=[^"]+)"', nginx.get("/").body)
    assert style is not None
    assert "immutable" in nginx.get(style[1].decode()).headers["cache-control"]


def test_the_stored_compressed_bytes_are_sent_and_asked_after(nginx: Nginx) -> None:
    plain = nginx.get("/boards/race/1.json")
    packed = nginx.get("/boards/race/1.json", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    again = nginx.get("/boards/race/1.json", If_None_Match=plain.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_what_is_no_board_goes_to_saima(
    nginx: Nginx, app: Flask, database: Database, settings: Settings
) -> None:
    assert nginx.get("/healthz").status == 502
    assert nginx.get("/boards/race/9/").status == 502
    with serving(app, database, settings, port=nginx.behind):
        assert nginx.get("/healthz").status == 200
        assert nginx.get("/boards/race/9/").status == 404
        assert nginx.get("/boards/nowhere/").status == 404
        assert nginx.get("/console/").status in {302, 401}


def test_the_pieces_are_no_addresses(nginx: Nginx) -> None:
    for path in (
        "/.saima.json",
        "/index.zh.html",
        "/boards/race/1/index.en.html",
        "/boards/race/1.json.gz",
        "/boards/race/../.saima.json",
    ):
        assert nginx.get(path).status == 404, path


def test_a_withdrawn_edition_answers_why_as_saima_would(
    nginx: Nginx, session: Session, app: Flask, database: Database, client: FlaskClient, tmp_path: Path
) -> None:
    edition = session.scalars(select(Edition).where(Edition.number == 1)).one()
    withdraw(session, "chief", edition, reason="方案误用")
    session.commit()
    sync(app, database, tmp_path / "public")
    kinds = {"html": "text/html; charset=utf-8", "json": "application/json"}
    asked = {"/": "html", "/units/liuxi/": "html", ".csv": "html", ".xlsx": "html"}
    for end, kind in (
        asked | {".json": "json", ".package.json": "json", "/units/liuxi.json": "json"}
    ).items():
        found, own = nginx.get(f"/boards/race/1{end}"), client.get(f"/boards/race/1{end}")
        assert (found.status, found.body) == (410, own.data), end
        assert "方案误用" in found.body.decode(), end
        assert found.headers["content-type"].startswith(kinds[kind]), end
        assert own.headers["Content-Type"].startswith(kinds[kind]), end
    packed = nginx.get("/boards/race/1.csv", Accept_Encoding="gzip")
    assert packed.headers["content-type"] == kinds["html"]
    assert nginx.get("/boards/race/1.gone.json").status == 404
