"""The policy, written out in full."""

from __future__ import annotations

import pytest

from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, ROLES, VIEWER, Account
from leaderboard.accounts.permissions import POLICY, Action, can

OWN, OTHER = 7, 8
EXPECTED = {
    Action.READ_CONSOLE: {ADMINISTRATOR, VIEWER},
    Action.READ_UNIT: {ADMINISTRATOR, VIEWER, REPORTER},
    Action.REPORT_FACTS: {ADMINISTRATOR, REPORTER},
    Action.VERIFY_FACTS: {ADMINISTRATOR},
    Action.IMPORT_WORKBOOK: {ADMINISTRATOR},
    Action.EXPORT_WORKBOOK: {ADMINISTRATOR, VIEWER},
    Action.PLAN_SEASON: {ADMINISTRATOR},
    Action.DRAFT_SCHEME: {ADMINISTRATOR},
    Action.APPROVE_SCHEME: {ADMINISTRATOR},
    Action.PUBLISH_EDITION: {ADMINISTRATOR},
    Action.FILE_OBJECTION: {ADMINISTRATOR, REPORTER},
    Action.ANSWER_OBJECTION: {ADMINISTRATOR},
    Action.PLAN_TIMETABLE: {ADMINISTRATOR},
    Action.MANAGE_SCREENS: {ADMINISTRATOR},
    Action.MANAGE_ACCOUNTS: {ADMINISTRATOR},
    Action.READ_AUDIT: {ADMINISTRATOR, VIEWER},
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
