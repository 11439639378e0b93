"""Held boards: due runs become drafts, windows end by themselves, freezes end in a reveal, each exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard import airing, releasing
from leaderboard.airing import Outcome, State, perform, tick
from leaderboard.boards import clock
from leaderboard.boards.drafts import DraftRefused, drop
from leaderboard.boards.models import Draft, DueRun
from leaderboard.boards.package import packed, unpacked
from leaderboard.boards.publish import Overtaken
from leaderboard.db import Database
from leaderboard.releasing import release_draft, reveal
from leaderboard.seasons.holding import freeze_season, set_window
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from tests.boards.lives import drafted
from tests.factories import OFFICE, small_race
from tests.held import NODE, close_windows, drafts, due_run, editions, planned


@pytest.fixture
def season(database: Database) -> Season:
    """A race whose boards are held by nothing yet."""
    with database.session() as session:
        race = small_race(session)
        session.commit()
        return race.season


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


@pytest.mark.parametrize(("actor", "said"), [("li", "可以再试一次"), ("clock", "稍后自动重试")])
def test_only_the_clock_says_that_it_tries_again(
    database: Database, season: Season, monkeypatch: pytest.MonkeyPatch, actor: str, said: str
) -> None:
    with database.session() as session:
        draft = drafted_in(session)
        session.commit()

    def overtaken(*_arguments: Any) -> Any:
        raise Overtaken("第 1 期已由他处发布")

    monkeypatch.setattr(releasing, "release", overtaken)
    with pytest.raises(Overtaken, match=said):
        release_draft(database, draft, actor, OFFICE)


def drafted_in(session: Session) -> int:
    race = small_race(session, "second")
    return drafted(race).id


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
