"""Why this score: contributions that sum to it, and the formula with its numbers, as notices print it."""

from __future__ import annotations

from fractions import Fraction

from scoring.result import Count, IndicatorLine, Part, Standing
from scoring.rules import Indicator, Scheme
from scoring.shape_formula import shape_term
from scoring.show import plain, rounded, shown_rate

YUAN_PER_WAN = 10_000


def contributions(standing: Standing) -> list[tuple[str, Fraction]]:
    """What each indicator and adjustment gave, by key, in the scheme's order; they sum exactly to the score.

    Empty where there is no score.
    """
    if standing.score is None:
        return []
    given = [(line.key, line.points) for line in standing.indicators if line.points is not None]
    return given + [(line.key, line.points) for line in standing.adjustments]


def formula(standing: Standing, scheme: Scheme) -> str:
    """The printed line, `得分 = 28÷27×30 + min(28÷25, 1.2)×30 - 0.50 = 62.11`; money in 万.

    Without a total it is the lead indicator's own line, `开工率 = 45÷52 = 86.5%`.
    """
    if scheme.lead is not None:
        return _lead_formula(standing, scheme, scheme.indicator(scheme.lead))
    if standing.score is None:
        return "得分 = —"
    terms = [_term(line, scheme) for line in standing.indicators if line.points is not None and _weighs(line)]
    text = " + ".join(terms) or "0"
    for adjustment in standing.adjustments:
        if adjustment.points:
            sign = "+" if adjustment.points > 0 else "-"
            shown = rounded(abs(adjustment.points), scheme.decimals.points, scheme.rounding.points)
            text += f" {sign} {shown}"
    return f"得分 = {text} = {rounded(standing.score, scheme.decimals.score, scheme.rounding.score)}"


def _weighs(line: IndicatorLine) -> bool:
    return bool(line.weight) or bool(line.points)


def _term(line: IndicatorLine, scheme: Scheme) -> str:
    """One indicator's term: rate between floor and cap, times weight, or as its shape counts.

    Bare points stand where a rule stood in, or where nothing shorter than the rule itself would be true.
    """
    indicator = scheme.indicator(line.key)
    told = shape_term(line, indicator)
    if told is not None:
        return told
    if line.capped_rate is None or line.points != line.weight * line.capped_rate:
        return rounded(line.points or 0, scheme.decimals.points, scheme.rounding.points)
    rate = _ratios(line.parts)
    bounded = rate
    if indicator.floor:
        bounded = f"max({bounded}, {plain(indicator.floor)})"
    if indicator.cap is not None:
        bounded = f"min({bounded}, {plain(indicator.cap)})"
    if bounded == rate and len(line.parts) > 1:
        bounded = f"({rate})"
    return f"{bounded}×{_factor(line.weight)}"


def _lead_formula(standing: Standing, scheme: Scheme, indicator: Indicator) -> str:
    line = next(line for line in standing.indicators if line.key == indicator.key)
    if line.rate is not None:
        return f"{indicator.name} = {_ratios(line.parts)} = {shown_rate(line.rate, scheme.decimals.rate)}"
    quantity = line.numerator if line.denominator is None else None
    return f"{indicator.name} = {plain(quantity) if quantity is not None else '—'}"


def _ratios(parts: tuple[Part, ...]) -> str:
    """`28÷27`, or for a mix `28÷27×50% + 3000万÷2000万×50%`."""
    if len(parts) == 1:
        return _ratio(parts[0])
    if sum(part.share for part in parts) != 1:
        return _pooled(parts)
    return " + ".join(f"{_ratio(part)}×{_percent(part.share)}" for part in parts)


def _pooled(parts: tuple[Part, ...]) -> str:
    """Named parts added up above and below the line: `(7+6)÷(10+10)`."""
    above = "+".join(_amount(part.numerator) for part in parts)
    below = "+".join(_amount(part.denominator) for part in parts if part.denominator is not None)
    return f"({above})÷({below})"


def _ratio(part: Part) -> str:
    below = part.denominator.value if part.denominator is not None else None
    if below == 1 and part.rate is not None and part.rate.denominator != 1:
        # A rate that was stated without its counts.
        return _percent(part.rate)
    over = f"÷{_amount(part.denominator)}" if part.denominator is not None else ""
    return f"{_amount(part.numerator)}{over}"


def _amount(count: Count) -> str:
    value = count.value or Fraction(0)
    return f"{_factor(value / YUAN_PER_WAN)}万" if count.by == "amount" else _factor(value)


def _percent(share: Fraction) -> str:
    text = plain(share * 100)
    return f"({plain(share)})" if "/" in text else f"{text}%"


def _factor(number: Fraction) -> str:
    """A number inside a product; a fraction keeps to itself in brackets."""
    text = plain(number)
    return f"({text})" if "/" in text else text
