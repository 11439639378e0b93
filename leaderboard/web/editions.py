"""Finding the edition that an address names, and answering for one that was withdrawn."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, jsonify, render_template

from leaderboard.boards.models import WITHDRAWN, Edition
from leaderboard.boards.notices import edition_line, told_of
from leaderboard.boards.read import find_announced, find_form
from leaderboard.seasons.models import Season
from leaderboard.web.errors import wants_json
from leaderboard.web.requests import office, reading


def public_edition(slug: str, number: int) -> Edition:
    """An edition of a public season that may be read: 410 with its notice where it was withdrawn, otherwise 404."""
    edition = find_announced(reading(), slug, number) or abort(404)
    if edition.state == WITHDRAWN:
        abort(withdrawn(edition))
    return edition


def stored_board(slug: str, edition: Edition) -> dict[str, Any]:
    """The public board of an edition as it was published."""
    form = find_form(reading(), f"/boards/{slug}/{edition.number}.json", "") or abort(404)
    found: dict[str, Any] = json.loads(form.identity)
    return found


def authority_of(season: Season) -> str:
    """The authority 主办单位 at the head of a season's pages: its own, or the one that runs this installation."""
    return season.authority or office().name


def withdrawn(edition: Edition) -> Response:
    """What is told of a withdrawn edition: number, dates, hashes and the public reason; nothing of its board."""
    session = reading()
    told = told_of(session, edition.id, WITHDRAWN)
    season = session.get_one(Season, edition.season_id)
    line = {"season": season.slug, **edition_line(edition, told, office().zone), "by": office().name}
    if wants_json():
        answer = jsonify(line)
        answer.status_code = 410
        return answer
    page = render_template(
        "pages/display/withdrawn.html", season=season, line=line, office_name=authority_of(season)
    )
    return Response(page, 410, mimetype="text/html")
