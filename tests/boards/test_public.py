"""What is public: never a season that is not, and a list of boards that no later edition turns back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.public import latest_path, newest_editions, public_mark
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.read import find_form, public_seasons
from leaderboard.boards.render import index_forms
from leaderboard.instant import now
from tests.factories import AS_OF, OFFICE, Race, small_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # two that are composed at once


def test_only_seasons_open_to_the_public_are_listed(session: Session):
    race = small_race(session)
    for _ in range(3):
        race.publish()
    hidden = small_race(session, "hidden")
    hidden.publish()
    hidden.season.is_public = 0
    session.flush()
    assert [(e.slug, e.number) for e in newest_editions(session, 2)] == [("race", 2), ("race", 3)]
    assert find_form(session, "/boards/race/3.json", "zh") is not None
    assert find_form(session, "/boards/hidden/1.json", "zh") is None


def test_the_mark_differs_whenever_something_public_changed(session: Session):
    race = small_race(session)
    marks = [public_mark(session)]
    race.publish()
    marks.append(public_mark(session))
    assert public_mark(session) == marks[-1]
    hidden = small_race(session, "hidden")
    hidden.season.is_public = 0
    session.flush()
    assert public_mark(session) == marks[-1]
    race.season.is_public = 0
    session.flush()
    marks.append(public_mark(session))
    assert len(set(marks)) == 3


def test_editions_of_two_seasons_composed_at_once_are_both_on_the_list(session: Session):
    """Each was composed without knowledge of the other; the list is made from what is published."""
    races: list[Race] = [small_race(session, slug) for slug in ("one", "two")]
    composed = [compose(session, race.season, Due(AS_OF, now(), now()), OFFICE) for race in races]
    for one in composed:
        announce(session, one, "tester")
    pages = [form.identity.decode() for form in index_forms(OFFICE, public_seasons(session))]
    for slug in ("one", "two"):
        assert all(f"/boards/{slug}/" in page for page in pages)
    assert pages[0].count("第 1 期") == 2


@pytest.mark.parametrize(
    ("path", "latest"),
    [
        ("/boards/yunxi/7/", "/boards/yunxi/"),
        ("/boards/yunxi/7.json", "/boards/yunxi/latest.json"),
        ("/boards/yunxi/7.package.json", "/boards/yunxi/latest.package.json"),
        ("/boards/luan-2022/12/by/signing/", "/boards/luan-2022/by/signing/"),
        ("/", None),
        ("/boards/yunxi/", None),
        ("/boards/yunxi/7", None),
    ],
)
def test_the_newest_edition_is_also_found_without_its_number(path: str, latest: str | None):
    assert latest_path(path) == latest
