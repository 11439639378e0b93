"""Divisions of a season on the console: added, renamed with the reason, and put in the office's own order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.models import Division, Season
from leaderboard.seasons.order import order_divisions
from leaderboard.seasons.plan import PlanError, add_division
from leaderboard.seasons.read import list_divisions, roster
from leaderboard.seasons.rename import rename_division
from leaderboard.seasons.taking_part import KEY
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_units import PLANNING, overtaken_name
from leaderboard.web.guards import guarded, person
from leaderboard.web.meanwhile import filled_in_over
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@door.get("/seasons/<slug>/divisions")
@guarded(PLANNING)
def divisions(slug: str) -> ResponseReturnValue:
    """Every division in its order, and the form for a new one."""
    return _page(season_at(slug), Typed())


@door.post("/seasons/<slug>/divisions")
@guarded(PLANNING)
def add_one_division(slug: str) -> ResponseReturnValue:
    """Add a division at the end."""
    season, typed = season_at(slug), Typed.of_request()
    name, name_en = typed.text("name"), typed.text("name_en", needed=False)
    key = typed.text("key", most=40)
    if key and not KEY.fullmatch(key):
        typed.complain("key", _("应以字母或数字开头，由字母、数字、连字符、下划线组成"))
    if not typed.ok:
        return _page(season, typed, 422)
    session = writing()
    try:
        held = session.get_one(Season, season.id)
        add_division(session, person().name, held, key=key, name=name, name_en=name_en or None)
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(season_at(slug), typed, 422)
    flash(_("组别“{name}”已添加").format(name=name))
    return redirect(url_for("console.divisions", slug=slug))


@door.post("/seasons/<slug>/divisions/<division>/name")
@guarded(PLANNING)
def rename_one_division(slug: str, division: str) -> ResponseReturnValue:
    """Call a division otherwise from now on."""
    season, typed = season_at(slug), Typed.of_request()
    name, name_en = typed.text("name"), typed.text("name_en", needed=False)
    reason = typed.text("reason", most=500)
    session = writing()
    found = _division(session, season, division)
    if overtaken_name(typed, {"name": found.name, "name_en": found.name_en or ""}):
        session.rollback()
        return _page(season, Typed(), 409, {division: typed})
    if not typed.ok:
        session.rollback()
        return _page(season, Typed(), 422, {division: typed})
    try:
        rename_division(session, person().name, found, reason=reason, name=name, name_en=name_en or None)
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("name", "; ".join(error.problems))
        return _page(season_at(slug), Typed(), 422, {division: typed})
    flash(_("组别已更名，已发布的各期不变"))
    return redirect(url_for("console.divisions", slug=slug))


@door.post("/seasons/<slug>/divisions/order")
@guarded(PLANNING)
def order_all_divisions(slug: str) -> ResponseReturnValue:
    """Move a division up or down by one."""
    season = season_at(slug)

    def order(session: Session) -> str:
        wanted = list(list_divisions(session, season.id))
        for step, direction in ((-1, "up"), (1, "down")):
            at = next((n for n, d in enumerate(wanted) if d.key == request.form.get(direction)), None)
            if at is not None and 0 <= at + step < len(wanted):
                wanted[at], wanted[at + step] = wanted[at + step], wanted[at]
        moved = order_divisions(session, person().name, season, wanted)
        return _("顺序已保存，以后各期按此排列") if moved else _("顺序没有变化")

    return carry_out(order, url_for("console.divisions", slug=slug))


def _division(session: Session, season: Season, key: str) -> Division:
    return next((d for d in list_divisions(session, season.id) if d.key == key), None) or abort(404)


def _page(
    season: Season, typed: Typed, status: int = 200, renaming: Mapping[str, Typed] | None = None
) -> ResponseReturnValue:
    """The page; `renaming` is what was typed to rename a division, and refused."""
    found = list_divisions(reading(), season.id)
    taken = {division.key for division in found}
    typed.values.setdefault("key", next(k for n in range(1, 10**6) if (k := f"d{n}") not in taken))
    return show(
        "season_divisions",
        status,
        here="units",
        season=season,
        typed=typed,
        divisions=found,
        renaming={d.key: filled_in_over({"name": d.name, "name_en": d.name_en or ""}) for d in found}
        | dict(renaming or {}),
        refused=set(renaming or {}),
        counts=Counter(line.division for line in roster(reading(), season.id, now())),
    )
