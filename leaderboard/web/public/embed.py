"""The small board, which the sites named in the settings may show inside pages of their own."""

from __future__ import annotations

from flask import Response, request

from leaderboard.boards import view
from leaderboard.boards.promised import promised
from leaderboard.boards.read import latest_edition
from leaderboard.instant import now
from leaderboard.web.editions import stored_board
from leaderboard.web.headers import framed_by
from leaderboard.web.public.door import door, page, public_season
from leaderboard.web.requests import reading, settings


@door.get("/<slug>/embed/")
def embed(slug: str) -> Response:
    """The newest board, or one division of it, without anything that leads elsewhere in the same window."""
    season = public_season(slug)
    edition = latest_edition(reading(), season.id)
    board = stored_board(slug, edition) if edition else None
    wanted = request.args.get("division")
    every = view.divisions(board) if board else []
    found = page(
        "pages/boards/embed.html",
        season,
        board=board,
        divisions=[division for division in every if wanted in (None, division.key)] or every,
        due_at=None if board else promised(reading(), season, now()),
    )
    found.headers["Content-Security-Policy"] = framed_by(settings().embedding_sites())
    return found
