"""What a scheme asks to be told: of projects not yet signed, of kinds, and of facts that not every ledger keeps."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.cohort import or_later
from scoring.rules import Scheme, Terms
from scoring.term_rules import ArrivedTerm, PointsTerm, ProjectsTerm, SumTerm, Term, Which


def stages_looked_at(scheme: Scheme) -> tuple[tuple[str, ...], ...]:
    """Stages that count whether or not the project is signed, as leads 洽谈 do; one group for each choice of projects."""
    found = {
        or_later(which.stages) for which in _choices(scheme) if which.cohort == "all" and not which.planned
    }
    return tuple(sorted(found))


def kinds_looked_at(scheme: Scheme) -> frozenset[str]:
    """Kinds of projects the scheme takes or leaves out by name."""
    return frozenset(kind for which in _choices(scheme) for kind in (*which.kinds, *which.without))


def seldom_kept(scheme: Scheme) -> tuple[str, ...]:
    """Facts the scheme asks for and a ledger may not keep: `plans`, `figures`, `seasons_counted`, `samples`."""
    choices = list(_choices(scheme))
    terms = list(_terms(scheme))
    asked = {
        "plans": any(which.planned for which in choices),
        "figures": any(which.least_figures for which in choices)
        or any(isinstance(term, ProjectsTerm) and term.by == "figure" for term in terms)
        or any(isinstance(term, PointsTerm) and any(i.figure for i in term.items) for term in terms),
        "seasons_counted": any(which.most_seasons is not None for which in choices),
        "samples": any(indicator.audited for indicator in scheme.indicators),
    }
    return tuple(name for name, wanted in asked.items() if wanted)


def _terms(scheme: Scheme) -> Iterator[Term]:
    """Every term of every indicator and adjustment, sums taken apart."""
    for indicator in scheme.indicators:
        if isinstance(indicator.measure, Terms):
            for piece in indicator.measure.pieces:
                yield from _taken_apart(piece.numerator)
                if piece.denominator is not None:
                    yield from _taken_apart(piece.denominator)
    for rule in scheme.adjustments:
        if rule.term is not None:
            yield from _taken_apart(rule.term)


def _taken_apart(term: Term) -> Iterator[Term]:
    if isinstance(term, SumTerm):
        for _, one in term.terms:
            yield from _taken_apart(one)
    else:
        yield term


def _choices(scheme: Scheme) -> Iterator[Which]:
    for term in _terms(scheme):
        if isinstance(term, ProjectsTerm | ArrivedTerm):
            yield term.which
        elif isinstance(term, PointsTerm):
            yield from (item.which for item in term.items)
