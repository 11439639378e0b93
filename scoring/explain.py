"""Why this score: contributions that sum to it, and the formula with its numbers, as notices print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from scoring.adjust import SCORE_LEAST, SCORE_MOST
from scoring.adjustment_formula import adjustment_terms
from scoring.formula_words import EN, ZH, Tongue
from scoring.number_formula import Printer
from scoring.printed import ATOM, NEGATED, Sum, Told, joined, number, percent, times
from scoring.result import IndicatorLine, Standing
from scoring.rules import Indicator, MissingKind, Scheme
from scoring.shape_formula import shape_term, worth_sum
from scoring.show import plain, rounded, shown_rate

__all__ = ["EN", "ZH", "Term", "contributions", "formula", "formulas", "terms"]

NOTES = {"zero_points": MissingKind.ZERO, "full_points": MissingKind.FULL, "fixed_points": MissingKind.FIXED}
VOID = "void"
WEIGHT_RAISED = "weight_raised"


class Term(NamedTuple):
    """One indicator or adjustment as the formula prints it; `text` worked out comes to `points` exactly."""

    key: str
    name: str
    sum: Sum
    note: str

    @property
    def text(self) -> str:
        """The arithmetic alone."""
        return self.sum.text

    @property
    def points(self) -> Fraction:
        """What it comes to."""
        return self.sum.value


NO_TERMS: Mapping[str, Term] = {}


def contributions(standing: Standing) -> list[tuple[str, Fraction]]:
    """What each indicator and adjustment gave, by key, in the scheme's order; they sum exactly to the score.

    Empty where there is no score.
    """
    if standing.score is None:
        return []
    given = [(line.key, line.points) for line in standing.indicators if line.points is not None]
    return given + [(line.key, line.points) for line in standing.adjustments]


def terms(
    standing: Standing, scheme: Scheme, tongue: Tongue = ZH, wordless: Mapping[str, Term] = NO_TERMS
) -> list[Term]:
    """Every term of a unit's score with its own working, by name, also where no place lets it have the score.

    `wordless` are terms of indicators, by key, that are known and read alike in every tongue.
    """
    found = [
        wordless.get(line.key)
        or _term(
            line.key, scheme.indicator(line.key).name, _indicator(line, standing, scheme, tongue), tongue
        )
        for line in standing.indicators
        if line.points is not None and (line.weight or line.points)
    ]
    names = {rule.key: rule.name for rule in scheme.adjustments}
    names |= {ceiling.key: ceiling.name for ceiling in scheme.ceilings}
    for key, told in adjustment_terms(standing, scheme, tongue):
        rounded_told = _rounded_early(told, scheme, tongue)
        found.append(_term(key, names.get(key, tongue.say("base")), rounded_told, tongue))
    return found


def formula(standing: Standing, scheme: Scheme, tongue: Tongue = ZH) -> str:
    """The printed line, `得分 = 28÷27×30 + 110%×70（28÷20 封顶 110%） - 0.5×3（通报） = 107.61`; money in 万.

    Worked out exactly it comes to the score. Without a total it is the lead indicator's own line,
    `开工率 = 45÷52 = 86.5%`.
    """
    if scheme.lead is not None:
        return _lead_formula(standing, scheme, scheme.indicator(scheme.lead), tongue)
    if standing.score is None:
        return f"{tongue.say('score')} = —"
    return _scored(standing.score, terms(standing, scheme, tongue), standing, scheme, tongue)


def formulas(standing: Standing, scheme: Scheme) -> tuple[str, str]:
    """The printed line in Chinese and in English; terms of numbers alone are worked out once for both."""
    if scheme.lead is not None or standing.score is None:
        return formula(standing, scheme), formula(standing, scheme, EN)
    chinese = terms(standing, scheme)
    # A number rounded early is worded in its text; everything else that is said in words is a note.
    wordless = {} if scheme.rounding.early else {term.key: term for term in chinese if not term.note}
    english = terms(standing, scheme, EN, wordless)
    return (
        _scored(standing.score, chinese, standing, scheme, ZH),
        _scored(standing.score, english, standing, scheme, EN),
    )


def _scored(
    score: Fraction, found: Sequence[Term], standing: Standing, scheme: Scheme, tongue: Tongue
) -> str:
    text = _limited(_summed(found), standing, scheme, tongue)
    shown = rounded(score, scheme.decimals.score, scheme.rounding.score)
    return f"{tongue.say('score')} = {text} = {shown}"


def _term(key: str, name: str, told: Told, tongue: Tongue) -> Term:
    return Term(key, name, told.sum, joined(told.notes, tongue.brackets, tongue.comma))


def _summed(found: Sequence[Term]) -> str:
    """Terms with signs between them; one that begins with a minus is taken away."""
    if len(found) < 2:
        return "".join(f"{term.text}{term.note}" for term in found) or "0"
    text = ""
    for term in found:
        taken = bool(text) and term.sum.binds == NEGATED
        sign = " - " if taken else " + " if text else ""
        text += f"{sign}{term.text[1:] if taken else term.sum.within(NEGATED)}{term.note}"
    return text


def _limited(text: str, standing: Standing, scheme: Scheme, tongue: Tongue) -> str:
    """The sum between the most and least a score may be, where they changed it."""
    keys = {line.key for line in standing.adjustments}
    for key, how, limit in (
        (SCORE_MOST, "min", scheme.score_most),
        (SCORE_LEAST, "max", scheme.score_least),
    ):
        if key in keys and limit is not None:
            shown = number(limit).text
            note = joined([tongue.say(key, limit=shown)], tongue.brackets, tongue.comma)
            text = f"{how}({text}, {shown}){note}"
    return text


def _indicator(line: IndicatorLine, standing: Standing, scheme: Scheme, tongue: Tongue) -> Told:
    """One indicator's term: its shape, then whatever changed the points after it."""
    indicator = scheme.indicator(line.key)
    if line.note in NOTES:
        return _rounded_early(_missing(line, tongue), scheme, tongue)
    if line.note == VOID:
        return Told(
            number(Fraction(0)), (tongue.say("void", name=_voided_by(line, standing, scheme, tongue)),)
        )
    told = shape_term(Printer(line, indicator, scheme, tongue))
    if "before_gate" in dict(line.working):
        told = _gated(told, line, indicator, tongue)
    told = _rounded_early(told, scheme, tongue)
    if line.note == WEIGHT_RAISED:
        told = told.with_notes(tongue.say("weight_raised", weight=number(line.weight).text))
    return told


def _missing(line: IndicatorLine, tongue: Tongue) -> Told:
    """What the rule for a missing number gives, with the state it was in."""
    note = tongue.say(str(line.note), state=tongue.words[line.state])
    return Told(number(line.points or Fraction(0)), (note,))


def _voided_by(line: IndicatorLine, standing: Standing, scheme: Scheme, tongue: Tongue) -> str:
    """Names of the adjustments that happened and make the indicator worthless."""
    happened = {one.key for one in standing.adjustments if one.raw or one.counted}
    rules = [rule for rule in scheme.adjustments if line.key in rule.voids]
    known = [rule for rule in rules if rule.key in happened or len(rules) == 1]
    return tongue.comma.join(tongue.name(rule.name, rule.name_en) for rule in known)


def _gated(told: Told, line: IndicatorLine, indicator: Indicator, tongue: Tongue) -> Told:
    """`8÷10×10×50%`, or the points given instead."""
    gate = indicator.gates[int(dict(line.working)["gate"]) - 1]
    note = tongue.say("gate", name=gate.name) if gate.name else tongue.say("gate_unnamed")
    if gate.times is not None:
        return Told(times(told.sum, percent(gate.times)), (*told.notes, note))
    instead = tongue.say("instead", x=told.sum.text)
    return Told(worth_sum(gate.otherwise, line.weight), (*told.notes, instead, note))


def _rounded_early(told: Told, scheme: Scheme, tongue: Tongue) -> Told:
    """Points rounded before they are added up, where the scheme says so and it changes them."""
    how, decimals = scheme.rounding.points, scheme.decimals.points
    if "points" not in scheme.rounding.early:
        return told
    value = Fraction(rounded(told.sum.value, decimals, how))
    if value == told.sum.value:
        return told
    text = f"{tongue.words[how]}({told.sum.text}, {decimals})"
    return Told(told.sum._replace(text=text, value=value, binds=ATOM), told.notes)


def _shown_rate(rate: Fraction, scheme: Scheme) -> str:
    return shown_rate(rate, scheme.decimals.rate, scheme.rounding.rate)


def _lead_formula(standing: Standing, scheme: Scheme, indicator: Indicator, tongue: Tongue) -> str:
    line = next(line for line in standing.indicators if line.key == indicator.key)
    name = tongue.name(indicator.name, indicator.name_en)
    raw = Printer(line, indicator, scheme, tongue).raw()
    if line.rate is not None and raw is not None:
        note = joined(raw.notes, tongue.brackets, tongue.comma)
        return f"{name} = {raw.sum.text}{note} = {_shown_rate(line.rate, scheme)}"
    quantity = line.numerator if line.denominator is None else None
    return f"{name} = {plain(quantity) if quantity is not None else '—'}"
