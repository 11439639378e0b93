"""A unit's own numbers tried: its division scored again as the engine scores it, everyone else as published."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.board import place_value
from leaderboard.boards.field import Field, read_field
from leaderboard.boards.prospect_models import DivisionField
from scoring.measures import Measures
from scoring.race import score_measured
from scoring.reach_change import ABOVE, BELOW, TIMES, Cell, changed
from scoring.result import Standing
from scoring.rules import (
    ArrivedOverContract,
    Measure,
    ReturnRatio,
    Scheme,
    Signing,
    StageReached,
    Terms,
)
from scoring.show import round_half_up


@dataclass(frozen=True, slots=True)
class Entry:
    """One number a unit may change: what it is of, how it counts, and what was published."""

    name: str
    """Of the field in a form: above.signing.0, below.signing.0, times.award."""
    cell: Cell
    by: str
    value: Fraction
    follows: Cell | None = None
    """A numerator of another indicator that counts the very same facts as this denominator."""
    within: Cell | None = None
    """The denominator whose projects this numerator counts some of."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What own numbers come to: place and score then, and points by indicator and adjustment before and then."""

    place: int | str | None
    score_shown: str | None
    points: Mapping[str, tuple[str | None, str | None]]
    passed: tuple[str, ...]
    """Keys of the units that stood ahead and would stand behind."""
    level: tuple[str, ...]
    """Keys of the units that would share the place."""


def find_field(session: Session, edition_id: int, division: str) -> Field | None:
    """A division as it was measured for an edition; None while it has not been written down."""
    wanted = (DivisionField.edition_id == edition_id) & (DivisionField.division == division)
    data = session.scalar(select(DivisionField.measured).where(wanted))
    return None if data is None else read_field(data)


def entries(field: Field, unit: str) -> list[Entry]:
    """The numbers of a unit, in the scheme's order; a rate stated without its counts has none."""
    own = next(found for found in field.measures.units if found.unit.key == unit)
    found = []
    for indicator in field.scheme.indicators:
        for n, part in enumerate(own.measured(indicator.key).parts):
            for side, count in ((ABOVE, part.numerator), (BELOW, part.denominator)):
                if count is not None and count.value is not None and part.audited is None:
                    cell = Cell(unit, side, indicator.key, n)
                    found.append(Entry(f"{side}.{indicator.key}.{n}", cell, count.by, count.value))
    found = _linked(found, field.scheme)
    for rule in field.scheme.adjustments:
        happened = own.happened(rule.key)
        if happened.value is not None:
            cell = Cell(unit, TIMES, rule.key)
            found.append(Entry(f"{TIMES}.{rule.key}", cell, happened.by, happened.value))
    return found


def _linked(found: list[Entry], scheme: Scheme) -> list[Entry]:
    """Denominators with the numerator that the scheme makes them equal to; shares of projects with their whole."""
    measures = {indicator.key: indicator.measure for indicator in scheme.indicators}
    counted = {e.cell: _counted(measures[e.cell.key], e.cell) for e in found}
    above = {counted[e.cell]: e.cell for e in found if e.cell.side == ABOVE and counted[e.cell] is not None}
    linked = []
    for entry in found:
        if entry.cell.side == BELOW:
            linked.append(replace(entry, follows=above.get(counted[entry.cell])))
        else:
            whole = entry.cell._replace(side=BELOW)
            is_share = isinstance(measures[entry.cell.key], StageReached) and whole in counted
            linked.append(replace(entry, within=whole if is_share else None))
    return linked


def _counted(measure: Measure, cell: Cell) -> Hashable:
    """What a number counts, equal for numbers that count the very same facts; None where that is not told."""
    match measure:
        case Signing(cohort=cohort) if cell.side == ABOVE:
            return "signed", cohort, measure.shares[cell.part][0]
        case StageReached(cohort=cohort) if cell.side == BELOW:
            return "signed", cohort, "count"
        case ArrivedOverContract(cohort=cohort) if cell.side == BELOW:
            return "signed", cohort, "amount"
        case ReturnRatio():
            return "return", measure.numerator if cell.side == ABOVE else measure.denominator
        case Terms(pieces=pieces):
            piece = pieces[cell.part]
            return piece.numerator if cell.side == ABOVE else piece.denominator
    return None


def followed(given: Sequence[Entry], numbers: Mapping[Cell, Fraction]) -> dict[Cell, Fraction]:
    """The numbers with every denominator left as published that follows a numerator moved by as much as that."""
    published = {entry.cell: entry.value for entry in given}
    moved = dict(numbers)
    for entry in given:
        if entry.follows is not None and numbers[entry.cell] == entry.value:
            more = numbers[entry.follows] - published[entry.follows]
            moved[entry.cell] = max(entry.value + more, Fraction(0))
    return moved


def tried(field: Field, unit: str, numbers: Mapping[Cell, Fraction]) -> Outcome:
    """The unit's standing with these numbers in the place of its own, all others as they were measured."""
    before = score_measured(field.measures, field.scheme).standings
    known = {entry.cell: entry.value for entry in entries(field, unit)}
    change = {cell: number - known[cell] for cell, number in numbers.items()}
    units = tuple(changed(found, change, field.scheme) for found in field.measures.units)
    measures = Measures(field.measures.as_of, field.measures.schedule, units)
    after = score_measured(measures, field.scheme).standings
    then, now = _of(after, unit), _of(before, unit)
    decimals = field.scheme.decimals
    passed = [s.unit for s in before if _is_ahead(s, now) and _is_ahead(then, _of(after, s.unit))]
    level = [s.unit for s in after if then.tied and s.unit != unit and _shares(s, then)]
    old, new = _points(now, decimals.points), _points(then, decimals.points)
    return Outcome(
        place_value(then.place),
        None if then.score is None else round_half_up(then.score, decimals.score),
        {key: (old.get(key), points) for key, points in new.items()},
        tuple(passed),
        tuple(level),
    )


def _of(standings: tuple[Standing, ...], unit: str) -> Standing:
    return next(standing for standing in standings if standing.unit == unit)


def _is_ahead(other: Standing, own: Standing) -> bool:
    return other.place is not None and (own.place is None or other.place < own.place)


def _shares(other: Standing, own: Standing) -> bool:
    return other.division == own.division and other.place == own.place


def _points(standing: Standing, decimals: int) -> dict[str, str | None]:
    given = {line.key: line.points for line in standing.indicators}
    given |= {line.key: line.points for line in standing.adjustments}
    return {key: None if points is None else round_half_up(points, decimals) for key, points in given.items()}
