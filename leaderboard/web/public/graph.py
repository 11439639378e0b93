"""The graph of a season: places, the score and each rate over its editions, drawn by the server."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Response, abort, request

from leaderboard.boards.course import course_of
from leaderboard.boards.graph import Kind, graphs, kinds, named_every
from leaderboard.formatters import spoken
from leaderboard.seasons.models import Season
from leaderboard.web.public.door import door, page, public_season
from leaderboard.web.requests import reading

MOST_CHOSEN = 12
"""More than these would not stand out from one another."""


@door.get("/<slug>/graph/")
def graph(slug: str) -> Response:
    """Lines over the newest editions, each division apart, with the same numbers as tables."""
    season = public_season(slug)
    course = course_of(reading(), season)
    if not course.boards:
        return page("pages/boards/graph.html", season, course=course)
    every = kinds(course.boards[-1])
    kind = next((one for one in every if one.key == request.args.get("what", "place")), None) or abort(404)
    chosen = chosen_units()
    return page(
        "pages/boards/graph.html",
        season,
        course=course,
        board=course.boards[-1],
        kinds=every,
        kind=kind,
        chosen=chosen,
        asked=asked_of(kind, chosen),
        graphs=graphs(course.boards, kind, chosen),
        named_every=named_every(len(course.boards)),
        address=lambda kind, units: address(season, kind, units),
    )


def chosen_units() -> list[str]:
    """The units that the address asks to stand out, each once; keys of nobody mean nothing."""
    keys = request.args.get("units", "").split(",")
    return list(dict.fromkeys(key for key in keys if key))[:MOST_CHOSEN]


def asked_of(kind: Kind, units: Sequence[str]) -> dict[str, str]:
    """What is asked for in the address of a graph; places need not be."""
    asked = {} if kind.key == "place" else {"what": kind.key}
    return asked | ({"units": ",".join(units)} if units else {})


def address(season: Season, kind: Kind, units: Sequence[str]) -> str:
    """Where the graph of a kind with these units standing out is found."""
    query = urlencode(asked_of(kind, units), safe=",")
    return spoken(f"/boards/{season.slug}/graph/{'?' if query else ''}{query}")
