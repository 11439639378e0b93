"""Releases that fail: counted, handed over to a person after three, and told to whoever looks."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leaderboard import releasing
from leaderboard.accounts.audit import trail_end
from leaderboard.airing import perform, tick
from leaderboard.boards import clock
from leaderboard.boards.health import OVERDUE_MS, health, stale_boards
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.models import Draft
from leaderboard.boards.release import DraftStuck, count_failure
from leaderboard.boards.revisions import extend_window
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database, open_database, take_turn
from leaderboard.instant import now
from leaderboard.releasing import NotReleased, release_draft, release_due, reveal
from leaderboard.seasons.models import Season
from tests.factories import OFFICE, small_race
from tests.held import NODE, acts, close_windows, drafts, due_run, editions, planned


@pytest.fixture
def season(database: Database) -> Season:
    """A race whose boards are held by nothing yet."""
    with database.session() as session:
        race = small_race(session)
        session.commit()
        return race.season


def test_one_draft_in_trouble_keeps_no_other_waiting(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(database, days=1)
    for key in ("one", "two"):
        perform(database, due_run(database, key), NODE)
    close_windows(database)
    real = releasing.prepare

    def fail_once(session: Session, draft: Draft, *more: Any) -> Any:
        if draft.id == drafts(database)[0].id:
            raise ZeroDivisionError("division by zero")
        return real(session, draft, *more)

    monkeypatch.setattr(releasing, "prepare", fail_once)
    for reason in (None, None, "发布时出错: ZeroDivisionError division by zero"):
        release_due(database, OFFICE, 3)
        first, second = drafts(database)
        assert (first.state, second.state, first.reason) == ("window", "released", reason)
    # Nobody but a person touches it again.
    release_due(database, OFFICE, 3)
    assert acts(database).count("draft.fail") == 3


def test_a_draft_that_cannot_be_handed_over_keeps_no_other_waiting(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer was in its way for too long: the next tick finds it stuck again, and hands it over then."""
    planned(database, days=1)
    for key in ("one", "two"):
        perform(database, due_run(database, key), NODE)
    close_windows(database)
    real = releasing.prepare

    def stuck_once(session: Session, draft: Draft, *more: Any) -> Any:
        if draft.id == drafts(database)[0].id:
            raise DraftStuck("方案已改")
        return real(session, draft, *more)

    def busy(*_: Any) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(releasing, "prepare", stuck_once)
    with monkeypatch.context() as failing:
        failing.setattr(releasing, "hand_over", busy)
        release_due(database, OFFICE, 3)
    first, second = drafts(database)
    assert (first.state, first.reason, second.state) == ("window", None, "released")
    release_due(database, OFFICE, 3)
    assert drafts(database)[0].reason == "方案已改"


@pytest.mark.parametrize(
    "error", [ClockOff("本机时钟慢"), KeyRefused("密钥"), OperationalError("", {}, Exception("locked"))]
)
def test_what_is_no_fault_of_the_draft_uses_up_no_try_and_is_told_of(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    planned(database, days=1)
    perform(database, due_run(database, "one"), NODE)
    close_windows(database)

    def away(*_: Any) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(releasing, "release_draft", away)
        for _ in range(4):
            release_due(database, OFFICE, 3)
    [draft] = drafts(database)
    assert (draft.reason, acts(database).count("draft.fail")) == (None, 0)
    with database.reading() as session:
        assert draft.closes_at is not None
        assert stale_boards(session, draft.closes_at + OVERDUE_MS) == []
        [stale] = stale_boards(session, draft.closes_at + OVERDUE_MS + 1)
    assert (stale.since, stale.failed, stale.draft_id) == (draft.closes_at, False, draft.id)
    release_due(database, OFFICE, 3)
    assert len(editions(database)) == 1


def test_nodes_that_fail_in_one_moment_use_up_one_try_and_a_longer_window_begins_anew(
    database: Database, season: Season
) -> None:
    planned(database, days=1)
    perform(database, due_run(database, "one"), NODE)

    def fail(session: Session, times: int) -> list[str | None]:
        draft, since = session.scalars(select(Draft)).one(), trail_end(session).seq_no
        for _ in range(times):
            count_failure(session, draft, clock.CLOCK, "满", since=since, attempts=3)
        return [draft.reason]

    with database.session() as session:
        assert fail(session, 6) + fail(session, 1) == [None, None]
        extend_window(session, "li", session.scalars(select(Draft)).one(), days=9, zone=OFFICE.zone)
        assert fail(session, 1) + fail(session, 1) + fail(session, 1) == [None, None, "满"]
        session.commit()
    assert acts(database).count("draft.fail") == 5


def test_a_board_that_waits_in_vain_after_its_reveal_is_told_of_in_words(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(database)
    perform(database, due_run(database, "one"), NODE)
    impatient, real = open_database(database.url, busy_timeout_ms=50), releasing.prepare
    with database.writers() as another:

        def overtaken(*given: Any) -> Any:
            composed = real(*given)
            take_turn(another)
            return composed

        monkeypatch.setattr(releasing, "prepare", overtaken)
        with pytest.raises(
            NotReleased, match=r"^已揭榜, 但公示稿 1 尚未发布: 数据正在写入。运行中的时钟会再试"
        ):
            reveal(impatient, season.id, "li", OFFICE, reason="揭榜")
    impatient.engine.dispose()
    monkeypatch.undo()
    release_due(database, OFFICE, 3)
    assert len(editions(database)) == 1


@pytest.mark.engines("sqlite")  # the other one writes its triggers otherwise
def test_a_board_the_database_refuses_after_its_reveal_stops_and_is_told_of(
    database: Database, season: Season
) -> None:
    perform(database, due_run(database, "one"), NODE)
    planned(database)
    perform(database, due_run(database, "two"), NODE)
    refusing = "CREATE TRIGGER boom BEFORE INSERT ON edition BEGIN SELECT raise(abort, 'boom'); END"
    with database.engine.begin() as connection:
        connection.execute(text(refusing))
    with pytest.raises(NotReleased, match=r"已揭榜, 但公示稿 1 尚未发布: 发布时出错: IntegrityError boom"):
        reveal(database, season.id, "li", OFFICE, reason="揭榜")
    for _ in range(5):
        tick(database, NODE)
    [draft] = drafts(database)
    assert (draft.state, draft.reason) == ("draft", "发布时出错: IntegrityError boom")
    assert acts(database)[-4:] == ["draft.fail"] * 3 + ["draft.stop"]
    with database.reading() as session:
        found = health(session, now())
        [stale] = stale_boards(session, now())
    assert (found.failed_runs, found.stale_boards) == (1, 1)
    assert (stale.since, stale.failed, stale.has_edition) == (draft.closes_at, True, True)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER boom"))
    assert release_draft(database, draft.id, "li", OFFICE) == 2
    with database.reading() as session:
        assert (health(session, now()).failed_runs, stale_boards(session, now())) == (0, [])
