"""Returns that look handed in before, or carry a cumulative as the period's figure: told, never refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from leaderboard.ledger.models import AWAITING, RETURNED, REVERSED, VERIFIED, UnitDecision, UnitReturn

OVERLAPS, FALLS, AS_BEFORE, SAME_FIGURE, IS_CUMULATIVE, SAME_CUMULATIVE = DOUBTS = (
    "overlaps",
    "falls",
    "as_before",
    "same_figure",
    "is_cumulative",
    "same_cumulative",
)
"""What may be wrong: two returns of one period, a cumulative that falls below the locked one, a figure that was sent
back and comes again, the figure of the last period again, a figure no less than all before it, and one equal to that."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that speaks against a return, with the other return it is about; for a cumulative, the last before it."""

    kind: str
    other: UnitReturn
    outcome: str
    """What was last decided on the other one."""
    reason: str | None = None
    """Why the other one was sent back or reversed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a return stands on, and what speaks against it."""

    before: int
    """Cumulative of the season's earlier returns of the unit and measure that were not reversed."""
    verified: int
    """The part of it that is verified, and thereby counts."""
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class _Told:
    """A return with what was last decided on it, and why it was last sent back or reversed."""

    fact: UnitReturn
    outcome: str = AWAITING
    reason: str | None = None


def standings_of(
    session: Session, facts: Sequence[UnitReturn], seasons_start: Iterable[date] = ()
) -> dict[int, Standing]:
    """Fact id -> what each return stands on; one query. A cumulative begins anew on each day a season starts."""
    starts = sorted(seasons_start)
    by_measure = _told(session, facts) if facts else {}
    return {
        fact.fact_id: _standing(fact, by_measure[fact.unit_id, fact.measure], _since(fact, starts))
        for fact in facts
    }


def _since(fact: UnitReturn, starts: Sequence[date]) -> date:
    return max((day for day in starts if day <= fact.occurred_on), default=date.min)


def _told(session: Session, facts: Sequence[UnitReturn]) -> dict[tuple[int, str], list[_Told]]:
    """All returns, reversed ones included, of the units and measures that these facts are about, oldest first."""
    decided = and_(UnitDecision.unit_id == UnitReturn.unit_id, UnitDecision.fact_id == UnitReturn.fact_id)
    asked = select(UnitReturn, UnitDecision.outcome, UnitDecision.reason).outerjoin(UnitDecision, decided)
    asked = asked.where(UnitReturn.unit_id.in_({fact.unit_id for fact in facts}))
    asked = asked.where(UnitReturn.measure.in_({fact.measure for fact in facts}))
    asked = asked.order_by(UnitReturn.occurred_on, UnitReturn.fact_id, UnitDecision.decision_no)
    told: dict[int, _Told] = {}
    for fact, outcome, reason in session.execute(asked):
        line = told.setdefault(fact.fact_id, _Told(fact))
        line.outcome = outcome or AWAITING
        # Handed in anew it is reversed as well: why it was sent back says more.
        if outcome == RETURNED or (outcome == REVERSED and line.reason is None):
            line.reason = reason
    found: dict[tuple[int, str], list[_Told]] = defaultdict(list)
    for line in told.values():
        found[line.fact.unit_id, line.fact.measure].append(line)
    return found


def _standing(fact: UnitReturn, told: Sequence[_Told], since: date) -> Standing:
    others = [line for line in told if line.fact.fact_id != fact.fact_id]
    live = [line for line in others if line.outcome != REVERSED]
    earlier = [line for line in live if since <= line.fact.occurred_on < fact.starts_on]
    return Standing(
        before=sum(line.fact.quantity for line in earlier),
        verified=sum(line.fact.quantity for line in earlier if line.outcome == VERIFIED),
        doubts=(*_of_period(fact, others), *_of_figure(fact, earlier)),
    )


def _of_period(fact: UnitReturn, others: Sequence[_Told]) -> Iterator[Doubt]:
    """Other returns of the same days: one that stands, or one that was sent back with the same figure."""
    for line in others:
        other = line.fact
        if other.starts_on > fact.occurred_on or other.occurred_on < fact.starts_on:
            continue
        if line.outcome != REVERSED:
            yield Doubt(OVERLAPS, other, line.outcome)
        elif other.quantity == fact.quantity and other.recorded_at <= fact.recorded_at:
            yield Doubt(AS_BEFORE, other, line.outcome, line.reason)


def _of_figure(fact: UnitReturn, earlier: Sequence[_Told]) -> Iterator[Doubt]:
    """What the figure looks like beside the earlier ones; that nothing happened in a period is no doubt."""
    if not earlier:
        return
    last, before = earlier[-1], sum(line.fact.quantity for line in earlier)
    if fact.quantity < 0:
        yield Doubt(FALLS, last.fact, last.outcome)
    if fact.quantity <= 0:
        return
    if fact.quantity == last.fact.quantity:
        yield Doubt(SAME_FIGURE, last.fact, last.outcome)
    # Beside a single earlier period a larger figure is mere growth.
    elif len(earlier) > 1 and fact.quantity >= before > 0:
        yield Doubt(SAME_CUMULATIVE if fact.quantity == before else IS_CUMULATIVE, last.fact, last.outcome)
