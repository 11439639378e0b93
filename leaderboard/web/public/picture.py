"""The picture of an edition, drawn when it is first asked for and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

from flask import Response

from leaderboard.boards.models import SUPERSEDED, Edition
from leaderboard.boards.picture import chinese_font, picture
from leaderboard.web.editions import public_edition, stored_board
from leaderboard.web.public.door import door, kept
from leaderboard.web.requests import settings
from leaderboard.web.variants import NUMBERED
from leaderboard.words import language

MOST = 64
"""So many pictures are kept at most, about 40 kB each."""

_pictures: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
# One at a time: drawing takes a fraction of a second of one core, and whoever asks for the same one waits for it.
_drawing = threading.Lock()


@door.get("/<slug>/<int:number>/preview.png")
def preview(slug: str, number: int) -> Response:
    """The edition as a picture for links that are shared."""
    edition = public_edition(slug, number)
    return kept(Response(_drawn(slug, edition), content_type="image/png"), NUMBERED)


def _drawn(slug: str, edition: Edition) -> bytes:
    key = edition.hash, edition.state, language()
    with _drawing:
        if key not in _pictures:
            font = chinese_font(settings().picture_font)
            board = stored_board(slug, edition)
            _pictures[key] = picture(board, font, superseded=edition.state == SUPERSEDED)
        _pictures.move_to_end(key)
        while len(_pictures) > MOST:
            _pictures.popitem(last=False)
        return _pictures[key]
