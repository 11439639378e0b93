"""One piece of news of the demonstration: as a fact that might be told, and as it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from demo.yunxi.facts import EVIDENCE
from demo.yunxi.load import ACTOR
from demo.yunxi.names import Naming
from leaderboard.instant import Millis
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import Source, add_arrival, add_credits, add_project, add_stage_event
from leaderboard.seasons.read import find_unit
from scoring import facts as scored
from scoring.facts import Facts

ARRIVAL = "arrival"
UNTOLD = "untold"
"""Id of a fact that is only being considered."""


@dataclass(frozen=True, slots=True)
class Find:
    """A project nobody has talked to before: what it is called, and the unit that found it."""

    naming: Naming
    unit: str


@dataclass(frozen=True, slots=True)
class News:
    """A project reached a stage, or money arrived for it (`stage` is then ARRIVAL and `yuan` the sum)."""

    project: str
    stage: str
    on: date
    total_yuan: int | None = None
    inward_yuan: int | None = None
    yuan: int = 0
    find: Find | None = None


def told(facts: Facts, news: News) -> Facts:
    """The facts as they would be with this piece of news."""
    if news.find is not None:
        found = scored.Project(news.project, news.project, (scored.Credit(news.find.unit, Fraction(1)),))
        return replace(facts, projects=(*facts.projects, _with(found, news)))
    projects = (_with(one, news) if one.code == news.project else one for one in facts.projects)
    return replace(facts, projects=tuple(projects))


def _with(project: scored.Project, news: News) -> scored.Project:
    if news.stage == ARRIVAL:
        arrival = scored.Arrival(UNTOLD, news.on, news.yuan)
        return replace(project, arrivals=(*project.arrivals, arrival))
    event = scored.StageEvent(UNTOLD, news.stage, news.on, True, news.total_yuan, news.inward_yuan)
    return replace(project, events=(*project.events, event))


def record(session: Session, news: News, recorded_at: Millis) -> None:
    """Enter the news in the ledger, verified; raises LedgerError where someone was there first."""

    def source(evidence: str) -> Source:
        return Source(ACTOR, evidence, verified=True, recorded_at=recorded_at)

    project = _entered(session, source(EVIDENCE["talks"]), news)
    if project is None:
        return
    if news.stage == ARRIVAL:
        add_arrival(session, source("银行到账回单"), project, occurred_on=news.on, amount_yuan=news.yuan)
        return
    add_stage_event(
        session,
        source(EVIDENCE[news.stage]),
        project,
        stage=news.stage,
        occurred_on=news.on,
        total_yuan=news.total_yuan,
        inward_yuan=news.inward_yuan,
    )


def _entered(session: Session, source: Source, news: News) -> Project | None:
    """The project of the news; a new one is entered with its whole credit for the unit that found it."""
    if news.find is None:
        return find_project(session, news.project)
    unit = find_unit(session, news.find.unit)
    if unit is None:
        return None
    naming = news.find.naming
    project = add_project(
        session,
        source,
        code=news.project,
        name=naming.name,
        name_en=naming.name_en,
        investor=naming.investor,
        industry=naming.industry,
    )
    add_credits(session, source, project, shares=[(unit.id, Fraction(1))], occurred_on=news.on)
    return project
