"""Deadlines of a season's stages on the console: in how many days after an earlier one each is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.seasons.deadlines import MOST_DAYS, Deadline, deadlines_of, set_deadlines
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_units import PLANNING
from leaderboard.web.facts import stage_words
from leaderboard.web.guards import guarded, person
from leaderboard.web.meanwhile import filled_in_over, mark_of, overtaken
from leaderboard.web.requests import writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from scoring.facts import SIGNED


@door.get("/seasons/<slug>/deadlines")
@guarded(PLANNING)
def season_deadlines(slug: str) -> ResponseReturnValue:
    """The deadlines as a form, a line for each stage."""
    season = season_at(slug)
    return _page(season, filled_in_over(_present(season)))


@door.post("/seasons/<slug>/deadlines")
@guarded(PLANNING)
def save_deadlines(slug: str) -> ResponseReturnValue:
    """Keep the deadlines; a stage without days has none. Who saves second sees what the first one saved."""
    typed, found = Typed.of_request(), season_at(slug)
    session = writing()
    season = session.get_one(Season, found.id)
    if overtaken(typed, mark_of(_present(season)), _both(season, typed)):
        session.rollback()
        return _page(season_at(slug), typed, 409)
    stages = list(stage_words([season]))
    wanted = [
        Deadline(
            stage,
            typed.whole(f"days-{stage}", most=MOST_DAYS),
            typed.choice(f"since-{stage}", stages[:place]),
        )
        for place, stage in enumerate(stages)
        if typed.values.get(f"days-{stage}")
    ]
    reason = typed.text("reason", most=500)
    if not typed.ok:
        session.rollback()
        return _page(season_at(slug), typed, 422)
    try:
        changed = set_deadlines(session, person().name, season, wanted, reason=reason)
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(season_at(slug), typed, 422)
    flash(_("节点时限已保存") if changed else _("节点时限没有变化"))
    return redirect(url_for("console.setup", slug=slug))


def _present(season: Season) -> dict[str, str]:
    """The deadlines as the form has them."""
    lines = deadlines_of(season)
    return {f"days-{line.stage}": str(line.days) for line in lines} | {
        f"since-{line.stage}": line.since for line in lines
    }


def _both(season: Season, typed: Typed) -> Iterator[tuple[str, str, str]]:
    """Each stage's deadline as it stands and as it was typed, in words; nothing where it has none."""
    names, present = stage_words([season]), _present(season)
    for stage, name in names.items():
        yield name, _in_words(names, stage, present), _in_words(names, stage, typed.values)


def _in_words(names: Mapping[str, str], stage: str, values: Mapping[str, str]) -> str:
    days, since = values.get(f"days-{stage}", ""), values.get(f"since-{stage}", "")
    return _("{since}后 {days} 天内").format(since=names.get(since, since), days=days) if days else ""


def _page(season: Season, typed: Typed, status: int = 200) -> ResponseReturnValue:
    stages = list(stage_words([season]).items())
    # A stage is counted from one before it; the first has none, and most count from the signing.
    rows = [(key, name, stages[:place]) for place, (key, name) in enumerate(stages) if place]
    for key, _name, earlier in rows:
        usual = SIGNED if SIGNED in dict(earlier) else earlier[0][0]
        typed.values.setdefault(f"since-{key}", usual)
    return show("season_deadlines", status, here="setup", season=season, typed=typed, rows=rows)
