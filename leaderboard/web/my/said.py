"""What a reading page of a unit is made of: the newest edition's board and line, and what was reckoned for the unit."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from flask import abort, request
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition
from leaderboard.boards.prospects import find_prospect
from leaderboard.boards.read import (
    PastPlace,
    find_form,
    find_line,
    latest_edition,
    line_before,
    past_places,
)
from leaderboard.boards.unit_view import UnitView, unit_view
from leaderboard.foreseeing import given_up
from leaderboard.instant import now
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import seasons_of
from leaderboard.web.my.door import own_unit, season_on

Document = dict[str, Any]
KEPT = 8
"""So many boards are kept read in a process: an edition never changes, and reading one takes the longer the larger."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the newest edition of one season said about the unit; no line where it said nothing."""

    unit: Unit
    seasons: list[Season]
    season: Season | None
    edition: Edition | None = None
    board: Document | None = None
    line: Document | None = None
    past: list[PastPlace] = field(default_factory=list)
    view: UnitView | None = None
    prospect: Document | None = None
    """None while it is being reckoned."""
    is_given_up: bool = False
    """Whether it could not be reckoned."""

    def told(self) -> Document:
        """The same by the names the pages know them by."""
        names = ("unit", "seasons", "season", "edition", "board", "line", "prospect", "is_given_up")
        return {name: getattr(self, name) for name in names} | {"unit_view": self.view}


class _Boards:
    """The boards read last, by the hash of their edition."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, OrderedDict[str, Document](), threading.Lock()

    def find(self, session: Session, season: Season, edition: Edition) -> Document | None:
        """The public board of an edition, while its season is open to the public."""
        if not season.is_public:
            return None
        with self._lock:
            found = self._held.get(edition.hash)
            if found is not None:
                self._held.move_to_end(edition.hash)
                return found
        form = find_form(session, f"/boards/{season.slug}/{edition.number}.json", "")
        if form is None:
            return None
        read: Document = json.loads(form.identity)
        with self._lock:
            self._held[edition.hash] = read
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return read


_boards = _Boards(KEPT)


def said(session: Session) -> Said:
    """What the person's unit is told of the season asked for, or of the one that is on; any other season is unknown."""
    unit = own_unit(session)
    mine = seasons_of(session, unit.id, now())
    seasons = [season for season, _key in mine.values()]
    asked = request.args.get("season")
    season = next((s for s in seasons if s.slug == asked), None) if asked else season_on(seasons)
    if season is None:
        return Said(unit, seasons, None) if not asked else abort(404)
    edition = latest_edition(session, season.id)
    board = _boards.find(session, season, edition) if edition else None
    if edition is None or board is None:
        return Said(unit, seasons, season)
    # A member of a bundle has the bundle's place; before it was bundled it had its own.
    keys = dict.fromkeys((mine[season.id][1], unit.key))
    line = next((found for key in keys if (found := find_line(session, edition.id, key))), None)
    if line is None:
        return Said(unit, seasons, season, edition, board)
    past = past_places(session, season.id, line["unit"])
    prospect = find_prospect(session, edition.id, line["unit"])
    earlier = line_before(session, edition, line)
    view = unit_view(board, line, past, earlier)
    failed = prospect is None and edition.id in given_up(session)
    return Said(unit, seasons, season, edition, board, line, past, view, prospect, failed)
