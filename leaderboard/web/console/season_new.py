"""A new season on the console: from blank or like an earlier one; a workbook founds one on the import page."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.seasons.copying import copy_season, moved_day
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import SLUG, PlanError, open_season
from leaderboard.seasons.read import find_season, list_seasons
from leaderboard.web.console.door import door, show, today
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

PLANNING = guard_action(Action.PLAN_SEASON)
LATE = 11
"""From this month on the next year's season is proposed."""


@door.get("/seasons/new")
@guarded(PLANNING)
def new_season() -> ResponseReturnValue:
    """The form with a proposal; `?from=` fills it in after an earlier season."""
    source = find_season(reading(), request.args.get("from", ""))
    return _form(_like(source) if source else _blank())


@door.post("/seasons")
@guarded(PLANNING)
def add_season() -> ResponseReturnValue:
    """Open the season, and go on to its steps."""
    typed = Typed.of_request()
    title, title_en = typed.text("title"), typed.text("title_en", needed=False)
    authority = typed.text("authority", needed=False)
    slug, starts_on, ends_on = typed.text("slug", most=39), typed.day("starts_on"), typed.day("ends_on")
    source = find_season(reading(), typed.values.get("from", ""))
    _check(typed, slug, starts_on, ends_on)
    if not typed.ok:
        return _form(typed, 422)
    session, actor = writing(), person().name
    is_public = bool(typed.values.get("is_public"))
    try:
        if source is None:
            open_season(
                session,
                actor,
                slug=slug,
                title=title,
                starts_on=starts_on,
                ends_on=ends_on,
                title_en=title_en or None,
                authority=authority or None,
                is_public=is_public,
            )
        else:
            copy_season(
                session,
                actor,
                session.get_one(Season, source.id),
                slug=slug,
                title=title,
                starts_on=starts_on,
                ends_on=ends_on,
                title_en=title_en or None,
                authority=authority or None,
                is_public=is_public,
                with_targets=bool(typed.values.get("with_targets")),
            )
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _form(typed, 422)
    flash(_("赛季“{title}”已开设，按步骤接着办；可以随时离开，回来再接着做").format(title=title))
    return redirect(url_for("console.setup", slug=slug))


def _check(typed: Typed, slug: str, starts_on: date, ends_on: date) -> None:
    """What opening would refuse, beside the field it is about."""
    if slug and not SLUG.fullmatch(slug):
        typed.complain("slug", _("只能用小写字母、数字和连字符，字母或数字开头"))
    elif find_season(reading(), slug):
        typed.complain("slug", _("这个地址已被使用，请换一个"))
    if "ends_on" not in typed.problems and ends_on <= starts_on:
        typed.complain("ends_on", _("应晚于开始日"))


def _blank() -> Typed:
    """A season of the present year, or of the next one where this one is nearly over; hidden until its first edition."""
    year = today().year + (today().month >= LATE)
    return Typed(
        {
            "title": _("{year} 年招商引资赛马").format(year=year),
            "slug": _free_slug(f"race-{year}"),
            "starts_on": f"{year}-01-01",
            "ends_on": f"{year}-12-31",
        }
    )


def _like(source: Season) -> Typed:
    """The season after an earlier one: a year later, and its title with the year in it counted on."""
    starts_on = moved_day(source.starts_on, source.starts_on, _a_year_on(source.starts_on))
    was, comes = str(source.starts_on.year), str(starts_on.year)
    return Typed(
        {
            "from": source.slug,
            "title": source.title.replace(was, comes),
            "title_en": (source.title_en or "").replace(was, comes),
            "slug": _free_slug(source.slug.replace(was, comes)),
            "starts_on": str(starts_on),
            "ends_on": str(moved_day(source.ends_on, source.starts_on, starts_on)),
            "authority": source.authority or "",
            "with_targets": "1",
        }
    )


def _a_year_on(day: date) -> date:
    return moved_day(day, date(day.year, 1, 1), date(day.year + 1, 1, 1))


def _free_slug(wanted: str) -> str:
    """An address nobody has: the one wanted, or with a number behind it."""
    stem = wanted[:36]
    taken = {season.slug for season in list_seasons(reading())}
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in numbered if slug not in taken)


def _form(typed: Typed, status: int = 200) -> ResponseReturnValue:
    source = find_season(reading(), typed.values.get("from", ""))
    return show("season_new", status, here="overview", typed=typed, source=source, office_is=office().name)
