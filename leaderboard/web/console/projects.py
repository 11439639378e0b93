"""The form on the console that enters a project in the ledger."""

from __future__ import annotations

from fractions import Fraction

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.ledger.record import LedgerError, Source, add_credits, add_project
from leaderboard.web.console.door import door, show, today, units_to_choose
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import tidy

CODE = 40


@door.get("/projects/new")
@guarded(guard_action(Action.REPORT_FACTS))
def new_project() -> ResponseReturnValue:
    """The form for a project."""
    return _form(Typed())


@door.post("/projects")
@guarded(guard_action(Action.REPORT_FACTS))
def add_one_project() -> ResponseReturnValue:
    """Enter a project for the unit that leads it."""
    typed = Typed.of_request()
    units = {unit.key: unit for unit in units_to_choose()}
    code, name = tidy(typed.text("code", most=CODE)), typed.text("name")
    investor = typed.text("investor", needed=False)
    industry = typed.text("industry", most=CODE, needed=False)
    unit = typed.choice("unit", units)
    if not typed.ok:
        return _form(typed, 422)
    session = writing()
    source = Source(person().name, evidence=None, verified=True)
    try:
        project = add_project(
            session,
            source,
            code=code,
            name=name,
            investor=investor or None,
            industry=industry or None,
            is_public="is_public" in typed.values,
        )
        add_credits(session, source, project, shares=[(units[unit].id, Fraction(1))], occurred_on=today())
        session.commit()
    except LedgerError as error:
        session.rollback()
        typed.complain("code", str(error))
        return _form(typed, 422)
    flash(_("项目 {name} 已登记，请补记签约等节点").format(name=name))
    return redirect(url_for("console.project", code=code))


def _form(typed: Typed, status: int = 200) -> ResponseReturnValue:
    units = [(unit.key, named(unit.name, unit.name_en)) for unit in units_to_choose()]
    return show("project_new", status, here="projects", typed=typed, units=units)
