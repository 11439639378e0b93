"""One screen on the console: its picture, what it is set to, and its own address anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.bilingual import speaking_on_screen
from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import Entry, entries_of, scene_words
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screen_settings import ask_reload, last_change, rotate_token, set_playlist, undo
from leaderboard.boards.screens import ScreenError
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions
from leaderboard.web.console.door import door, show
from leaderboard.web.console.screen_forms import FORMS, changed_entries, labels
from leaderboard.web.console.screen_sight import present_sight, stage_of
from leaderboard.web.console.screen_words import lang_words, standings, theme_words
from leaderboard.web.forms import field
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.headers import CONTENT_POLICY
from leaderboard.web.meanwhile import filled_in_over, mark_of, overtaken
from leaderboard.web.requests import DATABASE, office, reading, settings, writing
from leaderboard.web.screens import drawn_page, screen_page
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

MANAGING = guard_action(Action.MANAGE_SCREENS)
ONE = "/screens/<int:screen_id>"


@door.get(ONE)
def one_screen(screen_id: int) -> ResponseReturnValue:
    """A screen with everything that can be set on it."""
    return _page(_screen(screen_id))


@door.get(f"{ONE}/picture")
def screen_picture(screen_id: int) -> ResponseReturnValue:
    """What the screen shows, without its script, to be looked at in a frame of the console and nowhere else."""
    found = _screen(screen_id)
    season = reading().get_one(Season, found.season_id)
    if not season.is_public or found.is_revoked:
        abort(404)
    edition = latest_edition(reading(), season.id)
    sight = present_sight(reading(), found, now())
    drawing = drawn_page(found, season, edition, kind=sight.scene)
    stage = stage_of(current_app.extensions[DATABASE], sight, found.lang)
    with speaking_on_screen(found.lang):
        body = screen_page(found, season, drawing, edition, sight=sight, stage=stage)
    page = Response(body, content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = CONTENT_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return page


@door.post(f"{ONE}/settings")
@guarded(MANAGING)
def change_screen(screen_id: int) -> ResponseReturnValue:
    """Change one thing about a screen: its name, look, hours, notice, muting or networks."""
    screen, typed = _screen_to_change(screen_id), Typed.of_request()
    form = FORMS.get(typed.values.get("what", ""))
    if form is None:
        abort(404)
    what, present = typed.values["what"], form.values(screen, office().zone)
    both = [(labels()[name], now_, typed.worded.get(name, "")) for name, now_ in present.items()]
    if overtaken(typed, mark_of(present), both):
        writing().rollback()
        return _page(_screen(screen_id), {what: typed}, 409)
    try:
        form.apply(writing(), person().name, screen, typed, office().zone)
    except ScreenError as error:
        typed.complain(next(iter(present)), _("；").join(error.problems))
    if not typed.ok:
        writing().rollback()
        return _page(_screen(screen_id), {what: typed}, 422)
    writing().commit()
    flash(_("已保存，大屏在一分钟内照此显示"))
    return redirect(url_for("console.one_screen", screen_id=screen_id))


@door.post(f"{ONE}/playlist")
@guarded(MANAGING)
def change_playlist(screen_id: int) -> ResponseReturnValue:
    """Take over a playlist as typed, and then add, drop or move what was pressed."""
    screen, typed = _screen_to_change(screen_id), Typed.of_request()
    mark = mark_of({"playlist": screen.playlist})
    if typed.values.get("seen") != mark:
        typed = Typed({"seen": mark})
        typed.complain("playlist", _("播放单已被他人改过，下面是现在的；请在它上面再改"))
        writing().rollback()
        return _page(_screen(screen_id), {"playlist": typed}, 409)
    entries = None
    try:
        entries = changed_entries(request.form, field("do"))
        set_playlist(writing(), person().name, screen, entries)
    except ScreenError as error:
        writing().rollback()
        # What was pressed has moved the rows: what was typed belongs to them, and no longer to their numbers.
        typed = typed if entries is None else Typed({"seen": mark})
        typed.complain("playlist", _("；").join(error.problems))
        return _page(_screen(screen_id), {"playlist": typed}, 422, entries=entries)
    writing().commit()
    return redirect(url_for("console.one_screen", screen_id=screen_id, _anchor="playlist"))


@door.post(f"{ONE}/act")
@guarded(MANAGING)
def act_on_screen(screen_id: int) -> ResponseReturnValue:
    """Have the screen load itself anew, or put back what its last change had found."""
    screen, session = _screen_to_change(screen_id), writing()
    try:
        if field("do") == "undo":
            seen = field("seen")
            undo(session, person().name, screen, seen=int(seen) if seen.isascii() and seen.isdigit() else 0)
            said = _("已恢复为改动之前的设置")
        else:
            ask_reload(session, person().name, screen)
            said = _("大屏将在一分钟内重新载入")
        session.commit()
    except ScreenError as error:
        session.rollback()
        flash(_("；").join(error.problems), "warning")
    else:
        flash(said)
    return redirect(url_for("console.one_screen", screen_id=screen_id))


@door.post(f"{ONE}/rotate")
@guarded(MANAGING)
def rotate_screen(screen_id: int) -> ResponseReturnValue:
    """Give the screen another address, which is shown on this answer and never again."""
    screen = _screen_to_change(screen_id)
    try:
        token = rotate_token(writing(), person().name, screen, secret=settings().secret())
        writing().commit()
    except ScreenError as error:
        writing().rollback()
        flash(_("；").join(error.problems), "warning")
        return redirect(url_for("console.one_screen", screen_id=screen_id))
    return _page(screen, made=f"{settings().resolved_public_url()}/screens/{token}")


def _screen(screen_id: int) -> Screen:
    return reading().get(Screen, screen_id) or abort(404)


def _screen_to_change(screen_id: int) -> Screen:
    """The screen in the session that may write."""
    return writing().get(Screen, screen_id) or abort(404)


def _page(
    screen: Screen,
    sent: Mapping[str, Typed] | None = None,
    status: int = 200,
    made: str = "",
    entries: Sequence[Entry] | None = None,
) -> ResponseReturnValue:
    session, zone = reading(), office().zone
    season = session.get_one(Season, screen.season_id)
    forms = {what: filled_in_over(form.values(screen, zone)) for what, form in FORMS.items()}
    forms["playlist"] = Typed({"seen": mark_of({"playlist": screen.playlist})})
    return show(
        "one_screen",
        status,
        here="screens",
        one=standings(session, [screen], now())[0],
        screen=screen,
        of_season=season,
        made=made,
        forms=forms | dict(sent or {}),
        entries=entries_of(screen.playlist) if entries is None else entries,
        scenes=scene_words(),
        themes=theme_words(),
        langs=lang_words(),
        divisions=[(d.key, named(d.name, d.name_en)) for d in list_divisions(session, season.id)],
        undoable=last_change(session, screen),
    )
