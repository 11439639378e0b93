"""Steps of ceremonies as screens show them: each drawn once, with nothing in it of a later step."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from leaderboard.bilingual import speaking_on_screen
from leaderboard.boards.ceremonies import board_of
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.ceremony_steps import revealed
from leaderboard.boards.render import HTML, make_form
from leaderboard.db import Database
from leaderboard.templating import render
from leaderboard.web.variants import Answer, Headers, answer_of
from leaderboard.words import language

TEMPLATE = "components/scenes/ceremony.html"
MOST = 64
"""So many drawn steps are kept at most."""

Key = tuple[int, int, str]
"""Ceremony, step, language."""


class CeremonyDrawings:
    """Drawn steps in memory; of many who ask for one at once, one has it drawn and the others wait for it."""

    def __init__(self, database: Database, always: Headers) -> None:
        self._database = database
        self._always = always
        self._drawn: OrderedDict[Key, Answer] = OrderedDict()
        self._board: tuple[int, dict[str, Any]] | None = None
        self._lock = threading.Lock()

    def get(self, ceremony_id: int, step: int, lang: str) -> Answer:
        """A step drawn and packed; raises the database's own error where it cannot be read."""
        key = ceremony_id, step, lang
        found = self._drawn.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._drawn:
                self._drawn[key] = answer_of(
                    make_form("", "", HTML, self._draw(key)), "no-store", self._always
                )
                while len(self._drawn) > MOST:
                    self._drawn.popitem(last=False)
            return self._drawn[key]

    def _draw(self, key: Key) -> bytes:
        ceremony_id, step, lang = key
        with self._database.reading() as session:
            ceremony = session.get_one(Ceremony, ceremony_id)
            if self._board is None or self._board[0] != ceremony_id:
                self._board = ceremony_id, board_of(session, ceremony)
        seen = revealed(self._board[1], ceremony.division, ceremony.together, step)
        with speaking_on_screen(lang):
            return render(TEMPLATE, language(), ceremony=ceremony_id, **seen)
