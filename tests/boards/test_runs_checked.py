"""Runs held against their timetables and the trail: one that is gone, and one whose asker was wiped out, are found."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.boards import clock, due
from leaderboard.boards.check_runs import check_runs
from leaderboard.boards.countersign import want_two
from leaderboard.boards.models import DueRun
from tests.boards.test_clock import aired, at
from tests.factories import Race, start_race


@pytest.fixture
def race(session: Session) -> Race:
    return start_race(session)


def test_a_run_that_is_gone_is_found_wherever_the_clock_does_not_make_up_for_it(
    race: Race, monkeypatch: pytest.MonkeyPatch
):
    """Of 9 minutes the oldest three have no row of their own, the next says so; the newest is made again by the clock."""
    monkeypatch.setattr(due, "MOST_ROWS", 6)
    timetable = aired(race, "2026-11-22T10:01", "latest", kind="minutes", every=1)
    due.materialise(race.session, at("2026-11-22T10:09"))
    lost = {}
    for minute in range(4, 10):
        with race.session.begin_nested() as again:
            race.session.execute(delete(DueRun).where(DueRun.due_at == at(f"2026-11-22T10:0{minute}")))
            lost[minute] = list(check_runs(race.session))
            again.rollback()
    assert list(check_runs(race.session)) == []
    assert lost[5] == [f"时间表 {timetable.id} 缺 2026-11-22T10:05:00+08:00 的发布记录"]
    assert [len(said) for said in lost.values()] == [4, 1, 1, 1, 1, 0]


def test_whoever_brought_a_run_back_cannot_be_wiped_out(race: Race):
    """Where two persons are wanted, nobody's run would be published without the second."""
    aired(race, "2026-11-20T00:00", "ask")
    due.materialise(race.session, at("2026-11-22T09:30"))
    want_two(race.session, "li", race.season, reason="重要")
    skipped = race.session.scalars(select(DueRun).order_by(DueRun.due_at)).first()
    assert skipped is not None
    clock.bring_back(race.session, "zhang", skipped)
    assert list(check_runs(race.session)) == []
    for name in (None, "wang"):
        skipped.requested_by = name
        race.session.flush()
        assert list(check_runs(race.session)) == [f"发布记录 {skipped.id} 的提出人与审计记录不符"]
