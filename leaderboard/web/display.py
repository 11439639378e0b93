"""The public door: boards and unit pages, for what the fast lane does not hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from leaderboard import VERSION
from leaderboard.boards.health import health
from leaderboard.boards.models import Edition
from leaderboard.boards.notices import edition_lines, noted, superseded_by, told_of_season, with_notice
from leaderboard.boards.package import canonical
from leaderboard.boards.promised import promised
from leaderboard.boards.read import (
    READABLE,
    find_form,
    find_line,
    latest_edition,
    line_before,
    list_announced,
    past_places,
    public_seasons,
)
from leaderboard.boards.render import index_page, ordered_page
from leaderboard.boards.unit_view import unit_view
from leaderboard.formatters import spoken
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season
from leaderboard.web.editions import authority_of, public_edition, stored_board
from leaderboard.web.public.door import kept
from leaderboard.web.requests import office, reading
from leaderboard.web.variants import LATEST, NUMBERED, answer_of, best_encoding, is_unchanged
from leaderboard.words import CHINESE, LANGUAGES, language

door = Blueprint("display", __name__)

FILES = "any(json,csv,xlsx,'package.json')"


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
        due_at = promised(reading(), season, now())
        context = {"season": season, "due_at": due_at, "office_name": authority_of(season)}
        return Response(render_template("pages/display/no_edition.html", **context))
    return ordered(slug, edition) if "order" in request.args else serve(f"/boards/{slug}/{edition.number}/")


@door.get("/boards/<slug>/editions/")
def editions(slug: str) -> AnyResponse:
    """Every edition of a season that was announced, with what has become of it."""
    season = public_season(slug)
    found = list_announced(reading(), season.id)
    told = told_of_season(reading(), season.id)
    page = render_template(
        "pages/display/editions.html",
        season=season,
        editions=found,
        readable=READABLE,
        told=told,
        office_name=authority_of(season),
    )
    return answered(page.encode(), "text/html; charset=utf-8")


@door.get("/boards/<slug>/editions.json")
def editions_file(slug: str) -> AnyResponse:
    """The same list for programs: state, dates, hash, the hash before, successor and reason of every number."""
    lines = edition_lines(reading(), public_season(slug).id, office().zone)
    return answered(canonical({"season": slug, "editions": lines}), "application/json; charset=utf-8")


@door.get(f"/boards/<slug>/latest.<{FILES}:kind>")
def latest_file(slug: str, kind: str) -> AnyResponse:
    """The newest edition of a season as a file."""
    edition = latest_edition(reading(), public_season(slug).id) or abort(404)
    return serve(f"/boards/{slug}/{edition.number}.{kind}")


@door.get("/boards/<slug>/<int:number>/")
def numbered(slug: str, number: int) -> AnyResponse:
    """One edition's board."""
    edition = public_edition(slug, number)
    return ordered(slug, edition) if "order" in request.args else serve(f"/boards/{slug}/{number}/", NUMBERED)


@door.get(f"/boards/<slug>/<int:number>.<{FILES}:kind>")
def numbered_file(slug: str, number: int, kind: str) -> AnyResponse:
    """One edition as a file."""
    return serve(f"/boards/{slug}/{public_edition(slug, number).number}.{kind}", NUMBERED)


@door.get("/boards/<slug>/<int:number>/by/<indicator>/")
def by_indicator(slug: str, number: int, indicator: str) -> AnyResponse:
    """One indicator's own board in an edition."""
    return serve(f"/boards/{slug}/{public_edition(slug, number).number}/by/{indicator}/", NUMBERED)


@door.get("/boards/<slug>/by/<indicator>/")
def latest_by_indicator(slug: str, indicator: str) -> AnyResponse:
    """One indicator's own board in the newest edition."""
    edition = latest_edition(reading(), public_season(slug).id) or abort(404)
    return serve(f"/boards/{slug}/{edition.number}/by/{indicator}/")


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
    past = past_places(reading(), edition.season_id, unit, until=edition)
    earlier = line_before(reading(), edition, line)
    page = render_template(
        "pages/display/unit.html",
        # An edition of before seasons could name an authority of their own knows the office alone.
        office_name=board.get("authority") or board["office"],
        board=board,
        line=line,
        base=f"/boards/{slug}/{number}",
        unit_view=unit_view(board, line, past, earlier),
        late=[fact for fact in board["late"] if unit in fact["units"]],
    )
    told = superseded_by(reading(), edition.id)
    body = with_notice(page.encode(), told, slug, office().zone, language())
    return answered(body, "text/html; charset=utf-8")


@door.get("/boards/<slug>/<int:number>/units/<unit>.json")
def unit_file(slug: str, number: int, unit: str) -> AnyResponse:
    """The same line for programs."""
    edition, line = public_line(slug, number, unit)
    document = {"season": slug, "number": number, "as_of": str(edition.as_of), "hash": edition.hash, **line}
    return answered(canonical(document), "application/json; charset=utf-8")


@door.get("/healthz")
def healthz() -> AnyResponse:
    """Whether the database answers, and how the clock and the boards are doing; 503 when it does not."""
    try:
        found = asdict(health(reading(), now()))
    except SQLAlchemyError:
        return jsonify(database="unreachable"), 503  # type: ignore[return-value] # Flask reads the pair
    return jsonify(database="ok", version=VERSION, **found)


def public_line(slug: str, number: int, unit: str) -> tuple[Edition, dict[str, Any]]:
    """A unit's line in a public edition, otherwise 404."""
    edition = public_edition(slug, number)
    return edition, find_line(reading(), edition.id, unit) or abort(404)


def public_season(slug: str) -> Season:
    """The season at this address; one that is not public answers exactly as one that does not exist."""
    season = find_season(reading(), slug)
    if season is None or not season.is_public:
        abort(404)
    return season


def ordered(slug: str, edition: Edition) -> Response:
    """A board with its rows in the order asked for; places are as they were published."""
    page = ordered_page(office(), stored_board(slug, edition), language(), request.args["order"])
    told = superseded_by(reading(), edition.id)
    body = with_notice(page, told, slug, office().zone, language())
    return kept(Response(body, content_type="text/html; charset=utf-8"))


def serve(path: str, cache: str = LATEST) -> Response:
    """The stored bytes of a public form in the language asked for, with the headers the fast lane gives them."""
    asked = request.args.get("lang")
    stored = find_form(reading(), path, asked if asked in LANGUAGES else CHINESE) or abort(404)
    told = superseded_by(reading(), stored.edition_id)
    form = noted(stored, told, path.split("/")[2], office().zone)
    variant = answer_of(form, cache, ())[best_encoding(request.headers.get("Accept-Encoding", ""))]
    if is_unchanged(request.headers.get("If-None-Match", ""), variant.etag):
        return Response(status=304, headers=variant.unchanged)
    return Response(variant.body, headers=variant.headers)


def answered(body: bytes, content_type: str) -> Response:
    """An answer made now that may be kept and is asked after again: 304 where the reader holds the same bytes."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = LATEST
    response.add_etag()
    response.make_conditional(request)
    return response
