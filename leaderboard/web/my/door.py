"""The door to a unit's own pages, and what every one of them looks up: whose page it is, and of which season."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER
from leaderboard.accounts.permissions import Action
from leaderboard.instant import local_date, now
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project, live_credits
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import seasons_of
from leaderboard.web.guards import guard_role, person, require
from leaderboard.web.requests import office

door = Blueprint("units", __name__, url_prefix="/my")
door.before_request(guard_role(REPORTER))


def today() -> date:
    """The present day in the office's zone."""
    return local_date(now(), office().zone)


def own_unit(session: Session) -> Unit:
    """The unit of the person behind the request."""
    account = person()
    require(Action.READ_UNIT, account.unit_id)
    return session.get(Unit, account.unit_id) or abort(404)


def own_seasons(session: Session, unit: Unit) -> list[Season]:
    """The seasons in which the unit takes part, newest first."""
    return [season for season, _key in seasons_of(session, unit.id, now()).values()]


def season_on(mine: list[Season]) -> Season | None:
    """The newest season that has begun, since next year's is set up before this one ends; else the newest."""
    begun = (season for season in mine if season.starts_on <= today())
    return next(begun, next(iter(mine), None))


def asked_season(mine: list[Season]) -> Season | None:
    """The season the address asks for, else the one that is on; one of others is an unknown address."""
    asked = request.args.get("season")
    if not asked:
        return season_on(mine)
    return next((season for season in mine if season.slug == asked), None) or abort(404)


def own_project(session: Session, code: str) -> Project:
    """A project in which the person's unit has a share; any other is an unknown address."""
    unit = own_unit(session)
    project = find_project(session, code)
    if project is None or unit.id not in {share.unit_id for share in live_credits(session, project.id)}:
        abort(404)
    return project
