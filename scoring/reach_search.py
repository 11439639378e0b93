"""The smallest number of steps of one column that gets a unit to a place, or why no number of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from scoring.reach_change import BELOW, TIMES, Column
from scoring.reach_regular import bends, scheme_rule
from scoring.reach_trial import Trial, Tried

FAR = {"count": 10**6, "amount": 10**15}
"""As many steps as are ever looked at: a million projects, a thousand trillion yuan."""
SCANNED = 400
"""Steps tried one by one where the effect may go both ways."""

ALREADY = "already"
NO_PLACE = "no_place"
CAP = "cap_reached"
NONE_LEFT = "none_left"
DENOMINATOR = "denominator_grows"
NO_POINTS = "no_points"
NOT_ENOUGH = "not_enough"
REASONS = (NO_PLACE, CAP, NONE_LEFT, DENOMINATOR, NO_POINTS, NOT_ENOUGH)
"""Why a column does not get there: the unit has no place; its points are capped; fewer steps exist than it would
take; the denominator grows too and takes the gain; it earns nothing here; or none of these, it is just too little."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One column's answer: so many steps and the place then, or the reason there is none."""

    column: Column
    steps: int | None
    place: Fraction | None
    """Place after the steps; without an answer, after as many as were looked at."""
    reason: str | None = None
    proven: bool = True
    """False where the effect goes both ways beyond the steps tried one by one: one step less does not do, but
    a much smaller number might."""


def single(trial: Trial, column: Column, wanted: Fraction) -> Answer:
    """The fewest steps of a column after which the unit's place is `wanted` or better."""

    def reached(steps: int) -> bool:
        place = trial.after(column.change(steps)).place
        return place is not None and place <= wanted

    most = FAR[column.by] if column.most is None else column.most
    starts = bends(trial, column, most) if most else []
    steps, proven = _scanned(reached, most) if starts is None else (first(reached, starts, most), True)
    if steps is None:
        last = trial.after(column.change(most))
        return Answer(column, None, last.place, _why(trial, column, last), proven)
    return Answer(column, steps, trial.after(column.change(steps)).place, None, proven)


def first(reached: Callable[[int], bool], starts: list[int], most: int) -> int | None:
    """The first step reached, where between the starts of the stretches it can only come, or only go."""
    for low, high in _stretches(starts, most):
        if reached(low):
            return low
        if high > low and reached(high):
            return _bisected(reached, low, high)
    return None


def _stretches(starts: list[int], most: int) -> Iterator[tuple[int, int]]:
    for n, low in enumerate(starts):
        yield low, starts[n + 1] - 1 if n + 1 < len(starts) else most


def _bisected(reached: Callable[[int], bool], low: int, high: int) -> int:
    """The first step after `low`, which is not enough, up to `high`, which is: by doubling, then by halves."""
    stride = 1
    while low + stride < high and not reached(low + stride):
        low += stride
        stride *= 2
    high = min(high, low + stride)
    while high - low > 1:
        middle = (low + high) // 2
        if reached(middle):
            high = middle
        else:
            low = middle
    return high


def _scanned(reached: Callable[[int], bool], most: int) -> tuple[int | None, bool]:
    """Step by step as far as that is quick, then by doubling, which proves nothing smaller impossible."""
    near = min(most, SCANNED)
    for steps in range(1, near + 1):
        if reached(steps):
            return steps, True
    low = near
    while low < most:
        high = min(2 * low, most)
        if reached(high):
            return _bisected(reached, low, high), False
        low = high
    return None, most == near


def _why(trial: Trial, column: Column, last: Tried) -> str:
    """Why even the last step looked at does not get there."""
    if last.place is None:
        return NO_PLACE
    gained = last.runner.score is not None and last.runner.score > (trial.before.runner.score or 0)
    below = any(cell.side == BELOW for cell in column.own(trial.unit))
    if _capped(trial, column, last):
        return CAP
    if below and (not gained or column.most is None):
        return DENOMINATOR
    if column.most is not None and (gained or not column.most):
        return NONE_LEFT
    return NOT_ENOUGH if gained else NO_POINTS


def _capped(trial: Trial, column: Column, last: Tried) -> bool:
    """Whether everything the column raises stands at its cap or ceiling."""
    raised = [cell for cell in column.own(trial.unit) if cell.side != BELOW]
    lines = {line.key: line for line in last.runner.indicators}
    extra = {line.key: line for line in last.runner.adjustments}
    for cell in raised:
        if cell.side == TIMES:
            if not (scheme_rule(trial, cell.key).ceiling is not None and cell.key in extra):
                return False
            if abs(extra[cell.key].points) >= abs(extra[cell.key].raw):
                return False
        elif lines[cell.key].note not in ("cap", "most"):
            return False
    return bool(raised)
