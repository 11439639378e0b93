"""The rule of two persons: whoever composes, withdraws or reveals does not publish it alone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.check_rows import check_rows
from leaderboard.boards.correct import withdraw
from leaderboard.boards.countersign import (
    AGREED,
    ALONE,
    REFUSED,
    TAKEN_BACK,
    WITHDRAW,
    agree,
    ask,
    open_countersigns,
    refuse,
    want_two,
)
from leaderboard.boards.drafts import DraftRefused, is_held, make_draft, open_window
from leaderboard.boards.models import WITHDRAWN, Draft
from leaderboard.boards.publish import Due
from leaderboard.boards.release import prepare, release
from leaderboard.instant import now
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.timetable import add_timetable, change_timetable, resume_timetable
from tests.factories import AS_OF, OFFICE, Race, small_race

DAILY = {"kind": "daily", "time": "09:00"}
WEEKLY = {"kind": "weekly", "days": ["fri"], "time": "09:00"}


@pytest.fixture
def race(session: Session) -> Race:
    """A season that wants two persons."""
    race = small_race(session)
    want_two(session, "zhao", race.season, reason="领导小组要求")
    return race


def composed_by(race: Race, actor: str) -> Draft:
    return make_draft(race.session, actor, race.season, OFFICE, Due(AS_OF, now(), now()))


def release_by(race: Race, draft: Draft, actor: str) -> int:
    return release(
        race.session, draft, prepare(race.session, draft, OFFICE, now()), actor, OFFICE, now()
    ).number


def test_who_composed_a_draft_neither_opens_nor_publishes_it(session: Session, race: Race) -> None:
    draft = composed_by(race, "zhao")
    with pytest.raises(DraftRefused, match="另一位管理员"):
        open_window(session, "zhao", draft, days=3, contact="0571", zone=OFFICE.zone)
    with pytest.raises(DraftRefused, match="另一位管理员"):
        release_by(race, draft, "zhao")


def test_another_publishes_it(race: Race) -> None:
    assert release_by(race, composed_by(race, "zhao"), "qian") == 1


def test_another_opens_it_and_the_clock_publishes_it(session: Session, race: Race) -> None:
    draft = composed_by(race, "zhao")
    open_window(session, "qian", draft, days=1, contact="0571", zone=OFFICE.zone)
    assert draft.closes_at is not None
    later = draft.closes_at + 1
    assert release(
        session, draft, prepare(session, draft, OFFICE, later), "clock", OFFICE, later
    ).number == 1  # fmt: skip


def test_a_board_asked_for_is_held_and_one_that_falls_due_is_not(race: Race) -> None:
    assert is_held(race.season, "zhao")
    assert not is_held(race.season, None)


def test_a_season_without_the_rule_lets_one_person_do_it(session: Session) -> None:
    race = small_race(session, "other")
    assert not is_held(race.season, "zhao")
    assert release_by(race, composed_by(race, "zhao"), "zhao") == 1


def test_an_edition_is_withdrawn_once_another_has_agreed(session: Session, race: Race) -> None:
    edition = race.publish()
    with pytest.raises(DraftRefused, match="另一位管理员会签"):
        withdraw(session, "zhao", edition, reason="口径有误")
    asked = ask(session, "zhao", race.season, WITHDRAW, reason="口径有误", edition=edition)
    with pytest.raises(DraftRefused, match="已有人提出"):
        ask(session, "qian", race.season, WITHDRAW, reason="再提", edition=edition)
    with pytest.raises(DraftRefused, match="不能会签自己"):
        agree(session, "zhao", asked)
    with pytest.raises(DraftRefused, match="另一位管理员会签"):
        withdraw(session, "zhao", edition, reason="口径有误", agreed=asked)
    agreed = agree(session, "qian", asked)
    with pytest.raises(DraftRefused, match="另一位管理员会签"):
        withdraw(session, "zhao", edition, reason="口径有误", agreed=agreed)
    withdraw(session, "qian", edition, reason=agreed.reason, agreed=agreed)
    assert edition.state == WITHDRAWN
    assert (agreed.outcome, agreed.asked_by, agreed.settled_by) == (AGREED, "zhao", "qian")
    assert list(check_rows(session)) == []


def test_what_was_settled_is_settled(session: Session, race: Race) -> None:
    edition = race.publish()
    asked = ask(session, "zhao", race.season, WITHDRAW, reason="口径有误", edition=edition)
    with pytest.raises(DraftRefused, match="写明理由"):
        refuse(session, "qian", asked, answer=" ")
    refuse(session, "qian", asked, answer="没有错")
    assert (asked.outcome, asked.answer) == (REFUSED, "没有错")
    with pytest.raises(DraftRefused, match="已有结果"):
        agree(session, "sun", asked)
    again = ask(session, "zhao", race.season, WITHDRAW, reason="口径有误", edition=edition)
    refuse(session, "zhao", again, answer="")
    assert again.outcome == TAKEN_BACK
    assert open_countersigns(session, race.season.id) == []
    assert list(check_rows(session)) == []


def test_the_rule_ends_only_when_two_want_it(session: Session, race: Race) -> None:
    with pytest.raises(DraftRefused, match="已须两人"):
        want_two(session, "qian", race.season, reason="再设")
    with pytest.raises(DraftRefused, match="理由"):
        ask(session, "zhao", race.season, ALONE, reason="")
    asked = ask(session, "zhao", race.season, ALONE, reason="人手不足")
    assert race.season.two_persons
    agree(session, "qian", asked)
    assert not race.season.two_persons
    assert release_by(race, composed_by(race, "zhao"), "zhao") == 1


def test_a_timetable_runs_once_another_has_let_it(session: Session, race: Race) -> None:
    table = add_timetable(session, "zhao", race.season, name="日榜", rule=DAILY, zone=OFFICE.zone)
    assert not table.is_active
    with pytest.raises(PlanError, match="另一位管理员启用"):
        resume_timetable(session, "zhao", table)
    resume_timetable(session, "qian", table)
    assert table.is_active
    change_timetable(session, "qian", table, name="日榜", rule=WEEKLY, catch_up="latest", at=now())
    assert not table.is_active
    with pytest.raises(PlanError, match="另一位管理员启用"):
        resume_timetable(session, "qian", table)
    resume_timetable(session, "zhao", table)
    assert table.is_active
