"""The printed terms of bonuses and deductions, of the base score and of what joint ceilings take back, each by name."""

from __future__ import annotations

from fractions import Fraction

from scoring.adjust import BASE, SCORE_LEAST, SCORE_MOST, limited
from scoring.formula_words import Tongue
from scoring.printed import Sum, Told, less, negative, number, plus, times
from scoring.result import AdjustmentLine, Standing
from scoring.rules import AdjustmentRule, Scheme

LIMITS = (SCORE_MOST, SCORE_LEAST)


def adjustment_terms(standing: Standing, scheme: Scheme, tongue: Tongue) -> list[tuple[str, Told]]:
    """Every adjustment that gave or took something, by key; the limits of the whole score stand around it instead."""
    rules = {rule.key: rule for rule in scheme.adjustments}
    found = []
    for line in standing.adjustments:
        if line.key in LIMITS or not (line.points or line.raw):
            continue
        if line.key in rules:
            found.append((line.key, _adjusted(line, rules[line.key], tongue)))
        elif line.key == BASE:
            found.append((line.key, Told(number(line.points), (tongue.say("base"),))))
        else:
            found.append((line.key, _taken_back(line, standing, scheme, tongue)))
    return found


def _adjusted(line: AdjustmentLine, rule: AdjustmentRule, tongue: Tongue) -> Told:
    """`2×3`, or its ceiling; a deduction is printed below zero."""
    sign = 1 if rule.kind == "bonus" else -1
    raw = sign * line.raw
    points = limited(rule, raw)
    if rule.each_least is not None:
        happened = (
            plus(*[number(Fraction(fact.amount)) for fact in line.counted]) if line.counted else number(raw)
        )
    else:
        happened = times(number(rule.each), number(raw / rule.each))
    name = tongue.name(rule.name, rule.name_en)
    found = Told(happened, (name,))
    if points != raw:
        limit = number(points)
        word = "most" if points < raw else "least"
        found = Told(limit, (name, tongue.say(word, x=happened.text, limit=limit.text)))
    return found if sign > 0 else Told(negative(found.sum), found.notes)


def _taken_back(line: AdjustmentLine, standing: Standing, scheme: Scheme, tongue: Tongue) -> Told:
    """`-(10-8)`: what several adjustments gave together, less the most they may."""
    ceiling = next(ceiling for ceiling in scheme.ceilings if ceiling.key == line.key)
    given = sum((one.points for one in standing.adjustments if one.key in ceiling.adjustments), Fraction(0))
    over = less(number(abs(given)), number(ceiling.most))
    told: Sum = negative(over) if line.points < 0 else over
    note = tongue.say("ceiling", name=ceiling.name, most=number(ceiling.most).text)
    return Told(told, (note,))
