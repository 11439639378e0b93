"""Bonuses and deductions 加减分: what each is worth up to its ceiling, and what common limits take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from scoring.early_rates import early_points
from scoring.measures import UnitMeasures
from scoring.result import AdjustmentLine, Count
from scoring.rules import AdjustmentRule, Ceiling, PerReading, Scheme
from scoring.sight import Sight, holds

BASE = "base"
SCORE_MOST = "score_most"
SCORE_LEAST = "score_least"


def adjustment_lines(
    scheme: Scheme, measured: UnitMeasures, sights: Mapping[str, Sight], points: Fraction
) -> list[AdjustmentLine]:
    """Every adjustment in the scheme's order, then what common ceilings and the score's own limits take back."""
    lines = [_line(rule, measured.happened(rule.key), sights) for rule in scheme.adjustments]
    if scheme.base:
        lines.append(AdjustmentLine(BASE, scheme.base, scheme.base))
    lines = [_rounded(line, scheme) for line in lines]
    for ceiling in scheme.ceilings:
        lines += [_rounded(line, scheme) for line in _over(ceiling, lines)]
    total_points = points + sum((line.points for line in lines if line.key != BASE), Fraction(0))
    if scheme.score_most is not None and total_points > scheme.score_most:
        lines.append(_correction(SCORE_MOST, scheme.score_most - total_points))
    if scheme.score_least is not None and total_points < scheme.score_least:
        lines.append(_correction(SCORE_LEAST, scheme.score_least - total_points))
    return lines


def _rounded(line: AdjustmentLine, scheme: Scheme) -> AdjustmentLine:
    """With points as they enter the sum."""
    points = early_points(line.points, scheme)
    return line if points is None or points == line.points else replace(line, points=points)


def _line(rule: AdjustmentRule, count: Count, sights: Mapping[str, Sight]) -> AdjustmentLine:
    """Points of one adjustment: ± clamp(each × times, floor, ceiling)."""
    sign = 1 if rule.kind == "bonus" else -1
    raw = _amount(rule, count, sights)
    return AdjustmentLine(rule.key, sign * raw, sign * limited(rule, raw), count.counted, count.left_out)


def limited(rule: AdjustmentRule, raw: Fraction) -> Fraction:
    """Points before the sign between the adjustment's own floor, 0 unless stated, and its ceiling."""
    points = raw if rule.ceiling is None else min(raw, rule.ceiling)
    return max(points, rule.floor if rule.floor is not None else Fraction(0))


def _amount(rule: AdjustmentRule, count: Count, sights: Mapping[str, Sight]) -> Fraction:
    """Points before limits: each × times; nothing where its condition is not met."""
    if rule.when is not None and not holds(rule.when, "", sights):
        return Fraction(0)
    if rule.each_least is not None:
        return count.value or Fraction(0)
    if rule.reading is not None:
        return rule.each * _read_times(rule.reading, sights)
    happens_once = rule.when is not None and not (rule.per or rule.term or count.counted)
    return rule.each * (1 if happens_once else count.value or 0)


def _read_times(reading: PerReading, sights: Mapping[str, Sight]) -> Fraction:
    """(number - over) / every; nothing where the number is missing, nor below `over` unless floors say so."""
    sight = sights.get(reading.indicator)
    x = sight.read(reading.on) if sight else None
    if x is None:
        return Fraction(0)
    times = (x - reading.over) / reading.every
    if not reading.whole:
        return times
    return Fraction(times.__floor__() if times > 0 else -((-times).__floor__()))


def _over(ceiling: Ceiling, lines: list[AdjustmentLine]) -> list[AdjustmentLine]:
    """What several adjustments together gave or took beyond their common ceiling, taken back."""
    given = sum((line.points for line in lines if line.key in ceiling.adjustments), Fraction(0))
    over = abs(given) - ceiling.most
    return [_correction(ceiling.key, -over if given > 0 else over)] if over > 0 else []


def _correction(key: str, points: Fraction) -> AdjustmentLine:
    return AdjustmentLine(key, points, points)
