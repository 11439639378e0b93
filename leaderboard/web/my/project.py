"""One of the unit's projects: what is recorded of it and whether it counts, and forms to report more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import display_names
from leaderboard.instant import local_date, now
from leaderboard.ledger.listing import tell
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import Source
from leaderboard.seasons.read import list_seasons, list_units
from leaderboard.web.facts import kind_words, record_arrival, record_event, stage_words
from leaderboard.web.guards import person, require
from leaderboard.web.my.door import door, own_project
from leaderboard.web.requests import office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named


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
