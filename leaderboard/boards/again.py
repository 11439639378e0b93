"""Composing again what was composed before: by its own dates, and under the rules it was first announced under.

A correction, and a correction of that, takes scheme and roster as they were known when the first edition of its line was
composed; only facts, targets and names are as known now. So neither can be changed backwards by correcting. Of what
occurred after its cut-off it tells nothing: that belongs to boards which may not have been announced yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.difference import tells_later
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Due, score
from leaderboard.boards.read import first_version
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season


def due_of(session: Session, edition: Edition) -> Due:
    """By what a published edition was composed.

    Corrections of earlier versions told what occurred after their cut-off; those go on doing so.
    """
    due = due_of_correction(session, edition, edition.known_at)
    package = unpacked(edition.package)
    return replace(due, tells_later="corrects" not in package or tells_later(package))


def due_of_correction(session: Session, edition: Edition, known_at: Millis) -> Due:
    """By what an edition is composed anew with the facts known at an instant."""
    planned_at = planned_when(session, edition)
    return Due(edition.as_of, known_at, edition.due_at, edition.next_due_at, planned_at, tells_later=False)


def due_of_draft(session: Session, draft: Draft, known_at: Millis | None = None) -> Due:
    """By what a draft was composed, or would be with what is known at another instant.

    What was not announced yet goes by the rules of the instant; a draft that corrects an edition by that edition's.
    """
    corrected = None if draft.corrects_id is None else session.get_one(Edition, draft.corrects_id)
    planned_at = None if corrected is None else planned_when(session, corrected)
    known = draft.known_at if known_at is None else known_at
    is_due = corrected is None
    return Due(draft.as_of, known, draft.due_at, draft.next_due_at, planned_at, tells_later=is_due)


def planned_when(session: Session, edition: Edition) -> Millis:
    """The instant whose scheme and roster an edition goes by: when the first of its line of corrections was composed."""
    return first_version(session, edition).known_at


def recompose(session: Session, edition: Edition) -> dict[str, Any]:
    """The package of a published edition with everything that comes from the ledger composed anew.

    Whatever was entered, reversed, renamed or planned since, it equals the stored one: what is told is as of the
    edition's cut-off and as known at its instant.
    """
    season = session.get_one(Season, edition.season_id)
    return unpacked(edition.package) | score(session, season, due_of(session, edition)).told
