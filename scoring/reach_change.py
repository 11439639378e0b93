"""Columns that a unit can move, as exact changes of measured numbers, and a unit measured with such a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from scoring.measure import Measured, mixed, pooled, quantity, ratio
from scoring.measures import NEVER, UnitMeasures
from scoring.result import Count, CountedFact, Part, State
from scoring.rules import ONE, Given, Indicator, Scheme, Terms

ABOVE, BELOW, TIMES = "above", "below", "times"

STAGE = "stage"
NEW_PROJECT = "new_project"
ARRIVAL = "arrival"
RETURN = "return"
ADJUSTMENT = "adjustment"
NUMBER = "number"
DEEDS = (STAGE, NEW_PROJECT, ARRIVAL, RETURN, ADJUSTMENT, NUMBER)
"""`stage`: a known project reaches a stage; `new_project`: a project is signed and gets as far as a stage;
`arrival`: money arrives; `return`: a reported measure; `adjustment`: a bonus more or a deduction fewer;
`number`: a stated numerator, where nothing is known of what it counts."""


class Cell(NamedTuple):
    """One measured number of one unit: above or below the line of an indicator's part, or an adjustment's times."""

    unit: str
    side: str
    key: str
    part: int = 0


Change = Mapping[Cell, Fraction]


@dataclass(frozen=True, slots=True)
class Column:
    """One thing a unit can do more of, in steps of one project, one time or one yuan."""

    key: str
    deed: str
    what: str
    """The stage, kind of money, measure, adjustment, or indicator."""
    effects: tuple[tuple[Cell, Fraction], ...]
    """What one step changes, of the unit and of partners in its division who share the project."""
    by: Literal["count", "amount"] = "count"
    sign: int = 1
    """-1 where less is better: a deduction fewer."""
    most: int | None = None
    """How many steps there are, None without end: no more projects can be started than are waiting."""
    share: Fraction = ONE
    """With which share the project counts for the unit."""
    projects: tuple[str, ...] = ()
    """Codes of the projects there are to choose from; any of them counts the same."""
    pool: str = ""
    """Columns of one pool take their steps from the same projects."""
    yuan: tuple[int | None, int | None] = field(default=(None, None))
    """Total and inward yuan supposed of a new contract."""

    def own(self, unit: str) -> list[Cell]:
        """Cells of the unit itself."""
        return [cell for cell, _ in self.effects if cell.unit == unit]

    def grows_below(self, unit: str) -> bool:
        """Whether a denominator of the unit changes too."""
        return any(cell.side == BELOW for cell in self.own(unit))

    def change(self, steps: int) -> dict[Cell, Fraction]:
        """What so many steps change."""
        return {cell: amount * steps for cell, amount in self.effects}


def together(changes: list[dict[Cell, Fraction]]) -> dict[Cell, Fraction]:
    """Several changes as one."""
    total: dict[Cell, Fraction] = {}
    for change in changes:
        for cell, amount in change.items():
            total[cell] = total.get(cell, Fraction(0)) + amount
    return total


def changed(unit: UnitMeasures, change: Change, scheme: Scheme) -> UnitMeasures:
    """The unit measured anew with every number of its own that the change names raised or lowered."""
    own = {cell: amount for cell, amount in change.items() if cell.unit == unit.unit.key and amount}
    if not own:
        return unit
    indicators = dict(unit.indicators)
    for key in {cell.key for cell in own if cell.side != TIMES}:
        indicators[key] = _measured(indicators[key], scheme.indicator(key), own)
    times = dict(unit.times)
    for cell, amount in own.items():
        if cell.side == TIMES:
            times[cell.key] = _more(times.get(cell.key, NEVER), amount, cell.key)
    return replace(unit, indicators=indicators, times=times)


def _measured(measured: Measured, indicator: Indicator, own: Change) -> Measured:
    amounts = {(c.side, c.part): amount for c, amount in own.items() if c.key == indicator.key}
    parts = tuple(
        _part(part, indicator.key, amounts.get((ABOVE, n)), amounts.get((BELOW, n)))
        for n, part in enumerate(measured.parts)
    )
    return pooled(parts) if is_pooled(indicator, len(parts)) else mixed(parts)


def is_pooled(indicator: Indicator, parts: int) -> bool:
    """Whether the parts are added up rather than weighed by shares."""
    measure = indicator.measure
    if isinstance(measure, Given):
        return parts > 1 and not measure.shares
    return isinstance(measure, Terms) and parts > 1 and measure.pieces[0].share is None


def _part(part: Part, key: str, above: Fraction | None, below: Fraction | None) -> Part:
    numerator = _more(part.numerator, above, key)
    if part.denominator is None:
        fresh = quantity(numerator)
    else:
        absent = part.state if part.denominator.value is None else State.NO_DENOMINATOR
        fresh = ratio(numerator, _more(part.denominator, below, key), absent=absent)
    return replace(fresh, share=part.share, name=part.name, audited=part.audited)


def _more(count: Count, amount: Fraction | None, key: str) -> Count:
    """The quantity with a supposed fact, so that its facts still add up."""
    if not amount:
        return count
    fact = CountedFact("supposed", key, "", "", None, ONE, amount)
    return Count((count.value or Fraction(0)) + amount, count.by, (*count.counted, fact), count.left_out)
