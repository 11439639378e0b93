"""Loading the demonstration for the first time: all of it, whole even when interrupted, with a season under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo import load
from demo.yunxi import load as yunxi
from leaderboard.boards import publish
from leaderboard.boards.models import PublicForm
from leaderboard.boards.screens import find_screen
from leaderboard.db import Database
from leaderboard.instant import Millis, iso
from leaderboard.seasons.read import find_season
from tests.demo.loading import NOON, SMALL, ZONE, counts, editions, instant

RENDER = publish.render_forms


@pytest.fixture
def two_months(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the season is recorded, and only its first two editions are aired."""
    whole = yunxi.past_dues
    monkeypatch.setattr(yunxi, "past_dues", lambda *asked: list(whole(*asked))[:2])


def test_both_races_are_loaded_and_aired(database: Database, run: Callable[..., load.DemoReport]) -> None:
    """Ten monthly editions of Yunxi, each of the month's last day at nine, and one of Lu'an."""
    said: list[str] = []
    report = run(say=said.append)
    aired = editions(database, "yunxi")
    assert [edition.number for edition in aired] == list(range(1, 11))
    assert [str(edition.as_of) for edition in aired] == [
        *("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"),
    ]
    for edition in aired:
        assert edition.known_at == edition.due_at
        assert iso(edition.due_at, ZONE) == f"{edition.as_of}T09:00:00+08:00"
        assert 0 < edition.published_at - edition.due_at < 60_000
    # Each names the one due next: the next month's, and the newest the clock that republishes while you watch.
    assert [edition.next_due_at for edition in aired] == [*(edition.due_at for edition in aired[1:]), NOON]
    assert [edition.as_of for edition in editions(database, "luan-2022")] == [date(2022, 9, 30)]
    assert len(said) == 12
    token = report.screen.removeprefix("http://127.0.0.1:8000/screens/")
    with database.reading() as session:
        assert find_screen(session, token) is not None
    assert report.boards == ("http://127.0.0.1:8000/boards/yunxi/", "http://127.0.0.1:8000/boards/luan-2022/")


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("two_months")
def test_every_board_is_rendered(
    database: Database, run: Callable[..., load.DemoReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published by the real operation, each board has its page and its data, in both languages."""
    monkeypatch.setattr(publish, "render_forms", RENDER)
    run()
    with database.reading() as session:
        paths = set(session.execute(select(PublicForm.path, PublicForm.lang)).all())
    for path in ("/boards/luan-2022/1/", "/boards/yunxi/1/", "/boards/yunxi/2/"):
        assert {(path, "zh"), (path, "en")} <= paths
    assert ("/boards/yunxi/2.json", "") in paths


class Killed(BaseException):
    """Stands in for kill -9: nothing catches it."""


def test_an_interrupted_airing_is_finished_by_the_next_run(
    database: Database, run: Callable[..., load.DemoReport]
) -> None:
    """Stopped after the fourth edition, and started again three days later: ten editions, none twice."""
    said: list[str] = []

    def stop_after_four(line: str) -> None:
        said.append(line)
        if "第 4 期" in line:
            raise Killed

    with pytest.raises(Killed):
        run(say=stop_after_four)
    assert len(editions(database, "yunxi")) == 4
    before = counts(database)
    run(instant(date(2026, 12, 2)))
    assert counts(database) == before
    aired = editions(database, "yunxi")
    assert [edition.number for edition in aired] == list(range(1, 11))
    assert str(aired[-1].as_of) == "2026-10-31"


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("two_months")
def test_an_interrupted_recording_leaves_nothing_behind(
    database: Database, run: Callable[..., load.DemoReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before the season's transaction ends, there is no season; the next run loads it whole."""

    def killed(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(yunxi, "add_timetable", killed)
        with pytest.raises(Killed):
            run()
    with database.reading() as session:
        assert find_season(session, "yunxi") is None
    assert counts(database) == [0, 0, 0]
    run()
    assert len(editions(database, "yunxi")) == 2


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("at", "months"),
    [(instant(date(2027, 1, 31), 8, 59), 10), (instant(date(2027, 1, 31), 9, 1), 11)],
)
def test_a_first_run_in_january_has_a_season_under_way(session: Session, at: Millis, months: int) -> None:
    """From March to February: ten editions before nine o'clock of the last day, eleven after."""
    season = yunxi.plan_and_record(session, at, ZONE, SMALL)
    yunxi.keep_watched(session, season, at, ZONE)
    dues = yunxi.past_dues(session, season)
    assert len(dues) == months
    assert str(dues[0].as_of) == "2026-03-31"
    assert season.title == "云溪县2027年招商引资赛马"
    assert (season.starts_on, season.ends_on) == (date(2026, 3, 1), date(2027, 2, 28))
