"""Screens on the console: named displays whose address is shown once and can be revoked."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.boards.screens import (
    SPOKEN,
    THEMES,
    ScreenError,
    add_screen,
    list_screens,
    revoke_screen,
)
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, list_seasons
from leaderboard.web.console.door import door, show
from leaderboard.web.console.screen_words import lang_words, standings, theme_words
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named


@door.get("/screens")
def screens() -> ResponseReturnValue:
    """Every screen, and the form for a new one."""
    return _page(Typed({"lang": "zh", "theme": "dark", "shows": request.args.get("season", "")}))


@door.post("/screens")
@guarded(guard_action(Action.MANAGE_SCREENS))
def add_one_screen() -> ResponseReturnValue:
    """Add a screen; its address is shown on this answer and never again."""
    typed = Typed.of_request()
    shows = {value: (season, division) for value, season, division, _words in _choices()}
    name = typed.text("name", most=60)
    chosen = typed.choice("shows", shows)
    lang, theme = typed.choice("lang", SPOKEN), typed.choice("theme", THEMES)
    if not typed.ok:
        return _page(typed, status=422)
    season, division = shows[chosen]
    session = writing()
    try:
        screen, token = add_screen(
            session,
            person().name,
            name=name,
            season=season,
            secret=settings().secret(),
            division=division,
            lang=lang,
            theme=theme,
        )
        session.commit()
    except ScreenError as error:
        session.rollback()
        typed.complain("name", _("；").join(error.problems))
        return _page(typed, status=422)
    address = f"{settings().resolved_public_url()}/screens/{token}"
    return _page(Typed({"lang": "zh", "theme": "dark"}), (screen.name, address))


@door.post("/screens/<int:screen_id>/revoke")
@guarded(guard_action(Action.MANAGE_SCREENS))
def revoke(screen_id: int) -> ResponseReturnValue:
    """Revoke a screen: its address opens nothing any more."""
    session = writing()
    screen = next((s for s in list_screens(session) if s.id == screen_id), None) or abort(404)
    revoke_screen(session, person().name, screen)
    session.commit()
    flash(_("大屏“{name}”已撤销，它的地址不再有效").format(name=screen.name))
    return redirect(url_for("console.screens"))


def _choices() -> list[tuple[str, Season, str | None, str]]:
    """What a screen may show: a season whole, or one of its divisions."""
    session = reading()
    found: list[tuple[str, Season, str | None, str]] = []
    for season in list_seasons(session):
        title = named(season.title, season.title_en)
        found.append((season.slug, season, None, title))
        for division in list_divisions(session, season.id):
            words = f"{title} · {named(division.name, division.name_en)}"
            found.append((f"{season.slug}/{division.key}", season, division.key, words))
    return found


def _page(typed: Typed, made: tuple[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    session = reading()
    return show(
        "screens",
        status,
        here="screens",
        typed=typed,
        made=made,
        themes=theme_words(),
        langs=lang_words(),
        screens=standings(session, list(list_screens(session)), now()),
        titles={season.id: named(season.title, season.title_en) for season in list_seasons(session)},
        divisions={
            (season.id, division.key): named(division.name, division.name_en)
            for season in list_seasons(session)
            for division in list_divisions(session, season.id)
        },
        choices=[(value, words) for value, _season, _division, words in _choices()],
    )
