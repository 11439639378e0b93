"""The clock's rows: what becomes due, what is skipped, who holds a run, and who was too late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.boards import clock, due
from leaderboard.boards.models import DueRun
from leaderboard.instant import from_local
from leaderboard.seasons.models import Timetable
from leaderboard.seasons.timetable import add_timetable, pause_timetable, resume_timetable, skip_instant
from tests.factories import Race, start_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # a lease is held by one

ZONE = "Asia/Shanghai"
DAILY = {"kind": "daily", "time": "09:00"}
MINUTE = 60_000
LEASE = 30_000


def at(text: str) -> int:
    return from_local(datetime.fromisoformat(text), ZONE)


def aired(race: Race, starts: str, catch_up: str = "latest", **rule: Any) -> Timetable:
    return add_timetable(
        race.session,
        "tester",
        race.season,
        name="通报",
        rule=rule or DAILY,
        zone=ZONE,
        catch_up=catch_up,
        starts_at=at(starts),
    )


def states(session: Session) -> list[tuple[int, str]]:
    session.expire_all()
    return [(run.due_at, run.state) for run in session.scalars(select(DueRun).order_by(DueRun.due_at))]


@pytest.fixture
def race(session: Session) -> Race:
    return start_race(session)


@pytest.fixture
def run(race: Race) -> DueRun:
    """A run asked for by hand at noon."""
    return clock.request_run(race.session, race.season, "key", "tester", at("2026-11-22T12:00"))


def test_an_instant_is_due_when_it_comes_and_only_once(race: Race):
    aired(race, "2026-11-22T00:00")
    nine = at("2026-11-22T09:00")
    assert not due.anything_due(race.session, nine - 1)
    assert due.materialise(race.session, nine - 1) == 0
    assert due.anything_due(race.session, nine)
    assert due.materialise(race.session, nine) == 1
    assert due.materialise(race.session, nine + MINUTE) == 0
    assert states(race.session) == [(nine, "due")]


def test_a_timetable_begins_with_its_start_and_not_before(race: Race):
    aired(race, "2026-11-22T09:00")
    aired(race, "2026-11-22T09:01", kind="weekly", days=["sun"], time="09:00")
    assert due.materialise(race.session, at("2026-11-22T10:00")) == 1


def test_latest_only_skips_what_was_missed_and_says_so(race: Race):
    aired(race, "2026-11-20T00:00", "latest")
    assert due.materialise(race.session, at("2026-11-22T09:30")) == 1
    days = ["2026-11-20T09:00", "2026-11-21T09:00", "2026-11-22T09:00"]
    assert states(race.session) == [
        (at(d), s) for d, s in zip(days, ["skipped", "skipped", "due"], strict=True)
    ]
    skipped = race.session.scalars(select(DueRun).where(DueRun.state == "skipped")).all()
    assert {run.message for run in skipped} == {due.REPLACED}


def test_latest_only_also_replaces_what_nobody_had_begun(race: Race):
    aired(race, "2026-11-21T00:00", "latest")
    due.materialise(race.session, at("2026-11-21T09:00"))
    due.materialise(race.session, at("2026-11-22T09:00"))
    assert [state for _, state in states(race.session)] == ["skipped", "due"]


def test_all_makes_every_missed_instant_due(race: Race):
    aired(race, "2026-11-20T00:00", "all")
    assert due.materialise(race.session, at("2026-11-22T09:30")) == 3
    assert {state for _, state in states(race.session)} == {"due"}


def test_ask_runs_what_is_punctual_and_asks_about_the_rest(race: Race):
    aired(race, "2026-11-20T00:00", "ask")
    assert due.materialise(race.session, at("2026-11-21T09:05")) == 1
    assert [state for _, state in states(race.session)] == ["skipped", "due"]
    assert due.materialise(race.session, at("2026-11-22T09:05:01")) == 0
    assert [state for _, state in states(race.session)] == ["skipped", "due", "skipped"]
    asked = race.session.scalars(select(DueRun).where(DueRun.state == "skipped")).first()
    assert asked is not None
    clock.bring_back(race.session, "tester", asked)
    assert [state for _, state in states(race.session)] == ["due", "due", "skipped"]


def test_what_a_database_refuses_is_kept_without_its_statement():
    refused = IntegrityError(
        "INSERT INTO edition VALUES (?)", ("a secret",), Exception("no room\nDETAIL: more")
    )
    assert clock.what_broke(refused) == "发布时出错: IntegrityError no room"
    assert clock.what_broke(ValueError("方案有误")) == "发布时出错: 方案有误"
    assert clock.what_broke(KeyError("x")) == "发布时出错: KeyError 'x'"


def test_a_year_of_missed_minutes_fills_no_transaction(race: Race, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(due, "MOST_ROWS", 3)
    aired(race, "2026-11-22T10:01", "latest", kind="minutes", every=1)
    due.materialise(race.session, at("2026-11-22T10:10"))
    assert len(states(race.session)) == 3
    oldest = race.session.scalars(select(DueRun).order_by(DueRun.due_at)).first()
    # Ten minutes were missed, three have rows, so seven are older still.
    assert oldest is not None
    assert oldest.message == due.REPLACED_MANY.format(number=7)


def test_many_missed_instants_of_all_come_in_portions(race: Race, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(due, "MOST_ROWS", 4)
    aired(race, "2026-11-22T10:01", "all", kind="minutes", every=1)
    noon = at("2026-11-22T10:10")
    assert [due.materialise(race.session, noon) for _ in range(4)] == [4, 4, 2, 0]


@pytest.mark.parametrize("catch_up", ["latest", "all", "ask"])
def test_what_was_called_off_beforehand_is_skipped_by_any_policy(race: Race, catch_up: str):
    timetable = aired(race, "2026-11-21T00:00", catch_up)
    days = [at(f"2026-11-{day}T09:00") for day in (21, 22, 23)]
    skip_instant(race.session, "li", timetable, days[1], reason="县里开会", at=days[0])
    assert due.materialise(race.session, days[0]) == 1
    assert clock.next_due(race.session, race.season.id, days[0]) == days[2]
    assert due.materialise(race.session, days[1]) == 0
    assert states(race.session) == [(days[0], "due"), (days[1], "skipped")]
    assert due.materialise(race.session, days[2]) == 1
    called_off = race.session.scalars(select(DueRun).where(DueRun.due_at == days[1])).one()
    assert called_off.message == due.CALLED_OFF.format(reason="县里开会")


def test_latest_only_takes_the_latest_that_was_not_called_off(race: Race):
    timetable = aired(race, "2026-11-20T00:00", "latest")
    days = [at(f"2026-11-{day}T09:00") for day in (20, 21, 22)]
    skip_instant(race.session, "li", timetable, days[2], reason="县里开会", at=days[0])
    assert due.materialise(race.session, days[2]) == 1
    assert [state for _, state in states(race.session)] == ["skipped", "due", "skipped"]


def test_a_pause_is_not_made_up_for(race: Race):
    timetable = aired(race, "2026-11-20T00:00", "all")
    pause_timetable(race.session, "tester", timetable)
    assert due.materialise(race.session, at("2026-11-21T10:00")) == 0
    resume_timetable(race.session, "tester", timetable, at("2026-11-21T10:00"))
    assert due.materialise(race.session, at("2026-11-22T09:00")) == 1


def test_the_same_key_asks_for_the_same_run(race: Race, run: DueRun):
    again = clock.request_run(race.session, race.season, "key", "tester", at("2026-11-22T13:00"))
    assert again.id == run.id
    other = clock.request_run(race.session, race.season, "x" * 500, "tester", at("2026-11-22T13:00"))
    assert other.id != run.id


def test_a_request_comes_after_what_is_already_due(race: Race):
    aired(race, "2026-11-22T00:00")
    asked = clock.request_run(race.session, race.season, "key", "tester", at("2026-11-22T09:00"))
    [head] = clock.claimable(race.session, at("2026-11-22T09:00"))
    assert head.timetable_id is not None
    assert asked.due_at == head.due_at + 1
    assert clock.head_before(race.session, asked) is head


def test_seasons_do_not_wait_for_each_other(session: Session):
    one, two = start_race(session, "one"), start_race(session, "two")
    noon = at("2026-11-22T12:00")
    first = clock.request_run(session, one.season, "a", "tester", noon)
    second = clock.request_run(session, one.season, "b", "tester", noon)
    third = clock.request_run(session, two.season, "c", "tester", noon)
    assert {run.id for run in clock.claimable(session, noon)} == {first.id, third.id}
    assert clock.claim(session, first.id, 0, "node", noon, LEASE)
    session.expire_all()
    assert {run.id for run in clock.claimable(session, noon)} == {third.id}
    assert clock.finish(session, first.id, 1, noon)
    session.expire_all()
    assert {run.id for run in clock.claimable(session, noon)} == {second.id, third.id}


def test_only_one_node_gets_a_run(race: Race, run: DueRun):
    noon = at("2026-11-22T12:00")
    assert clock.claim(race.session, run.id, 0, "first", noon, LEASE)
    assert not clock.claim(race.session, run.id, 0, "second", noon, LEASE)
    # Even one that has seen the new epoch waits until the lease is over.
    assert not clock.claim(race.session, run.id, 1, "second", noon + LEASE, LEASE)
    assert clock.claim(race.session, run.id, 1, "second", noon + LEASE + 1, LEASE)


def test_a_node_that_was_overtaken_can_do_nothing_more(race: Race, run: DueRun):
    noon = at("2026-11-22T12:00")
    clock.claim(race.session, run.id, 0, "slow", noon, LEASE)
    clock.claim(race.session, run.id, 1, "quick", noon + LEASE + 1, LEASE)
    late = noon + LEASE + 2
    assert not clock.renew(race.session, run.id, 1, late, LEASE)
    assert not clock.finish(race.session, run.id, 1, late)
    assert clock.fail(race.session, run.id, 1, late, "不成", 3) is None
    assert not clock.skip(race.session, run.id, 1, late, "不要")
    assert not clock.release(race.session, run.id, 1)
    assert clock.finish(race.session, run.id, 2, late)


def test_a_renewed_lease_keeps_others_out(race: Race, run: DueRun):
    noon = at("2026-11-22T12:00")
    clock.claim(race.session, run.id, 0, "first", noon, LEASE)
    assert clock.renew(race.session, run.id, 1, noon + LEASE, LEASE)
    assert not clock.claim(race.session, run.id, 1, "second", noon + LEASE + 1, LEASE)


def test_a_run_fails_for_good_after_its_tries(race: Race, run: DueRun):
    noon = at("2026-11-22T12:00")
    for epoch, expected in enumerate(["due", "due", "failed"]):
        assert clock.claim(race.session, run.id, epoch, "node", noon, LEASE)
        assert clock.fail(race.session, run.id, epoch + 1, noon, f"第 {epoch} 次", 3) == expected
    race.session.expire_all()
    assert (run.state, run.attempt, run.message, run.finished_at) == ("failed", 3, "第 2 次", noon)
    assert clock.claimable(race.session, noon) == []


def test_what_is_done_or_waiting_is_not_brought_back(race: Race, run: DueRun):
    with pytest.raises(clock.RunRefused, match="只有"):
        clock.bring_back(race.session, "tester", run)


def test_the_day_facts_count_to_is_the_rules_and_never_after_the_season(race: Race):
    aired(race, "2026-11-22T00:00", kind="daily", time="09:00", cut_off="previous_day")
    asked = clock.request_run(race.session, race.season, "key", "tester", at("2026-11-22T10:00"))
    timed = clock.head_before(race.session, asked)
    assert timed is not None
    assert due.cut_off(race.session, timed, race.season, ZONE) == date(2026, 11, 21)
    assert due.cut_off(race.session, asked, race.season, ZONE) == date(2026, 11, 22)
    asked.due_at = at("2027-02-01T09:00")
    assert due.cut_off(race.session, asked, race.season, ZONE) == date(2026, 12, 31)


def test_the_next_instant_is_the_nearest_of_all_timetables(race: Race):
    aired(race, "2026-11-01T00:00")
    aired(race, "2026-11-01T00:00", kind="once", at="2026-11-22T15:00")
    aired(race, "2026-12-01T00:00", kind="minutes", every=1)
    stopped = aired(race, "2026-11-01T00:00", kind="minutes", every=2)
    pause_timetable(race.session, "tester", stopped)
    noon = at("2026-11-22T12:00")
    assert clock.next_due(race.session, race.season.id, noon) == at("2026-11-22T15:00")
    assert clock.next_due(race.session, None, at("2026-11-22T15:00")) == at("2026-11-23T09:00")
    assert clock.next_due(race.session, race.season.id + 1, noon) is None


def test_entry_closes_when_the_rule_says_and_with_publication_otherwise(race: Race, run: DueRun):
    aired(race, "2026-11-22T13:00", kind="daily", time="14:00", cut_off={"days_before": 1, "time": "18:00"})
    due.materialise(race.session, at("2026-11-22T14:00"))
    aired_run = race.session.scalars(select(DueRun).where(DueRun.timetable_id.is_not(None))).one()
    assert due.entry_closed(race.session, aired_run) == at("2026-11-21T18:00")
    assert due.cut_off(race.session, aired_run, race.season, ZONE) == date(2026, 11, 21)
    assert due.entry_closed(race.session, run) == run.due_at
