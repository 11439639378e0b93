"""The best and the worst place a unit can have whatever the weights: searched in the cone of all weights, exactly.

Place = 1 + number of units with a higher score, over all weights that are not negative and not all 0; equal scores
do not count as higher. Unit v is ahead of u where (marks of v - marks of u) · weights > 0: a half of the cone. The
search splits the cone along one such border after another, so that in each piece ever more units are settled, and
drops pieces that cannot hold a better answer. It always ends; a stated effort ends it sooner, and then what was found
stands beside the bound that is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import gcd, lcm
from operator import mul

from scoring.rules import Ties
from scoring.stability import Spread
from scoring.weight_model import DivisionModel, Role, Row

Vector = tuple[int, ...]
Ray = tuple[Vector, int]
"""An edge of a cone, and the borders it lies on, each a bit."""
EFFORT = 20_000
"""Edges looked at for one unit and end before the search is content with a bound."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end of the places a unit can have."""

    place: int
    """A place that some weights give."""
    bound: int
    """No weights give a place beyond this one."""

    @property
    def proven(self) -> bool:
        """Whether the place found is the very end."""
        return self.place == self.bound


@dataclass(frozen=True, slots=True)
class Extremes:
    """Best and worst possible place of one unit; the place at the official weights lies between them."""

    unit: str
    now: int
    """Its place at the official weights, counted the same way: equal scores are not ahead, whatever the ties."""
    best: Extreme
    worst: Extreme


def possible_places(
    model: DivisionModel,
    spreads: Sequence[Spread] = (),
    *,
    units: Sequence[str] | None = None,
    effort: int = EFFORT,
) -> list[Extremes]:
    """Best and worst possible place of every unit (or of those named); spreads only help to find them sooner.

    Units whose weight is redistributed in different ways bend the borders: between them only bounds are proven.
    Of a unit whose score is no straight sum of the weights nothing is proven but the division's two ends.
    """
    drawn = not model.bends and model.ties is not Ties.DENSE
    seen = {spread.unit: spread for spread in spreads} if drawn else {}
    wanted = [row for row in model.rows if units is None or row.unit in units]
    return [_possible(model, row, seen.get(row.unit), effort) for row in wanted]


def _possible(model: DivisionModel, row: Row, spread: Spread | None, effort: int) -> Extremes:
    others = [other for other in model.rows if other.unit != row.unit]
    same = [other for other in others if _straight(row, other)]
    bent = [other for other in others if not _straight(row, other)]
    borders = [_difference(row, other) for other in same]
    always = sum(not any(d) and other.place < row.place for d, other in zip(borders, same, strict=True))
    borders = [d for d in borders if any(d)]
    few, fewest = _fewest(borders, effort)
    # As many as possible ahead: as few as possible not ahead, the other way round.
    many, most = (len(borders) - n for n in _fewest([_negative(d) for d in borders], effort, open_=True))
    now = always + sum(other.score > row.score for other in others)
    known = _known(now, spread)
    best, worst = (
        (min(known), max(known)) if bent else (min(few + always, *known), max(many + always, *known))
    )
    surely = sum(_surely_ahead(other, row) for other in bent)
    perhaps = sum(not _surely_level_or_behind(other, row) for other in bent)
    return Extremes(
        row.unit,
        1 + now,
        Extreme(1 + best, 1 + min(best, always + fewest + surely)),
        Extreme(1 + worst, 1 + max(worst, always + most + perhaps)),
    )


def _straight(row: Row, other: Row) -> bool:
    """Whether the border between two units is a plane through the cone."""
    roles = row.pattern.roles
    even = roles == other.pattern.roles and not (Role.GIVEN in roles and Role.LOST in roles)
    return even and not (row.bends or other.bends)


def _surely_ahead(other: Row, row: Row) -> bool:
    return not (row.bends or other.bends) and min(other.corners) > max(row.corners)


def _surely_level_or_behind(other: Row, row: Row) -> bool:
    return not (row.bends or other.bends) and max(other.corners) <= min(row.corners)


def _difference(row: Row, other: Row) -> Vector:
    """How far the other is ahead on each indicator, as whole numbers."""
    gaps = [theirs - ours for theirs, ours in zip(other.corners, row.corners, strict=True)]
    below = lcm(*(gap.denominator for gap in gaps))
    return _reduced([int(gap * below) for gap in gaps])


def _reduced(numbers: Sequence[int]) -> Vector:
    shared = gcd(*numbers) or 1
    return tuple(number // shared for number in numbers)


def _negative(vector: Vector) -> Vector:
    return tuple(-x for x in vector)


def _known(now: int, spread: Spread | None) -> tuple[int, int]:
    """The fewest and the most units ahead that are known already."""
    drawn = [number for number, often in enumerate(spread.ahead) if often] if spread else [now]
    return min(now, *drawn), max(now, *drawn)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cone of weights with the borders that run through it, and how many units count all over it."""

    rays: tuple[Ray, ...]
    open: tuple[tuple[int, Vector], ...]
    counted: int


def _fewest(borders: Sequence[Vector], effort: int, *, open_: bool = False) -> tuple[int, int]:
    """How few borders can count at once, as found and as proven; both are equal unless the effort ran out.

    A border d counts at weights w where d·w > 0; with `open_` also where d·w = 0.
    """
    if not borders:
        return 0, 0
    width = len(borders[0])
    units = [tuple(int(i == j) for j in range(width)) for i in range(width)]
    rays = tuple((unit, (1 << width) - 1 - (1 << i)) for i, unit in enumerate(units))
    piece, found = _settled(_Piece(rays, tuple(enumerate(borders, width)), 0), open_=open_)
    order = count()
    waiting = [(piece.counted, next(order), piece)]
    while effort > 0:
        if not waiting or waiting[0][0] >= found:
            return found, found
        piece = heappop(waiting)[2]
        for half in _halves(piece):
            effort -= len(half.rays)
            settled, here = _settled(half, open_=open_)
            found = min(found, here)
            if settled.open and settled.counted < found:
                heappush(waiting, (settled.counted, next(order), settled))
    return found, min([found, *(bound for bound, _, _ in waiting)])


def _settled(piece: _Piece, *, open_: bool) -> tuple[_Piece, int]:
    """The piece with every border settled that does not run through it, and the fewest found at its points."""
    counted, still = piece.counted, []
    values = []
    for number, d in piece.open:
        column = [_dot(d, ray) for ray, _ in piece.rays]
        if min(column) > 0 or (open_ and min(column) == 0):
            counted += 1
        elif max(column) > 0:
            still.append((number, d))
            values.append(column)
    if open_:
        # In the very middle of the piece.
        found = counted + sum(sum(column) >= 0 for column in values)
    else:
        found = counted + min((sum(x > 0 for x in at) for at in zip(*values, strict=True)), default=0)
    return _Piece(piece.rays, tuple(still), counted), found


def _dot(one: Vector, two: Vector) -> int:
    return sum(map(mul, one, two))


def _halves(piece: _Piece) -> tuple[_Piece, _Piece]:
    """Both sides of the border that runs most nearly through the middle; beyond it the unit counts."""
    middle = tuple(map(sum, zip(*(ray for ray, _ in piece.rays), strict=True)))
    number, d = min(piece.open, key=lambda one: (abs(_dot(one[1], middle)) << 32) // max(map(abs, one[1])))
    rest = tuple(one for one in piece.open if one[0] != number)
    return (
        _Piece(_clipped(piece.rays, _negative(d), number), rest, piece.counted),
        _Piece(_clipped(piece.rays, d, number), rest, piece.counted + 1),
    )


def _clipped(rays: Sequence[Ray], d: Vector, number: int) -> tuple[Ray, ...]:
    """Edges of the part of a cone where d·w >= 0 (double description)."""
    valued = [(_dot(d, ray), ray, tight) for ray, tight in rays]
    here, needed = 1 << number, len(d) - 2
    kept = [(ray, tight if value else tight | here) for value, ray, tight in valued if value >= 0]
    over = [row for row in valued if row[0] > 0]
    under = [row for row in valued if row[0] < 0]
    every = [tight for _, _, tight in valued]
    for above, up, tight in over:
        for below, down, other in under:
            shared = tight & other
            # Two edges bound a common face if no third one lies on all borders that both lie on.
            if shared.bit_count() >= needed and sum(shared & third == shared for third in every) == 2:
                edge = [above * y - below * x for x, y in zip(up, down, strict=True)]
                kept.append((_reduced(edge), shared | here))
    return tuple(kept)
