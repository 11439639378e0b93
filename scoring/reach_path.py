"""The cheapest way to a place over several columns at once: an exact search in whole efforts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from scoring.reach_change import BELOW, Cell, Column, together
from scoring.reach_effort import Effort, Efforts
from scoring.reach_monotone import monotone
from scoring.reach_search import Answer
from scoring.reach_trial import Trial

FIRST_BUDGET = Fraction(4)


@dataclass(frozen=True, slots=True)
class Path:
    """So many steps of each column, the place they lead to and what they cost together."""

    steps: tuple[tuple[Column, int], ...]
    cost: Fraction
    place: Fraction | None
    proven: bool = True
    """False where the search was cut short: cheaper ones may exist."""


def cheapest(
    trial: Trial,
    priced: Sequence[tuple[Column, Effort]],
    wanted: Fraction,
    answers: Sequence[Answer],
    most_cost: Fraction,
    most_tries: int,
) -> Path | None:
    """The path of least cost after which the unit's place is `wanted` or better; None up to `most_cost`.

    Single answers bound the search, and one of them is the path where nothing mixed costs less.
    """
    ordered = sorted(
        priced, key=lambda pair: (not pair[0].grows_below(trial.unit), pair[1].cost, pair[0].key)
    )
    search = _Search(trial, ordered, wanted, monotone(trial, [column for column, _ in priced]), most_tries)
    best = _best_single(answers, priced)
    if best is not None and best.cost <= most_cost:
        search.look(best.cost, strictly=True)
    else:
        budget = FIRST_BUDGET
        while search.best is None and not search.exhausted:
            search.look(min(budget, most_cost), strictly=False)
            if budget >= most_cost:
                break
            budget *= 2
        best = None
    if search.best is None:
        return None if best is None else Path(best.steps, best.cost, best.place, not search.exhausted)
    return search.path()


def efforts_of(columns: Sequence[Column], efforts: Efforts) -> list[tuple[Column, Effort]]:
    """Columns with their efforts, without those that are not to be used."""
    return [(column, effort) for column in columns if (effort := efforts(column)) is not None]


def _best_single(answers: Sequence[Answer], priced: Sequence[tuple[Column, Effort]]) -> Path | None:
    """The cheapest of the columns that get there alone."""
    costs = {column.key: effort for column, effort in priced}
    paths = [
        Path(((answer.column, answer.steps),), costs[answer.column.key].of(answer.steps), answer.place)
        for answer in answers
        if answer.steps is not None and answer.column.key in costs
    ]
    return min(paths, key=lambda path: path.cost, default=None)


@dataclass
class _Search:
    """Depth first over the columns, cut off where even all that is affordable of the rest at once is not enough."""

    trial: Trial
    columns: Sequence[tuple[Column, Effort]]
    wanted: Fraction
    cutting: bool
    most_tries: int
    best: tuple[int, ...] | None = None
    bound: Fraction = Fraction(0)
    strictly: bool = False
    tries: int = 0
    known: dict[frozenset[tuple[Cell, Fraction]], bool] = field(default_factory=dict)

    @property
    def exhausted(self) -> bool:
        return self.tries >= self.most_tries

    def look(self, bound: Fraction, *, strictly: bool) -> None:
        """Find the cheapest below a cost, or up to it."""
        self.bound, self.strictly = bound, strictly
        self._descend((), Fraction(0))

    def path(self) -> Path:
        """The best found; money is taken back to the least that does, where less never does better."""
        counts = [self._steps(n, number) for n, number in enumerate(self.best or ())]
        for n, (_, effort) in enumerate(self.columns[: len(counts)]):
            if self.cutting and effort.size > 1 and counts[n]:
                low = (effort.times(counts[n]) - 1) * effort.size
                while counts[n] - low > 1:
                    middle = (low + counts[n]) // 2
                    tried = [*counts[:n], middle, *counts[n + 1 :]]
                    low, counts[n] = (
                        (low, middle) if self._reached(self._change(tried)) else (middle, counts[n])
                    )
        place = self.trial.after(self._change(counts)).place
        pairs = zip(self.columns, counts, strict=False)
        steps = tuple((column, number) for (column, _), number in pairs if number)
        return Path(steps, self.bound, place, not self.exhausted)

    def _descend(self, taken: tuple[int, ...], cost: Fraction) -> None:
        """Every way to go on from the efforts taken that is not too dear."""
        if self.exhausted or self._too_dear(cost):
            return
        if self._reached(self._change(self._counts(taken))):
            self.best, self.bound, self.strictly = taken, cost, True
            return
        depth = len(taken)
        if depth == len(self.columns) or (self.cutting and not self._reached(self._hoped(taken, cost))):
            return
        effort = self.columns[depth][1]
        room = self._room(taken)
        number = 0
        while number <= room and not self._too_dear(cost + number * effort.cost):
            self._descend((*taken, number), cost + number * effort.cost)
            number += 1

    def _too_dear(self, cost: Fraction) -> bool:
        return cost >= self.bound if self.strictly else cost > self.bound

    def _reached(self, change: Mapping[Cell, Fraction]) -> bool:
        """Whether a change gets there; tried once each."""
        key = frozenset(change.items())
        if key not in self.known:
            self.tries += 1
            place = self.trial.after(change).place
            self.known[key] = place is not None and place <= self.wanted
        return self.known[key]

    def _counts(self, taken: tuple[int, ...]) -> list[int]:
        return [self._steps(n, number) for n, number in enumerate(taken)]

    def _steps(self, n: int, number: int) -> int:
        """Steps of a column that so many efforts bring."""
        column, effort = self.columns[n]
        steps = number * effort.size
        return steps if column.most is None else min(steps, column.most)

    def _change(self, counts: Sequence[int]) -> dict[Cell, Fraction]:
        pairs = zip(self.columns, counts, strict=False)
        return together([column.change(number) for (column, _), number in pairs if number])

    def _hoped(self, taken: tuple[int, ...], cost: Fraction) -> dict[Cell, Fraction]:
        """More than can be done with what is left to spend: all of it on every column, and gains alone."""
        changes = [self._change(self._counts(taken))]
        for n in range(len(taken), len(self.columns)):
            column, effort = self.columns[n]
            affordable = ((self.bound - cost) / effort.cost).__floor__()
            gains = column.change(self._steps(n, affordable))
            own = self.trial.unit
            changes.append({cell: n for cell, n in gains.items() if cell.side != BELOW and cell.unit == own})
        return together(changes)

    def _room(self, taken: tuple[int, ...]) -> int:
        """How many efforts of the next column there are, when others have taken the same projects."""
        column, effort = self.columns[len(taken)]
        if column.most is None:
            return ((self.bound) / effort.cost).__floor__()
        pairs = zip(self.columns, self._counts(taken), strict=False)
        used = sum(steps for (other, _), steps in pairs if _same_projects(column, other))
        return effort.times(max(0, column.most - used))


def _same_projects(column: Column, other: Column) -> bool:
    """Whether one project cannot serve both: a start already counts as landed."""
    cells = {cell for cell, _ in column.effects}
    return bool(column.pool) and column.pool == other.pool and any(cell in cells for cell, _ in other.effects)
