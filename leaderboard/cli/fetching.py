"""Fetching a sealed file by its address: over HTTP only, from that host only, never too much and never for long."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from leaderboard.cli.context import refuse

MOST_BYTES = 200_000_000
SECONDS = 30
BOARD, FILE = "/boards/", ".package.json"


class SameHost(HTTPRedirectHandler):
    """Follows a redirect only on the host that was asked."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The next request; ends the command where it would lead elsewhere."""
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            fp.close()
            refuse(f"{req.full_url} 转到了别的主机 {newurl}, 没有跟随")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_address(source: str) -> bool:
    """Whether a command was given an address and not a file."""
    return source.lower().startswith(("http://", "https://"))


def package_address(address: str) -> str:
    """Where the sealed file of a board lies: the address of the board itself leads to it."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    if parts.path.startswith(BOARD) and path.rpartition("/")[2].isdigit():
        return urlunsplit((parts.scheme, parts.netloc, path + FILE, "", ""))
    return address


def fetch(address: str) -> bytes:
    """The bytes at an address; ends the command with the reason when they cannot be had."""
    found = package_address(address)
    request = Request(found, headers={"User-Agent": "saima-verify", "Accept": "application/json"})  # noqa: S310 - checked above
    try:
        with build_opener(SameHost).open(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(MOST_BYTES + 1)
    except HTTPError as error:
        if error.code != HTTPStatus.GONE:
            refuse(f"取不到 {found}: {error.reason}")
        # What is told in the place of a withdrawn edition.
        body = error.read(MOST_BYTES + 1)
    except (URLError, OSError, HTTPException, ValueError) as error:
        refuse(f"取不到 {found}: {getattr(error, 'reason', None) or error}")
    if len(body) > MOST_BYTES:
        refuse(f"{found} 超过 {MOST_BYTES // 1_000_000} MB, 没有读完")
    return body
