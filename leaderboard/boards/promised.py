"""What is promised to the public and to screens: only an edition that comes by itself."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.boards.clock import next_due
from leaderboard.boards.drafts import is_held
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season


def promised(session: Session, season: Season, after: Millis) -> Millis | None:
    """When the next edition of a season comes after an instant; None where none comes at a due instant.

    The clock goes on in a freeze 封榜 and with an objection window 公示期, but what it makes then waits as a draft, so
    that nobody who counts down to the due instant would see anything.
    """
    return None if is_held(season) else next_due(session, season.id, after)
