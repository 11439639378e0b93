"""A unit's own pages: its place and why, its projects, and what it reports; nothing of any other unit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import display_names
from leaderboard.boards.models import Edition
from leaderboard.boards.read import find_form, find_line, latest_edition, past_places
from leaderboard.boards.unit_view import unit_view
from leaderboard.instant import local_date, now
from leaderboard.ledger.listing import list_projects, tell
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project, live_credits
from leaderboard.ledger.record import Source
from leaderboard.ledger.wanted import Wanted
from leaderboard.objections.read import open_windows
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import list_seasons, list_units, roster
from leaderboard.web.facts import kind_words, record_arrival, record_event, stage_words
from leaderboard.web.guards import guard_role, person, require
from leaderboard.web.requests import office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

door = Blueprint("units", __name__, url_prefix="/my")
door.before_request(guard_role(REPORTER))

PAGE = 100


def own_unit(session: Session) -> Unit:
    """The unit of the person behind the request."""
    account = person()
    require(Action.READ_UNIT, account.unit_id)
    return session.get(Unit, account.unit_id) or abort(404)


def own_seasons(session: Session, unit: Unit) -> list[Season]:
    """The seasons in which the unit takes part, newest first."""
    at = now()
    return [s for s in list_seasons(session) if any(u.unit_id == unit.id for u in roster(session, s.id, at))]


def own_project(session: Session, code: str) -> Project:
    """A project in which the person's unit has a share; any other is an unknown address."""
    unit = own_unit(session)
    project = find_project(session, code)
    if project is None or unit.id not in {share.unit_id for share in live_credits(session, project.id)}:
        abort(404)
    return project


@door.get("/")
def standing() -> ResponseReturnValue:
    """The unit's place in the newest edition, what it is made of, and the unit's projects."""
    session = reading()
    unit = own_unit(session)
    mine = own_seasons(session, unit)
    asked = request.args.get("season")
    season = next((s for s in mine if s.slug == asked), None) if asked else next(iter(mine), None)
    if asked and season is None:
        abort(404)
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


@door.get("/projects/<code>")
def project(code: str) -> ResponseReturnValue:
    """One of the unit's projects: what is recorded and whether it counts, and forms to report more."""
    return _project_page(code, Typed())


@door.post("/projects/<code>/events")
def report_event(code: str) -> ResponseReturnValue:
    """Report that a project reached a stage; it counts once verified."""

    def report(session: Session, found: Project, typed: Typed, source: Source) -> str:
        return record_event(session, typed, found, stage_words(list_seasons(session)), _today(), source)

    return _reported(code, "event", report)


@door.post("/projects/<code>/arrivals")
def report_arrival(code: str) -> ResponseReturnValue:
    """Report money that arrived; it counts once verified."""

    def report(session: Session, found: Project, typed: Typed, source: Source) -> str:
        return record_arrival(session, typed, found, _today(), source)

    return _reported(code, "arrival", report)


def _today() -> date:
    return local_date(now(), office().zone)


def _reported(
    code: str, form: str, report: Callable[[Session, Project, Typed, Source], str]
) -> ResponseReturnValue:
    """Record what was typed as unverified and go back to the project, or show the form again."""
    session = writing()
    found = own_project(session, code)
    require(Action.REPORT_FACTS, person().unit_id)
    typed = Typed.of_request()
    evidence = typed.text("evidence", most=500)
    said = report(session, found, typed, Source(person().name, evidence, verified=False))
    if not typed.ok:
        session.rollback()
        return _project_page(code, typed, form, 422)
    session.commit()
    flash(_("{said}。待认定，认定后计分。").format(said=said))
    return redirect(url_for("units.project", code=code))


def _project_page(code: str, typed: Typed, form: str = "", status: int = 200) -> ResponseReturnValue:
    session = reading()
    found = own_project(session, code)
    names = {unit.id: named(unit.name, unit.name_en) for unit in list_units(session)}
    people = display_names(session)
    page = render_template(
        "pages/units/project.html",
        project=found,
        story=tell(session, found.id),
        forms={name: typed if name == form else Typed() for name in ("event", "arrival")},
        open_form=form,
        stages=stage_words(list_seasons(session)),
        kinds=kind_words(),
        unit_names=names,
        who=lambda name: people.get(name, name),
    )
    return page, status
