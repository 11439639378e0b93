"""What a request that failed did to the signed cookie is not sent: neither its notices nor anything it took away."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask import session as cookie

from leaderboard.web.entering import HALF

WHO = ("_user_id", HALF)
"""What the cookie says of who is in."""


def cookie_as_it_came() -> dict[str, Any]:
    """What the cookie said when the request began."""
    return dict(current_app.session_interface.open_session(current_app, request) or {})


def put_back_cookie() -> None:
    """Make the cookie what the request came with: what it says was done, or does no longer offer, was not done.

    Two things stay. Who came in, went out or chose a password meanwhile did so in the database before the cookie said
    so, and would be shut out by the old one. And a language that was chosen is the one in which the failure is told.
    """
    came = cookie_as_it_came()
    if any(cookie.get(name) != came.get(name) for name in WHO):
        return
    spoken = cookie.get("lang")
    cookie.clear()
    cookie.update(came)
    # Nothing at all is sent where nothing stays, so that no other answer's notices are overwritten.
    cookie.modified = spoken != came.get("lang")
    if cookie.modified:
        cookie["lang"] = spoken
