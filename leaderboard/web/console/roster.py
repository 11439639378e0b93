"""Units and targets of a season on the console, as planned now."""

from __future__ import annotations

from collections import defaultdict

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.models import Season, Target
from leaderboard.seasons.read import list_divisions, roster, targets_at
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_tasks import scheme_to_come
from leaderboard.web.meanwhile import mark_of
from leaderboard.web.requests import reading
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named


@door.get("/seasons/<slug>/units")
def units(slug: str) -> ResponseReturnValue:
    """Who takes part in which division, with what tasks."""
    return roster_page(season_at(slug))


def numbers_of(session: Session, season: Season) -> dict[str, int]:
    """Unit key -> its number in the season's list, from 1 on, in the list's order."""
    lines = sorted(roster(session, season.id, now()), key=lambda line: (line.sort_no, line.unit_id))
    return {line.key: number for number, line in enumerate(lines, start=1)}


def roster_page(season: Season, typed: Typed | None = None, status: int = 200) -> ResponseReturnValue:
    """The page, with the numbers of the order as they were typed where they were refused."""
    session = reading()
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in targets_at(session, season.id, now()):
        targets[target.unit_id].append(target)
    lines = roster(session, season.id, now())
    present = {key: str(number) for key, number in numbers_of(session, season).items()}
    numbers = {f"no.{key}": number for key, number in present.items()}
    return show(
        "roster",
        status,
        here="units",
        season=season,
        divisions=list_divisions(session, season.id),
        lines=lines,
        typed=typed or Typed({**numbers, "seen": mark_of(present)}),
        called={line.key: named(line.name, line.name_en) for line in lines},
        targets=targets,
        names=_indicator_names(season),
        levels={"stretch": _("挑战")},
    )


def _indicator_names(season: Season) -> dict[str, str]:
    """Indicator key -> its name in the scheme being prepared, or in force."""
    scheme = scheme_to_come(reading(), season)
    return {indicator.key: named(indicator.name, indicator.name_en) for indicator in scheme.indicators}
