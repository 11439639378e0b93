"""One unit in a season on the console: what it is called, its division, bundle and contest, and leaving, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import RosterLine, bundles, find_unit, list_divisions, roster
from leaderboard.seasons.rename import rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_units import PLANNING, heads, overtaken_name
from leaderboard.web.guards import guarded, person
from leaderboard.web.meanwhile import filled_in_over, mark_of, overtaken
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

ONE = "/seasons/<slug>/units/<unit>"
Keep = Callable[[Session, Season, Unit], str]


class Overtaken(Exception):
    """Somebody else saved the form meanwhile."""


@door.get(ONE)
@guarded(PLANNING)
def one_unit(slug: str, unit: str) -> ResponseReturnValue:
    """The unit's forms."""
    return _page(season_at(slug), unit)


@door.post(f"{ONE}/name")
@guarded(PLANNING)
def rename_one_unit(slug: str, unit: str) -> ResponseReturnValue:
    """Call the unit otherwise from now on."""
    typed = Typed.of_request()
    name, name_en = typed.text("name"), typed.text("name_en", needed=False)
    reason = typed.text("reason", most=500)

    def keep(session: Session, _season: Season, found: Unit) -> str:
        if overtaken_name(typed, {"name": found.name, "name_en": found.name_en or ""}):
            raise Overtaken
        rename_unit(session, person().name, found, reason=reason, name=name, name_en=name_en or None)
        return _("名称已改，已发布的各期不变")

    return _kept(slug, unit, "name", typed, keep)


@door.post(f"{ONE}/place")
@guarded(PLANNING)
def place_one_unit(slug: str, unit: str) -> ResponseReturnValue:
    """Move the unit to another division, into a bundle or out of it, in or out of the contest."""
    season, typed = season_at(slug), Typed.of_request()
    division = typed.choice("division", [d.key for d in list_divisions(reading(), season.id)])
    into = typed.choice("into", ["", *(key for key, _name in heads(season, unit))])
    reason = typed.text("reason", most=500)

    def keep(session: Session, held: Season, found: Unit) -> str:
        line = _line(session, held, unit)
        if overtaken(typed, mark_of(_place(line)), _both_places(session, held, typed, line)):
            raise Overtaken
        goes_to = next(d for d in list_divisions(session, held.id) if d.key == division)
        place_unit(
            session,
            person().name,
            held,
            found,
            goes_to,
            competing=not typed.values.get("hors_concours"),
            into=find_unit(session, into) if into else None,
            reason=reason,
        )
        return _("{unit} 已变动，以后各期照此；已发布的各期不变").format(unit=found.name)

    return _kept(slug, unit, "place", typed, keep)


@door.post(f"{ONE}/leave")
@guarded(PLANNING)
def leave_with_unit(slug: str, unit: str) -> ResponseReturnValue:
    """Take the unit out of the season."""
    typed = Typed.of_request()
    reason = typed.text("reason", most=500)

    def keep(session: Session, held: Season, found: Unit) -> str:
        leave_season(session, person().name, held, found, reason=reason)
        return _("{unit} 已退出本赛季；它的项目与已发布的各期不变").format(unit=found.name)

    return _kept(slug, unit, "leave", typed, keep)


def _kept(slug: str, key: str, form: str, typed: Typed, keep: Keep) -> ResponseReturnValue:
    """Keep what was typed, or show it again with everything that is wrong, or beside what somebody else saved."""
    if not typed.ok:
        return _page(season_at(slug), key, form, typed, 422)
    season = season_at(slug)
    session = writing()
    held = session.get_one(Season, season.id)
    unit = find_unit(session, key) or abort(404)
    try:
        said = keep(session, held, unit)
        session.commit()
    except Overtaken:
        session.rollback()
        return _page(season_at(slug), key, form, typed, 409)
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(season_at(slug), key, form, typed, 422)
    flash(said)
    return redirect(url_for("console.units", slug=slug))


def _page(
    season: Season, key: str, form: str = "", typed: Typed | None = None, status: int = 200
) -> ResponseReturnValue:
    lines, line = roster(reading(), season.id, now()), _line(reading(), season, key)
    shown = {"name": filled_in_over(_names(line)), "place": filled_in_over(_place(line)), "leave": Typed()}
    if typed is not None:
        shown[form] = typed
    return show(
        "season_unit",
        status,
        here="units",
        season=season,
        line=line,
        typed=shown,
        divisions_named=[(d.key, named(d.name, d.name_en)) for d in list_divisions(reading(), season.id)],
        heads=heads(season, key),
        members=bundles(lines).get(key, []),
    )


def _line(session: Session, season: Season, key: str) -> RosterLine:
    """How the unit takes part now, or the page of an unknown address."""
    return next((line for line in roster(session, season.id, now()) if line.key == key), None) or abort(404)


def _names(line: RosterLine) -> dict[str, str]:
    return {"name": line.name, "name_en": line.name_en or ""}


def _place(line: RosterLine) -> dict[str, str]:
    hors_concours = "" if line.competing else "1"
    return {"division": line.division, "into": line.bundle or "", "hors_concours": hors_concours}


def _both_places(
    session: Session, season: Season, typed: Typed, line: RosterLine
) -> Iterator[tuple[str, str, str]]:
    """Where the unit stands now and where it was to be put, part by part in words."""
    units = {found.key: found.name for found in roster(session, season.id, now())}
    shown = (
        (_("组别"), {d.key: named(d.name, d.name_en) for d in list_divisions(session, season.id)}),
        (_("捆绑到"), {"": _("不捆绑，单独排名"), **units}),
        (_("排名"), {"": _("参加排名"), "1": _("只展示，不参加排名")}),
    )
    for (words, said), (name, present) in zip(shown, _place(line).items(), strict=True):
        mine = typed.values.get(name, "")
        yield words, said.get(present, present), said.get(mine, mine)
