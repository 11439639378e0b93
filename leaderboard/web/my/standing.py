"""My place: where the unit stands in the newest edition, in one sentence first, and what it is made of."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition
from leaderboard.boards.read import find_form, find_line, latest_edition, past_places
from leaderboard.boards.unit_view import unit_view
from leaderboard.instant import now
from leaderboard.ledger.listing import list_projects
from leaderboard.ledger.wanted import Wanted
from leaderboard.objections.read import open_windows
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import roster
from leaderboard.web.facts import stage_words
from leaderboard.web.my.door import asked_season, door, own_seasons, own_unit
from leaderboard.web.requests import reading

PAGE = 100


@door.get("/")
def standing() -> ResponseReturnValue:
    """The unit's place in the newest edition, what it is made of, and the unit's projects."""
    session = reading()
    unit = own_unit(session)
    mine = own_seasons(session, unit)
    season = asked_season(mine)
    edition = latest_edition(session, season.id) if season else None
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    lines, total = list_projects(session, Wanted(unit_ids=(unit.id,)), PAGE, (page - 1) * PAGE)
    return render_template(
        "pages/units/standing.html",
        unit=unit,
        season=season,
        seasons=mine,
        edition=edition,
        windows=open_windows(session, [s.id for s in mine]),
        lines=lines,
        total=total,
        page=page,
        last_page=max(1, -(-total // PAGE)),
        stages=stage_words(mine),
        **_said(session, season, edition, unit),
    )


def _said(session: Session, season: Season | None, edition: Edition | None, unit: Unit) -> dict[str, Any]:
    """What the newest edition said about the unit, from its stored line and board."""
    nothing: dict[str, Any] = {"board": None, "line": None, "unit_view": None}
    if season is None or edition is None:
        return nothing
    ranked_as = next(
        (u.bundle or u.key for u in roster(session, season.id, now()) if u.unit_id == unit.id), unit.key
    )
    # A member of a bundle has the bundle's place; before it was bundled it had its own.
    line = find_line(session, edition.id, ranked_as) or find_line(session, edition.id, unit.key)
    form = find_form(session, f"/boards/{season.slug}/{edition.number}.json", "")
    if line is None or form is None:
        return nothing
    board: dict[str, Any] = json.loads(form.identity)
    past = past_places(session, season.id, line["unit"])
    return {"board": board, "line": line, "unit_view": unit_view(board, line, past)}
