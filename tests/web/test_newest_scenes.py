"""The memory of drawn scenes: bounded by what screens show, and never of what is not the newest."""

from __future__ import annotations

from dataclasses import replace

from config import Settings
from leaderboard.boards.screen_states import Round, newest_of
from leaderboard.db import Database
from leaderboard.office import Office
from leaderboard.web.newest_scenes import Key, NewestScenes
from tests.factories import published_race


def test_what_no_screen_shows_any_more_is_forgotten(database: Database, settings: Settings) -> None:
    with database.session() as session:
        race = published_race(session)
        session.commit()
    shown = Round("zh", None, ("table",), shames=False)
    with database.reading() as session:
        newest = newest_of(session, race.season.id, "Asia/Shanghai", 0)
    assert newest.hash is not None
    drawn = NewestScenes(database, Office.of(settings), ())
    key = Key(race.season.id, newest.hash, 0, shown)
    another = replace(key, shown=replace(shown, lang="en"))
    assert drawn.get(key)
    assert drawn.get(another)
    drawn.keep([another, None])
    assert (key in drawn, another in drawn) == (False, True)
    # What is not the newest any more is not drawn under its name.
    assert drawn.get(replace(key, edition="0" * 64)) is None
