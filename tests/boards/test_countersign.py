"""The rule of two persons: whoever composes, withdraws or reveals does not publish it alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.models import ADMINISTRATOR, Account
from leaderboard.boards.check_rows import check_rows
from leaderboard.boards.clock import bring_back
from leaderboard.boards.correct import withdraw
from leaderboard.boards.countersign import (
    AGREED,
    ALONE,
    HIDE,
    REFUSED,
    SHOW,
    TAKEN_BACK,
    WITHDRAW,
    agree,
    ask,
    open_countersigns,
    refuse,
    want_two,
)
from leaderboard.boards.drafts import DraftRefused, is_held, make_draft, open_window
from leaderboard.boards.models import DONE, SKIPPED, WITHDRAWN, Draft, DueRun
from leaderboard.boards.publish import Due
from leaderboard.boards.release import mark_held, prepare, release
from leaderboard.instant import now
from leaderboard.objections.answer import uphold
from leaderboard.objections.file import file_objection
from leaderboard.seasons.copying import copy_season
from leaderboard.seasons.holding import freeze_season
from leaderboard.seasons.plan import PlanError, show_season
from leaderboard.seasons.timetable import (
    add_timetable,
    change_timetable,
    course_of,
    resume_timetable,
    skip_instant,
    unskip_instant,
)
from tests.boards.lives import reverse_starts
from tests.factories import AS_OF, OFFICE, Race, small_race

DAILY = {"kind": "daily", "time": "09:00"}
WEEKLY = {"kind": "weekly", "days": ["fri"], "time": "09:00"}


@pytest.fixture
def race(session: Session) -> Race:
    """A season that wants two persons."""
    race = small_race(session)
    for name in ("zhao", "qian", "sun"):
        session.add(
            Account(
                name=name, display_name=f"{name}同志", role=ADMINISTRATOR, password_hash="-", created_at=now()
            )
        )
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
    assert [flaw for flaw in check_rows(session) if "account" not in flaw] == []


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
    assert [flaw for flaw in check_rows(session) if "account" not in flaw] == []


@pytest.mark.engines("sqlite", "postgresql")
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


def test_a_shell_counts_as_nobody(session: Session, race: Race) -> None:
    """Whoever sits at the console may sit at the command line too."""
    with pytest.raises(DraftRefused, match="用账号在控制台"):
        composed_by(race, "命令行 root")
    draft = composed_by(race, "zhao")
    with pytest.raises(DraftRefused, match="用账号在控制台"):
        release_by(race, draft, "命令行 root")
    table = add_timetable(session, "命令行 root", race.season, name="日榜", rule=DAILY, zone=OFFICE.zone)
    with pytest.raises(PlanError, match="两个账号"):
        resume_timetable(session, "qian", table)


def test_what_another_called_off_is_brought_back_by_two(session: Session, race: Race) -> None:
    run = DueRun(season_id=race.season.id, due_at=now(), state=SKIPPED, once_key="t/1")
    session.add(run)
    session.flush()
    bring_back(session, "zhao", run)
    assert is_held(race.season, run.requested_by)


def test_only_who_skipped_an_instant_puts_it_back(session: Session, race: Race) -> None:
    table = add_timetable(session, "zhao", race.season, name="日榜", rule=DAILY, zone=OFFICE.zone)
    resume_timetable(session, "qian", table)
    due_at = course_of(session, table).first_after(now())
    assert due_at is not None
    skip_instant(session, "qian", table, due_at, reason="数据有误", at=now())
    with pytest.raises(PlanError, match="由他人跳过"):
        unskip_instant(session, "zhao", table, due_at, at=now())
    unskip_instant(session, "qian", table, due_at, at=now())


def test_a_reveal_lets_go_only_what_was_there_when_it_was_asked_for(session: Session, race: Race) -> None:
    before, after = composed_by(race, "zhao"), composed_by(race, "qian")
    clocks = composed_by(race, "clock")
    for number, draft in enumerate((before, after, clocks)):
        run = DueRun(season_id=race.season.id, due_at=now(), state=DONE, once_key=f"t/{number}")
        session.add(run)
        session.flush()
        draft.run_id = run.id
    before.composed_at, after.composed_at, clocks.composed_at = 1_000, 3_000, 3_000
    session.flush()
    let_go = mark_held(session, "qian", race.season, newest_only=False, at=now(), asked_at=2_000)
    assert {draft.id for draft in let_go} == {before.id, clocks.id}
    assert after.state == "draft"


def test_a_season_is_shown_and_hidden_by_two(session: Session, race: Race) -> None:
    with pytest.raises(PlanError, match="另一位管理员会签"):
        show_season(session, "zhao", race.season, is_public=False, reason="整理")
    agree(session, "qian", ask(session, "zhao", race.season, HIDE, reason="整理"))
    assert not race.season.is_public
    agree(session, "zhao", ask(session, "qian", race.season, SHOW, reason="整理完毕"))
    assert race.season.is_public


def test_a_frozen_board_is_opened_to_nobody(session: Session, race: Race) -> None:
    draft = composed_by(race, "zhao")
    freeze_season(session, "zhao", race.season, reason="年终会议")
    with pytest.raises(DraftRefused, match="封榜"):
        open_window(session, "qian", draft, days=3, contact="0571", zone=OFFICE.zone)


def test_who_upholds_an_objection_does_not_open_the_board_it_leads_to(session: Session, race: Race) -> None:
    draft = open_window(session, "qian", composed_by(race, "zhao"), days=3, contact="0571", zone=OFFICE.zone)
    unit = race.units["qingshi"]
    filed = file_objection(session, "qs", draft, unit, about=unit, indicator=None, text="多计一个开工")
    reverse_starts(race)
    revised = uphold(session, "zhao", filed, OFFICE, answer="属实")
    assert revised is not None
    assert (revised.state, revised.composed_by) == ("draft", "zhao")
    with pytest.raises(DraftRefused, match="另一位管理员"):
        open_window(session, "zhao", revised, days=3, contact="0571", zone=OFFICE.zone)
    assert open_window(session, "qian", revised, days=3, contact="0571", zone=OFFICE.zone).state == "window"


def test_a_copied_season_keeps_the_rule_and_says_so(session: Session, race: Race) -> None:
    copied = copy_season(
        session,
        "zhao",
        race.season,
        slug="next",
        title="下一赛季",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
    )
    assert copied.season.two_persons
    assert [flaw for flaw in check_rows(session) if "两人" in flaw] == []


def test_a_command_that_only_checks_knows_every_table() -> None:
    """In a process of its own, which has loaded nothing else."""
    asked = (
        "from leaderboard.boards import check_rows; from leaderboard.accounts.marks import MARKED;"
        "from leaderboard.db import Base; print(set(MARKED) - set(Base.metadata.tables))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
