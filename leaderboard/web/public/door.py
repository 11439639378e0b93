"""The door of what is made on request from published boards: whom it answers, and how answers are kept."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from leaderboard.boards.packing import brotli_of, gzipped, piece
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season
from leaderboard.web.editions import authority_of
from leaderboard.web.requests import office, reading
from leaderboard.web.variants import BROTLI, IDENTITY, LATEST, best_encoding

door = Blueprint("boards", __name__, url_prefix="/boards")


def public_season(slug: str) -> Season:
    """The season at this address; one that is not public answers exactly as one that does not exist."""
    season = find_season(reading(), slug)
    if season is None or not season.is_public:
        abort(404)
    return season


def page(template: str, season: Season, **context: object) -> Response:
    """A page about a season that may be kept and is asked after again: 304 where the reader holds the same bytes."""
    public_url = office().public_url
    body = render_template(
        template, season=season, office_name=authority_of(season), public_url=public_url, **context
    )
    return kept(Response(body, content_type="text/html; charset=utf-8"))


def kept(response: Response, cache: str = LATEST) -> Response:
    """An answer with a mark of its bytes, packed as the reader takes it; without them where the reader has them.

    Nothing on these pages is anyone's own, so that the lengths of what is packed tell nothing.
    """
    response.headers["Cache-Control"] = cache
    if response.mimetype == "text/html":
        _pack(response, best_encoding(request.headers.get("Accept-Encoding", "")))
    response.add_etag()
    response.make_conditional(request)
    return response


def _pack(response: Response, encoding: str) -> None:
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if encoding != IDENTITY:
        response.set_data(brotli_of(body) if encoding == BROTLI else gzipped(piece(body)))
        response.headers["Content-Encoding"] = encoding
