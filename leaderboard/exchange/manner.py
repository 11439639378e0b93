"""In what manner a workbook is taken in: appended, laid over what is known, or in the place of it.

Facts are added and reversed, never edited or deleted. To overwrite 覆盖 is to reverse the known fact and record the new
one; to clear 清空 is to reverse besides whatever the sheets in the file would have named and do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.exchange.plan import EntryDraft, FactDraft, Plan, TargetDraft
from leaderboard.ledger.bulk_decisions import Decision
from leaderboard.ledger.models import REVERSED

APPEND, OVERWRITE, CLEAR = MANNERS = ("append", "overwrite", "clear")


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a plan is carried out."""

    facts: list[FactDraft]
    decisions: list[Decision]
    entries: list[EntryDraft]
    targets: list[TargetDraft]


def taken(plan: Plan, manner: str, reason: str | None = None) -> Taken:
    """What of a plan is carried out in this manner; clearing gives every reversal its reason."""
    if manner == APPEND:
        return Taken(
            [fact for fact in plan.facts if not fact.is_change],
            [],
            [entry for entry in plan.entries if not entry.is_change],
            [target for target in plan.targets if not target.is_change],
        )
    cleared = plan.cleared if manner == CLEAR else []
    reversals = [Decision(c.table, c.holder_id, c.fact_id, REVERSED, reason) for c in cleared]
    return Taken(plan.facts, [*plan.decisions, *reversals], plan.entries, plan.targets)
