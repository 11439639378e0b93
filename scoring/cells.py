"""What every indicator of a unit gives at any weight: the part of scoring that new weights leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.adjust import adjustment_lines
from scoring.aggregate import Weighed, seen, unranked_reason
from scoring.measures import Measures, UnitMeasures
from scoring.rules import Indicator, MissingKind, ReturnQuantity, Scheme
from scoring.shape_rules import FULL, NOTHING, Bands, Constant, Proportional, Reading, Worth
from scoring.shapes import Earned, earn
from scoring.sight import Sight, holds

Share = tuple[int, int]
"""A share of the weight as numerator and denominator."""
NONE: Share = (0, 1)
ALL: Share = (1, 1)


@dataclass(slots=True)
class Cells:
    """One unit: per indicator the share of the weight it gives, beside points that no weight changes."""

    unit: UnitMeasures
    shares: list[Share]
    points: Fraction
    bent: list[tuple[int, Earned, Fraction]]
    """Cells that least or most points bend at some weights, with the factor of a gate."""
    given: tuple[int, ...]
    """Indicators whose weight goes to the others."""
    left: tuple[int, ...]
    """Indicators that are left out, whose weight is not raised either."""
    reason: str | None
    breakers: tuple[Fraction, ...]
    nothing: bool


@dataclass(frozen=True, slots=True)
class Plain:
    """An indicator that is proportional between floor and cap, or a table of shares: no neighbour matters."""

    key: str
    floor: Share | None
    cap: Share | None
    full_at: Share
    bands: tuple[tuple[Share, Share], ...] | None
    """Lower ends, best first, and what each is worth."""


def plain_indicators(scheme: Scheme) -> list[Plain] | None:
    """Every indicator in its plain form; None where any of them, or an adjustment, needs to see more."""
    if any(isinstance(indicator.measure, ReturnQuantity) for indicator in scheme.indicators):
        return None
    looking = any(rule.when or rule.reading for rule in scheme.adjustments)
    if looking or scheme.tie_breakers or "rate" in scheme.rounding.early:
        return None
    found = [_plain(indicator) for indicator in scheme.indicators]
    return None if None in found else [plain for plain in found if plain is not None]


def _plain(indicator: Indicator) -> Plain | None:
    shape = indicator.shape
    if shape.on is not Reading.VALUE or shape.least or shape.most or indicator.gates:
        return None
    cap = None if indicator.cap is None else indicator.cap.as_integer_ratio()
    least = indicator.least_rate
    floor = None if least is None else least.as_integer_ratio()
    if isinstance(shape.kind, Proportional):
        return Plain(indicator.key, floor, cap, shape.kind.full_at.as_integer_ratio(), None)
    if isinstance(shape.kind, Bands):
        bands = _plain_bands(shape.kind)
        return None if bands is None else Plain(indicator.key, floor, cap, ALL, bands)
    return None


def _plain_bands(bands: Bands) -> tuple[tuple[Share, Share], ...] | None:
    """Bands that reach from one end down to the next without a gap and give shares of the weight alone."""
    found: list[tuple[Share, Share]] = []
    upper: Fraction | None = None
    for band in bands.bands:
        kind, within = band.shape.kind, band.within
        worth = kind.worth if isinstance(kind, Constant) else None
        if worth is None or worth.points or band.also or band.shape.least or band.shape.most:
            return None
        otherwise = within.lower is None and within.upper is None
        if within.lower_open or not within.upper_open or (within.upper != upper and not otherwise):
            return None
        if within.lower is None:
            return (*found, ((0, 0), worth.share.as_integer_ratio()))
        found.append((within.lower.as_integer_ratio(), worth.share.as_integer_ratio()))
        upper = within.lower
    return None


def plain_cells(
    units: Sequence[UnitMeasures], measures: Measures, scheme: Scheme, plain: Sequence[Plain]
) -> Iterator[Cells]:
    """Cells of units whose indicators are all plain: whole numbers from end to end."""
    weights = scheme.weights(units[0].unit.division, None, measures.as_of) if units else {}
    own = bool(scheme.weightings)
    for unit in units:
        if own:
            weights = scheme.weights(unit.unit.division, unit.unit.key, measures.as_of)
        found = unit.indicators
        shares: list[Share] = []
        whole = not unit.unit.not_applicable
        for one in plain:
            measured = found.get(one.key)
            rate = measured.rate if measured is not None else None
            if rate is None or not whole or one.key not in weights:
                break
            shares.append(_share(one, *rate.as_integer_ratio()))
        if len(shares) == len(plain):
            yield _finished(unit, scheme, shares)
        else:
            yield from seen_cells([unit], measures, scheme)


def _share(one: Plain, n: int, d: int) -> Share:
    """The share of the weight a rate of n / d gives."""
    cap, floor = one.cap, one.floor
    if cap is not None and n * cap[1] > cap[0] * d:
        n, d = cap
    elif floor is not None and n * floor[1] < floor[0] * d:
        n, d = floor
    if one.bands is None:
        top, bottom = one.full_at
        return (n, d) if top == bottom else (n * bottom, d * top)
    for (low, below), worth in one.bands:
        if n * below >= low * d:
            return worth
    return NONE


def _finished(unit: UnitMeasures, scheme: Scheme, shares: list[Share]) -> Cells:
    points, reason = Fraction(0), None
    if scheme.adjustments or scheme.base:
        shares = _void(unit, scheme, shares)
        points, reason = _adjusted(unit, {}, scheme), unranked_reason(unit, scheme, (), nothing=False)
    return Cells(unit, shares, points, [], (), (), reason, (), nothing=False)


def _void(unit: UnitMeasures, scheme: Scheme, shares: list[Share]) -> list[Share]:
    void = {key for rule in scheme.adjustments if unit.happened(rule.key).value for key in rule.voids}
    if not void:
        return shares
    return [NONE if i.key in void else share for i, share in zip(scheme.indicators, shares, strict=True)]


def _adjusted(unit: UnitMeasures, sights: Mapping[str, Sight], scheme: Scheme) -> Fraction:
    """All adjustments that no weight changes; the score's own limits come last, on the sum."""
    unlimited = replace(scheme, score_most=None, score_least=None)
    lines = adjustment_lines(unlimited, unit, sights, Fraction(0))
    return sum((line.points for line in lines), Fraction(0))


def seen_cells(units: Sequence[UnitMeasures], measures: Measures, scheme: Scheme) -> Iterator[Cells]:
    """Cells of any units by the very shapes, gates and conditions of a scored race."""
    for unit, (rows, sights) in zip(units, seen(units, measures, scheme), strict=True):
        void = {key for rule in scheme.adjustments if unit.happened(rule.key).value for key in rule.voids}
        cells = Cells(unit, [], Fraction(0), [], (), (), None, (), nothing=True)
        for row in rows:
            _add(cells, row, sights, void)
        cells.points += _adjusted(unit, sights, scheme)
        cells.reason = unranked_reason(unit, scheme, rows, nothing=cells.nothing)
        cells.given = _which(rows, MissingKind.REDISTRIBUTE)
        cells.left = _which(rows, MissingKind.LEAVE_OUT)
        own = {row.indicator.key: row for row in rows}
        cells.breakers = tuple(part for breaker in scheme.tie_breakers for part in own[breaker].parting)
        yield cells


def _which(rows: Sequence[Weighed], kind: MissingKind) -> tuple[int, ...]:
    return tuple(number for number, row in enumerate(rows) if row.missing_by(kind))


def _add(cells: Cells, row: Weighed, sights: Mapping[str, Sight], void: set[str]) -> None:
    """One indicator's share of its weight, or its plain points, or a bent cell."""
    earned, times = _earned(row, sights)
    number = len(cells.shares)
    cells.shares.append(NONE)
    if earned is None or not row.earns:
        return
    cells.nothing = False
    if row.indicator.key in void:
        return
    if earned.limits:
        cells.bent.append((number, earned, times))
    else:
        cells.shares[number] = (earned.worth.share * times).as_integer_ratio()
        cells.points += earned.worth.points * times


def _earned(row: Weighed, sights: Mapping[str, Sight]) -> tuple[Earned | None, Fraction]:
    """What a cell gives at any weight and the factor of a gate; None where it gives no points at all."""
    if row.rule is not None:
        kinds = {MissingKind.ZERO: NOTHING, MissingKind.FULL: FULL}
        if row.rule.kind is MissingKind.FIXED:
            return Earned(Worth(points=row.rule.points or Fraction(0))), Fraction(1)
        worth = kinds.get(row.rule.kind)
        return (None if worth is None else Earned(worth)), Fraction(1)
    for gate in row.indicator.gates:
        if not holds(gate.needs, row.indicator.key, sights):
            if gate.times is None:
                return Earned(gate.otherwise), Fraction(1)
            return earn(row.indicator.shape, sights[row.indicator.key], sights), gate.times
    return earn(row.indicator.shape, sights[row.indicator.key], sights), Fraction(1)
