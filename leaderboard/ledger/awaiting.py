"""What awaits a decision 待认定 as people see it, oldest first, and deciding on many facts of every kind at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.instant import Millis, now
from leaderboard.ledger.bulk_decisions import Decision, decide_facts
from leaderboard.ledger.duplicates import Lookalike, lookalikes
from leaderboard.ledger.lines import UNSETTLED
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    VERIFIED,
    Credit,
    OfProject,
    OfUnit,
    Project,
    ProjectDecision,
    UnitDecision,
)
from leaderboard.ledger.read import known_project_facts
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.rows import chunks
from leaderboard.ledger.waiting import KINDS, PROJECT_FACTS, UNIT_FACTS, Asked, Key, stretch
from leaderboard.words import gettext as _

GONE = "gone"
"""What became of a fact that is not there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One fact of the queue, the project if it is about one, the units it is about, and what that project looks like."""

    key: Key
    fact: OfProject | OfUnit
    project: Project | None
    unit_ids: tuple[int, ...]
    alike: tuple[Lookalike, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a fact that somebody meant to decide on: the last decision on it, and whose it was."""

    key: Key
    outcome: str
    by: str


class Overtaken(LedgerError):
    """Some of the facts are not as they were seen any more, so nothing was decided; `settled` tells which and why."""

    def __init__(self, settled: Sequence[Settled]) -> None:
        self.settled = tuple(settled)
        which = _("其中 {count} 条").format(count=len(settled)) if settled else _("有记录")
        said = _("{which}已由他人处理，这次什么都没有保存；请看过最新的列表再提交")
        super().__init__(said.format(which=which))


def list_awaiting(session: Session, asked: Asked, limit: int, offset: int = 0) -> list[Waiting]:
    """One stretch of the queue, what was recorded first in front; at most fifteen queries whatever its length."""
    keys = stretch(session, asked, limit, offset)
    facts = {key: fact for kind in KINDS for key, fact in _facts(session, kind, keys)}
    ids = {key.holder_id for key in keys if key.kind in PROJECT_FACTS}
    projects = {found.id: found for found in session.scalars(select(Project).where(Project.id.in_(ids)))}
    units, alike = _units_of(session, ids), lookalikes(session, sorted(ids))
    return [
        Waiting(
            key,
            facts[key],
            projects[key.holder_id],
            _about(facts[key]) or tuple(units[key.holder_id]),
            tuple(alike.get(key.holder_id, ())),
        )
        if key.kind in PROJECT_FACTS
        else Waiting(key, facts[key], None, (key.holder_id,))
        for key in keys
    ]


def decide_awaiting(
    session: Session,
    actor: str,
    keys: Sequence[Key],
    outcome: str,
    reason: str | None = None,
    seen: str = AWAITING,
) -> Millis:
    """Verify or return facts that were seen to wait, or to have been sent back, all of them or none; gives the instant.

    Raises LedgerError where nothing was chosen or where facts are returned without a reason, and Overtaken where one
    of them is not as it was seen any more.
    """
    if outcome not in {VERIFIED, RETURNED} or outcome == seen or seen not in UNSETTLED or not keys:
        raise LedgerError(_("请先勾选记录"))
    return _decide(session, actor, sorted(set(keys)), outcome, reason, seen)


def undo_verification(session: Session, actor: str, keys: Sequence[Key], at: Millis) -> None:
    """Take back what the actor verified at an instant, all of it or none: the facts wait again, by a decision that says so.

    Raises Overtaken where somebody has decided on one of them since.
    """
    last = _last_decisions(session, keys)
    since = [
        Settled(key, found[0], found[1])
        for key in sorted(set(keys))
        if (found := last.get(key, (AWAITING, "", 0))) != (VERIFIED, actor, at)
    ]
    if since:
        raise Overtaken(since)
    _decide(session, actor, sorted(set(keys)), AWAITING, _("撤销刚才的认定"), VERIFIED)


def _decide(
    session: Session, actor: str, keys: Sequence[Key], outcome: str, reason: str | None, seen: str
) -> Millis:
    last = _last_decisions(session, keys)
    settled = [
        Settled(key, *last.get(key, (GONE, "", 0))[:2]) for key in keys if last.get(key, (GONE,))[0] != seen
    ]
    if settled:
        raise Overtaken(settled)
    facts = [Decision(_table(key.kind), key.holder_id, key.fact_id, outcome, reason) for key in keys]
    at = now()
    try:
        decide_facts(session, actor, facts, at)
    except IntegrityError as error:
        raise Overtaken(()) from error
    return at


def _last_decisions(session: Session, keys: Sequence[Key]) -> dict[Key, tuple[str, str, Millis]]:
    """What was last decided on each of the facts that are there, by whom and when."""
    found: dict[Key, tuple[str, str, Millis]] = {}
    for kind in KINDS:
        table = _table(kind)
        decisions, holder, decided_holder = _decisions(table)
        for some in chunks(key for key in keys if key.kind == kind):
            ids, holders = [key.fact_id for key in some], {key.holder_id for key in some}
            asked = (
                select(holder, table.fact_id, decisions.outcome, decisions.decided_by, decisions.decided_at)
                .outerjoin(decisions, and_(decided_holder == holder, decisions.fact_id == table.fact_id))
                .where(holder.in_(holders), table.fact_id.in_(ids))
                .order_by(decisions.decision_no)
            )
            for holder_id, fact_id, outcome, by, at in session.execute(asked):
                found[Key(kind, holder_id, fact_id)] = (outcome or AWAITING, by or "", at or 0)
    return found


def _table(kind: str) -> Any:
    return PROJECT_FACTS.get(kind) or UNIT_FACTS[kind]


def _decisions(table: Any) -> tuple[Any, Any, Any]:
    """The table of decisions on facts of a table, and the columns of both that name whom they are about."""
    if issubclass(table, OfProject):
        return ProjectDecision, table.project_id, ProjectDecision.project_id
    return UnitDecision, table.unit_id, UnitDecision.unit_id


def _facts(session: Session, kind: str, keys: Iterable[Key]) -> Iterable[tuple[Key, OfProject | OfUnit]]:
    table, ours = _table(kind), [key for key in keys if key.kind == kind]
    if ours:
        holder = _decisions(table)[1]
        # The holder leads the key: by the ids of facts alone the whole table would be gone through.
        of_ours = holder.in_({key.holder_id for key in ours}), table.fact_id.in_([k.fact_id for k in ours])
        for fact in session.scalars(select(table).where(*of_ours)):
            yield Key(kind, getattr(fact, holder.key), fact.fact_id), cast(OfProject | OfUnit, fact)


def _about(fact: OfProject | OfUnit) -> tuple[int, ...]:
    return (fact.unit_id,) if isinstance(fact, Credit) else ()


def _units_of(session: Session, project_ids: Iterable[int]) -> dict[int, list[int]]:
    """Units with a share in each project, as far as it was not reversed."""
    units: dict[int, list[int]] = defaultdict(list)
    shares = known_project_facts(Credit).where(Credit.project_id.in_(project_ids)).order_by(Credit.unit_id)
    for row in session.execute(shares):
        if row.unit_id not in units[row.project_id]:
            units[row.project_id].append(row.unit_id)
    return units
