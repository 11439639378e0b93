"""Headers of every answer: what a browser may load, who may frame a page, what may be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Flask, Response, request
from flask import session as cookie

from config import Settings
from leaderboard.templating import asset

CONTENT_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, no script or style written into a page, no frame around it."""
FRAME_OPTIONS = "X-Frame-Options"

YEAR = 31_536_000
FOR_EVER = f"public, max-age={YEAR}, immutable"
HOST = re.compile(r"(?:https?:)?//[^/?#]*", re.IGNORECASE)


def public_headers(settings: Settings) -> dict[str, str]:
    """The headers that every answer carries, from Flask and from the fast lane alike."""
    found = {
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        FRAME_OPTIONS: "DENY",
        # Not no-referrer: over HTTPS the check of form tokens wants to see where a form came from.
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.https:
        found["Strict-Transport-Security"] = f"max-age={YEAR}"
    return found


def framed_by(sites: Sequence[str]) -> str:
    """The policy of a page that these sites may frame; nobody where there are none."""
    who = " ".join(sites) or "'none'"
    return CONTENT_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {who}")


def register(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer of the application."""
    always = public_headers(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, text in always.items():
            response.headers.setdefault(name, text)
        if "frame-ancestors 'none'" not in response.headers["Content-Security-Policy"]:
            # It can name no site, and old browsers would obey it before the policy.
            del response.headers[FRAME_OPTIONS]
        _limit_keeping(response)
        _stay_here(response)
        return response


def _limit_keeping(response: Response) -> None:
    """Files marked with their content may be kept for ever; pages made for one person not at all."""
    if request.endpoint == "static" and response.status_code == 200:
        # Under the mark of another version, as during an upgrade, it would be kept for ever in the place of that one.
        if request.full_path == asset((request.view_args or {})["filename"]):
            response.headers["Cache-Control"] = FOR_EVER
    elif cookie:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")


def _stay_here(response: Response) -> None:
    """Make every redirect a path: the router puts a Host header, which anyone can write, into its own."""
    location = response.location or ""
    if found := HOST.match(location):
        # A path of two slashes would be read as another host again.
        response.headers["Location"] = "/" + location[found.end() :].lstrip("/\\")
