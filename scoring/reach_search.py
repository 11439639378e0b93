"""The smallest number of steps of one column that gets a unit to a place, or why no number of them does."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.reach_change import BELOW, TIMES, Column
from scoring.reach_interval import MOST_LOOKS, Stretches, halfway, splittable
from scoring.reach_monotone import scheme_rule
from scoring.reach_regular import bends
from scoring.reach_trial import Trial, Tried

FAR = {"count": 10**6, "amount": 10**15}
"""As many steps as are ever looked at: a million projects, a thousand trillion yuan."""
SCANNED = 300
"""Steps tried one by one where the effect may go both ways and no stretch can be skipped."""
FEW = 3
"""So few steps are quicker tried than thought about."""

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
    most = FAR[column.by] if column.most is None else column.most
    steps, proven = _fewest(trial, column, wanted, most) if most else (None, True)
    if steps is None:
        last = trial.after(column.change(most))
        return Answer(column, None, last.place, _why(trial, column, last), proven)
    return Answer(column, steps, trial.after(column.change(steps)).place, None, proven)


def _fewest(trial: Trial, column: Column, wanted: Fraction, most: int) -> tuple[int | None, bool]:
    """By the way that is exact for this column, and whether it proves that nothing less does."""
    look = _Look(trial, column, wanted)
    starts = bends(trial, column, most)
    if starts is not None:
        return _first(look, starts, most), True
    if most > FEW and splittable(trial, column, most):
        stretches = Stretches(trial, column, wanted)
        found = stretches.first(most)
        if found is not None or stretches.looks < MOST_LOOKS:
            return found, True
    return _scanned(look, most)


class _Look:
    """Whether so many steps get there, and by how much; asked once each."""

    def __init__(self, trial: Trial, column: Column, wanted: Fraction) -> None:
        self._trial, self._column, self._wanted = trial, column, wanted
        self._known: dict[int, tuple[bool, Fraction | None]] = {}

    def reached(self, steps: int) -> bool:
        return self._ask(steps)[0]

    def between(self, low: int, high: int) -> int:
        """Where the margin would be nought if it grew evenly between two steps; strictly between them."""
        short, over = self._ask(low)[1], self._ask(high)[1]
        if short is None or over is None or not short <= 0 <= over or short == over:
            return halfway(low, high)
        guess = low - (short * (high - low) / (over - short)).__floor__()
        return min(max(guess, low + 1), high - 1)

    def _ask(self, steps: int) -> tuple[bool, Fraction | None]:
        if steps not in self._known:
            tried = self._trial.after(self._column.change(steps))
            there = tried.place is not None and tried.place <= self._wanted
            self._known[steps] = there, self._trial.margin(tried, self._wanted)
        return self._known[steps]


def _first(look: _Look, starts: list[int], most: int) -> int | None:
    """The first step reached, where between the starts of the stretches it can only come, or only go."""
    for n, low in enumerate(starts):
        high = starts[n + 1] - 1 if n + 1 < len(starts) else most
        if look.reached(low):
            return low
        if high > low and look.reached(high):
            return _closed_in(look, low, high)
    return None


def _closed_in(look: _Look, low: int, high: int) -> int:
    """The first step after `low`, which is not enough, up to `high`, which is: by the margin, its neighbour, by halves."""
    turn = 0
    while high - low > 1:
        if turn % 3 == 0:
            step = look.between(low, high)
        elif turn % 3 == 1:
            step = high - 1
        else:
            step = max(low + 1, halfway(low, high))
        if look.reached(step):
            high = step
        else:
            low = step
        turn += 1
    return high


def _scanned(look: _Look, most: int) -> tuple[int | None, bool]:
    """Step by step as far as that is quick, then by doubling, which proves nothing smaller impossible."""
    near = min(most, SCANNED)
    for steps in range(1, near + 1):
        if look.reached(steps):
            return steps, True
    low = near
    while low < most:
        high = min(2 * low, most)
        if look.reached(high):
            return _closed_in(look, low, high), False
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
