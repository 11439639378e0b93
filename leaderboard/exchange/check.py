"""Checks a workbook against itself and the database: every error at once, every doubt as a warning, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from leaderboard.exchange.check_clear import check_clear
from leaderboard.exchange.check_cover import read_cover, season_draft
from leaderboard.exchange.check_facts import check_arrivals, check_events
from leaderboard.exchange.check_plan import check_stages, check_targets, check_units
from leaderboard.exchange.check_projects import check_projects
from leaderboard.exchange.check_scheme import check_scheme
from leaderboard.exchange.check_sense import check_sense
from leaderboard.exchange.check_units import check_adjustments, check_returns
from leaderboard.exchange.checking import Checking
from leaderboard.exchange.known import known_facts, known_plan
from leaderboard.exchange.layout import CHECKED, CHOICES, SHEET_NAMES
from leaderboard.exchange.names import normal
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import ImportRefused, Problems, Report
from leaderboard.exchange.workbook import Sheets


@dataclass(frozen=True, slots=True)
class Asked:
    """Who imports what: the day it is for the office, whether the actor may verify facts, the file's name."""

    today: date
    may_verify: bool = True
    file_name: str = "工作簿"
    clearing: bool = True
    """Whether to look for what clearing would reverse."""
    told: Callable[[int], None] | None = None
    """Is told now and then how many rows were looked at."""
    season_slug: str | None = None
    """The season the workbook must be for, where it is imported at a season's page."""


def check(session: Session, sheets: Sheets, asked: Asked) -> Plan:
    """What importing the sheets would do, with all errors and warnings.

    Raises ImportRefused where the sheets are not of this format or no season is named, so that nothing else can be said.
    """
    problems = Problems()
    sheets = _by_plain_name(sheets, problems)
    found = read_cover(sheets, problems, asked.season_slug)
    if found is None:
        raise ImportRefused(Report(tuple(problems.errors), tuple(problems.warnings)))
    cover, slug = found
    known = known_plan(session, slug, asked.today)
    plan = Plan(
        season_draft(cover, slug, known.season, asked.today), known.season is None, asked.today, problems
    )
    checking = Checking(session, sheets, plan, known, asked.may_verify, asked.file_name, asked.told)
    check_units(checking)
    check_stages(checking)
    check_scheme(checking)
    check_targets(checking)
    checking.facts = known_facts(session, checking.codes(), known)
    check_projects(checking)
    check_events(checking)
    check_arrivals(checking)
    check_returns(checking)
    check_adjustments(checking)
    check_sense(checking)
    if asked.clearing and not plan.errors:
        check_clear(checking)
    return plan


def _by_plain_name(sheets: Sheets, problems: Problems) -> Sheets:
    """The sheets of the format, blanks in their names left out.

    A sheet the format does not know is an error when it holds anything: what stands there would be lost silently.
    """
    known = {}
    for name, sheet in sheets.items():
        plain = normal(name)
        if plain in known:
            problems.error("有两张同名的工作表, 请只保留一张", name)
        elif plain in SHEET_NAMES:
            known[plain] = sheet
        elif plain not in {CHOICES, CHECKED} and sheet.rows:
            problems.error(f"不认识的工作表, 应为 {'、'.join(SHEET_NAMES)}; 不需要导入的工作表请删除", name)
    return known
