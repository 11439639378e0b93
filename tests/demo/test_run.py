"""`make run` makes things up, so it keeps its hands off a database in which an office works."""

from __future__ import annotations

import pytest

from config import Settings
from demo.run import run_demonstration
from leaderboard.db import Database
from leaderboard.seasons.read import list_seasons
from tests.factories import small_race


@pytest.mark.engines("sqlite", "postgresql")
def test_a_database_of_an_office_is_left_alone(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.session() as session:
        small_race(session, "qingyang")
        session.commit()
    with pytest.raises(SystemExit) as ended:
        run_demonstration(settings, database)
    assert ended.value.code == 1
    assert "已有别的赛季" in capsys.readouterr().err
    with database.reading() as session:
        assert [season.slug for season in list_seasons(session)] == ["qingyang"]
