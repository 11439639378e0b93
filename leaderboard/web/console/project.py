"""One project on the console: its whole story, forms that add to it, and decisions on each fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.ledger.amend import AmendedMeanwhile, amend_project
from leaderboard.ledger.duplicates import lookalikes, put_aside
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.listing import find_project_fact, tell
from leaderboard.ledger.models import OUTCOMES, RETURNED, REVERSED, VERIFIED, Project
from leaderboard.ledger.read import find_project, times_amended
from leaderboard.ledger.record import LedgerError, Source, add_credits, decide
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_seasons, list_units
from leaderboard.web.console.alike import alike_words
from leaderboard.web.console.door import door, show, today, units_to_choose
from leaderboard.web.console.project_story import steps
from leaderboard.web.facts import kind_words, record_arrival, record_event, seasons_of, stage_words
from leaderboard.web.guards import guard_action, guarded, person, require
from leaderboard.web.requests import reading, writing
from leaderboard.web.returning import scheme_of
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import exact_number, exact_whole

OWN_TEXTS = {"name": 120, "name_en": 120, "investor": 120, "industry": 40}
"""What a project is known by besides its code, and how long each may be."""
YES, NO = "1", "0"


@door.get("/projects/<code>")
def project(code: str) -> ResponseReturnValue:
    """The story of a project."""
    return _page(code, Typed())


@door.post("/projects/<code>/events")
@guarded(guard_action(Action.REPORT_FACTS))
def add_event(code: str) -> ResponseReturnValue:
    """Record that the project reached a stage."""

    def record(session: Session, found: Project, typed: Typed, source: Source) -> str:
        return record_event(session, typed, found, stage_words(list_seasons(session)), today(), source)

    return _added(code, "event", record)


@door.post("/projects/<code>/arrivals")
@guarded(guard_action(Action.REPORT_FACTS))
def add_money(code: str) -> ResponseReturnValue:
    """Record money that arrived."""

    def record(session: Session, found: Project, typed: Typed, source: Source) -> str:
        return record_arrival(session, typed, found, today(), source)

    return _added(code, "arrival", record)


@door.post("/projects/<code>/credits")
@guarded(guard_action(Action.REPORT_FACTS))
def add_share(code: str) -> ResponseReturnValue:
    """Record a unit's share of the project."""

    def record(session: Session, found: Project, typed: Typed, source: Source) -> str:
        units = {unit.key: unit for unit in units_to_choose(seasons_of(session, found) or None)}
        unit = typed.choice("unit", units)
        text = typed.values.get("share", "")
        share = exact_number(text)
        if share is None or not 0 < share <= 100:
            typed.complain("share", _("应为分成，如 50（百分比）或 1/3"))
        on = typed.day("occurred_on", latest=today())
        if share is None or not typed.ok:
            return ""
        # 50 is a percentage and 1/3 a fraction, as agreements write them.
        part = share if "/" in text else share / 100
        try:
            add_credits(session, source, found, shares=[(units[unit].id, part)], occurred_on=on)
        except LedgerError as error:
            typed.complain("share", str(error))
            return ""
        return _("已记录：{unit} 分成 {share}").format(unit=units[unit].name, share=text)

    return _added(code, "credit", record)


@door.post("/projects/<code>/amend")
@guarded(guard_action(Action.REPORT_FACTS))
def amend(code: str) -> ResponseReturnValue:
    """Put right the project's name and what else it is known by, and whether its name is public."""
    session = writing()
    found = find_project(session, code) or abort(404)
    typed = Typed.of_request()
    texts = {name: typed.text(name, most=most, needed=name == "name") for name, most in OWN_TEXTS.items()}
    is_public = typed.choice("is_public", (YES, NO)) == YES
    reason = typed.text("reason", most=500)
    seen, status = exact_whole(typed.values.get("seen", "")), 422
    try:
        if typed.ok:
            amend_project(
                session,
                person().name,
                found,
                name=texts["name"],
                name_en=texts["name_en"],
                investor=texts["investor"],
                industry=texts["industry"],
                is_public=is_public,
                reason=reason,
                seen=seen,
            )
    except AmendedMeanwhile as error:
        typed.complain("reason", str(error))
        status = 409
    except LedgerError as error:
        typed.complain("reason", str(error))
    if not typed.ok:
        session.rollback()
        return _page(code, typed, "amend", status)
    session.commit()
    flash(_("项目资料已修改，自下一期榜单起生效"))
    return redirect(url_for("console.project", code=code))


@door.post("/projects/<code>/facts/<kind>/<fact:fact_id>")
@guarded(guard_action(Action.VERIFY_FACTS))
def decide_on(code: str, kind: str, fact_id: int) -> ResponseReturnValue:
    """Verify, return or reverse one fact of the project."""
    session = writing()
    found = find_project(session, code) or abort(404)
    fact = find_project_fact(session, found.id, kind, fact_id) or abort(404)
    typed = Typed.of_request()
    outcome = typed.choice("outcome", OUTCOMES)
    if not typed.ok:
        abort(400)
    if outcome == REVERSED:
        # Taking a fact back is recording, not verifying.
        require(Action.REPORT_FACTS)
    try:
        decide(session, person().name, fact, outcome, typed.values.get("reason"))
        session.commit()
        flash({VERIFIED: _("已认定"), RETURNED: _("已退回"), REVERSED: _("已冲销")}[outcome])
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    return redirect(f"{url_for('console.project', code=code)}#fact-{fact_id}")


def _added(
    code: str, form: str, record: Callable[[Session, Project, Typed, Source], str]
) -> ResponseReturnValue:
    """Record what was typed and go back to the story, or show the form again with its problems."""
    session = writing()
    found = find_project(session, code) or abort(404)
    typed = Typed.of_request()
    evidence = typed.text("evidence", most=500, needed=False)
    source = Source(person().name, evidence or None, verified="verified" in typed.values)
    said = record(session, found, typed, source)
    if not said:
        session.rollback()
        return _page(code, typed, form, 422)
    session.commit()
    flash(said)
    return redirect(url_for("console.project", code=code))


def _page(code: str, typed: Typed, form: str = "", status: int = 200) -> ResponseReturnValue:
    session = reading()
    found = find_project(session, code) or abort(404)
    units = list_units(session)
    offered = units_to_choose(seasons_of(session, found) or None)
    forms = dict.fromkeys(("event", "arrival", "credit"), Typed({"verified": "1"}))
    forms["amend"] = _known(session, found)
    theirs = _theirs(found, typed) if status == HTTPStatus.CONFLICT else []
    if form:
        typed.values["seen"] = forms["amend"].values["seen"]
        forms[form] = typed
    story, apart = tell(session, found.id), put_aside(session, found.id)
    files = evidence_of(session, [told.fact.fact_id for told in story])
    seasons = list_seasons(session)
    return show(
        "project",
        status,
        here="projects",
        project=found,
        story=story,
        files=files,
        steps=steps(session, found, story, files, apart),
        alike=lookalikes(session, [found.id]).get(found.id, []),
        apart=apart,
        alike_words=alike_words(),
        theirs=theirs,
        forms=forms,
        yes_no=((YES, _("是")), (NO, _("否"))),
        open_form=form,
        stages=stage_words(seasons),
        kinds=kind_words(),
        indicators=_indicator_names(seasons),
        own_words=own_words(),
        units=[(unit.key, named(unit.name, unit.name_en)) for unit in offered],
        unit_names={unit.id: named(unit.name, unit.name_en) for unit in units},
    )


def own_words() -> dict[str, str]:
    """What a project is known by, in words."""
    return {
        "name": _("项目名称"),
        "name_en": _("英文名"),
        "investor": _("投资方"),
        "industry": _("行业"),
        "is_public": _("公开名称"),
    }


def _theirs(project: Project, typed: Typed) -> list[tuple[str, str, str]]:
    """Where what was typed differs from what somebody else has just made of it: the name of each field and both."""
    now = _values(project)
    mine = {name: typed.worded.get(name, "") for name in now}
    shown = {YES: _("是"), NO: _("否")} | {"": "—"}
    return [
        (words, shown.get(now[name], now[name]), shown.get(mine[name], mine[name]))
        for name, words in own_words().items()
        if now[name] != mine[name]
    ]


def _indicator_names(seasons: Sequence[Season]) -> dict[tuple[int, str], str]:
    """What the indicators of each season are called today."""
    return {
        (season.id, indicator.key): named(indicator.name, indicator.name_en)
        for season in seasons
        if (scheme := scheme_of(season))
        for indicator in scheme.indicators
    }


def _values(project: Project) -> dict[str, str]:
    texts = {name: getattr(project, name) or "" for name in OWN_TEXTS}
    return texts | {"is_public": YES if project.is_public else NO}


def _known(session: Session, project: Project) -> Typed:
    """The form that amends the project, as the ledger knows it, and how often it was amended before."""
    return Typed(_values(project) | {"seen": str(times_amended(session, project.id))})
