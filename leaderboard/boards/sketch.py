"""Boards made by hand, sketched before one's turn to write has come, so that nobody waits while they are scored.

In the turn a sketch holds where nothing was written since that a board is scored from; else it is made once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.difference import difference, differs, mark_of, without_later
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.origins import correcting
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Due, Origin, Scored, is_untouched, score
from leaderboard.seasons.models import Season


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a draft would be: a board scored and, where it would correct an edition, compared with that one."""

    scored: Scored
    corrects: Edition | None = None
    changes: bool = True
    """Whether anything at all would be said otherwise than by the edition it would correct."""
    diff: dict[str, Any] | None = None
    """All that differs from that edition, as its package will say."""

    def origin(self, note: str | None) -> Origin | None:
        """What its package will say of where it comes from, with the note to the public."""
        if self.corrects is None or self.diff is None:
            return None
        return correcting(self.corrects, self.diff, note or "")

    def differs_from(self, draft: Draft) -> bool:
        """Whether anything at all would be said otherwise than by a draft that is kept."""
        return differs(unpacked(draft.content), self.scored.told)

    @property
    def mark(self) -> str:
        """By which it is known again to what the board comes, as `Effect` has it."""
        return mark_of(self.scored.told)

    def is_of(self, season: Season, due: Due, corrects: Edition | None) -> bool:
        """Whether it is of this very board."""
        ours, theirs = (edition and edition.id for edition in (self.corrects, corrects))
        return (self.scored.season.id, self.scored.due, ours) == (season.id, due, theirs)


def sketch(
    session: Session, season: Season, due: Due, corrects: Edition | None = None, before: Sketch | None = None
) -> Sketch:
    """Score a board and compare it with what it would correct, unless the sketch `before` still holds.

    Raises NothingInForce.
    """
    if before is None or not before.is_of(season, due, corrects):
        return _compared(score(session, season, due), corrects)
    if is_untouched(session, before.scored.seen):
        return replace(before, scored=replace(before.scored, season=season))
    again = score(session, season, due)
    # Most of what is written is of another race; comparing takes longer than scoring.
    is_same = again.told == before.scored.told
    return replace(before, scored=again) if is_same else _compared(again, corrects)


def _compared(scored: Scored, corrects: Edition | None) -> Sketch:
    if corrects is None:
        return Sketch(scored)
    package = unpacked(corrects.package)
    changes = differs(without_later(package), scored.told)
    return Sketch(scored, corrects, changes, difference(package, scored.told))
