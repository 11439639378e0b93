"""Publishing an edition in three moves: gather, score, store; the button, the command and the clock all call it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard import VERSION
from leaderboard.accounts.audit import TrailEnd, record_act, trail_end
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.board import board_document, heading_times
from leaderboard.boards.contents import Contents, contents_of, contents_text, store_contents
from leaderboard.boards.fact_lines import projects_named
from leaderboard.boards.gather import Gathered, gather
from leaderboard.boards.keys import use_key
from leaderboard.boards.late import late_facts
from leaderboard.boards.models import Edition
from leaderboard.boards.package import FORMAT, canonical, sealed_pieces
from leaderboard.boards.packing import gzipped, piece
from leaderboard.boards.read import last_numbered, places_in, predecessor
from leaderboard.boards.render import render_forms
from leaderboard.boards.unit_lines import unit_lines
from leaderboard.collecting import without_collecting
from leaderboard.instant import Millis, now
from leaderboard.ledger.read import english_names
from leaderboard.office import Office
from leaderboard.outbox.post import EDITION_PUBLISHED, post
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season, stage_lines
from scoring.document import facts_document, result_document
from scoring.race import score_race
from scoring.result import RaceResult
from scoring.scheme_document import scheme_document

OF_EDITIONS = ("edition.publish", "edition.request", "edition.foresee", "draft.make", "draft.fail")
"""Acts that write nothing a board is scored from."""
OF_SIGN_INS = "session.%"
"""Nor do people who come and go."""

OF_GATHERING = ("planned_at", "tells_later")
"""Fields of `Due` that follow from what an edition corrects, and are no columns of it."""


class Overtaken(RuntimeError):
    """Another edition or another fact came first; compose again on top of it."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be published: the cut-off date, the instant of knowledge, the due instant and the next one."""

    as_of: date
    known_at: Millis
    due_at: Millis
    next_due_at: Millis | None = None
    planned_at: Millis | None = None
    """The instant whose scheme and roster hold, where it is not `known_at`: a correction keeps those of what it corrects."""
    tells_later: bool = True
    """Whether what occurred after the cut-off is told. A correction comes months later and hands out none of that."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A board gathered and scored: all that will be said but its number, its place in the chain and its instant."""

    season: Season
    due: Due
    gathered: Gathered
    result: RaceResult
    seen: TrailEnd
    """The audit trail before anything was gathered: what was written since may not be in it."""
    told: dict[str, Any]
    """What ledger and rules came to: the part of a package that can be composed again at any time."""

    @property
    def grounds(self) -> str:
        """Hash of the rows it was scored from, figures or not."""
        return self.gathered.grounds


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an edition comes from that is not simply due: what it corrects, and what its package says of it."""

    corrects: Edition | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    """`corrects`: which edition is put right, and what differs; `windows`: the objection windows it went through."""


@dataclass(frozen=True, slots=True)
class Composed:
    """An edition scored, numbered, signed and rendered, but not yet announced."""

    scored: Scored
    season: Season
    number: int
    due: Due
    published_at: Millis
    package: dict[str, Any]
    hash: str
    previous_hash: str | None
    signature: str
    public_key: str
    board: dict[str, Any]
    unit_ids: dict[str, int]
    version_id: int
    row: dict[str, Any]
    """Columns of the edition that are known before it is stored."""
    contents: Contents
    contents_signature: str


@without_collecting()
def score(session: Session, season: Season, due: Due) -> Scored:
    """Gather what was known and score it; raises NothingInForce. Equal ledgers give equal `told`, for ever."""
    seen = trail_end(session)
    gathered = gather(session, season, due.as_of, due.known_at, due.planned_at, tells_later=due.tells_later)
    result = score_race(gathered.facts, gathered.scheme, due.as_of)
    told = {
        "season": gathered.season.slug,
        "season_title": gathered.season.title,
        "as_of": str(due.as_of),
        "scheme_version": gathered.version.version_no,
        "scheme": scheme_document(gathered.scheme),
        "divisions": [{"key": d.key, "name": d.name} for d in gathered.divisions],
        "facts": facts_document(gathered.facts),
        "result": result_document(result),
    }
    return Scored(season, due, gathered, result, seen, told)


def compose(
    session: Session, season: Season, due: Due, office: Office, *, published_at: Millis | None = None
) -> Composed:
    """Gather, score, number and render the next edition; changes nothing and needs no write transaction.

    `published_at` is the present instant unless an edition is brought in that was aired before.
    """
    return numbered(session, score(session, season, due), office, published_at=published_at)


@without_collecting()
def numbered(
    session: Session,
    scored: Scored,
    office: Office,
    *,
    origin: Origin | None = None,
    published_at: Millis | None = None,
) -> Composed:
    """Put a scored board at the end of the chain as it is now, sign and render it; nothing is stored."""
    season, said, office = scored.season, dict(origin.said) if origin else {}, office.up_to_date()
    last = last_numbered(session, season.id)
    number = last.number + 1 if last else 1
    published_at = max(published_at or now(), last.published_at + 1 if last else 0)
    chained = {"number": number, "previous_hash": last.hash if last else None, **said}
    times = due_times(scored.due, office) | heading_times(office.zone, published_at=published_at)
    package = {"format": FORMAT, "code_version": VERSION, **scored.told, **times, **chained}
    written = canonical(package)
    hash_ = hashlib.sha256(written).hexdigest()
    seal = {"hash": hash_, "signature": office.sign(hash_), "public_key": office.public_key}
    board, lines = shown(session, scored, office, {**times, **chained, **seal}, origin)
    whole = piece(written)
    forms = render_forms(office, board, sealed_pieces(whole, seal))
    row = {
        **{name: value for name, value in asdict(scored.due).items() if name not in OF_GATHERING},
        **seal,
        "number": number,
        "published_at": published_at,
        "previous_hash": package["previous_hash"],
    }
    contents = contents_of(row, scored.told, (scored.grounds, str(scored.seen)), gzipped(whole), lines, forms)
    return Composed(
        scored=scored,
        season=season,
        number=number,
        due=scored.due,
        published_at=published_at,
        package=package,
        hash=hash_,
        previous_hash=package["previous_hash"],
        signature=seal["signature"],
        public_key=office.public_key,
        board=board,
        unit_ids={line.key: line.unit_id for line in scored.gathered.roster},
        version_id=scored.gathered.version.id,
        row=row,
        contents=contents,
        contents_signature=office.sign(contents_text(contents.hash)),
    )


def due_times(due: Due, office: Office) -> dict[str, str | None]:
    """The instants of a board that are known before it is published, as text of the office's zone."""
    return heading_times(office.zone, due_at=due.due_at, known_at=due.known_at, next_due_at=due.next_due_at)


def shown(
    session: Session, scored: Scored, office: Office, heading: Mapping[str, Any], origin: Origin | None = None
) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """The board under a heading and its units' lines, with movement and late facts against the edition before."""
    before = predecessor(session, scored.season.id, scored.due.due_at, origin.corrects if origin else None)
    places = places_in(session, before.id) if before else {}
    late = _late(session, scored, office, before) if before else []
    whole = {"office": office.name, "as_of": str(scored.due.as_of), **heading, "late": late}
    whole |= {
        "stages": stage_lines(scored.season),
        "project_names_en": english_names(session, projects_named(whole), scored.due.known_at),
    }
    board = board_document(scored.gathered, scored.result, whole, places)
    documents = scored.told["result"]["standings"]
    return board, tuple(unit_lines(board, scored.gathered.scheme, scored.result, documents))


def _late(session: Session, scored: Scored, office: Office, before: Edition) -> list[dict[str, Any]]:
    known_at = scored.due.known_at
    late = late_facts(session, scored.told["facts"], scored.result, before, known_at)
    return [
        line | heading_times(office.zone, entered=line["entered"], verified=line["verified"]) for line in late
    ]


@without_collecting()
def announce(session: Session, composed: Composed, actor: str, run_id: int | None = None) -> Edition:
    """Store a composed edition with its standings and public forms; raises Overtaken when its number is taken.

    Whatever else the database has against it goes on as it came: composing again would not help.
    """
    season = present_season(session, composed.season.id)
    last = last_numbered(session, season.id)
    here = (last.number + 1, last.hash) if last else (1, None)
    if here != (composed.number, composed.previous_hash):
        raise Overtaken(f"第 {composed.number} 期已由他处发布")
    subject = f"{season.slug} 第 {composed.number} 期"
    record_act(
        session, actor, "edition.publish", subject, hash=composed.hash, contents=composed.contents.parts
    )
    # Before the key is looked at: what is noted of a new one is no change of the ledger.
    confirm(session, composed.scored)
    use_key(session, actor, composed.public_key)
    edition = _edition(composed, actor, run_id)
    try:
        with session.begin_nested():
            session.add(edition)
    except IntegrityError as error:
        last = last_numbered(session, season.id)
        if last is None or last.number < composed.number:
            raise
        raise Overtaken(f"第 {composed.number} 期已由他处发布") from error
    store_contents(session, edition.id, composed.contents, composed.unit_ids)
    session.flush()
    post(session, EDITION_PUBLISHED, f"{season.slug}/{edition.number}", hash=edition.hash)
    return edition


def confirm(session: Session, scored: Scored) -> None:
    """Raise Overtaken where what was scored is no longer all that was known by its instant.

    Someone may have entered facts before the instant and committed them only after they were gathered, as a long import
    does. The caller writes, so nobody else does before its commit: it is enough to look again when other lines were
    added since.
    """
    if is_untouched(session, scored.seen):
        return
    # The season is not the one it was gathered with: what was changed may be its period.
    again = score(session, present_season(session, scored.season.id), scored.due)
    if (again.told, again.grounds) != (scored.told, scored.grounds):
        raise Overtaken("计算期间台账有新的记录")


def is_untouched(session: Session, seen: TrailEnd) -> bool:
    """Whether nothing that a board is scored from was written since this was the end of the trail."""
    others = AuditLine.action.not_in(OF_EDITIONS), AuditLine.action.not_like(OF_SIGN_INS)
    since = select(AuditLine.seq_no).where(AuditLine.seq_no > seen.seq_no, *others)
    return session.scalar(since.limit(1)) is None


def _edition(composed: Composed, actor: str, run_id: int | None) -> Edition:
    return Edition(
        season_id=composed.season.id,
        run_id=run_id,
        scheme_version_id=composed.version_id,
        package=composed.contents.packed,
        contents_hash=composed.contents.hash,
        contents_signature=composed.contents_signature,
        published_by=actor,
        **composed.row,
    )
