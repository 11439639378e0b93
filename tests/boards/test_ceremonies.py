"""Ceremonies: from last to first, stepwise, by whoever leads, and never more on the glass than was revealed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.read import newest_lines
from leaderboard.boards.ceremonies import (
    CeremonyRefused,
    Overtaken,
    begin,
    board_of,
    held_boards,
    is_live,
    live_ceremony,
    move,
    notes_of,
    screens_of,
    write_note,
)
from leaderboard.boards.ceremony_ends import end
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.ceremony_steps import revealed, steps_of
from leaderboard.boards.correct import supersede
from leaderboard.boards.drafts import drop, hold
from leaderboard.boards.models import Screen
from leaderboard.boards.publish import Due, score
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screen_states import ceremonies_of_screens
from leaderboard.boards.screens import add_screen, list_screens
from leaderboard.instant import now
from leaderboard.seasons.holding import freeze_season
from tests.factories import AS_OF, OFFICE, Race, published_race, small_race

HOUR = 3_600_000


def board_of_places(*places: int | None, division: str = "d") -> dict[str, object]:
    """A board of one division with units a, b, c... at these places."""
    rows = [
        {"unit": chr(97 + n), "division": division, "place": place, "previous_place": None, "score": "1"}
        for n, place in enumerate(places)
    ]
    told: dict[str, object] = {"key": division, "name": "组", "name_en": None, "headlines": {}}
    return {
        "divisions": [told],
        "standings": rows,
        "season_title": "赛季",
        "season_title_en": None,
        "as_of": "2026-06-30",
        "headlines": {},
        "scheme": {"lead": None, "indicators": []},
        "number": 1,
    }


def units_by_step(board: dict[str, object], together: int) -> list[list[str]]:
    return [[row["unit"] for row in step.rows] for step in steps_of(board, None, together)]


def test_places_come_from_the_last_to_the_first() -> None:
    assert units_by_step(board_of_places(1, 2, 3, 4), 10) == [["d"], ["c"], ["b"], ["a"]]


def test_a_tie_comes_together_and_the_unplaced_before_everyone() -> None:
    """1, 2, 2, 4 and one without a place: it, then 4, both 2, and 1."""
    assert units_by_step(board_of_places(1, 2, 2, 4, None), 10) == [["e"], ["d"], ["b", "c"], ["a"]]


def test_those_after_the_places_shown_one_by_one_come_at_once() -> None:
    assert units_by_step(board_of_places(1, 2, 3, 4, 5, None), 3) == [["d", "e", "f"], ["c"], ["b"], ["a"]]


def test_nothing_of_a_later_step_is_in_what_is_revealed() -> None:
    board = board_of_places(1, 2, 3)
    seen = [revealed(board, None, 10, step) for step in range(4)]
    assert [[row["unit"] for row in one["rows"]] for one in seen] == [[], ["c"], ["b", "c"], ["a", "b", "c"]]
    assert [one["hidden"] for one in seen] == [0, 2, 1, 0]
    assert [one["newest"] for one in seen] == [[], ["c"], ["b"], ["a"]]
    assert seen[0]["division"] is None
    assert "'a'" not in str(seen[2]["rows"])


@pytest.fixture
def race(session: Session) -> Race:
    return published_race(session)


def screens(race: Race, count: int = 2) -> list[Screen]:
    first = len(list_screens(race.session))
    return [
        add_screen(race.session, "li", name=f"屏{first + n}", season=race.season, secret="s")[0]
        for n in range(count)
    ]


def test_it_is_led_step_by_step_and_back_on_every_screen(session: Session, race: Race) -> None:
    shown = screens(race)
    ceremony = begin(
        session, "li", race.season, screens=shown, edition=latest_edition(session, race.season.id)
    )
    assert (ceremony.step, ceremony.steps) == (0, len(steps_of(board_of(session, ceremony), None, 10)))
    move(session, "li", ceremony, seen=0, by=1)
    move(session, "wang", ceremony, seen=1, by=1)
    move(session, "li", ceremony, seen=2, by=-1)
    assert ceremonies_of_screens(session, now()) == {
        screen.id: {"id": ceremony.id, "step": 1} for screen in shown
    }
    assert list(screens_of(session, ceremony)) == shown
    write_note(session, "li", ceremony, step=1, text="  先说亮点 ")
    assert notes_of(ceremony) == {1: "先说亮点"}
    write_note(session, "li", ceremony, step=1, text="")
    assert notes_of(ceremony) == {}
    end(session, "li", ceremony)
    end(session, "wang", ceremony)
    assert ceremony.ended_by == "li"
    assert ceremonies_of_screens(session, now()) == {}
    with pytest.raises(CeremonyRefused, match="已经结束"):
        move(session, "li", ceremony, seen=1, by=1)


def begun(session: Session, race: Race, at: int | None = None) -> Ceremony:
    edition = latest_edition(session, race.season.id)
    return begin(session, "li", race.season, screens=screens(race, 1), edition=edition, at=at)


@pytest.mark.engines("sqlite", "postgresql")
def test_of_two_who_press_at_once_one_moves_on(session: Session, race: Race) -> None:
    ceremony = begun(session, race)
    move(session, "li", ceremony, seen=0, by=1)
    with pytest.raises(Overtaken, match="第 1 步"):
        move(session, "wang", ceremony, seen=0, by=1)
    assert ceremony.step == 1


def test_there_is_no_step_before_the_first_or_after_the_last(session: Session, race: Race) -> None:
    ceremony = begun(session, race)
    with pytest.raises(CeremonyRefused):
        move(session, "li", ceremony, seen=0, by=-1)
    with pytest.raises(CeremonyRefused):
        move(session, "li", ceremony, seen=ceremony.steps, by=1)
    with pytest.raises(CeremonyRefused):
        write_note(session, "li", ceremony, step=ceremony.steps + 1, text="x")
    with pytest.raises(CeremonyRefused):
        write_note(session, "li", ceremony, step=0, text="字" * 501)


def test_one_that_nobody_moves_ends_by_itself(session: Session, race: Race) -> None:
    start = now()
    ceremony = begun(session, race, at=start)
    late = start + 4 * HOUR
    assert is_live(ceremony, late - 1)
    assert not is_live(ceremony, late)
    assert ceremonies_of_screens(session, late) == {}
    assert live_ceremony(session, race.season.id, late) is None
    with pytest.raises(CeremonyRefused, match="已经结束"):
        move(session, "li", ceremony, seen=0, by=1, at=late)
    assert begun(session, race, at=late).id != ceremony.id
    assert (ceremony.ended_at, ceremony.ended_by) == (late, "clock")
    assert "ceremony.lapse" in {line.action for line in newest_lines(session, 5)}


def test_one_that_cannot_begin_says_everything_at_once(session: Session, race: Race) -> None:
    begun(session, race)
    with pytest.raises(CeremonyRefused) as error:
        begin(session, "li", race.season, screens=[], together=0)
    assert len(error.value.problems) == 4


def test_screens_of_another_season_take_no_part(session: Session, race: Race) -> None:
    other = small_race(session, "other")
    with pytest.raises(CeremonyRefused, match="屏0"):
        begin(
            session,
            "li",
            race.season,
            screens=screens(other, 1),
            edition=other.publish(),
        )


def test_a_board_held_back_is_revealed_only_while_the_freeze_lasts(session: Session, race: Race) -> None:
    at = now()
    due = Due(AS_OF, at, at)
    freeze_season(session, "li", race.season, reason="年终")
    draft = hold(session, score(session, race.season, due), OFFICE, "clock")
    shown = screens(race, 1)
    ceremony = begin(session, "li", race.season, screens=shown, draft=draft)
    assert board_of(session, ceremony)["standings"]
    end(session, "li", ceremony)
    assert draft.state == "draft"
    race.season.two_persons = 1
    with pytest.raises(CeremonyRefused, match="两人"):
        begin(session, "li", race.season, screens=shown, draft=draft)
    race.season.two_persons, race.season.frozen_at = 0, None
    assert held_boards(session, race.season) == []
    with pytest.raises(CeremonyRefused, match="封榜"):
        begin(session, "li", race.season, screens=shown, draft=draft)


def test_it_ends_with_the_board_that_it_shows(session: Session, race: Race) -> None:
    at = now()
    freeze_season(session, "li", race.season, reason="年终")
    draft = hold(session, score(session, race.season, Due(AS_OF, at, at)), OFFICE, "clock")
    ceremony = begin(session, "li", race.season, screens=screens(race, 1), draft=draft)
    drop(session, "wang", draft, reason="有误")
    assert ceremony.ended_by == "wang"
    assert ceremonies_of_screens(session, at) == {}


def test_it_ends_with_the_edition_that_a_correction_takes_the_place_of(session: Session, race: Race) -> None:
    ceremony = begun(session, race)
    corrected = latest_edition(session, race.season.id)
    assert corrected is not None
    supersede(session, "wang", corrected, race.publish(), reason="口径有误", at=now())
    assert ceremony.ended_by == "wang"
    with pytest.raises(CeremonyRefused, match="已经结束"):
        move(session, "li", ceremony, seen=0, by=1)
