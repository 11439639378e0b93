"""Drawing the scenes of a board as screens show them: the same for the page, for a new edition and for a proof."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.bilingual import speaking_on_screen
from leaderboard.boards import view
from leaderboard.boards.models import Edition
from leaderboard.boards.read import find_form
from leaderboard.boards.render import HTML, make_form
from leaderboard.boards.scene_past import Past
from leaderboard.boards.scenes import Material, scenes_of
from leaderboard.boards.screen_states import Round
from leaderboard.office import Office
from leaderboard.qr import check_address
from leaderboard.seasons.models import Season
from leaderboard.templating import render
from leaderboard.web.drawings import Drawing
from leaderboard.web.variants import LATEST, Headers, answer_of
from leaderboard.words import language

MOST_COLUMNS = 6
"""Rates that fit a row of a screen beside the score."""
INSIDE = "pages/display/screen_inside.html"

Document = dict[str, Any]


def draw_edition(
    session: Session, edition: Edition, shown: Round, office: Office, always: Headers = ()
) -> Drawing | None:
    """The first page of the scenes of an edition; None where it has none of what the screen shows."""
    slug = session.get_one(Season, edition.season_id).slug
    form = find_form(session, f"/boards/{slug}/{edition.number}.json", "")
    if form is None:
        return None
    return draw(shown, json.loads(form.identity), office, past=Past(session, edition), always=always)


def draw(
    shown: Round,
    board: Document,
    office: Office,
    *,
    number: int = 1,
    kind: str | None = None,
    past: Past | None = None,
    always: Headers = (),
) -> Drawing | None:
    """The scenes of a board, page `number` of the round in sight; None where it has none of what the screen shows.

    With the kind of a scene its first page is the one in sight, if the round has it.
    Without `past` it is a proof: nothing but the board is told, and there is no edition to check. `always` are the
    headers that nothing further on puts on the answer.
    """
    divisions = [d for d in view.divisions(board) if shown.division in {None, d.key}]
    if not divisions:
        return None
    found = scenes_of(shown.kinds, Material(board, divisions, past, shown.shames))
    pages = [(scene, page) for scene in found for page in range(len(scene.pages))]
    wanted = (place for place, (scene, _page) in enumerate(pages) if scene.kind == kind)
    chosen, page = pages[next(wanted, (number - 1) % len(pages))]
    scheme = board["scheme"]
    lead = next((i for i in scheme["indicators"] if i["key"] == scheme["lead"]), None)
    with speaking_on_screen(shown.lang):
        inside = render(
            INSIDE,
            language(),
            board=board,
            zone=office.zone,
            scenes=found,
            chosen=chosen,
            page_number=pages.index((chosen, page)) + 1,
            page_count=len(pages),
            in_sight=lambda scene: scene.pages[page if scene is chosen else 0],
            columns=[i for i in scheme["indicators"] if i is not lead][:MOST_COLUMNS],
            lead=lead,
            longest=view.best_score(board),
            divisions=divisions,
            check=None if past is None else check_address(office.public_url, board),
            view=view,
        )
    return drawing_of(inside, len(pages), always)


def drawing_of(inside: bytes, pages: int = 1, always: Headers = ()) -> Drawing:
    """What was rendered, packed and ready to send."""
    return Drawing(answer_of(make_form("", "", HTML, inside), LATEST, always), pages)
