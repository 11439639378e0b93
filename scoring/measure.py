"""Measures one indicator for one unit: numerator, denominator, and every fact counted or left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.cohort import or_later, reached_stage, signed_cohort
from scoring.lookup import Lookup, Member
from scoring.result import AWAITING_VERIFICATION, Count, Part, State
from scoring.rules import (
    ONE,
    ArrivedOverContract,
    ArrivedOverTask,
    Given,
    Indicator,
    ReturnQuantity,
    ReturnRatio,
    Signing,
    StageReached,
    Terms,
)
from scoring.term_rules import ReturnTerm
from scoring.terms import arrived, reported, target_count, term_count


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: the state, the ratios, and their mix as one rate (None where there is none)."""

    state: State
    parts: tuple[Part, ...]
    rate: Fraction | None
    whole: Fraction | None = None
    """Sum of several plain quantities, where the parts have no denominators."""

    @property
    def value(self) -> Fraction | None:
        """What units are compared by: the rate, or a plain quantity itself."""
        if self.rate is None and len(self.parts) == 1 and self.parts[0].denominator is None:
            return self.parts[0].numerator.value
        return self.rate if self.whole is None else self.whole


PRESENT = (State.COUNTED, State.ZERO)
NOT_APPLICABLE = Measured(State.NOT_APPLICABLE, (), None)


def measure(lookup: Lookup, unit: str, indicator: Indicator) -> Measured:
    """Measure an indicator: rate = Σ share × numerator / denominator, missing if any part is missing.

    Pooled parts instead: Σ numerators / Σ denominators.
    """
    factor = lookup.sampled(unit, indicator.key) if indicator.audited else None
    parts = _parts(lookup, unit, indicator)
    terms = indicator.measure
    together = isinstance(terms, Terms) and len(parts) > 1 and terms.pieces[0].share is None
    return audited(pooled(parts) if together else mixed(parts), factor)


def _parts(lookup: Lookup, unit: str, indicator: Indicator) -> tuple[Part, ...]:  # noqa: PLR0911 - one a measure
    match indicator.measure:
        case Signing() as signing:
            return tuple(_signing(lookup, unit, indicator, signing, *piece) for piece in signing.shares)
        case StageReached(stages=stages, cohort=cohort):
            signed, members = signed_cohort(lookup, unit, cohort, "count")
            return (ratio(reached_stage(lookup, members, or_later(stages)), signed),)
        case ArrivedOverContract(cohort=cohort):
            contracted, members = signed_cohort(lookup, unit, cohort, "amount")
            return (ratio(_arrived_since_signing(lookup, members), contracted),)
        case ArrivedOverTask(level=level):
            target = target_count(lookup, unit, indicator.key, "amount", level)
            return (ratio(_arrived_in_season(lookup, unit), target),)
        case ReturnRatio(numerator=above, denominator=below):
            both = reported(lookup, unit, above), reported(lookup, unit, below)
            return (ratio(*both, absent=State.NOT_REPORTED),)
        case ReturnQuantity(measure=name):
            return (quantity(reported(lookup, unit, name)),)
        case Terms() as terms:
            return _pieces(lookup, unit, indicator.key, terms)
        case Given():
            return (quantity(Count(None, "count")),)


def mixed(parts: tuple[Part, ...]) -> Measured:
    """Several ratios as one rate; the first missing part decides the state."""
    for part in parts:
        if part.state not in PRESENT:
            return Measured(part.state, parts, None)
    if any(part.denominator is None for part in parts):
        return Measured(parts[0].state, parts, None, _whole(parts) if len(parts) > 1 else None)
    rate = sum((part.share * (part.rate or 0) for part in parts), Fraction(0))
    return Measured(State.COUNTED if rate else State.ZERO, parts, rate)


def _whole(parts: tuple[Part, ...]) -> Fraction:
    """Several marks as one: Σ share × mark, a ratio among them taken as its rate."""
    values = [part.numerator.value if part.denominator is None else part.rate for part in parts]
    return sum((part.share * (value or 0) for part, value in zip(parts, values, strict=True)), Fraction(0))


def ratio(
    numerator: Count, denominator: Count, share: Fraction = ONE, *, absent: State = State.NO_DENOMINATOR
) -> Part:
    """One ratio with its state; `absent` is the state when the denominator was never given."""
    state = _ratio_state(numerator, denominator, absent)
    rate = None
    if state in PRESENT and numerator.value is not None and denominator.value:
        rate = numerator.value / denominator.value
    return Part(share, numerator, denominator, state, rate)


def _ratio_state(numerator: Count, denominator: Count, absent: State) -> State:
    if not denominator.counted and _pending(denominator):
        return State.UNDER_VERIFICATION
    if denominator.value is None:
        return absent
    if numerator.value is None:
        return State.UNDER_VERIFICATION if _pending(numerator) else State.NOT_REPORTED
    if denominator.value <= 0:
        return State.NO_DENOMINATOR
    return State.COUNTED if numerator.value else State.ZERO


def _pending(count: Count) -> bool:
    return any(fact.reason == AWAITING_VERIFICATION for fact in count.left_out)


def quantity(count: Count) -> Part:
    """A plain quantity: a numerator without denominator or rate."""
    if count.value is None:
        state = State.UNDER_VERIFICATION if _pending(count) else State.NOT_REPORTED
    else:
        state = State.COUNTED if count.value else State.ZERO
    return Part(ONE, count, None, state, None)


def _signing(
    lookup: Lookup, unit: str, indicator: Indicator, signing: Signing, by: str, share: Fraction
) -> Part:
    signed, _ = signed_cohort(lookup, unit, signing.cohort, by)
    return ratio(
        signed,
        target_count(lookup, unit, indicator.key, by, signing.level),
        share,
        absent=State.NO_DENOMINATOR,
    )


def _arrived_since_signing(lookup: Lookup, members: list[Member]) -> Count:
    return arrived(lookup, [(member.held, member.signed.on) for member in members], lookup.as_of)


def _arrived_in_season(lookup: Lookup, unit: str) -> Count:
    return arrived(lookup, [(held, lookup.starts_on) for held in lookup.held(unit)], lookup.ends_on)


def _pieces(lookup: Lookup, unit: str, key: str, terms: Terms) -> tuple[Part, ...]:
    """One part for each piece of a rate put together from terms."""
    found = []
    for piece in terms.pieces:
        above = term_count(lookup, unit, key, piece.numerator)
        if piece.denominator is None:
            part = quantity(above)
        else:
            below = term_count(lookup, unit, key, piece.denominator)
            absent = State.NOT_REPORTED if isinstance(piece.denominator, ReturnTerm) else State.NO_DENOMINATOR
            part = ratio(above, below, piece.share if piece.share is not None else ONE, absent=absent)
        found.append(replace(part, name=piece.name))
    return tuple(found)


def pooled(parts: tuple[Part, ...]) -> Measured:
    """Named parts as one: Σ numerators / Σ denominators; a part that is missing is passed over.

    Parts without denominators add up to a plain quantity.
    """
    known = [part for part in parts if part.state in PRESENT]
    if not known:
        return Measured(parts[0].state if parts else State.NOT_REPORTED, parts, None)
    above = sum((part.numerator.value or Fraction(0) for part in known), Fraction(0))
    below = [part.denominator.value or Fraction(0) for part in known if part.denominator is not None]
    state = State.COUNTED if above else State.ZERO
    if below:
        return Measured(state, parts, above / sum(below, Fraction(0)))
    return Measured(state, parts, None, above)


def audited(measured: Measured, factor: Fraction | None) -> Measured:
    """抽查折算: recognised = claimed × verified / claimed in the sample, on every numerator."""
    if factor is None or not measured.parts:
        return measured
    parts = tuple(_scaled(part, factor) for part in measured.parts)
    rate = None if measured.rate is None else measured.rate * factor
    whole = None if measured.whole is None else measured.whole * factor
    zero = measured.state is State.COUNTED and factor == 0
    return Measured(State.ZERO if zero else measured.state, parts, rate, whole)


def _scaled(part: Part, factor: Fraction) -> Part:
    value = part.numerator.value
    numerator = replace(part.numerator, value=None if value is None else value * factor)
    rate = None if part.rate is None else part.rate * factor
    return replace(part, numerator=numerator, rate=rate, audited=factor)
