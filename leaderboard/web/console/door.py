"""The console's door: who may come in, and what every page of it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, get_flashed_messages, redirect, render_template, request
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action, can
from leaderboard.accounts.read import display_names
from leaderboard.instant import local_date, now
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_season, list_seasons, list_units, roster
from leaderboard.web.console.alarms import alarms
from leaderboard.web.console.saved import just_saved, note_saved
from leaderboard.web.entering import home_of
from leaderboard.web.guards import guard_action, person, signed_in
from leaderboard.web.requests import office, reading

door = Blueprint("console", __name__, url_prefix="/console")


@door.before_request
def lead_home() -> ResponseReturnValue | None:
    """The console's first page is the address that everyone is told: who has no business there comes to their own."""
    me = signed_in() if request.endpoint == "console.overview" else None
    return redirect(home_of(me)) if me and not can(me, Action.READ_CONSOLE) else None


door.before_request(guard_action(Action.READ_CONSOLE))
door.after_request(note_saved)


def season_at(slug: str) -> Season:
    """The season of the address, or the page of an unknown address."""
    season = find_season(reading(), slug)
    if season is None:
        abort(404)
    return season


def today() -> date:
    """The present day in the office's zone."""
    return local_date(now(), office().zone)


def units_to_choose(seasons: Sequence[Season] | None = None) -> list[Unit]:
    """Units of the seasons given, or of those that have not ended; all units where nobody takes part in any."""
    session = reading()
    running = [season for season in list_seasons(session) if season.ends_on >= today()]
    chosen = running if seasons is None else seasons
    entered = {line.unit_id for season in chosen for line in roster(session, season.id, now())}
    units = list_units(session)
    return by_season(unit for unit in units if unit.id in entered) or by_season(units)


def by_season(units: Iterable[Unit]) -> list[Unit]:
    """Units as a list to choose from has them: the newest season's first, then the next one's, then those of none.

    Within a season they stay in the order given.
    """
    session, newest = reading(), dict[int, int]()
    seasons = list_seasons(session)
    for number, season in enumerate(seasons):
        for line in roster(session, season.id, now()):
            newest.setdefault(line.unit_id, number)
    return sorted(units, key=lambda unit: newest.get(unit.id, len(seasons)))


def may(action: str) -> bool:
    """Whether the person behind the request may do this; a page leaves out what they may not."""
    return can(person(), Action(action))


def _is_for_script() -> bool:
    """Whether a script asked, not a person: what was to be said once waits for the page that someone will see."""
    return request.headers.get("Sec-Fetch-Dest") == "empty"


def show(
    template: str, status: int = 200, *, here: str, season: Season | None = None, **context: Any
) -> ResponseReturnValue:
    """A page of the console with its menu, in which `here` is the entry one stands at; `who` names an actor."""
    people = display_names(reading())
    page = render_template(
        f"pages/console/{template}.html",
        me=person(),
        may=may,
        who=lambda name: people.get(name, name),
        here=here,
        season=season,
        seasons=list_seasons(reading()),
        saved="" if _is_for_script() else just_saved(),
        messages=[] if _is_for_script() else get_flashed_messages(with_categories=True),
        alarms=list(alarms(reading(), now())) if may(Action.PUBLISH_EDITION) else [],
        **context,
    )
    return page, status
