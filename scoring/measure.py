"""Measures one indicator for one unit: numerator, denominator, and every fact counted or left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.cohort import Member, or_later, reached_stage, signed_cohort, total
from scoring.lookup import Held, Lookup
from scoring.result import AWAITING_VERIFICATION, Count, CountedFact, LeftOutFact, Part, State
from scoring.rules import (
    ONE,
    ArrivedOverContract,
    ArrivedOverTask,
    Indicator,
    ReturnQuantity,
    ReturnRatio,
    Signing,
    StageReached,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: the state, the ratios, and their mix as one rate (None where there is none)."""

    state: State
    parts: tuple[Part, ...]
    rate: Fraction | None

    @property
    def value(self) -> Fraction | None:
        """What units are compared by: the rate, or a plain quantity itself."""
        if self.rate is None and len(self.parts) == 1 and self.parts[0].denominator is None:
            return self.parts[0].numerator.value
        return self.rate


PRESENT = (State.COUNTED, State.ZERO)
NOT_APPLICABLE = Measured(State.NOT_APPLICABLE, (), None)


def measure(lookup: Lookup, unit: str, indicator: Indicator) -> Measured:
    """Measure an indicator: rate = Σ share × numerator / denominator, missing if any part is missing."""
    return mixed(_parts(lookup, unit, indicator))


def _parts(lookup: Lookup, unit: str, indicator: Indicator) -> tuple[Part, ...]:
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
            return (
                ratio(_arrived_in_season(lookup, unit), _target(lookup, unit, indicator, "amount", level)),
            )
        case ReturnRatio(numerator=above, denominator=below):
            reported = _reported(lookup, unit, above), _reported(lookup, unit, below)
            return (ratio(*reported, absent=State.NOT_REPORTED),)
        case ReturnQuantity(measure=name):
            return (_quantity(_reported(lookup, unit, name)),)


def mixed(parts: tuple[Part, ...]) -> Measured:
    """Several ratios as one rate; the first missing part decides the state."""
    for part in parts:
        if part.state not in PRESENT:
            return Measured(part.state, parts, None)
    if any(part.denominator is None for part in parts):
        return Measured(parts[0].state, parts, None)
    rate = sum((part.share * (part.rate or 0) for part in parts), Fraction(0))
    return Measured(State.COUNTED if rate else State.ZERO, parts, rate)


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


def _quantity(count: Count) -> Part:
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
        signed, _target(lookup, unit, indicator, by, signing.level), share, absent=State.NO_DENOMINATOR
    )


def _target(lookup: Lookup, unit: str, indicator: Indicator, by: str, level: str) -> Count:
    quantity = lookup.target(unit, indicator.key, by, level)
    if quantity is None:
        return Count(None, by)
    fact = CountedFact("target", indicator.key, "", indicator.name, None, ONE, Fraction(quantity))
    return Count(fact.amount, by, (fact,))


def _arrived_since_signing(lookup: Lookup, members: list[Member]) -> Count:
    return _arrived(lookup, [(member.held, member.signed.on) for member in members], lookup.as_of)


def _arrived_in_season(lookup: Lookup, unit: str) -> Count:
    return _arrived(lookup, [(held, lookup.starts_on) for held in lookup.held(unit)], lookup.ends_on)


def _arrived(lookup: Lookup, since: list[tuple[Held, date]], last: date) -> Count:
    """Money of each project from its first day to the last, each arrival times the share."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for held, first in since:
        code, name = held.project.code, held.project.name
        for arrival in sorted(held.project.arrivals, key=lambda a: (a.on, a.id)):
            reason = lookup.dated_reason(arrival.on, verified=arrival.verified, first=first, last=last)
            if reason is None:
                amount = held.share * arrival.yuan
                counted.append(CountedFact("arrival", code, arrival.id, name, arrival.on, held.share, amount))
            else:
                left_out.append(LeftOutFact("arrival", code, arrival.id, name, arrival.on, reason))
    return total("amount", counted, left_out)


def _reported(lookup: Lookup, unit: str, name: str) -> Count:
    """Sum of the season's periods ended by the cut-off; None where no verified return exists."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for row in lookup.returns(unit, name):
        reason = lookup.dated_reason(row.period_end, verified=row.verified)
        if reason is None:
            amount = Fraction(row.quantity)
            counted.append(CountedFact("return", name, row.id, name, row.period_end, ONE, amount))
        else:
            left_out.append(LeftOutFact("return", name, row.id, name, row.period_end, reason))
    count = total("count", counted, left_out)
    return count if counted else Count(None, "count", (), count.left_out)
