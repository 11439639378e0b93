"""The public door: boards, unit pages and screens, for what the fast lane does not hold."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.boards.models import Edition, PublicForm
from leaderboard.boards.package import canonical
from leaderboard.boards.read import (
    find_edition,
    find_form,
    find_line,
    latest_edition,
    past_places,
    public_seasons,
)
from leaderboard.boards.render import index_page
from leaderboard.boards.unit_view import unit_view
from leaderboard.formatters import spoken
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season
from leaderboard.web.requests import office, reading
from leaderboard.words import language

door = Blueprint("display", __name__)

FILES = "any(json,csv,xlsx,'package.json')"
REVALIDATE = "public, no-cache"
"""Keep a copy, and ask each time whether it still holds: the answer is a 304 of no weight."""


@door.get("/")
def index() -> AnyResponse:
    """The public boards; asked of the database, so that a season just opened or closed shows at once."""
    page = index_page(office(), public_seasons(reading()), language())
    return answered(page, "text/html; charset=utf-8")


@door.get("/boards/")
def boards() -> AnyResponse:
    """The list of boards has one address."""
    return redirect(spoken("/"))


@door.get("/boards/<slug>/")
def latest(slug: str) -> AnyResponse:
    """The newest edition of a season, or a word on when the first is due."""
    season = public_season(slug)
    edition = latest_edition(reading(), season.id)
    if edition is None:
        return Response(render_template("pages/display/no_edition.html", season=season, due_at=None))
    return serve(f"/boards/{slug}/{edition.number}/")


@door.get(f"/boards/<slug>/latest.<{FILES}:kind>")
def latest_file(slug: str, kind: str) -> AnyResponse:
    """The newest edition of a season as a file."""
    edition = latest_edition(reading(), public_season(slug).id)
    return serve(f"/boards/{slug}/{edition.number if edition else 0}.{kind}")


@door.get("/boards/<slug>/<int:number>/")
def numbered(slug: str, number: int) -> AnyResponse:
    """One edition's board."""
    return serve(f"/boards/{slug}/{public_edition(slug, number).number}/")


@door.get(f"/boards/<slug>/<int:number>.<{FILES}:kind>")
def numbered_file(slug: str, number: int, kind: str) -> AnyResponse:
    """One edition as a file."""
    return serve(f"/boards/{slug}/{public_edition(slug, number).number}.{kind}")


@door.get("/boards/<slug>/<int:number>/by/<indicator>/")
def by_indicator(slug: str, number: int, indicator: str) -> AnyResponse:
    """One indicator's own board in an edition."""
    return serve(f"/boards/{slug}/{public_edition(slug, number).number}/by/{indicator}/")


@door.get("/boards/<slug>/units/<unit>/")
def latest_unit(slug: str, unit: str) -> AnyResponse:
    """The newest edition's page of a unit."""
    edition = latest_edition(reading(), public_season(slug).id) or abort(404)
    return redirect(spoken(f"/boards/{slug}/{edition.number}/units/{unit}/"))


@door.get("/boards/<slug>/<int:number>/units/<unit>/")
def unit(slug: str, number: int, unit: str) -> AnyResponse:
    """Why this unit has this place: every number opened down to its facts."""
    edition, line = public_line(slug, number, unit)
    board = stored_board(slug, edition)
    past = past_places(reading(), edition.season_id, unit, until=number)
    page = render_template(
        "pages/display/unit.html",
        board=board,
        line=line,
        base=f"/boards/{slug}/{number}",
        unit_view=unit_view(board, line, past),
    )
    return answered(page.encode(), "text/html; charset=utf-8")


@door.get("/boards/<slug>/<int:number>/units/<unit>.json")
def unit_file(slug: str, number: int, unit: str) -> AnyResponse:
    """The same line for programs."""
    edition, line = public_line(slug, number, unit)
    document = {"season": slug, "number": number, "as_of": str(edition.as_of), "hash": edition.hash, **line}
    return answered(canonical(document), "application/json; charset=utf-8")


def public_line(slug: str, number: int, unit: str) -> tuple[Edition, dict[str, Any]]:
    """A unit's line in a public edition, otherwise 404."""
    edition = public_edition(slug, number)
    return edition, find_line(reading(), edition.id, unit) or abort(404)


def stored_board(slug: str, edition: Edition) -> dict[str, Any]:
    """The public board of an edition as it was published."""
    form = find_form(reading(), f"/boards/{slug}/{edition.number}.json", "") or abort(404)
    found: dict[str, Any] = json.loads(form.identity)
    return found


def public_season(slug: str) -> Season:
    """The season at this address; one that is not public answers exactly as one that does not exist."""
    season = find_season(reading(), slug)
    if season is None or not season.is_public:
        abort(404)
    return season


def public_edition(slug: str, number: int) -> Edition:
    """A published edition of a public season, otherwise 404."""
    return find_edition(reading(), slug, number) or abort(404)


def serve(path: str) -> AnyResponse:
    """The stored bytes of a public form in the language asked for."""
    form = find_form(reading(), path, language()) or abort(404)
    encoding, body = _encoded(form)
    response = answered(body, form.content_type, form.etag)
    response.headers["Vary"] = "Accept-Encoding"
    if encoding != "identity" and response.status_code == 200:
        response.headers["Content-Encoding"] = encoding
    return response


def answered(body: bytes, content_type: str, etag: str | None = None) -> Response:
    """An answer that may be kept and is asked after again: 304 where the reader holds the same bytes."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = REVALIDATE
    if etag is None:
        response.add_etag()
    else:
        response.set_etag(etag)
    response.make_conditional(request)
    return response


def _encoded(form: PublicForm) -> tuple[str, bytes]:
    choices: dict[str, bytes] = {"br": form.brotli, "gzip": form.gzip, "identity": form.identity}
    best = request.accept_encodings.best_match(list(choices), default="identity")
    # An empty header matches nothing and a star matches anything: plain bytes are always right.
    encoding = best if best in choices and request.accept_encodings else "identity"
    return encoding, choices[encoding]
