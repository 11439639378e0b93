"""What speaks against a return that waits, as sentences for whoever verifies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from leaderboard.ledger.awaiting import Waiting
from leaderboard.ledger.models import UnitReturn
from leaderboard.ledger.return_doubts import (
    AS_BEFORE,
    FALLS,
    IS_CUMULATIVE,
    OVERLAPS,
    SAME_CUMULATIVE,
    SAME_FIGURE,
    Doubt,
    Standing,
    standings_of,
)
from leaderboard.seasons.models import Season
from leaderboard.words import gettext as _


def returns_told(
    session: Session, lines: Sequence[Waiting], seasons: Sequence[Season]
) -> Mapping[int, tuple[str, list[str]]]:
    """Fact id -> what a return of the queue stands on, and the sentences that speak against it."""
    facts = [line.fact for line in lines if isinstance(line.fact, UnitReturn)]
    found = standings_of(session, facts, [season.starts_on for season in seasons])
    return {
        fact.fact_id: (_stands_on(fact, found[fact.fact_id]), _against(fact, found[fact.fact_id]))
        for fact in facts
    }


def _stands_on(fact: UnitReturn, standing: Standing) -> str:
    words = _("上期累计 {before}（其中已认定 {verified}），连本期 {after}")
    return words.format(
        before=standing.before, verified=standing.verified, after=standing.before + fact.quantity
    )


def _against(fact: UnitReturn, standing: Standing) -> list[str]:
    return [_sentence(doubt, fact, standing) for doubt in standing.doubts]


def _sentence(doubt: Doubt, fact: UnitReturn, standing: Standing) -> str:
    other = doubt.other
    words = {
        OVERLAPS: _("与 {starts} 至 {ends} 的报表（{quantity}）期间重叠，同一期可能报了两次"),
        FALLS: _("连本期的累计 {after} 低于已锁定的上期累计 {before}"),
        AS_BEFORE: _("这一期报过同样的 {quantity}，已退回或冲销（{reason}），数没有改"),
        SAME_FIGURE: _("与上一期（至 {ends}）的数相同，可能是同一张表又报了一次"),
        SAME_CUMULATIVE: _("本期数正好等于上期累计 {before}，可能把累计数填成了本期数"),
        IS_CUMULATIVE: _("本期数超过以前各期之和 {before}，可能把累计数填成了本期数"),
    }[doubt.kind]
    return words.format(
        starts=other.starts_on,
        ends=other.occurred_on,
        quantity=other.quantity,
        before=standing.before,
        after=standing.before + fact.quantity,
        reason=doubt.reason or "—",
    )
