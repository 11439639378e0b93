"""The number an indicator's shape looks at, as the printed formula shows it: 28÷27, 120% after its cap, a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scoring.early_rates import rounded_rate
from scoring.formula_words import Tongue
from scoring.measure import PRESENT
from scoring.normalise import CAP, clamp
from scoring.printed import Sum, less, money, number, over, percent, plus, times
from scoring.result import Count, IndicatorLine, Part
from scoring.rules import Indicator, Scheme
from scoring.shape_rules import Reading

Steps = Mapping[str, Fraction]
Show = Callable[[Fraction], Sum]
COUNTS = (Reading.NUMERATOR, Reading.DENOMINATOR, Reading.DIFFERENCE)


class Seen(NamedTuple):
    """A number as it was worked out, how its like is written, and what has to be said about it."""

    sum: Sum
    show: Show
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Fraction:
        """What it comes to."""
        return self.sum.value

    @property
    def literal(self) -> Sum:
        """The number itself where a decimal says it, otherwise as it was worked out."""
        shown = self.show(self.value)
        return self.sum if "/" in shown.text else shown

    @property
    def named(self) -> str:
        """`93.5%`, or with its origin `28÷20=140%`."""
        literal = self.literal.text
        return literal if literal == self.sum.text else f"{self.sum.text}={literal}"


@dataclass(frozen=True, slots=True)
class Printer:
    """One indicator's line with the rules and the language it is printed by."""

    line: IndicatorLine
    indicator: Indicator
    scheme: Scheme
    tongue: Tongue

    def seen(self, on: Reading, steps: Steps) -> Seen | None:
        """The number looked at; None where there is none."""
        if on is Reading.VALUE:
            return self._value()
        if on is Reading.PLACE:
            return None if self.line.place is None else Seen(number(self.line.place), number)
        if on in COUNTS:
            return _counted(on, self.line.parts)
        found = self.raw()
        raw = None if found is None else self._rounded(found)
        if on is Reading.RAW or raw is None:
            return raw
        return self._beside(on, raw, steps)

    def why_none(self, on: Reading) -> str:
        """The word for why there is nothing to look at, where the unit's own number may well be there."""
        value = self._value()
        if value is None or on not in (Reading.PLACE, Reading.OF_BEST, Reading.OF_MEAN):
            return "no_number"
        if on is Reading.PLACE:
            return "no_place"
        if on is Reading.OF_MEAN:
            return "no_mean"
        return "own_zero" if self.indicator.better == "less" and not value.value else "no_best"

    def raw(self) -> Seen | None:
        """The number before floor and cap: `28÷27`, a mix, parts added up, or a plain quantity."""
        parts = self.line.parts
        pooled = sum(part.share for part in parts) != 1
        known = [part for part in parts if part.state in PRESENT]
        if not known or (not pooled and len(known) < len(parts)):
            return None
        show = _show(self.line.rate is not None, known[0].numerator)
        factors = {part.audited for part in known if part.audited is not None and part.audited != 1}
        notes = [self.tongue.say("audited", share=percent(factor).text) for factor in factors]
        return Seen(_pooled(known) if pooled else _mixed(known), show, tuple(notes))

    def _value(self) -> Seen | None:
        """Between floor and cap, and rounded first where the scheme says so."""
        raw = self.raw()
        if raw is None or not self.indicator.gives_points:
            return raw
        held = clamp(raw.value, self.indicator.least_rate, self.indicator.cap)
        found = raw
        if held.note is not None:
            word, end = ("cap", "cap") if held.note == CAP else ("floor", "floor")
            note = self.tongue.say(word, x=raw.sum.text, **{end: raw.show(held.rate).text})
            found = Seen(raw.show(held.rate), raw.show, (*raw.notes, note))
        return self._rounded(found)

    def _rounded(self, found: Seen) -> Seen:
        """The number rules look at: a rate rounded first where the scheme says so."""
        value = None if self.line.rate is None else rounded_rate(found.value, self.scheme)
        if value is None or value == found.value:
            return found
        note = self.tongue.say("rounded", x=found.sum.text, value=percent(value).text)
        return Seen(percent(value), percent, (*found.notes, note))

    def _beside(self, on: Reading, raw: Seen, steps: Steps) -> Seen | None:
        """Beside the schedule, the best or the mean of the division."""
        if on is Reading.AHEAD:
            due = percent(steps["schedule"])
            note = self.tongue.say("ahead", x=raw.named, schedule=due.text)
            return Seen(less(raw.sum, due), raw.show, (*raw.notes, note))
        x = self._value() or raw
        word = "best" if on is Reading.OF_BEST else "mean"
        turned = on is Reading.OF_BEST and self.indicator.better == "less"
        if word not in steps or not (x.value if turned else steps[word]):
            return None
        other = x.show(steps[word])
        note = self.tongue.say(word, **{word: other.text})
        return Seen(over(other, x.sum) if turned else over(x.sum, other), percent, (*x.notes, note))


def _show(is_rate: bool, count: Count) -> Show:
    if is_rate:
        return percent
    return money if count.by == "amount" else number


def _amount(count: Count) -> Sum:
    return _show(False, count)(count.value or Fraction(0))


def _numerator(part: Part) -> Sum:
    """What was claimed times what the audit verified of it."""
    show = percent if part.is_bare else _show(False, part.numerator)
    value = part.numerator.value or Fraction(0)
    if part.audited in (None, 0, 1) or part.audited is None:
        return show(value)
    return times(show(value / part.audited), percent(part.audited))


def _ratio(part: Part) -> Sum:
    if part.denominator is None or part.is_bare:
        return _numerator(part)
    return over(_numerator(part), _amount(part.denominator))


def _mixed(parts: Sequence[Part]) -> Sum:
    """`28÷27`, or `28÷27×50%+3000万÷2000万×50%`."""
    if len(parts) == 1:
        return _ratio(parts[0])
    return plus(*[times(_ratio(part), percent(part.share)) for part in parts])


def _pooled(parts: Sequence[Part]) -> Sum:
    """Parts added up above and below the line: `(7+6)÷(10+10)`."""
    above = plus(*[_numerator(part) for part in parts])
    below = [_amount(part.denominator) for part in parts if part.denominator is not None]
    return over(above, plus(*below)) if below else above


def _counted(on: Reading, parts: Sequence[Part]) -> Seen | None:
    """Numerators, denominators, or numerators less denominators, added up over the parts."""
    if any(part.is_bare for part in parts):
        return None
    below = [part.denominator for part in parts if part.denominator is not None]
    wanted = [part.numerator for part in parts] if on is not Reading.DENOMINATOR else []
    wanted += below if on is not Reading.NUMERATOR else []
    if not wanted or any(count.value is None for count in wanted):
        return None
    if on is not Reading.NUMERATOR and not below:
        return None
    show = _show(False, wanted[0])
    quotas = plus(*[_amount(count) for count in below]) if below else number(Fraction(0))
    if on is Reading.DENOMINATOR:
        return Seen(quotas, show)
    above = plus(*[_numerator(part) for part in parts])
    return Seen(above if on is Reading.NUMERATOR else less(above, quotas), show)
