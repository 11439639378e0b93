"""Reading which public addresses there are, so that they can be written down as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition, PublicForm, Standing
from leaderboard.boards.public import latest_path
from leaderboard.boards.read import latest_edition
from leaderboard.seasons.models import Season, Unit


@dataclass(frozen=True, slots=True)
class EditionAddresses:
    """The addresses of one numbered edition; what they answer changes only with its state."""

    folder: str
    """/boards/<season>/<number>"""
    state: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """Every address of the public boards, apart from files of the application itself."""

    editions: tuple[EditionAddresses, ...]
    moving: tuple[str, ...]
    """Those that lead to the newest edition or list the editions: they may answer otherwise at any time."""


def public_addresses(session: Session) -> PublicAddresses:
    """All addresses of all seasons open to the public, oldest edition first."""
    editions: list[EditionAddresses] = []
    moving = ["/", "/keys.json"]
    for season in session.scalars(select(Season).where(Season.is_public == 1).order_by(Season.id)):
        editions += _editions(session, season)
        moving += _moving(session, season)
    return PublicAddresses(tuple(editions), tuple(moving))


def edition_states(session: Session) -> dict[str, str]:
    """Folder -> state of every edition of the seasons open to the public; one look, however many there are."""
    found = select(Season.slug, Edition.number, Edition.state).join(Season, Season.id == Edition.season_id)
    rows = session.execute(found.where(Season.is_public == 1))
    return {_folder(slug, number): state for slug, number, state in rows}


def _folder(slug: str, number: int) -> str:
    return f"/boards/{slug}/{number}"


def _editions(session: Session, season: Season) -> Iterator[EditionAddresses]:
    for edition in session.scalars(
        select(Edition).where(Edition.season_id == season.id).order_by(Edition.number)
    ):
        base = _folder(season.slug, edition.number)
        units = session.scalars(
            select(Unit.key)
            .join(Standing, Standing.unit_id == Unit.id)
            .where(Standing.edition_id == edition.id)
            .order_by(Standing.line_no)
        )
        lines = [f"{base}/units/{key}{end}" for key in units for end in ("/", ".json")]
        yield EditionAddresses(base, edition.state, (*_form_paths(session, edition.id), *lines))


def _form_paths(session: Session, edition_id: int) -> list[str]:
    paths = session.scalars(select(PublicForm.path).where(PublicForm.edition_id == edition_id))
    return sorted(set(paths))


def _moving(session: Session, season: Season) -> list[str]:
    base = f"/boards/{season.slug}"
    newest = latest_edition(session, season.id)
    forms = _form_paths(session, newest.id) if newest else []
    latest = [path for form in forms if (path := latest_path(form)) and path != f"{base}/"]
    return [f"{base}/", *latest, f"{base}/editions/", f"{base}/editions.json"]
