"""The reason and the day of a submission that is still to come: what was typed beside a saved draft stays typed.

Without a script the page is sent anew once a draft is saved. Neither belongs to the draft before it is submitted, so
the browser keeps them, for one person and one season, until then.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from leaderboard.seasons.models import Season
from leaderboard.web.console.door import today
from leaderboard.web.guards import person
from leaderboard.web.typed import Typed

FIELDS = ("reason", "effective_on")
MOST = 500


def keep_request(season: Season) -> None:
    """Keep what the form that was sent says of the reason and the day."""
    said = Typed.of_request().worded
    words = [said.get(name, "")[:MOST] for name in FIELDS]
    _set(_signer().dumps([person().name, season.slug, *words]) if any(words) else "")


def drop_request() -> None:
    """Forget both: they were submitted, or the draft they were meant for is gone."""
    _set("")


def kept_request(season: Season) -> Typed:
    """The fields as they were kept for this person and season, or blank ones."""
    try:
        name, slug, *words = _signer().loads(request.cookies.get(_name(), ""))
    except BadData:
        return Typed()
    if (name, slug) != (person().name, season.slug):
        return Typed()
    reason, day = words
    # A day that has passed since is nobody's wish any more.
    kept = {"reason": reason} | ({"effective_on": day} if day >= str(today()) else {})
    return Typed({field: word for field, word in kept.items() if word})


def _set(value: str) -> None:
    @after_this_request
    def send(response: Response) -> Response:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            # Whatever failed has neither saved nor submitted anything.
            return response
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        if value:
            response.set_cookie(_name(), value, path="/console", secure=secure, httponly=True, samesite="Lax")
        else:
            response.delete_cookie(_name(), path="/console", secure=secure, httponly=True, samesite="Lax")
        return response


def _name() -> str:
    prefix = "__Secure-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}saima-request"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="reason and day of a submission")
