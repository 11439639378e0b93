"""What a command names by its code: found, or answered with those there are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from leaderboard.boards.models import Screen
from leaderboard.cli.context import refuse
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_season, find_unit, list_seasons, list_units, stage_names


def season_named(session: Session, slug: str) -> Season:
    """The season at an address; the command ends with the list of those there are when it is unknown."""
    season = find_season(session, slug)
    if season is None:
        refuse(f"没有赛季 {slug}; 现有: {_listed(found.slug for found in list_seasons(session))}")
    return season


def unit_named(session: Session, key: str) -> Unit:
    """The unit with a key; the command ends with the list of those there are when it is unknown."""
    unit = find_unit(session, key)
    if unit is None:
        refuse(f"没有编码为 {key} 的单位; 现有: {_listed(found.key for found in list_units(session))}")
    return unit


def screen_named(session: Session, number: int) -> Screen:
    """The screen of a number that `screens` lists; the command ends when there is none."""
    screen = session.get(Screen, number)
    if screen is None:
        refuse(f"没有编号为 {number} 的大屏; 用 leaderboard screens 列出编号")
    return screen


def project_named(session: Session, code: str) -> Project:
    """The project with a code; the command ends when it is unknown, for there may be thousands to list."""
    project = find_project(session, code)
    if project is None:
        refuse(f"没有编号为 {code} 的项目; 用 leaderboard projects --text 查找")
    return project


def stages_known(session: Session) -> dict[str, str]:
    """Stage key -> name: the standard stages, then those that seasons added."""
    names = stage_names()
    for season in list_seasons(session):
        names |= stage_names(season)
    return names


def _listed(names: Iterable[str]) -> str:
    return "、".join(names) or "(无)"
