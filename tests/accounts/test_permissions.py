"""The policy, written out in full."""

from __future__ import annotations

import pytest

from leaderboard.accounts.models import (
    ADMINISTRATOR,
    AUDITOR,
    REPORTER,
    ROLES,
    SYSTEM,
    THREE_POWERS,
    VERIFIER,
    VIEWER,
    Account,
)
from leaderboard.accounts.permissions import POLICY, Action, can

OWN, OTHER = 7, 8
EXPECTED = {
    Action.READ_CONSOLE: {ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER},
    Action.READ_UNIT: {ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER, REPORTER},
    Action.REPORT_FACTS: {ADMINISTRATOR, REPORTER},
    Action.VERIFY_FACTS: {ADMINISTRATOR, VERIFIER},
    Action.IMPORT_WORKBOOK: {ADMINISTRATOR},
    Action.EXPORT_WORKBOOK: {ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER},
    Action.PLAN_SEASON: {ADMINISTRATOR},
    Action.DRAFT_SCHEME: {ADMINISTRATOR},
    Action.APPROVE_SCHEME: {ADMINISTRATOR},
    Action.PUBLISH_EDITION: {ADMINISTRATOR},
    Action.FILE_OBJECTION: {ADMINISTRATOR, REPORTER},
    Action.ANSWER_OBJECTION: {ADMINISTRATOR},
    Action.PLAN_TIMETABLE: {ADMINISTRATOR},
    Action.MANAGE_SCREENS: {ADMINISTRATOR},
    Action.MANAGE_ACCOUNTS: {SYSTEM},
    Action.READ_AUDIT: {AUDITOR},
}


def account(role: str, *, is_active: int = 1) -> Account:
    return Account(name="x", role=role, unit_id=OWN if role == REPORTER else None, is_active=is_active)


def test_the_policy_speaks_of_every_action_and_role():
    assert set(EXPECTED) == set(Action)
    assert set(POLICY) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", list(Action))
def test_who_may_do_what_to_which_unit(role: str, action: Action):
    allowed = role in EXPECTED[action]
    person = account(role)
    assert can(person, action, OWN) is allowed
    assert can(person, action, OTHER) is (allowed and role != REPORTER)
    assert can(person, action) is (allowed and role != REPORTER)


@pytest.mark.parametrize("action", list(Action))
def test_a_closed_account_and_an_unknown_role_may_nothing(action: Action):
    assert not can(account(ADMINISTRATOR, is_active=0), action, OWN)
    assert not can(account("king"), action, OWN)


def test_a_reporter_without_a_unit_reaches_no_unit():
    stray = Account(name="x", role=REPORTER, unit_id=None, is_active=1)
    assert not can(stray, Action.READ_UNIT, None)
    assert not can(stray, Action.READ_UNIT, OWN)


LOOKING = {Action.READ_CONSOLE, Action.READ_UNIT, Action.EXPORT_WORKBOOK}
"""What changes nothing, and belongs to none of the three powers."""


def test_no_role_holds_what_belongs_to_two_of_the_three_powers():
    """三员 (GB/T 22239-2019, 8.1.5): whatever one of them may do besides looking, no other role of the three may."""
    powers = {role: set(POLICY[role]) - LOOKING for role in THREE_POWERS}
    assert powers[SYSTEM] == {Action.MANAGE_ACCOUNTS}
    assert powers[AUDITOR] == {Action.READ_AUDIT}
    assert powers[ADMINISTRATOR] == set(Action) - LOOKING - powers[SYSTEM] - powers[AUDITOR]
    for role in set(ROLES) - set(THREE_POWERS):
        assert not set(POLICY[role]) & (powers[SYSTEM] | powers[AUDITOR]), role


def test_one_account_has_one_role():
    """So that nobody holds two of the three by having two roles; the column holds one word."""
    assert isinstance(account(SYSTEM).role, str)
    assert len(set(ROLES)) == len(ROLES)
