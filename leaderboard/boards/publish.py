"""Publishing an edition in three moves: gather, score, store; the button, the command and the clock all call it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard import VERSION
from leaderboard.accounts.audit import record_act
from leaderboard.boards.board import board_document, heading_times
from leaderboard.boards.gather import Gathered, gather
from leaderboard.boards.models import Edition, PublicForm, Standing
from leaderboard.boards.package import FORMAT, digest, packed, sealed
from leaderboard.boards.read import latest_edition, places_in
from leaderboard.boards.render import Form, render_forms
from leaderboard.boards.unit_lines import unit_lines
from leaderboard.instant import Millis, now
from leaderboard.office import Office
from leaderboard.outbox.post import EDITION_PUBLISHED, post
from leaderboard.seasons.models import Season
from scoring.document import facts_document, result_document
from scoring.race import score_race
from scoring.result import RaceResult
from scoring.scheme_document import scheme_document


class Overtaken(RuntimeError):
    """Another edition of the season was published meanwhile; compose again on top of it."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be published: the cut-off date, the instant of knowledge, the due instant and the next one."""

    as_of: date
    known_at: Millis
    due_at: Millis
    next_due_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """An edition scored, numbered, signed and rendered, but not yet announced."""

    season: Season
    number: int
    due: Due
    published_at: Millis
    package: dict[str, Any]
    hash: str
    previous_hash: str | None
    signature: str
    board: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    unit_ids: dict[str, int]
    version_id: int
    forms: tuple[Form, ...]


def compose(
    session: Session, season: Season, due: Due, office: Office, *, published_at: Millis | None = None
) -> Composed:
    """Gather, score and render the next edition; changes nothing and needs no write transaction.

    `published_at` is the present instant unless an edition is brought in that was aired before.
    """
    gathered = gather(session, season, due.as_of, due.known_at)
    result = score_race(gathered.facts, gathered.scheme, due.as_of)
    last = latest_edition(session, season.id)
    previous = places_in(session, last.id) if last else {}
    number = last.number + 1 if last else 1
    published_at = max(published_at or now(), last.published_at + 1 if last else 0)
    times = heading_times(
        office.zone,
        due_at=due.due_at,
        known_at=due.known_at,
        published_at=published_at,
        next_due_at=due.next_due_at,
    )
    package = _package(gathered, result, due.as_of, number, times, last.hash if last else None)
    hash_ = digest(package)
    heading = {
        "office": office.name,
        "number": number,
        "as_of": str(due.as_of),
        **times,
        "hash": hash_,
        "previous_hash": package["previous_hash"],
        "signature": office.sign(hash_),
        "public_key": office.public_key,
    }
    board = board_document(gathered, result, heading, previous)
    lines = tuple(unit_lines(board, gathered, result))
    return Composed(
        season=season,
        number=number,
        due=due,
        published_at=published_at,
        package=package,
        hash=hash_,
        previous_hash=package["previous_hash"],
        signature=heading["signature"],
        board=board,
        lines=lines,
        unit_ids={line.key: line.unit_id for line in gathered.roster},
        version_id=gathered.version.id,
        forms=tuple(render_forms(office, board, sealed(package, heading["signature"], office.public_key))),
    )


def announce(session: Session, composed: Composed, actor: str, run_id: int | None = None) -> Edition:
    """Store a composed edition with its standings and public forms; raises Overtaken when its number is taken."""
    season = session.scalars(select(Season).where(Season.id == composed.season.id).with_for_update()).one()
    last = latest_edition(session, season.id)
    if (last.number + 1 if last else 1, last.hash if last else None) != (
        composed.number,
        composed.previous_hash,
    ):
        raise Overtaken(f"第 {composed.number} 期已由他处发布")
    # The end of the audit trail is held from here on, so that one edition after the other is announced.
    record_act(
        session, actor, "edition.publish", f"{season.slug} 第 {composed.number} 期", hash=composed.hash
    )
    edition = Edition(
        season_id=season.id,
        number=composed.number,
        as_of=composed.due.as_of,
        known_at=composed.due.known_at,
        due_at=composed.due.due_at,
        published_at=composed.published_at,
        next_due_at=composed.due.next_due_at,
        run_id=run_id,
        scheme_version_id=composed.version_id,
        package=packed(composed.package),
        hash=composed.hash,
        previous_hash=composed.previous_hash,
        signature=composed.signature,
        published_by=actor,
    )
    session.add(edition)
    try:
        session.flush()
    except IntegrityError as error:
        raise Overtaken(f"第 {composed.number} 期已由他处发布") from error
    _store_standings(session, edition, composed)
    _store_forms(session, edition, composed.forms)
    session.flush()
    post(session, EDITION_PUBLISHED, f"{season.slug}/{edition.number}", hash=edition.hash)
    return edition


def _package(
    gathered: Gathered,
    result: RaceResult,
    as_of: date,
    number: int,
    times: dict[str, str | None],
    previous: str | None,
) -> dict[str, Any]:
    """Everything the edition was made from and came to: enough to rebuild it without this database."""
    season = gathered.season
    return {
        "format": FORMAT,
        "code_version": VERSION,
        "season": season.slug,
        "season_title": season.title,
        "number": number,
        "as_of": str(as_of),
        **times,
        "scheme_version": gathered.version.version_no,
        "scheme": scheme_document(gathered.scheme),
        "divisions": [{"key": d.key, "name": d.name} for d in gathered.divisions],
        "facts": facts_document(gathered.facts),
        "result": result_document(result),
        "previous_hash": previous,
    }


def _store_standings(session: Session, edition: Edition, composed: Composed) -> None:
    rows = [
        Standing(
            edition_id=edition.id,
            unit_id=composed.unit_ids[line["unit"]],
            line_no=number,
            place=_text(line["place"]),
            previous_place=_text(line["previous_place"]),
            score=line["score"],
            score_shown=line["score_shown"],
            line=json.dumps(line, ensure_ascii=False, sort_keys=True),
        )
        for number, line in enumerate(composed.lines, start=1)
    ]
    session.add_all(rows)


def _store_forms(session: Session, edition: Edition, forms: Sequence[Form]) -> None:
    session.add_all(
        PublicForm(
            path=form.path,
            lang=form.lang,
            edition_id=edition.id,
            content_type=form.content_type,
            etag=form.etag,
            identity=form.identity,
            gzip=form.gzip,
            brotli=form.brotli,
        )
        for form in forms
    )


def _text(place: int | str | None) -> str | None:
    return None if place is None else str(place)
