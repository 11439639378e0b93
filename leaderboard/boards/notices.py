"""What is told beside an edition after it was announced: the notice on a superseded page, the answer for a withdrawn one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import SUPERSEDED, WITHDRAWN, Edition, Notice, PublicForm
from leaderboard.boards.read import list_announced
from leaderboard.boards.render import HTML, Form, make_form
from leaderboard.instant import Millis, iso
from leaderboard.templating import render
from leaderboard.words import CHINESE

MARK = b"<!--notice-->"
"""Where a page of an edition takes its notice; the stored page keeps the mark for ever."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notice: what has become of an edition, why, and which number took its place."""

    state: str
    at: Millis
    reason: str
    successor: int | None


def told_of(session: Session, edition_id: int, state: str) -> Told | None:
    """The notice that put an edition into this state, if there is one."""
    return _told(session, [edition_id]).get((edition_id, state))


def told_of_season(session: Session, season_id: int) -> dict[int, Told]:
    """Edition id -> its notice in force: a withdrawal outweighs a correction."""
    found = _told(session, [edition.id for edition in list_announced(session, season_id)])
    return {key[0]: told for key, told in sorted(found.items(), key=lambda item: item[0][1] == WITHDRAWN)}


def _told(session: Session, edition_ids: Sequence[int]) -> dict[tuple[int, str], Told]:
    rows = session.execute(
        select(Notice.edition_id, Notice.state, Notice.at, Notice.reason, Edition.number)
        .outerjoin(Edition, Edition.id == Notice.successor_id)
        .where(Notice.edition_id.in_(edition_ids))
    )
    return {(row.edition_id, row.state): Told(row.state, row.at, row.reason, row.number) for row in rows}


def noted(form: PublicForm | Form, told: Told | None, season: str, zone: str) -> PublicForm | Form:
    """A form as it is served: a page of a superseded edition with its notice, anything else as it was stored."""
    if told is None or form.content_type != HTML:
        return form
    body = with_notice(form.identity, told, season, zone, form.lang or CHINESE)
    return make_form(form.path, form.lang, form.content_type, body)


def with_notice(page: bytes, told: Told | None, season: str, zone: str, lang: str) -> bytes:
    """A page with the notice at its mark."""
    if told is None:
        return page
    notice = render("components/notice.html", lang, told=told, season=season, zone=zone)
    return page.replace(MARK, notice, 1)


def superseded_by(session: Session, edition_id: int) -> Told | None:
    """The notice that an edition's pages carry: that a correction took its place."""
    return told_of(session, edition_id, SUPERSEDED)


def edition_lines(session: Session, season_id: int, zone: str) -> list[dict[str, Any]]:
    """Every number ever announced, the last first, with state, dates, hashes and what has become of it, as plain JSON."""
    told = told_of_season(session, season_id)
    return [
        edition_line(edition, told.get(edition.id), zone) for edition in list_announced(session, season_id)
    ]


def edition_line(edition: Edition, told: Told | None, zone: str) -> dict[str, Any]:
    """One edition without its board: what stays public of a withdrawn one too."""
    return {
        "number": edition.number,
        "state": edition.state,
        "as_of": str(edition.as_of),
        "due_at": iso(edition.due_at, zone),
        "published_at": iso(edition.published_at, zone),
        "hash": edition.hash,
        "previous_hash": edition.previous_hash,
        "noticed_at": iso(told.at, zone) if told else None,
        "reason": told.reason if told else None,
        "successor": told.successor if told else None,
    }
