"""What tests of objections begin with."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import open_window
from leaderboard.boards.models import Draft
from tests.boards.lives import drafted
from tests.factories import OFFICE, Race, small_race


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


@pytest.fixture
def draft(session: Session, race: Race) -> Draft:
    """The race's board, open for objections for three working days from today."""
    return open_window(session, "li", drafted(race), days=3, contact="0571-8888", zone=OFFICE.zone)
