"""The best and the worst place a unit can have whatever the weights: searched in the cone of all weights, exactly.

Place = 1 + number of units with a higher score, over all weights that are not negative and not all 0; equal scores
do not count as higher. Unit v is ahead of u where (marks of v - marks of u) · weights > 0: a half of the cone. The
search splits the cone along one such border after another, so that in each piece ever more units are settled, and
drops pieces that cannot hold a better answer. It always ends; a stated effort ends it sooner, and then what was found
stands beside the bound that is proven. Every piece keeps how far each unit is ahead at each of its edges: a new edge is
a sum of two that are there, and so are its leads, so that none is worked out from weights again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import gcd, lcm

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
    every = [_Corners(row, *_whole(row.corners)) for row in model.rows]
    wanted = [one for one in every if units is None or one.row.unit in units]
    return [_possible(every, one, seen.get(one.row.unit), effort) for one in wanted]


@dataclass(frozen=True, slots=True)
class _Corners:
    """A unit and its scores with the whole weight on one indicator, as whole numbers above and one below the line."""

    row: Row
    above: Vector
    below: int


def _whole(numbers: Sequence[Fraction]) -> tuple[Vector, int]:
    below = lcm(*(number.denominator for number in numbers))
    return tuple(int(number * below) for number in numbers), below


def _possible(every: Sequence[_Corners], own: _Corners, spread: Spread | None, effort: int) -> Extremes:
    row = own.row
    others = [one.row for one in every if one is not own]
    same = [one for one in every if one is not own and _straight(row, one.row)]
    bent = [other for other in others if not _straight(row, other)]
    borders = [_difference(own, one) for one in same]
    always = sum(not any(d) and one.row.place < row.place for d, one in zip(borders, same, strict=True))
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


def _difference(own: _Corners, other: _Corners) -> Vector:
    """How far the other is ahead on each indicator, as whole numbers."""
    gaps = [
        theirs * own.below - ours * other.below for theirs, ours in zip(other.above, own.above, strict=True)
    ]
    shared = gcd(*gaps) or 1
    return tuple(gap // shared for gap in gaps)


def _negative(vector: Vector) -> Vector:
    return tuple(-x for x in vector)


def _known(now: int, spread: Spread | None) -> tuple[int, int]:
    """The fewest and the most units ahead that are known already."""
    drawn = [number for number, often in enumerate(spread.ahead) if often] if spread else [now]
    return min(now, *drawn), max(now, *drawn)


@dataclass(frozen=True, slots=True)
class _Border:
    """One unit that may be ahead: its number, its largest lead or lag on an indicator, its leads at a piece's edges."""

    number: int
    size: int
    leads: list[int]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cone of weights with the borders that run through it, and how many units count all over it."""

    rays: list[Ray]
    open: list[_Border]
    counted: int


def _fewest(borders: Sequence[Vector], effort: int, *, open_: bool = False) -> tuple[int, int]:
    """How few borders can count at once, as found and as proven; both are equal unless the effort ran out.

    A border d counts at weights w where d·w > 0; with `open_` also where d·w = 0.
    """
    if not borders:
        return 0, 0
    width = len(borders[0])
    # At the edge that is all weight on one indicator the lead is that on the indicator.
    rays = [(tuple(int(i == j) for j in range(width)), (1 << width) - 1 - (1 << i)) for i in range(width)]
    whole = [_Border(number, max(map(abs, d)), list(d)) for number, d in enumerate(borders, width)]
    piece, found = _settled(_Piece(rays, whole, 0), open_=open_)
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
    for border in piece.open:
        least = min(border.leads)
        if least > 0 or (open_ and least == 0):
            counted += 1
        elif max(border.leads) > 0:
            still.append(border)
    if open_:
        # In the very middle of the piece.
        found = counted + sum(sum(border.leads) >= 0 for border in still)
    else:
        at_edges = zip(*[border.leads for border in still], strict=True)
        found = counted + min((sum(x > 0 for x in at) for at in at_edges), default=0)
    return _Piece(piece.rays, still, counted), found


def _halves(piece: _Piece) -> tuple[_Piece, _Piece]:
    """Both sides of the border of the unit that is farthest ahead in the middle; beyond it the unit counts.

    Most of the piece lies beyond it, with one unit more that counts, and what is left is small.
    """
    chosen = max(piece.open, key=lambda border: (sum(border.leads) << 32) // border.size)
    at, here = chosen.leads, 1 << chosen.number
    edges = _edges(piece.rays, at)
    # The border's own edges are edges of both sides.
    rays = [(ray, tight if lead else tight | here) for (ray, tight), lead in zip(piece.rays, at, strict=True)]
    new = [(edge.ray, edge.tight | here) for edge in edges]
    behind = [n for n, lead in enumerate(at) if lead <= 0]
    ahead = [n for n, lead in enumerate(at) if lead >= 0]
    open_behind, open_ahead = [], []
    for border in piece.open:
        if border is not chosen:
            leads = border.leads
            fresh = [(e.up * leads[e.below] - e.down * leads[e.above]) // e.shared for e in edges]
            own = border.number, border.size
            open_behind.append(_Border(*own, [leads[n] for n in behind] + fresh))
            open_ahead.append(_Border(*own, [leads[n] for n in ahead] + fresh))
    return (
        _Piece([rays[n] for n in behind] + new, open_behind, piece.counted),
        _Piece([rays[n] for n in ahead] + new, open_ahead, piece.counted + 1),
    )


@dataclass(frozen=True, slots=True)
class _Edge:
    """A new edge of a cone, (up × the edge below - down × the edge above) / shared; `tight` are borders of both."""

    above: int
    below: int
    up: int
    down: int
    shared: int
    ray: Vector
    tight: int


def _edges(rays: Sequence[Ray], at: Sequence[int]) -> list[_Edge]:
    """Edges that a border through a cone makes, given how far its unit is ahead at the cone's own (double description)."""
    needed = len(rays[0][0]) - 2
    every = [tight for _, tight in rays]
    found = []
    for above, up in enumerate(at):
        if up <= 0:
            continue
        for below, down in enumerate(at):
            if down >= 0:
                continue
            tight = every[above] & every[below]
            # Two edges bound a common face if no third one lies on all borders that both lie on.
            if tight.bit_count() >= needed and sum(tight & third == tight for third in every) == 2:
                edge = [up * y - down * x for x, y in zip(rays[above][0], rays[below][0], strict=True)]
                shared = gcd(*edge)
                ray = tuple(number // shared for number in edge)
                found.append(_Edge(above, below, up, down, shared, ray, tight))
    return found
