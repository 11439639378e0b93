"""A scheme that comes with a workbook: in force where a season is opened, submitted everywhere else."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.exchange.problems import Counts
from leaderboard.ledger.read import FOREVER
from leaderboard.seasons.approval import approve_scheme, awaiting_approval
from leaderboard.seasons.models import SUBMITTED, SchemeVersion
from leaderboard.seasons.read import (
    scheme_in_force,
)
from leaderboard.seasons.schemes import discard_scheme, draft_scheme
from tests.exchange.books import (
    SCHEME,
    full_book,
    refused,
    take_in,
)
from tests.exchange.imported import season_of
from tests.factories import FOUR_RATES


def test_a_changed_scheme_waits_for_a_second_person(session: Session) -> None:
    """Told before it is done; the scheme in force stays, and a second change finds the first one waiting."""
    take_in(session, full_book())
    other = SCHEME | {"name": "另一个方案"}
    report = take_in(session, full_book(scheme=other), reason="下半年加重到位资金")
    assert ["由另一位管理员批准后才生效" in str(warning) for warning in report.warnings] == [True]
    assert report.summary is not None
    assert report.summary.sheets["考核方案"] == Counts(new=1)
    ((_season, version, submission),) = awaiting_approval(session)
    assert (version.version_no, version.state, submission.submitted_by) == (2, SUBMITTED, "clerk")
    assert (submission.reason, report.notes) == ("下半年加重到位资金", ())
    assert "另一个方案" in version.document
    in_force = scheme_in_force(session, season_of(session).id, date(2026, 12, 31), FOREVER)
    assert in_force is not None
    assert in_force.version_no == 1
    assert refused(session, full_book(scheme=SCHEME | {"name": "第三个方案"})) == [
        "考核方案: 赛季已有未生效的方案草稿, 请先在控制台使它生效或作废"
    ]


def test_whoever_opens_a_season_by_a_workbook_does_not_put_its_scheme_in_force_alone(
    session: Session,
) -> None:
    report = take_in(session, full_book(), reason="年初领导小组会议", founds=False)
    assert report.notes == (
        "本次导入新开赛季: 文件所带的考核方案已提交审批, 由另一位管理员批准后自赛季第一天 2026-01-01 起生效",
    )
    ((season, version, submission),) = awaiting_approval(session)
    assert (submission.reason, submission.effective_on) == ("年初领导小组会议", date(2026, 1, 1))
    assert scheme_in_force(session, season.id, date(2026, 12, 31), FOREVER) is None
    again = take_in(session, full_book(), reason=None, founds=False).summary
    assert again is not None
    assert again.sheets["考核方案"] == Counts(unchanged=1)
    approve_scheme(session, "second", version, today=date(2026, 3, 1))
    assert scheme_in_force(session, season.id, date(2026, 1, 1), FOREVER) == version


def test_a_demonstration_brings_its_scheme_in_force_at_once(session: Session) -> None:
    report = take_in(session, full_book(), reason="演示", founds=True)
    assert report.notes == ("本次导入新开赛季: 文件所带的考核方案自赛季第一天 2026-01-01 起直接生效",)
    in_force = scheme_in_force(session, season_of(session).id, date(2026, 1, 1), FOREVER)
    assert in_force is not None
    assert (in_force.reason, awaiting_approval(session)) == ("演示", [])


def test_a_season_that_exists_without_a_scheme_is_not_given_one_by_one_person(session: Session) -> None:
    """It used to be founded at once, with a fixed reason and no word."""
    take_in(session, full_book(scheme=None, 目标=[], 加减分=[]))
    report = take_in(session, full_book(), reason="年初方案")
    assert ["赛季已开设而还没有生效的考核方案" in str(warning) for warning in report.warnings] == [True]
    ((_season, version, submission),) = awaiting_approval(session)
    assert (version.version_no, version.state) == (1, SUBMITTED)
    assert (submission.reason, submission.effective_on) == ("年初方案", date(2026, 1, 1))
    assert scheme_in_force(session, season_of(session).id, date(2026, 12, 31), FOREVER) is None


def test_a_workbook_with_a_scheme_says_why(session: Session) -> None:
    told = ["文件带有考核方案, 导入须写明理由"]
    assert refused(session, full_book(), reason=" ") == told
    take_in(session, full_book())
    assert refused(session, full_book(scheme=SCHEME | {"name": "另一个"}), reason=None) == told
    take_in(session, full_book(), reason=None)


def test_a_draft_is_not_put_in_force_by_an_import(session: Session) -> None:
    take_in(session, full_book(scheme=None, 目标=[], 加减分=[]))
    draft = draft_scheme(session, "author", season_of(session), FOUR_RATES)
    assert refused(session, full_book(加减分=[])) == [
        "考核方案: 赛季已有未生效的方案草稿, 请先在控制台使它生效或作废"
    ]
    discard_scheme(session, "author", draft)
    take_in(session, full_book())
    assert session.scalar(select(func.count()).select_from(SchemeVersion)) == 2
