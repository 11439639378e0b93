"""The ledger's list on the console: filters in the address, page by page; and the form that enters a project."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.instant import now
from leaderboard.ledger.listing import Wanted, list_projects
from leaderboard.ledger.record import LedgerError, Source, add_credits, add_project
from leaderboard.seasons.read import list_seasons, list_units, roster
from leaderboard.web.console.door import door, show, today, units_to_choose
from leaderboard.web.facts import stage_words
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import tidy

PAGE = 50
CODE = 40


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    season: str
    unit: str
    stage: str
    text: str
    awaiting: bool
    page: int

    @classmethod
    def of_address(cls) -> Filters:
        """The filters in the address; what makes no sense is left out."""
        ask = request.args
        page = ask.get("page", 1, type=int)
        return cls(
            season=ask.get("season", ""),
            unit=ask.get("unit", ""),
            stage=ask.get("stage", ""),
            text=tidy(ask.get("text", ""))[:60].replace("\x00", ""),
            awaiting=ask.get("awaiting") == "1",
            page=min(max(page, 1), 100_000),
        )

    def address(self, page: int) -> str:
        """The address of another page of the same list."""
        return url_for(
            "console.projects",
            season=self.season or None,
            unit=self.unit or None,
            stage=self.stage or None,
            text=self.text or None,
            awaiting=1 if self.awaiting else None,
            page=page,
        )


@door.get("/projects")
def projects() -> ResponseReturnValue:
    """One page of the projects asked for."""
    session = reading()
    filters = Filters.of_address()
    seasons, units = list_seasons(session), list_units(session)
    season = next((s for s in seasons if s.slug == filters.season), None)
    wanted = Wanted(
        unit_ids=_unit_ids(filters, {unit.key: unit.id for unit in units}),
        stage=filters.stage,
        text=filters.text,
        awaiting=filters.awaiting,
    )
    lines, total = list_projects(session, wanted, PAGE, (filters.page - 1) * PAGE)
    typed = Typed({"season": filters.season, "unit": filters.unit, "stage": filters.stage})
    return show(
        "projects",
        here="projects",
        filters=filters,
        typed=typed,
        lines=lines,
        total=total,
        last_page=max(1, -(-total // PAGE)),
        units=units_to_choose([season]) if season else units,
        stages=stage_words(seasons),
    )


def _unit_ids(filters: Filters, ids: dict[str, int]) -> tuple[int, ...] | None:
    """Units of the season and the unit asked for; an unknown one leaves nothing rather than everything."""
    asked: set[int] | None = None
    if filters.season:
        season = next((s for s in list_seasons(reading()) if s.slug == filters.season), None)
        lines = roster(reading(), season.id, now()) if season else []
        asked = {line.unit_id for line in lines}
    if filters.unit:
        one = {ids[filters.unit]} if filters.unit in ids else set()
        asked = one if asked is None else asked & one
    return None if asked is None else tuple(sorted(asked))


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
