"""Drawing the pages of an edition."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.boards.render import get_ready
from leaderboard.templating import publication_environment
from tests.factories import small_race


def compiled() -> set[str]:
    """The templates that are ready to draw with."""
    cache = publication_environment().cache
    assert cache is not None
    return {name for _loader, name in cache.keys()}  # noqa: SIM118 - Jinja's cache can only be asked for its keys


def test_the_first_edition_waits_for_no_template(session: Session) -> None:
    race = small_race(session)
    publication_environment.cache_clear()
    get_ready()
    ready = compiled()
    race.publish()
    assert "pages/display/board.html" in ready
    assert compiled() == ready
