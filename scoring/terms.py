"""Terms 口径 over facts: projects of some sort, money arrived, returns, targets, points, and their sums."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from operator import attrgetter

from scoring.cohort import counted_project, left_out_project, total
from scoring.lookup import Held, Lookup
from scoring.result import (
    CREDIT_ENDED,
    NO_AMOUNT,
    OUTSIDE_COHORT,
    Count,
    CountedFact,
    LeftOutFact,
)
from scoring.rules import ONE
from scoring.selection import Chosen, chosen
from scoring.term_rules import (
    ArrivedTerm,
    FixedTerm,
    PointsTerm,
    ProjectsTerm,
    ReturnTerm,
    SumTerm,
    TargetTerm,
    Term,
)


def term_count(lookup: Lookup, unit: str, key: str, term: Term) -> Count:  # noqa: PLR0911 - one a term
    """One term of one unit, with every fact counted or left out; `key` is the indicator it belongs to."""
    match term:
        case ProjectsTerm():
            return _projects(lookup, unit, term)
        case ArrivedTerm():
            return _money(lookup, unit, term)
        case ReturnTerm(name=name, window=window):
            return reported(lookup, unit, name, window)
        case TargetTerm():
            found = target_count(lookup, unit, term.indicator or key, term.by, term.level)
            return _scaled(found, lookup.due) if term.due else found
        case FixedTerm(quantity=quantity):
            return Count(quantity, "count", (CountedFact("fixed", key, "", "", None, ONE, quantity),))
        case PointsTerm():
            return _points(lookup, unit, term)
        case SumTerm(terms=terms):
            return _sum([_scaled(term_count(lookup, unit, key, one), factor) for factor, one in terms])


def target_count(lookup: Lookup, unit: str, indicator: str, by: str, level: str) -> Count:
    """The unit's target; no value where it has none."""
    quantity = lookup.target(unit, indicator, by, level)
    if quantity is None:
        return Count(None, by)
    fact = CountedFact("target", indicator, "", lookup.name_of(indicator), None, 1, quantity)
    return Count(Fraction(quantity), by, (fact,))


_BY_DAY = attrgetter("on", "id")


def arrived(lookup: Lookup, since: list[tuple[Held, date]], last: date, kind: str = "") -> Count:
    """Money of each project from its first day to the last, each arrival times the share."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    latest = min(last, lookup.as_of)
    for held, first in since:
        code, name, share = held.project.code, held.project.name, held.share
        always = held.since is None and held.until is None
        for arrival in sorted(held.project.arrivals, key=_BY_DAY):
            if kind and arrival.kind != kind:
                continue
            on, reason = arrival.on, None
            if not (arrival.verified and first <= on <= latest):
                reason = lookup.dated_reason(on, verified=arrival.verified, first=first, last=last)
            reason = reason or (None if always else held.reason(on))
            if reason is None:
                counted.append(
                    CountedFact("arrival", code, arrival.id, name, on, share, arrival.yuan * share)
                )
            else:
                left_out.append(LeftOutFact("arrival", code, arrival.id, name, on, reason))
    return total("amount", counted, left_out)


def reported(lookup: Lookup, unit: str, name: str, window: str = "season") -> Count:
    """Sum of the periods ended in a window by the cut-off; None where no verified return exists."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    first, last = lookup.window(window)
    for row in lookup.returns(unit, name):
        reason = lookup.dated_reason(row.period_end, verified=row.verified)
        if reason is None and not first <= row.period_end <= last:
            reason = OUTSIDE_COHORT
        if reason is None:
            counted.append(CountedFact("return", name, row.id, name, row.period_end, 1, row.quantity))
        else:
            left_out.append(LeftOutFact("return", name, row.id, name, row.period_end, reason))
    count = total("count", counted, left_out)
    return count if counted else Count(None, "count", (), count.left_out)


def _projects(lookup: Lookup, unit: str, term: ProjectsTerm) -> Count:
    """Chosen projects by count, yuan or a figure of their own, each times its share."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for one in chosen(lookup, unit, term.which):
        amount = _quantity(one, term) if one.reason is None else None
        if one.event is not None and amount is not None:
            counted.append(counted_project(one.held, one.event, one.held.share * amount))
        else:
            left_out.append(left_out_project(one.held.project, one.event, one.reason or NO_AMOUNT))
    return total("count" if term.by in ("count", "figure") else "amount", counted, left_out)


def _quantity(one: Chosen, term: ProjectsTerm) -> Fraction | None:
    if term.by == "count":
        return ONE
    if term.by == "figure":
        return dict(one.held.project.figures).get(term.figure)
    yuan = one.contract.total_yuan if term.by == "total" else one.contract.inward_yuan
    return None if yuan is None else Fraction(yuan)


def _money(lookup: Lookup, unit: str, term: ArrivedTerm) -> Count:
    """Money of the chosen projects; what was left out of them brings nothing."""
    # A credit covers money by the day it arrives, whenever the project was signed.
    inside = [one for one in chosen(lookup, unit, term.which) if one.reason in (None, CREDIT_ENDED)]
    if term.since == "signing":
        since = [(one.held, one.contract.on) for one in inside]
        return arrived(lookup, since, lookup.as_of, term.kind)
    first, last = lookup.window(term.since)
    return arrived(lookup, [(one.held, first) for one in inside], last, term.kind)


def _points(lookup: Lookup, unit: str, term: PointsTerm) -> Count:
    """Σ over projects of min(Σ its points, most_each) × share."""
    by_project: dict[str, tuple[Chosen, Fraction]] = {}
    for item in term.items:
        for one in chosen(lookup, unit, item.which):
            times = ONE if not item.figure else dict(one.held.project.figures).get(item.figure)
            if one.reason is None and one.event is not None and times is not None:
                code = one.held.project.code
                _, before = by_project.get(code, (one, Fraction(0)))
                by_project[code] = one, before + item.points * times
    counted = []
    for one, points in by_project.values():
        event = one.event or one.contract
        kept = points if term.most_each is None else min(points, term.most_each)
        counted.append(counted_project(one.held, event, one.held.share * kept))
    return total("count", sorted(counted, key=lambda fact: fact.ref), [])


def _scaled(count: Count, factor: Fraction) -> Count:
    """Every fact's contribution times a factor, so that the facts still add up."""
    if factor == 1 or count.value is None:
        return count
    facts = tuple(
        CountedFact(f.kind, f.ref, f.fact, f.name, f.on, f.share, f.amount * factor) for f in count.counted
    )
    return Count(count.value * factor, count.by, facts, count.left_out)


def _sum(counts: list[Count]) -> Count:
    """Several quantities added up; missing where all of them are."""
    known = [count.value for count in counts if count.value is not None]
    return Count(
        sum(known, Fraction(0)) if known else None,
        counts[0].by if counts else "count",
        tuple(fact for count in counts for fact in count.counted),
        tuple(fact for count in counts for fact in count.left_out),
    )
