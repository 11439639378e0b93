"""The scenes of the newest editions, drawn and packed before any screen is told that there is something new."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from leaderboard.boards.read import latest_edition
from leaderboard.boards.screen_states import Round
from leaderboard.db import Database
from leaderboard.office import Office
from leaderboard.web.scene_drawing import draw_edition
from leaderboard.web.variants import Answer, Headers

log = logging.getLogger(__name__)

MOST = 32
"""So many drawings are kept at most, each about a megabyte in a race of 300 units; others are drawn when asked for."""


@dataclass(frozen=True, slots=True)
class Key:
    """All that the scenes of a screen depend on."""

    season_id: int
    edition: str
    """The hash of the newest edition."""
    notices: int
    """How many editions were corrected or withdrawn: what is told of earlier ones depends on it."""
    shown: Round


class NewestScenes:
    """What was drawn for the screens that there are; only one thread may draw, any may send what it drew."""

    def __init__(self, database: Database, office: Office, always: Headers) -> None:
        self._database = database
        self._office = office
        self._always = always
        self._drawn: dict[Key, Answer | None] = {}

    def __contains__(self, key: object) -> bool:
        """Whether this was drawn already."""
        return key in self._drawn

    def keep(self, wanted: Collection[Key | None]) -> None:
        """Forget whatever is not among these."""
        self._drawn = {key: answer for key, answer in self._drawn.items() if key in wanted}

    def get(self, key: Key) -> Answer | None:
        """The scenes, drawn now unless they are here; None where they have to be asked for further on.

        Raises the database's own error where it cannot be read.
        """
        if key not in self._drawn:
            if len(self._drawn) >= MOST:
                return None
            self._drawn[key] = self._draw(key)
        return self._drawn[key]

    def _draw(self, key: Key) -> Answer | None:
        try:
            with self._database.reading() as session:
                edition = latest_edition(session, key.season_id)
                if edition is None or edition.hash != key.edition:
                    # Another one came meanwhile: the next look finds it.
                    return None
                drawing = draw_edition(session, edition, key.shown, self._office, self._always)
        except SQLAlchemyError:
            raise
        except Exception:  # what cannot be drawn must not keep a screen from anything else that it is told
            log.exception("the scenes of edition %s cannot be drawn ahead", key.edition)
            return None
        return None if drawing is None else drawing.answer
