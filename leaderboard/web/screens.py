"""The door of displays: a screen's page, and its scenes by themselves for the script that takes over a new edition."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.bilingual import speaking_on_screen
from leaderboard.boards.models import Edition, Screen
from leaderboard.boards.promised import promised
from leaderboard.boards.public import notices_in, public_mark
from leaderboard.boards.read import latest_edition
from leaderboard.boards.render import HTML, make_form
from leaderboard.boards.scene_past import Past
from leaderboard.boards.screen_states import newest_of, round_of
from leaderboard.boards.screens import find_screen
from leaderboard.instant import now, utc_offset
from leaderboard.seasons.models import Season
from leaderboard.templating import render
from leaderboard.web.drawings import Drawing, Drawings
from leaderboard.web.editions import authority_of, stored_board
from leaderboard.web.requests import office, reading, settings
from leaderboard.web.scene_drawing import draw, drawing_of
from leaderboard.web.variants import IDENTITY, Answer, answer_of, best_encoding, is_unchanged
from leaderboard.words import language

door = Blueprint("screens", __name__)

DRAWINGS, MOST_DRAWINGS = "saima_drawings", 64
NOTHING = Markup()
WAITING = "pages/display/screen_waiting.html"


@door.record_once
def keep_drawings(state: BlueprintSetupState) -> None:
    """Give the application its memory of drawings."""
    state.app.extensions[DRAWINGS] = Drawings(MOST_DRAWINGS)


@door.get("/screens/<token>")
def screen(token: str) -> AnyResponse:
    """A display; an address that is unknown or was revoked is answered like one that never was."""
    found = find_screen(reading(), token, request.remote_addr or "") or abort(404)
    season = reading().get_one(Season, found.season_id)
    edition = latest_edition(reading(), season.id)
    number = request.args.get("scene", 1, type=int)
    drawing = drawn_page(found, season, edition, number)
    with speaking_on_screen(found.lang):
        page = screen_page(found, season, drawing, edition, number)
    return _sent(answer_of(make_form("", "", HTML, page.encode()), "no-store", ()))


@door.get("/screens/<token>/scenes")
def scenes(token: str) -> AnyResponse:
    """What stands inside the page's `<main>`, for a new edition to be taken over from."""
    found = find_screen(reading(), token, request.remote_addr or "") or abort(404)
    return _sent(drawn_scenes(found, latest_edition(reading(), found.season_id)))


def _sent(answer: Answer) -> Response:
    variant = answer[best_encoding(request.headers.get("Accept-Encoding", ""))]
    if is_unchanged(request.headers.get("If-None-Match", ""), variant.etag):
        return Response(status=304, headers=variant.unchanged)
    return Response(variant.body, headers=variant.headers)


def drawn_scenes(screen: Screen, edition: Edition | None) -> Answer:
    """The scenes of a screen, drawn once for all screens that show the same of an edition."""
    return drawn_page(screen, reading().get_one(Season, screen.season_id), edition).answer


def drawn_page(
    screen: Screen, season: Season, edition: Edition | None, number: int = 1, kind: str | None = None
) -> Drawing:
    """The same with page `number` of the round in sight, for browsers without a script; after the last comes the first.

    With a kind of scene that the screen shows: its first page.
    """
    if edition is None:
        return waiting(screen, season)
    shown, past = round_of(screen), Past(reading(), edition)
    # A key for each word that a screen may report would fill the memory with the same drawing.
    kind = kind if kind in shown.kinds else None
    # A correction or withdrawal of an earlier edition changes what is told of it beside this one.
    notices = notices_in(public_mark(reading()))
    drawings: Drawings = current_app.extensions[DRAWINGS]

    def drawn(nth: int) -> Drawing:
        def draw_it() -> Drawing:
            board = stored_board(season.slug, edition)
            return draw(shown, board, office(), number=nth, kind=kind, past=past) or waiting(screen, season)

        return drawings.get((edition.hash, notices, shown, nth, kind), draw_it)

    first = drawn(1)
    return drawn((number - 1) % first.pages + 1)


def waiting(screen: Screen, season: Season) -> Drawing:
    """What a screen says before there is anything to show."""
    due_at = promised(reading(), season, now())
    with speaking_on_screen(screen.lang):
        return drawing_of(render(WAITING, language(), season=season, due_at=due_at, zone=office().zone))


def screen_page(
    screen: Screen,
    season: Season,
    drawing: Drawing,
    edition: Edition | None = None,
    number: int = 1,
    sight: object = None,
    stage: Markup = NOTHING,
    **more: Any,
) -> str:
    """The page of a display around its scenes; with a sight as it looks at the moment, without its script."""
    told = newest_of(reading(), season.id, office().zone, now()).told
    return render_template(
        "pages/display/screen.html",
        screen=screen,
        season=season,
        edition=edition,
        due=(told["edition"]["next_due_at"] if told["edition"] else told["due_at"]) or "",
        kinds=round_of(screen).kinds,
        office_name=authority_of(season),
        now=now(),
        utc_offset=utc_offset(now(), settings().timezone),
        next_scene=number % drawing.pages + 1,
        sight=sight,
        stage=stage,
        inside=Markup(drawing.answer[IDENTITY].body.decode()),  # noqa: S704 - drawn by our own templates
        **more,
    )
