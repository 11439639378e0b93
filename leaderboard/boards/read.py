"""Reading what was said: published editions, their standings and public forms; nothing unpublished is in reach."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import PUBLISHED, SUPERSEDED, Edition, Notice, PublicForm, Standing
from leaderboard.boards.package import sealed, unpacked
from leaderboard.boards.unit_lines import opened
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season, Unit


@dataclass(frozen=True, slots=True)
class PastPlace:
    """One unit's place and score in one edition."""

    number: int
    as_of: str
    place: str | None
    score_shown: str | None


READABLE = (PUBLISHED, SUPERSEDED)
"""States in which an edition's public forms are handed out; a withdrawn one is only told of."""


def _newest_first(found: Select[Edition]) -> Select[Edition]:
    """By what they are boards of: a correction has a later number and stands at the due instant of what it corrects."""
    return found.order_by(Edition.due_at.desc(), Edition.number.desc())


def latest_edition(session: Session, season_id: int) -> Edition | None:
    """The newest published edition of a season: the latest due, and of one due instant the last number."""
    found = select(Edition).where(Edition.season_id == season_id, Edition.state == PUBLISHED)
    return session.scalars(_newest_first(found).limit(1)).one_or_none()


def last_numbered(session: Session, season_id: int) -> Edition | None:
    """The end of a season's chain: the edition with the last number, whatever has become of it."""
    found = select(Edition).where(Edition.season_id == season_id)
    return session.scalars(found.order_by(Edition.number.desc()).limit(1)).one_or_none()


def predecessor(
    session: Session, season_id: int, due_at: Millis, corrects: Edition | None = None
) -> Edition | None:
    """The published edition with which one due at an instant is compared: the newest that was due by then.

    A correction is compared with the edition before the one it corrects.
    """
    earlier = Edition.due_at <= due_at
    if corrects is not None:
        first = first_version(session, corrects)
        same_day = (Edition.due_at == first.due_at) & (Edition.number < first.number)
        earlier = (Edition.due_at < first.due_at) | same_day
    found = select(Edition).where(Edition.season_id == season_id, Edition.state == PUBLISHED, earlier)
    return session.scalars(_newest_first(found).limit(1)).one_or_none()


def edition_before(session: Session, edition: Edition) -> Edition | None:
    """The published edition before one, by what they are boards of."""
    return session.scalars(_before(edition)).one_or_none()


def _before(edition: Edition) -> Select[Edition]:
    same_due = (Edition.due_at == edition.due_at) & (Edition.number < edition.number)
    earlier = (Edition.due_at < edition.due_at) | same_due
    found = select(Edition).where(
        Edition.season_id == edition.season_id, Edition.state == PUBLISHED, earlier, Edition.id != edition.id
    )
    return _newest_first(found).limit(1)


def first_version(session: Session, edition: Edition) -> Edition:
    """What an edition goes back to: itself, or through its corrections the one that was published first.

    A correction has a later number than what it corrects; a notice that says otherwise, as none of ours does, is not
    followed, so that no circle of them is gone round for ever.
    """
    while True:
        found = (
            select(Edition)
            .join(Notice, Notice.edition_id == Edition.id)
            .where(Notice.successor_id == edition.id)
            .where(Edition.season_id == edition.season_id, Edition.number < edition.number)
        )
        corrected = session.scalars(found.order_by(Edition.number.desc()).limit(1)).one_or_none()
        if corrected is None:
            return edition
        edition = corrected


def latest_version(session: Session, edition: Edition) -> Edition:
    """What took an edition's place, through all its corrections: itself where it was never corrected."""
    while True:
        successor = session.scalar(
            select(Notice.successor_id).where(
                Notice.edition_id == edition.id, Notice.successor_id.is_not(None)
            )
        )
        if successor is None:
            return edition
        edition = session.get_one(Edition, successor)


def find_edition(session: Session, slug: str, number: int, *, public_only: bool = True) -> Edition | None:
    """Edition n of a season, published or superseded; with `public_only`, only of a season open to the public."""
    found = _edition_at(slug, number, public_only=public_only)
    return session.scalars(found.where(Edition.state.in_(READABLE))).one_or_none()


def find_announced(session: Session, slug: str, number: int, *, public_only: bool = True) -> Edition | None:
    """Edition n of a season, whatever has become of it; with `public_only`, only of a season open to the public.

    Of a withdrawn one only its dates, hash and notice are for anybody to see.
    """
    return session.scalars(_edition_at(slug, number, public_only=public_only)).one_or_none()


def _edition_at(slug: str, number: int, *, public_only: bool) -> Select[Edition]:
    found = select(Edition).join(Season, Season.id == Edition.season_id)
    found = found.where(Season.slug == slug, Edition.number == number)
    return found.where(Season.is_public == 1) if public_only else found


def edition_of_run(session: Session, run_id: int) -> Edition | None:
    """The edition that a due run came to, if it has been published."""
    return session.scalars(select(Edition).where(Edition.run_id == run_id)).one_or_none()


def list_editions(session: Session, season_id: int, limit: int = 50) -> Sequence[Edition]:
    """Published editions of a season, newest first; those superseded or withdrawn are not among them."""
    found = select(Edition).where(Edition.season_id == season_id, Edition.state == PUBLISHED)
    return session.scalars(_newest_first(found).limit(limit)).all()


def list_announced(session: Session, season_id: int) -> Sequence[Edition]:
    """Every edition of a season ever announced, by number, the last first: superseded and withdrawn ones too."""
    found = select(Edition).where(Edition.season_id == season_id)
    return session.scalars(found.order_by(Edition.number.desc())).all()


def places_in(session: Session, edition_id: int) -> dict[str, str | None]:
    """Unit key -> place in an edition."""
    rows = session.execute(
        select(Unit.key, Standing.place)
        .join(Standing, Standing.unit_id == Unit.id)
        .where(Standing.edition_id == edition_id)
    )
    return {row.key: row.place for row in rows}


def find_line(session: Session, edition_id: int, unit_key: str) -> dict[str, Any] | None:
    """One unit's line in an edition with all its intermediate numbers and facts."""
    text = session.scalar(
        select(Standing.line)
        .join(Unit, Unit.id == Standing.unit_id)
        .where(Standing.edition_id == edition_id, Unit.key == unit_key)
    )
    return None if text is None else opened(json.loads(text))


def line_before(session: Session, edition: Edition, line: dict[str, Any]) -> dict[str, Any] | None:
    """A unit's line in the edition before this one, as `compared_line` tells it; one query."""
    before = _before(edition).with_only_columns(Edition.id)
    return compared_line(session, before.scalar_subquery(), line)


def compared_line(
    session: Session, edition_id: int | ScalarSelect[int] | None, line: dict[str, Any]
) -> dict[str, Any] | None:
    """A unit's line, its facts unopened, in the edition its place is compared with; None where that place is not there.

    A correction made since may stand where the edition stood that the place was compared with, and say another place.
    """
    text = session.scalar(
        select(Standing.line)
        .join(Unit, Unit.id == Standing.unit_id)
        .where(Standing.edition_id == edition_id, Unit.key == line["unit"])
    )
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    if found is None or found["place"] is None or found["place"] != line["previous_place"]:
        return None
    return found


def past_places(
    session: Session, season_id: int, unit_key: str, limit: int = 24, *, until: Edition | None = None
) -> list[PastPlace]:
    """A unit's places over the newest cut-off dates, or those up to edition `until`, oldest first.

    Of several editions of one cut-off date the last one stands for the day, so a correction for what it corrects.
    """
    counted = (Edition.season_id == season_id) & (Edition.state == PUBLISHED)
    if until is not None:
        same_due = (Edition.due_at == until.due_at) & (Edition.number < until.number)
        counted &= (Edition.due_at < until.due_at) | same_due
        # What is looked at is the last of its own line, superseded or not.
        counted |= Edition.id == until.id
    rank = func.row_number().over(
        partition_by=Edition.as_of, order_by=(Edition.due_at.desc(), Edition.number.desc())
    )
    ranked = select(Edition.id, rank.label("nth")).where(counted).subquery()
    last_of_day = select(ranked.c.id).where(ranked.c.nth == 1)
    rows = session.execute(
        select(Edition.number, Edition.as_of, Standing.place, Standing.score_shown)
        .join(Standing, Standing.edition_id == Edition.id)
        .join(Unit, Unit.id == Standing.unit_id)
        .where(Edition.season_id == season_id, Unit.key == unit_key, Edition.id.in_(last_of_day))
        .order_by(Edition.due_at.desc(), Edition.number.desc())
        .limit(limit)
    )
    return [PastPlace(number, str(as_of), place, score) for number, as_of, place, score in rows][::-1]


def sealed_package(edition: Edition, public_key: str) -> dict[str, Any]:
    """An edition's package with hash, signature and key, as it is handed out for checking.

    `public_key` is the office's present one, for an edition that does not say which it was signed with.
    """
    return sealed(unpacked(edition.package), edition.signature, edition.public_key or public_key)


def find_form(session: Session, path: str, lang: str) -> PublicForm | None:
    """The rendered form at a path in a language, if its edition is open to the public.

    Forms that do not vary by language have an empty one.
    """
    return session.scalars(
        select(PublicForm)
        .join(Edition, Edition.id == PublicForm.edition_id)
        .join(Season, Season.id == Edition.season_id)
        .where(PublicForm.path == path, PublicForm.lang.in_([lang, ""]))
        .where(Edition.state.in_(READABLE), Season.is_public == 1)
        .order_by(PublicForm.lang.desc())
        .limit(1)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class PublicSeason:
    """A season on the list of public boards, with its newest edition if it has one."""

    slug: str
    title: str
    title_en: str | None
    starts_on: str
    ends_on: str
    number: int | None
    as_of: str | None
    published_at: Millis | None


def public_seasons(session: Session) -> list[PublicSeason]:
    """Seasons open to the public, newest first, for the list of boards."""
    found = []
    for season in session.scalars(
        select(Season).where(Season.is_public == 1).order_by(Season.ends_on.desc(), Season.id.desc())
    ):
        last = latest_edition(session, season.id)
        found.append(
            PublicSeason(
                slug=season.slug,
                title=season.title,
                title_en=season.title_en,
                starts_on=str(season.starts_on),
                ends_on=str(season.ends_on),
                number=last.number if last else None,
                as_of=str(last.as_of) if last else None,
                published_at=last.published_at if last else None,
            )
        )
    return found
