"""Who may do what: one table, read by every door and written out in full by the tests."""

from __future__ import annotations

from enum import StrEnum

from leaderboard.accounts.models import (
    ADMINISTRATOR,
    AUDITOR,
    REPORTER,
    SYSTEM,
    VERIFIER,
    VIEWER,
    Account,
)


class Action(StrEnum):
    """Everything that needs a permission."""

    READ_CONSOLE = "console.read"
    READ_UNIT = "unit.read"
    REPORT_FACTS = "facts.report"
    VERIFY_FACTS = "facts.verify"
    IMPORT_WORKBOOK = "workbook.import"
    EXPORT_WORKBOOK = "workbook.export"
    PLAN_SEASON = "season.plan"
    DRAFT_SCHEME = "scheme.draft"
    APPROVE_SCHEME = "scheme.approve"
    PUBLISH_EDITION = "edition.publish"
    FILE_OBJECTION = "objection.file"
    ANSWER_OBJECTION = "objection.answer"
    PLAN_TIMETABLE = "timetable.plan"
    MANAGE_SCREENS = "screens.manage"
    MANAGE_ACCOUNTS = "accounts.manage"
    READ_AUDIT = "audit.read"


class Reach(StrEnum):
    """How far a permission goes."""

    EVERYWHERE = "everywhere"
    OWN_UNIT = "own unit"


READING = (Action.READ_CONSOLE, Action.READ_UNIT, Action.EXPORT_WORKBOOK)
NOT_OF_THE_RACE = frozenset({Action.MANAGE_ACCOUNTS, Action.READ_AUDIT})
"""What those who run the race must not do: make their own accomplices, or watch over themselves."""

POLICY: dict[str, dict[Action, Reach]] = {
    SYSTEM: {Action.MANAGE_ACCOUNTS: Reach.EVERYWHERE},
    ADMINISTRATOR: dict.fromkeys((a for a in Action if a not in NOT_OF_THE_RACE), Reach.EVERYWHERE),
    AUDITOR: dict.fromkeys((*READING, Action.READ_AUDIT), Reach.EVERYWHERE),
    VERIFIER: dict.fromkeys((*READING, Action.VERIFY_FACTS), Reach.EVERYWHERE),
    VIEWER: dict.fromkeys(READING, Reach.EVERYWHERE),
    REPORTER: {
        Action.READ_UNIT: Reach.OWN_UNIT,
        Action.REPORT_FACTS: Reach.OWN_UNIT,
        Action.FILE_OBJECTION: Reach.OWN_UNIT,
    },
}
"""Role -> what it may do and how far; what is not written here is refused."""


def can(account: Account, action: Action, unit_id: int | None = None) -> bool:
    """Whether the account may do this, to this unit where one is concerned.

    A permission that reaches the account's own unit holds only where that very unit is named.
    """
    reach = POLICY.get(account.role, {}).get(action)
    if not account.is_active or reach is None:
        return False
    if reach is Reach.EVERYWHERE:
        return True
    return unit_id is not None and unit_id == account.unit_id
