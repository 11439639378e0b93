"""What the unit has handed in: sent back first with the reason, then what waits, then what was settled; and taking back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import display_names, people_of_unit
from leaderboard.instant import now
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.handed_in import (
    HandedIn,
    find_handed_in,
    is_built_on,
    last_returns,
    may_take_back,
    settled,
    take_back,
    unsettled,
)
from leaderboard.ledger.models import AWAITING, RETURNED, UnitReturn
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.waiting import Key
from leaderboard.seasons.read import list_units
from leaderboard.web.facts import kind_words, stage_words
from leaderboard.web.guards import person, require
from leaderboard.web.my.door import asked_season, door, own_seasons, own_unit
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.returning import measure_names, scheme_of
from leaderboard.words import gettext as _
from leaderboard.words import named

MOST, NEWEST = 200, 30
A_DAY = 86_400_000


@door.get("/reports")
def reports() -> ResponseReturnValue:
    """Everything handed in with what became of it, and where to hand in more."""
    session = reading()
    unit = own_unit(session)
    season = asked_season(mine := own_seasons(session, unit))
    people, ours = display_names(session), people_of_unit(session, unit.id)
    last = last_returns(session, unit.id)
    lists = {
        RETURNED: unsettled(session, unit.id, RETURNED, ours, MOST),
        AWAITING: unsettled(session, unit.id, AWAITING, ours, MOST),
        "settled": settled(session, unit.id, ours, NEWEST),
    }
    return render_template(
        "pages/units/reports.html",
        unit=unit,
        season=season,
        seasons=mine,
        lists=lists,
        files=evidence_of(session, [each.key.fact_id for some in lists.values() for each in some]),
        measures={key: words for each in mine for key, words in measure_names(scheme_of(each)).items()},
        asked=measure_names(scheme_of(season)) if season else {},
        may_register=settings().units_register,
        ours=ours,
        again=again_address,
        built_on=[
            each.key.fact_id
            for some in lists.values()
            for each in some
            if isinstance(each.fact, UnitReturn) and each.fact.occurred_on < last[each.fact.measure]
        ],
        waited=lambda each: (now() - each.fact.recorded_at) // A_DAY,
        stages=stage_words(mine),
        kinds=kind_words(),
        unit_names={each.id: named(each.name, each.name_en) for each in list_units(session)},
        who=lambda name: people.get(name, name),
    )


def again_address(each: HandedIn) -> str:
    """Where the form opens filled in with what was handed in."""
    if each.kind == "return":
        return url_for("units.returns", again=each.key.fact_id)
    if each.kind == "credit":
        return url_for("units.new_project", again=f"{each.key.holder_id}/{each.key.fact_id}")
    code = each.project.code if each.project else ""
    return url_for("units.project", code=code, again=f"{each.kind}/{each.key.fact_id}", _anchor="report")


@door.post("/reports/<kind>/<int:holder_id>/<fact:fact_id>/take-back")
def take_back_report(kind: str, holder_id: int, fact_id: int) -> ResponseReturnValue:
    """Take back what was not verified yet; it stays on record, and can be handed in anew."""
    session = writing()
    unit = own_unit(session)
    require(Action.REPORT_FACTS, unit.id)
    people = people_of_unit(session, unit.id)
    fact = find_handed_in(session, unit.id, Key(kind, holder_id, fact_id), people) or abort(404)
    if isinstance(fact, UnitReturn) and is_built_on(session, fact):
        flash(_("后面还有报表，请先撤回较晚的；已认定的，请主办单位退回"), "failure")
        return redirect(url_for("units.reports"))
    if not may_take_back(session, fact, people):
        flash(_("只能撤回本单位填报、还没有认定的记录"), "failure")
        return redirect(url_for("units.reports"))
    try:
        take_back(session, person().name, fact, _("单位撤回"))
        session.commit()
        flash(_("已撤回，没有计分；需要时可重新填报"))
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    return redirect(url_for("units.reports"))
