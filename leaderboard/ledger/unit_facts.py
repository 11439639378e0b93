"""Adding what is told of a unit and of no project: its returns 报表, and bonuses and deductions 加减分 by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.ledger.holders import told_of_one
from leaderboard.ledger.imprints import imprints_of
from leaderboard.ledger.models import RETURNED, REVERSED, Adjustment, UnitReturn
from leaderboard.ledger.read import live_returns, outcome_of
from leaderboard.ledger.record import LedgerError, Source, add_decision, add_fact, recorded, refused_before
from leaderboard.ledger.sayings import said_of_one
from leaderboard.words import gettext as _


def add_return(
    session: Session,
    source: Source,
    *,
    unit_id: int,
    measure: str,
    starts_on: date,
    ends_on: date,
    quantity: int,
) -> UnitReturn:
    """Record a unit's total for one period; a live return of an overlapping or a later period raises LedgerError."""
    if ends_on < starts_on:
        raise LedgerError(_("报表的截止日 {ends} 早于起始日 {starts}").format(ends=ends_on, starts=starts_on))
    standing = live_returns(session, unit_id, measure)
    if any(row.starts_on <= ends_on and row.occurred_on >= starts_on for row in standing):
        raise LedgerError(
            _("{starts} 至 {ends} 这项指标已有报表, 请先冲销原报表").format(starts=starts_on, ends=ends_on)
        )
    if standing and standing[-1].starts_on > ends_on:
        raise LedgerError(refused_before(standing[-1].occurred_on))
    fact = UnitReturn(
        unit_id=unit_id, measure=measure, starts_on=starts_on, quantity=quantity, **recorded(source, ends_on)
    )
    kept = imprints_of(*add_fact(session, source, fact))
    record_act(
        session,
        source.actor,
        "return.add",
        str(unit_id),
        measure=measure,
        until=str(ends_on),
        quantity=quantity,
        ledger=kept,
    )
    return fact


def replace_return(
    session: Session, source: Source, former: UnitReturn, quantity: int, reason: str
) -> UnitReturn:
    """Give a return that was sent back another figure for the very same period, whatever later ones stand on it.

    Sending it back unlocked its figure; its period stays, so that the later ones go on from the same day. Raises
    LedgerError unless sending it back was the last decision on it.
    """
    if outcome_of(session, former) != RETURNED:
        raise LedgerError(_("这条记录已经认定或撤回，请刷新后再看"))
    reversal = add_decision(session, source.actor, former, REVERSED, reason, now())
    subject = f"unit_return {former.fact_id}"
    kept, about = imprints_of(reversal), told_of_one(session, former) | said_of_one(session, former)
    record_act(session, source.actor, f"fact.{REVERSED}", subject, why=reason, ledger=kept, **about)
    fact = UnitReturn(
        unit_id=former.unit_id,
        measure=former.measure,
        starts_on=former.starts_on,
        quantity=quantity,
        **recorded(source, former.occurred_on),
    )
    kept = imprints_of(*add_fact(session, source, fact))
    record_act(
        session,
        source.actor,
        "return.add",
        str(fact.unit_id),
        measure=fact.measure,
        until=str(fact.occurred_on),
        quantity=quantity,
        ledger=kept,
    )
    return fact


def add_adjustment(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    source: Source,
    *,
    unit_id: int,
    season_id: int,
    item: str,
    occurred_on: date,
    times: int,
    reason: str,
) -> Adjustment:
    """Record `times` occurrences of one of the scheme's hand-entered items, with the reason shown on the board."""
    if times <= 0 or not reason.strip():
        raise LedgerError(_("加减分须写明次数 (大于零) 与事由"))
    fact = Adjustment(
        unit_id=unit_id,
        season_id=season_id,
        item=item,
        times=times,
        reason=reason.strip(),
        **recorded(source, occurred_on),
    )
    kept = imprints_of(*add_fact(session, source, fact))
    told: dict[str, Any] = {"item": item, "times": times, "why": reason}
    record_act(session, source.actor, "adjustment.add", str(unit_id), **told, ledger=kept)
    return fact
