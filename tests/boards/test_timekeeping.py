"""A machine whose clock is wrong publishes nothing: too early would be with facts missing, and nobody could tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard import airing, instant, releasing, turns
from leaderboard.accounts import audit
from leaderboard.airing import Node, State
from leaderboard.boards import clock, correct, drafts, publish, revisions, timekeeping
from leaderboard.boards.models import Draft, DueRun, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Due
from leaderboard.boards.timekeeping import ClockOff, accept_clock, check_clock, clock_offset, clock_trouble
from leaderboard.db import Database
from leaderboard.seasons.holding import freeze_season
from leaderboard.words import ENGLISH, speaking
from tests.boards.lives import drafted, released, reverse_starts
from tests.factories import AS_OF, OFFICE, VERIFIED, race_of, small_race, start_race

NODE = Node("here", OFFICE, 30_000, 3)
Shift = Callable[[int], None]


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Shift:
    """Puts this machine's clock ahead by so many seconds (back where negative), for whoever reads it."""

    def put(seconds: int) -> None:
        def shifted() -> int:
            return instant.now() + seconds * 1000

        for module in (airing, timekeeping, audit, releasing, drafts, correct, revisions):
            monkeypatch.setattr(module, "now", shifted)

    return put


def rows(database: Database, table: type[DueRun | Edition]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_clock_that_is_right_is_trusted(session: Session):
    small_race(session)
    assert abs(clock_offset(session)) < 5_000
    check_clock(session)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize(("seconds", "way"), [(45, "快"), (-45, "慢")])
def test_a_clock_is_compared_with_the_servers_own(session: Session, shift: Shift, seconds: int, way: str):
    shift(seconds)
    assert abs(clock_offset(session) - seconds * 1000) < 5_000
    told = clock_trouble(session) or ""
    assert way in told
    assert "拒绝发布" in told


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("seconds", [20, -20])
def test_half_a_minute_is_forgiven(session: Session, shift: Shift, seconds: int):
    shift(seconds)
    check_clock(session)


def test_a_node_whose_clock_is_slow_publishes_nothing_by_any_door(database: Database, shift: Shift):
    check_nothing_is_published(database, shift, -45)


@pytest.mark.engines("postgresql")
def test_a_node_whose_clock_is_fast_publishes_nothing_by_any_door(database: Database, shift: Shift):
    check_nothing_is_published(database, shift, 45)


def check_nothing_is_published(database: Database, shift: Shift, seconds: int) -> None:
    with database.session() as session:
        season = small_race(session).season
        waiting = clock.request_run(session, season, "before", "li", instant.now()).id
        session.commit()
    shift(seconds)
    outcome = airing.perform(database, waiting, NODE)
    assert outcome.state is State.RETRY
    assert "拒绝发布" in (outcome.message or "")
    with pytest.raises(ClockOff):
        airing.tick(database, NODE)
    with database.session() as session, pytest.raises(ClockOff):
        clock.request_run(session, season, "now", "li", instant.now() + seconds * 1000)
    assert (rows(database, Edition), rows(database, DueRun)) == (0, 1)
    shift(0)
    assert [o.state for o in airing.tick(database, NODE)] == [State.PUBLISHED]


def test_a_node_whose_clock_is_slow_leaves_drafts_and_editions_alone(
    database: Database, shift: Shift
) -> None:
    check_nothing_is_touched(database, shift, -45)


@pytest.mark.engines("postgresql")
def test_a_node_whose_clock_is_fast_leaves_drafts_and_editions_alone(
    database: Database, shift: Shift
) -> None:
    """Days ahead: the window would be over by its clock, and the draft released before anybody could object."""
    check_nothing_is_touched(database, shift, 9 * 86_400)


def check_nothing_is_touched(database: Database, shift: Shift, seconds: int) -> None:
    with database.session() as session:
        race = small_race(session)
        edition, waiting = race.publish(), drafted(race)
        opened = drafts.open_window(session, "li", drafted(race), days=1, contact="招商局", zone=OFFICE.zone)
        reverse_starts(race)
        freeze_season(session, "li", race.season, reason="年终")
        session.commit()
    with database.reading() as session:
        lines = audit.trail_end(session)
    acts: list[Callable[[Session], object]] = [
        lambda session: correct.withdraw(session, "li", session.get_one(Edition, edition.id), reason="有误"),
        lambda session: correct.begin_correction(
            session, "li", session.get_one(Edition, edition.id), OFFICE, note="误报"
        ),
        lambda session: drafts.make_draft(session, "li", race.season, OFFICE, Due(AS_OF, 1, 1)),
        lambda session: drafts.open_window(
            session, "li", session.get_one(Draft, waiting.id), days=3, contact="招商局", zone=OFFICE.zone
        ),
        lambda session: drafts.revise(
            session, "li", session.get_one(Draft, opened.id), OFFICE, reason="补报"
        ),
        lambda session: revisions.extend_window(
            session, "li", session.get_one(Draft, opened.id), days=30, zone=OFFICE.zone
        ),
    ]
    shift(seconds)
    for act in acts:
        with database.session() as session, pytest.raises(ClockOff):
            act(session)
    with pytest.raises(ClockOff):
        releasing.reveal(database, race.season.id, "li", OFFICE, reason="揭榜")
    with pytest.raises(ClockOff):
        releasing.release_draft(database, opened.id, "li", OFFICE)
    releasing.release_due(database, OFFICE, 3)
    with database.reading() as session:
        assert (audit.trail_end(session), session.get_one(Draft, opened.id).reason) == (lines, None)


@pytest.mark.engines("sqlite")
def test_without_a_server_a_clock_that_went_back_is_noticed_and_can_be_accepted(
    session: Session, shift: Shift
):
    """A clock that was ahead by an hour has written into the trail; once it is put right, somebody says so."""
    shift(3600)
    start_race(session)
    check_clock(session)
    shift(0)
    assert "慢 3" in (clock_trouble(session) or "")
    with speaking(ENGLISH):
        assert (clock_trouble(session) or "").startswith("This machine's clock is 3")
    accept_clock(session, "li", "时钟原先快一小时, 已校准")
    check_clock(session)
    shift(-60)
    with pytest.raises(ClockOff):
        check_clock(session)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_node_that_is_behind_dates_nothing_before_the_newest_edition(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until its clock has passed the announcement, and lets others write meanwhile."""
    with database.session() as session:
        edition = small_race(session).publish()
        session.commit()
    clock_there, waited = [edition.published_at - 4_000], []

    def wait(seconds: float) -> None:
        with database.session() as other:
            audit.record_act(other, "li", "test", "meanwhile")
            other.commit()
        waited.append(seconds)
        clock_there[0] = edition.published_at + 1

    monkeypatch.setattr(timekeeping, "now", lambda: clock_there[0])
    monkeypatch.setattr(turns.time, "sleep", wait)
    with database.writers() as session:
        turns.take_turn_after_boards(session)
        assert waited == [4.001]
        session.rollback()
        clock_there[0] = edition.published_at - 31_000
        with pytest.raises(ClockOff, match="慢 3"):
            turns.take_turn_after_boards(session)
    assert waited == [4.001]


@pytest.mark.engines("sqlite", "postgresql")
def test_a_draft_is_released_though_a_node_that_is_behind_recorded_a_fact(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact is dated after the draft, which lacks it: composed again as known then, the draft is the same."""
    with database.session() as session:
        race = small_race(session)
        race.publish()
        draft = drafted(race)
        session.commit()
    clock_there, waited = [draft.known_at - 4_000], []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock_there[0] += round(seconds * 1000)

    monkeypatch.setattr(timekeeping, "now", lambda: clock_there[0])
    monkeypatch.setattr(turns.time, "sleep", wait)
    with database.writers() as session:
        turns.take_turn_after_boards(session)
        source = replace(VERIFIED, recorded_at=clock_there[0])
        race_of(session, "race").project("nanan", code="race-late", source=source)
        session.commit()
    assert waited == [4.001]
    monkeypatch.undo()
    with database.session() as session:
        edition = released(session, session.get_one(Draft, draft.id))
        assert len(unpacked(edition.package)["facts"]["projects"]) == 4


@pytest.mark.engines("sqlite", "postgresql")
def test_every_season_is_waited_for_and_not_only_the_one_that_published_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is ahead announces the one race, then one that is behind another: facts come after the first one."""
    with database.session() as session:
        ahead = small_race(session, "ahead").publish()
        other = small_race(session, "behind")
        monkeypatch.setattr(publish, "now", lambda: ahead.published_at - 20_000)
        assert other.publish().published_at < ahead.published_at
        session.commit()
        monkeypatch.setattr(timekeeping, "now", lambda: ahead.published_at - 10_000)
        assert timekeeping.behind_boards(session) == 10_001


@pytest.mark.engines("sqlite", "postgresql")
def test_nothing_is_dated_before_an_edition_of_a_clock_that_ran_ahead_though_it_was_accepted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        edition = small_race(session).publish()
        session.commit()
    monkeypatch.setattr(timekeeping, "now", lambda: edition.published_at - 3_600_000)
    monkeypatch.setattr(timekeeping, "clock_offset", lambda _: 0)
    with database.writers() as session, pytest.raises(ClockOff, match="晚 61 分钟"):
        turns.take_turn_after_boards(session)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_draft_of_a_clock_that_ran_ahead_keeps_nobody_from_writing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be composed anew or dropped, which is writing."""
    with database.session() as session:
        draft = drafted(small_race(session))
        session.commit()
    monkeypatch.setattr(timekeeping, "now", lambda: draft.known_at - 3_600_000)
    with database.writers() as session:
        turns.take_turn_after_boards(session)
