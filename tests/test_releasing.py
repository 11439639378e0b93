"""Held boards: due runs become drafts, windows end by themselves, freezes end in a reveal, each exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leaderboard import airing, releasing
from leaderboard.accounts.audit import trail_end
from leaderboard.accounts.models import AuditLine
from leaderboard.airing import Node, Outcome, State, perform, tick
from leaderboard.boards import clock
from leaderboard.boards.drafts import DraftRefused, drop
from leaderboard.boards.health import OVERDUE_MS, health, stale_boards
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.models import Draft, DueRun, Edition
from leaderboard.boards.package import packed, unpacked
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.release import count_failure
from leaderboard.boards.revisions import extend_window
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.releasing import NotReleased, release_draft, release_due, reveal
from leaderboard.seasons.holding import freeze_season, set_window
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import find_season
from tests.boards.lives import drafted
from tests.factories import OFFICE, small_race

NODE = Node("here", OFFICE, 30_000, 3)


@pytest.fixture
def season(database: Database) -> Season:
    """A race whose boards are held by nothing yet."""
    with database.session() as session:
        race = small_race(session)
        session.commit()
        return race.season


def planned(database: Database, **changes: Any) -> None:
    """Give the season a window, or freeze it."""
    with database.session() as session:
        season = find_season(session, "race")
        assert season is not None
        if "days" in changes:
            set_window(session, "li", season, contact="0571-8888", reason="试行", **changes)
        else:
            freeze_season(session, "li", season, reason="年终揭榜", **changes)
        session.commit()


def due_run(database: Database, key: str) -> int:
    with database.session() as session:
        season = find_season(session, "race")
        assert season is not None
        run_id = clock.request_run(session, season, key, "li", now()).id
        session.commit()
    return run_id


def drafts(database: Database) -> list[Draft]:
    with database.reading() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def editions(database: Database) -> list[Edition]:
    with database.reading() as session:
        return list(session.scalars(select(Edition).order_by(Edition.number)))


def acts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditLine.action).order_by(AuditLine.seq_no)))


def close_windows(database: Database) -> None:
    """As if the windows had been over for a while."""
    with database.session() as session:
        session.execute(update(Draft).where(Draft.state == "window").values(closes_at=now() - 1))
        session.commit()


def test_a_due_run_of_a_season_with_a_window_opens_it(database: Database, season: Season) -> None:
    planned(database, days=3)
    run_id = due_run(database, "one")
    outcome = perform(database, run_id, NODE)
    assert outcome == Outcome(run_id, State.DRAFTED, message=clock.HELD_BACK)
    assert perform(database, run_id, NODE) == outcome
    [draft] = drafts(database)
    assert (draft.state, draft.run_id, draft.contact) == ("window", run_id, "0571-8888")
    assert draft.opens_at is not None
    assert editions(database) == []
    with database.reading() as session:
        run = session.get_one(DueRun, run_id)
    assert (run.state, run.message, draft.due_at) == ("done", clock.HELD_BACK, run.due_at)


def test_the_clock_releases_a_window_when_it_is_over_and_once(database: Database, season: Season) -> None:
    planned(database, days=3)
    run_id = due_run(database, "one")
    perform(database, run_id, NODE)
    tick(database, NODE)
    assert editions(database) == []
    close_windows(database)
    for _ in range(3):
        tick(database, NODE)
    [edition] = editions(database)
    [draft] = drafts(database)
    assert (edition.run_id, edition.published_by, draft.edition_id) == (run_id, clock.CLOCK, edition.id)
    assert (edition.known_at, edition.due_at) == (draft.known_at, draft.due_at)
    assert perform(database, run_id, NODE) == Outcome(run_id, State.PUBLISHED, 1, clock.HELD_BACK)


def test_what_is_due_while_frozen_waits_and_the_public_keeps_the_last_edition(
    database: Database, season: Season
) -> None:
    perform(database, due_run(database, "one"), NODE)
    planned(database)
    for key in ("two", "three"):
        assert perform(database, due_run(database, key), NODE).state is State.DRAFTED
    close_windows(database)
    tick(database, NODE)
    assert [e.number for e in editions(database)] == [1]
    assert [d.state for d in drafts(database)] == ["draft", "draft"]
    with pytest.raises(DraftRefused, match="封榜"):
        release_draft(database, drafts(database)[0].id, "li", OFFICE)


def test_a_reveal_announces_what_waited_in_due_order(database: Database, season: Season) -> None:
    planned(database)
    runs = [due_run(database, key) for key in ("one", "two")]
    for run_id in runs:
        perform(database, run_id, NODE)
    assert reveal(database, season.id, "li", OFFICE, reason="揭榜") == [1, 2]
    assert [e.run_id for e in editions(database)] == runs
    with pytest.raises(PlanError, match="没有封榜"):
        reveal(database, season.id, "li", OFFICE, reason="揭榜")
    assert perform(database, due_run(database, "three"), NODE).state is State.PUBLISHED


def test_a_reveal_of_the_newest_alone_drops_the_others(database: Database, season: Season) -> None:
    planned(database)
    for key in ("one", "two"):
        perform(database, due_run(database, key), NODE)
    assert reveal(database, season.id, "li", OFFICE, reason="揭榜", newest_only=True) == [1]
    assert [(d.state, d.reason) for d in drafts(database)] == [
        ("dropped", "揭榜时只公布最近一期"),
        ("released", None),
    ]


def test_a_draft_made_by_hand_is_not_revealed(database: Database, season: Season) -> None:
    planned(database)
    with database.session() as session:
        race = small_race(session, "other")
        drafted(race)
        session.commit()
    perform(database, due_run(database, "one"), NODE)
    assert reveal(database, season.id, "li", OFFICE, reason="揭榜") == [1]
    assert [d.state for d in drafts(database)] == ["draft", "released"]


def test_a_node_that_dies_in_a_reveal_leaves_the_rest_to_the_clock(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(database)
    for key in ("one", "two"):
        perform(database, due_run(database, key), NODE)
    with monkeypatch.context() as dying:
        dying.setattr(releasing, "release_draft", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            reveal(database, season.id, "li", OFFICE, reason="揭榜")
    assert editions(database) == []
    tick(database, NODE)
    assert [e.number for e in editions(database)] == [1, 2]


def test_a_freeze_that_comes_between_makes_a_draft_of_an_edition(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composed for the public, and frozen before it was announced: the public does not get it."""
    run_id = due_run(database, "one")
    real, frozen = airing._announced, []

    def freeze_first(*arguments: Any) -> Any:
        frozen.append(planned(database))
        return real(*arguments)

    monkeypatch.setattr(airing, "_announced", freeze_first)
    assert perform(database, run_id, NODE).state is State.DRAFTED
    assert (len(frozen), editions(database)) == (1, [])


def test_a_draft_the_ledger_does_not_give_waits_for_a_person(database: Database, season: Season) -> None:
    planned(database, days=1)
    perform(database, due_run(database, "one"), NODE)
    with database.session() as session:
        draft = session.scalars(select(Draft)).one()
        changed = unpacked(draft.content)
        changed["result"]["standings"][0]["score"] = "100"
        draft.content = packed(changed)
        session.commit()
    close_windows(database)
    for _ in range(2):
        tick(database, NODE)
    [draft] = drafts(database)
    assert draft.state == "window"
    assert "不一致 (result)" in (draft.reason or "")
    assert editions(database) == []
    with database.session() as session:
        drop(session, "li", session.get_one(Draft, draft.id), reason="重出")
        session.commit()


def test_an_edition_that_comes_between_makes_a_draft_compose_again(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        race_draft = drafted_in(session)
        session.commit()
    real, seen = releasing.release, []

    def stand_in(*arguments: Any) -> Any:
        seen.append(None)
        if len(seen) < 3:
            raise Overtaken("第 1 期已由他处发布")
        return real(*arguments)

    monkeypatch.setattr(releasing, "release", stand_in)
    assert release_draft(database, race_draft, "li", OFFICE) == 1


def drafted_in(session: Session) -> int:
    race = small_race(session, "second")
    return drafted(race).id


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


def test_freezing_and_windows_are_refused_with_every_reason(database: Database, season: Season) -> None:
    with database.session() as session:
        found = session.get_one(Season, season.id)
        with pytest.raises(PlanError) as caught:
            set_window(session, "li", found, days=61, contact=" ", reason="")
        assert len(caught.value.problems) == 3
        freeze_season(session, "li", found, reason="年终")
        with pytest.raises(PlanError, match="已经封榜"):
            freeze_season(session, "li", found, reason="再封")
        with pytest.raises(PlanError, match="理由"):
            freeze_season(session, "li", found, reason="")
