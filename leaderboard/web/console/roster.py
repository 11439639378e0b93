"""Units and targets of a season on the console, as planned now."""

from __future__ import annotations

from collections import defaultdict

from flask.typing import ResponseReturnValue

from leaderboard.instant import now
from leaderboard.seasons.models import Season, Target
from leaderboard.seasons.read import list_divisions, roster, targets_at
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_tasks import scheme_to_come
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _
from leaderboard.words import named


@door.get("/seasons/<slug>/units")
def units(slug: str) -> ResponseReturnValue:
    """Who takes part in which division, with what tasks."""
    season = season_at(slug)
    session = reading()
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in targets_at(session, season.id, now()):
        targets[target.unit_id].append(target)
    lines = roster(session, season.id, now())
    listed = sorted(lines, key=lambda line: (line.sort_no, line.unit_id))
    return show(
        "roster",
        here="units",
        season=season,
        divisions=list_divisions(session, season.id),
        lines=lines,
        numbers={line.key: number for number, line in enumerate(listed, start=1)},
        called={line.key: named(line.name, line.name_en) for line in lines},
        targets=targets,
        names=_indicator_names(season),
        levels={"stretch": _("挑战")},
    )


def _indicator_names(season: Season) -> dict[str, str]:
    """Indicator key -> its name in the scheme being prepared, or in force."""
    scheme = scheme_to_come(reading(), season)
    return {indicator.key: named(indicator.name, indicator.name_en) for indicator in scheme.indicators}
