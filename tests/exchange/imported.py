"""What stands in the ledger after an import, as the tests of imports ask for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.gather import gather_facts
from leaderboard.ledger.models import (
    CapitalArrival,
    Credit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import FOREVER
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import (
    find_season,
    roster,
)
from scoring import facts as scored


def season_of(session: Session) -> Season:
    season = find_season(session, "race-2026")
    assert season is not None
    return season


def facts_of(session: Session) -> scored.Facts:
    season = season_of(session)
    return gather_facts(session, season, roster(session, season.id, FOREVER), FOREVER)


def project_of(session: Session, code: str) -> scored.Project:
    return next(project for project in facts_of(session).projects if project.code == code)


def rows_in(session: Session) -> list[int | None]:
    tables = (Project, Credit, StageEvent, CapitalArrival, UnitReturn, ProjectDecision)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def event(code: str, stage: str, on: date, total: Any = None, inward: Any = None, *more: Any) -> list[Any]:
    evidence, outcome = (*more, None, None)[:2]
    return [code, stage, on, total, inward, evidence, outcome]
