"""Lights 亮灯: a colour by a number, for units and for projects behind their plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from scoring.aggregate import Runner
from scoring.board_rules import SCORE, Colour, LightRule, ProjectLightRule
from scoring.cohort import or_later, reached
from scoring.facts import Project
from scoring.measures import Measures
from scoring.result import Light, Standing
from scoring.rules import Scheme
from scoring.shape_rules import Reading


def lights(
    standings: Sequence[Standing], runners: Mapping[str, Runner], measures: Measures, scheme: Scheme
) -> Iterator[Light]:
    """Every light that is lit, rule by rule, in the board's order; a number outside every range lights none."""
    for rule in scheme.lights:
        for standing in standings:
            x = _number(rule, standing, runners[standing.unit])
            yield from _lit(rule.key, standing.unit, "", x, rule.colours)
    for overdue in scheme.project_lights:
        for standing in standings:
            for project in measures.projects.get(standing.unit, ()):
                months = months_overdue(project, overdue, measures.as_of)
                yield from _lit(overdue.key, standing.unit, project.code, months, overdue.colours)


def _number(rule: LightRule, standing: Standing, runner: Runner) -> Fraction | None:
    if rule.indicator == SCORE:
        return standing.place if rule.on is Reading.PLACE else standing.score
    return runner.sights[rule.indicator].read(rule.on)


def _lit(key: str, unit: str, project: str, x: Fraction | None, colours: Sequence[Colour]) -> Iterator[Light]:
    if x is not None:
        found = next((colour for colour in colours if colour.within.holds(x)), None)
        if found is not None:
            yield Light(key, unit, found.name, x, project)


def months_overdue(project: Project, rule: ProjectLightRule, as_of: date) -> Fraction | None:
    """Months by the calendar since the planned month of a stage not reached; 0 in the planned month itself.

    None where nothing is planned, and before the planned month.
    """
    plans = [plan.on for plan in project.plans if plan.stage == rule.stage]
    if not plans:
        return None
    event, reason = reached(project, or_later((rule.stage,)), as_of)
    if event is not None and reason is None:
        return None
    planned = min(plans)
    months = (as_of.year - planned.year) * 12 + as_of.month - planned.month
    return Fraction(months) if months >= 0 else None
